//! To the provider of accounts and back: signing in, linking an account there, showing that it is still the same person.
//!
//! The browser leaves with a state in the address and another secret in a cookie; only who comes back with both to what was
//! begun is heard, once. So nobody can be signed in to an account that somebody else has chosen (RFC 9700, 4.7).

use super::accounts::{add_account, add_device, read_me};
use super::input::{Asked, Body};
use super::proof::prove;
use super::ways_in::one_may_go;
use crate::app::App;
use crate::auth::{self, From, Session};
use crate::oidc::newcomer::proposed;
use crate::oidc::{Account, Provider};
use crate::passkeys::{from_json, to_json};
use crate::problem::ApiError;
use crate::relay::Page;
use crate::text;
use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Redirect;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use birdcall_protocol::body::{Me, Problem};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::ways_in::{
    AtProvider, Newcomer, NewcomerSignUp, Proof, ProviderErrand, ToProvider,
};
use birdcall_protocol::{Code, DeviceId, Email, Handle, PersonId};
use birdcall_store::{CeremonyKind, Named, NewIdentity, News, StoreError, Tx};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::IntoParams;

/// How long somebody may be at the provider, or choose a handle. Some have to find a second factor first; raising it keeps
/// more of them in the database.
const PATIENCE: Duration = Duration::from_secs(900);

/// What waits for somebody who is at the provider.
#[derive(Serialize, Deserialize)]
struct Errand {
    what: ProviderErrand,
    /// Of the cookie: only this browser comes back.
    browser: String,
    /// The address that the provider sends it back to.
    back: String,
    nonce: String,
    verifier: String,
    /// Who went, where it is not to sign in.
    who: Option<(PersonId, DeviceId)>,
    /// What to call the device that is signed in.
    device: Option<String>,
}

/// What waits for somebody who has to choose a handle.
#[derive(Serialize, Deserialize)]
struct Choosing {
    subject: String,
    username: Option<String>,
    name: Option<String>,
    email: Option<String>,
    device: Option<String>,
}

/// What the provider sends a browser back with (RFC 6749, 4.1.2).
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Returned {
    /// What was sent along.
    state: Option<String>,
    /// Good for one token.
    code: Option<String>,
    /// Why there is none.
    error: Option<String>,
}

/// Goes to the provider.
#[utoipa::path(post, operation_id = "to_provider", path = "/oidc", tag = "accounts", request_body = ToProvider, responses(
    (status = 200, description = "Where to send the browser", body = AtProvider),
    (status = "4XX", description = "not_signed_in, proof_needed, wrong_password, too_many", body = Problem),
    (status = 503, description = "provider_away", body = Problem)))]
pub(super) async fn depart(
    State(app): State<App>,
    From(address): From,
    mut parts: Parts,
    jar: CookieJar,
    Body(body): Body<ToProvider>,
) -> Result<(CookieJar, Json<AtProvider>), ApiError> {
    app.doors.ceremony(address)?;
    let provider = provider(&app)?;
    let who = match body.errand {
        ProviderErrand::SignIn => None,
        ProviderErrand::Prove => Some(Session::from_request_parts(&mut parts, &app).await?),
        ProviderErrand::Link => {
            let session = Session::from_request_parts(&mut parts, &app).await?;
            let password = body.password;
            prove(&app, session, address, Proof { password }).await?;
            Some(session)
        }
    };
    let back = back(&parts.headers, app.config.secure)?;
    let now = app.clock.now();
    let (state, id) = auth::fresh_token();
    let again = body.errand == ProviderErrand::Prove;
    let departure = provider.depart(now, &back, state, again).await?;
    // Two tabs of a browser that leave at once both come back.
    let (browser, kept) = match jar.get(cookie_name(app.config.secure)) {
        Some(cookie) => (cookie.value().to_owned(), auth::digest(cookie.value())),
        None => auth::fresh_token(),
    };
    let errand = Errand {
        what: body.errand,
        browser: kept,
        back,
        nonce: departure.nonce,
        verifier: departure.verifier,
        who: who.map(|session| (session.person, session.device)),
        device: body.device.map(|name| text::device(Some(&name))),
    };
    let mut tx = app.store.write().await?;
    let until = now + PATIENCE;
    tx.begin_ceremony(
        &id,
        CeremonyKind::AtProvider,
        &to_json(&errand)?,
        now,
        until,
    )
    .await?;
    tx.commit().await?;
    let jar = jar.add(cookie(browser, app.config.secure, PATIENCE));
    Ok((jar, Json(AtProvider { url: departure.url })))
}

