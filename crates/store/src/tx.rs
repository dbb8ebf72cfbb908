//! A transaction of one caller; how many share a commit is `writer`'s business.

use crate::StoreError;
use crate::commits::Commits;
use crate::reader::{Held, Reader};
use crate::writer::Writer;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;

/// A transaction: reads like a [`Reader`], writes, and is undone unless committed.
pub struct Tx {
    reader: Reader,
    wanted: mpsc::Sender<()>,
    commits: Arc<Commits>,
}

impl Tx {
    pub(crate) async fn begin(writer: &Writer) -> Result<Self, StoreError> {
        Ok(Self {
            reader: Reader {
                connection: Held::Writer(writer.turn().await?),
            },
            wanted: writer.wanted(),
            commits: Arc::clone(&writer.commits),
        })
    }

    /// Makes everything durable; returns when it is on disk.
    ///
    /// # Errors
    /// `Unavailable`: it is not there, none of it.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        let begun = Instant::now();
        let hear = match &mut self.reader.connection {
            Held::Writer(line) => line.join(),
            Held::Borrowed(_) => unreachable!("a transaction is made on the writer's line"),
        };
        let commits = Arc::clone(&self.commits);
        drop(self);
        let told = hear
            .await
            .unwrap_or_else(|_| Err(StoreError::Unavailable("the writer is gone".into())));
        if told.is_ok() {
            commits.note(begun.elapsed());
        }
        told
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
