//! Tables, and whether targets are met.

use crate::load::Measured;
use crate::servers::Kind;
use crate::statistics::median;
use crate::work::{ALL, Pace, SETUPS};
use serde_json::{Map, Value, json};

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
    loads: Vec<(&'static str, Kind, Measured)>,
    setups: Vec<(Kind, SetUps)>,
}

impl Results {
    pub(crate) fn load(&mut self, work: &'static str, kind: Kind, measured: Measured) {
        self.loads.push((work, kind, measured));
    }

    pub(crate) fn setups(&mut self, kind: Kind, measured: SetUps) {
        self.setups.push((kind, measured));
    }

    /// The median of a figure over the repeats.
    fn of_load(&self, work: &str, kind: Kind, figure: impl Fn(&Measured) -> f64) -> Option<f64> {
        let values: Vec<f64> = self
            .loads
            .iter()
            .filter(|(name, server, _)| *name == work && *server == kind)
            .map(|(_, _, measured)| figure(measured))
            .collect();
        median(&values)
    }

    fn of_setups(&self, kind: Kind, figure: impl Fn(&SetUps) -> f64) -> Option<f64> {
        let values: Vec<f64> = self
            .setups
            .iter()
            .filter(|(server, _)| *server == kind)
            .map(|(_, measured)| figure(measured))
            .collect();
        median(&values)
    }

    fn cost(&self, work: &str, kind: Kind) -> Option<f64> {
        self.of_load(work, kind, Measured::cost)
    }

    /// What the cheaper of the bare forwarders takes.
    fn limit(&self, work: &str) -> Option<f64> {
        [Kind::Forwarder, Kind::SegmentForwarder]
            .into_iter()
            .filter_map(|kind| self.cost(work, kind))
            .min_by(f64::total_cmp)
    }

    /// Servers that something was measured of.
    fn kinds(&self) -> Vec<Kind> {
        let measured = |kind: &Kind| {
            self.loads.iter().any(|(_, other, _)| other == kind)
                || self.setups.iter().any(|(other, _)| other == kind)
        };
        Kind::ALL.into_iter().filter(measured).collect()
    }

    /// Loads that were measured.
    fn works(&self) -> Vec<&'static str> {
        let measured = |name: &&str| self.loads.iter().any(|(other, _, _)| other == name);
        ALL.iter().map(|work| work.name).filter(measured).collect()
    }
}

/// Loss above which a figure does not count.
const MOST_LOSS: f64 = 0.001;

/// Below this share of its core a server is not saturated: the clients are the limit.
const SATURATED: f64 = 0.9;

/// Prints everything, as tables or as JSON.
pub(crate) fn print(results: &Results, as_json: bool) {
    let targets = targets(results);
    if as_json {
        println!("{:#}", json_of(results, &targets));
        return;
    }
    println!();
    print_costs(results);
    print_rates(results);
    print_setups(results);
    print_targets(&targets);
    print_doubts(results);
}

fn cell(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
}

/// Prints a table with its first column to the left and all others to the right.
fn table(title: &str, head: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(String::as_str)
            .chain(head.get(column).copied())
            .map(|text| text.chars().count())
            .max()
            .unwrap_or_default()
    };
    println!("{title}\n");
    let heads: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    for row in std::iter::once(&heads).chain(rows) {
        let mut line = String::new();
        for (column, text) in row.iter().enumerate() {
            let width = width(column);
            if column == 0 {
                line.push_str(&format!("{text:<width$}"));
            } else {
                line.push_str(&format!("  {text:>width$}"));
            }
        }
        println!("{}", line.trim_end());
    }
    println!();
}

fn print_costs(results: &Results) {
    let kinds = results.kinds();
    let mut head = vec!["load"];
    head.extend(kinds.iter().map(|kind| kind.name()));
    head.extend(["ours/coturn", "ours/limit"]);
    let rows: Vec<Vec<String>> = results
        .works()
        .into_iter()
        .map(|work| {
            let mut row = vec![work.to_owned()];
            row.extend(kinds.iter().map(|kind| cell(results.cost(work, *kind), 2)));
            row.push(cell(to_coturn(results, work, Kind::Ours), 2));
            row.push(cell(
                ratio(results.cost(work, Kind::Ours), results.limit(work)),
                2,
            ));
            row
        })
        .collect();
    if !rows.is_empty() {
        let title =
            "Processor time of the server: µs a packet relayed, or s a million of them (medians)";
        table(title, &head, &rows);
    }
}