/// Comes back from the provider. Whatever happens, the browser is sent on to a page of the app, which says it in words.
#[utoipa::path(get, operation_id = "from_provider", path = "/oidc/back", tag = "accounts", params(Returned), responses(
    (status = 303, description = "On to a page")))]
pub(super) async fn arrive(
    State(app): State<App>,
    From(address): From,
    mut parts: Parts,
    jar: CookieJar,
    Asked(returned): Asked<Returned>,
) -> (CookieJar, Redirect) {
    let session = Session::from_request_parts(&mut parts, &app).await.ok();
    let errand = match app.doors.answer(address) {
        Ok(()) => {
            let taken = || take(&app, &jar, &returned);
            app.again(taken).await
        }
        Err(error) => Err(error),
    };
    let errand = match errand {
        Ok(errand) => errand,
        // Somebody who goes back in the browser after all went well is where they want to be.
        Err(ApiError(Code::CeremonyOver)) if session.is_some() => return (jar, to("/", None)),
        Err(error) => return (jar, to("/", Some(error.0.as_str()))),
    };
    let page = match errand.what {
        ProviderErrand::SignIn => "/",
        ProviderErrand::Link | ProviderErrand::Prove => "/settings/account",
    };
    if returned.error.is_some() {
        // Which error is the provider's business; mostly somebody pressed Cancel there.
        return (jar, to(page, Some("denied")));
    }
    let done = match errand.what {
        ProviderErrand::SignIn => sign_in(&app, jar.clone(), &errand, returned).await,
        ProviderErrand::Link | ProviderErrand::Prove => {
            let said = confirm(&app, session, &errand, returned).await;
            said.map(|said| (jar.clone(), Some(said)))
        }
    };
    match done {
        Ok((jar, said)) => (jar, to(page, said)),
        Err(error) => (jar, to(page, Some(error.0.as_str()))),
    }
}

/// Who one is, as the provider says, while one has no account here.
#[utoipa::path(get, operation_id = "newcomer", path = "/oidc/newcomer", tag = "accounts", responses(
    (status = 200, description = "A handle and a name to begin with", body = Newcomer),
    (status = 409, description = "ceremony_over", body = Problem)))]
pub(super) async fn newcomer(
    State(app): State<App>,
    _: From,
    jar: CookieJar,
) -> Result<Json<Newcomer>, ApiError> {
    let mut reader = app.store.read().await?;
    let id = choosing_id(&app, &jar)?;
    let state = reader
        .ceremony(&id, CeremonyKind::ChooseHandle, app.clock.now())
        .await?
        .ok_or(ApiError(Code::CeremonyOver))?;
    let choosing: Choosing = from_json(&state)?;
    let handle = choosing.username.as_deref().and_then(proposed);
    let taken = match &handle {
        Some((handle, _)) => reader.person(handle).await?.is_some(),
        None => false,
    };
    Ok(Json(Newcomer {
        handle: handle
            .map(|(handle, _)| handle.to_string())
            .unwrap_or_default(),
        taken,
        name: choosing.name.unwrap_or_default(),
    }))
}

/// Makes an account here for somebody whom the provider knows, and signs them in.
#[utoipa::path(post, operation_id = "newcomer_sign_up", path = "/oidc/accounts", tag = "accounts", request_body = NewcomerSignUp, responses(
    (status = 201, description = "Signed up and in", body = Me),
    (status = "4XX", description = "bad_input, handle_taken, sign_up_closed, ceremony_over, too_many", body = Problem)))]
