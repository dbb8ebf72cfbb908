//! The OpenAPI document: what the handlers say of themselves, the frames of the socket, and what is pushed.

use crate::auth::From;
use birdcall_protocol::body::Problem;
use birdcall_protocol::frame::{ClientFrame, ServerFrame};
use birdcall_protocol::push::PushMessage;
use birdcall_protocol::ring_test::RingReport;
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
    components(schemas(ClientFrame, ServerFrame, PushMessage, Problem, RingReport))
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
#[utoipa::path(get, operation_id = "openapi", path = "/openapi.json", tag = "service",
    responses((status = 200, description = "The document", content_type = "application/json", body = Object),
    (status = 429, description = "too_many", body = Problem)))]
pub(super) async fn serve(_: From) -> axum::response::Response {
    use axum::http::header;
    use axum::response::IntoResponse;
    match document() {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => crate::problem::ApiError(birdcall_protocol::Code::Internal).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use std::collections::HashSet;

    #[test]
    fn operations_have_names_of_their_own_and_queries_are_queries() {
        let document: Value = serde_json::from_str(&super::document().unwrap()).unwrap();
        let mut names = HashSet::new();
        let mut queries = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for operation in methods.as_object().unwrap().values() {
                let name = operation["operationId"].as_str().unwrap();
                assert!(names.insert(name.to_owned()), "{name} is there twice");
                for parameter in operation["parameters"].as_array().into_iter().flatten() {
                    let in_path =
                        path.contains(&format!("{{{}}}", parameter["name"].as_str().unwrap()));
                    assert_eq!(parameter["in"] == "path", in_path, "{path}: {parameter}");
                    queries += usize::from(!in_path);
                }
            }
        }
        assert_eq!(queries, 24);
        // Frames and push messages stand in the same document.
        for schema in ["ClientFrame", "ServerFrame", "PushMessage"] {
            assert!(
                document["components"]["schemas"][schema].is_object(),
                "{schema}"
            );
        }
    }
}
