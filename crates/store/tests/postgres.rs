//! The store's suite, on PostgreSQL; `suite.rs` runs the same on SQLite. What is about a file alone is not here, and what
//! is about several writers alone is only here.

mod accounts;
mod book;
mod keeping;
mod long;
mod moving;
mod passkeys;
mod profiles;
mod push;
mod raw;
mod schema;
mod schemas;
mod talk;
mod tls;
mod world;
mod writers;

use world::Kind;

/// Where this run's worlds are.
const KIND: Kind = Kind::Postgres;
