//! Driving calls: load the row, let the machine decide, write it back, then act.
//!
//! The database is the truth and any node may act. Whoever has an event loads the row, hands the event to
//! `birdcall_call`, writes the row back where its version still fits, together with what has to be remembered, and
//! after the commit sends what has to be sent. What is lost between commit and sending is told again in `welcome`.

mod facts;
mod invite;
pub mod later;
mod signal;
mod step;
mod sweep;
pub mod turns;

pub use facts::preview;
pub use invite::{Invited, invite};
pub use signal::{Leg, candidate, description, media};
pub use step::{CallError, Press, Servers, act, cancel};
pub(crate) use step::{give, machine, relay_moved};
pub use sweep::run as sweep;

use crate::app::App;
use crate::auth::Session;
use crate::bus;
use crate::problem::ApiError;
use birdcall_call::{Call, Refusal, Resume, To};
use birdcall_protocol::body::CallStanding;
use birdcall_protocol::call::{CallOutcome, Path, Phase, RingStop, Role};
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::{CallId, DeviceId, PersonId};
use birdcall_store::{Reader, StoreError};

/// A person's calling settings or address book changed: calls that ring may have to stop (C-7), a direct call may
/// have to leave the direct path (P-7).
pub async fn settings_changed(app: &App, person: PersonId) {
    recheck(app, person, None).await;
}

/// What ties two people changed (C-7).
pub async fn ties_changed(app: &App, one: PersonId, other: PersonId) {
    recheck(app, one, Some(other)).await;
}

async fn recheck(app: &App, person: PersonId, other: Option<PersonId>) {
    let looked = async {
        let mut reader = app.store.read().await?;
        let calls = open_calls(&mut reader, person).await?;
        drop(reader);
        for call in calls {
            let concerns = other.is_none_or(|other| call.role_of(other).is_some());
            if !concerns {
                continue;
            }
            step::step(app, call.id(), step::gate_again).await?;
            if call.phase() != Phase::Ringing && call.path() == Path::Direct {
                step::path_again(app, call.id()).await?;
            }
        }
        Ok::<_, CallError>(())
    };
    // The sweep looks at ringing calls again within a second, so a failure here is not the last word.
    if let Err(error) = looked.await {
        tracing::warn!(?error, "calls were not looked at again");
    }
}

/// What a device has to know of its person's calls when its socket opens.
///
/// # Errors
/// `Unavailable`.
pub async fn resume(
    app: &App,
    person: PersonId,
    device: DeviceId,
) -> Result<Vec<Resume>, StoreError> {
    let mut reader = app.store.read().await?;
    let now = app.clock.now();
    Ok(open_calls(&mut reader, person)
        .await?
        .iter()
        .map(|call| call.resume(person, device, now))
        .collect())
}

/// How a call stands, for one of its two people. To the callee a call that never rang is not there (C-6).
///
/// # Errors
/// `not_found`, `unavailable`.
pub async fn standing(app: &App, session: Session, id: CallId) -> Result<CallStanding, ApiError> {
    let mut reader = app.store.read().await?;
    let row = reader.call(id).await?.ok_or(Refusal::NotYours)?;
    let call = step::machine(&row)?;
    let role = call.role_of(session.person).ok_or(Refusal::NotYours)?;
    if role == Role::Callee && !call.rung() && !call.answered() {
        return Err(Refusal::NotYours.into());
    }
    let other = match role {
        Role::Caller => call.callee(),
        Role::Callee => call.caller(),
    };
    let now = app.clock.now();
    let rings = match role {
        Role::Caller => call.deadline().is_some_and(|deadline| now < deadline),
        Role::Callee => call
            .resume(session.person, session.device, now)
            .ring
            .is_some(),
    };
    let phase = match call.phase() {
        Phase::Ringing if !rings => Phase::Ended,
        phase => phase,
    };
    let unanswered = match call.outcome() {
        Some(outcome) => matches!(
            outcome,
            CallOutcome::NoAnswer | CallOutcome::Cancelled | CallOutcome::Busy
        ),
        // Past its deadline, and nobody has swept it yet.
        None => phase == Phase::Ended,
    };
    Ok(CallStanding {
        call: id,
        with: reader.person_by_id(other.person).await?.summary(),
        role,
        kind: call.kind(),
        at: call.started_at(),
        phase,
        deadline: call.deadline().filter(|_| phase == Phase::Ringing),
        missed: role == Role::Callee && unanswered && call.callee_sees(),
    })
}

/// A device is to be left alone: what rings there stops.
///
/// # Errors
/// `unavailable`.
pub async fn stop_ringing_on(
    app: &App,
    person: PersonId,
    device: DeviceId,
) -> Result<(), StoreError> {
    for resumed in resume(app, person, device).await? {
        if let Some(ServerFrame::Ring { call, .. }) = resumed.ring {
            let reason = RingStop::NotAllowed;
            let stop = ServerFrame::RingStopped { call, reason };
            bus::send(app, To::Device(person, device), &stop).await?;
        }
    }
    Ok(())
}

/// A person is gone from now on: what they are calling with ends, as if they had ended it. Rings for them run out.
pub async fn end_all(app: &App, person: PersonId) {
    let open = async { open_calls(&mut app.store.read().await?, person).await };
    let calls = open.await.unwrap_or_else(|error| {
        tracing::error!(%error, "calls of somebody who leaves were not read");
        Vec::new()
    });
    for call in calls {
        let Some(role) = call.role_of(person) else {
            continue;
        };
        let press = match (role, call.phase()) {
            (Role::Caller, Phase::Ringing) => Press::Cancel,
            (_, Phase::Connecting | Phase::Active) => Press::HangUp,
            (Role::Callee, Phase::Ringing) | (_, Phase::Ended) => continue,
        };
        if let Some(device) = call.leg(role)
            && let Err(CallError::Store(error)) = act(app, call.id(), person, device, press).await
        {
            tracing::error!(%error, "a call of somebody who leaves was not ended");
        }
    }
}

async fn open_calls(reader: &mut Reader, person: PersonId) -> Result<Vec<Call>, StoreError> {
    reader
        .open_calls(person)
        .await?
        .iter()
        .map(step::machine)
        .collect()
}
