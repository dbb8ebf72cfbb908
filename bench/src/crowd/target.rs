//! What is measured: servers that the bench starts, and what the kernel knows of them.

use super::On;
use super::kept::{Place, Shelf};
use crate::Outcome;
use crate::machine::{family_time, own_process_time, resident};
use crate::nats::Nats;
use crate::node::{Node, serve};
use nix::time::ClockId;
use nix::unistd::Pid;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

/// Nodes that serve the same people, and what they need for it.
pub(super) struct Target {
    nodes: Vec<(Node, SocketAddr, Duration)>,
    nats: Option<Nats>,
    /// The first process of the database's server, if it is one of its own.
    database: Option<u32>,
    // Outlives the nodes.
    place: Place,
}

/// How many nodes share a database where there are several.
const NODES: usize = 2;

impl Target {
    /// Starts what is to be measured on a database.
    pub(super) async fn start(
        program: &Path,
        on: On,
        shelf: &Shelf,
        place: Place,
    ) -> Outcome<Self> {
        let nats = match on {
            On::Sqlite | On::Postgres => None,
            On::Nodes => Some(Nats::start(&place.data.join("nats")).await?),
        };
        let mut nodes = Vec::new();
        for n in 0..if nats.is_some() { NODES } else { 1 } {
            let mut command = serve(program, &[]);
            command.arg("--data");
            match &nats {
                None => command.arg(&place.data),
                Some(nats) => {
                    let port = nats.port().load(Ordering::Relaxed);
                    command
                        .arg(place.data.join(format!("node-{n}")))
                        .args(["--node", &format!("node-{n}")])
                        .args(["--nats", &format!("nats://127.0.0.1:{port}")])
                        // Nobody here calls through it, but a node has to say where it is.
                        .args(["--relay-urls", "turn:127.0.0.1:3478?transport=udp"])
                        .arg("--key-file")
                        .arg(place.data.join("node.key"))
                }
            };
            if let Some(url) = &place.url {
                command.args(["--database", url]);
            }
            let mut node = Node::start(&mut command)?;
            let ready = node.ready().await?;
            let address = node.address().ok_or("the server does not listen")?;
            nodes.push((node, address, ready));
        }
        Ok(Self {
            nodes,
            nats,
            database: shelf.process(),
            place,
        })
    }

    /// Ends it; what it wrote is still there.
    pub(super) fn end(self) -> Place {
        self.place
    }

    /// Where its nodes listen. People are spread over them.
    pub(super) fn urls(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|(_, address, _)| *address).collect()
    }

    /// How long its slowest node took from its start until it was ready.
    pub(super) fn ready(&self) -> Duration {
        let times = self.nodes.iter().map(|(_, _, ready)| *ready);
        times.max().unwrap_or_default()
    }

    /// Bytes of memory that its nodes hold.
    pub(super) fn resident(&self) -> Outcome<u64> {
        self.nodes
            .iter()
            .map(|(node, _, _)| resident(node.id()))
            .sum()
    }

    /// Processor time that its nodes have taken.
    fn time(&self) -> Outcome<Duration> {
        let of = |(node, _, _): &(Node, SocketAddr, Duration)| {
            ClockId::pid_cpu_clock_id(Pid::from_raw(node.id() as i32))
                .and_then(ClockId::now)
                .map(Duration::from)
                .map_err(|error| format!("a server is gone: {error}"))
        };
        self.nodes.iter().map(of).sum()
    }

    /// Processor time that the servers beside have taken: the database's and NATS.
    fn beside(&self) -> Outcome<Duration> {
        let nats = self.nats.as_ref().and_then(Nats::process);
        nats.into_iter().chain(self.database).map(family_time).sum()
    }
}

/// Looks at processor time over a while.
pub(super) struct Watch {
    start: Instant,
    server: Duration,
    beside: Duration,
    own: Duration,
    machine: Duration,
}

/// What processors did over a while.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Watched {
    /// How long it was.
    pub(super) span: Duration,
    /// The server's processor time.
    pub(super) server: Duration,
    /// That of the servers beside it: the database's, NATS.
    pub(super) beside: Duration,
    /// That of the people, who are this process.
    pub(super) people: Duration,
    /// That of everything else on the machine.
    pub(super) others: Duration,
}

impl Watch {
    pub(super) fn start(target: &Target) -> Outcome<Self> {
        Ok(Self {
            start: Instant::now(),
            server: target.time()?,
            beside: target.beside()?,
            own: own_process_time()?,
            machine: busy(),
        })
    }

    pub(super) fn stop(self, target: &Target) -> Outcome<Watched> {
        let server = target.time()?.saturating_sub(self.server);
        let beside = target.beside()?.saturating_sub(self.beside);
        let people = own_process_time()?.saturating_sub(self.own);
        Ok(Watched {
            span: self.start.elapsed(),
            server,
            beside,
            people,
            others: busy().saturating_sub(self.machine + server + beside + people),
        })
    }
}

/// Time that the machine's processors were not idle, all together (proc_stat(5): hundredths of a second).
fn busy() -> Duration {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    Duration::from_millis(busy_ticks(&text) * 10)
}

fn busy_ticks(stat: &str) -> u64 {
    let first = stat.lines().next().unwrap_or_default();
    let ticks: Vec<u64> = first
        .split_whitespace()
        .skip(1)
        .filter_map(|word| word.parse().ok())
        .collect();
    // user, nice, system, idle, iowait, irq, softirq, steal
    [0, 1, 2, 5, 6, 7]
        .iter()
        .filter_map(|n| ticks.get(*n))
        .sum()
}

/// What machine this is, in a line.
pub(super) fn machine() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("an unknown processor", |rest| {
            rest.trim_matches([' ', '\t', ':'])
        });
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("?").to_owned();
    format!("{cores} cores of {model}; load before: {load}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_that_waits_is_not_busy() {
        assert_eq!(
            busy_ticks("cpu  1 2 3 1000 1000 4 5 6 0 0\ncpu0 9 9 9 9"),
            21
        );
        assert_eq!(busy_ticks(""), 0);
    }
}
