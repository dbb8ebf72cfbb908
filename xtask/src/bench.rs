//! `cargo xtask bench relay`: what a relayed packet costs, beside coturn and a bare forwarder.

use crate::process::Process;
use crate::{Outcome, install};

/// Measures. What stands behind the command goes to the program in `bench/`.
pub(crate) fn relay(words: &[&str]) -> Outcome {
    if !words.iter().any(|word| matches!(*word, "--help" | "-h")) {
        install::coturn()?;
    }
    let mut arguments = vec!["run", "--quiet", "--release", "--package", "birdcall-bench"];
    arguments.extend(["--locked", "--", "relay"]);
    arguments.extend(words);
    Process::cargo(&arguments).go()
}
