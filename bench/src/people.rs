//! Who takes part, written into a database before a server has it: people in groups who follow each other and have
//! written to each other, so that each may call each other (C-1, C-3), signed in on as many devices as are wanted.

use crate::Outcome;
use birdcall_protocol::body::{Audience, Calling};
use birdcall_protocol::{DeviceId, Handle, PersonId, Timestamp};
use birdcall_store::{
    Content, Database, Named, NewMessage, NewPerson, Options, Store, StoreError, Tie, Tx,
};
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// People in one transaction, about.
const AT_ONCE: usize = 400;

/// What people have written to each other before anything begins.
pub(crate) const HELLO: &str = "Hello, good to see you here.";

/// Who there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Crowd {
    /// How many.
    pub(crate) people: usize,
    /// So many of them, one after the other by number, are friends: a pair has two.
    pub(crate) group: usize,
    /// Devices of each.
    pub(crate) devices: usize,
}

/// What a person is called.
pub(crate) fn handle(who: usize) -> String {
    format!("p{who}")
}

/// With whom a person is in a pair.
pub(crate) const fn partner(who: usize) -> usize {
    who ^ 1
}

/// The cookie's value of a person's device.
pub(crate) fn token(who: usize, device: usize) -> String {
    format!("of the bench {who} {device}")
        .bytes()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Writes everybody into a database that has nobody; how long it took.
pub(crate) async fn write(database: &Database, crowd: Crowd) -> Outcome<Duration> {
    let start = Instant::now();
    let written = async {
        let store = Store::connect(database, &Options::default()).await?;
        let groups: Vec<usize> = (0..crowd.people).step_by(crowd.group).collect();
        for some in groups.chunks(AT_ONCE / crowd.group) {
            let mut tx = store.write().await?;
            for first in some {
                let last = (first + crowd.group).min(crowd.people);
                group(&mut tx, *first..last, crowd.devices).await?;
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
pub(crate) fn copy(from: &Path, to: &Path) -> Outcome {
    let say = |error: std::io::Error| format!("{}: {error}", to.display());
    std::fs::create_dir_all(to).map_err(say)?;
    for entry in std::fs::read_dir(from).map_err(say)? {
        let entry = entry.map_err(say)?;
        std::fs::copy(entry.path(), to.join(entry.file_name())).map_err(say)?;
    }
    Ok(())
}

async fn group(tx: &mut Tx, people: Range<usize>, devices: usize) -> Result<(), StoreError> {
    for who in people.clone() {
        person(tx, who, devices).await?;
    }
    for one in people.clone() {
        for other in one + 1..people.end {
            friends(tx, one, other).await?;
        }
    }
    Ok(())
}

async fn person(tx: &mut Tx, who: usize, devices: usize) -> Result<(), StoreError> {
    let at = now();
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
    for device in 0..devices {
        let kept: String = Sha256::digest(token(who, device).as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let device = DeviceId::new(number(who) + ((device as u64) << 32));
        tx.add_device(id(who), device, "bench", &kept, at).await?;
    }
    Ok(())
}

async fn friends(tx: &mut Tx, one: usize, other: usize) -> Result<(), StoreError> {
    let at = now();
    for (who, with) in [(one, other), (other, one)] {
        tx.tie(id(who), id(with), Tie::Follow, at).await?;
    }
    for (who, with) in [(one, other), (other, one)] {
        tx.add_message(&NewMessage {
            from: id(who),
            to: id(with),
            key: &format!("hello {with}"),
            content: Content::Text(HELLO),
            reply_to: None,
            hidden: false,
            at,
            conversation: number(one) << 20 | number(other),
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
