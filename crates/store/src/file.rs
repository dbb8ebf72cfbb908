//! A SQLite database, as it is opened.

use crate::StoreError;
use crate::open::{Options, Sync};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// Statements that a connection keeps prepared, at a few kilobytes each: the program has about 310, and the busy ones
/// are some dozens.
const PREPARED: usize = 128;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// The one that writes. The file is made where it is missing.
    Write,
    /// One of those that read.
    Read,
}

/// A connection of the store's own to `file`.
pub(crate) fn connect(file: &Path, options: &Options, what: Use) -> Result<Connection, StoreError> {
    let connection = opened(file, OpenFlags::SQLITE_OPEN_CREATE)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    connection.busy_timeout(options.lock_wait)?;
    // Without this a statement is planned anew for each value it is given. No plan of ours hangs on a value, and planning
    // took more time than all else on the way of a message.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // WAL lets readers go on while the writer writes; FULL makes a commit survive a loss of power. What was deleted is
    // overwritten, so that it is not found in the file (M-4). What is sorted, or could be taken back, is kept in memory: a
    // temporary file would hold texts too, and could not be opened by a server that has all the files it may have.
    let sync = match options.sync {
        Sync::Full => "FULL",
        Sync::Normal => "NORMAL",
    };
    let mut pragmas = format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = {sync}; PRAGMA foreign_keys = ON; \
         PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;"
    );
    if let Some(pages) = options.max_pages {
        pragmas.push_str(&format!(" PRAGMA max_page_count = {pages};"));
    }
    if what == Use::Read {
        pragmas.push_str(" PRAGMA query_only = ON;");
    }
    // Numbers and words of our own, no text from outside.
    connection.execute_batch(&pragmas)?;
    Ok(connection)
}

/// A connection to a database that is there, as it is.
pub(crate) fn connect_as_it_is(file: &Path) -> Result<Connection, StoreError> {
    // Not read-only: a reader of a database with a log has to write into the index of that log.
    opened(file, OpenFlags::empty())
}

/// Runs what may wait, for the disk or for somebody else's lock, on a thread that nobody else waits for.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string())))
}

fn opened(file: &Path, more: OpenFlags) -> Result<Connection, StoreError> {
    // Each connection is used by one thread at a time, which is Rust's to see to, not a lock's. Without
    // SQLITE_OPEN_URI: a path is a path.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    Ok(Connection::open_with_flags(file, flags)?)
}
