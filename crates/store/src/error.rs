//! What can go wrong, by what the caller can do about it.

use crate::sql::Done;
use rusqlite::ffi;
use sqlx::error::DatabaseError;

/// An error of the store. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something with that unique name exists already. The transaction it came from can go on.
    #[error("it exists already")]
    Conflict,
    /// Another transaction, at the same time, read or wrote what this one did, and the two have no order in which both
    /// make sense. Nothing is wrong and nothing is lost: run the whole transaction again, from `Store::write` and with
    /// what it reads read anew. It may happen at any statement and at `commit`. Of many who race one always gets
    /// through, so whoever repeats does so at once and, beyond a few times, after a short random wait. Only databases
    /// with several writers (PostgreSQL) say this.
    #[error("another transaction was faster")]
    Raced,
    /// The database did not take it: disk full, locked, gone. Trying again later may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A row that the program cannot have written, or a statement that does not fit the schema: our fault.
    #[error("the database does not hold what it should: {0}")]
    Broken(String),
}

impl StoreError {
    /// Whether running the whole transaction again is what to do.
    #[must_use]
    pub fn is_raced(&self) -> bool {
        matches!(self, Self::Raced)
    }
}

/// A transaction that could not be given an order among those at the same time (SQLSTATE 40001, "serialization_failure"),
/// one that was chosen to end a deadlock (40P01, "deadlock_detected"), and one that was about to add what another has just
/// added (23505, "unique_violation"): whoever adds here has looked before, or asks to be told by `ON CONFLICT`, so what was
/// there already is never found out by this. SQLite's codes are numbers of other lengths.
fn is_race(error: &dyn DatabaseError) -> bool {
    matches!(error.code().as_deref(), Some("40001" | "40P01" | "23505"))
}

/// What an `INSERT … ON CONFLICT DO NOTHING` of one row says where it has to be new. PostgreSQL takes nothing more in a
/// transaction in which a statement has failed, so this one does not fail.
pub(crate) fn added(done: Done) -> Result<(), StoreError> {
    match done.rows_affected() {
        1 => Ok(()),
        _ => Err(StoreError::Conflict),
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error() {
            Some(cause) if is_taken(cause.extended_code) => Self::Conflict,
            Some(_) => Self::Unavailable(error.to_string()),
            None => Self::Broken(error.to_string()),
        }
    }
}

/// Whether SQLite says that something with that unique name exists already.
fn is_taken(code: i32) -> bool {
    matches!(
        code,
        ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_ROWID
    )
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(cause) if is_race(cause.as_ref()) => Self::Raced,
            sqlx::Error::Database(cause) if cause.is_unique_violation() => Self::Conflict,
            sqlx::Error::Database(_)
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Configuration(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error.to_string()),
            _ => Self::Broken(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::error::ErrorKind;
    use std::borrow::Cow;
    use std::error::Error;
    use std::fmt;

    /// An error as a database says it: by its code.
    #[derive(Debug)]
    struct Said(&'static str);

    impl fmt::Display for Said {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Said {}

    impl DatabaseError for Said {
        fn message(&self) -> &str {
            self.0
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            match self.0 {
                "23505" | "2067" => ErrorKind::UniqueViolation,
                _ => ErrorKind::Other,
            }
        }
    }

    #[test]
    fn a_lost_race_is_told_from_a_conflict_and_from_a_database_that_is_gone() {
        let said = |code| StoreError::from(sqlx::Error::Database(Box::new(Said(code))));
        for code in ["40001", "40P01", "23505"] {
            assert!(said(code).is_raced(), "{code}");
        }
        assert!(matches!(said("2067"), StoreError::Conflict));
        // A full disk, a server that goes down, a lock that another process holds (SQLite).
        for code in ["53100", "57P01", "5"] {
            assert!(matches!(said(code), StoreError::Unavailable(_)), "{code}");
        }
    }
}
