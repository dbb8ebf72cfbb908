//! Who has a socket, and whether somebody looks at it: on this node from the hub, on all of several from the database.
//!
//! A node writes down its sockets by one line, in the order in which they come and go, as many in one transaction as
//! wait together.

use super::desk::Desk;
use super::{Bus, Cluster};
use crate::app::App;
use crate::hub::Mailbox;
use crate::raced;
use birdcall_protocol::{DeviceId, PersonId};
use birdcall_store::{NewPresence, Reader, StoreError};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Changes written in one transaction.
const BATCH: usize = 256;

/// After the database failed, for a while nothing is tried.
const PAUSE: Duration = Duration::from_millis(500);

/// A socket came, changed, or went.
pub(super) struct Change {
    socket: u64,
    /// Nobody: it went.
    there: Option<(PersonId, DeviceId, bool)>,
    /// Told once it stands.
    stands: Option<oneshot::Sender<()>>,
}

/// Devices with a socket, and those of them whose page is before somebody's eyes, as far as they have told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct There {
    /// With a socket.
    pub connected: HashSet<DeviceId>,
    /// Looked at.
    pub visible: HashSet<DeviceId>,
}

/// The devices of a person that are there, on any node.
///
/// # Errors
/// `Unavailable`.
pub async fn of(app: &App, reader: &mut Reader, person: PersonId) -> Result<There, StoreError> {
    match &app.bus {
        Bus::Local => Ok(There {
            connected: app.hub.connected(person),
            visible: app.hub.visible(person),
        }),
        Bus::Cluster(_) => {
            let present = reader.present(person, Cluster::now()).await?;
            let mut there = There::default();
            for one in present {
                there.connected.insert(one.device);
                if one.visible {
                    there.visible.insert(one.device);
                }
            }
            Ok(there)
        }
    }
}

/// A socket has registered with the hub and is about to read how things stand: whatever is signalled from here on it is
/// told.
///
/// # Errors
/// `Unavailable`.
pub async fn arrive(app: &App, mailbox: &mut Mailbox) -> Result<(), StoreError> {
    let Some(cluster) = app.bus.cluster() else {
        return Ok(());
    };
    let (person, device) = (mailbox.person(), mailbox.device());
    let (stands, wait) = oneshot::channel();
    mailbox.note_presence();
    cluster.presence(Change {
        socket: mailbox.number(),
        there: Some((person, device, true)),
        stands: Some(stands),
    });
    wait.await
        .map_err(|_| StoreError::Unavailable("the server goes down".into()))?;
    let (feed, signal) = app.store.read().await?.places(person).await?;
    let from = {
        let mut desks = cluster.desks();
        desks
            .entry(person)
            .or_insert_with(|| Desk::new(feed, signal))
            .join(signal)
    };
    mailbox.tell_from(from);
    Ok(())
}

impl Cluster {
    fn presence(&self, change: Change) {
        self.presence.say(change);
    }

    /// A socket's page came before somebody's eyes, or went.
    pub(crate) fn looked_at(&self, socket: u64, who: (PersonId, DeviceId), visible: bool) {
        self.presence(Change {
            socket,
            there: Some((who.0, who.1, visible)),
            stands: None,
        });
    }

    /// A socket is gone. `joined`: it was at its person's desk.
    pub(crate) fn gone(&self, socket: u64, person: PersonId, joined: bool) {
        if joined {
            let mut desks = self.desks();
            if desks.get_mut(&person).is_some_and(Desk::leave) {
                desks.remove(&person);
            }
        }
        self.presence(Change {
            socket,
            there: None,
            stands: None,
        });
    }
}

/// Writes down what comes and goes, until the server goes down.
pub(super) async fn run(app: &App, cluster: &Arc<Cluster>) {
    let Some(mut hear) = cluster.presence.take() else {
        return;
    };
    let mut batch = Vec::new();
    loop {
        batch.clear();
        if hear.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        // What comes later waits: a socket that went must not be written after the one that took its place.
        while let Err(error) = app.again(|| write(app, cluster, &batch)).await {
            raced::say(&error, "sockets were not written down");
            tokio::time::sleep(PAUSE).await;
        }
        for change in batch.drain(..) {
            if let Some(stands) = change.stands {
                let _ = stands.send(());
            }
        }
    }
}

async fn write(app: &App, cluster: &Cluster, batch: &[Change]) -> Result<(), StoreError> {
    let mut tx = app.store.write().await?;
    for change in batch {
        match change.there {
            Some((person, device, visible)) => {
                tx.add_presence(&NewPresence {
                    node: cluster.id,
                    socket: change.socket,
                    person,
                    device,
                    visible,
                })
                .await?;
            }
            None => tx.remove_presence(cluster.id, change.socket).await?,
        }
    }
    tx.commit().await
}

/// Writes all sockets of this node down anew: it was taken for gone.
pub(super) fn all_again(app: &App, cluster: &Cluster) {
    for (socket, person, device, visible) in app.hub.all() {
        cluster.looked_at(socket, (person, device), visible);
    }
}
