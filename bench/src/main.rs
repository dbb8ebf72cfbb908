//! How fast the relay is, beside coturn and beside a bare forwarder. Run as `cargo xtask bench relay`.
//!
//! Every server is a process of its own on a core of its own; the clients of all of them are one thread on another core.
//! They get the same work one after the other, again and again, and each packet that arrives is checked, so nobody wins
//! by dropping. The result is ratios: absolute figures drift with the machine.
//!
//! Reading order: [`work`] says what is measured, [`servers`] who is, [`run`] in which order, [`setups`] and [`load`]
//! how; [`results`] takes medians, [`targets`] says what has to be reached, [`report`] prints. [`weather`] stands apart:
//! calls of real browsers are measured over it. So do [`silence`] and [`crowd`], which
//! measure the whole server: whether it keeps silent (C-6), and how much it bears; and [`torture`], which sees whether it
//! loses anything.

#[cfg(target_os = "linux")]
mod client;
#[cfg(target_os = "linux")]
mod crowd;
#[cfg(target_os = "linux")]
mod forwarder;
#[cfg(target_os = "linux")]
mod leg;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
mod machine;
#[cfg(target_os = "linux")]
mod nats;
#[cfg(target_os = "linux")]
mod node;
#[cfg(target_os = "linux")]
mod people;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod results;
#[cfg(target_os = "linux")]
mod run;
#[cfg(target_os = "linux")]
mod serve;
#[cfg(target_os = "linux")]
mod servers;
#[cfg(target_os = "linux")]
mod setups;
#[cfg(target_os = "linux")]
mod silence;
#[cfg(target_os = "linux")]
mod socket;
#[cfg(target_os = "linux")]
mod statistics;
#[cfg(target_os = "linux")]
mod targets;
#[cfg(target_os = "linux")]
mod torture;
#[cfg(target_os = "linux")]
mod weather;
#[cfg(target_os = "linux")]
mod work;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// A result whose error is a sentence for the person at the terminal.
type Outcome<T = ()> = Result<T, String>;

#[derive(Debug, Parser)]
#[command(about = "Measures the relay beside coturn and a bare forwarder.")]
struct Command {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Measure, and print tables.
    Relay(RelayBench),
    /// Measure whether a caller can tell by the time why nobody answered (C-6), and print tables.
    #[cfg(target_os = "linux")]
    Silence(silence::SilenceBench),
    /// Measure how many people the server bears, and print tables.
    #[cfg(target_os = "linux")]
    Load(crowd::LoadBench),
    /// Kill, cut off and fill what serves people, and see whether anything is lost.
    #[cfg(target_os = "linux")]
    Torture(torture::Torture),
    /// The relay alone, started by the bench: `Relay::start` of the crate that the server uses, with limits so high that
    /// no leg is slowed down. It ends with its standard input.
    ServeRelay(ServeRelay),
    /// The bare forwarder, started by the bench. It ends with its standard input.
    ServeForwarder {
        /// Let the kernel join and split packets (UDP_GRO, UDP_SEGMENT).
        #[arg(long)]
        segments: bool,
    },
    /// A link with loss, delay and a rate, between two network interfaces that it makes. It ends with its standard
    /// input. `cargo xtask bench calls` makes calls over it.
    Weather {
        /// The interface that a host gets.
        near: String,
        /// The interface that stays with the router.
        far: String,
        /// Decides which frames get lost.
        #[arg(long)]
        seed: u64,
    },
}

/// What to measure.
#[derive(Debug, Clone, Args)]
struct RelayBench {
    /// How often everything is measured; the tables show medians.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    repeats: u32,
    /// Once, and each load for a shorter time: to see whether it works.
    #[arg(long)]
    quick: bool,
    /// Only the loads and servers whose names contain one of these words, for example `saturated`, `setups`.
    #[arg(long, num_args = 1.., value_name = "WORD")]
    only: Vec<String>,
    /// Only the servers whose names contain one of these words, for example `ours`, `coturn`.
    #[arg(long, num_args = 1.., value_name = "WORD")]
    servers: Vec<String>,
    /// Print one JSON document instead of tables.
    #[arg(long)]
    json: bool,
    /// Relay threads of coturn (its `-m`). It has one core here, and 0, 1 and 2 cost it the same within the noise.
    #[arg(long, default_value_t = 1)]
    coturn_threads: u32,
    /// A `birdcall` of a release build: measured too, as `birdcall relay`, with the limits of the product.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Give the servers real-time priority, all alike: on a machine that does other things as well, latency is then theirs
    /// and not that of waiting for a core. Takes the right to, and chrt.
    #[arg(long)]
    realtime: bool,
    /// The seed of packet times and bytes; drawn and printed if it is not given.
    #[arg(long)]
    seed: Option<u64>,
}

/// How the relay runs.
#[derive(Debug, Clone, Args)]
struct ServeRelay {
    /// The node key, 64 hexadecimal digits.
    #[arg(long)]
    key: String,
    /// How long packets may gather, in microseconds.
    #[arg(long, default_value_t = 0)]
    gather: u64,
}

fn main() -> ExitCode {
    match carry_out(Command::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(target_os = "linux")]
fn carry_out(task: Task) -> Outcome {
    match task {
        Task::Relay(wanted) => run::run(&wanted),
        Task::Silence(wanted) => silence::run(&wanted),
        Task::Load(wanted) => crowd::run(&wanted),
        Task::Torture(wanted) => torture::run(&wanted),
        Task::ServeRelay(how) => serve::relay(&how),
        Task::ServeForwarder { segments } => forwarder::serve(segments),
        Task::Weather { near, far, seed } => weather::serve(&near, &far, seed),
    }
}

#[cfg(not(target_os = "linux"))]
fn carry_out(_: Task) -> Outcome {
    Err("the relay runs on Linux only, and so does its bench".to_owned())
}
