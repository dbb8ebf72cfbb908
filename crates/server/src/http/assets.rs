//! The web app, built into the program. Files with a hash in their name are kept for ever by browsers; the page is
//! asked for anew each time. Every page of the app is the same file.

use crate::problem::ApiError;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use birdcall_protocol::Code;
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

pub(super) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") || !matches!(method, Method::GET | Method::HEAD) {
        return ApiError(Code::NotFound).into_response();
    }
    if let Some(file) = Files::get(path) {
        return answer(path, &file, &headers);
    }
    // A name with an ending is a file that is not there; everything else is a page of the app.
    let page = !path.rsplit('/').next().unwrap_or_default().contains('.');
    match Files::get("index.html") {
        Some(file) if page => answer("index.html", &file, &headers),
        Some(_) => StatusCode::NOT_FOUND.into_response(),
        None => (
            StatusCode::NOT_FOUND,
            "This program was built without the web app. Build it with: cargo xtask run\n",
        )
            .into_response(),
    }
}

fn answer(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag = format!(
        "\"{}\"",
        crate::random::hex(&file.metadata.sha256_hash()[..16])
    );
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes())
    {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let keep = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    (
        [
            (header::CONTENT_TYPE, file.metadata.mimetype().to_owned()),
            (header::CACHE_CONTROL, keep.to_owned()),
            (header::ETAG, tag),
        ],
        file.data.clone(),
    )
        .into_response()
}
