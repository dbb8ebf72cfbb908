//! What one does to an entry: changing it, deleting it for both, reacting to it. Its sender alone may do the first two.

use super::input::{Body, Part};
use crate::app::App;
use crate::auth::Session;
use crate::editing;
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use birdcall_protocol::Handle;
use birdcall_protocol::body::{Entry, MessageChange, Problem};

/// Changes the text of one's own message, within 15 minutes.
#[utoipa::path(patch, operation_id = "edit_entry", path = "/conversations/{handle}/entries/{seq}", tag = "conversations",
    params(("handle" = Handle, Path), ("seq" = u64, Path)), request_body = MessageChange, responses(
    (status = 200, description = "The message as it is now", body = Entry),
    (status = "4XX", description = "bad_input, too_large, too_many, too_late, you_blocked, not_found", body = Problem)))]
pub(super) async fn edit(
    State(app): State<App>,
    session: Session,
    Part((handle, seq)): Part<(Handle, u64)>,
    Body(change): Body<MessageChange>,
) -> Result<Json<Entry>, ApiError> {
    let entry = editing::edit(&app, session.person, &handle, seq, &change.text).await?;
    Ok(Json(entry))
}

/// Deletes one's own message, sound or picture for both, within 15 minutes. A mark of it stays.
#[utoipa::path(delete, operation_id = "delete_entry_for_both", path = "/conversations/{handle}/entries/{seq}/for-both",
    tag = "conversations", params(("handle" = Handle, Path), ("seq" = u64, Path)), responses(
    (status = 200, description = "What is left of it", body = Entry),
    (status = "4XX", description = "too_many, too_late, not_found", body = Problem)))]
pub(super) async fn delete_for_both(
    State(app): State<App>,
    session: Session,
    Part((handle, seq)): Part<(Handle, u64)>,
) -> Result<Json<Entry>, ApiError> {
    let entry = editing::delete_for_both(&app, session.person, &handle, seq).await?;
    Ok(Json(entry))
}
