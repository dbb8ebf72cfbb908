//! A store in a folder of its own, with three people in it.

use birdcall_protocol::body::{Audience, Calling};
use birdcall_protocol::{Handle, PersonId, Timestamp};
use birdcall_store::{Content, Named, NewMessage, NewPerson, Options, Store};
use std::path::PathBuf;

pub(crate) const ANN: PersonId = PersonId::new(1);
pub(crate) const BOB: PersonId = PersonId::new(2);
pub(crate) const CLEO: PersonId = PersonId::new(3);

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) file: PathBuf,
    _folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("birdcall.db");
        let store = Store::open(&file, &options).await.unwrap();
        let mut tx = store.write().await.unwrap();
        for (id, handle) in [(ANN, "ann"), (BOB, "bob"), (CLEO, "cleo")] {
            let handle = handle.parse().unwrap();
            tx.add_person(&person(id, &handle)).await.unwrap();
        }
        tx.commit().await.unwrap();
        Self {
            store,
            file,
            _folder: folder,
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
