//! Making, using and removing passkeys.

use super::accounts::{add_device, read_me};
use super::input::{Body, Part};
use super::proof::prove as proved;
use super::ways_in::one_may_go;
use crate::app::App;
use crate::auth::{From, Session};
use crate::passkeys::{self, Made, Site};
use crate::problem::ApiError;
use crate::{random, text};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum_extra::extract::CookieJar;
use birdcall_protocol::body::{Me, Problem};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::limits::MAX_PASSKEYS;
use birdcall_protocol::ways_in::{
    AskPasskey, MakePasskey, NewPasskey, Passkey, PasskeyChange, Proof, UsedPasskey,
};
use birdcall_protocol::{Code, PasskeyId, PersonId};
use birdcall_store::{News, StoreError};

/// Begins to make a passkey, for somebody who shows who they are.
#[utoipa::path(post, operation_id = "begin_passkey", path = "/passkeys/begin", tag = "accounts", request_body = Proof, responses(
    (status = 200, description = "What the browser needs", body = MakePasskey),
    (status = "4XX", description = "proof_needed, wrong_password, full, no_passkeys_here, too_many", body = Problem)))]
pub(super) async fn begin_making(
    State(app): State<App>,
    session: Session,
    From(address): From,
    headers: HeaderMap,
    Body(body): Body<Proof>,
) -> Result<Json<MakePasskey>, ApiError> {
    app.doors.ceremony(address)?;
    let site = Site::of(&headers, app.config.secure)?;
    proved(&app, session, address, body).await?;
    Ok(Json(passkeys::begin_making(&app, &site, session).await?))
}

/// Adds the passkey that the browser has made.
#[utoipa::path(post, operation_id = "add_passkey", path = "/passkeys", tag = "accounts", request_body = NewPasskey, responses(
    (status = 201, description = "The passkey", body = Passkey),
    (status = "4XX", description = "ceremony_over, passkey_refused, passkey_known, full, no_passkeys_here, bad_input", body = Problem)))]
pub(super) async fn finish_making(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Body(body): Body<NewPasskey>,
) -> Result<(StatusCode, Json<Passkey>), ApiError> {
    let site = Site::of(&headers, app.config.secure)?;
    let name = text::device(Some(&body.name));
    let made = passkeys::made(&app, &site, session, &body).await?;
    // Here and not around all of it: the ceremony is over.
    let passkey = app
        .again(|| keep(&app, session.person, &name, &made))
        .await?;
    app.hub.news(session.person);
    Ok((StatusCode::CREATED, Json(passkey)))
}

async fn keep(app: &App, me: PersonId, name: &str, made: &Made) -> Result<Passkey, ApiError> {
    let at = app.clock.now();
    let mut tx = app.store.write().await?;
    if tx.passkeys(me).await?.len() >= MAX_PASSKEYS as usize {
        return Err(Code::Full.into());
    }
    let passkey = Passkey {
        id: random::passkey(),
        name: name.to_owned(),
        host: made.host.clone(),
        credential: made.credential_id.clone(),
        created: at,
        last_used: None,
    };
    let new = birdcall_store::NewPasskey {
        id: passkey.id,
        person: me,
        name: &passkey.name,
        host: &passkey.host,
        credential_id: &passkey.credential,
        credential: &made.credential,
        at,
    };
    match tx.add_passkey(&new).await {
        Ok(()) => {}
        Err(StoreError::Conflict) => return Err(Code::PasskeyKnown.into()),
        Err(error) => return Err(error.into()),
    }
    tx.tell(me, News::Changed(Changed::Me)).await?;
    tx.commit().await?;
    Ok(passkey)
}

/// Renames one of one's passkeys.
#[utoipa::path(patch, operation_id = "change_passkey", path = "/passkeys/{passkey}", tag = "accounts", params(("passkey" = PasskeyId, Path)),
    request_body = PasskeyChange, responses(
    (status = 204, description = "Renamed"),
    (status = "4XX", description = "not_found", body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    session: Session,
    Part(passkey): Part<PasskeyId>,
    Body(body): Body<PasskeyChange>,
) -> Result<StatusCode, ApiError> {
    let name = text::device(Some(&body.name));
    let mut tx = app.store.write().await?;
    if !tx.rename_passkey(session.person, passkey, &name).await? {
        return Err(Code::NotFound.into());
    }
    tx.tell(session.person, News::Changed(Changed::Me)).await?;
    tx.commit().await?;
    app.hub.news(session.person);
    Ok(StatusCode::NO_CONTENT)
}

/// Removes one of one's passkeys, unless nothing else would let one in. Who is signed in with it stays so.
#[utoipa::path(delete, operation_id = "remove_passkey", path = "/passkeys/{passkey}", tag = "accounts", params(("passkey" = PasskeyId, Path)), responses(
    (status = 204, description = "Removed"),
    (status = "4XX", description = "not_found, last_way_in", body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    session: Session,
    Part(passkey): Part<PasskeyId>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.write().await?;
    let known = tx.passkeys(session.person).await?;
    if !known.iter().any(|one| one.id == passkey) {
        return Err(Code::NotFound.into());
    }
    one_may_go(&app, &mut tx, session.person).await?;
    tx.remove_passkey(session.person, passkey).await?;
    tx.tell(session.person, News::Changed(Changed::Me)).await?;
    tx.commit().await?;
    app.hub.news(session.person);
    Ok(StatusCode::NO_CONTENT)
}

/// Begins to sign in with a passkey. Nobody says who they are: the passkey does.
#[utoipa::path(post, operation_id = "begin_passkey_sign_in", path = "/sessions/passkey/begin", tag = "accounts", responses(
    (status = 200, description = "What the browser needs", body = AskPasskey),
    (status = "4XX", description = "no_passkeys_here, too_many", body = Problem)))]
