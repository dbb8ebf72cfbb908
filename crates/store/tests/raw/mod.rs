//! A connection past the store: what a test does to a database, and what it sees in it.

use crate::world::Kind;
use rusqlite::types::ValueRef;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, ValueRef as _};
use std::path::Path;

/// The connection.
pub(crate) enum Raw {
    File(rusqlite::Connection),
    Postgres(PgConnection),
}

impl Raw {
    pub(crate) fn of_file(file: &Path) -> Self {
        Self::File(rusqlite::Connection::open(file).unwrap())
    }

    pub(crate) async fn of_postgres(url: &str) -> Self {
        Self::Postgres(PgConnection::connect(url).await.unwrap())
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::File(_) => Kind::Sqlite,
            Self::Postgres(_) => Kind::Postgres,
        }
    }

    /// Runs one statement or several.
    pub(crate) async fn run(&mut self, sql: &str) {
        match self {
            Self::File(file) => file
                .execute_batch(sql)
                .unwrap_or_else(|error| panic!("{sql}: {error}")),
            Self::Postgres(connection) => {
                let text = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
                if let Err(error) = connection.execute(text).await {
                    panic!("{sql}: {error}");
                }
            }
        }
    }

    /// Rows of so many columns, as text.
    pub(crate) async fn rows<const N: usize>(&mut self, sql: &str) -> Vec<[String; N]> {
        match self {
            Self::File(file) => {
                let mut statement = file.prepare(sql).unwrap();
                let rows = statement
                    .query_map([], |row| {
                        let texts = std::array::from_fn(|index| match row.get_ref(index) {
                            Ok(ValueRef::Text(text)) => String::from_utf8(text.to_vec()).unwrap(),
                            Ok(ValueRef::Integer(number)) => number.to_string(),
                            other => panic!("{sql}: {other:?}"),
                        });
                        Ok(texts)
                    })
                    .unwrap();
                rows.map(Result::unwrap).collect()
            }
            Self::Postgres(connection) => {
                // Sent as one text, PostgreSQL answers in text.
                let text = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
                let rows = connection.fetch_all(text).await.unwrap();
                let cell = |row: &PgRow, index| {
                    let value = row.try_get_raw(index).unwrap();
                    assert!(!value.is_null(), "{sql}");
                    value.as_str().unwrap().to_owned()
                };
                rows.iter()
                    .map(|row| std::array::from_fn(|index| cell(row, index)))
                    .collect()
            }
        }
    }

    /// A number.
    pub(crate) async fn number(&mut self, sql: &str) -> i64 {
        let rows = self.rows::<1>(sql).await;
        rows[0][0].parse().unwrap()
    }
}
