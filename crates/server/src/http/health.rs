//! Health for machines, and the figures.

use crate::app::App;
use crate::counters;
use crate::problem::ApiError;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use birdcall_protocol::Code;
use prometheus_client::registry::Registry;
use std::sync::Arc;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
}

/// Ready when the database answers, until it goes down.
async fn ready(State(app): State<App>) -> Result<&'static str, ApiError> {
    app.takes_new()?;
    app.store.read().await?.next_deadline().await?;
    Ok("ready\n")
}

/// `/metrics`, for a listener of its own.
pub fn metrics_router(figures: Arc<Registry>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .with_state(figures)
}

async fn metrics(State(figures): State<Arc<Registry>>) -> Result<impl IntoResponse, ApiError> {
    // The relay is asked, which may take it a moment.
    let text = tokio::task::spawn_blocking(move || counters::text(&figures))
        .await
        .map_err(|_| ApiError(Code::Internal))?
        .map_err(|_| ApiError(Code::Internal))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text))
}
