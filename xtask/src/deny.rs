//! cargo-deny: licences, banned crates, sources. Its rules and their reasons are in `deny.toml`.

use crate::process::{Process, on_path};
use crate::{Outcome, root};
use std::path::PathBuf;

const VERSION: &str = "0.20.2";

/// The program: on the path, or built by [`install`].
fn program() -> Option<PathBuf> {
    let own = root().join("target/tools/bin/cargo-deny");
    if own.is_file() {
        Some(own)
    } else {
        on_path("cargo-deny")
    }
}

/// Builds it into `target/tools`, which takes about two minutes, once.
pub(crate) fn install() -> Outcome {
    if program().is_some() {
        return Ok(());
    }
    let exact = format!("cargo-deny@{VERSION}");
    // Without default features: those only serve to fetch advisories, which need a network at every check. Without
    // optimisation: it builds in less than half the time, and runs for three seconds instead of one.
    Process::cargo(&[
        "install",
        &exact,
        "--locked",
        "--no-default-features",
        "--debug",
        "--root",
        "target/tools",
    ])
    .go()
}

/// Checks the whole graph.
pub(crate) fn check() -> Outcome {
    let Some(program) = program() else {
        return Err(format!(
            "cargo-deny is missing: `cargo xtask test` builds it, or `cargo install cargo-deny@{VERSION} --locked`"
        ));
    };
    Process::new(
        program,
        &[
            "--workspace",
            "check",
            "--hide-inclusion-graph",
            "licenses",
            "bans",
            "sources",
        ],
    )
    .go()
}
