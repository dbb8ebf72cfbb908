//! Finding people; following and blocking them.

use super::input::{Asked, Part};
use crate::app::App;
use crate::auth::Session;
use crate::calls;
use crate::looks;
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use birdcall_protocol::body::{CallOption, Person, Problem, Profile};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::limits::{MAX_FOLLOW_PAGE, MAX_NAME};
use birdcall_protocol::profile::{FollowPage, LookAlike};
use birdcall_protocol::talk::Standing;
use birdcall_protocol::{Code, Handle, PersonId};
use birdcall_store::{FollowList, News, PersonRow, Reader, Sought, Tie};

/// People a search answers with.
const FOUND: u32 = 20;

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// The beginning of a handle, or of words of a name.
    query: String,
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct From {
    /// The last handle of the page before.
    #[serde(default)]
    after: Option<Handle>,
}

/// People whose handle begins with the query, or whose name has a word for each of its words that begins so, without
/// case and diacritics. First the one with that very handle, then those one follows, those in one's address book, those
/// who follow one, the rest; by handle within each.
#[utoipa::path(get, path = "/people", tag = "people", params(Search), responses(
    (status = 200, description = "Up to 20 people", body = Vec<Person>),
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
    let sought = Sought {
        handle: &query.to_lowercase(),
        words: &looks::sought(query),
    };
    let mut reader = app.store.read().await?;
    let found = reader.search(session.person, &sought, FOUND).await?;
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

/// Those who follow a person, by handle.
#[utoipa::path(get, path = "/people/{handle}/followers", tag = "people", params(("handle" = Handle, Path), From), responses(
    (status = 200, description = "Up to 50 people", body = FollowPage),
    (status = "4XX", description = "not_found, too_many", body = Problem)))]
pub(super) async fn followers(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
    Asked(from): Asked<From>,
) -> Result<Json<FollowPage>, ApiError> {
    follow_page(&app, session, &handle, FollowList::Followers, from).await
}

/// Those whom a person follows, by handle.
#[utoipa::path(get, path = "/people/{handle}/following", tag = "people", operation_id = "followed_by",
    params(("handle" = Handle, Path), From), responses(
    (status = 200, description = "Up to 50 people", body = FollowPage),
    (status = "4XX", description = "not_found, too_many", body = Problem)))]
pub(super) async fn followed_by(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
    Asked(from): Asked<From>,
) -> Result<Json<FollowPage>, ApiError> {
    follow_page(&app, session, &handle, FollowList::Following, from).await
}

async fn follow_page(
    app: &App,
    session: Session,
    handle: &Handle,
    list: FollowList,
    from: From,
) -> Result<Json<FollowPage>, ApiError> {
    app.doors.search(session.person)?;
    let mut reader = app.store.read().await?;
    let person = find(&mut reader, handle).await?;
    let after = from.after.as_ref();
    let (people, more) = reader
        .follow_list(person.id, list, after, MAX_FOLLOW_PAGE)
        .await?;
    Ok(Json(FollowPage {
        people: people.iter().map(PersonRow::summary).collect(),
        more,
    }))
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
            Tie::BreakThrough => Changed::Me,
        };
        tx.tell(me, News::Changed(what)).await?;
        // Following is a yes to what they wrote (M-4).
        if make && tie == Tie::Follow {
            tx.set_standing(me, id, Standing::Accepted).await?;
        }
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

/// The person with that handle, also if they are gone and one has a conversation with them: one's copy of it is one's
/// own.
pub(super) async fn find_to_read(
    reader: &mut Reader,
    me: PersonId,
    handle: &Handle,
) -> Result<PersonRow, ApiError> {
    let other = reader
        .person_or_tombstone(handle)
        .await?
        .ok_or(ApiError(Code::NotFound))?;
    let there = reader.is_there(other.id).await? || reader.has_talked(me, other.id).await?;
    if there {
        Ok(other)
    } else {
        Err(Code::NotFound.into())
    }
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
    } else if !reader.is_there(other.id).await? {
        CallOption::Gone
    } else if ties.blocked {
        CallOption::YouBlocked
    } else if reader.wrote(other.id, me).await? {
        CallOption::Available
    } else {
        CallOption::FirstMessageNeeded
    };
    let counts = reader.follow_counts(other.id).await?;
    let known = other.id == me || ties.following || ties.seen_in_address_book || other.verified;
    let looks_like = if known {
        None
    } else {
        mistaken(reader, me, &other).await?
    };
    Ok(Profile {
        person: other.summary(),
        followers: counts.followers,
        follows: counts.following,
        looks_like,
        bio: other.bio,
        following: ties.following,
        follows_you: ties.followed,
        in_address_book: ties.seen_in_address_book,
        blocked: ties.blocked,
        breaks_through: ties.breaks_through,
        call,
        call_rule: ties.rule,
        asked_at: reader.asked_at(me, other.id).await?,
    })
}

/// Whom of their own people `me` could mistake `other` for: the rule of [`looks::alike`], over columns.
async fn mistaken(
    reader: &mut Reader,
    me: PersonId,
    other: &PersonRow,
) -> Result<Option<LookAlike>, ApiError> {
    let looks = [&*other.handle.look(), &*looks::look(&other.name)];
    let Some(known) = reader.look_alike(me, other.id, looks).await? else {
        return Ok(None);
    };
    Ok(Some(LookAlike {
        following: reader.ties(me, known.id).await?.following,
        person: known.summary(),
    }))
}
