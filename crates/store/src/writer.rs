//! The one writer, with group commit.
//!
//! SQLite has one writer at a time, and a commit costs a flush to the disk. So transactions that come while another
//! is at work share one commit: each runs as a savepoint within one real transaction, and `commit` returns when the
//! real one is on disk. The queue is a fair lock: the task that makes the real commit waits in the same queue, so a
//! group is exactly those who were waiting, and a lone writer waits for nobody.
//!
//! ```text
//! write() ── lock ── BEGIN (first of the group) ── SAVEPOINT ── … ── commit(): RELEASE ── wait ──┐
//! committer ───────────────────────── lock (behind the group) ── COMMIT ── tells everybody ──────┘
//! ```
//! A transaction that is dropped without `commit` leaves its savepoint open; whoever comes next rolls it back.

use crate::StoreError;
use crate::open::{Held, Reader};
use sqlx::{AnyConnection, Executor};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, oneshot};

type Told = oneshot::Sender<Result<(), StoreError>>;

/// The connection that writes and the group that waits for its commit.
pub(crate) struct Line {
    pub(crate) connection: AnyConnection,
    /// `BEGIN` was sent, `COMMIT` not yet.
    open: bool,
    /// A savepoint was left behind by a transaction that was dropped.
    dirty: bool,
    group: Vec<Told>,
}

#[derive(Clone)]
pub(crate) struct Writer {
    line: Arc<Mutex<Line>>,
    /// One place is enough: it says that there is something to commit or to take back.
    wanted: mpsc::Sender<()>,
}

impl Writer {
    pub(crate) fn start(connection: AnyConnection) -> Self {
        let line = Arc::new(Mutex::new(Line {
            connection,
            open: false,
            dirty: false,
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
        Self { line, wanted }
    }

    pub(crate) async fn begin(&self) -> Result<Tx, StoreError> {
        let mut line = Arc::clone(&self.line).lock_owned().await;
        line.clean().await;
        if !line.open {
            line.connection.execute("BEGIN IMMEDIATE").await?;
            line.open = true;
        }
        // From here on a drop has to be cleaned up.
        line.dirty = true;
        line.connection.execute("SAVEPOINT one").await?;
        Ok(Tx {
            reader: Reader {
                connection: Held::Writer(line),
            },
            wanted: self.wanted.clone(),
        })
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

    async fn commit(&mut self) {
        self.clean().await;
        if !self.open {
            return;
        }
        match self.connection.execute("COMMIT").await {
            Ok(_) => {
                self.open = false;
                for told in self.group.drain(..) {
                    let _ = told.send(Ok(()));
                }
            }
            Err(error) => self.fail(&error.to_string()).await,
        }
    }

    async fn fail(&mut self, why: &str) {
        self.open = false;
        // Fails when the database has rolled back by itself: that is what is wanted.
        let _ = self.connection.execute("ROLLBACK").await;
        for told in self.group.drain(..) {
            let _ = told.send(Err(StoreError::Unavailable(why.to_owned())));
        }
    }
}

/// A transaction: reads like a [`Reader`], writes, and is undone unless committed.
pub struct Tx {
    reader: Reader,
    wanted: mpsc::Sender<()>,
}

impl Tx {
    /// Makes everything durable; returns when it is on disk.
    ///
    /// # Errors
    /// `Unavailable`: it is not there, none of it.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        let (told, hear) = oneshot::channel();
        {
            let line = self.line();
            line.connection.execute("RELEASE one").await?;
            line.dirty = false;
            line.group.push(told);
        }
        drop(self);
        hear.await
            .unwrap_or_else(|_| Err(StoreError::Unavailable("the writer is gone".into())))
    }

    fn line(&mut self) -> &mut OwnedMutexGuard<Line> {
        match &mut self.reader.connection {
            Held::Writer(line) => line,
            Held::Pool(_) => unreachable!("a transaction is made on the writer's line"),
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        // Committed or not, the committer comes by: to commit, or to take back and free the database.
        let _ = self.wanted.try_send(());
    }
}

impl Deref for Tx {
    type Target = Reader;
    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Reader {
        &mut self.reader
    }
}
