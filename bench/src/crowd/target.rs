//! What is measured: servers that the bench starts, and what the kernel knows of them.

use crate::Outcome;
use crate::machine::{own_process_time, resident};
use crate::node::{Node, serve};
use nix::time::ClockId;
use nix::unistd::Pid;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Nodes that serve the same people.
pub(super) struct Target {
    nodes: Vec<(Node, SocketAddr, Duration)>,
}

impl Target {
    /// One node on SQLite, with its data in that folder.
    pub(super) async fn one(program: &Path, data: &Path) -> Outcome<Self> {
        let mut node = Node::start(&mut serve(program, &[("BIRDCALL_DATA", data.as_os_str())]))?;
        let ready = node.ready().await?;
        let address = node.address().ok_or("the server does not listen")?;
        Ok(Self {
            nodes: vec![(node, address, ready)],
        })
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
}

/// Looks at processor time over a while.
pub(super) struct Watch {
    start: Instant,
    server: Duration,
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
            own: own_process_time()?,
            machine: busy(),
        })
    }

    pub(super) fn stop(self, target: &Target) -> Outcome<Watched> {
        let server = target.time()?.saturating_sub(self.server);
        let people = own_process_time()?.saturating_sub(self.own);
        Ok(Watched {
            span: self.start.elapsed(),
            server,
            people,
            others: busy().saturating_sub(self.machine + server + people),
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
