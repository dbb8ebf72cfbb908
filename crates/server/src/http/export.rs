//! All that is one's own, as one file.

use crate::app::App;
use crate::auth::Session;
use crate::export;
use crate::problem::ApiError;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use birdcall_protocol::body::Problem;
use futures_util::stream::try_unfold;
use tokio::io::AsyncReadExt;

/// How much is read at a time. Each that downloads holds one.
const CHUNK: usize = 64 * 1024;

/// All that is one's own: profile, settings, devices, people, conversations, calls, sounds and pictures.
#[utoipa::path(get, operation_id = "export", path = "/me/export", tag = "account", responses(
    (status = 200, description = "A zip", content_type = "application/zip", body = Vec<u8>),
    (status = "4XX", description = "not_signed_in, too_many", body = Problem)))]
pub(super) async fn download(
    State(app): State<App>,
    session: Session,
) -> Result<Response, ApiError> {
    app.doors.export(session.person)?;
    let handle = app
        .store
        .read()
        .await?
        .person_by_id(session.person)
        .await?
        .handle;
    let (file, length) = export::make(&app, session.person).await?;
    let file = tokio::fs::File::from_std(file);
    let chunks = try_unfold(file, |mut file| async move {
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        let next = (read > 0).then(|| (Bytes::from(chunk), file));
        Ok::<_, std::io::Error>(next)
    });
    Ok((
        [
            (header::CONTENT_TYPE, "application/zip".to_owned()),
            (header::CONTENT_LENGTH, length.to_string()),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"birdcall-{handle}.zip\""),
            ),
        ],
        Body::from_stream(chunks),
    )
        .into_response())
}
