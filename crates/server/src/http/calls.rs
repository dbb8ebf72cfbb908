//! Starting a call, and the lists of calls. The rest of a call goes over the socket, but for what a service worker does
//! while no page is open.

use super::input::{Asked, Body, Part};
use crate::app::App;
use crate::auth::Session;
use crate::calls::{self, Invited, Press};
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use birdcall_protocol::body::{CallFilter, CallPage, CallStanding, Invite, Problem, UnrungCall};
use birdcall_protocol::call::CallView;
use birdcall_protocol::frame::Changed;
use birdcall_protocol::limits::MAX_PAGE;
use birdcall_protocol::{CallId, Code, Timestamp};
use birdcall_store::{Gone, News};

/// Calls in a page of the history.
const PAGE: u32 = 50;

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// Only calls that were started earlier, in milliseconds since 1970.
    before: Option<i64>,
    /// Only these.
    #[param(inline)]
    only: Option<CallFilter>,
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Until {
    /// Only calls that were started until then, in milliseconds since 1970: a list that is emptied a while after it
    /// was looked at keeps what nobody has seen.
    until: Option<i64>,
}

/// Calls somebody. Whatever keeps it from ringing, but C-1, looks like a call that nobody answers (C-6).
#[utoipa::path(post, path = "/calls", tag = "calls", request_body = Invite, responses(
    (status = 201, description = "It is on its way; or, if they called at the same time, answered (C-15)", body = CallView),
    (status = 200, description = "The key was used before: the same call", body = CallView),
    (status = "4XX", description = "first_message_needed, already_in_call, already_calling, you_blocked, yourself, \
        not_found, bad_input, too_many", body = Problem),
    (status = 503, description = "no_relay (P-5), overloaded, busy, unavailable", body = Problem)))]
pub(super) async fn invite(
    State(app): State<App>,
    session: Session,
    Body(body): Body<Invite>,
) -> Result<(StatusCode, Json<CallView>), ApiError> {
    app.doors.invite(session.person)?;
    Ok(match calls::invite(&app, session, &body).await? {
        Invited::Fresh(view) => (StatusCode::CREATED, Json(view)),
        Invited::Again(view) => (StatusCode::OK, Json(view)),
    })
}

/// One's finished calls, newest first.
#[utoipa::path(get, operation_id = "call_history", path = "/calls", tag = "calls", params(Page), responses(
    (status = 200, description = "A page", body = CallPage)))]
pub(super) async fn history(
    State(app): State<App>,
    session: Session,
    Asked(page): Asked<Page>,
) -> Result<Json<CallPage>, ApiError> {
    let mut reader = app.store.read().await?;
    let page = reader
        .call_history(session.person, page.before.map(Timestamp), page.only, PAGE)
        .await?;
    Ok(Json(CallPage {
        calls: page.calls,
        more: page.more,
    }))
}

/// Calls that one's own settings kept from ringing, newest first (C-6).
#[utoipa::path(get, operation_id = "unrung_calls", path = "/calls/unrung", tag = "calls", responses(
    (status = 200, description = "The newest 100", body = Vec<UnrungCall>)))]
pub(super) async fn unrung(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<UnrungCall>>, ApiError> {
    let mut reader = app.store.read().await?;
    Ok(Json(reader.unrung_calls(session.person, MAX_PAGE).await?))
}

/// How a call of one's own stands. A call that was kept from ringing is not there (C-6).
#[utoipa::path(get, operation_id = "call_standing", path = "/calls/{call}", tag = "calls", params(("call" = CallId, Path)), responses(
    (status = 200, description = "How it stands", body = CallStanding),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn standing(
    State(app): State<App>,
    session: Session,
    Part(call): Part<CallId>,
) -> Result<Json<CallStanding>, ApiError> {
    Ok(Json(calls::standing(&app, session, call).await?))
}

/// This device shows the ring, in a notification (C-16).
#[utoipa::path(post, operation_id = "ring_shown", path = "/calls/{call}/ringing", tag = "calls", params(("call" = CallId, Path)), responses(
    (status = 204, description = "Noted"),
    (status = "4XX", description = "call_over, out_of_turn, not_found", body = Problem)))]
