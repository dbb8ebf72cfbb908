//! Voice messages (M-5). They are large, so they come by HTTP and not on the socket.

use super::input::{Asked, Part};
use super::people;
use crate::app::App;
use crate::auth::Session;
use crate::messages::{self, Sent};
use crate::problem::ApiError;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use birdcall_protocol::body::{Entry, Problem};
use birdcall_protocol::{Code, Handle};

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Recorded {
    /// Chosen by the client; the same key again is the same message.
    key: String,
    /// How long it is, 1 to 120.
    seconds: u32,
    /// The place of the entry that it answers.
    reply_to: Option<u64>,
}

/// Leaves a voice message: Opus in WebM or Ogg, or MP4, up to 1 MiB.
#[utoipa::path(post, operation_id = "send_voice", path = "/conversations/{handle}/voice", tag = "conversations",
    params(("handle" = Handle, Path), Recorded), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 201, description = "It is on disk", body = Entry),
    (status = "4XX", description = "bad_input, bad_sound, too_large, too_many, not_found, yourself, you_blocked, \
        key_reused, full", body = Problem)))]
pub(super) async fn send(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
    Asked(recorded): Asked<Recorded>,
    sound: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Entry>), ApiError> {
    let sound = sound.map_err(|error| {
        let large = error.status() == StatusCode::PAYLOAD_TOO_LARGE;
        ApiError(if large {
            Code::TooLarge
        } else {
            Code::BadInput
        })
    })?;
    let sent = Sent {
        from: session.person,
        to: &handle,
        key: &recorded.key,
        reply_to: recorded.reply_to,
    };
    let entry = messages::send_voice(&app, sent, recorded.seconds, &sound).await?;
    Ok((StatusCode::CREATED, Json(entry)))
}

/// The sound of a voice message.
#[utoipa::path(get, operation_id = "voice_sound", path = "/conversations/{handle}/entries/{seq}/voice", tag = "conversations",
    params(("handle" = Handle, Path), ("seq" = u64, Path)), responses(
    (status = 200, description = "The sound", content_type = "audio/webm", body = Vec<u8>),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn sound(
    State(app): State<App>,
    session: Session,
    Part((handle, seq)): Part<(Handle, u64)>,
) -> Result<Response, ApiError> {
    let mut reader = app.store.read().await?;
    let other = people::find_to_read(&mut reader, session.person, &handle).await?;
    let sound = reader
        .sound(session.person, other.id, seq)
        .await?
        .ok_or(ApiError(Code::NotFound))?;
    Ok(([(header::CONTENT_TYPE, sound.media_type)], sound.bytes).into_response())
}
