//! Random walks through a small world, 100,000 of them, each from a seed (design: part 8).
//!
//! `BIRDCALL_SEED=17 cargo test -p birdcall-call --test walks` walks from that seed alone.

mod checker;
mod device;
mod rng;
mod world;

use birdcall_protocol::call::EndReason;
use checker::Violation;
use std::collections::BTreeMap;
use world::{Fault, Plot, Sights, walk};

const WALKS: u64 = 100_000;

/// The seeds to walk from: all, or the one that is to be replayed.
fn seeds(count: u64) -> std::ops::Range<u64> {
    #[expect(clippy::disallowed_methods, reason = "replays one walk")]
    let wanted = std::env::var("BIRDCALL_SEED");
    match wanted {
        Ok(seed) => {
            let seed: u64 = seed.parse().expect("BIRDCALL_SEED is a number");
            seed..seed + 1
        }
        Err(_) => 0..count,
    }
}

#[test]
fn whatever_happens_the_rules_hold() {
    let mut total = Sights::default();
    let mut ends: BTreeMap<&'static str, u32> = BTreeMap::new();
    let seeds = seeds(WALKS);
    let all = seeds.end - seeds.start == WALKS;
    for seed in seeds {
        match walk(seed, Fault::None, Plot::Free) {
            Ok(world) => {
                let sights = world.sights;
                for end in sights.ends {
                    *ends.entry(name(end)).or_default() += 1;
                }
                total.lost_races += sights.lost_races;
                total.crashes += sights.crashes;
                total.rejoins += sights.rejoins;
                total.glares += sights.glares;
                total.refusals += sights.refusals;
                total.unrung += sights.unrung;
                total.steps += sights.steps;
            }
            Err(violation) => panic!("{violation:?}, BIRDCALL_SEED={seed}"),
        }
    }
    // Walks that never got anywhere would hold every rule.
    if all {
        assert_eq!(ends.len(), 8, "every end was reached: {ends:?}");
        assert!(ends.values().all(|count| *count > 100), "{ends:?}");
        let met = [
            total.lost_races,
            total.crashes,
            total.rejoins,
            total.glares,
            total.refusals,
            total.unrung,
        ];
        assert!(met.into_iter().all(|count| count > 1_000), "{total:?}");
    }
}

fn name(end: EndReason) -> &'static str {
    match end {
        EndReason::HungUp => "hung_up",
        EndReason::Declined => "declined",
        EndReason::NoAnswer => "no_answer",
        EndReason::Cancelled => "cancelled",
        EndReason::Busy => "busy",
        EndReason::Failed => "failed",
        EndReason::Expired => "expired",
        EndReason::Blocked => "blocked",
    }
}

/// C-6: a caller sees the same frames and the same views, at the same times, whether his call was kept from ringing or
/// nobody was there.
#[test]
fn a_silent_call_looks_like_one_that_nobody_answers() {
    let mut frames = 0;
    for seed in seeds(5_000) {
        let fail = |violation| panic!("{violation:?}, BIRDCALL_SEED={seed}");
        let silent = walk(seed, Fault::None, Plot::Silent).unwrap_or_else(fail);
        let unanswered = walk(seed, Fault::None, Plot::NobodyThere).unwrap_or_else(fail);
        // A glare answers a silent call, and an answered call is not what this is about.
        if silent.sights.glares == 0 {
            assert_eq!(silent.trace, unanswered.trace, "BIRDCALL_SEED={seed}");
            frames += silent.trace.len();
        }
    }
    assert!(frames > 0);
}

/// The rules above could hold because the checker sees nothing. In a world that is broken in one place it has to find
/// what follows from it.
#[test]
fn a_broken_world_is_found_out() {
    for (fault, expected) in [
        (Fault::NoVersionCheck, Violation::TwoAnswers),
        (Fault::RecordsOutsideTheTransaction, Violation::Entry),
        (Fault::NoSweep, Violation::NeverEnded),
        (Fault::ActionsBeforeCommit, Violation::Knowledge),
    ] {
        let found = (0..50_000).find(|seed| {
            let walked = walk(*seed, fault, Plot::Free);
            walked.is_err_and(|violation| violation == expected)
        });
        assert!(found.is_some(), "{fault:?} leads to {expected:?}");
    }
}
