//! A copy of the whole database while others write to it, and what is in one: for backups, and for whoever wants to know
//! whether a database is whole.
//!
//! Both open the file by themselves and leave its schema as it is, so they work beside a server of another version.

use crate::postgres::connected;
use crate::{PostgresUrl, StoreError, schema};
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::any::{AnyConnectOptions, AnyRow, AnyTypeInfoKind, AnyValueRef};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, Row, ValueRef};
use std::path::Path;
use std::str::FromStr;
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
    let into = into.to_str().ok_or_else(not_utf8)?;
    let mut connection = open(file).await?;
    sqlx::query("VACUUM INTO $1")
        .bind(into)
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(())
}

/// What SQLite itself says is wrong with a database; empty if nothing is.
///
/// # Errors
/// `Unavailable`: it is not there, or is no database at all.
pub async fn faults(file: &Path) -> Result<Vec<String>, StoreError> {
    let mut connection = open(file).await?;
    let mut said: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(5)")
        .fetch_all(&mut connection)
        .await?;
    said.retain(|line| line != "ok");
    let strays = connection.fetch_all("PRAGMA foreign_key_check").await?;
    if !strays.is_empty() {
        said.push(format!(
            "{} rows point at rows that are not there",
            strays.len()
        ));
    }
    connection.close().await?;
    Ok(said)
}

/// Counts and sums up what is in a database, row by row.
///
/// # Errors
/// `Unavailable`: it is not there or cannot be read to its end. `Broken`: it is none of ours.
pub async fn contents(file: &Path) -> Result<Contents, StoreError> {
    let mut connection = open(file).await?;
    let schema = schema_of(&mut connection).await?;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
         AND name NOT LIKE '%sqlx%' ORDER BY name",
    )
    .fetch_all(&mut connection)
    .await?;
    let mut tables = Vec::with_capacity(names.len());
    for name in names {
        tables.push(sum(&mut connection, name).await?);
    }
    connection.close().await?;
    Ok(Contents { schema, tables })
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
    let mut connection = open(file).await?;
    let schema = schema_of(&mut connection).await?;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut connection)
        .await?;
    let newest = sqlx::query_scalar("SELECT coalesce(max(at), 0) FROM entries")
        .fetch_one(&mut connection)
        .await?;
    let push_key = sqlx::query_scalar("SELECT value FROM server_keys WHERE name = 'vapid'")
        .fetch_optional(&mut connection)
        .await?;
    connection.close().await?;
    Ok(Facts {
        schema,
        wal: mode == "wal",
        newest,
        push_key,
    })
}

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
        newest: sqlx::query_scalar("SELECT coalesce(max(at), 0) FROM entries")
            .fetch_one(&mut connection)
            .await?,
        push_key: sqlx::query_scalar("SELECT value FROM server_keys WHERE name = 'vapid'")
            .fetch_optional(&mut connection)
            .await?,
    };
    connection.close().await?;
    Ok(facts)
}

/// Whether a PostgreSQL database has had a migration.
pub(crate) async fn has_tables(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    let (tables,): (i64,) = sqlx::query_as(
        "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() \
         AND tablename = '_sqlx_migrations'",
    )
    .fetch_one(connection)
    .await?;
    Ok(tables > 0)
}

pub(crate) async fn schema_of(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    let newest = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(connection)
        .await?;
    Ok(newest)
}

async fn sum(connection: &mut AnyConnection, name: String) -> Result<TableSum, StoreError> {
    // A name out of the schema, quoted as it is there.
    let all = format!("SELECT * FROM \"{}\"", name.replace('"', "\"\""));
    let mut stream = connection.fetch(sqlx::raw_sql(AssertSqlSafe(all)));
    let mut sum = Sum::default();
    while let Some(row) = stream.try_next().await? {
        sum.add(&row)?;
    }
    drop(stream);
    Ok(sum.of(&name))
}

/// Rows that are being summed up.
#[derive(Default)]
pub(crate) struct Sum {
    rows: u64,
    sum: u128,
}

impl Sum {
    /// One more row; how many bytes it has.
    pub(crate) fn add(&mut self, row: &AnyRow) -> Result<usize, StoreError> {
        let (digest, size) = digest(row)?;
        self.rows += 1;
        self.sum = self.sum.wrapping_add(digest);
        Ok(size)
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
fn digest(row: &AnyRow) -> Result<(u128, usize), StoreError> {
    let mut hash = Sha256::new();
    let mut size = 0;
    for column in 0..row.len() {
        let value = row.try_get_raw(column)?;
        let (kind, bytes) = bytes(row, column, &value)?;
        size += bytes.len();
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    let whole: [u8; 32] = hash.finalize().into();
    let half = whole.first_chunk().copied().unwrap_or_default();
    Ok((u128::from_be_bytes(half), size))
}

fn bytes(
    row: &AnyRow,
    column: usize,
    value: &AnyValueRef<'_>,
) -> Result<(u8, Vec<u8>), StoreError> {
    if value.is_null() {
        return Ok((0, Vec::new()));
    }
    Ok(match value.type_info().kind() {
        AnyTypeInfoKind::Text => (1, row.try_get::<String, _>(column)?.into_bytes()),
        AnyTypeInfoKind::Blob => (2, row.try_get(column)?),
        _ => (3, row.try_get::<i64, _>(column)?.to_be_bytes().to_vec()),
    })
}

/// To a database that is there, as it is.
pub(crate) async fn open(file: &Path) -> Result<AnyConnection, StoreError> {
    sqlx::any::install_default_drivers();
    let path = crate::open::escaped(file).ok_or_else(not_utf8)?;
    // Not `ro`: a reader of a database with a log has to write into the index of that log.
    let options = AnyConnectOptions::from_str(&format!("sqlite://{path}?mode=rw"))?;
    let mut connection = AnyConnection::connect_with(&options).await?;
    let wait = format!("PRAGMA busy_timeout = {}", LOCK_WAIT.as_millis());
    // A number of our own.
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(wait)))
        .await?;
    Ok(connection)
}

fn not_utf8() -> StoreError {
    StoreError::Unavailable("the database's path is not UTF-8".into())
}
