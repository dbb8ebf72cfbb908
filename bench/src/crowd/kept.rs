//! Databases for servers: one with everybody in it, written once and copied for each server that is measured.

use super::On;
use crate::Outcome;
use crate::people::{self, Crowd};
use birdcall_store::Database;
use birdcall_testing_postgres::{Disk, Server};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// The PostgreSQL database with everybody.
const CROWD: &str = "crowd";

/// Where databases are made.
pub(super) struct Shelf {
    folder: TempDir,
    postgres: Option<Server>,
    made: u32,
}

/// What a server finds, and its own folder. Gone when it is dropped.
pub(super) struct Place {
    pub(super) data: PathBuf,
    /// Of the database, if it is no file in the folder.
    pub(super) url: Option<String>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.data);
    }
}

impl Shelf {
    /// Writes so many people; how long it took.
    pub(super) async fn fill(on: On, everybody: Crowd) -> Outcome<(Self, Duration)> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        // A commit is on the disk, as in earnest.
        let postgres = match on {
            On::Sqlite => None,
            On::Postgres | On::Nodes => Some(Server::start(Disk::Synced)?),
        };
        let crowd = folder.path().join(CROWD);
        fs::create_dir_all(&crowd).map_err(|error| error.to_string())?;
        let database = match &postgres {
            None => Database::file(&crowd.join("birdcall.db")),
            Some(server) => server
                .empty(CROWD)
                .parse()
                .map_err(|_| "a URL of the bench")?,
        };
        let took = people::write(&database, everybody).await?;
        if let Some(server) = &postgres {
            // What PostgreSQL would do by itself some time later, in the middle of a load.
            server.sql_in(CROWD, "VACUUM ANALYZE");
        }
        let shelf = Self {
            folder,
            postgres,
            made: 0,
        };
        Ok((shelf, took))
    }

    /// A place with nobody.
    pub(super) fn empty(&mut self) -> Outcome<Place> {
        let (name, data) = self.next()?;
        let url = self.postgres.as_ref().map(|server| server.empty(&name));
        Ok(Place { data, url })
    }

    /// A place with everybody.
    pub(super) fn full(&mut self) -> Outcome<Place> {
        let (name, data) = self.next()?;
        let url = match &self.postgres {
            None => {
                people::copy(&self.folder.path().join(CROWD), &data)?;
                None
            }
            Some(server) => {
                server.sql(&format!("CREATE DATABASE {name} TEMPLATE {CROWD}"));
                Some(server.url(&name))
            }
        };
        Ok(Place { data, url })
    }

    /// The first process of the database's server, if it is not the program's own.
    pub(super) fn process(&self) -> Option<u32> {
        self.postgres.as_ref().and_then(Server::process)
    }

    fn next(&mut self) -> Outcome<(String, PathBuf)> {
        self.made += 1;
        let name = format!("run{}", self.made);
        let data = self.folder.path().join(&name);
        fs::create_dir_all(&data).map_err(|error| error.to_string())?;
        Ok((name, data))
    }
}
