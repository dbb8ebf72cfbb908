//! The browser tests in `e2e/`: the real program, Debian's Chromium and Firefox.

use crate::counts::Counts;
use crate::process::Process;
use crate::{Outcome, install, root, server, web};
use std::fs;
use std::path::PathBuf;

/// Everything the tests need before they run.
pub(crate) fn prepare() -> Outcome {
    install::for_browsers()?;
    install::postgres()?;
    web::packages("web")?;
    web::packages("e2e")?;
    web::build_if_changed()
}

/// Folders of test files, and how many of these run at once.
struct Shelf {
    folders: &'static [&'static str],
    at_once: u32,
}

/// Most tests wait more than they compute: for a page, for a ring, for sound that has to last. Two of them leave a bit of
/// two cores idle; more would fill them, and what is late then hangs on luck. What looks at every packet or at the quality
/// of pictures runs alone: a processor that somebody else has is a worse network, and a capture that was late has lost
/// packets.
const SHELVES: [Shelf; 2] = [
    Shelf {
        folders: &["tests/calls", "tests/pages", "tests/rings"],
        at_once: 2,
    },
    Shelf {
        folders: &["tests"],
        at_once: 1,
    },
];

/// Runs the test files whose name contains one of the words, or all.
pub(crate) fn run(words: &[&str]) -> Outcome<Counts> {
    let built = server::build_all()?;
    let programs = [
        ("BIRDCALL_BROKEN", built.broken),
        ("BIRDCALL_PROGRAM", built.whole),
        ("BIRDCALL_BENCH", built.bench),
    ];
    let mut counts = None;
    for shelf in &SHELVES {
        let mut files = Vec::new();
        for folder in shelf.folders {
            files.extend(test_files(folder, words)?);
        }
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
