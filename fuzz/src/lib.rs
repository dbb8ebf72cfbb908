//! What must hold whatever comes in from outside: the STUN codec, ChannelData, messages on
//! streams, the relay's engine, the SDP filter.
//!
//! One function for each target takes any bytes and panics where something is broken; each says in its module what it
//! holds the code against. `fuzz_targets` has a program for each. Built for fuzzing (`cargo xtask fuzz`, or cargo-fuzz)
//! it is driven by libFuzzer; built in any other way it checks the files named on its command line, which is how a
//! finding is looked at: `cargo run -p birdcall-fuzz --bin sdp -- FILE`.
//!
//! `seeds` holds where the search begins: inputs that reach what random bytes would not. All of them are checked by
//! this crate's tests too, and so are the oracles: each is shown something broken and has to see it.

pub mod channel_data;
pub mod engine;
pub mod sdp;
pub mod stream;
pub mod stun;

#[cfg(fuzzing)]
pub use libfuzzer_sys;

/// A check of any bytes, which panics where something is broken.
pub type Check = fn(&[u8]);

/// Every target by its name, which is that of its program and of its folder of seeds.
pub const TARGETS: &[(&str, Check)] = &[
    ("stun", stun::check),
    ("channel_data", channel_data::check),
    ("stream", stream::check),
    ("engine", engine::check),
    ("sdp", sdp::check_description),
    ("candidate", sdp::check_candidate),
];

/// The program of a target.
#[macro_export]
macro_rules! target {
    ($check:path) => {
        #[cfg(fuzzing)]
        use $crate::libfuzzer_sys;
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $check(bytes));

        #[cfg(not(fuzzing))]
        fn main() -> std::process::ExitCode {
            $crate::check_files($check)
        }
    };
}

/// Checks the files named on the command line.
pub fn check_files(check: Check) -> std::process::ExitCode {
    for path in std::env::args_os().skip(1) {
        match std::fs::read(&path) {
            Ok(bytes) => check(&bytes),
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                return std::process::ExitCode::FAILURE;
            }
        }
    }
    std::process::ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::TARGETS;
    use std::fs;
    use std::path::Path;

    /// Seeds are read by every clone and every run; more than this is a corpus, and belongs into `target`.
    const MOST_BYTES: u64 = 300 * 1024;

    #[test]
    fn every_seed_passes_its_check() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
        let mut bytes = 0;
        for (name, check) in TARGETS {
            let mut count = 0;
            for seed in fs::read_dir(seeds.join(name)).unwrap() {
                let path = seed.unwrap().path();
                let seed = fs::read(&path).unwrap();
                println!("{}", path.display());
                check(&seed);
                bytes += seed.len() as u64;
                count += 1;
            }
            assert!(count > 0, "{name} has no seeds");
        }
        assert!(bytes < MOST_BYTES, "{bytes} bytes of seeds");
    }
}
