//! The OpenAPI document: what the handlers say of themselves, and the frames of the socket.

use birdcall_protocol::body::Problem;
use birdcall_protocol::frame::{ClientFrame, ServerFrame};
use utoipa::OpenApi;

/// The head of the document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Birdcall",
        description = "People, direct messages and calls. HTTP changes and reads what is remembered; the socket \
            tells what changed and carries the signalling of calls. Sessions are cookies. Errors are problem bodies \
            with a stable code."
    ),
    components(schemas(ClientFrame, ServerFrame, Problem))
)]
pub(super) struct Document;

/// The whole document as JSON, the same text each time.
///
/// # Errors
/// Never in practice: the document is made of plain values.
pub fn document() -> Result<String, serde_json::Error> {
    let (_, document) = super::api().split_for_parts();
    document.to_pretty_json().map(|text| text + "\n")
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "service",
    responses((status = 200, description = "The document", content_type = "application/json", body = Object)))]
pub(super) async fn serve() -> axum::response::Response {
    use axum::http::header;
    use axum::response::IntoResponse;
    match document() {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => crate::problem::ApiError(birdcall_protocol::Code::Internal).into_response(),
    }
}
