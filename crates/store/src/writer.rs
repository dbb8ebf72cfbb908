//! The one writer, with group commit.
//!
//! SQLite has one writer at a time, and a commit costs a flush to the disk. So transactions that come while another
//! is at work share one commit: each runs as a savepoint within one real transaction, and `commit` returns when the
//! real one is on disk. The queue is a fair lock: the task that makes the real commit waits in the same queue, so a
//! group is exactly those who were waiting, and a lone writer waits for nobody.
//!
//! ```text
//! write() ── lock ── BEGIN (first of the group) ── SAVEPOINT ── … ── commit(): wait ──┐
//! write() ────────────── lock ── RELEASE ── SAVEPOINT ── … ────────── commit(): wait ──┤
//! committer ───────────────────────── lock (behind the group) ── COMMIT ── tells all ──┘
//! ```
//! Each statement is an errand to the thread that has the connection, and costs more than the database's own work. So a
//! finished savepoint is released together with the beginning of the next one, or by `COMMIT`, which releases all.
//!
//! A transaction that is dropped without `commit` leaves its savepoint open; whoever comes next rolls it back.

use crate::StoreError;
use crate::commits::Commits;
use crate::queue::Queue;
use sqlx::{AnyConnection, Executor};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, oneshot};

/// What a transaction is told of its commit.
pub(crate) type Outcome = Result<(), StoreError>;

/// The connection that writes and the group that waits for its commit.
pub(crate) struct Line {
    pub(crate) connection: AnyConnection,
    /// `BEGIN` was sent, `COMMIT` not yet.
    open: bool,
    /// A savepoint was left behind by a transaction that was dropped.
    dirty: bool,
    /// The last savepoint's transaction has joined the group, and it is still to be released.
    joined: bool,
    group: Vec<oneshot::Sender<Outcome>>,
}

#[derive(Clone)]
pub(crate) struct Writer {
    line: Arc<Mutex<Line>>,
    /// One place is enough: it says that there is something to commit or to take back.
    wanted: mpsc::Sender<()>,
    pub(crate) commits: Arc<Commits>,
    pub(crate) queue: Queue,
}

impl Writer {
    pub(crate) fn start(connection: AnyConnection) -> Self {
        let line = Arc::new(Mutex::new(Line {
            connection,
            open: false,
            dirty: false,
            joined: false,
            group: Vec::new(),
        }));
        // Ends when the last store and the last transaction are gone.
        let (wanted, mut wants) = mpsc::channel(1);
        let committers = Arc::clone(&line);
        tokio::spawn(async move {
            while wants.recv().await.is_some() {
                committers.lock().await.commit().await;
            }
        });
        Self {
            line,
            wanted,
            commits: Arc::default(),
            queue: Queue::default(),
        }
    }

    /// The line with a savepoint set, once it is this one's turn.
    pub(crate) async fn turn(&self) -> Result<OwnedMutexGuard<Line>, StoreError> {
        let place = self.queue.join();
        let mut line = Arc::clone(&self.line).lock_owned().await;
        drop(place);
        line.clean().await;
        let begin = match (line.open, line.joined) {
            (false, _) => "BEGIN IMMEDIATE; SAVEPOINT one",
            (true, true) => "RELEASE one; SAVEPOINT one",
            (true, false) => "SAVEPOINT one",
        };
        // From here on a drop has to be cleaned up, also one before the database has answered.
        (line.open, line.joined, line.dirty) = (true, false, true);
        if let Err(error) = sqlx::query(begin).execute(&mut line.connection).await {
            line.dirty = false;
            let error = StoreError::from(error);
            // What has begun is taken back, with the group if there is one: a savepoint needs no more than memory, so
            // this is a database that takes nothing more.
            line.fail(&error.to_string()).await;
            return Err(error);
        }
        Ok(line)
    }

    /// What tells the committer that there is something to commit or to take back.
    pub(crate) fn wanted(&self) -> mpsc::Sender<()> {
        self.wanted.clone()
    }

    pub(crate) async fn close(&self) {
        let mut line = self.line.lock().await;
        line.clean().await;
        line.commit().await;
    }
}

impl Line {
    /// Takes back what a dropped transaction left. If the database has already taken the whole group back (a full
    /// disk does that), everybody in it is told so.
    async fn clean(&mut self) {
        if !self.dirty {
            return;
        }
        self.dirty = false;
        let back = self
            .connection
            .execute(sqlx::raw_sql("ROLLBACK TO one; RELEASE one"))
            .await;
        if let Err(error) = back {
            self.fail(&error.to_string()).await;
        } else if self.group.is_empty() {
            // Nobody is left to commit for.
            self.fail("nothing to commit").await;
        }
    }

    /// Joins the group that waits for the commit.
    pub(crate) fn join(&mut self) -> oneshot::Receiver<Outcome> {
        (self.dirty, self.joined) = (false, true);
        let (told, hear) = oneshot::channel();
        self.group.push(told);
        hear
    }

    async fn commit(&mut self) {
        self.clean().await;
        if !self.open {
            return;
        }
        match self.connection.execute("COMMIT").await {
            Ok(_) => {
                (self.open, self.joined) = (false, false);
                for told in self.group.drain(..) {
                    let _ = told.send(Ok(()));
                }
            }
            Err(error) => self.fail(&error.to_string()).await,
        }
    }

    async fn fail(&mut self, why: &str) {
        (self.open, self.joined) = (false, false);
        // Fails when the database has rolled back by itself: that is what is wanted.
        let _ = self.connection.execute("ROLLBACK").await;
        for told in self.group.drain(..) {
            let _ = told.send(Err(StoreError::Unavailable(why.to_owned())));
        }
    }
}