pub(super) async fn sign_up(
    State(app): State<App>,
    From(address): From,
    jar: CookieJar,
    Body(body): Body<NewcomerSignUp>,
) -> Result<(StatusCode, CookieJar, Json<Me>), ApiError> {
    if !app.config.sign_up {
        return Err(Code::SignUpClosed.into());
    }
    app.doors.sign_up(address)?;
    let id = choosing_id(&app, &jar)?;
    let name = text::name(body.name.as_deref().unwrap_or(body.handle.as_str()))?;
    let mut tx = app.store.write().await?;
    // A handle that is taken changes nothing: the same person may choose another.
    let state = tx
        .take_ceremony(&id, CeremonyKind::ChooseHandle, app.clock.now())
        .await?
        .ok_or(ApiError(Code::CeremonyOver))?;
    let choosing: Choosing = from_json(&state)?;
    let account = Account {
        subject: choosing.subject,
        username: choosing.username,
        name: None,
        email: choosing.email,
    };
    let person = enrol(&app, &mut tx, &body.handle, &name, &account).await?;
    let jar = jar.add(cookie(String::new(), app.config.secure, Duration::ZERO));
    let added = add_device(&app, &mut tx, person, choosing.device.as_deref()).await?;
    tx.prove(added.device, app.clock.now()).await?;
    let me = read_me(&app, &mut tx, person, added.device).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, added.sign_in(&app, jar), Json(me)))
}

/// The account at the provider is no way in any more, unless nothing else would let one in.
#[utoipa::path(delete, operation_id = "remove_identity", path = "/oidc/identity", tag = "accounts", responses(
    (status = 204, description = "Removed"),
    (status = "4XX", description = "not_found, last_way_in", body = Problem)))]
pub(super) async fn unlink(
    State(app): State<App>,
    session: Session,
) -> Result<StatusCode, ApiError> {
    let issuer = provider(&app)
        .map_err(|_| ApiError(Code::NotFound))?
        .issuer();
    let mut tx = app.store.write().await?;
    if tx.identity(session.person, issuer).await?.is_none() {
        return Err(Code::NotFound.into());
    }
    one_may_go(&app, &mut tx, session.person).await?;
    tx.remove_identity(session.person, issuer).await?;
    tx.tell(session.person, News::Changed(Changed::Me)).await?;
    tx.commit().await?;
    app.hub.news(session.person);
    Ok(StatusCode::NO_CONTENT)
}

/// What was begun, if this browser began it. It is taken by whoever comes, so that a stolen address is worth nothing.
async fn take(app: &App, jar: &CookieJar, returned: &Returned) -> Result<Errand, ApiError> {
    let state = returned.state.as_deref().unwrap_or_default();
    let mut tx = app.store.write().await?;
    let errand = tx
        .take_ceremony(
            &auth::digest(state),
            CeremonyKind::AtProvider,
            app.clock.now(),
        )
        .await?
        .ok_or(ApiError(Code::CeremonyOver))?;
    tx.commit().await?;
    let errand: Errand = from_json(&errand)?;
    let cookie = jar.get(cookie_name(app.config.secure));
    match cookie {
        Some(cookie) if auth::digest(cookie.value()) == errand.browser => Ok(errand),
        _ => Err(Code::CeremonyOver.into()),
    }
}

async fn asked(app: &App, errand: &Errand, returned: Returned) -> Result<Account, ApiError> {
    let code = returned.code.ok_or(ApiError(Code::ProviderRefused))?;
    let verifier = errand.verifier.clone();
    provider(app)?
        .arrive(app.clock.now(), &errand.back, code, &errand.nonce, verifier)
        .await
}

