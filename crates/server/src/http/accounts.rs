//! Signing up, in and out; oneself.

use super::input::Body;
use crate::app::App;
use crate::auth::{AnySession, From, Session, fresh_token, signing_in, signing_out};
use crate::bus::Signal;
use crate::hub::CloseReason;
use crate::problem::ApiError;
use crate::{calls, random, text};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum_extra::extract::CookieJar;
use birdcall_call::RelayState;
use birdcall_protocol::body::{Calling, Me, Problem, ProfileChange, SignIn, SignUp};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::limits::MAX_DEVICES;
use birdcall_protocol::{Code, DeviceId, Handle, PersonId};
use birdcall_store::{Named, NewPerson, News, StoreError, Tx};

/// Signs a person up, and in on this device.
#[utoipa::path(post, path = "/accounts", tag = "accounts", request_body = SignUp, responses(
    (status = 201, description = "Signed up and in", body = Me),
    (status = "4XX", description = "bad_input, handle_taken, sign_up_closed, too_many", body = Problem)))]
pub(super) async fn sign_up(
    State(app): State<App>,
    From(address): From,
    jar: CookieJar,
    Body(body): Body<SignUp>,
) -> Result<(StatusCode, CookieJar, Json<Me>), ApiError> {
    if !app.config.sign_up {
        return Err(Code::SignUpClosed.into());
    }
    app.doors.sign_up(address)?;
    let name = text::name(body.name.as_deref().unwrap_or(body.handle.as_str()))?;
    let password = app.passwords.hash(body.password).await?;
    let mut tx = app.store.write().await?;
    let person = add_account(&app, &mut tx, &body.handle, &name, &password).await?;
    let added = add_device(&app, &mut tx, person, body.device.as_deref()).await?;
    let me = read_me(&app, &mut tx, person, added.device).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, added.sign_in(&app, jar), Json(me)))
}

/// Signs in on this device.
#[utoipa::path(post, path = "/sessions", tag = "accounts", request_body = SignIn, responses(
    (status = 200, description = "Signed in", body = Me),
    (status = "4XX", description = "wrong_password, account_disabled, too_many", body = Problem)))]
pub(super) async fn sign_in(
    State(app): State<App>,
    From(address): From,
    jar: CookieJar,
    Body(body): Body<SignIn>,
) -> Result<(CookieJar, Json<Me>), ApiError> {
    app.doors.sign_in(&body.handle, address)?;
    let known = app.store.read().await?.password(&body.handle).await?;
    let (person, hash) = known.unzip();
    // The same work and the same answer, whether the handle exists or not.
    if !app.passwords.fits(body.password, hash).await? {
        return Err(Code::WrongPassword.into());
    }
    let person = person.ok_or(ApiError(Code::WrongPassword))?;
    let mut tx = app.store.write().await?;
    let added = add_device(&app, &mut tx, person, body.device.as_deref()).await?;
    tx.tell(person, News::Changed(Changed::Devices)).await?;
    let me = read_me(&app, &mut tx, person, added.device).await?;
    tx.commit().await?;
    let jar = added.sign_in(&app, jar);
    app.hub.news(person);
    Ok((jar, Json(me)))
}

/// Signs this device out.
#[utoipa::path(delete, path = "/sessions/current", tag = "accounts", responses(
    (status = 204, description = "Signed out"),
    (status = 401, description = "not_signed_in", body = Problem)))]
pub(super) async fn sign_out(
    State(app): State<App>,
    AnySession(session): AnySession,
    jar: CookieJar,
) -> Result<(StatusCode, CookieJar), ApiError> {
    super::devices::end(&app, session.person, session.device).await?;
    Ok((
        StatusCode::NO_CONTENT,
        jar.add(signing_out(app.config.secure)),
    ))
}

/// Oneself.
#[utoipa::path(get, path = "/me", tag = "accounts", responses(
    (status = 200, description = "Oneself", body = Me),
    (status = 401, description = "not_signed_in", body = Problem)))]
pub(super) async fn me(State(app): State<App>, session: Session) -> Result<Json<Me>, ApiError> {
    let mut reader = app.store.read().await?;
    Ok(Json(
        read_me(&app, &mut reader, session.person, session.device).await?,
    ))
}

/// Changes name or bio.
#[utoipa::path(patch, path = "/me", tag = "accounts", request_body = ProfileChange, responses(
    (status = 200, description = "Oneself, changed", body = Me),
    (status = "4XX", description = "bad_input", body = Problem)))]
