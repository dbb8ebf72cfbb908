//! Passkeys (WebAuthn Level 3): what is asked of a browser, and whether its answer is good (M-1).
//!
//! A passkey belongs to a host, so the page's own host is the relying party, and its origin is the only one whose answers
//! count. What was asked is kept in the store until the answer comes, and taken once, before the answer is looked at: an
//! answer that was refused cannot be tried again, and a good one is good once, on whichever node it arrives.
//! The person has to be verified by the authenticator, and a count of uses that goes back is refused.

use crate::app::App;
use crate::auth::{self, Session};
use crate::problem::ApiError;
use crate::random;
use crate::relay::Page;
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use birdcall_protocol::limits::MAX_PASSKEYS;
use birdcall_protocol::ways_in::{AskPasskey, MakePasskey, NewPasskey, UsedPasskey};
use birdcall_protocol::{Code, DeviceId, PersonId, Timestamp};
use birdcall_store::{CeremonyKind, PasskeyKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, Url, Uuid, Webauthn,
    WebauthnBuilder, WebauthnError,
};

/// How long a browser may take. People look for keys, type codes and fetch phones, so less than five minutes is too
/// short for some (WebAuthn Level 3, 15.1); raising it keeps more of them in the database.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// Where passkeys are made and asked for: the origin of a page whose host has a name.
pub struct Site {
    host: String,
    origin: Url,
}

impl Site {
    /// The site of the page that sent a request. `security` has seen to it that its origin is one of ours.
    ///
    /// # Errors
    /// `no_passkeys_here` if the host is an address: passkeys belong to names.
    pub fn of(headers: &HeaderMap, tls: bool) -> Result<Self, ApiError> {
        let page = Page::of(headers, tls).ok_or(ApiError(Code::NoPasskeysHere))?;
        Self::at(&page.origin())
    }

    fn at(origin: &str) -> Result<Self, ApiError> {
        let origin = Url::parse(origin).map_err(|_| ApiError(Code::NoPasskeysHere))?;
        let host = origin.domain().ok_or(ApiError(Code::NoPasskeysHere))?;
        Ok(Self {
            host: host.to_owned(),
            origin,
        })
    }

    fn webauthn(&self) -> Result<Webauthn, ApiError> {
        WebauthnBuilder::new(&self.host, &self.origin)
            .map(|builder| builder.rp_name("Birdcall").timeout(PATIENCE))
            .and_then(WebauthnBuilder::build)
            .map_err(|_| ApiError(Code::NoPasskeysHere))
    }
}

/// What waits for a passkey that is being made.
#[derive(Serialize, Deserialize)]
struct Making {
    origin: String,
    person: PersonId,
    device: DeviceId,
    state: PasskeyRegistration,
}

/// What waits for a passkey that was asked for.
#[derive(Serialize, Deserialize)]
struct Asking {
    origin: String,
    /// Where it has to be shown that somebody is still who signed in.
    device: Option<DeviceId>,
    state: DiscoverableAuthentication,
}

/// A passkey that was made and found good, to be added.
pub struct Made {
    /// The host it works at.
    pub host: String,
    /// What its authenticator calls it, base64url.
    pub credential_id: String,
    /// What is kept of it, as JSON.
    pub credential: String,
}

/// A passkey that was used and found good; what is kept of it is still to be brought up to date.
pub struct Used {
    /// The passkey, as it was read.
    pub key: PasskeyKey,
    /// What is to be kept of it now, as JSON.
    pub credential: String,
}

/// Begins to make a passkey.
///
/// # Errors
/// `full`, `no_passkeys_here`.
pub async fn begin_making(
    app: &App,
    site: &Site,
    session: Session,
) -> Result<MakePasskey, ApiError> {
    let now = app.clock.now();
    let webauthn = site.webauthn()?;
    let mut tx = app.store.write().await?;
    let person = tx.person_by_id(session.person).await?;
    let known = tx.passkeys(session.person).await?;
    if known.len() >= MAX_PASSKEYS as usize {
        return Err(Code::Full.into());
    }
    let fresh = random::hex(&random::user_handle());
    let user = tx.passkey_owner(session.person, &fresh).await?;
    let user = Uuid::parse_str(&user).map_err(|error| broken(&error))?;
    let exclude: Vec<String> = known.into_iter().map(|one| one.credential_id).collect();
    let (asked, state) = webauthn
        .start_passkey_registration(user, person.handle.as_str(), &person.name, None)
        .map_err(|error| broken(&error))?;
    let making = Making {
        origin: site.origin.to_string(),
        person: session.person,
        device: session.device,
        state,
    };
    let (ceremony, id) = auth::fresh_token();
    tx.begin_ceremony(
        &id,
        CeremonyKind::MakePasskey,
        &to_json(&making)?,
        now,
        now + PATIENCE,
    )
    .await?;
    tx.commit().await?;
    let algorithms = asked.public_key.pub_key_cred_params;
    Ok(MakePasskey {
        ceremony,
        challenge: BASE64.encode(asked.public_key.challenge.as_slice()),
        host: site.host.clone(),
        user: BASE64.encode(user.as_bytes()),
        algorithms: algorithms
            .into_iter()
            .filter_map(|one| i32::try_from(one.alg).ok())
            .collect(),
        exclude,
        timeout: milliseconds(PATIENCE),
    })
}

