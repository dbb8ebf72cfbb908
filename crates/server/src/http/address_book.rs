//! One's address book (M-3): private, by handle or e-mail. Nothing here looks at whether an address belongs to anybody,
//! except where the owner is shown who wants to be found by it; so time tells nothing either.

use super::input::{Body, Part};
use super::people;
use crate::app::App;
use crate::auth::Session;
use crate::problem::ApiError;
use crate::{calls, random, text};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use birdcall_protocol::body::{Problem, Profile};
use birdcall_protocol::book::{
    self, BookEntry, BookImport, BookImported, BookName, BookUndone, NewBookEntry,
};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::ids::BookEntryId;
use birdcall_protocol::limits::{MAX_ADDRESS_BOOK, MAX_IMPORT};
use birdcall_protocol::talk::Standing;
use birdcall_protocol::{Code, Email, Handle, PersonId};
use birdcall_store::{InBook, NewEntry, News, Tx, Whom};

/// One's address book.
#[utoipa::path(get, operation_id = "list_address_book", path = "/address-book", tag = "address book", responses(
    (status = 200, description = "All of it, in no order", body = Vec<BookEntry>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<BookEntry>>, ApiError> {
    Ok(Json(app.store.read().await?.book(session.person).await?))
}

/// Puts somebody in, by handle or e-mail. They are not told. One who is in already stays as they are.
#[utoipa::path(post, operation_id = "create_book_entry", path = "/address-book", tag = "address book", request_body = NewBookEntry, responses(
    (status = 201, description = "The entry", body = BookEntry),
    (status = 200, description = "It was there", body = BookEntry),
    (status = "4XX", description = "not_found (of a handle), yourself, bad_input, full, too_many", body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    session: Session,
    Body(body): Body<NewBookEntry>,
) -> Result<(StatusCode, Json<BookEntry>), ApiError> {
    app.doors.book(session.person)?;
    let me = session.person;
    let mut tx = app.store.write().await?;
    let target = target(&mut tx, &body).await?;
    room(&mut tx, me).await?;
    let put = put(&app, &mut tx, me, &body, &target, None).await?;
    let entry = tx.book_entry(me, put.id()).await?;
    let entry = entry.ok_or(ApiError(Code::Internal))?;
    let InBook::Added(_) = put else {
        return Ok((StatusCode::OK, Json(entry)));
    };
    if let Target::Person(person) = target {
        // As from the profile (M-4).
        tx.set_standing(me, person, Standing::Accepted).await?;
    }
    finish(&app, tx, me).await?;
    Ok((StatusCode::CREATED, Json(entry)))
}

/// Changes what one calls them.
#[utoipa::path(patch, operation_id = "name_book_entry", path = "/address-book/entries/{entry}", tag = "address book", params(("entry" = BookEntryId, Path)), request_body = BookName, responses(
    (status = 200, description = "The entry", body = BookEntry),
    (status = "4XX", description = "not_found, bad_input", body = Problem)))]
pub(super) async fn name_entry(
    State(app): State<App>,
    session: Session,
    Part(id): Part<BookEntryId>,
    Body(body): Body<BookName>,
) -> Result<Json<BookEntry>, ApiError> {
    let me = session.person;
    let mut tx = app.store.write().await?;
    if !tx
        .name_in_book(me, id, &text::book_name(&body.name))
        .await?
    {
        return Err(Code::NotFound.into());
    }
    let entry = tx.book_entry(me, id).await?;
    let entry = entry.ok_or(ApiError(Code::NotFound))?;
    tx.tell(me, News::Changed(Changed::AddressBook)).await?;
    tx.commit().await?;
    app.hub.news(me);
    Ok(Json(entry))
}

/// Takes an entry out.
#[utoipa::path(delete, operation_id = "remove_book_entry", path = "/address-book/entries/{entry}", tag = "address book", params(("entry" = BookEntryId, Path)), responses(
    (status = 204, description = "Gone"),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn remove_entry(
    State(app): State<App>,
    session: Session,
    Part(id): Part<BookEntryId>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.write().await?;
    if !tx.remove_from_book(session.person, id).await? {
        return Err(Code::NotFound.into());
    }
    finish(&app, tx, session.person).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts in a part of an import. The same part again changes nothing and answers the same.
#[utoipa::path(post, operation_id = "import_address_book", path = "/address-book/imports/{key}", tag = "address book", params(("key" = String, Path, description = "Chosen by the client, one an import")), request_body = BookImport, responses(
    (status = 200, description = "What became of it", body = BookImported),
    (status = "4XX", description = "bad_input, too_large, too_many", body = Problem)))]
