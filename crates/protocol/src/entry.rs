//! What stands in a conversation: messages, pictures, sounds, finished calls, and what people did to them.

use crate::call::{CallKind, CallOutcome};
use crate::{CallId, Handle, Timestamp};
use serde::{Deserialize, Serialize};

/// One thing in a conversation, as its reader may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Entry {
    /// Its place in the conversation, the same for both people, growing, not gapless.
    pub seq: u64,
    /// When the server took it.
    pub at: Timestamp,
    /// Who wrote it, or who called.
    pub from: Handle,
    /// What it is.
    pub body: EntryBody,
    /// When its author changed it last. What it said before is not kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub edited: Option<Timestamp>,
    /// What it answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reply_to: Option<Quote>,
    /// What people feel about it, the first emoji first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub reactions: Vec<Reaction>,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EntryBody {
    /// A direct message.
    Message {
        /// Its text.
        text: String,
    },
    /// A voice message; its sound is at `/conversations/{handle}/entries/{seq}/voice`.
    Voice {
        /// How long it is, as its sender's browser says.
        seconds: u32,
    },
    /// A picture; it is at `/conversations/{handle}/entries/{seq}/picture`.
    Picture {
        /// How wide it is, in pixels.
        width: u32,
        /// How high it is, in pixels.
        height: u32,
        /// What its sender wrote to it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        text: Option<String>,
        /// What it shows, in the words of its sender, for people who do not see it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        alt: Option<String>,
    },
    /// A finished call.
    Call {
        /// The call.
        call: CallId,
        /// What it started as.
        kind: CallKind,
        /// How it turned out.
        outcome: CallOutcome,
        /// Seconds of talk.
        seconds: u32,
    },
    /// Its author deleted it for both. Nothing of what it was is left.
    Deleted {},
}

/// The entry that another one answers, in short. It is read anew each time, so it says what is true now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Quote {
    /// Its place.
    pub seq: u64,
    /// Who wrote it, or who called; absent where its reader does not see it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Handle>,
    /// What it is; `deleted` also where its reader does not see it. A long text ends after its beginning.
    pub body: EntryBody,
}

/// An emoji under an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Reaction {
    /// The emoji.
    pub emoji: String,
    /// Who chose it, the first one first. A person has one a message.
    pub by: Vec<Handle>,
}

/// `PATCH /conversations/{handle}/entries/{seq}`: a message says something else from now on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MessageChange {
    /// Its new text.
    pub text: String,
}

/// `PUT /conversations/{handle}/entries/{seq}/reaction`: one's own emoji, in place of the one before.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReactionChoice {
    /// One emoji, as one character that a person sees (UTS 51).
    pub emoji: String,
}
