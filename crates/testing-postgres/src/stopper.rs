//! The end of a server from another thread, whatever its own is waiting for.

use std::process::{Child, Command};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Ends a server for good: what waits for its start or its end waits no longer.
#[derive(Debug, Clone, Default)]
pub struct Stopper(Arc<Mutex<Standing>>);

#[derive(Debug, Default)]
struct Standing {
    given_up: bool,
    /// The shell that runs the server, which leads a process group.
    shell: Option<u32>,
}

impl Stopper {
    /// Kills it, and keeps it from being started again. What it leaves is no database any more.
    pub fn give_up(&self) {
        let mut standing = self.standing();
        standing.given_up = true;
        if let Some(shell) = standing.shell {
            // The first process of the server is in that group, and the others end when it does.
            let group = format!("-{shell}");
            // It is gone already if this fails.
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        }
    }

    pub(crate) fn has_given_up(&self) -> bool {
        self.standing().given_up
    }

    /// This one runs the server from now on.
    pub(crate) fn started(&self, shell: &Child) {
        self.standing().shell = Some(shell.id());
    }

    /// Whether it is over. It is looked while nobody gives up: a number that is free may soon be somebody else's.
    pub(crate) fn is_over(&self, shell: &mut Child) -> bool {
        let mut standing = self.standing();
        let over = !matches!(shell.try_wait(), Ok(None));
        if over {
            standing.shell = None;
        }
        over
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
