//! The order in which things are measured: repeats outside, then loads, then servers, so that servers that are compared
//! run right after one another.

use crate::client::Step;
use crate::load::{self, Measured, Times};
use crate::machine::{Cores, allow_files, go_first, stay_on};
use crate::results::{Results, SetUps};
use crate::servers::{Kind, Server};
use crate::work::{ALL, ALLOCATIONS, SETUPS, Work};
use crate::{Outcome, RelayBench, report, setups};
use std::fs::File;
use std::time::{Duration, Instant};

/// Open files beside those of the clients here, or of relayed addresses in coturn.
const OTHER_FILES: u64 = 2_000;

/// Calls that are set up before memory is looked at: what a server takes once is not what an allocation takes.
const WARM_UP_CALLS: usize = 50;

/// Measures, and prints.
pub(crate) fn run(wanted: &RelayBench) -> Outcome {
    let _alone = alone()?;
    go_first();
    let cores = Cores::find()?;
    stay_on(cores.clients)?;
    let seed = wanted.seed.unwrap_or_else(rand::random);
    let repeats = if wanted.quick { 1 } else { wanted.repeats };
    let works: Vec<&Work> = ALL
        .iter()
        .filter(|work| is_wanted(&wanted.only, work.name))
        .collect();
    let with_setups = is_wanted(&wanted.only, SETUPS);
    let kinds: Vec<Kind> = Kind::ALL
        .into_iter()
        .filter(|kind| is_wanted(&wanted.servers, kind.name()))
        .filter(|kind| *kind != Kind::Product || wanted.program.is_some())
        .collect();
    if (works.is_empty() && !with_setups) || kinds.is_empty() {
        return Err("nothing has such a name".to_owned());
    }
    eprintln!(
        "seed {seed}; clients on core {}, servers on core {}{}",
        cores.clients,
        cores.server,
        if cores.clients == cores.server {
            ": ONE CORE FOR BOTH, the figures are not worth much"
        } else {
            ""
        }
    );
    let allocations = allocations()?;
    let mut results = Results::default();
    let begun = Instant::now();
    for repeat in 0..repeats {
        let mut servers = Vec::new();
        for kind in &kinds {
            let server = Server::start(*kind, cores, wanted)?;
            if with_setups && kind.is_turn() {
                tell(repeat, SETUPS, *kind, begun);
                results.setups(*kind, idle(&server, allocations)?);
                // The next loads find it as empty as the others.
                drop(server);
                servers.push(Server::start(*kind, cores, wanted)?);
            } else {
                servers.push(server);
            }
        }
        for (number, work) in works.iter().enumerate() {
            for server in &servers {
                if server.kind.is_turn() || work.is_bare() {
                    tell(repeat, work.name, server.kind, begun);
                    let measured =
                        one(server, work, number, wanted.quick, seed + u64::from(repeat)).map_err(
                            |error| format!("{}, {}: {error}", server.kind.name(), work.name),
                        )?;
                    results.load(work.name, server.kind, measured);
                }
            }
        }
    }
    report::print(&results, wanted.json);
    Ok(())
}

/// Waits until no other bench runs here: two of them would measure each other.
fn alone() -> Outcome<File> {
    let path = std::env::temp_dir().join("birdcall-bench.lock");
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let file = File::create(&path).map_err(failed)?;
    if file.try_lock().is_err() {
        eprintln!("another bench is running; this one waits");
        file.lock().map_err(failed)?;
    }
    Ok(file)
}

fn is_wanted(words: &[String], name: &str) -> bool {
    words.is_empty() || words.iter().any(|word| name.contains(word.as_str()))
}

fn tell(repeat: u32, work: &str, kind: Kind, begun: Instant) {
    eprintln!(
        "{:6.1} s  repeat {}: {work}, {}",
        begun.elapsed().as_secs_f64(),
        repeat + 1,
        kind.name()
    );
}

/// As many as this machine allows open files for.
fn allocations() -> Outcome<usize> {
    let files = allow_files(ALLOCATIONS as u64 + OTHER_FILES)?;
    let most = (files.saturating_sub(OTHER_FILES) as usize) & !1;
    if most < ALLOCATIONS {
        eprintln!("only {most} of {ALLOCATIONS} allocations: the limit of open files is {files}");
    }
    if most < 100 {
        return Err("raise the limit of open files (ulimit -n)".to_owned());
    }
    Ok(most.min(ALLOCATIONS))
}

/// Whole set-ups of fresh clients, and the memory they leave taken.
fn idle(server: &Server, allocations: usize) -> Outcome<SetUps> {
    let mut first = setups::clients(server, WARM_UP_CALLS, 0)?;
    setups::set_up(&mut first, Step::Bound)?;
    drop(first);
    let mut clients = setups::clients(server, allocations / 2, 1)?;
    let (memory, cpu, start) = (server.resident()?, server.meter.read()?, Instant::now());
    let again = setups::set_up(&mut clients, Step::Bound)?;
    let seconds = start.elapsed().as_secs_f64();
    let cpu = (server.meter.read()? - cpu).as_secs_f64();
    let grown = server.resident()?.saturating_sub(memory);
    let count = allocations as f64;
    Ok(SetUps {
        bytes: grown as f64 / count,
        per_second: count / seconds,
        cpu: cpu * 1e6 / count,
        again,
    })
}

/// One load on one server.
fn one(server: &Server, work: &Work, number: usize, quick: bool, seed: u64) -> Outcome<Measured> {
    let legs = setups::legs(server, work.calls, number as u8, work.says, work.payload)?;
    load::run(legs, work.pace, &server.meter, times(quick), seed)
}

fn times(quick: bool) -> Times {
    Times {
        warm_up: Duration::from_millis(300),
        measured: Duration::from_millis(if quick { 800 } else { 2_000 }),
    }
}
