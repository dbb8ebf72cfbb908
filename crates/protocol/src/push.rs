//! What a push message holds once the browser has decrypted it (RFC 8291).
//!
//! It is a declarative Web Push message too, which Safari shows without running the service worker; other browsers
//! hand it to the worker, which reads `birdcall` and shows more: the caller's name, Answer and Decline.

use crate::call::{CallKind, RingStop};
use crate::{CallId, Handle, TestId, Timestamp};
use serde::{Deserialize, Serialize};

/// The `web_push` member of a declarative message: the number of RFC 8030.
pub const DECLARATIVE: u32 = 8030;

/// A push message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PushMessage {
    /// [`DECLARATIVE`].
    pub web_push: u32,
    /// What is shown where the worker does not run.
    pub notification: PushNotification,
    /// Conversations with something unread, for the app's icon.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub app_badge: Option<u32>,
    /// What happened.
    pub birdcall: PushEvent,
}

/// The notification of a declarative message (WebKit, "Meet Declarative Web Push").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PushNotification {
    /// Its title.
    pub title: String,
    /// Its text.
    pub body: String,
    /// The page that a press opens, whole with the origin where it is known.
    pub navigate: String,
    /// A notification with the same tag is replaced.
    pub tag: String,
    /// The language of the words.
    pub lang: String,
    /// Without sound.
    pub silent: bool,
}

/// What a device that has the app closed is told. Nothing but ids, kinds, moments and handles of a call (C-11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PushEvent {
    /// Somebody calls. After its deadline it must not ring (C-14).
    Ring {
        /// The call.
        call: CallId,
        /// Who calls.
        caller: Handle,
        /// Audio or video.
        kind: CallKind,
        /// When it ends unanswered.
        deadline: Timestamp,
    },
    /// A ring is over, without being missed.
    RingStopped {
        /// The call.
        call: CallId,
        /// Who called.
        caller: Handle,
        /// Audio or video.
        kind: CallKind,
        /// Why.
        reason: RingStop,
    },
    /// A call was missed (C-13).
    Missed {
        /// The call.
        call: CallId,
        /// Who called.
        caller: Handle,
        /// Audio or video.
        kind: CallKind,
        /// When it was started.
        at: Timestamp,
    },
    /// A direct message.
    Message {
        /// Who wrote it.
        from: Handle,
        /// Its place in the conversation.
        seq: u64,
        /// The beginning of its text.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        text: Option<String>,
        /// The length of a voice message.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        voice: Option<u32>,
        /// It is a picture; what was written to it is in `text`.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        picture: bool,
    },
    /// A direct message that was told before was deleted by its author: what shows it is taken away.
    MessageGone {
        /// Who wrote it.
        from: Handle,
        /// Its place in the conversation.
        seq: u64,
    },
    /// The self-test of a ring.
    Test {
        /// The test.
        test: TestId,
        /// When it is over.
        deadline: Timestamp,
    },
}
