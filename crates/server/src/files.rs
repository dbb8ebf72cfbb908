//! How many files this process may have open, which each connection is one of.
//!
//! ```text
//! |  devices' sockets                  |  requests, health checks  |  database, relay, pushes, mail  |
//!                                      ◀── RESERVED ─────────────────────────────────────────────────▶
//! |  connections that come in                                      ◀── OURS ────────────────────────▶
//! ```

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;

/// Files kept for what is no device's socket. Raising it lets fewer devices be there; lowering it lets a server that is
/// full fail whoever asks, instead of refusing who comes.
const RESERVED: u64 = 256;

/// Files kept for what the server itself opens: the database and its log, the relay, connections to push services. Whoever
/// connects beyond that waits until somebody leaves. Raising it lets fewer requests be there at once; lowering it lets a
/// crowd of them fail what goes on.
const OURS: u64 = 128;

/// Asks the system for as many files as it gives. Many systems give a program 1,024 unless it asks for more.
pub fn ask_for_all() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: maximum,
        maximum,
    };
    // Not given, what there was stays.
    let _ = setrlimit(Resource::Nofile, all);
}

/// Sockets that devices may have.
#[must_use]
pub fn for_sockets() -> u64 {
    sockets_of(getrlimit(Resource::Nofile).current)
}

/// Of so many files; `None` is without a limit.
fn sockets_of(files: Option<u64>) -> u64 {
    files.map_or(u64::MAX, |files| files - RESERVED.min(files / 4))
}

/// The places of connections that come in, through all doors: the limit is the process's.
pub fn places() -> Arc<Semaphore> {
    static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
        let most = connections_of(getrlimit(Resource::Nofile).current);
        Arc::new(Semaphore::new(most))
    });
    Arc::clone(&PLACES)
}

fn connections_of(files: Option<u64>) -> usize {
    let most = files.map_or(u64::MAX, |files| files - OURS.min(files / 8));
    usize::try_from(most).map_or(Semaphore::MAX_PERMITS, |most| {
        most.min(Semaphore::MAX_PERMITS)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_files_are_kept_for_what_is_no_socket() {
        let sockets = [Some(200), Some(1_024), Some(20_000), None].map(sockets_of);
        assert_eq!(sockets, [150, 768, 19_744, u64::MAX]);
        let connections = [Some(200), Some(1_024), Some(20_000), None].map(connections_of);
        assert_eq!(connections, [175, 896, 19_872, Semaphore::MAX_PERMITS]);
    }
}
