//! Moving a whole instance from a file to PostgreSQL: all of it or nothing.
//!
//! The file is read in one transaction and stays as it is. Rows are written in one transaction of the target, tables in
//! the order of what refers to what; before it is committed every table is read back and has to have the same count and
//! the same sum (`snapshot`'s) as what was read.

use crate::database::PostgresUrl;
use crate::file::aside;
use crate::postgres::{check, connected};
use crate::snapshot::{self, Sum, TableSum};
use crate::sql::{Kept, Row};
use crate::{StoreError, schema};
use futures_util::TryStreamExt;
use rusqlite::Connection;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection as _, Executor, PgConnection, Postgres};
use std::path::Path;
use tokio::sync::mpsc;

/// Values in one statement. PostgreSQL takes 65,535; more at once brings little.
const MOST_VALUES: usize = 8_192;

/// Bytes in one statement, about; pictures and sounds are large.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Why an instance was not moved. Nothing of it is at the target then.
#[derive(Debug, thiserror::Error)]
pub enum NotMoved {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Source(StoreError),
    /// The file is damaged.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// The file is of another version than this program.
    #[error(
        "the file has schema {found} and this program {ours}: run the server of this version on it once"
    )]
    SourceSchema {
        /// The file's.
        found: i64,
        /// This program's.
        ours: i64,
    },
    /// The target cannot be reached, or is too old, or of another encoding.
    #[error("the target cannot be used: {0}")]
    Target(StoreError),
    /// The target was made by a newer version.
    #[error(
        "the target has schema {found} and this program {ours}: move with the program of that version"
    )]
    TargetSchema {
        /// The target's.
        found: i64,
        /// This program's.
        ours: i64,
    },
    /// There is something in the target.
    #[error("the target is not empty: there are rows or tables in it ({0})")]
    NotEmpty(String),
    /// The target did not take it.
    #[error("the target did not take {table}: {error}")]
    Refused {
        /// The table it was at.
        table: String,
        /// What it said.
        error: StoreError,
    },
    /// What is at the target is not what was read.
    #[error("{0} is not at the target as it was read")]
    Differs(String),
}

impl NotMoved {
    /// A word for programs, which stays.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Source(_) => "source_unreadable",
            Self::Damaged(_) => "source_damaged",
            Self::SourceSchema { .. } => "source_schema",
            Self::Target(_) => "target_unusable",
            Self::TargetSchema { .. } => "target_schema",
            Self::NotEmpty(_) => "target_not_empty",
            Self::Refused { .. } => "target_refused",
            Self::Differs(_) => "not_the_same",
        }
    }
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The table that is being moved or, once all are there, read back.
    pub table: &'a str,
    /// Rows written and rows read back so far.
    pub done: u64,
    /// Of so many: each row is written and read back.
    pub all: u64,
}

