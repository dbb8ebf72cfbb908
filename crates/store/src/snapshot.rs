//! A copy of the whole database while others write to it, and what is in one: for backups, and for whoever wants to know
//! whether a database is whole.
//!
//! Both open the file by themselves and leave its schema as it is, so they work beside a server of another version.

use crate::file::{aside, connect_as_it_is};
use crate::postgres::connected;
use crate::sql::{Kept, Row};
use crate::{PostgresUrl, StoreError, schema};
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};
use sqlx::{Connection as _, PgConnection};
use std::path::Path;
use std::time::Duration;

/// How long a statement waits for a lock. A server holds one for milliseconds.
const LOCK_WAIT: Duration = Duration::from_secs(30);

/// What is in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSum {
    /// Its name.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
    /// A checksum over all of them, whatever their order: 32 hexadecimal digits.
    pub sum: String,
}

/// What is in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// The number of the newest migration it has had.
    pub schema: i64,
    /// Its tables, by name; not that of migrations, which `schema` stands for.
    pub tables: Vec<TableSum>,
}

/// The number of the newest migration that this program knows.
#[must_use]
pub fn newest_schema() -> i64 {
    schema::newest()
}

/// Writes all that is committed in `file` to `into`, which does not exist or is empty: one moment of it, without what was
/// deleted. Writers go on meanwhile; the log of what they write grows until this is done.
///
/// # Errors
/// `Unavailable`: the file is not there, or there is no place for the copy.
pub async fn copy(file: &Path, into: &Path) -> Result<(), StoreError> {
    let into = into
        .to_str()
        .ok_or_else(|| StoreError::Unavailable("the database's path is not UTF-8".into()))?
        .to_owned();
    on(file, move |connection| {
        connection.execute("VACUUM INTO ?1", [into])?;
        Ok(())
    })
    .await
}

/// What SQLite itself says is wrong with a database; empty if nothing is.
///
/// # Errors
/// `Unavailable`: it is not there, or is no database at all.
pub async fn faults(file: &Path) -> Result<Vec<String>, StoreError> {
    on(file, |connection| {
        let mut said: Vec<String> = all(connection, "PRAGMA integrity_check(5)")?;
        said.retain(|line| line != "ok");
        let mut strays = 0;
        let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {
            strays += 1;
        }
        if strays > 0 {
            said.push(format!("{strays} rows point at rows that are not there"));
        }
        Ok(said)
    })
    .await
}

/// Counts and sums up what is in a database, row by row.
///
/// # Errors
/// `Unavailable`: it is not there or cannot be read to its end. `Broken`: it is none of ours.
pub async fn contents(file: &Path) -> Result<Contents, StoreError> {
    on(file, |connection| {
        let schema = schema_of_file(connection)?;
        let names: Vec<String> = all(
            connection,
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
             AND name NOT LIKE '%sqlx%' ORDER BY name",
        )?;
        let tables = names.into_iter().map(|name| sum(connection, &name));
        Ok(Contents {
            schema,
            tables: tables.collect::<Result<_, _>>()?,
        })
    })
    .await
}

/// What can be said of a database at a glance.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The number of the newest migration it has had.
    pub schema: i64,
    /// It keeps a log that readers and the writer share (WAL).
    pub wal: bool,
    /// The moment of its newest entry, in milliseconds of Unix time; 0 without any.
    pub newest: i64,
    /// This server's key for push services, as it is kept.
    pub push_key: Option<String>,
}

/// Looks at a database, which stays as it is.
///
/// # Errors
/// `Unavailable`: it is not there, or is none of ours.
pub async fn facts(file: &Path) -> Result<Facts, StoreError> {
    on(file, |connection| {
        let mode: String = one(connection, "PRAGMA journal_mode")?;
        Ok(Facts {
            schema: schema_of_file(connection)?,
            wal: mode == "wal",
            newest: one(connection, NEWEST)?,
            push_key: connection
                .query_row(PUSH_KEY, [], |row| row.get(0))
                .optional()?,
        })
    })
    .await
}

/// The moment of the newest entry.
const NEWEST: &str = "SELECT coalesce(max(at), 0) FROM entries";

/// The key for push services.
const PUSH_KEY: &str = "SELECT value FROM server_keys WHERE name = 'vapid'";

