//! Reading: over a connection of one's own, or within a transaction.

use crate::StoreError;
use crate::file::{self, Use};
use crate::open::Options;
use crate::postgres::Session;
use crate::sql::Sql;
use crate::writer::Line;
use rusqlite::Connection;
use sqlx::Postgres;
use sqlx::pool::PoolConnection;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

/// Connections that read. Each costs its page cache (2 MiB) and its prepared statements; more than the cores bring
/// nothing.
const READERS: u32 = 4;

/// How long to wait for one. Nobody keeps one for long, so it is one's own fault: a reader that waits for a reader.
const PATIENCE: Duration = Duration::from_secs(30);

/// Something that can read: a connection of its own, or a transaction.
pub struct Reader {
    pub(crate) connection: Held,
}

pub(crate) enum Held {
    /// SQLite's, to read.
    Borrowed(Borrowed),
    /// SQLite's one that writes.
    Writer(OwnedMutexGuard<Line>),
    /// PostgreSQL's, to read.
    Pooled(PoolConnection<Postgres>),
    /// PostgreSQL's, in a transaction.
    Session(Session),
}

impl Reader {
    pub(crate) fn sql(&mut self) -> Sql<'_> {
        match &mut self.connection {
            Held::Borrowed(borrowed) => Sql::File(borrowed.connection()),
            Held::Writer(line) => Sql::File(&mut line.connection),
            Held::Pooled(connection) => Sql::Postgres(connection),
            Held::Session(session) => Sql::Postgres(session.connection()),
        }
    }
}

/// SQLite's connections that read. All are there from the start: whoever reads does not depend on whether there are
/// files left to be opened then.
#[derive(Clone)]
pub(crate) struct Readers(Arc<Shelf>);

struct Shelf {
    free: Mutex<Vec<Connection>>,
    places: Arc<Semaphore>,
}

/// A connection that goes back when dropped.
pub(crate) struct Borrowed {
    /// There until it is dropped.
    connection: Option<Connection>,
    shelf: Arc<Shelf>,
    _place: OwnedSemaphorePermit,
}

impl Readers {
    pub(crate) fn open(file: &Path, options: &Options) -> Result<Self, StoreError> {
        let free = (0..READERS).map(|_| file::connect(file, options, Use::Read));
        Ok(Self(Arc::new(Shelf {
            free: Mutex::new(free.collect::<Result<_, _>>()?),
            places: Arc::new(Semaphore::new(READERS as usize)),
        })))
    }

    pub(crate) async fn borrow(&self) -> Result<Borrowed, StoreError> {
        let place = Arc::clone(&self.0.places).acquire_owned();
        let place = tokio::time::timeout(PATIENCE, place)
            .await
            .map_err(|_| StoreError::Unavailable("no connection is free".into()))?
            .map_err(|_| StoreError::Unavailable("the database is closed".into()))?;
        Ok(Borrowed {
            // As many as there are places.
            connection: self.0.free().pop(),
            shelf: Arc::clone(&self.0),
            _place: place,
        })
    }

    /// Waits for whoever reads, and closes all.
    pub(crate) async fn close(&self) {
        let all = self.0.places.acquire_many(READERS).await;
        self.0.places.close();
        drop(all);
        self.0.free().clear();
    }
}

impl Shelf {
    fn free(&self) -> MutexGuard<'_, Vec<Connection>> {
        // Nothing panics while it holds this.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Borrowed {
    fn connection(&mut self) -> &mut Connection {
        match &mut self.connection {
            Some(connection) => connection,
            None => unreachable!(
                "it is taken where it is dropped, and put back before its place is free"
            ),
        }
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.shelf.free().push(connection);
        }
    }
}
