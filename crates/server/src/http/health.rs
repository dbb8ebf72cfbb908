//! Health for machines, and the figures.

use crate::app::App;
use crate::problem::ApiError;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use birdcall_protocol::Code;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
}

/// Ready when the database answers.
async fn ready(State(app): State<App>) -> Result<&'static str, ApiError> {
    app.store.read().await?.next_deadline().await?;
    Ok("ready\n")
}

/// `/metrics`, for a listener of its own.
pub fn metrics_router(app: App) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .with_state(app)
}

async fn metrics(State(app): State<App>) -> Result<impl IntoResponse, ApiError> {
    let text = app.counters.text().map_err(|_| ApiError(Code::Internal))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text))
}
