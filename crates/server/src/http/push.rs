//! Web Push of one's devices: subscriptions, and the self-test of a ring.

use super::input::{Asked, Body, Part};
use crate::app::App;
use crate::auth::Session;
use crate::problem::ApiError;
use crate::push::endpoint;
use crate::ring_test;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use birdcall_protocol::body::{Problem, PushSubscription};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::ring_test::{RingReport, RingStep, RingTest, RingWay};
use birdcall_protocol::{Code, DeviceId, TestId};
use birdcall_store::{News, Subscription};

/// Says where this device is reached while the app is closed. Another device that had the same place loses it.
#[utoipa::path(put, operation_id = "subscribe", path = "/devices/current/push", tag = "devices",
    request_body = PushSubscription, responses(
    (status = 204, description = "Kept"),
    (status = "4XX", description = "bad_push_endpoint, bad_input", body = Problem)))]
pub(super) async fn subscribe(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Body(body): Body<PushSubscription>,
) -> Result<StatusCode, ApiError> {
    if !app.push.takes(&body.endpoint, &body.p256dh, &body.auth) {
        return Err(Code::BadPushEndpoint.into());
    }
    let origin = headers.get(header::ORIGIN).map(HeaderValue::to_str);
    let subscription = Subscription {
        device: session.device,
        person: session.person,
        endpoint: body.endpoint,
        p256dh: body.p256dh,
        auth: body.auth,
        origin: origin.and_then(Result::ok).and_then(endpoint::origin),
    };
    let mut tx = app.store.write().await?;
    tx.subscribe(&subscription).await?;
    tx.tell(session.person, News::Changed(Changed::Devices))
        .await?;
    tx.commit().await?;
    app.hub.news(session.person);
    Ok(StatusCode::NO_CONTENT)
}

/// This device is not to be reached while the app is closed.
#[utoipa::path(delete, operation_id = "unsubscribe", path = "/devices/current/push", tag = "devices", responses(
    (status = 204, description = "It is not"),
    (status = 401, description = "not_signed_in", body = Problem)))]
pub(super) async fn unsubscribe(
    State(app): State<App>,
    session: Session,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.write().await?;
    if tx.unsubscribe(session.device).await? {
        tx.tell(session.person, News::Changed(Changed::Devices))
            .await?;
        tx.commit().await?;
        app.hub.news(session.person);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Rings one of one's devices in ten seconds, as a test. Each step is told by `ring_test` frames.
#[utoipa::path(post, operation_id = "test_ring", path = "/devices/{device}/ring-test", tag = "devices",
    params(("device" = DeviceId, Path)), responses(
    (status = 202, description = "It will; or the test that is about to ring", body = RingTest),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn test_ring(
    State(app): State<App>,
    session: Session,
    Part(device): Part<DeviceId>,
) -> Result<(StatusCode, Json<RingTest>), ApiError> {
    let devices = app.store.read().await?.devices(session.person).await?;
    if !devices.iter().any(|one| one.id == device) {
        return Err(Code::NotFound.into());
    }
    let test = ring_test::schedule(&app, session.person, device).await?;
    Ok((StatusCode::ACCEPTED, Json(test)))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Way {
    /// How the test got here.
    way: RingWay,
}

/// Reports that this device shows a test of its ring, or that somebody pressed it.
#[utoipa::path(post, operation_id = "report_ring", path = "/ring-tests/{test}/{step}", tag = "devices",
    params(("test" = TestId, Path), ("step" = RingReport, Path), Way), responses(
    (status = 204, description = "Told"),
    (status = "4XX", description = "not_found, bad_input", body = Problem)))]
pub(super) async fn report_ring(
    State(app): State<App>,
    session: Session,
    Part((test, step)): Part<(TestId, RingReport)>,
    Asked(Way { way }): Asked<Way>,
) -> Result<StatusCode, ApiError> {
    let step = match step {
        RingReport::Shown => RingStep::Shown,
        RingReport::Opened => RingStep::Opened,
    };
    if ring_test::report(&app, session.person, session.device, test, step, way).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Code::NotFound.into())
    }
}
