//! The contract: the server describes itself, the web app's types come from that. Nobody writes a type twice.

use crate::process::Process;
use crate::{Outcome, root, server};
use std::fs;
use std::path::Path;

const DOCUMENT: &str = "web/openapi.json";
const TYPES: &str = "web/src/api/schema.ts";

/// Writes both files.
pub(crate) fn write() -> Outcome {
    let document = describe()?;
    save(&root().join(DOCUMENT), &document)?;
    Process::npm("web", &["run", "generate"]).go()
}

/// Fails where one of the files is not what the server and the generator say now.
pub(crate) fn check() -> Outcome {
    let document = describe()?;
    compare(DOCUMENT, &document)?;
    // The generator has no other way to be asked than to write, so it writes beside.
    let beside = root().join("target/xtask/schema.ts");
    let _ = fs::remove_file(&beside);
    save(&root().join("target/xtask/openapi.json"), &document)?;
    Process::npm(
        "web",
        &["run", "generate", "--", "-o", "../target/xtask/schema.ts"],
    )
    .go()?;
    let types = fs::read_to_string(&beside)
        .map_err(|error| format!("the generator wrote no {}: {error}", beside.display()))?;
    compare(TYPES, &types)
}

/// Both commands build the same program with the same web app inside.
fn describe() -> Outcome<String> {
    crate::web::build_if_changed()?;
    let program = server::build()?;
    let mut text = Process::new(program, &["openapi"]).stdout()?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

fn compare(path: &str, fresh: &str) -> Outcome {
    let kept = fs::read_to_string(root().join(path)).unwrap_or_default();
    if kept == fresh {
        return Ok(());
    }
    let line = kept
        .lines()
        .zip(fresh.lines())
        .take_while(|(a, b)| a == b)
        .count()
        + 1;
    Err(format!(
        "{path} is stale from line {line} on: run `cargo xtask generate`"
    ))
}

fn save(path: &Path, text: &str) -> Outcome {
    path.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))
}
