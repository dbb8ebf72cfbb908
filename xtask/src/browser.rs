//! The browser tests in `e2e/`: the real program, Debian's Chromium and Firefox.

use crate::counts::Counts;
use crate::process::Process;
use crate::{Outcome, install, root, server, web};
use std::fs;
use std::path::PathBuf;

/// Everything the tests need before they run.
pub(crate) fn prepare() -> Outcome {
    install::for_browsers()?;
    web::packages("web")?;
    web::packages("e2e")?;
    web::build_if_changed()
}

/// Runs the test files whose name contains one of the words, or all, one after the other: two browsers with live
/// media fill two cores.
pub(crate) fn run(words: &[&str]) -> Outcome<Counts> {
    let broken = server::build_broken()?;
    let program = server::build()?;
    let bench = server::build_bench()?;
    let files: Vec<PathBuf> = test_files()?
        .into_iter()
        .filter(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            words.is_empty() || words.iter().any(|word| name.contains(word))
        })
        .collect();
    if files.is_empty() {
        return Err("no test file has such a name".to_owned());
    }
    let mut arguments = vec![
        "--test".to_owned(),
        "--test-concurrency=1".to_owned(),
        "--test-reporter=spec".to_owned(),
    ];
    arguments.extend(files.iter().map(|file| file.to_string_lossy().into_owned()));
    let shown = Process::new("node", &arguments)
        .inside("e2e")
        .env("BIRDCALL_PROGRAM", program)
        .env("BIRDCALL_BROKEN", broken)
        .env("BIRDCALL_BENCH", bench)
        .shown()?;
    Ok(Counts::of_node(&shown))
}

/// Runs a script that takes pictures.
pub(crate) fn pictures(script: &str) -> Outcome {
    prepare()?;
    let program = server::build()?;
    Process::new("node", &[script])
        .inside("e2e")
        .env("BIRDCALL_PROGRAM", program)
        .go()
}

fn test_files() -> Outcome<Vec<PathBuf>> {
    let folder = root().join("e2e/tests");
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    Ok(files)
}
