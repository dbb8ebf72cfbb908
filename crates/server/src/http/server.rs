//! What anybody may know of this server.

use crate::app::App;
use crate::auth::From;
use axum::Json;
use axum::extract::State;
use birdcall_protocol::body::Problem;
use birdcall_protocol::ways_in::{Provider, ServerFacts};

/// What this server offers, for whoever is not signed in yet.
#[utoipa::path(get, operation_id = "server", path = "/server", tag = "service", responses(
    (status = 200, description = "The facts", body = ServerFacts),
    (status = 429, description = "too_many", body = Problem)))]
pub(super) async fn facts(State(app): State<App>, _: From) -> Json<ServerFacts> {
    Json(ServerFacts {
        sign_up: app.config.sign_up,
        oidc: app.provider.as_ref().map(|provider| Provider {
            name: provider.name.clone(),
        }),
        mail: app.mail.is_offered(),
    })
}
