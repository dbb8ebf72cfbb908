//! One's account: the e-mail address that belongs to it.
//!
//! An address is named, a code is mailed to it, and whoever has the code has the address. That an address is somebody
//! else's already is said to its owner alone: to whoever names it, everything looks as if a code were on its way.

use super::accounts::finish_me;
use super::input::Body;
use super::proof::prove;
use crate::app::App;
use crate::auth::{From, Session};
use crate::mail::codes::TRIES;
use crate::problem::ApiError;
use crate::{mail, random};
use axum::Json;
use axum::extract::State;
use birdcall_protocol::account::{Account, AccountEmail, EmailChange, EmailWish, MailedCode};
use birdcall_protocol::body::{Me, Problem};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::ways_in::Proof;
use birdcall_protocol::{Code, PersonId, Timestamp};
use birdcall_store::{CodeRow, MailKind, NewMail, News, Purpose, Reader, StoreError};
use std::time::Duration;

/// For how long the code to an address is good. Raising it gives guesses and forgotten mailboxes longer.
const EMAIL_CODE: Duration = Duration::from_secs(20 * 60);

/// What belongs to one's account.
#[utoipa::path(get, operation_id = "account", path = "/me/account", tag = "account", responses(
    (status = 200, description = "One's account", body = Account),
    (status = 401, description = "not_signed_in", body = Problem)))]
pub(super) async fn account(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Account>, ApiError> {
    let mut reader = app.store.read().await?;
    Ok(Json(read(&app, &mut reader, session.person).await?))
}

/// Names an e-mail address; a code is mailed to it, good for 20 minutes and five tries.
#[utoipa::path(post, operation_id = "want_email", path = "/me/email", tag = "account", request_body = EmailWish, responses(
    (status = 200, description = "The code is on its way", body = Account),
    (status = "4XX", description = "bad_input, no_mail, proof_needed, wrong_password, too_many", body = Problem)))]
pub(super) async fn want_email(
    State(app): State<App>,
    session: Session,
    From(address): From,
    Body(body): Body<EmailWish>,
) -> Result<Json<Account>, ApiError> {
    if !app.mail.is_offered() {
        return Err(Code::NoMail.into());
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
    let me = session.person;
    app.doors.mail(me, &body.address)?;
    let at = app.clock.now();
    let until = at + EMAIL_CODE;
    let seed = random::token();
    let mut tx = app.store.write().await?;
    let owner = tx.person_by_email(&body.address).await?;
    tx.put_code(me, Purpose::Email, &body.address, &seed, until)
        .await?;
    // As much is written either way, so that the time does not tell.
    let (person, kind) = match owner {
        Some(owner) if owner != me => (owner, MailKind::EmailTaken),
        Some(_) | None => (me, MailKind::EmailCode),
    };
    tx.add_mail(&NewMail {
        id: random::mail(),
        person,
        address: &body.address,
        kind,
        seed: Some(&seed),
        at,
        until,
    })
    .await?;
    let account = read(&app, &mut tx, me).await?;
    tx.commit().await?;
    app.mail.wake.notify_one();
    Ok(Json(account))
}

/// Shows that the address is one's own, by the code that was mailed to it.
#[utoipa::path(post, operation_id = "confirm_email", path = "/me/email/confirm", tag = "account", request_body = MailedCode, responses(
    (status = 200, description = "It is verified", body = Account),
    (status = "4XX", description = "wrong_code, too_many", body = Problem)))]
