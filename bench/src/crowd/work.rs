//! Making people write and call: at a fixed rate, or so many at once.

use super::stage::{Now, Stage};
use super::target::{Target, Watch, Watched};
use crate::Outcome;
use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The beginning of a load does not count: buffers grow, pages are read.
const WARM: Duration = Duration::from_secs(2);

/// How long what is under way may take to be done when the load is over.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often it is looked whether something has to begin. It stands in every latency, once at most.
const TICK: Duration = Duration::from_millis(1);

/// What people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Write.
    Messages,
    /// Call.
    Calls,
}

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// So many begin in each second.
    Rate(u32),
    /// So many are under way at each moment.
    AtOnce(usize),
}

/// A load.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) kind: Kind,
    pub(super) pace: Pace,
    /// How many people have a socket open; all take part.
    pub(super) sockets: usize,
    pub(super) span: Duration,
}

/// What came of it.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub(super) load: Load,
    /// Done in a second, of what was begun after the warm beginning.
    pub(super) rate: f64,
    pub(super) watched: Watched,
    /// Begun and done while processors were watched.
    pub(super) whole: u64,
    /// Refused as `overloaded` in a second of that time. Who is refused is done, too.
    pub(super) overloaded: f64,
    /// Begun, and not done when it was long over.
    pub(super) unfinished: u64,
    pub(super) refused: BTreeMap<String, u64>,
    /// For messages: kept, had. For calls: rang, started, ended.
    pub(super) times: Vec<Histogram<u64>>,
}

/// What else goes on while there is too much.
pub(super) struct Overload {
    /// The calls.
    pub(super) calls: Done,
    /// A few messages, from meant to kept.
    pub(super) kept: Histogram<u64>,
    /// Health checks, each from asked to answered, and how many were not well.
    pub(super) healthy: Histogram<u64>,
    pub(super) unhealthy: u64,
}

/// Messages a second while there is too much of calls.
const BESIDE: Duration = Duration::from_millis(10);

/// Puts a load of calls on the target, and writes and asks how it is meanwhile.
pub(super) async fn overload(stage: &Arc<Stage>, target: &Target, load: Load) -> Outcome<Overload> {
    let writer = Arc::clone(stage);
    let writing = tokio::spawn(async move {
        let mut each = tokio::time::interval(BESIDE);
        loop {
            each.tick().await;
            writer.begin(Kind::Messages, Instant::now());
        }
    });
    let asker = Arc::clone(stage);
    let asking = tokio::spawn(async move {
        let mut each = tokio::time::interval(BESIDE * 10);
        loop {
            each.tick().await;
            asker.asks_how_it_is().await;
        }
    });
    let done = put(stage, target, load).await;
    writing.abort();
    asking.abort();
    Ok(Overload {
        calls: done?,
        kept: stage.measures.kept.take(),
        healthy: stage.measures.healthy.take(),
        unhealthy: stage.unhealthy.swap(0, Ordering::Relaxed),
    })
}

/// Puts a load on the target.
pub(super) async fn put(stage: &Arc<Stage>, target: &Target, load: Load) -> Outcome<Done> {
    let begin = Instant::now();
    let end = begin + load.span;
    let counts_from = begin + WARM;
    let refills_until = match load.pace {
        Pace::Rate(_) => None,
        Pace::AtOnce(_) => Some(end),
    };
    let now = Now {
        kind: load.kind,
        counts_from,
        refills_until,
    };
    stage.begins(now, load.sockets);
    let mut watch = None;
    let (mut done_before, mut overloaded_before) = (0, 0);
    let mut begun = 0_u64;
    loop {
        let moment = Instant::now();
        if moment >= counts_from && watch.is_none() {
            watch = Some(Watch::start(target)?);
            done_before = stage.done_count.load(Ordering::Relaxed);
            overloaded_before = stage.overloaded();
        }
        if moment >= end {
            break;
        }
        match load.pace {
            Pace::Rate(rate) => {
                let gone = moment.duration_since(begin).as_secs_f64();
                while begun < (gone * f64::from(rate)) as u64 {
                    let meant = begin + Duration::from_secs_f64(begun as f64 / f64::from(rate));
                    stage.begin(load.kind, meant);
                    begun += 1;
                }
            }
            Pace::AtOnce(many) => {
                for _ in begun..many as u64 {
                    stage.begin(load.kind, moment);
                }
                begun = many as u64;
            }
        }
        tokio::time::sleep(TICK).await;
    }
    let watched = watch.map(|watch| watch.stop(target)).transpose()?;
    let watched = watched.unwrap_or_default();
    let whole = stage.done_count.load(Ordering::Relaxed) - done_before;
    let overloaded = stage.overloaded() - overloaded_before;
    let unfinished = |stage: &Stage| {
        let begun = stage.begun_count.load(Ordering::Relaxed);
        begun.saturating_sub(stage.done_count.load(Ordering::Relaxed))
    };
    let patience = Instant::now() + PATIENCE;
    while unfinished(stage) > 0 && Instant::now() < patience {
        tokio::time::sleep(TICK * 20).await;
    }
    let measures = &stage.measures;
    let unfinished = unfinished(stage);
    let refused = stage.is_over();
    let times = match load.kind {
        Kind::Messages => vec![measures.kept.take(), measures.had.take()],
        Kind::Calls => vec![
            measures.rang.take(),
            measures.started.take(),
            measures.ended.take(),
        ],
    };
    Ok(Done {
        load,
        rate: whole as f64 / watched.span.as_secs_f64(),
        overloaded: overloaded as f64 / watched.span.as_secs_f64(),
        watched,
        whole,
        unfinished,
        refused,
        times,
    })
}
