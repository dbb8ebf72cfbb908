//! One text for a statement, two drivers that run it: `rusqlite` for a file, `sqlx` for PostgreSQL.
//!
//! ```text
//! sql::query_as::<T>(text).bind(value)….fetch_all(reader.sql())
//!        file:       prepared once a connection, run right here, on the task's own thread
//!        PostgreSQL: prepared once a connection, sent, and waited for
//! ```
//! A statement on a file takes a few microseconds, which is less than it costs to wake another thread for it. So it is
//! no errand: it runs where it is asked for. What may take milliseconds says so ([`Query::long`]), and a commit, which
//! waits for the disk, is `writer`'s business.
//!
//! What a row is read into stands in [`row`].

mod row;

pub(crate) use row::{Column, FromRow, Kept, Place, Row, columns};

use crate::StoreError;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};
use sqlx::postgres::PgArguments;
use sqlx::{PgConnection, Postgres};
use std::borrow::Cow;
use std::marker::PhantomData;
use std::time::Duration;
use tokio::runtime::{Handle, RuntimeFlavor};

/// How long an answer of PostgreSQL may take. Statements take milliseconds and wait five seconds for a lock; whoever
/// hears nothing for so long talks to a machine that is gone. Raising it keeps people waiting for nothing; lowering it
/// ends the statements of a server that is slow but alive.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection that a statement runs on.
pub(crate) enum Sql<'c> {
    /// SQLite's.
    File(&'c mut Connection),
    /// PostgreSQL's.
    Postgres(&'c mut PgConnection),
}

/// What stands for a `$N`. Nothing has a type too: PostgreSQL wants to know of which type nothing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value<'q> {
    Integer(Option<i64>),
    Text(Option<Cow<'q, str>>),
    Bytes(Option<Cow<'q, [u8]>>),
}

/// What a statement has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Done {
    rows: u64,
}

impl Done {
    pub(crate) fn rows_affected(self) -> u64 {
        self.rows
    }
}

/// A statement that gives nothing back.
pub(crate) struct Query<'q> {
    text: &'static str,
    values: Vec<Value<'q>>,
    long: bool,
}

/// A statement that gives rows, each read into a `T`.
pub(crate) struct QueryAs<'q, T> {
    query: Query<'q>,
    rows: PhantomData<T>,
}

pub(crate) fn query<'q>(text: &'static str) -> Query<'q> {
    Query {
        text,
        values: Vec::new(),
        long: false,
    }
}

pub(crate) fn query_as<'q, T: FromRow>(text: &'static str) -> QueryAs<'q, T> {
    QueryAs {
        query: query(text),
        rows: PhantomData,
    }
}

impl<'q> Query<'q> {
    /// What stands for the next `$N`.
    pub(crate) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// It may read or write thousands of rows: on a file it does not keep a thread that others wait for.
    pub(crate) fn long(mut self) -> Self {
        self.long = true;
        self
    }

    /// # Errors
    /// As [`StoreError`] says.
    pub(crate) async fn execute(self, sql: Sql<'_>) -> Result<Done, StoreError> {
        match sql {
            Sql::File(connection) => self.on_file(|| {
                let mut statement = self.prepared(connection)?;
                let rows = statement.raw_execute()? as u64;
                Ok(Done { rows })
            }),
            Sql::Postgres(connection) => {
                let done = answered(self.for_postgres().execute(connection)).await?;
                Ok(Done {
                    rows: done.rows_affected(),
                })
            }
        }
    }

    /// At most so many rows.
    async fn fetch<T: FromRow>(self, sql: Sql<'_>, most: usize) -> Result<Vec<T>, StoreError> {
        match sql {
            Sql::File(connection) => self.on_file(|| {
                let mut statement = self.prepared(connection)?;
                let mut rows = statement.raw_query();
                let mut found = Vec::new();
                while found.len() < most {
                    let Some(row) = rows.next()? else { break };
                    found.push(T::from_row(&Row::of_file(row))?);
                }
                Ok(found)
            }),
            Sql::Postgres(connection) => {
                let rows = answered(async {
                    let query = self.for_postgres();
                    Ok(match most {
                        1 => query
                            .fetch_optional(connection)
                            .await?
                            .into_iter()
                            .collect(),
                        _ => query.fetch_all(connection).await?,
                    })
                });
                let rows = rows.await?;
                let rows = rows.iter().map(Row::of_postgres);
                rows.map(|row| T::from_row(&row)).collect()
            }
        }
    }

    fn on_file<T>(&self, run: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        // Where there is one thread alone, there is nobody else who could go on.
        let threads = || Handle::try_current().map(|handle| handle.runtime_flavor());
        if self.long && matches!(threads(), Ok(RuntimeFlavor::MultiThread)) {
            tokio::task::block_in_place(run)
        } else {
            run()
        }
    }

    /// Of the connection's prepared statements, with the values in it.
    fn prepared<'c>(&self, connection: &'c Connection) -> Result<CachedStatement<'c>, StoreError> {
        let mut statement = connection.prepare_cached(self.text)?;
        for index in 1..=statement.parameter_count() {
            // SQLite takes `$2` for a name, and counts names by where they first appear.
            let place = statement
                .parameter_name(index)
                .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
            let value = place.and_then(|place| self.values.get(place.checked_sub(1)?));
            let Some(value) = value else {
                return Err(StoreError::Broken(format!(
                    "a statement without its value {index}: {}",
                    self.text
                )));
            };
            statement.raw_bind_parameter(index, value)?;
        }
        Ok(statement)
    }

    fn for_postgres(&self) -> sqlx::query::Query<'_, Postgres, PgArguments> {
        let mut query = sqlx::query(self.text);
        for value in &self.values {
            query = match value {
                Value::Integer(value) => query.bind(value),
                Value::Text(value) => query.bind(value.as_deref()),
                Value::Bytes(value) => query.bind(value.as_deref()),
            };
        }
        query
    }
}

