//! One's devices.

use super::input::{Body, Part};
use crate::app::App;
use crate::auth::Session;
use crate::bus::{Signal, presence};
use crate::hub::CloseReason;
use crate::problem::ApiError;
use crate::{calls, push, ring_test, text};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use birdcall_protocol::body::{Device, DeviceChange, Problem, PushState};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::{Code, DeviceId, PersonId};
use birdcall_store::{News, Tx};
use std::collections::HashMap;

/// One's devices, the one used last first.
#[utoipa::path(get, operation_id = "list_devices", path = "/devices", tag = "devices", responses(
    (status = 200, description = "The devices", body = Vec<Device>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Vec<Device>>, ApiError> {
    let mut reader = app.store.read().await?;
    let rows = reader.devices(session.person).await?;
    let pushes: HashMap<_, _> = reader
        .push_states(session.person)
        .await?
        .into_iter()
        .collect();
    let connected = presence::of(&app, &mut reader, session.person)
        .await?
        .connected;
    let now = app.clock.now();
    let mut tests = HashMap::new();
    for row in &rows {
        if let Some(test) = ring_test::of(&mut reader, row.id, now).await? {
            tests.insert(row.id, test);
        }
    }
    Ok(Json(
        rows.into_iter()
            .map(|row| Device {
                current: row.id == session.device,
                connected: connected.contains(&row.id),
                id: row.id,
                name: row.name,
                created: row.created,
                last_seen: row.last_seen,
                silenced: row.silenced,
                zone: Some(row.zone).filter(|zone| !zone.is_empty()),
                push: pushes.get(&row.id).copied().unwrap_or(PushState::Off),
                ring_test: tests.remove(&row.id),
            })
            .collect(),
    ))
}

/// Renames one of one's devices, or has calls and messages leave it alone. A ring that it shows stops.
#[utoipa::path(patch, operation_id = "change_device", path = "/devices/{device}", tag = "devices", params(("device" = DeviceId, Path)),
    request_body = DeviceChange, responses(
    (status = 204, description = "Changed"),
    (status = "4XX", description = "not_found, bad_input", body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    session: Session,
    Part(device): Part<DeviceId>,
    Body(body): Body<DeviceChange>,
) -> Result<StatusCode, ApiError> {
    let name = body.name.as_deref().map(|name| text::device(Some(name)));
    let person = session.person;
    let mut tx = app.store.write().await?;
    if !tx
        .change_device(person, device, name.as_deref(), body.silenced)
        .await?
    {
        return Err(Code::NotFound.into());
    }
    if body.silenced == Some(true) {
        push::silenced(&app, &mut tx, device).await?;
    }
    if let Some(silenced) = body.silenced {
        let signal = Signal::Silenced(device, silenced);
        app.bus.write_one(&mut tx, person, signal).await?;
    }
    tx.tell(person, News::Changed(Changed::Devices)).await?;
    tx.commit().await?;
    app.push.wake.notify_one();
    if let Some(silenced) = body.silenced {
        app.hub.set_silenced(person, device, silenced);
        app.bus.signalled(person);
        if silenced {
            calls::stop_ringing_on(&app, person, device).await?;
        }
    }
    app.hub.news(person);
    Ok(StatusCode::NO_CONTENT)
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

/// Signs all other devices out; their sockets are closed at once.
#[utoipa::path(delete, operation_id = "remove_other_devices", path = "/devices", tag = "devices", responses(
    (status = 204, description = "Signed out"),
    (status = 401, description = "not_signed_in", body = Problem)))]
pub(super) async fn remove_others(
    State(app): State<App>,
    session: Session,
) -> Result<StatusCode, ApiError> {
    let tx = app.store.write().await?;
    end_all(&app, tx, session.person, Some(session.device)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all sessions of a person but for one that may stay, in a transaction that it commits.
pub(super) async fn end_all(
    app: &App,
    mut tx: Tx,
    person: PersonId,
    but: Option<DeviceId>,
) -> Result<(), ApiError> {
    let ended = tx.remove_devices(person, but).await?;
    for device in &ended {
        let signal = Signal::SignedOut(*device);
        app.bus.write_one(&mut tx, person, signal).await?;
    }
    tx.tell(person, News::Changed(Changed::Devices)).await?;
    tx.commit().await?;
    for device in ended {
        app.hub.close_device(person, device, CloseReason::SignedOut);
    }
    app.bus.signalled(person);
    app.hub.news(person);
    Ok(())
}

/// Ends a device's session.
pub(super) async fn end(app: &App, person: PersonId, device: DeviceId) -> Result<(), ApiError> {
    let mut tx = app.store.write().await?;
    if !tx.remove_device(person, device).await? {
        return Err(Code::NotFound.into());
    }
    let signal = Signal::SignedOut(device);
    app.bus.write_one(&mut tx, person, signal).await?;
    tx.tell(person, News::Changed(Changed::Devices)).await?;
    tx.commit().await?;
    app.hub.close_device(person, device, CloseReason::SignedOut);
    app.bus.signalled(person);
    app.hub.news(person);
    Ok(())
}