/// Moves everything in `file` to `to`, and says what that was. Whatever writes to the file meanwhile is not moved.
///
/// # Errors
/// As said there; the target is as it was, but for empty tables.
pub async fn move_all(
    file: &Path,
    to: &PostgresUrl,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<Vec<TableSum>, NotMoved> {
    let faults = snapshot::faults(file).await.map_err(NotMoved::Source)?;
    if let Some(first) = faults.into_iter().next() {
        return Err(NotMoved::Damaged(first));
    }
    let file = file.to_owned();
    let source = read(move || {
        let source = snapshot::open(&file)?;
        // One moment of it.
        source.execute_batch("BEGIN")?;
        let found = snapshot::schema_of_file(&source)?;
        Ok((source, found))
    });
    let ((mut source, found), ours) = (source.await?, schema::newest());
    if found != ours {
        return Err(NotMoved::SourceSchema { found, ours });
    }
    let mut target = prepared(to).await?;
    let tables = tables(&mut target).await.map_err(NotMoved::Target)?;
    let mut all = 0;
    for table in &tables {
        let count = format!("SELECT count(*) FROM {}", table.name);
        let rows: i64 = source
            .query_row(&count, [], |row| row.get(0))
            .map_err(|error| NotMoved::Source(error.into()))?;
        all += rows.unsigned_abs();
    }
    let refused = |table: &Table, error: StoreError| NotMoved::Refused {
        table: table.name.clone(),
        error,
    };
    let (mut done, all) = (0, all * 2);
    let mut sums = Vec::with_capacity(tables.len());
    let begun = target.execute("BEGIN").await;
    begun.map_err(|error| NotMoved::Target(error.into()))?;
    for table in &tables {
        // One is written, one is on the way, one is being read.
        let (sender, mut batches) = mpsc::channel(1);
        let (select, width) = (table.select(), table.columns.len());
        let reading = read(move || {
            let sum = read_all(&source, &select, width, &sender)?;
            Ok((source, sum))
        });
        let writing = async {
            while let Some(rows) = batches.recv().await {
                let write = table.insert(&mut target, &rows).await;
                write.map_err(|error| refused(table, error))?;
                done += rows.len() as u64;
                progress(Progress {
                    table: &table.name,
                    done,
                    all,
                });
            }
            Ok(())
        };
        // Whichever fails ends the other: nobody reads on for a target that takes nothing.
        let ((back, sum), ()) = futures_util::future::try_join(reading, writing).await?;
        source = back;
        sums.push(sum.of(&table.name));
    }
    for (table, sum) in tables.iter().zip(&sums) {
        let there = table.sum(&mut target).await;
        if there.map_err(|error| refused(table, error))? != *sum {
            return Err(NotMoved::Differs(table.name.clone()));
        }
        done += sum.rows;
        progress(Progress {
            table: &table.name,
            done,
            all,
        });
    }
    // Dropped before, the connection ends and the server takes everything back.
    for last in ["COMMIT", "ANALYZE"] {
        let ended = target.execute(last).await;
        ended.map_err(|error| NotMoved::Target(error.into()))?;
    }
    // What was read is not changed by how this ends.
    let _ = target.close().await;
    Ok(sums)
}

/// Runs what reads the file, aside from whoever must not wait.
async fn read<T: Send + 'static>(
    reading: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, NotMoved> {
    aside(reading).await.map_err(NotMoved::Source)
}

/// Reads a table in batches of what fits into one statement, until the table is at its end or nobody takes them.
fn read_all(
    source: &Connection,
    select: &str,
    width: usize,
    batches: &mpsc::Sender<Vec<Vec<Kept>>>,
) -> Result<Sum, StoreError> {
    let mut statement = source.prepare(select)?;
    let mut rows = statement.query([])?;
    let mut sum = Sum::default();
    let (mut some, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let row = Row::of_file(row).kept()?;
        bytes += sum.add(&row);
        some.push(row);
        if some.len() * width >= MOST_VALUES || bytes >= MOST_BYTES {
            bytes = 0;
            if batches.blocking_send(std::mem::take(&mut some)).is_err() {
                break;
            }
        }
    }
    if !some.is_empty() {
        let _ = batches.blocking_send(some);
    }
    Ok(sum)
}

/// A target that has this program's tables and nothing in them.
async fn prepared(to: &PostgresUrl) -> Result<PgConnection, NotMoved> {
    let say = |error: sqlx::Error| NotMoved::Target(error.into());
    let connect = to.connect().map_err(say)?;
    let mut target = connected(&connect).await.map_err(NotMoved::Target)?;
    check(&mut target).await.map_err(NotMoved::Target)?;
    let there: Vec<String> = sqlx::query_scalar(
        "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema() \
         AND tablename <> '_sqlx_migrations' ORDER BY tablename",
    )
    .fetch_all(&mut target)
    .await
    .map_err(say)?;
    let migrated = snapshot::has_tables(&mut target).await;
    if let (Some(first), false) = (there.first(), migrated.map_err(NotMoved::Target)?) {
        return Err(NotMoved::NotEmpty(first.clone()));
    }
    let done = schema::migrate_postgres(&mut target).await;
    done.map_err(NotMoved::Target)?;
    let found = snapshot::schema_of(&mut target).await;
    let (found, ours) = (found.map_err(NotMoved::Target)?, schema::newest());
    if found != ours {
        return Err(NotMoved::TargetSchema { found, ours });
    }
    for table in tables(&mut target).await.map_err(NotMoved::Target)? {
        let any = format!("SELECT 1 FROM {} LIMIT 1", table.name);
        let row = target.fetch_optional(sqlx::raw_sql(AssertSqlSafe(any)));
        if row.await.map_err(say)?.is_some() {
            return Err(NotMoved::NotEmpty(table.name));
        }
    }
    Ok(target)
}

/// A table of both, as PostgreSQL has it.
struct Table {
    /// Ours are words without anything to be quoted.
    name: String,
    /// Name and type, in their order.
    columns: Vec<(String, String)>,
}

/// All tables, each behind those that it refers to.
async fn tables(target: &mut PgConnection) -> Result<Vec<Table>, StoreError> {
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) \
         FROM information_schema.columns WHERE table_schema = current_schema() \
         AND table_name <> '_sqlx_migrations' ORDER BY table_name, ordinal_position",
    )
    .fetch_all(&mut *target)
    .await?;
    let references: Vec<(String, String)> = sqlx::query_as(
        "SELECT CAST(one.relname AS TEXT), CAST(other.relname AS TEXT) FROM pg_constraint c \
         JOIN pg_class one ON one.oid = c.conrelid JOIN pg_class other ON other.oid = c.confrelid \
         WHERE c.contype = 'f' AND c.conrelid <> c.confrelid \
         AND one.relnamespace = CAST(current_schema() AS regnamespace)",
    )
    .fetch_all(&mut *target)
    .await?;
    let mut left: Vec<Table> = Vec::new();
    for (table, column, kind) in columns {
        match left.last_mut() {
            Some(last) if last.name == table => last.columns.push((column, kind)),
            _ => left.push(Table {
                name: table,
                columns: vec![(column, kind)],
            }),
        }
    }
    let mut ordered: Vec<Table> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let free = |table: &Table| {
            references.iter().all(|(from, to)| {
                *from != table.name || ordered.iter().any(|before| before.name == *to)
            })
        };
        let (ready, waiting): (Vec<_>, Vec<_>) = left.into_iter().partition(free);
        if ready.is_empty() {
            return Err(StoreError::Broken("tables that refer in a circle".into()));
        }
        ordered.extend(ready);
        left = waiting;
    }
    Ok(ordered)
}