fn print_rates(results: &Results) {
    let kinds = results.kinds();
    let mut head = vec!["load"];
    head.extend(kinds.iter().map(|kind| kind.name()));
    let rows = |wanted: &dyn Fn(Pace) -> bool, text: &dyn Fn(&str, Kind) -> String| {
        let rows: Vec<Vec<String>> = ALL
            .iter()
            .filter(|work| wanted(work.pace) && results.works().contains(&work.name))
            .map(|work| {
                let mut row = vec![work.name.to_owned()];
                row.extend(kinds.iter().map(|kind| text(work.name, *kind)));
                row
            })
            .collect();
        rows
    };
    let rates = rows(&|pace| matches!(pace, Pace::Window(_)), &|work, kind| {
        let loss = results.of_load(work, kind, Measured::loss);
        if loss.is_some_and(|loss| loss >= MOST_LOSS) {
            return "lossy".to_owned();
        }
        cell(
            results.of_load(work, kind, |measured| measured.per_core() / 1e3),
            0,
        )
    });
    if !rates.is_empty() {
        let title = "Packets a second and core at less than 0.1 % loss, in thousands (medians)";
        table(title, &head, &rates);
    }
    let busy = rows(&|pace| !matches!(pace, Pace::Burst(_)), &|work, kind| {
        cell(
            results.of_load(work, kind, |measured| measured.busy() * 100.0),
            0,
        )
    });
    if !busy.is_empty() {
        table(
            "The server's share of its core, in % (medians)",
            &head,
            &busy,
        );
    }
    let latencies = rows(&|pace| matches!(pace, Pace::Rate { .. }), &|work, kind| {
        let at = |index: usize| {
            results.of_load(work, kind, |measured| {
                measured
                    .latency
                    .map_or(f64::NAN, |both| both[index] as f64 / 1e3)
            })
        };
        match (at(0), at(1)) {
            (Some(half), Some(late)) => format!("{half:.0} / {late:.0}"),
            _ => "–".to_owned(),
        }
    });
    if !latencies.is_empty() {
        let title =
            "One way from the sender's call to the receiver's kernel, in µs: p50 / p99 (medians)";
        table(title, &head, &latencies);
    }
    let losses = rows(&|_| true, &|work, kind| {
        let of = |figure: &dyn Fn(&Measured) -> u64| -> u64 {
            results
                .loads
                .iter()
                .filter(|(name, server, _)| *name == work && *server == kind)
                .map(|(_, _, measured)| figure(measured))
                .sum()
        };
        match of(&|measured| measured.sent) {
            0 => "–".to_owned(),
            sent => format!(
                "{} of {sent}, {}",
                of(&|measured| measured.lost),
                of(&|measured| measured.wrong)
            ),
        }
    });
    if !losses.is_empty() {
        let title =
            "Packets lost of those sent, and datagrams that were not what was sent (all repeats)";
        table(title, &head, &losses);
    }
}

