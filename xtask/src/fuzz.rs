//! `cargo xtask fuzz`: libFuzzer on the targets of `fuzz`, with the stable compiler and nothing to install but a C++
//! compiler, which libFuzzer itself is built with.
//!
//! The long search keeps what it found in `target/fuzz/corpus`, goes on from there the next time, and draws its seeds
//! of chance. The short one, which is a step of `cargo xtask test`, begins with `fuzz/seeds` alone and with a fixed one.

use crate::process::Process;
use crate::{Outcome, root};
use std::fs;
use std::path::PathBuf;

/// The targets, which are also the programs of `fuzz`, with the words to try on each.
const TARGETS: &[(&str, &str)] = &[
    ("stun", "stun.dict"),
    ("channel_data", "stun.dict"),
    ("stream", "stun.dict"),
    ("engine", "stun.dict"),
    ("sdp", "sdp.dict"),
    ("candidate", "sdp.dict"),
];

/// What a search of its own takes on each target. Issue and release ask for ten minutes without a finding.
const LONG_SECONDS: u32 = 600;

/// What a target gets in `cargo xtask test`. Raising it lengthens every run by as much for each target.
const SHORT_SECONDS: u32 = 5;

/// The short search is the same every time, as far as a clock that ends it allows.
const SHORT_SEED: u32 = 20_240_228;

/// Longest input that is tried, in bytes. Raising it makes the search slower and lets it see longer descriptions; all
/// that browsers write in ours fits in four KiB but for their lists of codecs, which repeat themselves.
const LONGEST_INPUT: u32 = 4_096;

/// Counters at every edge of the program and every comparison it makes, which libFuzzer steers by. They are what
/// cargo-fuzz sets, without the address sanitizer, which the stable compiler does not have and safe code does not need.
const INSTRUMENTED: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg=fuzzing",
];

/// `cargo xtask fuzz [TARGET…] [--seconds N]`.
pub(crate) fn run(words: &[&str]) -> Outcome {
    let (names, seconds) = read(words)?;
    let programs = build(&names)?;
    for (name, dictionary) in names {
        println!("\n== {name}, {seconds} s");
        let corpus = made("corpus", name)?;
        search(
            &programs,
            name,
            dictionary,
            &[
                format!("-max_total_time={seconds}"),
                corpus.display().to_string(),
            ],
        )?;
    }
    Ok(())
}

/// All targets for a few seconds, from the seeds.
pub(crate) fn short() -> Outcome {
    let programs = build(TARGETS)?;
    for (name, dictionary) in TARGETS {
        println!("\n== {name}, {SHORT_SECONDS} s, seed {SHORT_SEED}");
        // What is found on the way is kept for as long as the run goes on.
        let corpus = made("corpus-short", name)?;
        let found = search(
            &programs,
            name,
            dictionary,
            &[
                format!("-max_total_time={SHORT_SECONDS}"),
                format!("-seed={SHORT_SEED}"),
                // The sums at the end, and not each input on the way.
                "-verbosity=0".to_owned(),
                corpus.display().to_string(),
            ],
        );
        fs::remove_dir_all(&corpus).map_err(|error| format!("{}: {error}", corpus.display()))?;
        found?;
    }
    Ok(())
}

fn read<'a>(words: &[&'a str]) -> Outcome<(Vec<(&'a str, &'static str)>, u32)> {
    let mut seconds = LONG_SECONDS;
    let mut names = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if *word == "--seconds" {
            let number = words.next().and_then(|number| number.parse().ok());
            seconds = number.ok_or("--seconds takes a number")?;
            continue;
        }
        let target = TARGETS.iter().find(|(name, _)| name == word);
        let (_, dictionary) = target.ok_or_else(|| {
            let known: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
            format!("no target {word}; there are {}", known.join(", "))
        })?;
        names.push((*word, *dictionary));
    }
    if names.is_empty() {
        names = TARGETS.to_vec();
    }
    Ok((names, seconds))
}

/// Builds the programs, in a folder of their own since everything in them is instrumented, and says where they are.
fn build(targets: &[(&str, &str)]) -> Outcome<PathBuf> {
    let host = Process::new("rustc", &["--print", "host-tuple"]).stdout()?;
    let folder = folder();
    let shown = folder.display().to_string();
    let mut arguments = vec![
        "build",
        "--quiet",
        "--locked",
        "--package",
        "birdcall-fuzz",
        "--profile",
        "fuzz",
        // With a target named, what runs during the build is not instrumented.
        "--target",
        host.trim(),
        "--target-dir",
        &shown,
    ];
    for (name, _) in targets {
        arguments.extend(["--bin", name]);
    }
    Process::cargo(&arguments)
        .env("CARGO_ENCODED_RUSTFLAGS", INSTRUMENTED.join("\u{1f}"))
        .go()?;
    Ok(folder.join(host.trim()).join("fuzz"))
}

fn search(programs: &std::path::Path, name: &str, dictionary: &str, more: &[String]) -> Outcome {
    let fuzz = root().join("fuzz");
    let findings = made("findings", name)?;
    let mut arguments = vec![
        format!("-max_len={LONGEST_INPUT}"),
        // Seconds for one input. The slowest takes a few milliseconds.
        "-timeout=10".to_owned(),
        "-print_final_stats=1".to_owned(),
        format!(
            "-dict={}",
            fuzz.join("dictionaries").join(dictionary).display()
        ),
        format!("-artifact_prefix={}/", findings.display()),
    ];
    arguments.extend_from_slice(more);
    arguments.push(fuzz.join("seeds").join(name).display().to_string());
    Process::new(programs.join(name), &arguments).go().map_err(|error| {
        format!(
            "{error}\nthe input is in {}; `cargo run -p birdcall-fuzz --bin {name} -- FILE` shows what is wrong with it",
            findings.display()
        )
    })
}

/// A folder for what a target's search makes.
fn made(kind: &str, name: &str) -> Outcome<PathBuf> {
    let folder = folder().join(kind).join(name);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

fn folder() -> PathBuf {
    root().join("target").join("fuzz")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_targets_and_a_time() {
        assert_eq!(read(&[]), Ok((TARGETS.to_vec(), LONG_SECONDS)));
        assert_eq!(
            read(&["sdp", "--seconds", "7", "stun"]),
            Ok((vec![("sdp", "sdp.dict"), ("stun", "stun.dict")], 7))
        );
        assert!(read(&["sdp", "--seconds"]).is_err());
        assert!(read(&["sdp", "--seconds", "soon"]).is_err());
        assert!(read(&["nonsense"]).is_err());
    }

    #[test]
    fn a_target_has_its_program_its_seeds_and_its_words() {
        let fuzz = root().join("fuzz");
        let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
        for (name, dictionary) in TARGETS {
            let seeds = fs::read_dir(fuzz.join("seeds").join(name)).unwrap();
            assert!(seeds.count() > 0, "{name}");
            assert!(
                fuzz.join("dictionaries").join(dictionary).exists(),
                "{name}"
            );
            assert!(
                manifest.contains(&format!("\nname = \"{name}\"\n")),
                "{name}"
            );
        }
        assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
    }
}
