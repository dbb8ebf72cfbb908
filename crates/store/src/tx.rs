//! A transaction of one caller; how many share a commit is `writer`'s business.

use crate::StoreError;
use crate::commits::Commits;
use crate::postgres::Postgres;
use crate::races::Races;
use crate::reader::{Held, Reader};
use crate::writer::Writer;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;

/// A transaction: reads like a [`Reader`], writes, and is undone unless committed.
pub struct Tx {
    reader: Reader,
    /// SQLite's committer, who has to come by when this ends.
    wanted: Option<mpsc::Sender<()>>,
    commits: Arc<Commits>,
    races: Option<Races>,
}

impl Tx {
    pub(crate) async fn on_line(writer: &Writer, races: Option<Races>) -> Result<Self, StoreError> {
        Ok(Self {
            reader: Reader {
                connection: Held::Writer(writer.turn().await?),
            },
            wanted: Some(writer.wanted()),
            commits: Arc::clone(&writer.commits),
            races,
        })
    }

    pub(crate) async fn in_session(
        postgres: &Postgres,
        races: Option<Races>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            reader: Reader {
                connection: Held::Session(postgres.begin().await?),
            },
            wanted: None,
            commits: Arc::clone(&postgres.commits),
            races,
        })
    }

    /// Makes everything durable; returns when it is on disk.
    ///
    /// # Errors
    /// `Unavailable`: it is not there, none of it; unless the connection to a PostgreSQL server was lost at this very
    /// moment: then nobody knows, and whoever tries again has to find out by the key of what they did. `Raced`.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if self.races.as_ref().is_some_and(Races::loses) {
            // Dropped without a commit: taken back.
            return Err(StoreError::Raced);
        }
        let begun = Instant::now();
        let commits = Arc::clone(&self.commits);
        let told = match &mut self.reader.connection {
            Held::Writer(line) => {
                let hear = line.join()?;
                drop(self);
                hear.await
                    .unwrap_or_else(|_| Err(StoreError::Unavailable("the writer is gone".into())))
            }
            Held::Session(session) => session.commit().await,
            Held::Borrowed(_) | Held::Pooled(_) => {
                unreachable!("a transaction is made on a connection that writes")
            }
        };
        if told.is_ok() {
            commits.note(begun.elapsed());
        }
        told
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        // Committed or not, the committer comes by: to commit, or to take back and free the database.
        if let Some(wanted) = &self.wanted {
            let _ = wanted.try_send(());
        }
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
