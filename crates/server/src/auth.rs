//! Sessions: a random token in a cookie, its SHA-256 in the store. A device is its session (M-1).

use crate::app::App;
use crate::listen::Peer;
use crate::problem::ApiError;
use crate::random;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use birdcall_protocol::{Code, DeviceId, PersonId, Timestamp};
use birdcall_store::SignedIn;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::time::Duration;

/// A session's cookie lives this long in the browser; the server ends sessions by removing the device.
const COOKIE_DAYS: i64 = 400;

/// How exact "last seen" is. Lowering it costs a write for each device that often.
const SEEN_EVERY: Duration = Duration::from_secs(60);

/// Who asks: the person and device that the request's cookie stands for.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    /// The person.
    pub person: PersonId,
    /// The device.
    pub device: DeviceId,
}

/// The same, also for somebody whose account will be deleted: they may keep it or sign out, and nothing else.
#[derive(Debug, Clone, Copy)]
pub struct AnySession(pub Session);

impl FromRequestParts<App> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let known = known(parts, app).await?;
        if known.leaving {
            return Err(Code::Leaving.into());
        }
        Ok(Self {
            person: known.person,
            device: known.device,
        })
    }
}

impl FromRequestParts<App> for AnySession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let known = known(parts, app).await?;
        Ok(Self(Session {
            person: known.person,
            device: known.device,
        }))
    }
}

/// Whom the request's cookie stands for. Whoever it is, they have so many reads and writes (`doors`); without a good
/// cookie it is their network that has them.
async fn known(parts: &mut Parts, app: &App) -> Result<SignedIn, ApiError> {
    let jar = CookieJar::from_headers(&parts.headers);
    let token = jar
        .get(cookie_name(app.config.secure))
        .map(|cookie| digest(cookie.value()));
    let known = match token {
        Some(token) => app.store.read().await?.signed_in(&token).await?,
        None => None,
    };
    let Some(known) = known else {
        // Knocks at the door of strangers.
        From::from_request_parts(parts, app).await?;
        return Err(Code::NotSignedIn.into());
    };
    app.doors.request(known.person, &parts.method)?;
    let now = app.clock.now();
    if now.since(known.last_seen) >= SEEN_EVERY {
        touch(app, known.device, now);
    }
    Ok(known)
}

/// Notes that a device was alive then; nobody waits for it, and a failure only makes the list less exact.
fn touch(app: &App, device: DeviceId, then: Timestamp) {
    let app = app.clone();
    tokio::spawn(async move {
        let noted = app.again(|| async {
            let mut tx = app.store.write().await?;
            tx.touch_device(device, then).await?;
            tx.commit().await
        });
        if let Err(error) = noted.await {
            tracing::warn!(%error, "a device's last use was not noted");
        }
    });
}

/// A fresh token and what the store keeps of it.
#[must_use]
pub fn fresh_token() -> (String, String) {
    let token = random::token();
    let kept = digest(&token);
    (token, kept)
}

/// The cookie that signs a device in.
#[must_use]
pub fn signing_in(token: String, secure: bool) -> Cookie<'static> {
    cookie(token, secure, COOKIE_DAYS * 24 * 60 * 60)
}

/// The cookie that signs a device out.
#[must_use]
pub fn signing_out(secure: bool) -> Cookie<'static> {
    cookie(String::new(), secure, 0)
}

fn cookie(value: String, secure: bool, seconds: i64) -> Cookie<'static> {
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
        "__Host-birdcall"
    } else {
        "birdcall"
    }
}

/// What the store keeps of a token: its SHA-256 in hexadecimal.
#[must_use]
pub fn digest(token: &str) -> String {
    random::hex(&Sha256::digest(token.as_bytes()))
}

/// Where a request of nobody in particular came from, for rate limits only; it is never kept, logged or shown (P-6).
/// Whoever takes it has knocked at the door of strangers.
pub struct From(pub IpAddr);

impl FromRequestParts<App> for From {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let address = origin(parts, app)?;
        app.doors.visit(address)?;
        Ok(Self(address))
    }
}

fn origin(parts: &Parts, app: &App) -> Result<IpAddr, ApiError> {
    if app.config.trust_proxy {
        // The last entry is the one that our own proxy added.
        let forwarded = parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()
            .and_then(|value| value.to_str().ok())
            .and_then(|list| list.rsplit(',').next())
            .and_then(|last| last.trim().parse().ok());
        if let Some(address) = forwarded {
            return Ok(address);
        }
    }
    parts
        .extensions
        .get::<ConnectInfo<Peer>>()
        .map(|ConnectInfo(Peer(address))| address.ip())
        .ok_or(ApiError(Code::Internal))
}
