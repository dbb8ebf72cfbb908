//! Another password: by the old one, or by a code that was mailed.
//!
//! Whoever asks for a code learns nothing of the account: the answer is the same for any handle and any address, given
//! before anything is looked up. A wrong code costs the same work whether there is such a person or not.

use super::account::is_right;
use super::devices;
use super::input::Body;
use super::proof::prove;
use crate::app::App;
use crate::auth::{From, Session};
use crate::problem::ApiError;
use crate::{mail, random};
use axum::extract::State;
use axum::http::StatusCode;
use birdcall_protocol::account::{PasswordChange, Reset, ResetWish};
use birdcall_protocol::body::Problem;
use birdcall_protocol::frame::Changed;
use birdcall_protocol::limits::MAX_EMAIL;
use birdcall_protocol::ways_in::Proof;
use birdcall_protocol::{Code, Email, Handle, PersonId};
use birdcall_store::{MailKind, NewMail, News, Purpose, Reader, StoreError};
use std::time::Duration;

/// For how long the code for a new password is good. Raising it gives guesses and open mailboxes longer.
const PASSWORD_CODE: Duration = Duration::from_secs(30 * 60);

/// Sets another password, or a first one. All other devices are signed out.
#[utoipa::path(put, operation_id = "change_password", path = "/me/password", tag = "account", request_body = PasswordChange, responses(
    (status = 204, description = "It is another one"),
    (status = "4XX", description = "bad_input, wrong_password, proof_needed, too_many", body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    session: Session,
    From(address): From,
    Body(body): Body<PasswordChange>,
) -> Result<StatusCode, ApiError> {
    let me = session.person;
    let before = app.store.read().await?.password_of(me).await?;
    if before.is_some() && body.old.is_none() {
        return Err(Code::ProofNeeded.into());
    }
    prove(&app, session, address, Proof { password: body.old }).await?;
    let hash = app.passwords.hash(body.new).await?;
    let mut tx = app.store.write().await?;
    if tx.password_of(me).await? != before {
        // Another device was faster; the password given was the one before that.
        return Err(Code::WrongPassword.into());
    }
    tx.set_password(me, &hash).await?;
    tx.forget_code(me, Purpose::Password).await?;
    mail::tell(&app, &mut tx, me, MailKind::PasswordChanged).await?;
    devices::end_all(&app, tx, me, Some(session.device)).await?;
    app.mail.wake.notify_one();
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for a code by mail, for a new password. The answer is always the same.
#[utoipa::path(post, operation_id = "want_reset", path = "/password-resets", tag = "accounts", request_body = ResetWish, responses(
    (status = 202, description = "If there is such a person with a verified address, a code is on its way"),
    (status = "4XX", description = "bad_input, no_mail, too_many", body = Problem)))]
pub(super) async fn want(
    State(app): State<App>,
    From(address): From,
    Body(body): Body<ResetWish>,
) -> Result<StatusCode, ApiError> {
    if !app.mail.is_offered() {
        return Err(Code::NoMail.into());
    }
    let who = Who::parse(&body.who)?;
    app.doors.reset(&who.key(), address)?;
    // Nobody waits for it, so its time tells nothing.
    tokio::spawn(async move {
        if let Err(error) = app.again(|| send(&app, &who)).await {
            tracing::error!(%error, "a code for a new password was not sent");
        }
    });
    Ok(StatusCode::ACCEPTED)
}

async fn send(app: &App, who: &Who) -> Result<(), StoreError> {
    let mut tx = app.store.write().await?;
    let Some(person) = who.find(&mut tx).await? else {
        return Ok(());
    };
    let Some(email) = tx.email(person).await? else {
        return Ok(());
    };
    let at = app.clock.now();
    let until = at + PASSWORD_CODE;
    let seed = random::token();
    tx.put_code(person, Purpose::Password, &email.address, &seed, until)
        .await?;
    tx.add_mail(&NewMail {
        id: random::mail(),
        person,
        address: &email.address,
        kind: MailKind::PasswordCode,
        seed: Some(&seed),
        at,
        until,
    })
    .await?;
    tx.commit().await?;
    app.mail.wake.notify_one();
    Ok(())
}

/// Sets a new password by the code that was mailed. All devices are signed out.
#[utoipa::path(post, operation_id = "finish_reset", path = "/password-resets/finish", tag = "accounts", request_body = Reset, responses(
    (status = 204, description = "It is another one; sign in with it"),
    (status = "4XX", description = "bad_input, wrong_code, too_many", body = Problem)))]
pub(super) async fn finish(
    State(app): State<App>,
    From(address): From,
    Body(body): Body<Reset>,
) -> Result<StatusCode, ApiError> {
    let who = Who::parse(&body.who)?;
    app.doors.finish_reset(&who.key(), address)?;
    let hash = app.passwords.hash(body.password).await?;
    let now = app.clock.now();
    let mut tx = app.store.write().await?;
    let person = who.find(&mut tx).await?;
    let purpose = Purpose::Password;
    let mut right = None;
    if let Some(person) = person
        && let Some(code) = tx.mailed_code(person, purpose).await?
        && is_right(&app, person, purpose, &code, &body.code, now)
    {
        right = Some(person);
    }
    let Some(person) = right else {
        tx.count_wrong_code(person, purpose).await?;
        tx.commit().await?;
        return Err(Code::WrongCode.into());
    };
    tx.set_password(person, &hash).await?;
    tx.forget_code(person, purpose).await?;
    mail::tell(&app, &mut tx, person, MailKind::PasswordChanged).await?;
    tx.tell(person, News::Changed(Changed::Me)).await?;
    devices::end_all(&app, tx, person, None).await?;
    app.mail.wake.notify_one();
    Ok(StatusCode::NO_CONTENT)
}

/// Whose password.
enum Who {
    Handle(Handle),
    Email(Email),
}

impl Who {
    fn parse(text: &str) -> Result<Self, ApiError> {
        if text.len() > 2 * MAX_EMAIL {
            return Err(Code::BadInput.into());
        }
        let text = text.trim();
        if let Ok(handle) = text.parse() {
            return Ok(Self::Handle(handle));
        }
        text.parse()
            .map(Self::Email)
            .map_err(|_| ApiError(Code::BadInput))
    }

    fn key(&self) -> String {
        match self {
            Self::Handle(handle) => handle.to_string(),
            Self::Email(email) => email.key(),
        }
    }

    async fn find(&self, reader: &mut Reader) -> Result<Option<PersonId>, StoreError> {
        match self {
            Self::Handle(handle) => reader.account(handle).await,
            Self::Email(email) => reader.person_by_email(email).await,
        }
    }
}
