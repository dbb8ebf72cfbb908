//! What the kernel knows of processes and cores.

use crate::Outcome;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::time::ClockId;
use nix::unistd::Pid;
use std::fs;
use std::time::Duration;

/// Which core has the clients, and which the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cores {
    pub(crate) clients: usize,
    pub(crate) server: usize,
}

impl Cores {
    /// The first two cores that this process may use. With only one, both are on it.
    pub(crate) fn find() -> Outcome<Self> {
        let set = sched_getaffinity(Pid::from_raw(0)).map_err(|error| format!("cores: {error}"))?;
        let mut cores = (0..CpuSet::count()).filter(|core| set.is_set(*core).unwrap_or(false));
        let clients = cores.next().ok_or("no core to run on")?;
        Ok(Self {
            clients,
            server: cores.next().unwrap_or(clients),
        })
    }
}

/// Keeps this thread, and what it starts from now on, on one core.
pub(crate) fn stay_on(core: usize) -> Outcome {
    let mut set = CpuSet::new();
    set.set(core)
        .and_then(|()| sched_setaffinity(Pid::from_raw(0), &set))
        .map_err(|error| format!("core {core}: {error}"))
}

/// Puts this process and what it starts before everything else on the machine, as far as it may: what else runs takes
/// time from the figures. The same holds for every server.
pub(crate) fn go_first() {
    // Whoever may not runs like everybody else.
    let _ = rustix::process::setpriority_process(None, -20);
    let _ = fs::write("/proc/self/autogroup", "-20");
}

/// Reads how much processor time a server has taken so far: all its threads, and the kernel thread that finishes its
/// network work for it when there is much. It can also stop the server for a moment.
#[derive(Debug)]
pub(crate) struct Meter {
    process: Pid,
    clock: ClockId,
    softirqs: Option<String>,
}

impl Meter {
    pub(crate) fn of(process: u32, core: usize) -> Outcome<Self> {
        let process = Pid::from_raw(process as i32);
        let clock = ClockId::pid_cpu_clock_id(process)
            .map_err(|error| format!("processor time of a server: {error}"))?;
        Ok(Self {
            process,
            clock,
            softirqs: kernel_thread(&format!("ksoftirqd/{core}")),
        })
    }

    /// Stops the server where it is.
    pub(crate) fn stop_server(&self) -> Outcome {
        kill(self.process, Signal::SIGSTOP).map_err(|error| format!("a server is gone: {error}"))
    }

    /// Lets it go on.
    pub(crate) fn let_server_go_on(&self) -> Outcome {
        kill(self.process, Signal::SIGCONT).map_err(|error| format!("a server is gone: {error}"))
    }

    /// Processor time so far.
    pub(crate) fn read(&self) -> Outcome<Duration> {
        let own = self
            .clock
            .now()
            .map_err(|error| format!("a server is gone: {error}"))?;
        let kernel = self.softirqs.as_ref().and_then(|path| {
            let text = fs::read_to_string(path).ok()?;
            run_time(&text)
        });
        Ok(Duration::from(own) + kernel.unwrap_or_default())
    }
}

/// Processor time of this thread so far.
pub(crate) fn own_time() -> Outcome<Duration> {
    ClockId::CLOCK_THREAD_CPUTIME_ID
        .now()
        .map(Duration::from)
        .map_err(|error| format!("processor time: {error}"))
}

/// Processor time of this process so far.
pub(crate) fn own_process_time() -> Outcome<Duration> {
    ClockId::CLOCK_PROCESS_CPUTIME_ID
        .now()
        .map(Duration::from)
        .map_err(|error| format!("processor time: {error}"))
}