impl Table {
    fn names(&self) -> String {
        let quoted: Vec<String> = self
            .columns
            .iter()
            .map(|(name, _)| format!("\"{name}\""))
            .collect();
        quoted.join(", ")
    }

    fn select(&self) -> String {
        format!("SELECT {} FROM {}", self.names(), self.name)
    }

    async fn sum(&self, connection: &mut PgConnection) -> Result<TableSum, StoreError> {
        let mut sum = Sum::default();
        let mut rows = connection.fetch(sqlx::raw_sql(AssertSqlSafe(self.select())));
        while let Some(row) = rows.try_next().await? {
            sum.add(&Row::of_postgres(&row).kept()?);
        }
        Ok(sum.of(&self.name))
    }

    async fn insert(
        &self,
        target: &mut PgConnection,
        rows: &[Vec<Kept>],
    ) -> Result<(), StoreError> {
        let width = self.columns.len();
        let places: Vec<String> = (0..rows.len())
            .map(|row| {
                let row: Vec<String> = (1..=width)
                    .map(|column| format!("${}", row * width + column))
                    .collect();
                format!("({})", row.join(", "))
            })
            .collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES {}",
            self.name,
            self.names(),
            places.join(", ")
        );
        // Each number of rows is a text of its own, which is not kept.
        let mut insert = sqlx::query(AssertSqlSafe(sql)).persistent(false);
        for row in rows {
            for (value, (_, kind)) in row.iter().zip(&self.columns) {
                insert = bind(insert, value, kind);
            }
        }
        insert.execute(target).await?;
        Ok(())
    }
}

type Insert<'q> = Query<'q, Postgres, PgArguments>;

/// A value, or nothing of the column's type: PostgreSQL wants to know of which type nothing is.
fn bind<'q>(insert: Insert<'q>, value: &'q Kept, kind: &str) -> Insert<'q> {
    match (value, kind) {
        (Kept::Integer(value), _) => insert.bind(value),
        (Kept::Text(value), _) => insert.bind(value),
        (Kept::Bytes(value), _) => insert.bind(value),
        (Kept::Nothing, "bigint") => insert.bind(None::<i64>),
        (Kept::Nothing, "bytea") => insert.bind(None::<Vec<u8>>),
        (Kept::Nothing, _) => insert.bind(None::<String>),
    }
}
