//! Printing: medians, and a line for each comparison.

use super::smirnov::compare;
use super::{Event, Heard, Kind};
use crate::statistics::median;

/// What came out.
pub(super) struct Verdict {
    worst: f64,
    comparisons: usize,
}

impl Verdict {
    /// Whether some two kinds differ more than chance explains: below 0.05, divided by the number of comparisons, since
    /// each is one more chance to be wrong (Bonferroni).
    pub(super) fn differs(&self) -> bool {
        self.comparisons == 0 || self.worst < bound(self.comparisons)
    }
}

fn bound(comparisons: usize) -> f64 {
    0.05 / comparisons as f64
}

/// Prints what was heard.
pub(super) fn print(heard: &[Heard]) -> Verdict {
    let of = |kind: Kind, event: Event| -> Vec<f64> {
        heard
            .iter()
            .filter(|one| one.kind == kind && one.event == event)
            .map(|one| one.millis)
            .collect()
    };
    println!(
        "\n{:<20}{:>26}{:>26}{:>26}{:>26}",
        "median ms (calls)", "blocked", "not allowed", "offline", "silent"
    );
    for event in Event::ALL {
        let mut line = format!("{:<20}", event.name());
        for kind in Kind::ALL {
            let times = of(kind, event);
            let middle = median(&times).unwrap_or(f64::NAN);
            line.push_str(&format!("{:>26}", format!("{middle:.2} ({})", times.len())));
        }
        println!("{line}");
    }
    println!(
        "\n{:<20}{:<28}{:>10}{:>12}",
        "told", "compared", "distance", "p"
    );
    let (mut worst, mut comparisons, mut low) = (1.0_f64, 0, 0);
    for event in Event::ALL {
        for (n, one) in Kind::ALL.into_iter().enumerate() {
            for other in Kind::ALL.into_iter().skip(n + 1) {
                let (left, right) = (of(one, event), of(other, event));
                if left.is_empty() || right.is_empty() {
                    continue;
                }
                let found = compare(&left, &right);
                let pair = format!("{} / {}", one.name(), other.name());
                println!(
                    "{:<20}{pair:<28}{:>10.4}{:>12.6}",
                    event.name(),
                    found.distance,
                    found.p
                );
                worst = worst.min(found.p);
                low += usize::from(found.p < 0.05);
                comparisons += 1;
            }
        }
    }
    println!(
        "\n{comparisons} comparisons, {low} of them with p below 0.05; the smallest p is {worst:.6}, the bound {:.6}",
        bound(comparisons.max(1))
    );
    Verdict { worst, comparisons }
}