pub(super) async fn confirm_email(
    State(app): State<App>,
    session: Session,
    Body(body): Body<MailedCode>,
) -> Result<Json<Account>, ApiError> {
    let me = session.person;
    app.doors.code(me)?;
    let now = app.clock.now();
    let mut tx = app.store.write().await?;
    let code = tx.mailed_code(me, Purpose::Email).await?;
    let Some(code) = code.filter(|code| is_right(&app, me, Purpose::Email, code, &body.code, now))
    else {
        tx.count_wrong_code(Some(me), Purpose::Email).await?;
        tx.commit().await?;
        return Err(Code::WrongCode.into());
    };
    let before = tx.email(me).await?;
    match tx.set_email(me, &code.address, now).await {
        Ok(()) => {}
        // Somebody else has verified it since; that is said to its owner alone.
        Err(StoreError::Conflict) => return Err(Code::WrongCode.into()),
        Err(error) => return Err(error.into()),
    }
    tx.forget_code(me, Purpose::Email).await?;
    // A code for a new password that went to the address before is not worth anything any more.
    tx.forget_code(me, Purpose::Password).await?;
    if let Some(before) = before.filter(|before| before.address.key() != code.address.key()) {
        mail::add(&app, &mut tx, me, &before.address, MailKind::EmailRemoved).await?;
    }
    tx.tell(me, News::Changed(Changed::Me)).await?;
    let account = read(&app, &mut tx, me).await?;
    tx.commit().await?;
    app.mail.wake.notify_one();
    app.hub.news(me);
    Ok(Json(account))
}

/// Chooses whether people who have one's address in their address book find one by it.
#[utoipa::path(patch, operation_id = "change_email", path = "/me/email", tag = "account", request_body = EmailChange, responses(
    (status = 200, description = "Oneself", body = Me),
    (status = "4XX", description = "bad_input, not_found", body = Problem)))]
pub(super) async fn change_email(
    State(app): State<App>,
    session: Session,
    Body(body): Body<EmailChange>,
) -> Result<Json<Me>, ApiError> {
    let mut tx = app.store.write().await?;
    if !tx.set_findable(session.person, body.findable).await? {
        return Err(Code::NotFound.into());
    }
    finish_me(&app, tx, session).await
}

/// Removes one's address, or an unverified one. The address is told.
#[utoipa::path(delete, operation_id = "remove_email", path = "/me/email", tag = "account", responses(
    (status = 200, description = "Oneself", body = Me),
    (status = 404, description = "not_found", body = Problem)))]
pub(super) async fn remove_email(
    State(app): State<App>,
    session: Session,
) -> Result<Json<Me>, ApiError> {
    let me = session.person;
    let mut tx = app.store.write().await?;
    let before = tx.email(me).await?;
    let waiting = tx.mailed_code(me, Purpose::Email).await?;
    if before.is_none() && waiting.is_none() {
        return Err(Code::NotFound.into());
    }
    if let Some(before) = before {
        if app.mail.is_offered() {
            mail::add(&app, &mut tx, me, &before.address, MailKind::EmailRemoved).await?;
        }
        tx.remove_email(me).await?;
    }
    tx.forget_code(me, Purpose::Email).await?;
    tx.forget_code(me, Purpose::Password).await?;
    let done = finish_me(&app, tx, session).await;
    app.mail.wake.notify_one();
    done
}

/// Whether what was typed is the code, and still good.
pub(super) fn is_right(
    app: &App,
    person: PersonId,
    purpose: Purpose,
    code: &CodeRow,
    typed: &str,
    now: Timestamp,
) -> bool {
    let good = now < code.until && code.tries < TRIES;
    good && app.mail.codes.fits(person, purpose, &code.seed, typed)
}

async fn read(app: &App, reader: &mut Reader, person: PersonId) -> Result<Account, ApiError> {
    let now = app.clock.now();
    let email = reader.email(person).await?.map(|row| AccountEmail {
        address: row.address,
        verified: row.verified,
        findable: row.findable,
    });
    let waiting = reader.mailed_code(person, Purpose::Email).await?;
    Ok(Account {
        mail: app.mail.is_offered(),
        email,
        unverified: waiting
            .filter(|code| now < code.until)
            .map(|code| code.address),
        password: reader.password_of(person).await?.is_some(),
        created: reader.signed_up(person).await?,
    })
}
