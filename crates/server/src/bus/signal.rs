//! What a signal says, and how it gets into the order of its person.

use super::Bus;
use crate::app::App;
use birdcall_call::To;
use birdcall_call::beat::Hold;
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::{DeviceId, NodeId, PersonId};
use birdcall_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};

/// One thing for the sockets of a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Signal {
    /// A frame.
    Frame {
        /// For which of them.
        to: To,
        /// What.
        frame: ServerFrame,
        /// From when on (C-6).
        hold: Hold,
        /// For `call_started`: the node whose relay it is.
        relay: Option<NodeId>,
    },
    /// The device was signed out.
    SignedOut(DeviceId),
    /// The device is to be left alone from now on, or not.
    Silenced(DeviceId, bool),
}

impl Signal {
    /// A frame, at once.
    #[must_use]
    pub fn frame(to: To, frame: ServerFrame) -> Self {
        Self::Frame {
            to,
            frame,
            hold: Hold::No,
            relay: None,
        }
    }
}

impl Bus {
    /// Writes signals, in the transaction that makes them true; after its commit comes [`Bus::signalled`]. One node
    /// alone writes nothing, and tells its sockets afterwards.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn write(
        &self,
        tx: &mut Tx,
        mut signals: Vec<(PersonId, Signal)>,
    ) -> Result<(), StoreError> {
        let Self::Cluster(cluster) = self else {
            return Ok(());
        };
        // Everybody's rows in the same order, so that two transactions do not wait for each other.
        signals.sort_by_key(|(person, _)| *person);
        let now = super::Cluster::now();
        for group in signals.chunk_by(|one, other| one.0 == other.0) {
            let person = group[0].0;
            let count = u32::try_from(group.len()).unwrap_or(u32::MAX);
            let last = tx.next_signals(person, count).await?;
            for (place, (_, signal)) in (last + 1 - u64::from(count)..).zip(group) {
                let broken = |what: &str| StoreError::Broken(what.to_owned());
                let text = serde_json::to_vec(signal).map_err(|_| broken("a signal"))?;
                let sealed = cluster
                    .seal
                    .close(person, place, text)
                    .ok_or_else(|| broken("a seal"))?;
                tx.add_signal(person, place, &sealed, now).await?;
            }
        }
        Ok(())
    }

    /// One signal, as [`Bus::write`].
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn write_one(
        &self,
        tx: &mut Tx,
        person: PersonId,
        signal: Signal,
    ) -> Result<(), StoreError> {
        match self {
            Self::Local => Ok(()),
            Self::Cluster(_) => self.write(tx, vec![(person, signal)]).await,
        }
    }
}

/// Sends a frame that is part of no transaction, wherever its receiver's sockets are.
///
/// # Errors
/// `Unavailable`.
pub async fn send(app: &App, to: To, frame: &ServerFrame) -> Result<(), StoreError> {
    match &app.bus {
        Bus::Local => app.hub.send(to, frame),
        Bus::Cluster(_) => {
            let person = to.person();
            // Here and not around what sends it: that has filtered, counted and committed what comes before.
            app.again(|| async {
                let mut tx = app.store.write().await?;
                let signal = Signal::frame(to, frame.clone());
                app.bus.write_one(&mut tx, person, signal).await?;
                tx.commit().await
            })
            .await?;
            app.bus.signalled(person);
        }
    }
    Ok(())
}