/// Looks at a passkey that a browser has made.
///
/// # Errors
/// `ceremony_over`, `passkey_refused`.
pub async fn made(
    app: &App,
    site: &Site,
    session: Session,
    answer: &NewPasskey,
) -> Result<Made, ApiError> {
    let making: Making = take(app, &answer.ceremony, CeremonyKind::MakePasskey).await?;
    if making.person != session.person || making.device != session.device {
        return Err(Code::CeremonyOver.into());
    }
    if making.origin != site.origin.as_str() {
        return Err(Code::PasskeyRefused.into());
    }
    // Its name is read from what the authenticator says; what the browser says of it counts for nothing.
    let answer = json!({
        "id": "",
        "rawId": "",
        "type": "public-key",
        "response": {
            "attestationObject": answer.attestation,
            "clientDataJSON": answer.client_data,
        },
    });
    let answer = serde_json::from_value(answer).map_err(|_| ApiError(Code::PasskeyRefused))?;
    let passkey = site
        .webauthn()?
        .finish_passkey_registration(&answer, &making.state)
        .map_err(|error| refused(&error))?;
    Ok(Made {
        host: site.host.clone(),
        credential_id: BASE64.encode(passkey.cred_id()),
        credential: to_json(&passkey)?,
    })
}

/// Begins to ask for a passkey: to sign in, or on a device to show that it is still the same person.
///
/// # Errors
/// `no_passkeys_here`.
pub async fn begin_asking(
    app: &App,
    site: &Site,
    device: Option<DeviceId>,
) -> Result<AskPasskey, ApiError> {
    let now = app.clock.now();
    let (asked, state) = site
        .webauthn()?
        .start_discoverable_authentication()
        .map_err(|error| broken(&error))?;
    let asking = Asking {
        origin: site.origin.to_string(),
        device,
        state,
    };
    let (ceremony, id) = auth::fresh_token();
    let mut tx = app.store.write().await?;
    tx.begin_ceremony(
        &id,
        kind_of(device),
        &to_json(&asking)?,
        now,
        now + PATIENCE,
    )
    .await?;
    tx.commit().await?;
    Ok(AskPasskey {
        ceremony,
        challenge: BASE64.encode(asked.public_key.challenge.as_slice()),
        host: site.host.clone(),
        timeout: milliseconds(PATIENCE),
    })
}

/// Looks at the answer of a passkey that was asked for.
///
/// # Errors
/// `ceremony_over`, `passkey_unknown`, `passkey_refused`.
pub async fn used(
    app: &App,
    site: &Site,
    device: Option<DeviceId>,
    answer: &UsedPasskey,
) -> Result<Used, ApiError> {
    let asking: Asking = take(app, &answer.ceremony, kind_of(device)).await?;
    if asking.device != device {
        return Err(Code::CeremonyOver.into());
    }
    if asking.origin != site.origin.as_str() {
        return Err(Code::PasskeyRefused.into());
    }
    let mut reader = app.store.read().await?;
    let key = reader
        .passkey(&answer.credential)
        .await?
        .ok_or(ApiError(Code::PasskeyUnknown))?;
    drop(reader);
    let user = BASE64.decode(&answer.user).unwrap_or_default();
    // A passkey says itself whose it is (WebAuthn Level 3, 7.2, step 6), and says so at the host it was made at.
    if random::hex(&user) != key.user_handle || key.host != site.host {
        return Err(Code::PasskeyRefused.into());
    }
    let answer = json!({
        "id": answer.credential,
        "rawId": answer.credential,
        "type": "public-key",
        "response": {
            "authenticatorData": answer.authenticator_data,
            "clientDataJSON": answer.client_data,
            "signature": answer.signature,
            "userHandle": answer.user,
        },
    });
    let answer = serde_json::from_value(answer).map_err(|_| ApiError(Code::PasskeyRefused))?;
    let mut passkey: Passkey = from_json(&key.credential)?;
    let result = site
        .webauthn()?
        .finish_discoverable_authentication_v2(
            &answer,
            asking.state,
            DiscoverableKey::from(&passkey),
        )
        .map_err(|error| refused(&error))?;
    passkey.update_credential(&result);
    Ok(Used {
        credential: to_json(&passkey)?,
        key,
    })
}

fn kind_of(device: Option<DeviceId>) -> CeremonyKind {
    match device {
        Some(_) => CeremonyKind::ProvePasskey,
        None => CeremonyKind::UsePasskey,
    }
}

async fn take<T: DeserializeOwned>(
    app: &App,
    ceremony: &str,
    kind: CeremonyKind,
) -> Result<T, ApiError> {
    let now: Timestamp = app.clock.now();
    let mut tx = app.store.write().await?;
    let state = tx
        .take_ceremony(&auth::digest(ceremony), kind, now)
        .await?
        .ok_or(ApiError(Code::CeremonyOver))?;
    tx.commit().await?;
    from_json(&state)
}

fn refused(error: &WebauthnError) -> ApiError {
    // Says what did not fit, and nothing of whose it is.
    tracing::info!(%error, "a passkey was refused");
    ApiError(Code::PasskeyRefused)
}

fn broken(error: &dyn std::fmt::Display) -> ApiError {
    tracing::error!(%error, "a ceremony does not work");
    ApiError(Code::Internal)
}

/// What a ceremony has to remember, as the store keeps it.
pub(crate) fn to_json(value: &impl Serialize) -> Result<String, ApiError> {
    serde_json::to_string(value).map_err(|error| broken(&error))
}

/// What a ceremony remembered.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, ApiError> {
    serde_json::from_str(text).map_err(|error| broken(&error))
}

fn milliseconds(span: Duration) -> u32 {
    u32::try_from(span.as_millis()).unwrap_or(u32::MAX)
}
