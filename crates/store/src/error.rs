//! What can go wrong, by what the caller can do about it.

/// An error of the store. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something with that unique name exists already.
    #[error("it exists already")]
    Conflict,
    /// The database did not take it: disk full, locked, gone. Trying again later may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A row that the program cannot have written, or a statement that does not fit the schema: our fault.
    #[error("the database does not hold what it should: {0}")]
    Broken(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(cause) if cause.is_unique_violation() => Self::Conflict,
            sqlx::Error::Database(_)
            | sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error.to_string()),
            _ => Self::Broken(error.to_string()),
        }
    }
}
