//! Printing. Each figure is the median over the repeats.

use super::target::Watched;
use super::work::{Done, Kind, Overload, Pace};
use crate::statistics::median;
use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::time::Duration;

/// How a server starts.
pub(super) struct Start {
    /// Until it was ready, its database made new.
    pub(super) fresh: Duration,
    /// With that database.
    pub(super) again: Duration,
    /// With everybody in it.
    pub(super) many: Duration,
    /// Bytes of memory, with nobody there.
    pub(super) idle: u64,
}

/// What so many sockets take.
pub(super) struct Held {
    pub(super) sockets: usize,
    /// Bytes for each.
    pub(super) each: f64,
    /// While nothing is done but asking whether they are there.
    pub(super) idle: Watched,
}

/// Everything once.
#[derive(Default)]
pub(super) struct Round {
    pub(super) held: Vec<Held>,
    pub(super) loads: Vec<Done>,
    pub(super) overload: Option<Overload>,
}

pub(super) fn starts(target: &str, starts: &[Start]) {
    let of = |value: fn(&Start) -> f64| middle(starts.iter().map(value));
    println!(
        "\n{target}, from start to ready, ms (median of {})",
        starts.len()
    );
    println!(
        "{:>28}{:>28}{:>28}{:>16}",
        "a new database", "a database", "everybody in it", "idle, MB"
    );
    println!(
        "{:>28.0}{:>28.0}{:>28.0}{:>16.1}",
        of(|one| millis(one.fresh)),
        of(|one| millis(one.again)),
        of(|one| millis(one.many)),
        of(|one| one.idle as f64 / 1e6),
    );
}

pub(super) fn rounds(target: &str, rounds: &[Round]) {
    let Some(first) = rounds.first() else { return };
    if !first.held.is_empty() {
        println!("\n{target}, sockets held (median of {})", rounds.len());
        println!(
            "{:>10}{:>12}{:>28}",
            "sockets", "KB each", "idle: CPU s per 1,000 and h"
        );
    }
    for (n, held) in first.held.iter().enumerate() {
        let of = |value: fn(&Held) -> f64| middle(rounds.iter().map(|round| value(&round.held[n])));
        println!(
            "{:>10}{:>12.1}{:>28.1}",
            held.sockets,
            of(|one| one.each / 1e3),
            of(|one| {
                let hours = one.idle.span.as_secs_f64() / 3_600.0;
                one.idle.server.as_secs_f64() / hours / (one.sockets as f64 / 1_000.0)
            }),
        );
    }
    for kind in [Kind::Messages, Kind::Calls] {
        if first.loads.iter().any(|done| done.load.kind == kind) {
            loads(target, rounds, kind);
        }
    }
    let all: Vec<&Overload> = rounds
        .iter()
        .filter_map(|round| round.overload.as_ref())
        .collect();
    overloads(target, &all);
}

fn overloads(target: &str, all: &[&Overload]) {
    let Some(first) = all.first() else { return };
    let of = |value: &dyn Fn(&Overload) -> f64| middle(all.iter().map(|one| value(one)));
    let Pace::Rate(asked) = first.calls.load.pace else {
        return;
    };
    println!(
        "\n{target}, {asked} calls a second asked for (median of {})",
        all.len()
    );
    println!(
        "  whole calls a second: {:.0}",
        of(&|one| one.calls.rate - one.calls.overloaded)
    );
    println!(
        "  refused with `overloaded`, a second: {:.0}",
        of(&|one| one.calls.overloaded)
    );
    let three = |times: &dyn Fn(&Overload) -> Histogram<u64>| {
        let at = |q: f64| of(&|one| quantile(Some(&times(one)), q));
        format!("{:.1}/{:.1}/{:.1}", at(0.5), at(0.95), at(0.99))
    };
    println!(
        "  ms, p50/p95/p99: invite to ring {}, message on disk {}, ready asked {}",
        three(&|one| one
            .calls
            .times
            .first()
            .cloned()
            .unwrap_or_else(|| one.kept.clone())),
        three(&|one| one.kept.clone()),
        three(&|one| one.healthy.clone())
    );
    println!(
        "  health checks that failed: {:.0}; calls not done in time: {:.0}",
        of(&|one| one.unhealthy as f64),
        of(&|one| one.calls.unfinished as f64)
    );
    let mut wrong: BTreeMap<&str, u64> = BTreeMap::new();
    for (code, count) in all.iter().flat_map(|one| &one.calls.refused) {
        *wrong.entry(code).or_default() += count;
    }
    println!("  refused, all together: {wrong:?}");
}

