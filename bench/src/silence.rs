//! Whether a caller can tell by the time why nobody answered (C-6). Run as `cargo xtask bench silence`.
//!
//! A real server on loopback, with the machine's clock and a short ring. Callers call people who blocked them, who do not
//! allow them, who are offline, and who are there but do not want to be disturbed, in an order that is drawn. Each moment
//! at which a caller is told something is noted, and each two kinds are compared by the two-sample Kolmogorov-Smirnov
//! test: it looks at the whole distribution, so it notices what a mean would hide.
//!
//! Reading order: [`people`] makes who takes part, [`caller`] calls and notes times, [`smirnov`] compares, [`tables`]
//! prints.

mod caller;
mod people;
mod smirnov;
mod tables;

use crate::Outcome;
use clap::Args;
use people::World;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::SliceRandom};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// What to measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct SilenceBench {
    /// Calls to each kind of person that ring out.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(20..=10_000))]
    calls: u32,
    /// Calls to each kind of person that the caller gives up.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    given_up: u32,
    /// People who call at the same time. More of them get done sooner, and wait for each other more.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=200))]
    callers: u32,
    /// The `birdcall` to measure.
    #[arg(long, value_name = "FILE")]
    program: PathBuf,
    /// Positive control: the beat is off, and the difference has to show. Takes a program with the feature
    /// `broken-protections`.
    #[arg(long)]
    without_beat: bool,
    /// Decides the order of calls; drawn and printed if it is not given.
    #[arg(long)]
    seed: Option<u64>,
}

/// What stands in the way of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    /// They blocked the caller.
    Blocked,
    /// No box of theirs fits the caller.
    NotAllowed,
    /// The call rings, and nobody is there.
    Offline,
    /// They are there, and do not want to be disturbed.
    Silent,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Blocked, Self::NotAllowed, Self::Offline, Self::Silent];

    fn name(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::NotAllowed => "not allowed",
            Self::Offline => "offline",
            Self::Silent => "silent",
        }
    }
}

/// Milliseconds before each call. A server takes 20 invites of a person at once and then one in three seconds, and a call
/// takes a little more than one.
const PAUSE: std::ops::Range<u64> = 900..2_300;

/// One call to make.
#[derive(Debug, Clone)]
struct Plan {
    kind: Kind,
    callee: String,
    gives_up: bool,
    /// Before it.
    pause: Duration,
}

/// When a caller was told something, since the request, or since the press on Cancel, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Heard {
    kind: Kind,
    event: Event,
    millis: f64,
}

/// Something a caller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// The answer to the request.
    Answer,
    /// The call's end.
    End,
    /// Its entry in the conversation.
    Entry,
    /// The list of calls has changed.
    Changed,
    /// The end, since the caller gave up.
    GivenUp,
    /// The entry, since the caller gave up.
    EntryAfter,
}

impl Event {
    const ALL: [Self; 6] = [
        Self::Answer,
        Self::End,
        Self::Entry,
        Self::Changed,
        Self::GivenUp,
        Self::EntryAfter,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::End => "end",
            Self::Entry => "entry",
            Self::Changed => "list changed",
            Self::GivenUp => "end after Cancel",
            Self::EntryAfter => "entry after Cancel",
        }
    }
}

/// Measures, prints, and fails if a difference shows; with `without_beat`, if none does.
pub(crate) fn run(wanted: &SilenceBench) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let seed = wanted.seed.unwrap_or_else(|| rand::rng().random());
    println!("seed {seed}");
    let heard = runtime.block_on(measure(wanted, seed))?;
    let verdict = tables::print(&heard);
    match (wanted.without_beat, verdict.differs()) {
        (false, false) | (true, true) => Ok(()),
        (false, true) => Err("a caller can tell by the time why nobody answered (C-6)".to_owned()),
        (true, false) => {
            Err("without the beat nothing shows: the bench sees too little".to_owned())
        }
    }
}

async fn measure(wanted: &SilenceBench, seed: u64) -> Outcome<Vec<Heard>> {
    let mut random = StdRng::seed_from_u64(seed);
    let start = Instant::now();
    let ringing = wanted.calls.div_ceil(wanted.callers);
    let given_up = wanted.given_up.div_ceil(wanted.callers);
    let world = World::make(wanted, ringing + given_up).await?;
    println!(
        "{} people made in {} s",
        world.size(),
        start.elapsed().as_secs()
    );
    let start = Instant::now();
    let mut callers = JoinSet::new();
    for caller in world.callers() {
        let mut plans = Vec::new();
        for kind in Kind::ALL {
            for n in 0..ringing + given_up {
                plans.push(Plan {
                    kind,
                    callee: caller.callee(kind, n).to_owned(),
                    gives_up: n >= ringing,
                    pause: Duration::from_millis(random.random_range(PAUSE)),
                });
            }
        }
        plans.shuffle(&mut random);
        callers.spawn(caller::call_all(caller.device().clone(), plans));
    }
    let mut heard = Vec::new();
    while let Some(done) = callers.join_next().await {
        heard.extend(done.map_err(|error| error.to_string())??);
    }
    println!("called for {} s", start.elapsed().as_secs());
    world.check().await?;
    Ok(heard)
}