/// Signs in whom the provider names; a newcomer gets an account, or has to choose a handle first.
async fn sign_in(
    app: &App,
    jar: CookieJar,
    errand: &Errand,
    returned: Returned,
) -> Result<(CookieJar, Option<&'static str>), ApiError> {
    let account = asked(app, errand, returned).await?;
    // Here and not around all of it: the provider's code is good once.
    app.again(|| enter(app, jar.clone(), errand, &account))
        .await
}

async fn enter(
    app: &App,
    jar: CookieJar,
    errand: &Errand,
    account: &Account,
) -> Result<(CookieJar, Option<&'static str>), ApiError> {
    let issuer = provider(app)?.issuer();
    let now = app.clock.now();
    let mut tx = app.store.write().await?;
    let person = match tx.identified(issuer, &account.subject).await? {
        Some(person) => {
            tx.use_identity(issuer, &account.subject, shown(account), now)
                .await?;
            tx.tell(person, News::Changed(Changed::Devices)).await?;
            person
        }
        None if !app.config.sign_up => return Err(Code::SignUpClosed.into()),
        None => {
            let handle = account.username.as_deref().and_then(proposed);
            match handle.filter(|(_, same)| *same) {
                Some((handle, _)) if tx.person(&handle).await?.is_none() => {
                    let name = account.name.as_deref().map(text::name);
                    let name = match name {
                        Some(Ok(name)) => name,
                        _ => text::name(handle.as_str())?,
                    };
                    match enrol(app, &mut tx, &handle, &name, account).await {
                        Ok(person) => person,
                        Err(ApiError(Code::HandleTaken)) => {
                            drop(tx);
                            let tx = app.store.write().await?;
                            return choose(app, tx, jar, errand, account).await;
                        }
                        Err(error) => return Err(error),
                    }
                }
                _ => return choose(app, tx, jar, errand, account).await,
            }
        }
    };
    let added = add_device(app, &mut tx, person, errand.device.as_deref()).await?;
    tx.prove(added.device, now).await?;
    tx.commit().await?;
    let jar = added.sign_in(app, jar);
    app.hub.news(person);
    let jar = jar.add(cookie(String::new(), app.config.secure, Duration::ZERO));
    Ok((jar, None))
}

/// Remembers who has come, until they have chosen a handle.
async fn choose(
    app: &App,
    mut tx: Tx,
    jar: CookieJar,
    errand: &Errand,
    account: &Account,
) -> Result<(CookieJar, Option<&'static str>), ApiError> {
    let name = account.name.as_deref();
    let choosing = Choosing {
        subject: account.subject.clone(),
        username: account.username.clone(),
        name: name.and_then(|name| Some(text::name(name).ok()?.text)),
        email: account.email.clone(),
        device: errand.device.clone(),
    };
    let now = app.clock.now();
    let (token, id) = auth::fresh_token();
    let until = now + PATIENCE;
    tx.begin_ceremony(
        &id,
        CeremonyKind::ChooseHandle,
        &to_json(&choosing)?,
        now,
        until,
    )
    .await?;
    tx.commit().await?;
    let jar = jar.add(cookie(token, app.config.secure, PATIENCE));
    Ok((jar, Some("newcomer")))
}

/// A new person, whose only way in is the account at the provider.
async fn enrol(
    app: &App,
    tx: &mut Tx,
    handle: &Handle,
    name: &Named,
    account: &Account,
) -> Result<PersonId, ApiError> {
    let person = add_account(app, tx, handle, name, "").await?;
    link(app, tx, person, account).await?;
    bring_email(app, tx, person, account).await?;
    Ok(person)
}

/// An address that the provider has verified spares its owner a code. Where it is somebody's already, it stays theirs; and
/// nobody is found by it before they have said so (M-3).
async fn bring_email(
    app: &App,
    tx: &mut Tx,
    person: PersonId,
    account: &Account,
) -> Result<(), ApiError> {
    let address = account.email.as_deref().map(str::parse::<Email>);
    let Some(Ok(address)) = address.filter(|_| app.mail.is_offered()) else {
        return Ok(());
    };
    if tx.person_by_email(&address).await?.is_none() {
        tx.set_email(person, &address, app.clock.now()).await?;
        tx.set_findable(person, false).await?;
    }
    Ok(())
}

