//! A store in a folder or a database of its own, with three people in it.

use crate::raw::Raw;
use birdcall_protocol::body::{Audience, Calling};
use birdcall_protocol::{Handle, PersonId, Timestamp};
use birdcall_store::{Content, Database, Named, NewMessage, NewPerson, Options, Store, StoreError};
use birdcall_testing_postgres::Fresh;
use std::path::PathBuf;

pub(crate) const ANN: PersonId = PersonId::new(1);
pub(crate) const BOB: PersonId = PersonId::new(2);
pub(crate) const CLEO: PersonId = PersonId::new(3);

/// The databases there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) home: Home,
}

pub(crate) enum Home {
    File {
        file: PathBuf,
        _folder: tempfile::TempDir,
    },
    Postgres(Fresh),
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        Self::on(crate::KIND, options).await
    }

    pub(crate) async fn on(kind: Kind, options: Options) -> Self {
        let home = match kind {
            Kind::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                Home::File {
                    file: folder.path().join("birdcall.db"),
                    _folder: folder,
                }
            }
            Kind::Postgres => {
                let server = birdcall_testing_postgres::shared();
                Home::Postgres(server.fresh(migrated).await)
            }
        };
        let store = Store::connect(&home.database(), &options).await.unwrap();
        let mut tx = store.write().await.unwrap();
        for (id, handle) in [(ANN, "ann"), (BOB, "bob"), (CLEO, "cleo")] {
            let handle = handle.parse().unwrap();
            tx.add_person(&person(id, &handle)).await.unwrap();
        }
        tx.commit().await.unwrap();
        Self { store, home }
    }

    /// The same database, once more.
    pub(crate) async fn open_again(&self) -> Store {
        Store::connect(&self.home.database(), &Options::default())
            .await
            .unwrap()
    }

    /// A connection past the store.
    pub(crate) async fn raw(&self) -> Raw {
        match &self.home {
            Home::File { file, .. } => Raw::of_file(file),
            Home::Postgres(fresh) => Raw::of_postgres(&fresh.url).await,
        }
    }

    /// All that is kept: the bytes of the file, or what every row says. PostgreSQL overwrites what was deleted when it
    /// cleans up.
    pub(crate) async fn kept(&self) -> Vec<u8> {
        match &self.home {
            Home::File { file, .. } => std::fs::read(file).unwrap(),
            Home::Postgres(fresh) => fresh.everything().into_bytes(),
        }
    }
}

impl Home {
    fn database(&self) -> Database {
        match self {
            Self::File { file, .. } => Database::file(file),
            Self::Postgres(fresh) => fresh.url.parse().unwrap(),
        }
    }
}

/// Brings the schema up to date, once for all.
async fn migrated(url: String) {
    let database: Database = url.parse().unwrap();
    let store = Store::connect(&database, &Options::default()).await;
    store.unwrap().close().await;
}

/// Runs a transaction until no other one is faster.
pub(crate) async fn again<T, F>(transaction: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, StoreError>>,
{
    loop {
        match transaction().await {
            Err(StoreError::Raced) => {}
            done => return done.unwrap(),
        }
    }
}

pub(crate) fn person(id: PersonId, handle: &Handle) -> NewPerson<'_> {
    NewPerson {
        id,
        handle,
        // As long as the test: a few bytes.
        name: Box::leak(Box::new(Named {
            text: handle.to_string(),
            folded: format!(" {handle}"),
            look: handle.look(),
        })),
        password: "",
        calling: Calling {
            enabled: true,
            audience: Audience::default(),
            enhanced_privacy: false,
        },
        at: Timestamp(1),
    }
}

pub(crate) fn message<'a>(
    from: PersonId,
    to: PersonId,
    key: &'a str,
    text: &'a str,
) -> NewMessage<'a> {
    // Any number does, as long as each pair has its own.
    let pair = from.as_i64().unsigned_abs() * 1_000 + to.as_i64().unsigned_abs();
    NewMessage {
        from,
        to,
        key,
        content: Content::Text(text),
        reply_to: None,
        hidden: false,
        at: Timestamp(5),
        conversation: pair,
    }
}
