//! Exceptions from who may call, by person (C-3), and how many may call with given settings.

use super::input::{Body, Part};
use super::people;
use crate::app::App;
use crate::auth::Session;
use crate::calls;
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use birdcall_protocol::body::{Calling, Problem, Profile};
use birdcall_protocol::book::{CallException, CallRule, CallingPreview, NewCallRule};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::limits::MAX_EXCEPTIONS;
use birdcall_protocol::{Code, Handle};
use birdcall_store::News;

/// How many could call now with these settings, which are not saved: the number follows the ticks.
#[utoipa::path(post, operation_id = "preview_calling", path = "/me/calling/preview", tag = "accounts", request_body = Calling, responses(
    (status = 200, description = "How many, of the people one has written to", body = CallingPreview),
    (status = "4XX", description = "bad_input", body = Problem)))]
pub(super) async fn preview(
    State(app): State<App>,
    session: Session,
    Body(body): Body<Calling>,
) -> Result<Json<CallingPreview>, ApiError> {
    let mut reader = app.store.read().await?;
    let now = app.clock.now();
    Ok(Json(
        calls::preview(&mut reader, session.person, &body, now).await?,
    ))
}

/// One's exceptions.
#[utoipa::path(get, operation_id = "list_call_exceptions", path = "/me/calling/exceptions", tag = "accounts", responses(
    (status = 200, description = "By handle", body = Vec<CallException>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<CallException>>, ApiError> {
    let mut reader = app.store.read().await?;
    Ok(Json(reader.exceptions(session.person).await?))
}

/// Makes or changes an exception. They are not told. Takes effect on a call that rings (C-7).
#[utoipa::path(put, operation_id = "set_call_exception", path = "/me/calling/exceptions/{handle}", tag = "accounts", params(("handle" = Handle, Path)), request_body = NewCallRule, responses(
    (status = 200, description = "The person", body = Profile),
    (status = "4XX", description = "not_found, yourself, full, bad_input", body = Problem)))]
pub(super) async fn set(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
    Body(body): Body<NewCallRule>,
) -> Result<Json<Profile>, ApiError> {
    change(&app, session, &handle, Some(body.rule)).await
}

/// Takes an exception back.
#[utoipa::path(delete, operation_id = "remove_call_exception", path = "/me/calling/exceptions/{handle}", tag = "accounts", params(("handle" = Handle, Path)), responses(
    (status = 200, description = "The person", body = Profile),
    (status = "4XX", description = "not_found, yourself", body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<Json<Profile>, ApiError> {
    change(&app, session, &handle, None).await
}

async fn change(
    app: &App,
    session: Session,
    handle: &Handle,
    rule: Option<CallRule>,
) -> Result<Json<Profile>, ApiError> {
    let me = session.person;
    let mut tx = app.store.write().await?;
    let other = people::find(&mut tx, handle).await?;
    let id = other.id;
    if id == me {
        return Err(Code::Yourself.into());
    }
    let before = tx.ties(me, id).await?.rule;
    match rule {
        Some(rule) => {
            let full = tx.exceptions_size(me).await? >= u64::from(MAX_EXCEPTIONS);
            if before.is_none() && full {
                return Err(Code::Full.into());
            }
            tx.set_exception(me, id, rule, app.clock.now()).await?;
        }
        None => {
            tx.remove_exception(me, id).await?;
        }
    }
    if before != rule {
        tx.tell(me, News::Changed(Changed::Me)).await?;
    }
    let profile = people::seen(&mut tx, me, other).await?;
    tx.commit().await?;
    if before != rule {
        app.hub.news(me);
        calls::ties_changed(app, me, id).await;
    }
    Ok(Json(profile))
}
