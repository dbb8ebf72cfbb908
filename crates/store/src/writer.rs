//! The one writer, with group commit.
//!
//! SQLite has one writer at a time, and a commit costs a flush to the disk. So transactions that come while another
//! is at work share one commit: each runs as a savepoint within one real transaction, and `commit` returns when the
//! real one is on disk. The queue is a fair lock: the task that makes the real commit waits in the same queue, so a
//! group is exactly those who were waiting, and a lone writer waits for nobody.
//!
//! ```text
//! write() ── lock ── BEGIN (first of the group) ── SAVEPOINT ── … ── RELEASE ── commit(): wait ──┐
//! write() ────────────── lock ── SAVEPOINT ── … ── RELEASE ─────────────────── commit(): wait ──┤
//! committer ───────────────────────────── lock (behind the group) ── COMMIT ── tells all ────────┘
//! ```
//! Statements run where they are asked for, the commit on a thread that may wait for the disk.
//!
//! A transaction that is dropped without `commit` leaves its savepoint open; whoever comes next rolls it back.

use crate::StoreError;
use crate::commits::Commits;
use crate::queue::Queue;
use rusqlite::{Connection, ErrorCode};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, oneshot};
use tokio::time::Instant;

/// How long to wait at first before asking again for a lock that another process holds, and at last. A shorter wait asks
/// more often, which costs a statement; a longer one leaves the database to the other process for longer.
const PAUSES: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(25)];

/// What a transaction is told of its commit.
pub(crate) type Outcome = Result<(), StoreError>;

/// The connection that writes and the group that waits for its commit.
pub(crate) struct Line {
    pub(crate) connection: Connection,
    /// `BEGIN` was sent, `COMMIT` not yet.
    open: bool,
    /// A savepoint was left behind by a transaction that was dropped.
    dirty: bool,
    group: Vec<oneshot::Sender<Outcome>>,
}

#[derive(Clone)]
pub(crate) struct Writer {
    line: Arc<Mutex<Line>>,
    /// One place is enough: it says that there is something to commit or to take back.
    wanted: mpsc::Sender<()>,
    /// How long to wait for another process.
    lock_wait: Duration,
    pub(crate) commits: Arc<Commits>,
    pub(crate) queue: Queue,
}

impl Writer {
    pub(crate) fn start(connection: Connection, lock_wait: Duration) -> Self {
        let line = Arc::new(Mutex::new(Line {
            connection,
            open: false,
            dirty: false,
            group: Vec::new(),
        }));
        // A thread of its own, which may wait for the disk: one of those that the runtime lends for such things would be
        // another one each time, and each keeps memory. Ends when the last store and the last transaction are gone.
        let (wanted, mut wants) = mpsc::channel(1);
        let committers = Arc::clone(&line);
        std::thread::spawn(move || {
            while wants.blocking_recv().is_some() {
                committers.blocking_lock().commit();
            }
        });
        Self {
            line,
            wanted,
            lock_wait,
            commits: Arc::default(),
            queue: Queue::default(),
        }
    }

    /// The line with a savepoint set, once it is this one's turn.
    pub(crate) async fn turn(&self) -> Result<OwnedMutexGuard<Line>, StoreError> {
        let place = self.queue.join();
        let mut line = Arc::clone(&self.line).lock_owned().await;
        drop(place);
        line.clean();
        if !line.open {
            self.begin(&mut line).await?;
        }
        if let Err(error) = line.run("SAVEPOINT one") {
            // What has begun is taken back, with the group if there is one: a savepoint needs no more than memory, so
            // this is a database that takes nothing more.
            line.fail(&error.to_string());
            return Err(error);
        }
        // From here on a drop has to be cleaned up.
        line.dirty = true;
        Ok(line)
    }

    /// Begins as the only writer of all processes. Another one has the lock for milliseconds, in which others here go
    /// on: so it is asked for again and again, and not waited for by a thread.
    async fn begin(&self, line: &mut Line) -> Result<(), StoreError> {
        let until = Instant::now() + self.lock_wait;
        let [mut pause, longest] = PAUSES;
        loop {
            line.connection.busy_timeout(Duration::ZERO)?;
            let begun = line.run_raw("BEGIN IMMEDIATE");
            line.connection.busy_timeout(self.lock_wait)?;
            match begun {
                Ok(()) => {
                    line.open = true;
                    return Ok(());
                }
                Err(error)
                    if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                        && Instant::now() < until =>
                {
                    tokio::time::sleep(pause).await;
                    pause = longest.min(pause * 2);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What tells the committer that there is something to commit or to take back.
    pub(crate) fn wanted(&self) -> mpsc::Sender<()> {
        self.wanted.clone()
    }

    pub(crate) async fn close(&self) {
        let mut line = Arc::clone(&self.line).lock_owned().await;
        // Not told, if the runtime ends first: then nobody is there to be told.
        let _ = tokio::task::spawn_blocking(move || line.commit()).await;
    }
}

impl Line {
    fn run_raw(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.raw_execute()?;
        Ok(())
    }

    fn run(&self, sql: &str) -> Result<(), StoreError> {
        Ok(self.run_raw(sql)?)
    }

    /// Takes back what a dropped transaction left. If the database has already taken the whole group back (a full
    /// disk does that), everybody in it is told so.
    fn clean(&mut self) {
        if !self.dirty {
            return;
        }
        self.dirty = false;
        let back = self
            .run("ROLLBACK TO one")
            .and_then(|()| self.run("RELEASE one"));
        if let Err(error) = back {
            self.fail(&error.to_string());
        } else if self.group.is_empty() {
            // Nobody is left to commit for.
            self.fail("nothing to commit");
        }
    }

    /// Joins the group that waits for the commit.
    ///
    /// # Errors
    /// `Unavailable`: the database has taken everything back.
    pub(crate) fn join(&mut self) -> Result<oneshot::Receiver<Outcome>, StoreError> {
        self.dirty = false;
        if let Err(error) = self.run("RELEASE one") {
            self.fail(&error.to_string());
            return Err(error);
        }
        let (told, hear) = oneshot::channel();
        self.group.push(told);
        Ok(hear)
    }

    /// Commits for the group. It waits for the disk.
    fn commit(&mut self) {
        self.clean();
        if !self.open {
            return;
        }
        match self.run("COMMIT") {
            Ok(()) => {
                self.open = false;
                for told in self.group.drain(..) {
                    let _ = told.send(Ok(()));
                }
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    fn fail(&mut self, why: &str) {
        self.open = false;
        // Fails when the database has rolled back by itself: that is what is wanted.
        let _ = self.run("ROLLBACK");
        for told in self.group.drain(..) {
            let _ = told.send(Err(StoreError::Unavailable(why.to_owned())));
        }
    }
}
