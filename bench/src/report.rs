//! Tables, and whether targets are met.

use crate::load::Measured;
use crate::results::{Results, SetUps};
use crate::servers::Kind;
use crate::targets::{Target, targets};
use crate::work::{ALL, Pace, SETUPS};
use serde_json::{Map, Value, json};

/// Loss above which a figure does not count.
const MOST_LOSS: f64 = 0.001;

/// Above this share of the clients' core, what other programs took is told.
const NOISE: f64 = 0.05;

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
    let ours: Vec<Kind> = kinds
        .iter()
        .copied()
        .filter(|kind| kind.is_ours())
        .collect();
    let ratios = |work: &str| -> Vec<Option<f64>> {
        let to_coturn = ours
            .iter()
            .map(|kind| results.ratio(work, *kind, Kind::Coturn));
        let to_limit = ours.iter().map(|kind| results.to_limit(work, *kind));
        to_coturn.chain(to_limit).collect()
    };
    let mut head: Vec<String> = vec!["load".to_owned()];
    head.extend(kinds.iter().map(|kind| kind.name().to_owned()));
    for other in ["coturn", "limit"] {
        head.extend(ours.iter().map(|kind| format!("{}/{other}", kind.name())));
    }
    let rows: Vec<Vec<String>> = results
        .works()
        .into_iter()
        .map(|work| {
            let mut row = vec![work.to_owned()];
            row.extend(kinds.iter().map(|kind| cell(results.cost(work, *kind), 2)));
            row.extend(ratios(work).into_iter().map(|ratio| cell(ratio, 2)));
            row
        })
        .collect();
    if !rows.is_empty() {
        let title =
            "Processor time of the server: µs a packet relayed, or s a million of them (medians)";
        let head: Vec<&str> = head.iter().map(String::as_str).collect();
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
    let rates = rows(&|pace| matches!(pace, Pace::Backlog(_)), &|work, kind| {
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
    let busy = rows(&|pace| matches!(pace, Pace::Rate { .. }), &|work, kind| {
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
        let at = |which| results.of_load(work, kind, |measured| measured.millis(which) * 1e3);
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
        let of =
            |count: &dyn Fn(&Measured) -> u64| results.total(work, kind, count).unwrap_or_default();
        let sent = of(&|measured| measured.sent);
        if sent == 0.0 {
            return "–".to_owned();
        }
        let [lost, wrong] = [
            of(&|measured| measured.lost),
            of(&|measured| measured.wrong),
        ];
        format!("{lost} of {sent}, {wrong}")
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

/// What makes figures worth less than they look.
fn print_doubts(results: &Results) {
    let most = |figure: &dyn Fn(&Measured) -> f64| {
        results
            .loads
            .iter()
            .map(|(_, _, measured)| figure(measured))
            .fold(0.0, f64::max)
    };
    let taken = most(&|measured| 1.0 - measured.clients);
    if taken > NOISE {
        println!(
            "Not a quiet machine: other programs took up to {:.0} % of the clients' core. Ratios suffer, times more.",
            taken * 100.0
        );
    }
    let late = most(&|measured| measured.late);
    if late > 0.002 {
        println!(
            "At call rate the clients were up to {:.1} ms behind their own schedule, so servers may have been as well.",
            late * 1e3
        );
    }
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
                        "wrong": results.total(work, kind, |measured| measured.wrong),
                        "p50_ns": of(&|measured| measured.millis(0) * 1e6),
                        "p99_ns": of(&|measured| measured.millis(1) * 1e6),
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