pub(super) async fn begin_sign_in(
    State(app): State<App>,
    From(address): From,
    headers: HeaderMap,
) -> Result<Json<AskPasskey>, ApiError> {
    app.doors.ceremony(address)?;
    let site = Site::of(&headers, app.config.secure)?;
    Ok(Json(passkeys::begin_asking(&app, &site, None).await?))
}

/// Signs in on this device with a passkey.
#[utoipa::path(post, operation_id = "passkey_sign_in", path = "/sessions/passkey", tag = "accounts", request_body = UsedPasskey, responses(
    (status = 200, description = "Signed in", body = Me),
    (status = "4XX", description = "ceremony_over, passkey_unknown, passkey_refused, no_passkeys_here, too_many", body = Problem)))]
pub(super) async fn sign_in(
    State(app): State<App>,
    From(address): From,
    headers: HeaderMap,
    jar: CookieJar,
    Body(body): Body<UsedPasskey>,
) -> Result<(CookieJar, Json<Me>), ApiError> {
    app.doors.answer(address)?;
    let site = Site::of(&headers, app.config.secure)?;
    let used = passkeys::used(&app, &site, None, &body).await?;
    let person = used.key.person;
    // Here and not around all of it: the ceremony is over.
    let (added, me) = app
        .again(|| async {
            let at = app.clock.now();
            let mut tx = app.store.write().await?;
            if !tx.use_passkey(&used.key, &used.credential, at).await? {
                return Err(ApiError(Code::PasskeyRefused));
            }
            let added = add_device(&app, &mut tx, person, body.device.as_deref()).await?;
            tx.prove(added.device, at).await?;
            tx.tell(person, News::Changed(Changed::Devices)).await?;
            tx.tell(person, News::Changed(Changed::Me)).await?;
            let me = read_me(&app, &mut tx, person, added.device).await?;
            tx.commit().await?;
            Ok((added, me))
        })
        .await?;
    let jar = added.sign_in(&app, jar);
    app.hub.news(person);
    Ok((jar, Json(me)))
}

/// Begins to show with a passkey that one is still who signed in.
#[utoipa::path(post, operation_id = "begin_passkey_proof", path = "/sessions/current/passkey/begin", tag = "accounts", responses(
    (status = 200, description = "What the browser needs", body = AskPasskey),
    (status = "4XX", description = "no_passkeys_here, too_many", body = Problem)))]
pub(super) async fn begin_proof(
    State(app): State<App>,
    session: Session,
    From(address): From,
    headers: HeaderMap,
) -> Result<Json<AskPasskey>, ApiError> {
    app.doors.ceremony(address)?;
    let site = Site::of(&headers, app.config.secure)?;
    let asked = passkeys::begin_asking(&app, &site, Some(session.device)).await?;
    Ok(Json(asked))
}

/// Shows with a passkey that one is still who signed in; good for ten minutes on this device.
#[utoipa::path(post, operation_id = "passkey_proof", path = "/sessions/current/passkey", tag = "accounts", request_body = UsedPasskey, responses(
    (status = 204, description = "Shown"),
    (status = "4XX", description = "ceremony_over, passkey_unknown, passkey_refused, no_passkeys_here, too_many", body = Problem)))]
pub(super) async fn prove(
    State(app): State<App>,
    session: Session,
    From(address): From,
    headers: HeaderMap,
    Body(body): Body<UsedPasskey>,
) -> Result<StatusCode, ApiError> {
    app.doors.answer(address)?;
    let site = Site::of(&headers, app.config.secure)?;
    let used = passkeys::used(&app, &site, Some(session.device), &body).await?;
    // Somebody else's passkey shows nothing.
    if used.key.person != session.person {
        return Err(Code::PasskeyRefused.into());
    }
    app.again(|| async {
        let at = app.clock.now();
        let mut tx = app.store.write().await?;
        if !tx.use_passkey(&used.key, &used.credential, at).await? {
            return Err(ApiError(Code::PasskeyRefused));
        }
        tx.prove(session.device, at).await?;
        tx.commit().await?;
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