pub(super) async fn import(
    State(app): State<App>,
    session: Session,
    Part(key): Part<String>,
    Body(body): Body<BookImport>,
) -> Result<Json<BookImported>, ApiError> {
    app.doors.book(session.person)?;
    let key = text::key(&key)?;
    if body.entries.len() > MAX_IMPORT {
        return Err(Code::TooLarge.into());
    }
    let me = session.person;
    let mut tx = app.store.write().await?;
    let mut size = tx.address_book_size(me).await?;
    let (mut done, mut new) = (BookImported::default(), false);
    for entry in &body.entries {
        let target = match target(&mut tx, entry).await {
            Ok(Target::Person(person)) if person == me => {
                done.refused += 1;
                continue;
            }
            Ok(target) => target,
            Err(ApiError(Code::NotFound | Code::BadInput)) => {
                done.refused += 1;
                continue;
            }
            Err(error) => return Err(error),
        };
        match put(&app, &mut tx, me, entry, &target, Some(key)).await? {
            InBook::Added(id) if size >= u64::from(MAX_ADDRESS_BOOK) => {
                tx.remove_from_book(me, id).await?;
                done.full += 1;
            }
            InBook::Added(_) => {
                size += 1;
                new = true;
                done.added += 1;
            }
            InBook::Again(_) => done.added += 1,
            InBook::There(_) => done.there += 1,
        }
    }
    if new {
        finish(&app, tx, me).await?;
    }
    Ok(Json(done))
}

/// Undoes an import: what it brought is gone, what was there before stays.
#[utoipa::path(delete, operation_id = "undo_import", path = "/address-book/imports/{key}", tag = "address book", params(("key" = String, Path)), responses(
    (status = 200, description = "How many are gone", body = BookUndone),
    (status = "4XX", description = "bad_input", body = Problem)))]
pub(super) async fn undo_import(
    State(app): State<App>,
    session: Session,
    Part(key): Part<String>,
) -> Result<Json<BookUndone>, ApiError> {
    let mut tx = app.store.write().await?;
    let removed = tx.undo_import(session.person, text::key(&key)?).await?;
    if removed > 0 {
        finish(&app, tx, session.person).await?;
    }
    Ok(Json(BookUndone { removed }))
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
    finish(&app, tx, session.person).await?;
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
    let me = session.person;
    let mut tx = app.store.write().await?;
    let other = people::find(&mut tx, &handle).await?;
    if other.id == me {
        return Err(Code::Yourself.into());
    }
    room(&mut tx, me).await?;
    let entry = NewEntry {
        owner: me,
        id: random::book_entry(),
        name: "",
        whom: Whom::Person(other.id),
        at: app.clock.now(),
        import: None,
    };
    let id = other.id;
    let put = tx.add_to_book(&entry).await?;
    if let InBook::Added(_) = put {
        // Taking somebody into one's address book is a yes to what they wrote (M-4).
        tx.set_standing(me, id, Standing::Accepted).await?;
    }
    let profile = people::seen(&mut tx, me, other).await?;
    if matches!(put, InBook::Added(_)) {
        finish(&app, tx, me).await?;
    }
    Ok(Json(profile))
}

/// Takes a person out of it, also where they are in it by an address.
#[utoipa::path(delete, operation_id = "remove_from_address_book", path = "/address-book/{handle}", tag = "address book", params(("handle" = Handle, Path)), responses(
    (status = 200, description = "The person", body = Profile),
    (status = "4XX", description = "not_found, yourself", body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<Json<Profile>, ApiError> {
    let me = session.person;
    let mut tx = app.store.write().await?;
    let other = people::find(&mut tx, &handle).await?;
    if other.id == me {
        return Err(Code::Yourself.into());
    }
    let gone = tx.remove_person_from_book(me, other.id).await?;
    let profile = people::seen(&mut tx, me, other).await?;
    if gone {
        finish(&app, tx, me).await?;
    }
    Ok(Json(profile))
}

/// Whom an entry is to be of.
enum Target {
    Person(PersonId),
    Email(Email),
}

async fn target(tx: &mut Tx, entry: &NewBookEntry) -> Result<Target, ApiError> {
    match (&entry.handle, &entry.email) {
        (Some(handle), None) => {
            let handle = book::handle(handle).ok_or(ApiError(Code::NotFound))?;
            Ok(Target::Person(people::find(tx, &handle).await?.id))
        }
        (None, Some(email)) => {
            let email = email.parse().map_err(|_| ApiError(Code::BadInput))?;
            Ok(Target::Email(email))
        }
        (Some(_), Some(_)) | (None, None) => Err(Code::BadInput.into()),
    }
}

async fn put(
    app: &App,
    tx: &mut Tx,
    owner: PersonId,
    entry: &NewBookEntry,
    target: &Target,
    import: Option<&str>,
) -> Result<InBook, ApiError> {
    let whom = match target {
        Target::Person(person) if *person == owner => return Err(Code::Yourself.into()),
        Target::Person(person) => Whom::Person(*person),
        Target::Email(email) => Whom::Email(email),
    };
    let new = NewEntry {
        owner,
        id: random::book_entry(),
        name: &text::book_name(&entry.name),
        whom,
        at: app.clock.now(),
        import,
    };
    Ok(tx.add_to_book(&new).await?)
}

async fn room(tx: &mut Tx, owner: PersonId) -> Result<(), ApiError> {
    if tx.address_book_size(owner).await? >= u64::from(MAX_ADDRESS_BOOK) {
        return Err(Code::Full.into());
    }
    Ok(())
}

/// Tells the owner's devices, and looks again at calls that ring (C-7).
async fn finish(app: &App, mut tx: Tx, owner: PersonId) -> Result<(), ApiError> {
    tx.tell(owner, News::Changed(Changed::AddressBook)).await?;
    tx.commit().await?;
    app.hub.news(owner);
    calls::settings_changed(app, owner).await;
    Ok(())
}
