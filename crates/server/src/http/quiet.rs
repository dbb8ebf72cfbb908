//! "Do not disturb": when, and who may break through.

use super::accounts::finish_me;
use super::input::{Body, Part};
use super::people;
use crate::app::App;
use crate::auth::Session;
use crate::calls;
use crate::clock::time_zone;
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use birdcall_call::quiet::sound;
use birdcall_protocol::body::{Me, Person, Problem, Profile};
use birdcall_protocol::limits::{MAX_BREAK_THROUGH, MAX_ZONE};
use birdcall_protocol::quiet::Quiet;
use birdcall_protocol::{Code, Handle};
use birdcall_store::Tie;

/// Replaces "Do not disturb". Takes effect on a call that rings (C-7).
#[utoipa::path(put, operation_id = "set_quiet", path = "/me/quiet", tag = "accounts", request_body = Quiet, responses(
    (status = 200, description = "Oneself, changed", body = Me),
    (status = "4XX", description = "bad_input", body = Problem)))]
pub(super) async fn set(
    State(app): State<App>,
    session: Session,
    Body(body): Body<Quiet>,
) -> Result<Json<Me>, ApiError> {
    let zone_known = body.zone.len() <= MAX_ZONE && time_zone(&body.zone).is_some();
    if !zone_known || !body.hours.is_none_or(|hours| sound(&hours)) {
        return Err(Code::BadInput.into());
    }
    let mut tx = app.store.write().await?;
    tx.set_quiet(session.person, &body).await?;
    let me = finish_me(&app, tx, session).await?;
    calls::settings_changed(&app, session.person).await;
    Ok(me)
}

/// Whose calls ring all the same.
#[utoipa::path(get, operation_id = "list_break_through", path = "/me/quiet/people", tag = "accounts", responses(
    (status = 200, description = "By handle", body = Vec<Person>)))]
pub(super) async fn people(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<Person>>, ApiError> {
    people::list(&app, session, Tie::BreakThrough).await
}

/// Lets a person through. They are not told.
#[utoipa::path(put, path = "/me/quiet/people/{handle}", tag = "accounts", params(("handle" = Handle, Path)), responses(
    (status = 200, description = "The person", body = Profile),
    (status = "4XX", description = "not_found, yourself, full", body = Problem)))]
pub(super) async fn let_through(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<Json<Profile>, ApiError> {
    let mut reader = app.store.read().await?;
    let size = reader.break_through_size(session.person).await?;
    drop(reader);
    if size >= u64::from(MAX_BREAK_THROUGH) {
        return Err(Code::Full.into());
    }
    people::tie(&app, session, &handle, Tie::BreakThrough, true).await
}

/// Does not let a person through any more.
#[utoipa::path(delete, path = "/me/quiet/people/{handle}", tag = "accounts", params(("handle" = Handle, Path)), responses(
    (status = 200, description = "The person", body = Profile),
    (status = "4XX", description = "not_found, yourself", body = Problem)))]
pub(super) async fn keep_out(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<Json<Profile>, ApiError> {
    people::tie(&app, session, &handle, Tie::BreakThrough, false).await
}
