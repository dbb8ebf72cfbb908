//! Message requests, and the switch of read receipts and typing (M-4).

use super::accounts::finish_me;
use super::input::{Body, Part};
use super::people;
use crate::app::App;
use crate::auth::Session;
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use birdcall_protocol::body::{ConversationSummary, Me, Problem};
use birdcall_protocol::limits::MAX_PAGE;
use birdcall_protocol::talk::{Receipts, Standing};
use birdcall_protocol::{Code, Handle};

/// Conversations that wait for one's yes, the newest first.
#[utoipa::path(get, operation_id = "list_requests", path = "/requests", tag = "conversations", responses(
    (status = 200, description = "The newest 100", body = Vec<ConversationSummary>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<ConversationSummary>>, ApiError> {
    let requests = app
        .store
        .read()
        .await?
        .requests(session.person, MAX_PAGE)
        .await?;
    // No picture before one has said yes.
    let plain = requests.into_iter().map(|mut one| {
        one.with.avatar = None;
        one
    });
    Ok(Json(plain.collect()))
}

/// Makes a request an ordinary conversation. Who wrote it is not told.
#[utoipa::path(put, operation_id = "accept_request", path = "/requests/{handle}", tag = "conversations",
    params(("handle" = Handle, Path)), responses(
    (status = 204, description = "Accepted, now or before"),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn accept(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.write().await?;
    let other = people::find(&mut tx, &handle).await?;
    if tx
        .set_standing(session.person, other.id, Standing::Accepted)
        .await?
    {
        tx.commit().await?;
        app.hub.news(session.person);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a request for oneself, with all that was written in it. Who wrote it is not told.
#[utoipa::path(delete, operation_id = "delete_request", path = "/requests/{handle}", tag = "conversations",
    params(("handle" = Handle, Path)), responses(
    (status = 204, description = "Deleted"),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn delete(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.write().await?;
    let other = people::find(&mut tx, &handle).await?;
    if !tx.delete_request(session.person, other.id).await? {
        return Err(Code::NotFound.into());
    }
    tx.commit().await?;
    app.hub.news(session.person);
    Ok(StatusCode::NO_CONTENT)
}

/// Switches "Read receipts and typing". Nobody is told, and what was not given while it was off is not given later.
#[utoipa::path(put, operation_id = "set_receipts", path = "/me/receipts", tag = "accounts", request_body = Receipts, responses(
    (status = 200, description = "Oneself, changed", body = Me),
    (status = "4XX", description = "bad_input", body = Problem)))]
pub(super) async fn set_receipts(
    State(app): State<App>,
    session: Session,
    Body(body): Body<Receipts>,
) -> Result<Json<Me>, ApiError> {
    let mut tx = app.store.write().await?;
    tx.set_receipts(session.person, body.on).await?;
    finish_me(&app, tx, session).await
}
