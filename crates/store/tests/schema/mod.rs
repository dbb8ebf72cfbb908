//! The finished schema, as the database itself tells it.

use crate::KIND;
use crate::raw::Raw;
use crate::world::Kind;

/// Tables of the program, by `name`.
pub(crate) const SQLITE_TABLES: &str = "sqlite_schema m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' \
     AND m.name NOT LIKE '%sqlx%'";

/// Table, column and type, as SQLite calls it; tables by name, columns in their order.
pub(crate) async fn columns(db: &mut Raw) -> Vec<[String; 3]> {
    let sql = match db.kind() {
        Kind::Sqlite => format!(
            "SELECT t.name, c.name, c.type FROM (SELECT m.name FROM {SQLITE_TABLES}) t \
             JOIN pragma_table_info(t.name) c ORDER BY t.name, c.cid"
        ),
        Kind::Postgres => format!(
            "SELECT table_name::text, column_name::text, {POSTGRES_TYPE} \
             FROM information_schema.columns WHERE table_schema = 'public' \
             AND table_name NOT LIKE '%sqlx%' ORDER BY table_name COLLATE \"C\", ordinal_position"
        ),
    };
    db.rows(&sql).await
}

/// A type of PostgreSQL as SQLite calls it. Text that is not compared byte by byte would be another one.
const POSTGRES_TYPE: &str = "CASE data_type WHEN 'bigint' THEN 'BIGINT' WHEN 'bytea' THEN 'BLOB' \
     WHEN 'text' THEN CASE collation_name WHEN 'C' THEN 'TEXT' ELSE 'TEXT in another order' END \
     ELSE data_type::text END";

/// Table, column, and the table that it refers to.
pub(crate) async fn references(db: &mut Raw) -> Vec<[String; 3]> {
    let sql = match db.kind() {
        Kind::Sqlite => format!(
            "SELECT t.name, f.\"from\", f.\"table\" FROM (SELECT m.name FROM {SQLITE_TABLES}) t \
             JOIN pragma_foreign_key_list(t.name) f ORDER BY t.name, f.\"from\""
        ),
        Kind::Postgres => {
            "SELECT f.conrelid::regclass::text, a.attname::text, f.confrelid::regclass::text \
              FROM pg_constraint f JOIN pg_attribute a ON a.attrelid = f.conrelid \
              AND a.attnum = f.conkey[1] WHERE f.contype = 'f' \
              ORDER BY f.conrelid::regclass::text COLLATE \"C\", a.attname::text COLLATE \"C\""
                .to_owned()
        }
    };
    db.rows(&sql).await
}

/// What lets a connection write rows that refer to nothing.
pub(crate) fn without_references() -> &'static str {
    match KIND {
        Kind::Sqlite => "PRAGMA foreign_keys = OFF",
        Kind::Postgres => "SET session_replication_role = replica",
    }
}
