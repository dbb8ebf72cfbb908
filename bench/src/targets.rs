//! What the relay has to reach, and whether it does.

use crate::results::Results;
use crate::servers::Kind;

/// A target and how far it was reached.
pub(crate) struct Target {
    pub(crate) what: String,
    pub(crate) most: f64,
    pub(crate) measured: f64,
}

impl Target {
    pub(crate) fn is_met(&self) -> bool {
        self.measured <= self.most
    }
}

/// The targets that something was measured for.
pub(crate) fn targets(results: &Results) -> Vec<Target> {
    let mut targets = Vec::new();
    let mut add = |what: String, most: f64, measured: Option<f64>| {
        if let Some(measured) = measured {
            targets.push(Target {
                what,
                most,
                measured,
            });
        }
    };
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_ours()) {
        let name = kind.name();
        let to_coturn = |work| results.ratio(work, kind, Kind::Coturn);
        for (work, indications) in [
            ("saturated 160 B", "saturated 160 B, indications"),
            ("saturated 1200 B", "saturated 1200 B, indications"),
        ] {
            add(format!("{work}: {name} to coturn"), 0.48, to_coturn(work));
            add(
                format!("{work}: {name} to the cheaper forwarder"),
                1.1,
                results.to_limit(work, kind),
            );
            add(
                format!("{indications}: {name}, to ChannelData"),
                1.5,
                results.between(indications, work, kind),
            );
        }
        let work = "video at call rate";
        add(format!("{work}: {name} to coturn"), 0.5, to_coturn(work));
        let work = "audio at call rate";
        let wait = kind.wait();
        let most = if wait.is_zero() { 0.70 } else { 0.43 };
        add(format!("{work}: {name} to coturn"), most, to_coturn(work));
        add(
            format!("{work}: {name}, one-way p99 in ms"),
            wait.as_secs_f64() * 1e3 + 0.5,
            results.of_load(work, kind, |measured| measured.millis(1)),
        );
        let work = "160 packets in flight";
        add(
            format!("{work}: {name}, lost"),
            0.0,
            results.total(work, kind, |measured| measured.lost),
        );
        add(
            format!("{name}: KiB an idle allocation"),
            1.0,
            results.of_setups(kind, |setups| setups.bytes / 1024.0),
        );
        add(
            format!("{name}: CPU µs a set-up"),
            45.0,
            results.of_setups(kind, |setups| setups.cpu),
        );
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::tests::measured;

    #[test]
    fn a_target_is_met_or_missed_and_absent_where_nothing_was_measured() {
        let mut results = Results::default();
        for (kind, cost) in [
            (Kind::Coturn, 10.0),
            (Kind::Ours, 5.0),
            (Kind::Gathering, 4.0),
        ] {
            results.load("audio at call rate", kind, measured(cost));
        }
        let met: Vec<(f64, bool)> = targets(&results)
            .iter()
            .map(|target| (target.most, target.is_met()))
            .collect();
        // To coturn and p99, for each of ours; their p99 is 0.4 ms.
        assert_eq!(met, [(0.70, true), (0.5, true), (0.43, true), (1.5, true)]);
        results.load("saturated 160 B", Kind::Coturn, measured(10.0));
        results.load("saturated 160 B", Kind::Ours, measured(4.9));
        assert_eq!(
            targets(&results)
                .iter()
                .filter(|target| !target.is_met())
                .count(),
            1
        );
    }
}
