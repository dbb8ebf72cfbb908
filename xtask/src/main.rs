//! The commands of the project: `cargo xtask run`, `check`, `test`, `fuzz`, `torture`, `generate`, `screenshots`,
//! `bench`.
//!
//! Reading order: [`process`] starts programs, [`report`] times steps and sums up, with [`output`] where several run at
//! once, then one file a command. What the dependency rules and the tidy rules are is in [`rules`].

mod bench;
mod browser;
mod check;
mod counts;
mod deny;
mod fuzz;
mod generate;
mod install;
mod output;
mod process;
mod report;
mod rules;
mod run;
mod server;
mod test;
mod torture;
mod web;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A result whose error is a sentence for the person at the terminal.
type Outcome<T = ()> = Result<T, String>;

const USAGE: &str = "\
cargo xtask <command>

  run          build everything, start a server with demo people, print where to open it
  check        the quick half: format, lints, docs, rules, licences, generated files, web checks
  test         everything: installs what tests need, then check, Rust tests, browser tests, fuzzing for seconds
  fuzz         libFuzzer on what is read from outside, ten minutes a target; findings go into target/fuzz/findings
  torture      kills nodes 300 times, cuts off NATS, fills the disk, and sees whether anything is lost; `--help` lists
               its options; with `--short` it runs as in test
  generate     web/openapi.json and web/src/api/schema.ts from the server
  screenshots  every page, light and dark, narrow and wide, in both directions, into e2e/out
  app-pictures icons and screenshots of the installed app, into web/public
  bench relay  what a relayed packet costs, beside coturn and a bare forwarder; `--help` lists its options
  bench calls  how soon calls are heard, and how they fare on bad networks and through a change of network; as above
  bench pages  how soon a page is there and how it answers on a phone, and what an hour of messages costs; as above
  bench silence  whether a caller can tell by the time why nobody answered; `--without-beat` shows that it would
  bench load   how many people one server bears: sockets, messages, calls, and what they cost; `--help` as above

  test and screenshots take words after the command: `cargo xtask test browser NAME…` runs only the browser test
  files whose name contains one of the words; `cargo xtask screenshots ar dark 390 still` takes only these, and
  nothing with live media. So does fuzz: `cargo xtask fuzz sdp stun --seconds 60`; with
  `--short` it runs as in test.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["run"] => run::run(),
        ["check"] => check::run(),
        ["test"] => test::everything(),
        ["test", "browser", names @ ..] => test::browser_only(names),
        ["fuzz", "--short"] => fuzz::short(),
        ["fuzz", words @ ..] => fuzz::run(words),
        ["torture", "--short"] => torture::short(),
        ["torture", words @ ..] => torture::run(words),
        ["generate"] => generate::write(),
        ["screenshots", words @ ..] => browser::pictures("screenshots.mjs", words),
        ["app-pictures"] => browser::pictures("app-pictures.mjs", &[]),
        ["bench", "relay", words @ ..] => bench::relay(words),
        ["bench", "calls", words @ ..] => bench::calls(words),
        ["bench", "pages", words @ ..] => bench::pages(words),
        ["bench", "silence", words @ ..] => bench::silence(words),
        ["bench", "load", words @ ..] => bench::load(words),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            if !sentence.is_empty() {
                eprintln!("{sentence}");
            }
            ExitCode::FAILURE
        }
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}
