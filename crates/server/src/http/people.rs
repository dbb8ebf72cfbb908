//! Finding people; following and blocking them.

use super::input::{Asked, Part};
use crate::app::App;
use crate::auth::Session;
use crate::calls;
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use birdcall_protocol::body::{CallOption, Person, Problem, Profile};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::limits::MAX_NAME;
use birdcall_protocol::{Code, Handle, PersonId};
use birdcall_store::{News, PersonRow, Reader, Tie};

/// People a search answers with.
const FOUND: u32 = 20;

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// The beginning of a handle or a name.
    query: String,
}

/// People whose handle or name begins with the query.
#[utoipa::path(get, path = "/people", tag = "people", params(Search), responses(
    (status = 200, description = "Up to 20 people, by handle", body = Vec<Person>),
    (status = "4XX", description = "bad_input, too_many", body = Problem)))]
pub(super) async fn search(
    State(app): State<App>,
    session: Session,
    Asked(search): Asked<Search>,
) -> Result<Json<Vec<Person>>, ApiError> {
    app.doors.search(session.person)?;
    let query = search.query.trim();
    let query = query.strip_prefix('@').unwrap_or(query);
    if query.is_empty() || query.chars().count() > MAX_NAME {
        return Err(Code::BadInput.into());
    }
    let found = app.store.read().await?.search(query, FOUND).await?;
    Ok(Json(found.iter().map(PersonRow::summary).collect()))
}

/// A person, as one sees them.
#[utoipa::path(get, path = "/people/{handle}", tag = "people", params(("handle" = Handle, Path)), responses(
    (status = 200, description = "The person", body = Profile),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn profile(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<Json<Profile>, ApiError> {
    let mut reader = app.store.read().await?;
    let other = find(&mut reader, &handle).await?;
    Ok(Json(seen(&mut reader, session.person, other).await?))
}

/// Follows a person.
#[utoipa::path(put, path = "/people/{handle}/follow", tag = "people", params(("handle" = Handle, Path)), responses(
    (status = 200, description = "The person", body = Profile),
    (status = "4XX", description = "not_found, yourself", body = Problem)))]
pub(super) async fn follow(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<Json<Profile>, ApiError> {
    tie(&app, session, &handle, Tie::Follow, true).await
}

/// Follows a person no more.
#[utoipa::path(delete, path = "/people/{handle}/follow", tag = "people", params(("handle" = Handle, Path)), responses(
    (status = 200, description = "The person", body = Profile),
    (status = "4XX", description = "not_found, yourself", body = Problem)))]
pub(super) async fn unfollow(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<Json<Profile>, ApiError> {
    tie(&app, session, &handle, Tie::Follow, false).await
}

/// Blocks a person: they cannot call, and their messages are not shown. They are not told (C-4, C-6).
#[utoipa::path(put, path = "/people/{handle}/block", tag = "people", params(("handle" = Handle, Path)), responses(
    (status = 200, description = "The person", body = Profile),
    (status = "4XX", description = "not_found, yourself", body = Problem)))]
pub(super) async fn block(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<Json<Profile>, ApiError> {
    tie(&app, session, &handle, Tie::Block, true).await
}

/// Blocks a person no more.
#[utoipa::path(delete, path = "/people/{handle}/block", tag = "people", params(("handle" = Handle, Path)), responses(
    (status = 200, description = "The person", body = Profile),
    (status = "4XX", description = "not_found, yourself", body = Problem)))]
pub(super) async fn unblock(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<Json<Profile>, ApiError> {
    tie(&app, session, &handle, Tie::Block, false).await
}

/// Whom one follows.
#[utoipa::path(get, path = "/following", tag = "people", responses(
    (status = 200, description = "By handle", body = Vec<Person>)))]
pub(super) async fn following(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<Person>>, ApiError> {
    list(&app, session, Tie::Follow).await
}

/// Whom one has blocked.
#[utoipa::path(get, path = "/blocked", tag = "people", responses(
    (status = 200, description = "By handle", body = Vec<Person>)))]
pub(super) async fn blocked(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<Person>>, ApiError> {
    list(&app, session, Tie::Block).await
}

/// Those to whom one has a tie.
pub(super) async fn list(
    app: &App,
    session: Session,
    tie: Tie,
) -> Result<Json<Vec<Person>>, ApiError> {
    let rows = app.store.read().await?.tied(session.person, tie).await?;
    Ok(Json(rows.iter().map(PersonRow::summary).collect()))
}

/// Makes or undoes a tie, tells one's devices, and looks again at calls that ring (C-7).
pub(super) async fn tie(
    app: &App,
    session: Session,
    handle: &Handle,
    tie: Tie,
    make: bool,
) -> Result<Json<Profile>, ApiError> {
    let me = session.person;
    let mut tx = app.store.write().await?;
    let other = find(&mut tx, handle).await?;
    if other.id == me {
        return Err(Code::Yourself.into());
    }
    let id = other.id;
    let changed = if make {
        tx.tie(me, id, tie, app.clock.now()).await?
    } else {
        tx.untie(me, id, tie).await?
    };
    if changed {
        let what = match tie {
            Tie::Follow | Tie::Block => Changed::People,
            Tie::AddressBook => Changed::AddressBook,
            Tie::BreakThrough => Changed::Me,
        };
        tx.tell(me, News::Changed(what)).await?;
    }
    let profile = seen(&mut tx, me, other).await?;
    tx.commit().await?;
    if changed {
        app.hub.news(me);
        calls::ties_changed(app, me, id).await;
    }
    Ok(Json(profile))
}

/// The person with that handle.
pub(super) async fn find(reader: &mut Reader, handle: &Handle) -> Result<PersonRow, ApiError> {
    reader.person(handle).await?.ok_or(ApiError(Code::NotFound))
}

/// A person, as `me` sees them. Nothing here depends on whether they have blocked `me` (C-6).
pub(super) async fn seen(
    reader: &mut Reader,
    me: PersonId,
    other: PersonRow,
) -> Result<Profile, ApiError> {
    let ties = reader.ties(me, other.id).await?;
    let call = if other.id == me {
        CallOption::Yourself
    } else if ties.blocked {
        CallOption::YouBlocked
    } else if reader.wrote(other.id, me).await? {
        CallOption::Available
    } else {
        CallOption::FirstMessageNeeded
    };
    Ok(Profile {
        person: other.summary(),
        bio: other.bio,
        following: ties.following,
        follows_you: ties.followed,
        in_address_book: ties.in_address_book,
        blocked: ties.blocked,
        breaks_through: ties.breaks_through,
        call,
    })
}
