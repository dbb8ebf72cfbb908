//! Deleting one's account: at once gone to everybody, in 14 days for good. Until then one can come back.

use super::devices;
use super::input::Body;
use super::proof::prove;
use crate::app::App;
use crate::auth::{AnySession, From, Session, signing_out};
use crate::leaving::GRACE;
use crate::problem::ApiError;
use crate::{calls, mail};
use axum::Json;
use axum::extract::State;
use axum_extra::extract::CookieJar;
use birdcall_protocol::Code;
use birdcall_protocol::account::{Deletion, DeletionWish};
use birdcall_protocol::body::Problem;
use birdcall_protocol::ways_in::Proof;
use birdcall_store::MailKind;

/// Deletes one's account in 14 days. One is signed out everywhere and gone to everybody from now on.
#[utoipa::path(post, operation_id = "want_deletion", path = "/me/deletion", tag = "account", request_body = DeletionWish, responses(
    (status = 200, description = "When it is deleted", body = Deletion),
    (status = "4XX", description = "bad_input, proof_needed, wrong_password, too_many", body = Problem)))]
pub(super) async fn want(
    State(app): State<App>,
    session: Session,
    From(address): From,
    jar: CookieJar,
    Body(body): Body<DeletionWish>,
) -> Result<(CookieJar, Json<Deletion>), ApiError> {
    let me = session.person;
    let handle = app.store.read().await?.person_by_id(me).await?.handle;
    if body.handle != handle {
        return Err(Code::BadInput.into());
    }
    prove(
        &app,
        session,
        address,
        Proof {
            password: body.password,
        },
    )
    .await?;
    let at = app.clock.now() + GRACE;
    let mut tx = app.store.write().await?;
    tx.leave(me, at).await?;
    mail::tell(&app, &mut tx, me, MailKind::Deletion).await?;
    devices::end_all(&app, tx, me, None).await?;
    app.mail.wake.notify_one();
    app.leaving.notify_one();
    // Whatever rings or is talked over ends (C-7).
    calls::end_all(&app, me).await;
    let at = Some(at);
    Ok((
        jar.add(signing_out(app.config.secure)),
        Json(Deletion { handle, at }),
    ))
}

/// When one's account is deleted, if it is.
#[utoipa::path(get, operation_id = "deletion", path = "/me/deletion", tag = "account", responses(
    (status = 200, description = "When it is deleted", body = Deletion),
    (status = 401, description = "not_signed_in", body = Problem)))]
pub(super) async fn when(
    State(app): State<App>,
    AnySession(session): AnySession,
) -> Result<Json<Deletion>, ApiError> {
    let mut reader = app.store.read().await?;
    Ok(Json(Deletion {
        handle: reader.person_by_id(session.person).await?.handle,
        at: reader.leaving(session.person).await?,
    }))
}

/// Keeps one's account after all.
#[utoipa::path(delete, operation_id = "keep_account", path = "/me/deletion", tag = "account", responses(
    (status = 200, description = "It stays", body = Deletion),
    (status = 401, description = "not_signed_in", body = Problem)))]
pub(super) async fn keep(
    State(app): State<App>,
    AnySession(session): AnySession,
) -> Result<Json<Deletion>, ApiError> {
    let mut tx = app.store.write().await?;
    tx.stay(session.person).await?;
    let handle = tx.person_by_id(session.person).await?.handle;
    tx.commit().await?;
    Ok(Json(Deletion { handle, at: None }))
}