/// The number of the newest migration that was applied.
const SCHEMA: &str = "SELECT max(version) FROM _sqlx_migrations";

/// Looks at a PostgreSQL database, which stays as it is.
///
/// # Errors
/// `Unavailable`: it does not answer. `Broken`: there is nothing of ours in it.
pub async fn postgres_facts(url: &PostgresUrl) -> Result<Facts, StoreError> {
    let mut connection = connected(&url.connect()?).await?;
    if !has_tables(&mut connection).await? {
        return Err(StoreError::Broken("no tables".into()));
    }
    let facts = Facts {
        schema: schema_of(&mut connection).await?,
        wal: true,
        newest: sqlx::query_scalar(NEWEST)
            .fetch_one(&mut connection)
            .await?,
        push_key: sqlx::query_scalar(PUSH_KEY)
            .fetch_optional(&mut connection)
            .await?,
    };
    connection.close().await?;
    Ok(facts)
}

/// Whether a PostgreSQL database has had a migration.
pub(crate) async fn has_tables(connection: &mut PgConnection) -> Result<bool, StoreError> {
    let (tables,): (i64,) = sqlx::query_as(
        "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() \
         AND tablename = '_sqlx_migrations'",
    )
    .fetch_one(connection)
    .await?;
    Ok(tables > 0)
}

pub(crate) async fn schema_of(connection: &mut PgConnection) -> Result<i64, StoreError> {
    let newest = sqlx::query_scalar(SCHEMA).fetch_one(connection).await?;
    Ok(newest)
}

pub(crate) fn schema_of_file(connection: &Connection) -> Result<i64, StoreError> {
    one(connection, SCHEMA)
}

fn sum(connection: &Connection, name: &str) -> Result<TableSum, StoreError> {
    // A name out of the schema, quoted as it is there.
    let all = format!("SELECT * FROM \"{}\"", name.replace('"', "\"\""));
    let mut statement = connection.prepare(&all)?;
    let mut rows = statement.query([])?;
    let mut sum = Sum::default();
    while let Some(row) = rows.next()? {
        sum.add(&Row::of_file(row).kept()?);
    }
    Ok(sum.of(name))
}

/// Rows that are being summed up.
#[derive(Default)]
pub(crate) struct Sum {
    rows: u64,
    sum: u128,
}

impl Sum {
    /// One more row; how many bytes it has.
    pub(crate) fn add(&mut self, row: &[Kept]) -> usize {
        let (digest, size) = digest(row);
        self.rows += 1;
        self.sum = self.sum.wrapping_add(digest);
        size
    }

    pub(crate) fn of(self, table: &str) -> TableSum {
        TableSum {
            name: table.to_owned(),
            rows: self.rows,
            sum: format!("{:032x}", self.sum),
        }
    }
}

/// Of a row, so that no two rows that differ are the same bytes; and how many bytes those are.
fn digest(row: &[Kept]) -> (u128, usize) {
    let mut hash = Sha256::new();
    let mut size = 0;
    for value in row {
        let number;
        let (kind, bytes): (u8, &[u8]) = match value {
            Kept::Nothing => (0, &[]),
            Kept::Text(text) => (1, text.as_bytes()),
            Kept::Bytes(bytes) => (2, bytes),
            Kept::Integer(value) => {
                number = value.to_be_bytes();
                (3, &number)
            }
        };
        size += bytes.len();
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    let whole: [u8; 32] = hash.finalize().into();
    let half = whole.first_chunk().copied().unwrap_or_default();
    (u128::from_be_bytes(half), size)
}

/// Looks at a file that is there, aside from whoever must not wait.
async fn on<T: Send + 'static>(
    file: &Path,
    look: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let file = file.to_owned();
    aside(move || look(&open(&file)?)).await
}

fn one<T: rusqlite::types::FromSql>(connection: &Connection, sql: &str) -> Result<T, StoreError> {
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

fn all<T: rusqlite::types::FromSql>(
    connection: &Connection,
    sql: &str,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A connection to a database that is there, as it is.
pub(crate) fn open(file: &Path) -> Result<Connection, StoreError> {
    let connection = connect_as_it_is(file)?;
    connection.busy_timeout(LOCK_WAIT)?;
    Ok(connection)
}
