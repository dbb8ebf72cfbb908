//! "Ask @bob to message you": where C-1 keeps a call from being made, one polite ask a week.

use super::input::Part;
use super::people;
use crate::app::App;
use crate::auth::Session;
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use birdcall_call::beat::beat;
use birdcall_protocol::body::Problem;
use birdcall_protocol::book::{Ask, Asked};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::limits::MAX_PAGE;
use birdcall_protocol::{Code, Handle};
use birdcall_store::News;
use std::time::Duration;

/// One ask of a pair in this span. Raising it makes asking rarer; lowering it lets people press.
const WEEK: Duration = Duration::from_secs(7 * 24 * 3_600);

/// How long an ask is shown to who has not looked. Raising it shows older ones.
const SHOWN: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Asks somebody for a first message. The answer and its time are the same whether it reaches them or not: of those who
/// have blocked one, or to whom one is not to be shown, nobody hears of it (C-6). Asking again within the week changes
/// nothing.
#[utoipa::path(post, operation_id = "ask_for_message", path = "/people/{handle}/ask", tag = "people", params(("handle" = Handle, Path)), responses(
    (status = 200, description = "Asked", body = Asked),
    (status = "4XX", description = "not_found, yourself, you_blocked, too_many", body = Problem)))]
pub(super) async fn ask(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<Json<Asked>, ApiError> {
    app.doors.ask(session.person)?;
    let start = app.clock.now();
    // Within the beat, as an invite.
    let asked = app.again(|| make(&app, session, &handle)).await;
    if !app.config.beat.is_zero() {
        let moment = beat(start, app.config.beat, app.clock.now());
        app.clock.sleep_until(moment).await;
    }
    asked
}

async fn make(app: &App, session: Session, handle: &Handle) -> Result<Json<Asked>, ApiError> {
    let me = session.person;
    let now = app.clock.now();
    let mut tx = app.store.write().await?;
    let other = people::find(&mut tx, handle).await?;
    if other.id == me {
        return Err(Code::Yourself.into());
    }
    let ties = tx.ties(me, other.id).await?;
    if ties.blocked {
        return Err(Code::YouBlocked.into());
    }
    if let Some(at) = tx.asked_at(me, other.id).await?
        && now.since(at) < WEEK
    {
        return Ok(Json(Asked {
            at,
            again: at + WEEK,
        }));
    }
    // Who has written needs no asking; the asker sees that himself.
    let shown = !ties.blocked_by && !tx.wrote(other.id, me).await?;
    tx.add_ask(me, other.id, now, shown).await?;
    if shown {
        tx.tell(other.id, News::Changed(Changed::Asks)).await?;
    }
    tx.commit().await?;
    if shown {
        app.hub.news(other.id);
    }
    Ok(Json(Asked {
        at: now,
        again: now + WEEK,
    }))
}

/// Who would like to call, and asks for a message first. Nobody learns whether one has looked.
#[utoipa::path(get, operation_id = "list_asks", path = "/asks", tag = "people", responses(
    (status = 200, description = "Newest first", body = Vec<Ask>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<Ask>>, ApiError> {
    let since = app.clock.now() - SHOWN;
    let mut reader = app.store.read().await?;
    Ok(Json(reader.asks(session.person, since, MAX_PAGE).await?))
}

/// Does not want to see an ask any more. Who asked does not learn of it.
#[utoipa::path(delete, operation_id = "dismiss_ask", path = "/asks/{handle}", tag = "people", params(("handle" = Handle, Path)), responses(
    (status = 204, description = "Gone"),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn dismiss(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.write().await?;
    let from = people::find(&mut tx, &handle).await?;
    if !tx.dismiss_ask(from.id, session.person).await? {
        return Err(Code::NotFound.into());
    }
    tx.tell(session.person, News::Changed(Changed::Asks))
        .await?;
    tx.commit().await?;
    app.hub.news(session.person);
    Ok(StatusCode::NO_CONTENT)
}