async fn link(app: &App, tx: &mut Tx, person: PersonId, account: &Account) -> Result<(), ApiError> {
    let new = NewIdentity {
        issuer: provider(app)?.issuer(),
        subject: &account.subject,
        person,
        name: shown(account),
        at: app.clock.now(),
    };
    match tx.add_identity(&new).await {
        Err(StoreError::Conflict) => Err(Code::IdentityTaken.into()),
        other => Ok(other?),
    }
}

/// Links the account at the provider to the person who went, or takes it as a proof. What the page says of it.
async fn confirm(
    app: &App,
    session: Option<Session>,
    errand: &Errand,
    returned: Returned,
) -> Result<&'static str, ApiError> {
    let session = session.ok_or(ApiError(Code::NotSignedIn))?;
    if errand.who != Some((session.person, session.device)) {
        return Err(Code::CeremonyOver.into());
    }
    let account = asked(app, errand, returned).await?;
    let said = app
        .again(|| confirmed(app, session, errand.what, &account))
        .await?;
    app.hub.news(session.person);
    Ok(said)
}

async fn confirmed(
    app: &App,
    session: Session,
    errand: ProviderErrand,
    account: &Account,
) -> Result<&'static str, ApiError> {
    let issuer = provider(app)?.issuer();
    let now = app.clock.now();
    let mut tx = app.store.write().await?;
    let owner = tx.identified(issuer, &account.subject).await?;
    let said = match (errand, owner) {
        (ProviderErrand::Link, None) => {
            link(app, &mut tx, session.person, account).await?;
            tx.tell(session.person, News::Changed(Changed::Me)).await?;
            "linked"
        }
        (ProviderErrand::Link, Some(person)) if person == session.person => "linked",
        (ProviderErrand::Prove, Some(person)) if person == session.person => "proved",
        _ => return Err(Code::IdentityTaken.into()),
    };
    tx.prove(session.device, now).await?;
    tx.commit().await?;
    Ok(said)
}

/// What an account at the provider is called where its owner sees it.
fn shown(account: &Account) -> &str {
    let name = account.username.as_deref().or(account.name.as_deref());
    name.unwrap_or(&account.subject)
}

fn provider(app: &App) -> Result<&Provider, ApiError> {
    app.provider.as_ref().ok_or(ApiError(Code::ProviderAway))
}

/// The address that the provider sends a browser back to: of the page that it left from.
fn back(headers: &HeaderMap, tls: bool) -> Result<String, ApiError> {
    let page = Page::of(headers, tls).ok_or(ApiError(Code::BadInput))?;
    Ok(format!("{}/api/v1/oidc/back", page.origin()))
}

/// On to a page, with a word of what happened that the page knows how to say.
fn to(page: &str, said: Option<&str>) -> Redirect {
    match said {
        Some(said) => Redirect::to(&format!("{page}?provider={said}")),
        None => Redirect::to(page),
    }
}

fn choosing_id(app: &App, jar: &CookieJar) -> Result<String, ApiError> {
    jar.get(cookie_name(app.config.secure))
        .map(|cookie| auth::digest(cookie.value()))
        .ok_or(ApiError(Code::CeremonyOver))
}

fn cookie(value: String, secure: bool, lasts: Duration) -> Cookie<'static> {
    let seconds = i64::try_from(lasts.as_secs()).unwrap_or(i64::MAX);
    Cookie::build((cookie_name(secure), value))
        .path("/")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Lax)
        .max_age(time::Duration::seconds(seconds))
        .build()
}

fn cookie_name(secure: bool) -> &'static str {
    if secure {
        "__Host-birdcall-provider"
    } else {
        "birdcall-provider"
    }
}
