//! `cargo xtask bench relay`: what a relayed packet costs, beside coturn and a bare forwarder. `cargo xtask bench calls`:
//! how calls of real browsers fare on good and bad networks. `cargo xtask bench pages`: how pages do on a phone.
//! `cargo xtask bench silence`: whether the time tells a caller why nobody answered. `cargo xtask bench load`: how many
//! people a server bears.

use crate::process::Process;
use crate::{Outcome, browser, install, server};

/// Runs the program in `bench/`.
const BENCH: [&str; 7] = [
    "run",
    "--quiet",
    "--release",
    "--locked",
    "--package",
    "birdcall-bench",
    "--",
];

fn asks_for_help(words: &[&str]) -> bool {
    words.iter().any(|word| matches!(*word, "--help" | "-h"))
}

/// Measures. What stands behind the command goes to the program in `bench/`.
pub(crate) fn relay(words: &[&str]) -> Outcome {
    if !asks_for_help(words) {
        install::coturn()?;
    }
    Process::cargo(&[&BENCH[..], &["relay"], words].concat()).go()
}

/// Measures whether a caller can tell by the time why nobody answered. With `--without-beat` the program is one whose
/// beat can be switched off, which has to show.
pub(crate) fn silence(words: &[&str]) -> Outcome {
    let bench = [&BENCH[..], &["silence"]].concat();
    if asks_for_help(words) {
        return Process::cargo(&[&bench[..], words].concat()).go();
    }
    crate::web::build()?;
    let program = if words.contains(&"--without-beat") {
        server::build_broken_release()?
    } else {
        server::build_release()?.join("birdcall")
    };
    let program = program.to_str().ok_or("the folder's name is not UTF-8")?;
    let more = ["--program", program];
    Process::cargo(&[&bench[..], words, &more].concat()).go()
}

/// Measures how many people a server bears. What stands behind the command goes to the program in `bench/`.
pub(crate) fn load(words: &[&str]) -> Outcome {
    let bench = [&BENCH[..], &["load"]].concat();
    if asks_for_help(words) {
        return Process::cargo(&[&bench[..], words].concat()).go();
    }
    install::for_nodes()?;
    crate::web::build()?;
    let program = server::build_release()?.join("birdcall");
    let program = program.to_str().ok_or("the folder's name is not UTF-8")?;
    Process::cargo(&[&bench[..], words, &["--program", program]].concat()).go()
}

/// Makes calls. What stands behind the command goes to the script in `e2e/bench`.
pub(crate) fn calls(words: &[&str]) -> Outcome {
    script("bench/calls.mjs", words)
}

/// Loads pages and writes messages. As above.
pub(crate) fn pages(words: &[&str]) -> Outcome {
    script("bench/pages.mjs", words)
}

fn script(file: &str, words: &[&str]) -> Outcome {
    let script = Process::new("node", &[&[file], words].concat()).inside("e2e");
    if asks_for_help(words) {
        return script.go();
    }
    browser::prepare()?;
    let programs = server::build_release()?;
    script
        .env("BIRDCALL_PROGRAM", programs.join("birdcall"))
        .env("BIRDCALL_BENCH", programs.join("birdcall-bench"))
        .go()
}
