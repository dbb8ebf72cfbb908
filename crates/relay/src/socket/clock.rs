//! What the thread knows of time and of itself.
#![expect(
    unsafe_code,
    reason = "getrusage of one thread has no safe wrapper here"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "the engine is told the time by this thread"
)]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub(super) fn instant() -> Instant {
    Instant::now()
}

pub(super) fn unix_seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Lets packets gather: for so long nobody waits for one of them.
pub(super) fn rest(window: Duration) {
    std::thread::sleep(window);
}

/// How often this thread has gone to sleep since it began.
pub(super) fn wake_ups() -> u64 {
    u64::try_from(usage().ru_nvcsw).unwrap_or(0)
}

/// For how many microseconds this thread has worked since it began, the kernel's work for it included.
pub(super) fn worked() -> u64 {
    let usage = usage();
    [usage.ru_utime, usage.ru_stime]
        .iter()
        .map(|time| time.tv_sec as u64 * 1_000_000 + time.tv_usec as u64)
        .sum()
}

fn usage() -> libc::rusage {
    // SAFETY: a rusage is made of integers, for which zero is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel writes one rusage, which lives here and is borrowed mutably until the call returns. It refuses
    // only what is no rusage and no thread; all zeros would be the answer then.
    let _ = unsafe { libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage) };
    usage
}
