//! One's address book (M-3): private, by handle.

use super::input::Part;
use super::people;
use crate::app::App;
use crate::auth::Session;
use crate::calls;
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use birdcall_protocol::body::{Person, Problem, Profile};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::limits::MAX_ADDRESS_BOOK;
use birdcall_protocol::{Code, Handle};
use birdcall_store::{News, Tie};

/// One's address book.
#[utoipa::path(get, operation_id = "list_address_book", path = "/address-book", tag = "address book", responses(
    (status = 200, description = "By handle", body = Vec<Person>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<Person>>, ApiError> {
    people::list(&app, session, Tie::AddressBook).await
}

/// Empties it.
#[utoipa::path(delete, operation_id = "clear_address_book", path = "/address-book", tag = "address book", responses(
    (status = 204, description = "Empty")))]
pub(super) async fn clear(
    State(app): State<App>,
    session: Session,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.write().await?;
    tx.clear_address_book(session.person).await?;
    tx.tell(session.person, News::Changed(Changed::AddressBook))
        .await?;
    tx.commit().await?;
    app.hub.news(session.person);
    calls::settings_changed(&app, session.person).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a person into it. They are not told.
#[utoipa::path(put, operation_id = "add_to_address_book", path = "/address-book/{handle}", tag = "address book", params(("handle" = Handle, Path)), responses(
    (status = 200, description = "The person", body = Profile),
    (status = "4XX", description = "not_found, yourself, full", body = Problem)))]
pub(super) async fn add(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<Json<Profile>, ApiError> {
    let size = app
        .store
        .read()
        .await?
        .address_book_size(session.person)
        .await?;
    if size >= u64::from(MAX_ADDRESS_BOOK) {
        return Err(Code::Full.into());
    }
    people::tie(&app, session, &handle, Tie::AddressBook, true).await
}

/// Takes a person out of it.
#[utoipa::path(delete, operation_id = "remove_from_address_book", path = "/address-book/{handle}", tag = "address book", params(("handle" = Handle, Path)), responses(
    (status = 200, description = "The person", body = Profile),
    (status = "4XX", description = "not_found, yourself", body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<Json<Profile>, ApiError> {
    people::tie(&app, session, &handle, Tie::AddressBook, false).await
}
