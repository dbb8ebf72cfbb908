//! All that was measured, and medians of it.

use crate::load::Measured;
use crate::servers::Kind;
use crate::statistics::median;
use crate::work::ALL;

/// Whole set-ups of many clients.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SetUps {
    /// Memory of one idle allocation, in bytes.
    pub(crate) bytes: f64,
    /// Set-ups in a second.
    pub(crate) per_second: f64,
    /// Processor microseconds of one.
    pub(crate) cpu: f64,
    /// Requests that were sent again.
    pub(crate) again: u64,
}

/// All that was measured.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub(crate) loads: Vec<(&'static str, Kind, Measured)>,
    pub(crate) setups: Vec<(Kind, SetUps)>,
}

impl Results {
    pub(crate) fn load(&mut self, work: &'static str, kind: Kind, measured: Measured) {
        self.loads.push((work, kind, measured));
    }

    pub(crate) fn setups(&mut self, kind: Kind, measured: SetUps) {
        self.setups.push((kind, measured));
    }

    /// The median of a figure over the repeats.
    pub(crate) fn of_load(
        &self,
        work: &str,
        kind: Kind,
        figure: impl Fn(&Measured) -> f64,
    ) -> Option<f64> {
        let values: Vec<f64> = self
            .loads
            .iter()
            .filter(|(name, server, _)| *name == work && *server == kind)
            .map(|(_, _, measured)| figure(measured))
            .collect();
        median(&values)
    }

    pub(crate) fn of_setups(&self, kind: Kind, figure: impl Fn(&SetUps) -> f64) -> Option<f64> {
        let values: Vec<f64> = self
            .setups
            .iter()
            .filter(|(server, _)| *server == kind)
            .map(|(_, measured)| figure(measured))
            .collect();
        median(&values)
    }

    /// Processor microseconds of a packet, of each repeat.
    fn costs(&self, work: &str, kind: Kind) -> Vec<f64> {
        self.loads
            .iter()
            .filter(|(name, server, _)| *name == work && *server == kind)
            .map(|(_, _, measured)| measured.cost())
            .collect()
    }

    /// The median cost of a packet.
    pub(crate) fn cost(&self, work: &str, kind: Kind) -> Option<f64> {
        median(&self.costs(work, kind))
    }

    /// What a packet costs one server in proportion to another: the median of the repeats, in each of which the two ran
    /// right after one another.
    pub(crate) fn ratio(&self, work: &str, one: Kind, other: Kind) -> Option<f64> {
        proportion(&self.costs(work, one), &self.costs(work, other))
    }

    /// The same, in proportion to the cheaper of the bare forwarders.
    pub(crate) fn to_limit(&self, work: &str, kind: Kind) -> Option<f64> {
        let limit = [Kind::Forwarder, Kind::SegmentForwarder]
            .into_iter()
            .filter(|forwarder| self.cost(work, *forwarder).is_some())
            .min_by(|one, other| {
                let cost = |forwarder: &Kind| self.cost(work, *forwarder).unwrap_or(f64::MAX);
                cost(one).total_cmp(&cost(other))
            })?;
        self.ratio(work, kind, limit)
    }

    /// What a packet costs a server in one load in proportion to another load.
    pub(crate) fn between(&self, one: &str, other: &str, kind: Kind) -> Option<f64> {
        proportion(&self.costs(one, kind), &self.costs(other, kind))
    }

    /// The sum of a count over the repeats. `None`: it was not measured.
    pub(crate) fn total(
        &self,
        work: &str,
        kind: Kind,
        count: impl Fn(&Measured) -> u64,
    ) -> Option<f64> {
        self.loads
            .iter()
            .filter(|(name, server, _)| *name == work && *server == kind)
            .map(|(_, _, measured)| count(measured) as f64)
            .reduce(|one, other| one + other)
    }

    /// Servers that something was measured of.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        let measured = |kind: &Kind| {
            self.loads.iter().any(|(_, other, _)| other == kind)
                || self.setups.iter().any(|(other, _)| other == kind)
        };
        Kind::ALL.into_iter().filter(measured).collect()
    }

    /// Loads that were measured.
    pub(crate) fn works(&self) -> Vec<&'static str> {
        let measured = |name: &&str| self.loads.iter().any(|(other, _, _)| other == name);
        ALL.iter().map(|work| work.name).filter(measured).collect()
    }
}

fn proportion(ones: &[f64], others: &[f64]) -> Option<f64> {
    let ratios: Vec<f64> = ones
        .iter()
        .zip(others)
        .filter(|(_, other)| **other > 0.0)
        .map(|(one, other)| one / other)
        .collect();
    median(&ratios)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const WORK: &str = "saturated 160 B";

    /// A load in which each packet cost so many microseconds.
    pub(crate) fn measured(cost: f64) -> Measured {
        Measured {
            seconds: 1.0,
            cpu: cost / 1e3,
            arrived: 1_000,
            sent: 1_000,
            lost: 0,
            wrong: 0,
            latency: Some([20_000, 400_000]),
            late: 0.0,
            clients: 1.0,
        }
    }

    fn results(costs: &[(Kind, &[f64])]) -> Results {
        let mut results = Results::default();
        for (kind, costs) in costs {
            for cost in *costs {
                results.load(WORK, *kind, measured(*cost));
            }
        }
        results
    }

    #[test]
    fn servers_are_compared_within_a_repeat() {
        // The machine was slow in the second repeat, for both.
        let results = results(&[
            (Kind::Coturn, &[10.0, 40.0, 20.0]),
            (Kind::Ours, &[5.0, 16.0, 11.0]),
        ]);
        let close = |value: Option<f64>, wanted: f64| {
            let value = value.unwrap();
            assert!((value - wanted).abs() < 1e-9, "{value} is not {wanted}");
        };
        close(results.cost(WORK, Kind::Ours), 11.0);
        close(results.ratio(WORK, Kind::Ours, Kind::Coturn), 0.5);
        assert_eq!(results.to_limit(WORK, Kind::Ours), None);
        assert_eq!(results.ratio("nothing", Kind::Ours, Kind::Coturn), None);
    }

    #[test]
    fn the_limit_is_the_cheaper_forwarder() {
        let results = results(&[
            (Kind::Ours, &[6.0]),
            (Kind::Forwarder, &[5.0]),
            (Kind::SegmentForwarder, &[4.0]),
        ]);
        assert_eq!(results.to_limit(WORK, Kind::Ours), Some(1.5));
    }
}