/// An answer of PostgreSQL, or an error within a bounded time.
pub(crate) async fn answered<T>(
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(StoreError::Unavailable(
            "the database server does not answer".into(),
        )),
    }
}

impl<'q, T: FromRow> QueryAs<'q, T> {
    /// As [`Query::bind`].
    pub(crate) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.query = self.query.bind(value);
        self
    }

    /// As [`Query::long`].
    pub(crate) fn long(mut self) -> Self {
        self.query = self.query.long();
        self
    }

    /// # Errors
    /// As [`StoreError`] says.
    pub(crate) async fn fetch_all(self, sql: Sql<'_>) -> Result<Vec<T>, StoreError> {
        self.query.fetch(sql, usize::MAX).await
    }

    /// The first row.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub(crate) async fn fetch_optional(self, sql: Sql<'_>) -> Result<Option<T>, StoreError> {
        Ok(self.query.fetch(sql, 1).await?.pop())
    }

    /// The first row of a statement that always gives one.
    ///
    /// # Errors
    /// `Broken` without one; and as [`StoreError`] says.
    pub(crate) async fn fetch_one(self, sql: Sql<'_>) -> Result<T, StoreError> {
        let missing = self.query.text;
        let row = self.fetch_optional(sql).await?;
        row.ok_or_else(|| StoreError::Broken(format!("no row: {missing}")))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Integer(Some(value)) => ValueRef::Integer(*value),
            Self::Text(Some(value)) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(Some(value)) => ValueRef::Blob(value),
            Self::Integer(None) | Self::Text(None) | Self::Bytes(None) => ValueRef::Null,
        }))
    }
}

/// From a type, and from one that may be nothing.
macro_rules! values {
    ($($variant:ident: $($from:ty),+;)+) => {
        $($(
            impl<'q> From<$from> for Value<'q> {
                fn from(value: $from) -> Self {
                    Self::$variant(Some(value.into()))
                }
            }

            impl<'q> From<Option<$from>> for Value<'q> {
                fn from(value: Option<$from>) -> Self {
                    Self::$variant(value.map(Into::into))
                }
            }
        )+)+
    };
}

values! {
    Integer: i64;
    Text: &'q str, &'q String, String;
    Bytes: &'q [u8], &'q Vec<u8>, Vec<u8>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE t (a INTEGER NOT NULL UNIQUE, b TEXT, c BLOB)")
            .unwrap();
        connection
    }

    #[tokio::test]
    async fn a_value_goes_where_its_number_stands_and_comes_back_by_its_name() {
        columns! {
            struct Inner {
                b: Option<String>,
                c: Option<Vec<u8>>,
            }
        }
        columns! {
            struct Outer {
                inner: Inner,
                a: i64,
            }
        }
        let mut file = file();
        for (a, b, c) in [(1, Some("é"), None), (2, None, Some(vec![0, 255]))] {
            let done = query("INSERT INTO t (c, b, a) VALUES ($3, $2, $1)")
                .bind(a)
                .bind(b)
                .bind(c)
                .execute(Sql::File(&mut file))
                .await;
            assert_eq!(done.unwrap().rows_affected(), 1);
        }
        let rows: Vec<Outer> =
            query_as("SELECT a, c, b FROM t WHERE $2 = 7 AND a >= $1 ORDER BY a")
                .bind(1)
                .bind(7)
                .fetch_all(Sql::File(&mut file))
                .await
                .unwrap();
        let rows: Vec<_> = rows
            .into_iter()
            .map(|row| (row.a, row.inner.b, row.inner.c))
            .collect();
        assert_eq!(
            rows,
            [
                (1, Some("é".to_owned()), None),
                (2, None, Some(vec![0, 255]))
            ]
        );
    }

    #[tokio::test]
    async fn a_statement_without_a_value_and_a_row_of_another_kind_are_our_fault() {
        let mut file = file();
        let missing = query("INSERT INTO t (a) VALUES ($2)")
            .bind(1)
            .execute(Sql::File(&mut file))
            .await;
        assert!(matches!(missing, Err(StoreError::Broken(_))), "{missing:?}");
        for text in [
            "SELECT 'one'",
            "SELECT NULL",
            "SELECT 1.5",
            "SELECT 1 WHERE 1 = 2",
        ] {
            let other = query_as::<(i64,)>(text)
                .fetch_one(Sql::File(&mut file))
                .await;
            assert!(
                matches!(other, Err(StoreError::Broken(_))),
                "{text}: {other:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_never_answers_is_given_up() {
        let begun = tokio::time::Instant::now();
        let given_up = answered::<()>(std::future::pending()).await;
        assert!(matches!(given_up, Err(StoreError::Unavailable(_))));
        assert_eq!(begun.elapsed().as_secs(), PATIENCE.as_secs());
        assert_eq!(answered(async { Ok(1) }).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn what_is_there_already_is_a_conflict_and_a_full_file_is_not() {
        let mut file = file();
        let add = |a: i64| {
            query("INSERT INTO t (a, b) VALUES ($1, $2)")
                .bind(a)
                .bind("x".repeat(90_000))
        };
        add(1).execute(Sql::File(&mut file)).await.unwrap();
        let again = add(1).execute(Sql::File(&mut file)).await;
        assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
        file.execute_batch("PRAGMA max_page_count = 30").unwrap();
        let full = add(2).execute(Sql::File(&mut file)).await;
        assert!(matches!(full, Err(StoreError::Unavailable(_))), "{full:?}");
    }
}
