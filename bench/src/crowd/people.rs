//! Who takes part, written into a database before a server has it: people in pairs who follow each other and have
//! written to each other, so that either may call the other (C-1, C-3), each signed in on one device.

use crate::Outcome;
use birdcall_protocol::body::{Audience, Calling};
use birdcall_protocol::{DeviceId, Handle, PersonId, Timestamp};
use birdcall_store::{Content, Named, NewMessage, NewPerson, Options, Store, StoreError, Tie, Tx};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// Pairs in one transaction.
const PAIRS_AT_ONCE: usize = 200;

/// What a person is called.
pub(super) fn handle(who: usize) -> String {
    format!("p{who}")
}

/// With whom a person is in a pair.
pub(super) const fn partner(who: usize) -> usize {
    who ^ 1
}

/// The cookie's value of a person's device.
pub(super) fn token(who: usize) -> String {
    format!("of the bench {who}")
        .bytes()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Makes a database with so many people in that folder; how long it took.
pub(super) async fn write(folder: &Path, people: usize) -> Outcome<Duration> {
    let start = Instant::now();
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let file = folder.join("birdcall.db");
    let written = async {
        let store = Store::open(&file, &Options::default()).await?;
        let pairs: Vec<usize> = (0..people).step_by(2).collect();
        for some in pairs.chunks(PAIRS_AT_ONCE) {
            let mut tx = store.write().await?;
            for one in some {
                pair(&mut tx, *one).await?;
            }
            tx.commit().await?;
        }
        store.close().await;
        Ok::<_, StoreError>(())
    };
    written
        .await
        .map_err(|error| format!("people cannot be written: {error}"))?;
    Ok(start.elapsed())
}

/// Copies the database with everybody to where a server is to find it.
pub(super) fn copy(from: &Path, to: &Path) -> Outcome {
    let say = |error: std::io::Error| format!("{}: {error}", to.display());
    std::fs::create_dir_all(to).map_err(say)?;
    for entry in std::fs::read_dir(from).map_err(say)? {
        let entry = entry.map_err(say)?;
        std::fs::copy(entry.path(), to.join(entry.file_name())).map_err(say)?;
    }
    Ok(())
}

async fn pair(tx: &mut Tx, one: usize) -> Result<(), StoreError> {
    let at = now();
    for who in [one, partner(one)] {
        let handle = as_handle(who)?;
        let name = Named {
            text: handle.to_string(),
            folded: format!(" {handle}"),
            look: handle.look(),
        };
        tx.add_person(&NewPerson {
            id: id(who),
            handle: &handle,
            name: &name,
            // Nobody signs in by one.
            password: "",
            calling: Calling {
                enabled: true,
                audience: Audience::default(),
                enhanced_privacy: false,
            },
            at,
        })
        .await?;
        let device = DeviceId::new(number(who));
        let kept: String = Sha256::digest(token(who).as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        tx.add_device(id(who), device, "bench", &kept, at).await?;
    }
    for who in [one, partner(one)] {
        let other = partner(who);
        tx.tie(id(who), id(other), Tie::Follow, at).await?;
        tx.add_message(&NewMessage {
            from: id(who),
            to: id(other),
            key: "hello",
            content: Content::Text("Hello, good to see you here."),
            reply_to: None,
            hidden: false,
            at,
            conversation: number(one),
        })
        .await?;
    }
    Ok(())
}

fn as_handle(who: usize) -> Result<Handle, StoreError> {
    handle(who)
        .parse()
        .map_err(|_| StoreError::Broken("a handle of the bench".into()))
}

fn number(who: usize) -> u64 {
    who as u64 + 1
}

fn id(who: usize) -> PersonId {
    PersonId::new(number(who))
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Timestamp(0) + since.unwrap_or_default()
}
