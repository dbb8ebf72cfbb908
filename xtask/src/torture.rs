//! `cargo xtask torture`: whether anything is lost while nodes are killed, NATS is cut off and the disk is full.

use crate::process::Process;
use crate::server::Programs;
use crate::{Outcome, install, server, web};
use std::path::{Path, PathBuf};

/// What `cargo xtask test` gives it: about two minutes on both databases with the ends, in which everything that was begun
/// comes to its own.
const SHORT: [&str; 4] = ["--seconds", "60", "--kills", "1000"];
const SHORT_POSTGRES: [&str; 6] = [
    "--seconds",
    "40",
    "--kills",
    "1000",
    "--database",
    "postgres",
];

/// And the same program without a protection. Each kill of some twenty meets an acknowledged message that is not on disk
/// once in four times.
const SHORT_WITHOUT: [&str; 6] = ["--seconds", "30", "--kills", "1000", "--without", "M-4"];

/// Tortures. What stands behind the command goes to the program in `bench/`.
pub(crate) fn run(words: &[&str]) -> Outcome {
    let bench = server::build_bench()?;
    let help = words.iter().any(|word| matches!(*word, "--help" | "-h"));
    let program = if help {
        PathBuf::from("birdcall")
    } else {
        install::for_nodes()?;
        web::build_if_changed()?;
        if words.contains(&"--without") {
            server::build_broken()?
        } else {
            server::build()?
        }
    };
    start(&bench, &program, words)
}

fn start(bench: &Path, program: &Path, words: &[&str]) -> Outcome {
    let (bench, program) = (path(bench)?, path(program)?);
    // Ended from outside it is to end what it started, which it does where it is told.
    let start = [
        "--pdeathsig",
        "TERM",
        bench,
        "torture",
        "--program",
        program,
    ];
    Process::new("setpriv", &[&start[..], words].concat()).go()
}

/// The short run.
pub(crate) fn short() -> Outcome {
    run(&SHORT)
}

/// The short run of programs that are built: several can run at once.
pub(crate) fn short_of(built: &Programs) -> Outcome {
    start(&built.bench, &built.whole, &SHORT)
}

/// The same on PostgreSQL.
pub(crate) fn short_on_postgres(built: &Programs) -> Outcome {
    start(&built.bench, &built.whole, &SHORT_POSTGRES)
}

/// The positive control: acknowledged before it is on disk has to be found.
pub(crate) fn short_without(built: &Programs) -> Outcome {
    start(&built.bench, &built.broken, &SHORT_WITHOUT)
}

fn path(path: &Path) -> Outcome<&str> {
    path.to_str()
        .ok_or_else(|| "the folder's name is not UTF-8".to_owned())
}
