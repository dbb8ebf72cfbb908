//! Reports to the operator, one's own and what became of them; the operator's warnings.

use super::accounts::finish_me;
use super::input::{Asked, Body};
use super::people;
use crate::app::App;
use crate::auth::Session;
use crate::problem::ApiError;
use crate::{calls, text};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use birdcall_protocol::body::{EntryBody, Me, Problem};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::limits::{MAX_PAGE, MAX_REPORT_ENTRIES, MAX_REPORT_WORDS};
use birdcall_protocol::report::{NewReport, Report, ReportState};
use birdcall_protocol::{Code, PersonId, Timestamp};
use birdcall_store::{Evidence, NewReportRow, News, PictureSize, Reader, Tie};

/// Tells the operator about a person, with entries of the conversation as they are now. The person is not told.
#[utoipa::path(post, operation_id = "report", path = "/reports", tag = "people", request_body = NewReport, responses(
    (status = 201, description = "The operator has it", body = Report),
    (status = "4XX", description = "bad_input, not_found, yourself, too_many", body = Problem)))]
pub(super) async fn report(
    State(app): State<App>,
    session: Session,
    Body(body): Body<NewReport>,
) -> Result<(StatusCode, Json<Report>), ApiError> {
    let words = text::words(&body.words, MAX_REPORT_WORDS)?;
    let mut entries = body.entries;
    entries.sort_unstable();
    entries.dedup();
    if entries.len() > MAX_REPORT_ENTRIES {
        return Err(Code::BadInput.into());
    }
    app.doors.report(session.person)?;
    let me = session.person;
    let mut tx = app.store.write().await?;
    let about = people::find(&mut tx, &body.handle).await?;
    if about.id == me {
        return Err(Code::Yourself.into());
    }
    let mut evidence = Vec::with_capacity(entries.len());
    for seq in entries {
        evidence.push(copy(&mut tx, me, about.id, seq).await?);
    }
    let at = app.clock.now();
    tx.add_report(&NewReportRow {
        reporter: me,
        about: about.id,
        reason: body.reason,
        words: &words,
        evidence: &evidence,
        at,
    })
    .await?;
    let blocked = body.block && tx.tie(me, about.id, Tie::Block, at).await?;
    if blocked {
        tx.tell(me, News::Changed(Changed::People)).await?;
    }
    tx.commit().await?;
    if blocked {
        app.hub.news(me);
        calls::ties_changed(&app, me, about.id).await;
    }
    let report = Report {
        about: about.handle,
        reason: body.reason,
        words,
        entries: u32::try_from(evidence.len()).unwrap_or(u32::MAX),
        at,
        state: ReportState::Open,
        answer: None,
        answered: None,
    };
    Ok((StatusCode::CREATED, Json(report)))
}

/// An entry that `me` sees, as it is now.
async fn copy(
    reader: &mut Reader,
    me: PersonId,
    other: PersonId,
    seq: u64,
) -> Result<Evidence, ApiError> {
    let entry = reader.entry(me, other, seq).await?;
    let entry = entry.ok_or(ApiError(Code::NotFound))?;
    let media = match entry.body {
        EntryBody::Voice { .. } => reader
            .sound(me, other, seq)
            .await?
            .map(|sound| (sound.media_type, sound.bytes)),
        EntryBody::Picture { .. } => reader
            .picture(me, other, seq, PictureSize::Whole)
            .await?
            .map(|file| (file.media_type, file.bytes)),
        EntryBody::Message { .. } | EntryBody::Call { .. } | EntryBody::Deleted {} => None,
    };
    Ok(Evidence {
        seq,
        at: entry.at,
        author: entry.from,
        body: serde_json::to_string(&entry.body).map_err(|_| Code::Internal)?,
        media,
    })
}

/// One's own reports, the newest first, and what the operator says to them.
#[utoipa::path(get, operation_id = "reports", path = "/reports", tag = "people", responses(
    (status = 200, description = "Up to 100 reports", body = Vec<Report>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<Report>>, ApiError> {
    let mut reader = app.store.read().await?;
    Ok(Json(reader.reports_by(session.person, MAX_PAGE).await?))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadUntil {
    /// The moment of the warning that was read; a newer one stays.
    at: Timestamp,
}

/// One has read the operator's warning.
#[utoipa::path(delete, operation_id = "warning_read", path = "/me/warning", tag = "accounts", params(ReadUntil), responses(
    (status = 200, description = "Oneself", body = Me),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn warning_read(
    State(app): State<App>,
    session: Session,
    Asked(read): Asked<ReadUntil>,
) -> Result<Json<Me>, ApiError> {
    let mut tx = app.store.write().await?;
    if !tx.warning_read(session.person, read.at).await? {
        return Err(Code::NotFound.into());
    }
    finish_me(&app, tx, session).await
}
