//! Pictures in messages. They are large, so they come by HTTP and not on the socket.
//!
//! They are never kept by a browser (`no-store`): what is deleted for both is gone at once, also from a disk.

use super::input::{Asked, Part};
use super::people;
use crate::app::App;
use crate::auth::Session;
use crate::messages::{self, Sent};
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use birdcall_protocol::body::{Entry, Problem};
use birdcall_protocol::{Code, Handle};
use birdcall_store::PictureSize;

/// The fields of a picture that is sent.
#[derive(utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "it describes a form, which is read field by field"
)]
pub(super) struct PictureForm {
    /// Chosen by the client; the same key again is the same message.
    key: String,
    /// What one writes to it, up to 1,000 characters.
    text: Option<String>,
    /// What it shows, for people who do not see it; up to 500 characters.
    alt: Option<String>,
    /// The place of the entry that it answers.
    reply_to: Option<u64>,
    /// The file: JPEG, PNG or WebP that does not move.
    #[schema(value_type = String, format = Binary)]
    picture: Vec<u8>,
}

/// Sends a picture, up to 12 MiB and 24 megapixels. It is made anew, without the file's metadata.
#[utoipa::path(post, operation_id = "send_picture", path = "/conversations/{handle}/picture", tag = "conversations",
    params(("handle" = Handle, Path)), request_body(content = PictureForm, content_type = "multipart/form-data"), responses(
    (status = 201, description = "It is on disk", body = Entry),
    (status = "4XX", description = "bad_input, bad_picture, too_large, too_many, not_found, yourself, you_blocked, \
        key_reused, full", body = Problem)))]
pub(super) async fn send(
    State(app): State<App>,
    session: Session,
    Part(handle): Part<Handle>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<Entry>), ApiError> {
    let mut form = form.map_err(|_| Code::BadInput)?;
    let (mut key, mut text, mut alt, mut reply_to, mut file) = (None, None, None, None, None);
    while let Some(field) = form.next_field().await.map_err(refused)? {
        match field.name() {
            Some("key") => key = Some(field.text().await.map_err(refused)?),
            Some("text") => text = Some(field.text().await.map_err(refused)?),
            Some("alt") => alt = Some(field.text().await.map_err(refused)?),
            Some("reply_to") => {
                let place = field.text().await.map_err(refused)?;
                reply_to = Some(place.parse().map_err(|_| Code::BadInput)?);
            }
            Some("picture") => file = Some(field.bytes().await.map_err(refused)?),
            _ => return Err(Code::BadInput.into()),
        }
    }
    let (Some(key), Some(file)) = (key, file) else {
        return Err(Code::BadInput.into());
    };
    let sent = Sent {
        from: session.person,
        to: &handle,
        key: &key,
        reply_to,
    };
    let entry = messages::send_picture(&app, sent, file, text, alt).await?;
    Ok((StatusCode::CREATED, Json(entry)))
}

fn refused(error: MultipartError) -> ApiError {
    ApiError(if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Code::TooLarge
    } else {
        Code::BadInput
    })
}

#[derive(Clone, Copy, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Size {
    /// Its longer edge has up to 480 pixels.
    Thumb,
    /// Its longer edge has up to 2,048 pixels.
    Whole,
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// How large.
    #[param(inline)]
    size: Size,
}

/// A picture of a message, as JPEG.
#[utoipa::path(get, operation_id = "entry_picture", path = "/conversations/{handle}/entries/{seq}/picture", tag = "conversations",
    params(("handle" = Handle, Path), ("seq" = u64, Path), Wanted), responses(
    (status = 200, description = "The picture", content_type = "image/jpeg", body = Vec<u8>),
    (status = "4XX", description = "bad_input, not_found", body = Problem)))]
pub(super) async fn picture(
    State(app): State<App>,
    session: Session,
    Part((handle, seq)): Part<(Handle, u64)>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, ApiError> {
    let mut reader = app.store.read().await?;
    let other = people::find(&mut reader, &handle).await?;
    let size = match wanted.size {
        Size::Thumb => PictureSize::Thumb,
        Size::Whole => PictureSize::Whole,
    };
    let file = reader
        .picture(session.person, other.id, seq, size)
        .await?
        .ok_or(ApiError(Code::NotFound))?;
    Ok(([(header::CONTENT_TYPE, file.media_type)], file.bytes).into_response())
}
