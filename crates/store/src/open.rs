//! Opening a store: the readers, the one writer, the schema.

use crate::StoreError;
use crate::commits::CommitTimes;
use crate::reader::{Held, Reader, Readers};
use crate::tx::Tx;
use crate::writer::Writer;
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, Connection, Executor};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long a statement waits for a lock that another process holds.
    pub lock_wait: Duration,
    /// The most pages (of 4 KiB) the database may have; `None` is as many as the disk takes.
    pub max_pages: Option<u32>,
    /// What of a commit is on the disk when it is said to be.
    pub sync: Sync,
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
        }
    }
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    readers: Readers,
    writer: Writer,
}

impl Store {
    /// Opens the SQLite database in `file`, makes it where it is missing, and brings its schema up to date.
    ///
    /// # Errors
    /// `Unavailable` if it cannot be opened or its schema is newer than this program.
    pub async fn open(file: &Path, options: &Options) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let url = sqlite_url(file)?;
        let connect = AnyConnectOptions::from_str(&url)?;
        let mut first = AnyConnection::connect_with(&connect).await?;
        prepare(&mut first, options, false).await?;
        sqlx::migrate!("./migrations")
            .run(&mut first)
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let readers = Readers::new(connect, options.clone());
        Ok(Self {
            readers,
            writer: Writer::start(first),
        })
    }

    /// A connection to read from. Each statement sees what was committed before it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        Ok(Reader {
            connection: Held::Borrowed(self.readers.borrow().await?),
        })
    }

    /// A transaction. Writers wait for each other in the order they came.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        Tx::begin(&self.writer).await
    }

    /// How long commits took so far.
    #[must_use]
    pub fn commits(&self) -> CommitTimes {
        self.writer.commits.so_far()
    }

    /// How long the transaction that waits longest for its turn has waited so far. It costs little to ask.
    #[must_use]
    pub fn queue(&self) -> Duration {
        self.writer.queue.longest()
    }

    /// Waits for what is under way and closes the database.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn sqlite_url(file: &Path) -> Result<String, StoreError> {
    let path = escaped(file)
        .ok_or_else(|| StoreError::Unavailable("the database's path is not UTF-8".into()))?;
    Ok(format!("sqlite://{path}?mode=rwc"))
}

/// A path as the driver reads it, which is as part of a URL.
pub(crate) fn escaped(file: &Path) -> Option<String> {
    let path = file.to_str()?;
    Some(
        path.replace('%', "%25")
            .replace('?', "%3F")
            .replace('#', "%23"),
    )
}

pub(crate) async fn prepare(
    connection: &mut AnyConnection,
    options: &Options,
    read_only: bool,
) -> Result<(), sqlx::Error> {
    let wait = i64::try_from(options.lock_wait.as_millis()).unwrap_or(i64::MAX);
    // WAL lets readers go on while the writer writes; FULL makes a commit survive a loss of power. What was deleted is
    // overwritten, so that it is not found in the file (M-4).
    let sync = match options.sync {
        Sync::Full => "FULL",
        Sync::Normal => "NORMAL",
    };
    let mut pragmas = format!(
        "PRAGMA busy_timeout = {wait}; PRAGMA journal_mode = WAL; PRAGMA synchronous = {sync}; \
         PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
    );
    if let Some(pages) = options.max_pages {
        pragmas.push_str(&format!(" PRAGMA max_page_count = {pages};"));
    }
    if read_only {
        pragmas.push_str(" PRAGMA query_only = ON;");
    }
    // Numbers and words of our own, no text from outside.
    connection
        .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(pragmas)))
        .await?;
    Ok(())
}
