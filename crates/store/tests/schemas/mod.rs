//! That both databases have the same schema.

use crate::raw::Raw;
use crate::schema::{SQLITE_TABLES, columns, references};
use crate::world::{Kind, World};
use birdcall_store::Options;

/// Everything else about the schema that statements rest on, a line each.
async fn details(db: &mut Raw) -> Vec<String> {
    let sql = match db.kind() {
        Kind::Sqlite => format!(
            "WITH t AS (SELECT m.name FROM {SQLITE_TABLES}) \
             SELECT t.name || '.' || c.name \
             || CASE c.\"notnull\" WHEN 1 THEN ' not null' ELSE '' END \
             || COALESCE(' default ' || c.dflt_value, '') AS line \
             FROM t JOIN pragma_table_info(t.name) c \
             UNION SELECT t.name || '.' || f.\"from\" || ' refers to ' || f.\"table\" || '.' || f.\"to\" \
             || ' ' || lower(f.on_delete) FROM t JOIN pragma_foreign_key_list(t.name) f \
             UNION SELECT t.name || CASE i.origin WHEN 'pk' THEN ' primary key' \
             WHEN 'u' THEN ' unique' ELSE ' index ' || i.name END || ' (' || \
             (SELECT group_concat(k.name, ', ') FROM (SELECT name FROM pragma_index_info(i.name) \
             ORDER BY seqno) k) || ')' FROM t JOIN pragma_index_list(t.name) i"
        ),
        Kind::Postgres => "SELECT table_name || '.' || column_name \
              || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END \
              || COALESCE(' default ' || replace(column_default, '::text', ''), '') AS line \
              FROM information_schema.columns WHERE table_schema = 'public' \
              AND table_name NOT LIKE '%sqlx%' \
              UNION SELECT f.conrelid::regclass || '.' || a.attname || ' refers to ' \
              || f.confrelid::regclass || '.' || o.attname || ' ' \
              || CASE f.confdeltype WHEN 'c' THEN 'cascade' WHEN 'a' THEN 'no action' END \
              FROM pg_constraint f \
              JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1] \
              JOIN pg_attribute o ON o.attrelid = f.confrelid AND o.attnum = f.confkey[1] \
              WHERE f.contype = 'f' \
              UNION SELECT t.relname || CASE WHEN i.indisprimary THEN ' primary key' \
              WHEN i.indisunique THEN ' unique' ELSE ' index ' || x.relname END || ' (' || \
              (SELECT string_agg(a.attname, ', ' ORDER BY k.n) \
              FROM unnest(i.indkey) WITH ORDINALITY k (attnum, n) \
              JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum) || ')' \
              FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid \
              JOIN pg_class x ON x.oid = i.indexrelid \
              WHERE t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE '%sqlx%'"
            .to_owned(),
    };
    let mut lines: Vec<String> = db.rows::<1>(&sql).await.into_flattened();
    lines.sort();
    lines
}

#[tokio::test]
async fn the_schema_is_the_same_as_on_sqlite() {
    let (world, sqlite) = (
        World::new().await,
        World::on(Kind::Sqlite, Options::default()).await,
    );
    let (mut here, mut there) = (world.raw().await, sqlite.raw().await);
    assert_eq!(columns(&mut here).await, columns(&mut there).await);
    assert_eq!(references(&mut here).await, references(&mut there).await);
    let lines = details(&mut here).await;
    assert_eq!(lines, details(&mut there).await);
    for line in [
        "people unique (handle)",
        "feed primary key (person, cursor)",
        "calls index calls_relay (relay, deadline)",
        "devices.person refers to people.id cascade",
        "members.state not null default 'accepted'",
    ] {
        assert!(lines.iter().any(|one| one == line), "{line}");
    }
}
