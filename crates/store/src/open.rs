//! Opening a store, and what differs by the database: who reads, who writes.

use crate::commits::CommitTimes;
use crate::database::Database;
use crate::file::{self, Use};
use crate::postgres::Postgres;
use crate::races::Races;
use crate::reader::{Held, Reader, Readers};
use crate::tx::Tx;
use crate::writer::Writer;
use crate::{StoreError, schema};
use std::path::Path;
use std::time::Duration;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long a statement waits for a lock that another process holds.
    pub lock_wait: Duration,
    /// The most pages (of 4 KiB) the database may have; `None` is as many as the disk takes. SQLite only.
    pub max_pages: Option<u32>,
    /// What of a commit is on the disk when it is said to be.
    pub sync: Sync,
    /// Commits that are lost as if another transaction had been faster. A server has none: this is for tests of what runs
    /// them again.
    pub races: Option<Races>,
}

/// What of a commit has to be on the disk before anybody is told "done". A server has no choice: this is for the test
/// that shows why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sync {
    /// All of it: it survives a loss of power.
    #[default]
    Full,
    /// Nothing for certain: the system writes it when it likes. It survives the end of the program, and is lost with the
    /// power.
    Normal,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lock_wait: Duration::from_secs(5),
            max_pages: None,
            sync: Sync::Full,
            races: None,
        }
    }
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    kind: Kind,
    races: Option<Races>,
}

#[derive(Clone)]
enum Kind {
    Sqlite { readers: Readers, writer: Writer },
    Postgres(Box<Postgres>),
}

impl Store {
    /// Opens a database and brings its schema up to date. A file is made where it is missing; a PostgreSQL database has
    /// to be there.
    ///
    /// # Errors
    /// `Unavailable` if it cannot be opened, or is one that cannot be worked with: a file whose schema is newer than this
    /// program, a PostgreSQL server that is too old, a database that does not keep every text.
    pub async fn connect(database: &Database, options: &Options) -> Result<Self, StoreError> {
        match database {
            Database::File(file) => Self::open(file, options).await,
            Database::Postgres(url) => {
                let kind = Kind::Postgres(Box::new(Postgres::open(url, options).await?));
                Ok(Self::of(kind, options))
            }
        }
    }

    /// Opens the SQLite database in `file`, makes it where it is missing, and brings its schema up to date.
    ///
    /// # Errors
    /// `Unavailable` if it cannot be opened or its schema is newer than this program.
    pub async fn open(file: &Path, options: &Options) -> Result<Self, StoreError> {
        let (path, how) = (file.to_owned(), options.clone());
        let opened = file::aside(move || {
            let mut first = file::connect(&path, &how, Use::Write)?;
            schema::migrate_file(&mut first)?;
            Ok((first, Readers::open(&path, &how)?))
        });
        let (first, readers) = opened.await?;
        let kind = Kind::Sqlite {
            readers,
            writer: Writer::start(first, options.lock_wait),
        };
        Ok(Self::of(kind, options))
    }

    fn of(kind: Kind, options: &Options) -> Self {
        Self {
            kind,
            races: options.races.clone(),
        }
    }

    /// A connection to read from. Each statement sees what was committed before it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        let connection = match &self.kind {
            Kind::Sqlite { readers, .. } => Held::Borrowed(readers.borrow().await?),
            Kind::Postgres(postgres) => Held::Pooled(postgres.reader().await?),
        };
        Ok(Reader { connection })
    }

    /// A transaction. On SQLite writers wait for each other in the order they came; on PostgreSQL they run at once, as
    /// if one after the other.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        match &self.kind {
            Kind::Sqlite { writer, .. } => Tx::on_line(writer, self.races.clone()).await,
            Kind::Postgres(postgres) => Tx::in_session(postgres, self.races.clone()).await,
        }
    }

    /// Says that a server works on this database from now on, alone or as one of several that know of each other;
    /// `false` if another does so already with which that does not fit. It ends with `close`, or with the connection.
    /// Whoever only looks or changes a row does not say so. Of a file nobody else knows by this: servers lock their data
    /// folder.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn claim(&self, alone: bool) -> Result<bool, StoreError> {
        match &self.kind {
            Kind::Sqlite { .. } => Ok(true),
            Kind::Postgres(postgres) => postgres.claim(alone).await,
        }
    }

    /// How long commits took so far.
    #[must_use]
    pub fn commits(&self) -> CommitTimes {
        match &self.kind {
            Kind::Sqlite { writer, .. } => writer.commits.so_far(),
            Kind::Postgres(postgres) => postgres.commits.so_far(),
        }
    }

    /// How long the transaction that waits longest for its turn has waited so far. It costs little to ask.
    #[must_use]
    pub fn queue(&self) -> Duration {
        match &self.kind {
            Kind::Sqlite { writer, .. } => writer.queue.longest(),
            Kind::Postgres(postgres) => postgres.queue.longest(),
        }
    }

    /// Waits for what is under way and closes the database.
    pub async fn close(&self) {
        match &self.kind {
            Kind::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Kind::Postgres(postgres) => postgres.close().await,
        }
    }
}
