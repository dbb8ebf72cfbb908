//! How a person comes in: what a sign-in page has to know, passkeys (WebAuthn Level 3), and accounts at a provider
//! (OpenID Connect Core 1.0). Bytes are base64url without padding.

use crate::{Handle, PasskeyId, Timestamp};
use serde::{Deserialize, Serialize};

/// `GET /server`: what anybody may know of this server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ServerFacts {
    /// Whether anybody may sign up.
    pub sign_up: bool,
    /// The provider whose accounts are good here, if there is one.
    pub oidc: Option<Provider>,
    /// Whether it can send mail; without that e-mail is not offered.
    pub mail: bool,
}

/// A provider of accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Provider {
    /// What people call it.
    pub name: String,
}

/// `GET /ways-in`: how one comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WaysIn {
    /// By a password.
    pub password: bool,
    /// By passkeys, the newest first.
    pub passkeys: Vec<Passkey>,
    /// By an account at the provider.
    pub identity: Option<Identity>,
    /// Until when nothing more has to be shown on this device where [`Proof`] is asked for.
    pub proved_until: Option<Timestamp>,
}

/// One of one's passkeys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Passkey {
    /// The passkey.
    pub id: PasskeyId,
    /// Its name.
    pub name: String,
    /// The host it works at.
    pub host: String,
    /// What its authenticator calls it.
    pub credential: String,
    /// When it was made.
    pub created: Timestamp,
    /// When somebody last signed in with it.
    pub last_used: Option<Timestamp>,
}

/// One's account at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Identity {
    /// What the provider calls it.
    pub name: String,
    /// Since when it is a way in.
    pub created: Timestamp,
    /// When one last came in by it.
    pub last_used: Timestamp,
}

/// Shows that one is still who signed in, before something that could lock one out. Without a password it is good if
/// one came in with a passkey or by the provider lately, or showed it since.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The password.
    #[serde(default)]
    pub password: Option<String>,
}

/// What a browser needs to make a passkey (`PublicKeyCredentialCreationOptions`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MakePasskey {
    /// Names this in the answer; good for one.
    pub ceremony: String,
    /// What has to be signed.
    pub challenge: String,
    /// The host it will work at.
    pub host: String,
    /// What its authenticator knows one by.
    pub user: String,
    /// Algorithms of signatures that can be checked, the best first (COSE numbers).
    pub algorithms: Vec<i32>,
    /// Credentials that one has already.
    pub exclude: Vec<String>,
    /// For how long the answer is waited for, in milliseconds.
    pub timeout: u32,
}

/// What a browser needs to ask for a passkey (`PublicKeyCredentialRequestOptions`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AskPasskey {
    /// Names this in the answer; good for one.
    pub ceremony: String,
    /// What has to be signed.
    pub challenge: String,
    /// The host whose passkeys are asked for.
    pub host: String,
    /// For how long the answer is waited for, in milliseconds.
    pub timeout: u32,
}

/// `POST /passkeys`: a passkey that a browser has made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    /// What it answers.
    pub ceremony: String,
    /// What to call it.
    pub name: String,
    /// The browser's `clientDataJSON`.
    pub client_data: String,
    /// The authenticator's `attestationObject`.
    pub attestation: String,
}

/// A passkey that was used.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UsedPasskey {
    /// What it answers.
    pub ceremony: String,
    /// What its authenticator calls it.
    pub credential: String,
    /// The browser's `clientDataJSON`.
    pub client_data: String,
    /// The authenticator's data.
    pub authenticator_data: String,
    /// The signature over both.
    pub signature: String,
    /// What the authenticator knows its owner by.
    pub user: String,
    /// What to call this device, when one signs in.
    #[serde(default)]
    pub device: Option<String>,
}

/// `PATCH /passkeys/{passkey}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasskeyChange {
    /// What to call it.
    pub name: String,
}

/// Why one goes to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProviderErrand {
    /// To sign in, or up the first time.
    SignIn,
    /// To make the account there a way in of one's own.
    Link,
    /// To show that one is still who signed in.
    Prove,
}

/// `POST /oidc`: goes to the provider.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ToProvider {
    /// What for.
    pub errand: ProviderErrand,
    /// The password, where one wants to link and has one.
    #[serde(default)]
    pub password: Option<String>,
    /// What to call this device, when one signs in.
    #[serde(default)]
    pub device: Option<String>,
}

/// Where to send the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AtProvider {
    /// The provider's page.
    pub url: String,
}

/// `GET /oidc/newcomer`: who the provider says one is, while one has no account here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Newcomer {
    /// A handle to begin with, as the provider calls one; empty if that cannot be one.
    pub handle: String,
    /// Whether that handle is somebody's already.
    pub taken: bool,
    /// Display name.
    pub name: String,
}

/// `POST /oidc/accounts`: an account here, for somebody whom the provider knows.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewcomerSignUp {
    /// The handle wanted.
    pub handle: Handle,
    /// Display name; the handle if absent.
    #[serde(default)]
    pub name: Option<String>,
}
