//! Reading: over a connection of one's own, or within a transaction.

use crate::StoreError;
use crate::open::{Options, prepare};
use crate::postgres::Session;
use crate::writer::Line;
use sqlx::any::AnyConnectOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, Connection};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

/// Connections that read. Each costs a thread and its page cache (2 MiB); more than the cores bring nothing.
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
    Pooled(PoolConnection<Any>),
    /// PostgreSQL's, in a transaction.
    Session(Session),
}

impl Reader {
    pub(crate) fn sql(&mut self) -> &mut AnyConnection {
        match &mut self.connection {
            Held::Borrowed(borrowed) => &mut borrowed.connection,
            Held::Writer(line) => &mut line.connection,
            Held::Pooled(connection) => connection,
            Held::Session(session) => session.sql(),
        }
    }
}

/// SQLite's connections that read, made when they are first needed.
///
/// Not sqlx's pool: that asks each connection whether it is alive, when it is taken and when it is given back. A file
/// does not go away, and asking costs as much as most statements do: a connection is a thread.
#[derive(Clone)]
pub(crate) struct Readers(Arc<Shelf>);

struct Shelf {
    free: Mutex<Vec<Arc<tokio::sync::Mutex<AnyConnection>>>>,
    places: Arc<Semaphore>,
    connect: AnyConnectOptions,
    options: Options,
}

/// A connection that goes back when dropped. What it was reading when its reader was dropped ends before the next
/// statement begins: the driver sees that nobody takes the rows.
pub(crate) struct Borrowed {
    // Dropped in this order: whoever gets the place finds the connection free.
    connection: OwnedMutexGuard<AnyConnection>,
    shelf: Arc<Shelf>,
    _place: OwnedSemaphorePermit,
}

impl Readers {
    pub(crate) fn new(connect: AnyConnectOptions, options: Options) -> Self {
        Self(Arc::new(Shelf {
            free: Mutex::default(),
            places: Arc::new(Semaphore::new(READERS as usize)),
            connect,
            options,
        }))
    }

    pub(crate) async fn borrow(&self) -> Result<Borrowed, StoreError> {
        let place = Arc::clone(&self.0.places).acquire_owned();
        let place = tokio::time::timeout(PATIENCE, place)
            .await
            .map_err(|_| StoreError::Unavailable("no connection is free".into()))?
            .map_err(|_| StoreError::Unavailable("the database is closed".into()))?;
        let free = self.0.free().pop();
        let connection = match free {
            Some(connection) => connection,
            None => {
                let mut connection = AnyConnection::connect_with(&self.0.connect).await?;
                prepare(&mut connection, &self.0.options, true).await?;
                Arc::new(tokio::sync::Mutex::new(connection))
            }
        };
        Ok(Borrowed {
            connection: connection.lock_owned().await,
            shelf: Arc::clone(&self.0),
            _place: place,
        })
    }

    /// Waits for whoever reads, and closes all.
    pub(crate) async fn close(&self) {
        let all = self.0.places.acquire_many(READERS).await;
        self.0.places.close();
        drop(all);
        let free = std::mem::take(&mut *self.0.free());
        for connection in free {
            if let Some(connection) = Arc::into_inner(connection) {
                // What it has read is nothing that could get lost.
                let _ = connection.into_inner().close().await;
            }
        }
    }
}

impl Shelf {
    fn free(&self) -> MutexGuard<'_, Vec<Arc<tokio::sync::Mutex<AnyConnection>>>> {
        // Nothing panics while it holds this.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let connection = Arc::clone(OwnedMutexGuard::mutex(&self.connection));
        self.shelf.free().push(connection);
    }
}
