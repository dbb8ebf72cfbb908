//! Message requests, read receipts and search (M-4): what stands between two people besides the entries themselves.

use crate::body::Person;
use crate::{Handle, Timestamp};
use serde::{Deserialize, Serialize};

/// How a conversation stands on one person's side. Nobody but that person learns of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Somebody unknown wrote, and this person has not said yes.
    Request,
    /// An ordinary conversation.
    Accepted,
}

/// How far one is told that the other side has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Seen {
    /// The newest of one's own messages that was read.
    pub seq: u64,
    /// When that was told.
    pub at: Timestamp,
}

/// `PUT /me/receipts`: "Read receipts and typing". Off: one neither gives nor sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Receipts {
    /// Whether.
    pub on: bool,
}

/// A message that a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Hit {
    /// The other person of the conversation.
    pub with: Person,
    /// Who wrote it.
    pub from: Handle,
    /// Its place in the conversation.
    pub seq: u64,
    /// When the server took it.
    pub at: Timestamp,
    /// A piece of it around the first word that was found, on one line.
    pub snippet: String,
    /// What of the snippet was found.
    pub marks: Vec<Mark>,
}

/// A part of a snippet, in UTF-16 code units, as JavaScript counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Mark {
    /// Where it begins.
    pub start: u32,
    /// Where it is over.
    pub end: u32,
}

/// A page of what a search found, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HitPage {
    /// The messages.
    pub hits: Vec<Hit>,
    /// There are older ones: ask again with `before` = this.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<String>,
}
