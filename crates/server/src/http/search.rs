//! Search in all of one's conversations (M-4).

use super::input::Asked;
use crate::app::App;
use crate::auth::Session;
use crate::problem::ApiError;
use crate::search::{hit, place, since};
use axum::Json;
use axum::extract::State;
use birdcall_protocol::Code;
use birdcall_protocol::body::Problem;
use birdcall_protocol::limits::MAX_SEARCH;
use birdcall_protocol::talk::HitPage;
use birdcall_store::Words;

/// Messages in a page.
const PAGE: usize = 20;

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// Words, each of which is the beginning of a word of the message: without case, accents and kinds of apostrophes.
    query: String,
    /// Only older ones: `before` of the page before.
    before: Option<String>,
}

/// Messages that hold all the words of the query, the newest first, of all conversations one sees.
#[utoipa::path(get, operation_id = "search_messages", path = "/search", tag = "conversations", params(Search), responses(
    (status = 200, description = "Up to 20 messages; none for a query without words", body = HitPage),
    (status = "4XX", description = "bad_input, too_many", body = Problem)))]
pub(super) async fn messages(
    State(app): State<App>,
    session: Session,
    Asked(search): Asked<Search>,
) -> Result<Json<HitPage>, ApiError> {
    app.doors.search(session.person)?;
    if search.query.chars().count() > MAX_SEARCH {
        return Err(Code::BadInput.into());
    }
    let from = match &search.before {
        Some(text) => Some(since(text).ok_or(ApiError(Code::BadInput))?),
        None => None,
    };
    let Some(words) = Words::of(&search.query) else {
        return Ok(Json(HitPage {
            hits: Vec::new(),
            before: None,
        }));
    };
    let mut found = app
        .store
        .read()
        .await?
        .search_messages(session.person, &words, from.as_ref(), PAGE as u32 + 1)
        .await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let before = found.last().filter(|_| more).map(place);
    Ok(Json(HitPage {
        hits: found.into_iter().map(|one| hit(one, &words)).collect(),
        before,
    }))
}