fn loads(target: &str, rounds: &[Round], kind: Kind) {
    let Some(first) = rounds.first() else { return };
    let (what, measures): (&str, &[&str]) = match kind {
        Kind::Messages => ("messages", &["on disk and told", "at the other"]),
        Kind::Calls => (
            "calls",
            &["invite to ring", "accept to both", "end to lists"],
        ),
    };
    println!(
        "\n{target}, {what} (median of {}; times in ms, p50/p95/p99)",
        rounds.len()
    );
    print!(
        "{:>9}{:>13}{:>9}{:>10}{:>13}",
        "sockets", "asked", "done/s", "per core", "CPU s/1,000"
    );
    for measure in measures {
        print!("{measure:>24}");
    }
    println!("{:>9}{:>9}{:>9}", "beside", "people", "others");
    let mut wrong: BTreeMap<String, u64> = BTreeMap::new();
    for (n, done) in first.loads.iter().enumerate() {
        if done.load.kind != kind {
            continue;
        }
        let of = |value: &dyn Fn(&Done) -> f64| {
            middle(rounds.iter().map(|round| value(&round.loads[n])))
        };
        let asked = match done.load.pace {
            Pace::Rate(rate) => format!("{rate}/s"),
            Pace::AtOnce(many) => format!("{many} at once"),
        };
        print!(
            "{:>9}{asked:>13}{:>9.0}{:>10.0}{:>13.2}",
            done.load.sockets,
            of(&|one| one.rate),
            of(&|one| one.whole as f64 / one.watched.server.as_secs_f64()),
            of(&|one| one.watched.server.as_secs_f64() / (one.whole as f64 / 1_000.0)),
        );
        for measure in 0..measures.len() {
            let at =
                |hundredths: f64| of(&|one: &Done| quantile(one.times.get(measure), hundredths));
            print!(
                "{:>24}",
                format!("{:.1}/{:.1}/{:.1}", at(0.5), at(0.95), at(0.99))
            );
        }
        println!(
            "{:>9.2}{:>9.2}{:>9.2}",
            of(&|one| cores(one.watched.beside, one.watched)),
            of(&|one| cores(one.watched.people, one.watched)),
            of(&|one| cores(one.watched.others, one.watched)),
        );
        for round in rounds {
            let one = &round.loads[n];
            for (code, count) in &one.refused {
                *wrong.entry(format!("{asked}: {code}")).or_default() += count;
            }
            if one.unfinished > 0 {
                *wrong
                    .entry(format!("{asked}: not done in time"))
                    .or_default() += one.unfinished;
            }
        }
    }
    println!(
        "  `beside`, `people` and `others`: cores that the database's server and NATS took, the people, and everything else"
    );
    for (what, count) in wrong {
        println!("  {what}: {count}");
    }
}

fn cores(time: Duration, watched: Watched) -> f64 {
    time.as_secs_f64() / watched.span.as_secs_f64()
}

fn quantile(times: Option<&Histogram<u64>>, quantile: f64) -> f64 {
    times.map_or(f64::NAN, |times| {
        times.value_at_quantile(quantile) as f64 / 1e3
    })
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn middle(values: impl Iterator<Item = f64>) -> f64 {
    median(&values.collect::<Vec<_>>()).unwrap_or(f64::NAN)
}
