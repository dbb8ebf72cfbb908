//! Where what a server keeps is: a folder of its own, and a database in it or on PostgreSQL, as this run has it.

use birdcall_store::{Database, Races, Store};
use birdcall_testing_postgres::Fresh;
use std::path::Path;
use tempfile::TempDir;

pub(crate) struct Home {
    folder: TempDir,
    postgres: Option<Fresh>,
}

impl Home {
    pub(crate) async fn new() -> Self {
        let server = crate::POSTGRES.then(birdcall_testing_postgres::shared);
        Self {
            folder: tempfile::tempdir().unwrap(),
            postgres: match server {
                Some(server) => Some(server.fresh(migrated).await),
                None => None,
            },
        }
    }

    /// A folder alone: a node's own.
    pub(crate) fn bare() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            postgres: None,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The database's URL.
    pub(crate) fn url(&self) -> String {
        match &self.postgres {
            Some(fresh) => fresh.url.clone(),
            None => format!("sqlite:{}", self.path().join("birdcall.db").display()),
        }
    }

    pub(crate) async fn store(&self) -> Store {
        self.store_with(Races::default()).await
    }

    /// The same, which loses commits.
    pub(crate) async fn store_with(&self, races: Races) -> Store {
        open(&self.url(), races).await
    }

    /// All that is in the database: the bytes of its files, or what every row says.
    pub(crate) fn kept(&self) -> Vec<u8> {
        if let Some(fresh) = &self.postgres {
            return fresh.everything().into_bytes();
        }
        let files = std::fs::read_dir(self.path()).unwrap();
        files
            .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
            .collect()
    }
}

/// Brings the schema up to date, once for all.
async fn migrated(url: String) {
    open(&url, Races::default()).await.close().await;
}

async fn open(url: &str, races: Races) -> Store {
    let database: Database = url.parse().unwrap();
    let options = birdcall_store::Options {
        races: Some(races),
        ..birdcall_store::Options::default()
    };
    Store::connect(&database, &options).await.unwrap()
}
