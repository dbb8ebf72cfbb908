//! Signalling between the two devices of a call: descriptions, candidates, media state. Nothing of it is kept (between
//! nodes it is under way in the database, sealed, for a minute); all of it passes the filter (P-3), and only between the legs, for the current epoch, while the call is connecting or
//! active (C-17).

use super::step::{CallError, machine};
use crate::app::App;
use crate::bus;
use crate::problem::ApiError;
use crate::relay;
use birdcall_call::filter::{self, Policy};
use birdcall_call::{Call, Refusal, To};
use birdcall_protocol::call::{MediaState, SdpType};
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::limits::{MAX_CANDIDATE, MAX_SDP};
use birdcall_protocol::{CallId, Code, DeviceId, PersonId};

/// Who signals, in which call.
#[derive(Debug, Clone, Copy)]
pub struct Leg {
    /// The call.
    pub call: CallId,
    /// The person.
    pub person: PersonId,
    /// The device.
    pub device: DeviceId,
}

/// Passes a description on.
///
/// # Errors
/// `out_of_turn`, `call_over`, `not_found`, `too_large`, `bad_description`.
pub async fn description(
    app: &App,
    leg: Leg,
    epoch: u32,
    sdp_type: SdpType,
    sdp: &str,
) -> Result<(), ApiError> {
    if sdp.len() > MAX_SDP {
        return Err(Code::TooLarge.into());
    }
    let (call, to) = route(app, leg, Some(epoch)).await?;
    let given = candidates(sdp);
    let filtered = filter::description(sdp_type, sdp, &policy(&call, leg.person));
    #[cfg(feature = "broken-protections")]
    let filtered = if crate::broken::without("P-3") {
        Ok(sdp.to_owned())
    } else {
        filtered
    };
    let sdp = filtered.map_err(|_| ApiError(Code::BadDescription))?;
    app.counters
        .filtered(given.saturating_sub(candidates(&sdp)));
    bus::send(
        app,
        to,
        &ServerFrame::CallDescription {
            call: leg.call,
            epoch,
            sdp_type,
            sdp,
        },
    )
    .await?;
    Ok(())
}

/// Passes a candidate on, or drops it quietly where the path does not allow it.
///
/// # Errors
/// `out_of_turn`, `call_over`, `not_found`, `too_large`, `bad_description`.
pub async fn candidate(
    app: &App,
    leg: Leg,
    epoch: u32,
    line: &str,
    mid: String,
    ufrag: Option<String>,
) -> Result<(), ApiError> {
    if line.len() > MAX_CANDIDATE {
        return Err(Code::TooLarge.into());
    }
    filter::mid(&mid).map_err(|_| ApiError(Code::BadDescription))?;
    if let Some(ufrag) = &ufrag {
        filter::ufrag(ufrag).map_err(|_| ApiError(Code::BadDescription))?;
    }
    let (call, to) = route(app, leg, Some(epoch)).await?;
    let candidate = if line.is_empty() {
        Some(String::new())
    } else {
        filter::candidate(line, &policy(&call, leg.person))
            .map_err(|_| ApiError(Code::BadDescription))?
    };
    #[cfg(feature = "broken-protections")]
    let candidate = if crate::broken::without("P-3") {
        Some(line.to_owned())
    } else {
        candidate
    };
    match candidate {
        None => app.counters.filtered(1),
        Some(candidate) => {
            bus::send(
                app,
                to,
                &ServerFrame::CallCandidate {
                    call: leg.call,
                    epoch,
                    candidate,
                    mid,
                    ufrag,
                },
            )
            .await?;
        }
    }
    Ok(())
}

fn candidates(sdp: &str) -> usize {
    let is_one = |line: &&str| line.starts_with("a=candidate:");
    sdp.lines().filter(is_one).count()
}

/// Tells the other side what this one sends now.
///
/// # Errors
/// `out_of_turn`, `call_over`, `not_found`.
pub async fn media(app: &App, leg: Leg, media: MediaState) -> Result<(), ApiError> {
    let (_, to) = route(app, leg, None).await?;
    bus::send(
        app,
        to,
        &ServerFrame::CallMedia {
            call: leg.call,
            media,
        },
    )
    .await?;
    Ok(())
}

async fn route(app: &App, leg: Leg, epoch: Option<u32>) -> Result<(Call, To), CallError> {
    let row = app.store.read().await?.call(leg.call).await?;
    let call = machine(&row.ok_or(Refusal::NotYours)?)?;
    let epoch = epoch.or(call.epoch()).unwrap_or_default();
    let to = call.forward(leg.person, leg.device, epoch)?;
    Ok((call, to))
}

/// What may pass from this sender.
fn policy(call: &Call, sender: PersonId) -> Policy {
    Policy {
        path: call.path(),
        relayed: call.role_of(sender).map(relay::address_of),
    }
}
