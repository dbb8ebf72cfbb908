//! Reading conversations, and deleting from one's own view of them. Writing is done on the socket.

use super::input::{Asked, Part};
use super::people;
use crate::app::App;
use crate::auth::Session;
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use birdcall_protocol::body::{Conversation, ConversationSummary, EntryPage, Problem};
use birdcall_protocol::limits::MAX_PAGE;
use birdcall_protocol::{Code, Handle};
use birdcall_store::Place;

/// Entries in a page when the client does not say.
const PAGE: u32 = 50;

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// Only entries with a smaller `seq`; of `before`, `after` and `around` one at most.
    before: Option<u64>,
    /// Only entries with a greater `seq`.
    after: Option<u64>,
    /// Entries on both sides of this `seq`.
    around: Option<u64>,
    /// How many at most; 50 if absent, 100 at most.
    limit: Option<u32>,
}

/// One's conversations, the newest first.
#[utoipa::path(get, operation_id = "list_conversations", path = "/conversations", tag = "conversations", responses(
    (status = 200, description = "The newest 100", body = Vec<ConversationSummary>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<ConversationSummary>>, ApiError> {
    let mut reader = app.store.read().await?;
    Ok(Json(reader.conversations(session.person, MAX_PAGE).await?))
}

/// The head of the conversation with a person, also before the first message.
#[utoipa::path(get, operation_id = "conversation", path = "/conversations/{handle}", tag = "conversations", params(("handle" = Handle, Path)), responses(
    (status = 200, description = "The head", body = Conversation),
    (status = "4XX", description = "not_found, yourself", body = Problem)))]
pub(super) async fn head(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<Json<Conversation>, ApiError> {
    let mut reader = app.store.read().await?;
    let other = people::find_to_read(&mut reader, session.person, &handle).await?;
    if other.id == session.person {
        return Err(Code::Yourself.into());
    }
    let mark = reader.head(session.person, other.id).await?;
    let request = reader.is_request(session.person, other.id).await?;
    let seen = reader.seen(session.person, other.id).await?;
    let mut with = people::seen(&mut reader, session.person, other).await?;
    // M-4: no picture before one has said yes.
    with.person.avatar = with.person.avatar.filter(|_| !request);
    Ok(Json(Conversation {
        request,
        seen,
        with,
        read: mark.read,
        unread: mark.unread,
    }))
}

/// A page of the conversation with a person.
#[utoipa::path(get, path = "/conversations/{handle}/entries", tag = "conversations",
    params(("handle" = Handle, Path), Page), responses(
    (status = 200, description = "Oldest first", body = EntryPage),
    (status = "4XX", description = "bad_input, not_found", body = Problem)))]
pub(super) async fn entries(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
    Asked(page): Asked<Page>,
) -> Result<Json<EntryPage>, ApiError> {
    let limit = page.limit.unwrap_or(PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(Code::BadInput.into());
    }
    let place = match (page.before, page.after, page.around) {
        (None, None, None) => Place::Newest,
        (Some(seq), None, None) => Place::Before(seq),
        (None, Some(seq), None) => Place::After(seq),
        (None, None, Some(seq)) => Place::Around(seq),
        _ => return Err(Code::BadInput.into()),
    };
    let mut reader = app.store.read().await?;
    let other = people::find_to_read(&mut reader, session.person, &handle).await?;
    let page = reader.page(session.person, other.id, place, limit).await?;
    Ok(Json(EntryPage {
        entries: page.entries,
        more: page.older,
        newer: page.newer,
    }))
}

/// Deletes an entry for oneself. When nobody sees it any more, its text and sound are gone.
#[utoipa::path(delete, path = "/conversations/{handle}/entries/{seq}", tag = "conversations",
    params(("handle" = Handle, Path), ("seq" = u64, Path)), responses(
    (status = 204, description = "Deleted"),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn delete_entry(
    State(app): State<App>,
    session: Session,
    Part((handle, seq)): Part<(Handle, u64)>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.write().await?;
    let other = people::find_to_read(&mut tx, session.person, &handle).await?;
    if !tx.delete_entry(session.person, other.id, seq).await? {
        return Err(Code::NotFound.into());
    }
    tx.commit().await?;
    app.hub.news(session.person);
    Ok(StatusCode::NO_CONTENT)
}
