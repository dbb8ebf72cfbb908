//! What has to wake somebody is noted in the outbox, in the transaction of the thing itself: so it is sent only if that
//! is true, and not lost if the server is killed before it could be (C-13).

use crate::app::App;
use crate::random;
use birdcall_call::wake::{Farewell, farewell};
use birdcall_call::{Action, Call, To};
use birdcall_protocol::call::RingStop;
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::{DeviceId, PersonId, Timestamp};
use birdcall_store::{NewPush, PushAbout, StoreError, Tx};
use std::time::Duration;

/// For how long a missed call or a message is news. Raising it tells people who were long away of what they find in the
/// app anyway.
const NEWS: Duration = Duration::from_secs(24 * 3_600);

/// For how long it is told that a ring is over without being missed: longer than any push service takes to show one.
const AFTER: Duration = Duration::from_secs(60);

/// A call changed: it may have begun to ring, or have stopped. `by` is the device that changed it, if one did.
pub async fn ring(
    app: &App,
    tx: &mut Tx,
    call: &Call,
    actions: &[Action],
    by: Option<DeviceId>,
) -> Result<(), StoreError> {
    for action in actions {
        match action {
            Action::Send {
                frame: ServerFrame::Ring { deadline, .. },
                ..
            } => begin(app, tx, call, *deadline).await?,
            Action::Send {
                frame: ServerFrame::RingStopped { reason, .. },
                to,
            } => {
                let by = match to {
                    To::Others(_, device) => Some(*device),
                    To::Person(_) | To::Device(..) => by,
                };
                over(app, tx, call, *reason, by).await?;
            }
            Action::Send { .. } | Action::Record(_) => {}
        }
    }
    Ok(())
}

async fn begin(app: &App, tx: &mut Tx, call: &Call, deadline: Timestamp) -> Result<(), StoreError> {
    for (device, _) in tx.push_states(call.callee().person).await? {
        let about = PushAbout::Ring(call.id());
        add(app, tx, device, about, deadline).await?;
    }
    Ok(())
}

async fn over(
    app: &App,
    tx: &mut Tx,
    call: &Call,
    stop: RingStop,
    by: Option<DeviceId>,
) -> Result<(), StoreError> {
    let rings = tx.take_rings(call.id()).await?;
    let now = app.clock.now();
    for (device, _) in tx.push_states(call.callee().person).await? {
        let woken = rings.iter().any(|ring| ring.device == device && ring.woken);
        let call = call.id();
        match farewell(stop, device, woken, by) {
            Farewell::Nothing => {}
            Farewell::Stopped => {
                let about = PushAbout::RingStopped(call, stop);
                add(app, tx, device, about, now + AFTER).await?;
            }
            Farewell::Missed => {
                let about = PushAbout::Missed { call, woken };
                add(app, tx, device, about, now + NEWS).await?;
            }
        }
    }
    Ok(())
}

/// A device is to be left alone: what was made to ring there is taken back.
pub async fn silenced(app: &App, tx: &mut Tx, device: DeviceId) -> Result<(), StoreError> {
    for ring in tx.take_rings_of(device).await? {
        let stop = RingStop::NotAllowed;
        match farewell(stop, device, ring.woken, None) {
            Farewell::Nothing | Farewell::Missed => {}
            Farewell::Stopped => {
                let about = PushAbout::RingStopped(ring.call, stop);
                add(app, tx, device, about, app.clock.now() + AFTER).await?;
            }
        }
    }
    Ok(())
}

/// There is a message for `to`.
pub async fn message(
    app: &App,
    tx: &mut Tx,
    to: PersonId,
    from: PersonId,
    seq: u64,
) -> Result<(), StoreError> {
    let until = app.clock.now() + NEWS;
    for (device, _) in tx.push_states(to).await? {
        let about = PushAbout::Message { other: from, seq };
        add(app, tx, device, about, until).await?;
    }
    Ok(())
}

/// A message for `to` was deleted for both: where it was told and not read, it is taken back.
pub async fn message_gone(
    app: &App,
    tx: &mut Tx,
    to: PersonId,
    from: PersonId,
    seq: u64,
) -> Result<(), StoreError> {
    if tx.head(to, from).await?.read >= seq {
        return Ok(());
    }
    let until = app.clock.now() + NEWS;
    for (device, _) in tx.push_states(to).await? {
        let about = PushAbout::MessageGone { other: from, seq };
        add(app, tx, device, about, until).await?;
    }
    Ok(())
}

async fn add(
    app: &App,
    tx: &mut Tx,
    device: DeviceId,
    about: PushAbout,
    until: Timestamp,
) -> Result<(), StoreError> {
    tx.add_push(&NewPush {
        id: random::push(),
        device,
        about,
        at: app.clock.now(),
        until,
    })
    .await
}
