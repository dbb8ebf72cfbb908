//! An account and what belongs to it: e-mail, password, the end of it.

use crate::{Email, Handle, Timestamp};
use serde::{Deserialize, Serialize};

/// `GET /me/account`: what belongs to one's account and is nobody else's business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Account {
    /// Whether this server sends mail; without that e-mail is not offered.
    pub mail: bool,
    /// One's verified address.
    pub email: Option<AccountEmail>,
    /// An address that was named and has yet to be verified.
    pub unverified: Option<Email>,
    /// Whether one can sign in with a password.
    pub password: bool,
    /// When one signed up.
    pub created: Timestamp,
}

/// A verified address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AccountEmail {
    /// The address.
    pub address: Email,
    /// When it was verified.
    pub verified: Timestamp,
    /// People who have it in their address book find one by it.
    pub findable: bool,
}

/// `POST /me/email`: names an address; a code is mailed to it.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EmailWish {
    /// The address.
    pub address: Email,
    /// One's password, to show that it is oneself. Without it, it is good if one has shown so lately in another way.
    #[serde(default)]
    pub password: Option<String>,
}

/// `POST /me/email/confirm`: the code that was mailed.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MailedCode {
    /// Eight letters and digits; case, spaces and hyphens do not matter.
    pub code: String,
}

/// `PATCH /me/email`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EmailChange {
    /// Whether people who have it in their address book find one by it.
    pub findable: bool,
}

/// `PUT /me/password`: another password, or a first one. All other devices are signed out.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password until now. Absent if there is none: then one has to have shown lately in another way that it is
    /// oneself.
    #[serde(default)]
    pub old: Option<String>,
    /// The new one: 8 characters or more.
    pub new: String,
}

/// `POST /password-resets`: asks for a code by mail.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResetWish {
    /// Whose password: a handle or an e-mail address.
    pub who: String,
}

/// `POST /password-resets/finish`: sets a new password by the code that was mailed.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// Whose password: the same handle or address that was asked for.
    pub who: String,
    /// The code.
    pub code: String,
    /// The new password: 8 characters or more.
    pub password: String,
}

/// `POST /me/deletion`: deletes one's account, in 14 days.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeletionWish {
    /// One's handle, typed again.
    pub handle: Handle,
    /// One's password, to show that it is oneself. Without it, it is good if one has shown so lately in another way.
    #[serde(default)]
    pub password: Option<String>,
}

/// `GET /me/deletion`: what is left to see for somebody whose account will be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Deletion {
    /// Whose account.
    pub handle: Handle,
    /// When it is deleted; absent: it stays.
    pub at: Option<Timestamp>,
}
