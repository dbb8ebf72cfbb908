//! How many people a server bears. Run as `cargo xtask bench load`.
//!
//! The program of a release build serves people who hold a socket each, write to each other and call each other, exactly
//! as the web app does. They live in this process, on one thread. Work comes at a fixed rate, whether or not the server
//! keeps up, and each time is counted from the moment at which the work was meant to begin, so a server that stalls
//! cannot hide it. Then as many as go at once, for the most there is. Processor time is the server's own, from the kernel.
//!
//! The people are written into the database before the server starts ([`crate::people`]): a sign-up costs a password's hash, and
//! thousands of them would measure that alone. All else is done through the front door, within every rate limit.
//!
//! It is measured on each of what it may run on ([`On`]).
//!
//! Reading order: [`kept`] has the databases, [`target`] starts what is measured, [`stage`] knows who takes part and what they are told, [`device`]
//! is one of them, [`work`] makes them write and call, [`tables`] prints.

mod calls;
mod device;
mod kept;
mod stage;
mod tables;
mod target;
mod work;

use crate::Outcome;
use crate::machine::allow_files;
use crate::people::Crowd;
use clap::Args;
use kept::Shelf;
use stage::Stage;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tables::{Held, Round, Start};
use target::{Target, Watch};
use work::{Kind, Load, Overload, Pace};

/// What to measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct LoadBench {
    /// The `birdcall` to measure.
    #[arg(long, value_name = "FILE")]
    program: PathBuf,
    /// How often everything is measured; the tables show medians.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    repeats: u32,
    /// Once, for a shorter time and with fewer people: to see whether it works.
    #[arg(long)]
    quick: bool,
    /// Sockets held, in steps. As many of them as the system lets a process have files.
    #[arg(long, num_args = 1.., default_values_t = [1_000, 5_000, 20_000])]
    sockets: Vec<usize>,
    /// Messages a second, all together.
    #[arg(long, default_value_t = 2_000)]
    messages: u32,
    /// Calls a second, all together.
    #[arg(long, default_value_t = 300)]
    calls: u32,
    /// Calls a second that are too many, all together: three times what a server bears.
    #[arg(long, default_value_t = 2_500)]
    too_many: u32,
    /// Seconds of each load, of which the first two are not counted.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u64).range(4..=600))]
    seconds: u64,
    /// How many messages, and calls, are under way at once where the most is looked for.
    #[arg(long, default_value_t = 256)]
    at_once: usize,
    /// What is measured.
    #[arg(long, num_args = 1.., value_enum, default_values_t = [On::Sqlite, On::Postgres, On::Nodes])]
    on: Vec<On>,
    /// Only these parts.
    #[arg(long, num_args = 1.., value_enum, value_name = "PART")]
    only: Vec<Part>,
}

/// What the program runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum On {
    /// One node on SQLite.
    Sqlite,
    /// One node on PostgreSQL.
    Postgres,
    /// Two nodes on PostgreSQL, with NATS between them.
    Nodes,
}

impl On {
    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "one node on SQLite",
            Self::Postgres => "one node on PostgreSQL",
            Self::Nodes => "two nodes on PostgreSQL with NATS",
        }
    }
}

/// A part of the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// From start to ready, and an idle server's memory.
    Start,
    /// What a socket costs.
    Sockets,
    /// Messages at the rate.
    Messages,
    /// Calls at the rate.
    Calls,
    /// The most messages and calls there are.
    Most,
    /// Three times the calls that a server bears, and what becomes of messages and health checks meanwhile.
    Overload,
}

/// Files of a process that are no sockets of people: the database, the requests over HTTP, the listeners.
const OTHER_FILES: u64 = 300;

/// How long things are let settle before memory is read.
const SETTLE: Duration = Duration::from_secs(3);

/// At which step of sockets the most is looked for: the second, or the only one.
const MOST_AT: usize = 1;

/// Sockets held where calls are too many, at most: enough pairs who are in no call, and files left for as many requests.
const OVERLOADED: usize = 10_000;

/// How often a server is started to see how long that takes.
const STARTS: usize = 5;

impl LoadBench {
    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    fn repeats(&self) -> u32 {
        if self.quick { 1 } else { self.repeats }
    }

    fn span(&self) -> Duration {
        Duration::from_secs(if self.quick { 5 } else { self.seconds })
    }

    /// The steps, each an even number and none above what can be had.
    fn steps(&self) -> Outcome<Vec<usize>> {
        let mut steps = self.sockets.clone();
        if self.quick {
            steps.truncate(2);
        }
        let wanted = steps.iter().copied().max().unwrap_or_default() as u64 + OTHER_FILES;
        let most = allow_files(wanted)?.saturating_sub(OTHER_FILES) as usize;
        if (most as u64) + OTHER_FILES < wanted {
            println!(
                "This system lets a process have {} files: {most} sockets at most.",
                most as u64 + OTHER_FILES
            );
        }
        for step in &mut steps {
            *step = (*step).min(most) & !1;
        }
        steps.sort_unstable();
        steps.dedup();
        Ok(steps)
    }
}

