//! The program `birdcall`, built for development.

use crate::process::Process;
use crate::{Outcome, root};
use std::path::PathBuf;

/// Builds it. The web app has to be built before, because it is put into the program.
pub(crate) fn build() -> Outcome<PathBuf> {
    Process::cargo(&[
        "build",
        "--quiet",
        "--package",
        "birdcall-server",
        "--bin",
        "birdcall",
    ])
    .go()?;
    let folder = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |folder| root().join(folder));
    Ok(folder
        .join("debug")
        .join(format!("birdcall{}", std::env::consts::EXE_SUFFIX)))
}
