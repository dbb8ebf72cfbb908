//! What nodes keep everything in: a file, or a PostgreSQL server of their own, which is stopped and killed.

use crate::Outcome;
use birdcall_store::Database;
use birdcall_testing_postgres::{Disk, Server, Stopper};
use std::path::{Path, PathBuf};
use tokio::task::block_in_place;

/// The database.
pub(super) enum Kept {
    /// SQLite's.
    File(PathBuf),
    /// PostgreSQL's: the server, and where the database is in it.
    Postgres(Server, String),
}

impl Kept {
    /// A file in that folder.
    pub(super) fn file(folder: &Path) -> Self {
        Self::File(folder.join("birdcall.db"))
    }

    /// A server with its data in that folder, each of whose commits waits for the disk.
    pub(super) fn postgres(folder: &Path) -> Outcome<Self> {
        block_in_place(|| {
            let server = Server::start_in(folder, Disk::Synced)?;
            let url = server.empty("birdcall");
            Ok(Self::Postgres(server, url))
        })
    }

    /// As the store knows it.
    pub(super) fn database(&self) -> Outcome<Database> {
        let url = self.url();
        url.parse().map_err(|why| format!("{url}: {why}"))
    }

    /// As a server is told of it.
    pub(super) fn url(&self) -> String {
        match self {
            Self::File(file) => format!("sqlite:{}", file.display()),
            Self::Postgres(_, url) => url.clone(),
        }
    }

    /// What ends its server, if it has one, while somebody waits for that.
    pub(super) fn stopper(&self) -> Option<Stopper> {
        match self {
            Self::File(_) => None,
            Self::Postgres(server, _) => Some(server.stopper()),
        }
    }

    /// Its server, if it has one.
    pub(super) fn server(&mut self) -> Option<&mut Server> {
        match self {
            Self::File(_) => None,
            Self::Postgres(server, _) => Some(server),
        }
    }

    /// Starts the server again, if it has one that does not answer.
    pub(super) fn again(&mut self) -> Outcome {
        match self {
            Self::Postgres(server, _) => block_in_place(|| match server.answers() {
                true => Ok(()),
                false => server.again(),
            }),
            Self::File(_) => Ok(()),
        }
    }
}