/// Measures and prints.
pub(crate) fn run(wanted: &LoadBench) -> Outcome {
    let steps = wanted.steps()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(measure(wanted, &steps))
}

/// So many people in pairs, with a device each.
fn pairs(people: usize) -> Crowd {
    Crowd {
        people,
        group: 2,
        devices: 1,
    }
}

async fn measure(wanted: &LoadBench, steps: &[usize]) -> Outcome {
    println!("{}", target::machine());
    for on in &wanted.on {
        measure_on(wanted, steps, *on).await?;
    }
    Ok(())
}

async fn measure_on(wanted: &LoadBench, steps: &[usize], on: On) -> Outcome {
    let most = steps.last().copied().unwrap_or_default();
    let (mut shelf, took) = Shelf::fill(on, pairs(most)).await?;
    let name = on.name();
    println!(
        "\n{name}: {most} people written in {:.1} s",
        took.as_secs_f64()
    );
    if wanted.wants(Part::Start) {
        tables::starts(name, &starts(wanted, on, &mut shelf).await?);
    }
    let mut rounds = Vec::new();
    for _ in 0..wanted.repeats() {
        let place = shelf.full()?;
        let target = Target::start(&wanted.program, on, &shelf, place).await?;
        let mut round = round(wanted, steps, &target).await?;
        drop(target);
        if wanted.wants(Part::Overload) {
            let place = shelf.full()?;
            let target = Target::start(&wanted.program, on, &shelf, place).await?;
            round.overload = Some(overload(wanted, most.min(OVERLOADED), &target).await?);
        }
        rounds.push(round);
    }
    tables::rounds(name, &rounds);
    Ok(())
}

/// Starts servers, with nobody in the database and with everybody.
async fn starts(wanted: &LoadBench, on: On, shelf: &mut Shelf) -> Outcome<Vec<Start>> {
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let place = shelf.empty()?;
        let first = Target::start(&wanted.program, on, shelf, place).await?;
        let fresh = first.ready();
        tokio::time::sleep(SETTLE).await;
        let idle = first.resident()?;
        let place = first.end();
        let again = Target::start(&wanted.program, on, shelf, place)
            .await?
            .ready();
        let place = shelf.full()?;
        let many = Target::start(&wanted.program, on, shelf, place)
            .await?
            .ready();
        starts.push(Start {
            fresh,
            again,
            many,
            idle,
        });
    }
    Ok(starts)
}

/// Everything once, against one target.
async fn round(wanted: &LoadBench, steps: &[usize], target: &Target) -> Outcome<Round> {
    let most = steps.last().copied().unwrap_or_default();
    let stage = Arc::new(Stage::new(most, target.urls()));
    tokio::time::sleep(SETTLE).await;
    let mut round = Round::default();
    let mut before = 0;
    let empty = target.resident()?;
    for (n, sockets) in steps.iter().copied().enumerate() {
        device::open_all(&stage, before..sockets).await?;
        before = sockets;
        if wanted.wants(Part::Sockets) {
            tokio::time::sleep(SETTLE).await;
            let watch = Watch::start(target)?;
            let memory = target.resident()?;
            tokio::time::sleep(wanted.span()).await;
            round.held.push(Held {
                sockets,
                each: memory.saturating_sub(empty) as f64 / sockets as f64,
                idle: watch.stop(target)?,
            });
        }
        for (part, kind, rate) in [
            (Part::Messages, Kind::Messages, wanted.messages),
            (Part::Calls, Kind::Calls, wanted.calls),
        ] {
            let mut paces = Vec::new();
            if wanted.wants(part) {
                paces.push(Pace::Rate(rate));
            }
            if wanted.wants(Part::Most) && n == MOST_AT.min(steps.len() - 1) {
                paces.push(Pace::AtOnce(wanted.at_once));
            }
            for pace in paces {
                let load = Load {
                    kind,
                    pace,
                    sockets,
                    span: wanted.span(),
                };
                round.loads.push(work::put(&stage, target, load).await?);
            }
        }
    }
    stage.check()?;
    Ok(round)
}

/// More calls than it bears, from the start on.
async fn overload(wanted: &LoadBench, sockets: usize, target: &Target) -> Outcome<Overload> {
    let stage = Arc::new(Stage::new(sockets, target.urls()));
    device::open_all(&stage, 0..sockets).await?;
    let load = Load {
        kind: Kind::Calls,
        pace: Pace::Rate(wanted.too_many),
        sockets,
        span: wanted.span(),
    };
    let done = work::overload(&stage, target, load).await?;
    stage.check()?;
    Ok(done)
}
