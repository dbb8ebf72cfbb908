//! Pictures of people (M-2): from our own origin, for people who are signed in, under a name that nobody can guess.

use super::accounts::finish_me;
use super::input::Part;
use crate::app::App;
use crate::auth::Session;
use crate::picture::Shape;
use crate::problem::ApiError;
use crate::random;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use birdcall_protocol::Code;
use birdcall_protocol::body::{Me, Problem};
use birdcall_store::{AvatarSize, NewAvatar};

/// Edge of a picture in a list, in pixels: 44 points on a screen with two pixels a point.
const SMALL: u32 = 96;

/// Edge of a picture on a profile and in a call: 120 points, and room for screens with three pixels a point.
const LARGE: u32 = 320;

/// A name never comes to stand for another picture, so a browser need not ask again. No cache that several share.
const KEPT: &str = "private, max-age=31536000, immutable";

/// Replaces one's picture: JPEG, PNG or WebP that does not move, up to 12 MiB and 24 megapixels. A square from its
/// middle is kept, without the file's metadata.
#[utoipa::path(put, operation_id = "set_avatar", path = "/me/avatar", tag = "accounts",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 200, description = "Oneself, changed", body = Me),
    (status = "4XX", description = "bad_picture, too_large, too_many", body = Problem)))]
pub(super) async fn set(
    State(app): State<App>,
    session: Session,
    file: Result<Bytes, BytesRejection>,
) -> Result<Json<Me>, ApiError> {
    let file = file.map_err(|error| {
        let large = error.status() == StatusCode::PAYLOAD_TOO_LARGE;
        ApiError(if large {
            Code::TooLarge
        } else {
            Code::BadInput
        })
    })?;
    app.doors.picture(session.person)?;
    let sizes = &[Shape::Square(SMALL), Shape::Square(LARGE)];
    let made = app.pictures.make(file, sizes).await?;
    let [small, large] = made.as_slice() else {
        return Err(Code::Internal.into());
    };
    // Here and not around all of it: the picture is made once.
    app.again(|| async {
        let mut tx = app.store.write().await?;
        let new = NewAvatar {
            token: &random::avatar(),
            small: &small.bytes,
            large: &large.bytes,
        };
        tx.set_avatar(session.person, &new).await?;
        finish_me(&app, tx, session).await
    })
    .await
}

/// Takes one's picture away.
#[utoipa::path(delete, operation_id = "drop_avatar", path = "/me/avatar", tag = "accounts", responses(
    (status = 200, description = "Oneself, changed", body = Me)))]
pub(super) async fn clear(State(app): State<App>, session: Session) -> Result<Json<Me>, ApiError> {
    let mut tx = app.store.write().await?;
    tx.drop_avatar(session.person).await?;
    finish_me(&app, tx, session).await
}

/// A person's picture, a square of at most 96 or 320 pixels.
#[utoipa::path(get, operation_id = "avatar", path = "/avatars/{token}/{size}", tag = "people",
    params(("token" = String, Path), ("size" = u32, Path, description = "96 or 320")), responses(
    (status = 200, description = "The picture", content_type = "image/jpeg", body = Vec<u8>),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn picture(
    State(app): State<App>,
    _session: Session,
    Part((token, size)): Part<(String, u32)>,
) -> Result<Response, ApiError> {
    let size = match size {
        SMALL => AvatarSize::Small,
        LARGE => AvatarSize::Large,
        _ => return Err(Code::NotFound.into()),
    };
    let bytes = app.store.read().await?.avatar(&token, size).await?;
    let bytes = bytes.ok_or(ApiError(Code::NotFound))?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, KEPT),
    ];
    Ok((headers, bytes).into_response())
}