pub(super) async fn ringing(
    State(app): State<App>,
    session: Session,
    Part(call): Part<CallId>,
) -> Result<StatusCode, ApiError> {
    press(&app, session, call, Press::RingShown).await
}

/// Declines a call that rings, for all devices (C-12).
#[utoipa::path(post, operation_id = "decline_call", path = "/calls/{call}/decline", tag = "calls", params(("call" = CallId, Path)), responses(
    (status = 204, description = "Declined"),
    (status = "4XX", description = "call_over, out_of_turn, not_found", body = Problem)))]
pub(super) async fn decline(
    State(app): State<App>,
    session: Session,
    Part(call): Part<CallId>,
) -> Result<StatusCode, ApiError> {
    press(&app, session, call, Press::Decline).await
}

async fn press(
    app: &App,
    session: Session,
    call: CallId,
    press: Press,
) -> Result<StatusCode, ApiError> {
    calls::act(app, call, session.person, session.device, press).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a call out of one's history; the other side keeps theirs.
#[utoipa::path(delete, operation_id = "delete_call", path = "/calls/{call}", tag = "calls", params(("call" = CallId, Path)), responses(
    (status = 204, description = "Gone"),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn delete(
    State(app): State<App>,
    session: Session,
    Part(call): Part<CallId>,
) -> Result<StatusCode, ApiError> {
    forget(&app, session, List::History, Gone::One(call)).await
}

/// Empties one's history.
#[utoipa::path(delete, operation_id = "delete_calls", path = "/calls", tag = "calls", params(Until), responses(
    (status = 204, description = "Empty")))]
pub(super) async fn delete_all(
    State(app): State<App>,
    session: Session,
    Asked(asked): Asked<Until>,
) -> Result<StatusCode, ApiError> {
    forget(&app, session, List::History, asked.into()).await
}

/// Takes a call off the list of those that did not ring.
#[utoipa::path(delete, operation_id = "delete_unrung_call", path = "/calls/unrung/{call}", tag = "calls", params(("call" = CallId, Path)), responses(
    (status = 204, description = "Gone"),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn delete_unrung(
    State(app): State<App>,
    session: Session,
    Part(call): Part<CallId>,
) -> Result<StatusCode, ApiError> {
    forget(&app, session, List::Unrung, Gone::One(call)).await
}

/// Empties the list of those that did not ring.
#[utoipa::path(delete, operation_id = "delete_unrung_calls", path = "/calls/unrung", tag = "calls", params(Until), responses(
    (status = 204, description = "Empty")))]
pub(super) async fn delete_all_unrung(
    State(app): State<App>,
    session: Session,
    Asked(asked): Asked<Until>,
) -> Result<StatusCode, ApiError> {
    forget(&app, session, List::Unrung, asked.into()).await
}

impl From<Until> for Gone {
    fn from(asked: Until) -> Self {
        asked
            .until
            .map_or(Self::All, |at| Self::Until(Timestamp(at)))
    }
}

/// The two lists of calls.
enum List {
    History,
    Unrung,
}

async fn forget(
    app: &App,
    session: Session,
    list: List,
    calls: Gone,
) -> Result<StatusCode, ApiError> {
    let me = session.person;
    let mut tx = app.store.write().await?;
    let gone = match list {
        List::History => tx.delete_calls(me, calls).await?,
        List::Unrung => tx.delete_unrung(me, calls).await?,
    };
    if gone == 0 {
        return match calls {
            Gone::One(_) => Err(Code::NotFound.into()),
            Gone::Until(_) | Gone::All => Ok(StatusCode::NO_CONTENT),
        };
    }
    tx.tell(me, News::Changed(Changed::Calls)).await?;
    tx.commit().await?;
    app.hub.news(me);
    Ok(StatusCode::NO_CONTENT)
}