/// Processor time that a process and all that come from it have taken so far (proc_pid_stat(5): hundredths of a second).
/// Those that have ended count with whoever waited for them.
pub(crate) fn family_time(first: u32) -> Outcome<Duration> {
    let folders = fs::read_dir("/proc").map_err(|error| format!("/proc: {error}"))?;
    let all: Vec<Stat> = folders
        .flatten()
        .filter_map(|entry| stat(&fs::read_to_string(entry.path().join("stat")).ok()?))
        .collect();
    let mut family = vec![first];
    let mut ticks = 0;
    while let Some(one) = family.pop() {
        ticks += all
            .iter()
            .filter(|stat| stat.process == one)
            .map(|stat| stat.ticks)
            .sum::<u64>();
        family.extend(
            all.iter()
                .filter(|stat| stat.parent == one)
                .map(|stat| stat.process),
        );
    }
    Ok(Duration::from_millis(ticks * 10))
}

/// What is read of a process.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    process: u32,
    parent: u32,
    /// Its own time, and that of children that it waited for.
    ticks: u64,
}

fn stat(line: &str) -> Option<Stat> {
    // A name may hold anything, also brackets.
    let (head, rest) = line.rsplit_once(") ")?;
    let process = head.split_once(' ')?.0.parse().ok()?;
    let words: Vec<&str> = rest.split_whitespace().collect();
    // State and parent are the third and fourth of a line, user and system time the 14th to the 17th.
    let ticks = words
        .get(11..15)?
        .iter()
        .filter_map(|word| word.parse::<u64>().ok())
        .sum();
    Some(Stat {
        process,
        parent: words.get(1)?.parse().ok()?,
        ticks,
    })
}

fn kernel_thread(name: &str) -> Option<String> {
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let folder = entry.path();
        let named = fs::read_to_string(folder.join("comm")).is_ok_and(|comm| comm.trim() == name);
        named.then(|| folder.join("schedstat").to_string_lossy().into_owned())
    })
}

/// The first number of `schedstat`: nanoseconds on a processor.
fn run_time(schedstat: &str) -> Option<Duration> {
    let nanos = schedstat.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

/// Bytes of memory that a process holds. Not from `status`, whose figure lags behind.
pub(crate) fn resident(process: u32) -> Outcome<u64> {
    let path = format!("/proc/{process}/smaps_rollup");
    let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    rss(&text).ok_or_else(|| format!("{path} has no Rss"))
}

fn rss(smaps: &str) -> Option<u64> {
    let line = smaps.lines().find_map(|line| line.strip_prefix("Rss:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

/// Allows this process and what it starts so many open files, or as many as it may. Returns how many.
pub(crate) fn allow_files(wanted: u64) -> Outcome<u64> {
    let failed = |error| format!("limit of open files: {error}");
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).map_err(failed)?;
    if soft >= wanted {
        return Ok(soft);
    }
    // Going beyond the hard limit takes the right to.
    if setrlimit(Resource::RLIMIT_NOFILE, wanted, hard.max(wanted)).is_ok() {
        return Ok(wanted);
    }
    let most = wanted.min(hard);
    setrlimit(Resource::RLIMIT_NOFILE, most, hard).map_err(failed)?;
    Ok(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_writes_is_read() {
        assert_eq!(
            run_time("1500000 37 12\n"),
            Some(Duration::from_micros(1500))
        );
        assert_eq!(run_time(""), None);
        let smaps = "55d0-7ffc ---p 00000000 00:00 0 [rollup]\nRss:     1234 kB\nPss:  900 kB\n";
        assert_eq!(rss(smaps), Some(1234 * 1024));
        assert_eq!(rss("Pss: 900 kB\n"), None);
    }

    #[test]
    fn a_process_that_works_takes_time_and_memory() {
        let own = std::process::id();
        let core = Cores::find().unwrap().server;
        let meter = Meter::of(own, core).unwrap();
        let before = meter.read().unwrap();
        let mut sum = 0_u64;
        while meter.read().unwrap() < before + Duration::from_millis(5) {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(resident(own).unwrap() > 100_000);
    }

    #[test]
    fn a_process_is_read_whatever_it_is_called() {
        let line = "42 (a) b (c) S 7 42 42 0 -1 4194560 1 2 3 4 10 20 300 4000 20 0 1 0 99 5 6";
        assert_eq!(
            stat(line),
            Some(Stat {
                process: 42,
                parent: 7,
                ticks: 4_330
            })
        );
        assert_eq!(stat("42 (a"), None);
    }
}
