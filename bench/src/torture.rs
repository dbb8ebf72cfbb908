//! Whether anything is lost. Run as `cargo xtask torture`.
//!
//! Real servers, several nodes on one database with NATS between them, are killed, cut off and put on a full disk, while
//! people write, read and call through all of them. What their devices see is a history, which is judged when all is
//! whole again: what was acknowledged is readable by every device, once and in order; every call ended once, for one
//! reason; read marks never went back; and what was told live is what stands there.
//!
//! Reading order: [`history`] is what is written down, [`checker`] judges it, [`client`] is a device, [`nodes`],
//! [`bus`], [`database`] and [`disk`] are what breaks, [`mod@run`] breaks it, [`tables`] prints.

mod asking;
mod bus;
mod calling;
mod checker;
mod client;
mod database;
mod disk;
mod history;
mod nodes;
mod run;
mod tables;
mod world;

use crate::Outcome;
use clap::Args;
use std::path::PathBuf;

/// How to torture.
#[derive(Debug, Clone, Args)]
pub(crate) struct Torture {
    /// The `birdcall` to torture.
    #[arg(long, value_name = "FILE")]
    program: PathBuf,
    /// The run ends after so many nodes were killed.
    #[arg(long, default_value_t = 300)]
    kills: u64,
    /// It ends after so many seconds at the latest; what was begun is then brought to its end, which takes some more.
    #[arg(long, default_value_t = 3_600)]
    seconds: u64,
    /// The seed of all that is chosen; drawn and printed if it is not given. Two runs of one seed choose alike, and
    /// meet other moments.
    #[arg(long)]
    seed: Option<u64>,
    /// How many nodes serve.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=9))]
    nodes: u8,
    /// What they keep everything in.
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
    /// Whether there is NATS between the nodes, which is then killed, paused and cut off.
    #[arg(long, value_name = "YES", default_value_t = true, num_args = 0..=1, default_missing_value = "true",
        action = clap::ArgAction::Set)]
    nats: bool,
    /// Groups of people, of four each, with two devices each.
    #[arg(long, default_value_t = 6)]
    groups: usize,
    /// Where findings and logs are put, if there are findings.
    #[arg(long, value_name = "DIR", default_value = "target/torture")]
    out: PathBuf,
    /// A protection that the program is to do without, in a build for tests: something has to be found then.
    #[arg(long, value_name = "RULE")]
    without: Option<String>,
}

/// A database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Database {
    /// One file for all nodes.
    Sqlite,
    /// A PostgreSQL server (Debian's), which is stopped and killed as well.
    Postgres,
}

/// Tortures, judges and prints. An error if anything was found, or if nothing was where something has to be.
pub(crate) fn run(wanted: &Torture) -> Outcome {
    run::run(wanted)
}
