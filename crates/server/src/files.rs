//! How many files this process may have open, which each socket is one of.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files kept for what is no device's socket: the database and its log, the relay, requests, health checks. Raising it
/// lets fewer devices be there; lowering it lets a server that is full fail whoever writes, instead of refusing who comes.
const RESERVED: u64 = 256;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_files_are_kept_for_what_is_no_socket() {
        let sockets = [Some(200), Some(1_024), Some(20_000), None].map(sockets_of);
        assert_eq!(sockets, [150, 768, 19_744, u64::MAX]);
    }
}
