//! The store's suite, on SQLite. `postgres.rs` runs the same on PostgreSQL.

mod accounts;
mod book;
mod file;
mod keeping;
mod long;
mod passkeys;
mod power;
mod profiles;
mod push;
mod raw;
mod schema;
mod snapshot;
mod talk;
mod world;

use world::Kind;

/// Where this run's worlds are.
const KIND: Kind = Kind::Sqlite;
