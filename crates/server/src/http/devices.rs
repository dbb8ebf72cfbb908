//! One's devices.

use super::input::Part;
use crate::app::App;
use crate::auth::Session;
use crate::hub::CloseReason;
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use birdcall_protocol::body::{Device, Problem};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::{Code, DeviceId, PersonId};
use birdcall_store::News;

/// One's devices, the one used last first.
#[utoipa::path(get, operation_id = "list_devices", path = "/devices", tag = "devices", responses(
    (status = 200, description = "The devices", body = Vec<Device>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<Device>>, ApiError> {
    let rows = app.store.read().await?.devices(session.person).await?;
    let connected = app.hub.connected(session.person);
    Ok(Json(
        rows.into_iter()
            .map(|row| Device {
                current: row.id == session.device,
                connected: connected.contains(&row.id),
                id: row.id,
                name: row.name,
                created: row.created,
                last_seen: row.last_seen,
            })
            .collect(),
    ))
}

/// Signs one of one's devices out; its sockets are closed at once.
#[utoipa::path(delete, operation_id = "remove_device", path = "/devices/{device}", tag = "devices", params(("device" = DeviceId, Path)), responses(
    (status = 204, description = "Signed out"),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    session: Session,
    Part(device): Part<DeviceId>,
) -> Result<StatusCode, ApiError> {
    end(&app, session.person, device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a device's session.
pub(super) async fn end(app: &App, person: PersonId, device: DeviceId) -> Result<(), ApiError> {
    let mut tx = app.store.write().await?;
    if !tx.remove_device(person, device).await? {
        return Err(Code::NotFound.into());
    }
    tx.tell(person, News::Changed(Changed::Devices)).await?;
    tx.commit().await?;
    app.hub.close_device(person, device, CloseReason::SignedOut);
    app.hub.news(person);
    Ok(())
}
