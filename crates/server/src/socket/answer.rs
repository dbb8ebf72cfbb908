//! What each frame of a client does.

use crate::app::App;
use crate::calls::{self, CallError, Leg, Press};
use crate::hub::Mailbox;
use crate::messages::{self, Sent};
use crate::problem::ApiError;
use crate::receipts;
use birdcall_protocol::call::Phase;
use birdcall_protocol::frame::{ClientFrame, ServerFrame};
use birdcall_protocol::{CallId, DeviceId, PersonId};
use birdcall_store::StoreError;

/// Does what a frame asks. The answer, if any, goes to this socket alone.
pub(super) async fn answer(
    app: &App,
    mailbox: &Mailbox,
    frame: ClientFrame,
) -> Result<Option<ServerFrame>, ApiError> {
    let (person, device) = (mailbox.person(), mailbox.device());
    app.doors.frame(person)?;
    let press = async |call: CallId, press: Press| -> Result<Option<ServerFrame>, ApiError> {
        calls::act(app, call, person, device, press).await?;
        Ok(None)
    };
    let leg = |call: CallId| Leg {
        call,
        person,
        device,
    };
    match frame {
        ClientFrame::Ping {} => Ok(Some(ServerFrame::Pong {})),
        ClientFrame::Send {
            key,
            to,
            text,
            reply_to,
        } => {
            let sent = Sent {
                from: person,
                to: &to,
                key: &key,
                reply_to,
            };
            let entry = messages::send(app, sent, &text).await?;
            let entry = Box::new(entry);
            Ok(Some(ServerFrame::Sent { key, to, entry }))
        }
        ClientFrame::Read { with, seq } => {
            messages::read(app, person, &with, seq).await?;
            Ok(None)
        }
        ClientFrame::Typing { with } => {
            receipts::typing(app, person, &with).await?;
            Ok(None)
        }
        ClientFrame::Visible { visible } => {
            mailbox.set_visible(visible);
            Ok(None)
        }
        ClientFrame::CallRinging { call } => press(call, Press::RingShown).await,
        ClientFrame::CallAccept { call } => press(call, Press::Accept).await,
        ClientFrame::CallDecline { call } => press(call, Press::Decline).await,
        ClientFrame::CallCancel { call } => {
            calls::cancel(app, call, person, device).await?;
            Ok(None)
        }
        ClientFrame::CallHangUp { call } => press(call, Press::HangUp).await,
        ClientFrame::CallRejoin { call } => press(call, Press::Rejoin).await,
        ClientFrame::CallConnected { call, epoch } => press(call, Press::Connected(epoch)).await,
        ClientFrame::CallMediaFailed { call, epoch } => {
            press(call, Press::MediaFailed(epoch)).await
        }
        ClientFrame::CallDescription {
            call,
            epoch,
            sdp_type,
            sdp,
        } => {
            calls::description(app, leg(call), epoch, sdp_type, &sdp).await?;
            Ok(None)
        }
        ClientFrame::CallCandidate {
            call,
            epoch,
            candidate,
            mid,
            ufrag,
        } => {
            calls::candidate(app, leg(call), epoch, &candidate, mid, ufrag).await?;
            Ok(None)
        }
        ClientFrame::CallMedia { call, media } => {
            calls::media(app, leg(call), media).await?;
            Ok(None)
        }
    }
}

/// What a refusal of the frame refers to.
pub(super) fn re(frame: &ClientFrame) -> Option<String> {
    match frame {
        ClientFrame::Ping {}
        | ClientFrame::Read { .. }
        | ClientFrame::Typing { .. }
        | ClientFrame::Visible { .. } => None,
        ClientFrame::Send { key, .. } => Some(key.clone()),
        ClientFrame::CallRinging { call }
        | ClientFrame::CallAccept { call }
        | ClientFrame::CallDecline { call }
        | ClientFrame::CallCancel { call }
        | ClientFrame::CallHangUp { call }
        | ClientFrame::CallRejoin { call }
        | ClientFrame::CallConnected { call, .. }
        | ClientFrame::CallMediaFailed { call, .. }
        | ClientFrame::CallDescription { call, .. }
        | ClientFrame::CallCandidate { call, .. }
        | ClientFrame::CallMedia { call, .. } => Some(call.to_string()),
    }
}

/// The key or call of a frame that could not be read as a whole, so that a client can tell which one it was.
pub(super) fn key_of(text: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        key: Option<String>,
        call: Option<String>,
    }
    let named: Named = serde_json::from_str(text).ok()?;
    named.key.or(named.call).filter(|name| name.len() <= 64)
}

/// A device that is in a call has come back: its lease is renewed (C-19).
pub(super) async fn alive(app: &App, person: PersonId, device: DeviceId) {
    let noted = async {
        let calls = calls::resume(app, person, device).await?;
        for view in calls.into_iter().filter_map(|one| one.view) {
            if matches!(view.phase, Phase::Connecting | Phase::Active) {
                match calls::act(app, view.call, person, device, Press::Seen).await {
                    Err(CallError::Store(error)) => return Err(error),
                    // Over in the meantime.
                    Ok(_) | Err(CallError::Refused(_) | CallError::InAnotherCall) => {}
                }
            }
        }
        Ok::<_, StoreError>(())
    };
    if let Err(error) = noted.await {
        tracing::warn!(%error, "a device that came back was not noted");
    }
}
