//! Starting a call, and the lists of calls. The rest of a call goes over the socket.

use super::input::{Asked, Body};
use crate::app::App;
use crate::auth::Session;
use crate::calls::{self, Invited};
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use birdcall_protocol::Timestamp;
use birdcall_protocol::body::{CallPage, Invite, Problem, UnrungCall};
use birdcall_protocol::call::CallView;
use birdcall_protocol::limits::MAX_PAGE;

/// Calls in a page of the history.
const PAGE: u32 = 50;

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// Only calls that were started earlier, in milliseconds since 1970.
    before: Option<i64>,
}

/// Calls somebody. Whatever keeps it from ringing, but C-1, looks like a call that nobody answers (C-6).
#[utoipa::path(post, path = "/calls", tag = "calls", request_body = Invite, responses(
    (status = 201, description = "It is on its way; or, if they called at the same time, answered (C-15)", body = CallView),
    (status = 200, description = "The key was used before: the same call", body = CallView),
    (status = "4XX", description = "first_message_needed, already_in_call, already_calling, you_blocked, yourself, \
        not_found, bad_input, too_many", body = Problem),
    (status = 503, description = "no_relay (P-5), unavailable", body = Problem)))]
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
        .call_history(session.person, page.before.map(Timestamp), PAGE)
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
