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

/// A folder of test files, and how many of them run at once.
struct Shelf {
    folder: &'static str,
    at_once: u32,
}

/// Two browsers with live media fill two cores, so those tests run one after the other; pages without media, and calls
/// that ring but are hardly talked in, leave room for another.
const SHELVES: [Shelf; 3] = [
    Shelf {
        folder: "tests/pages",
        at_once: 2,
    },
    Shelf {
        folder: "tests/rings",
        at_once: 2,
    },
    Shelf {
        folder: "tests",
        at_once: 1,
    },
];

/// Runs the test files whose name contains one of the words, or all.
pub(crate) fn run(words: &[&str]) -> Outcome<Counts> {
    let programs = [
        ("BIRDCALL_BROKEN", server::build_broken()?),
        ("BIRDCALL_PROGRAM", server::build()?),
        ("BIRDCALL_BENCH", server::build_bench()?),
    ];
    let mut counts = None;
    for shelf in &SHELVES {
        let files = test_files(shelf.folder, words)?;
        if files.is_empty() {
            continue;
        }
        let mut arguments = vec![
            "--test".to_owned(),
            format!("--test-concurrency={}", shelf.at_once),
            "--test-reporter=spec".to_owned(),
        ];
        arguments.extend(files.iter().map(|file| file.to_string_lossy().into_owned()));
        let mut process = Process::new("node", &arguments).inside("e2e");
        for (name, program) in &programs {
            process = process.env(name, program);
        }
        let shown = Counts::of_node(&process.shown()?);
        counts = Some(counts.map_or(shown, |before: Counts| before + shown));
    }
    counts.ok_or_else(|| "no test file has such a name".to_owned())
}

/// Runs a script that takes pictures.
pub(crate) fn pictures(script: &str, words: &[&str]) -> Outcome {
    prepare()?;
    let program = server::build()?;
    Process::new("node", &[&[script], words].concat())
        .inside("e2e")
        .env("BIRDCALL_PROGRAM", program)
        .go()
}

fn test_files(folder: &str, words: &[&str]) -> Outcome<Vec<PathBuf>> {
    let folder = root().join("e2e").join(folder);
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(".test.mjs")
                && (words.is_empty() || words.iter().any(|word| name.contains(word)))
        })
        .collect();
    files.sort();
    Ok(files)
}