fn print_setups(results: &Results) {
    let rows: Vec<Vec<String>> = Kind::ALL
        .into_iter()
        .filter(|kind| results.setups.iter().any(|(other, _)| other == kind))
        .map(|kind| {
            vec![
                kind.name().to_owned(),
                cell(results.of_setups(kind, |setups| setups.per_second), 0),
                cell(results.of_setups(kind, |setups| setups.cpu), 1),
                cell(results.of_setups(kind, |setups| setups.bytes / 1024.0), 2),
                cell(results.of_setups(kind, |setups| setups.again as f64), 0),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let title = "Whole set-ups (Allocate twice, CreatePermission, ChannelBind) of 10,000 clients, 64 at a time (medians)";
        let head = [
            "server",
            "a second",
            "CPU µs each",
            "KiB each, idle",
            "sent again",
        ];
        table(title, &head, &rows);
    }
}

/// A target and how far it was reached.
struct Target {
    what: String,
    most: f64,
    measured: f64,
}

impl Target {
    fn is_met(&self) -> bool {
        self.measured <= self.most
    }
}

fn ratio(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    Some(one? / other.filter(|other| *other > 0.0)?)
}

fn to_coturn(results: &Results, work: &str, kind: Kind) -> Option<f64> {
    ratio(results.cost(work, kind), results.cost(work, Kind::Coturn))
}

/// The targets that something was measured for.
fn targets(results: &Results) -> Vec<Target> {
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
        for work in ["saturated 160 B", "saturated 1200 B"] {
            let cost = results.cost(work, kind);
            let per_coturn = to_coturn(results, work, kind);
            add(format!("{work}: {name} to coturn"), 0.48, per_coturn);
            let per_limit = ratio(cost, results.limit(work));
            add(
                format!("{work}: {name} to the cheaper forwarder"),
                1.1,
                per_limit,
            );
            let indications = results.cost(&format!("{work}, indications"), kind);
            add(
                format!("{work}: {name}, indications to ChannelData"),
                1.5,
                ratio(indications, cost),
            );
        }
        let per_coturn = to_coturn(results, "video at call rate", kind);
        add(
            format!("video at call rate: {name} to coturn"),
            0.5,
            per_coturn,
        );
        let work = "audio at call rate";
        let per_coturn = to_coturn(results, work, kind);
        add(format!("{work}: {name} to coturn"), 0.70, per_coturn);
        let late = results.of_load(work, kind, |measured| {
            measured
                .latency
                .map_or(f64::NAN, |both| both[1] as f64 / 1e6)
        });
        add(format!("{work}: {name}, one-way p99 in ms"), 0.5, late);
        let lost = results.of_load("160 packets in flight", kind, |measured| {
            measured.lost as f64
        });
        add(format!("160 packets in flight: {name}, lost"), 0.0, lost);
        let memory = results.of_setups(kind, |setups| setups.bytes / 1024.0);
        add(format!("{name}: KiB an idle allocation"), 1.0, memory);
        let cpu = results.of_setups(kind, |setups| setups.cpu);
        add(format!("{name}: CPU µs a set-up"), 45.0, cpu);
    }
    targets
}

fn print_targets(targets: &[Target]) {
    let rows: Vec<Vec<String>> = targets
        .iter()
        .map(|target| {
            vec![
                target.what.clone(),
                format!("{:.2}", target.most),
                format!("{:.2}", target.measured),
                if target.is_met() { "met" } else { "MISSED" }.to_owned(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        table("Targets", &["target", "at most", "is", ""], &rows);
    }
}

/// What makes a figure worth less than it looks.
fn print_doubts(results: &Results) {
    for (work, kind, measured) in &results.loads {
        let name = kind.name();
        if matches!(pace_of(work), Some(Pace::Window(_))) && measured.busy() < SATURATED {
            println!(
                "{work}, {name}: the server took {:.0} % of its core, so the clients were the limit",
                measured.busy() * 100.0
            );
        }
        if measured.late > 0.005 {
            println!(
                "{work}, {name}: the clients were {:.1} ms behind their own schedule once",
                measured.late * 1e3
            );
        }
    }
}

fn pace_of(name: &str) -> Option<Pace> {
    ALL.iter()
        .find(|work| work.name == name)
        .map(|work| work.pace)
}

fn json_of(results: &Results, targets: &[Target]) -> Value {
    let mut loads = Map::new();
    for work in results.works() {
        let mut servers = Map::new();
        for kind in results.kinds() {
            let of = |figure: &dyn Fn(&Measured) -> f64| results.of_load(work, kind, figure);
            if of(&Measured::cost).is_some() {
                servers.insert(
                    kind.name().to_owned(),
                    json!({
                        "cpu_us_per_packet": of(&Measured::cost),
                        "packets_per_second_and_core": of(&Measured::per_core),
                        "share_of_core": of(&Measured::busy),
                        "loss": of(&Measured::loss),
                        "p50_ns": of(&|measured| measured.latency.map_or(f64::NAN, |both| both[0] as f64)),
                        "p99_ns": of(&|measured| measured.latency.map_or(f64::NAN, |both| both[1] as f64)),
                    }),
                );
            }
        }
        loads.insert(work.to_owned(), Value::Object(servers));
    }
    let setups: Map<String, Value> = results
        .kinds()
        .into_iter()
        .filter_map(|kind| {
            let of = |figure: &dyn Fn(&SetUps) -> f64| results.of_setups(kind, figure);
            Some((
                kind.name().to_owned(),
                json!({
                    "per_second": of(&|setups| setups.per_second)?,
                    "cpu_us": of(&|setups| setups.cpu)?,
                    "bytes_per_allocation": of(&|setups| setups.bytes)?,
                }),
            ))
        })
        .collect();
    let targets: Vec<Value> = targets
        .iter()
        .map(|target| {
            json!({"target": target.what, "at_most": target.most, "is": target.measured, "met": target.is_met()})
        })
        .collect();
    json!({"loads": loads, SETUPS: setups, "targets": targets})
}
