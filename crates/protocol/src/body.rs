//! HTTP bodies under `/api/v1`. HTTP changes what is remembered and reads it; the socket tells what changed.

use crate::book::CallRule;
use crate::call::{CallKind, CallOutcome, Phase, Role, UnrungReason};
pub use crate::entry::{Entry, EntryBody, MessageChange, Quote, Reaction, ReactionChoice};
use crate::profile::LookAlike;
use crate::quiet::Quiet;
use crate::report::Warning;
use crate::ring_test::RingTest;
use crate::talk::Seen;
use crate::{CallId, Code, DeviceId, Handle, Timestamp};
use serde::{Deserialize, Serialize};

/// An error, `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: Code,
    /// One sentence for people.
    pub title: String,
}

/// `POST /accounts`: signs a person up, and in on this device.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    /// The handle wanted.
    pub handle: Handle,
    /// 8 characters or more.
    pub password: String,
    /// Display name; the handle if absent.
    #[serde(default)]
    pub name: Option<String>,
    /// What to call this device, for example "Firefox on Linux".
    #[serde(default)]
    pub device: Option<String>,
}

/// `POST /sessions`: signs in on this device.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Who.
    pub handle: Handle,
    /// The password.
    pub password: String,
    /// What to call this device.
    #[serde(default)]
    pub device: Option<String>,
}

/// Oneself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Me {
    /// One's handle.
    pub handle: Handle,
    /// Display name.
    pub name: String,
    /// A few words about oneself.
    pub bio: String,
    /// Set by the operator.
    pub verified: bool,
    /// One's picture, as in [`Person`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub avatar: Option<String>,
    /// This device.
    pub device: DeviceId,
    /// Who may call, and how.
    pub calling: Calling,
    /// One's account will be deleted: all that one can do is to keep it, or to sign out.
    pub leaving: bool,
    /// Whether the first sign-in's question about calls was answered (C-2).
    pub calling_asked: bool,
    /// What the operator has to say and one has not read yet.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub warning: Option<Warning>,
    /// Whether the server can relay calls now; without that no call with Enhanced call privacy connects (P-5).
    pub relay: bool,
    /// When one does not want to be disturbed.
    pub quiet: Quiet,
    /// "Read receipts and typing": one gives and sees them.
    pub receipts: bool,
    /// The server's key for Web Push, as browsers ask for it (RFC 8292, 3.2): base64url of an uncompressed P-256 point.
    pub push_key: String,
}

/// `PATCH /me`: absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    /// New display name.
    #[serde(default)]
    pub name: Option<String>,
    /// New text about oneself.
    #[serde(default)]
    pub bio: Option<String>,
}

/// Calling settings; `PUT /me/calling` replaces them and answers the first sign-in's question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Calling {
    /// "Audio and video calling" (C-2).
    pub enabled: bool,
    /// Who may call (C-3).
    pub audience: Audience,
    /// "Enhanced call privacy" (P-1).
    pub enhanced_privacy: bool,
}

/// The boxes of C-3, joined by OR. None ticked: nobody can call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Audience {
    /// "People in your address book".
    pub address_book: bool,
    /// "People you follow".
    pub following: bool,
    /// "Verified people".
    pub verified: bool,
    /// "Everyone".
    pub everyone: bool,
}

impl Default for Audience {
    fn default() -> Self {
        Self {
            address_book: true,
            following: true,
            verified: false,
            everyone: false,
        }
    }
}

/// One of one's devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Device {
    /// The device.
    pub id: DeviceId,
    /// Its name.
    pub name: String,
    /// When it signed in.
    pub created: Timestamp,
    /// When it was last heard of, to the minute.
    pub last_seen: Timestamp,
    /// Whether it asks this.
    pub current: bool,
    /// Whether it has a socket open now: a call would ring there.
    pub connected: bool,
    /// Calls and messages make it neither ring nor show anything.
    pub silenced: bool,
    /// The time zone it was last used in, as the IANA database calls it, if its browser said so.
    pub zone: Option<String>,
    /// Whether it can be reached while the app is closed.
    pub push: PushState,
    /// The last self-test of its ring, for ten minutes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ring_test: Option<RingTest>,
}

/// Whether a device can be reached by Web Push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PushState {
    /// It has not asked for it.
    Off,
    /// It has, and nothing was sent yet.
    Untried,
    /// The push service took the last one.
    Reached,
    /// The push service did not take the last one.
    Failing,
}

/// `PUT /devices/current/push`: a `PushSubscription` of the browser (W3C Push API, 8).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PushSubscription {
    /// Where the push service takes messages for this device: a secret, `https`, of a public host.
    pub endpoint: String,
    /// The browser's key: base64url of an uncompressed P-256 point (RFC 8291, 3.1).
    pub p256dh: String,
    /// 16 random bytes in base64url (RFC 8291, 3.2).
    pub auth: String,
}

