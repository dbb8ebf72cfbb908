//! The schema: one text of migrations for both databases.
//!
//! Where the databases differ, the text is SQLite's and is translated for PostgreSQL: bytes are `BYTEA`, and text is
//! compared byte by byte (`COLLATE "C"`) as SQLite does, whatever language the server was set up for. So the order of
//! handles, and with it every page of a list, is the same on both.
//!
//! Nodes of two versions share a PostgreSQL database while one after the other is brought up to date: the newer one has
//! migrated, the older one still runs and may even start again. So a migration only ever adds (a test sees to it), and one
//! that this program does not know is no reason not to start. A file belongs to one server, and there a newer schema is a
//! downgrade that nobody has tried: it is refused.

use crate::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use sqlx::PgConnection;
use sqlx::migrate::{MigrateError, Migration, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};
use std::collections::BTreeMap;
use std::time::Instant;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// The number of the newest migration that this program knows.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.iter().map(|one| one.version).max().unwrap_or(0)
}

/// What was done to a file, as `sqlx` keeps it: its migrator looked after files before, and still does after PostgreSQL.
const APPLIED: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations (version BIGINT PRIMARY KEY, \
     description TEXT NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, \
     success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)";

/// Brings a file's schema up to date, wholly or not at all. Of several processes that begin at once, one does it and the
/// others wait.
pub(crate) fn migrate_file(connection: &mut Connection) -> Result<(), StoreError> {
    let migrations = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    migrations.execute_batch(APPLIED)?;
    let mut applied = applied(&migrations)?;
    let refused = |error: MigrateError| Err(StoreError::Unavailable(error.to_string()));
    for migration in MIGRATIONS.iter() {
        match applied.remove(&migration.version) {
            None => apply(&migrations, migration)?,
            Some(sum) if sum == *migration.checksum => {}
            Some(_) => return refused(MigrateError::VersionMismatch(migration.version)),
        }
    }
    if let Some(later) = applied.into_keys().next() {
        return refused(MigrateError::VersionMissing(later));
    }
    Ok(migrations.commit()?)
}

/// The checksums of what was applied to a file, by number.
fn applied(file: &Transaction<'_>) -> Result<BTreeMap<i64, Vec<u8>>, StoreError> {
    let mut statement = file.prepare("SELECT version, checksum FROM _sqlx_migrations")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn apply(file: &Transaction<'_>, migration: &Migration) -> Result<(), StoreError> {
    let begun = Instant::now();
    file.execute_batch(migration.sql.as_str())?;
    file.execute(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (?1, ?2, TRUE, ?3, ?4)",
        params![
            migration.version,
            migration.description,
            migration.checksum,
            i64::try_from(begun.elapsed().as_nanos()).unwrap_or(i64::MAX),
        ],
    )?;
    Ok(())
}

/// Brings a PostgreSQL database's schema up to date. Of several that begin at once, one does it and the others wait.
pub(crate) async fn migrate_postgres(connection: &mut PgConnection) -> Result<(), StoreError> {
    let translated = MIGRATIONS
        .iter()
        .map(|one| Migration {
            sql: AssertSqlSafe(for_postgres(one.sql.as_str())).into_sql_str(),
            ..one.clone()
        })
        .collect();
    Migrator::with_migrations(translated)
        .set_ignore_missing(true)
        .run(connection)
        .await
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// A migration as PostgreSQL understands it. The words are those of types nowhere else in the text: a test looks.
fn for_postgres(sql: &str) -> String {
    sql.lines()
        .map(|line| match line.split_once("--") {
            Some((code, comment)) => format!("{}--{comment}\n", types(code)),
            None => format!("{}\n", types(line)),
        })
        .collect()
}

fn types(code: &str) -> String {
    code.replace(" BLOB", " BYTEA")
        .replace(" TEXT", " TEXT COLLATE \"C\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_types_are_translated() {
        assert_eq!(
            for_postgres("a TEXT NOT NULL, -- TEXT and BLOB\nb BLOB,\nc BIGINT"),
            "a TEXT COLLATE \"C\" NOT NULL, -- TEXT and BLOB\nb BYTEA,\nc BIGINT\n"
        );
    }

    /// The first nine came before anybody could have two versions at work on one database.
    #[test]
    fn a_migration_only_adds_so_that_the_version_before_goes_on() {
        let tried = |sql: &str| {
            let code: String = sql
                .lines()
                .map(|line| line.split("--").next().unwrap_or_default())
                .collect::<Vec<_>>()
                .join(" ");
            takes_away(&code)
        };
        for sql in [
            "DROP TABLE people;",
            "ALTER TABLE people\n    DROP COLUMN bio;",
            "ALTER TABLE people RENAME TO persons;",
            "ALTER TABLE people RENAME COLUMN bio TO words;",
            "ALTER TABLE people ADD COLUMN mood TEXT NOT NULL;",
            "ALTER TABLE people ALTER COLUMN bio SET NOT NULL;",
        ] {
            assert!(tried(sql), "{sql}");
        }
        for sql in [
            "ALTER TABLE people ADD COLUMN mood TEXT NOT NULL DEFAULT '';",
            "ALTER TABLE people ADD COLUMN mood TEXT;",
            "CREATE TABLE moods (person BIGINT NOT NULL); -- DROP TABLE",
        ] {
            assert!(!tried(sql), "{sql}");
        }
        for migration in MIGRATIONS.iter().filter(|one| one.version > 9) {
            let sql = migration.sql.as_str();
            assert!(!tried(sql), "{} takes something away", migration.version);
        }
    }

    fn takes_away(code: &str) -> bool {
        code.to_uppercase().split(';').any(|statement| {
            let words: Vec<&str> = statement.split_whitespace().collect();
            let has = |word: &str| words.contains(&word);
            let demands = words.windows(2).any(|two| two == ["NOT", "NULL"]);
            has("DROP")
                || has("RENAME")
                || (has("ALTER") && demands && !(has("ADD") && has("DEFAULT")))
        })
    }
}
