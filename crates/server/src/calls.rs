//! Driving calls: load the row, let the machine decide, write it back, then act.
//!
//! The database is the truth and any node may act. Whoever has an event loads the row, hands the event to
//! `birdcall_call`, writes the row back where its version still fits, together with what has to be remembered, and
//! after the commit sends what has to be sent. What is lost between commit and sending is told again in `welcome`.

mod facts;
mod invite;
mod signal;
mod step;
mod sweep;
pub mod turns;

pub use invite::{Invited, invite};
pub use signal::{Leg, candidate, description, media};
pub use step::{CallError, Press, act};
pub use sweep::run as sweep;

use crate::app::App;
use birdcall_call::{Call, Resume};
use birdcall_protocol::call::{Path, Phase};
use birdcall_protocol::{DeviceId, PersonId};
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

async fn open_calls(reader: &mut Reader, person: PersonId) -> Result<Vec<Call>, StoreError> {
    reader
        .open_calls(person)
        .await?
        .iter()
        .map(step::machine)
        .collect()
}