/// `PATCH /devices/{device}`: absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeviceChange {
    /// A new name.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether calls and messages leave it alone.
    #[serde(default)]
    pub silenced: Option<bool>,
}

/// A person in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Person {
    /// Their handle.
    pub handle: Handle,
    /// Their display name.
    pub name: String,
    /// The badge.
    pub verified: bool,
    /// Their picture, if they have one, is at `/avatars/{avatar}/96` and `/320`. Another picture has another name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub avatar: Option<String>,
}

/// A person, as one sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Profile {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// Their words about themselves.
    pub bio: String,
    /// One follows them.
    pub following: bool,
    /// They follow one.
    pub follows_you: bool,
    /// They are in one's address book. Nobody learns whose book they themselves are in (M-3).
    pub in_address_book: bool,
    /// One has blocked them.
    pub blocked: bool,
    /// Their calls ring also while one does not want to be disturbed.
    pub breaks_through: bool,
    /// How many follow them.
    pub followers: u32,
    /// How many they follow.
    pub follows: u32,
    /// Whom of one's own people they could be mistaken for by name or handle. Never for those one follows, has in one's
    /// address book, or who are verified.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub looks_like: Option<LookAlike>,
    /// Whether one may press Call.
    pub call: CallOption,
    /// One's own exception for them from who may call.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub call_rule: Option<CallRule>,
    /// One has asked them for a first message, less than a week ago.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub asked_at: Option<Timestamp>,
}

/// Whether one may press Call, as far as one may know (C-6): only what one could see oneself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallOption {
    /// Press.
    Available,
    /// They have to write first (C-1).
    FirstMessageNeeded,
    /// One has blocked them.
    YouBlocked,
    /// That is oneself.
    Yourself,
    /// They are no longer here; what they wrote is.
    Gone,
}

/// A conversation in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConversationSummary {
    /// The other person.
    pub with: Person,
    /// Its newest entry.
    pub last: Entry,
    /// Entries of the other side not yet read; counted up to 100.
    pub unread: u32,
}

/// A conversation's head. It exists for any two people, also before the first message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Conversation {
    /// The other person.
    pub with: Profile,
    /// The newest `seq` one has read; 0 before the first.
    pub read: u64,
    /// Entries of the other side not yet read; counted up to 100.
    pub unread: u32,
    /// It is a message request: one has not said yes yet.
    pub request: bool,
    /// How far the other side has read, as far as one is told. Nothing does not tell why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seen: Option<Seen>,
}

/// A page of a conversation, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EntryPage {
    /// The entries, by growing `seq`; numbers may be missing.
    pub entries: Vec<Entry>,
    /// Whether there are older ones: ask again with `before` = the first `seq`.
    pub more: bool,
    /// Whether there are newer ones: ask again with `after` = the last `seq`.
    pub newer: bool,
}

/// `POST /calls`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// Whom to call.
    pub with: Handle,
    /// Audio or video.
    pub kind: CallKind,
    /// Chosen by the client; the same key again answers with the same call instead of a second one.
    pub key: String,
}

/// A call in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallRecord {
    /// The call.
    pub call: CallId,
    /// The other person.
    pub with: Person,
    /// One's own side of it.
    pub role: Role,
    /// What it started as.
    pub kind: CallKind,
    /// When it was started.
    pub at: Timestamp,
    /// How it turned out.
    pub outcome: CallOutcome,
    /// Seconds of talk.
    pub seconds: u32,
}

/// A page of calls, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallPage {
    /// The calls.
    pub calls: Vec<CallRecord>,
    /// Whether there are older ones: ask again with `before` = the last `at`.
    pub more: bool,
}

/// Which calls of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallFilter {
    /// One was called, and nobody answered.
    Missed,
    /// One was called.
    Incoming,
    /// One called.
    Outgoing,
}

/// `GET /calls/{call}`: how a call of one's own stands, for a device that was told of it a while ago.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallStanding {
    /// The call.
    pub call: CallId,
    /// The other person.
    pub with: Person,
    /// One's own side of it.
    pub role: Role,
    /// What it started as.
    pub kind: CallKind,
    /// When it was started.
    pub at: Timestamp,
    /// Where it stands. A ring that is past its deadline, or that this device is not to show, is `ended`.
    pub phase: Phase,
    /// While it rings: when it ends unanswered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deadline: Option<Timestamp>,
    /// One was called, and nobody answered.
    pub missed: bool,
}

/// A call that one's own settings kept from ringing (C-6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UnrungCall {
    /// The call.
    pub call: CallId,
    /// Who tried.
    pub from: Person,
    /// What it would have been.
    pub kind: CallKind,
    /// When.
    pub at: Timestamp,
    /// What kept it from ringing.
    pub reason: UnrungReason,
}