pub(super) async fn change_me(
    State(app): State<App>,
    session: Session,
    Body(body): Body<ProfileChange>,
) -> Result<Json<Me>, ApiError> {
    let name = body.name.as_deref().map(text::name).transpose()?;
    let bio = body.bio.as_deref().map(text::bio).transpose()?;
    let mut tx = app.store.write().await?;
    if let Some(name) = name {
        tx.set_name(session.person, &name).await?;
    }
    if let Some(bio) = bio {
        tx.set_bio(session.person, &bio).await?;
    }
    finish_me(&app, tx, session).await
}

/// Replaces the calling settings, and answers the first sign-in's question (C-2). Takes effect on a call that rings.
#[utoipa::path(put, path = "/me/calling", tag = "accounts", request_body = Calling, responses(
    (status = 200, description = "Oneself, changed", body = Me),
    (status = "4XX", description = "bad_input", body = Problem)))]
pub(super) async fn set_calling(
    State(app): State<App>,
    session: Session,
    Body(body): Body<Calling>,
) -> Result<Json<Me>, ApiError> {
    let mut tx = app.store.write().await?;
    tx.set_calling(session.person, &body).await?;
    let me = finish_me(&app, tx, session).await?;
    calls::settings_changed(&app, session.person).await;
    Ok(me)
}

pub(super) async fn finish_me(
    app: &App,
    mut tx: Tx,
    session: Session,
) -> Result<Json<Me>, ApiError> {
    tx.tell(session.person, News::Changed(Changed::Me)).await?;
    let me = read_me(app, &mut tx, session.person, session.device).await?;
    tx.commit().await?;
    app.hub.news(session.person);
    Ok(Json(me))
}

/// Adds a person; without a password if its hash is empty.
pub(super) async fn add_account(
    app: &App,
    tx: &mut Tx,
    handle: &Handle,
    name: &Named,
    password: &str,
) -> Result<PersonId, ApiError> {
    let person = random::person();
    let added = tx
        .add_person(&NewPerson {
            id: person,
            handle,
            name,
            password,
            calling: app.config.calling_at_first(),
            at: app.clock.now(),
        })
        .await;
    match added {
        Ok(()) => Ok(person),
        Err(StoreError::Conflict) => Err(Code::HandleTaken.into()),
        Err(error) => Err(error.into()),
    }
}

/// A device that is signed in once its transaction is committed.
pub(super) struct AddedDevice {
    pub(super) device: DeviceId,
    person: PersonId,
    token: String,
    /// Those that had to go for it.
    gone: Vec<DeviceId>,
}

impl AddedDevice {
    /// After the commit: gives it its cookie, and closes the sockets of those that had to go.
    pub(super) fn sign_in(self, app: &App, jar: CookieJar) -> CookieJar {
        for device in &self.gone {
            app.hub
                .close_device(self.person, *device, CloseReason::SignedOut);
        }
        if !self.gone.is_empty() {
            app.bus.signalled(self.person);
        }
        jar.add(signing_in(self.token, app.config.secure))
    }
}

/// Adds a device; it is signed in by [`AddedDevice::sign_in`], after the commit.
pub(super) async fn add_device(
    app: &App,
    tx: &mut Tx,
    person: PersonId,
    name: Option<&str>,
) -> Result<AddedDevice, ApiError> {
    if tx.is_disabled(person).await? {
        return Err(Code::AccountDisabled.into());
    }
    let devices = tx.devices(person).await?;
    let mut gone = Vec::new();
    for old in devices.iter().skip(MAX_DEVICES as usize - 1) {
        tx.remove_device(person, old.id).await?;
        let signal = Signal::SignedOut(old.id);
        app.bus.write_one(tx, person, signal).await?;
        gone.push(old.id);
    }
    let device = random::device();
    let (token, kept) = fresh_token();
    tx.add_device(person, device, &text::device(name), &kept, app.clock.now())
        .await?;
    Ok(AddedDevice {
        device,
        person,
        token,
        gone,
    })
}

/// Oneself, as one device sees it.
pub(super) async fn read_me(
    app: &App,
    reader: &mut birdcall_store::Reader,
    person: PersonId,
    device: DeviceId,
) -> Result<Me, ApiError> {
    let row = reader.person_by_id(person).await?;
    let settings = reader.calling(person).await?;
    Ok(Me {
        handle: row.handle,
        name: row.name,
        bio: row.bio,
        verified: row.verified,
        avatar: row.avatar,
        device,
        calling: settings.calling,
        leaving: reader.leaving(person).await?.is_some(),
        calling_asked: settings.asked,
        warning: reader.warning(person).await?,
        relay: app.relay.state() == RelayState::Available,
        quiet: reader.quiet(person).await?,
        receipts: reader.receipts(person).await?,
        push_key: app.push.key().to_owned(),
    })
}
