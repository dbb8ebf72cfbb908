//! What one does to an entry: changing it, deleting it for both, reacting to it. Its sender alone may do the first two.

use super::input::{Body, Part};
use crate::app::App;
use crate::auth::Session;
use crate::problem::ApiError;
use crate::{editing, reactions};
use axum::Json;
use axum::extract::State;
use birdcall_protocol::Handle;
use birdcall_protocol::body::{Entry, MessageChange, Problem, ReactionChoice};

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

/// Puts an emoji under an entry, in place of one's own before.
#[utoipa::path(put, operation_id = "react", path = "/conversations/{handle}/entries/{seq}/reaction", tag = "conversations",
    params(("handle" = Handle, Path), ("seq" = u64, Path)), request_body = ReactionChoice, responses(
    (status = 200, description = "The entry as it is now", body = Entry),
    (status = "4XX", description = "bad_input, too_many, you_blocked, not_found", body = Problem)))]
pub(super) async fn react(
    State(app): State<App>,
    session: Session,
    Part((handle, seq)): Part<(Handle, u64)>,
    Body(choice): Body<ReactionChoice>,
) -> Result<Json<Entry>, ApiError> {
    let emoji = Some(choice.emoji.as_str());
    let entry = reactions::react(&app, session.person, &handle, seq, emoji).await?;
    Ok(Json(entry))
}

/// Takes one's own emoji back.
#[utoipa::path(delete, operation_id = "take_reaction_back", path = "/conversations/{handle}/entries/{seq}/reaction",
    tag = "conversations", params(("handle" = Handle, Path), ("seq" = u64, Path)), responses(
    (status = 200, description = "The entry as it is now", body = Entry),
    (status = "4XX", description = "too_many, not_found", body = Problem)))]
pub(super) async fn take_reaction_back(
    State(app): State<App>,
    session: Session,
    Part((handle, seq)): Part<(Handle, u64)>,
) -> Result<Json<Entry>, ApiError> {
    let entry = reactions::react(&app, session.person, &handle, seq, None).await?;
    Ok(Json(entry))
}
