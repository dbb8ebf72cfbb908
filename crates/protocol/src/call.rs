//! The words of a call, shared by frames, bodies and the machine.

use crate::{CallId, Handle, Timestamp};
use serde::{Deserialize, Serialize};

/// What a call starts as. Either side may add or drop video later (C-18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// Microphones only.
    Audio,
    /// Microphones, and the caller's camera.
    Video,
}

/// The side of a call that a person is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Who invited. Makes the first offer, and is the impolite peer of perfect negotiation (W3C WebRTC, 10.1).
    Caller,
    /// Who was invited. The polite peer.
    Callee,
}

impl Role {
    /// The other side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Caller => Self::Callee,
            Self::Callee => Self::Caller,
        }
    }
}

/// How media travels (P-1). The order is the order of tightening: a call's path only ever grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Path {
    /// Peer to peer; each side sees the other's address.
    Direct,
    /// Through this server's relay; neither side sees an address.
    Relay,
}

/// Where a call stands, as its people see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nobody has answered yet.
    Ringing,
    /// Answered; media is being set up.
    Connecting,
    /// Both sides have media.
    Active,
    /// Over.
    Ended,
}

/// Why a call ended, as told to one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Somebody pressed End.
    HungUp,
    /// The callee pressed Decline.
    Declined,
    /// Nobody answered, or, to the caller, anything that C-6 keeps from being told.
    NoAnswer,
    /// The caller gave up before an answer.
    Cancelled,
    /// The callee is in another call; told to mutual followers only (C-15).
    Busy,
    /// Media could not be set up, or was lost for good.
    Failed,
    /// A side's signalling stayed lost for longer than C-19 allows.
    Expired,
    /// One side blocked the other during the call.
    Blocked,
}

/// More about an end with reason `failed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FailDetail {
    /// The call has to be relayed and there is no relay (P-5).
    NoRelay,
    /// No media path between the two sides was found in time.
    NoMedia,
}

/// Why a ring on a callee's device stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RingStop {
    /// Another device of the same person answered.
    AnsweredElsewhere,
    /// Another device of the same person declined.
    DeclinedElsewhere,
    /// The caller gave up: a missed call.
    Cancelled,
    /// Nobody answered in time: a missed call.
    NoAnswer,
    /// A setting, a block or a verification changed while it rang (C-7).
    NotAllowed,
    /// The call failed before anybody answered.
    Failed,
}

/// Why a call was kept from ringing, shown to the callee alone in the quiet list (C-6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnrungReason {
    /// One blocked the other (C-4).
    Blocked,
    /// "Audio and video calling" is off (C-2).
    Off,
    /// One's exception for the caller is "never" (C-3).
    Exception,
    /// No ticked box fits the caller (C-3).
    Audience,
    /// One did not want to be disturbed.
    DoNotDisturb,
    /// Too many calls (C-5).
    Limits,
}

/// How a finished call turned out, the same for both sides; each side words it from its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    /// They talked.
    Answered,
    /// It rang out. To the callee: missed.
    NoAnswer,
    /// The callee declined.
    Declined,
    /// The caller gave up. To the callee: missed.
    Cancelled,
    /// The callee was in another call. To the callee: missed.
    Busy,
    /// It was answered, but no media came about.
    Failed,
}

/// One's own call as one may see it: the answer to an invite, and what a device gets when it comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallView {
    /// The call.
    pub call: CallId,
    /// The side one is on.
    pub role: Role,
    /// The other person.
    pub with: Handle,
    /// What it started as.
    pub kind: CallKind,
    /// Where it stands.
    pub phase: Phase,
    /// How media travels.
    pub path: Path,
    /// While ringing: when it ends unanswered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deadline: Option<Timestamp>,
    /// While ringing, to a caller whom the callee follows back: devices that show the ring (C-16).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ringing_devices: Option<u32>,
    /// When media was up on both sides.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub active_since: Option<Timestamp>,
    /// Whether the asking device is the one that is in the call.
    pub here: bool,
}

/// An `RTCIceServer` (W3C WebRTC, 4.2.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct IceServer {
    /// `turn:` or `turns:` URLs of this server's own relay; never anybody else's (P-2).
    pub urls: Vec<String>,
    /// User name of the credential.
    pub username: String,
    /// Password of the credential.
    pub credential: String,
}

/// The type of a session description (RFC 8829, 4.1.8); provisional answers are not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SdpType {
    /// An offer.
    Offer,
    /// An answer.
    Answer,
}

/// What one side sends at the moment, so that the other can show it. Telling, not commanding: no frame can unmute
/// a microphone or start a camera (C-18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MediaState {
    /// The microphone is live.
    pub microphone: bool,
    /// The camera is live.
    pub camera: bool,
    /// A screen is shared.
    pub screen: bool,
    /// The camera is live, but its picture is held back while the network is poor.
    #[serde(default)]
    pub held: bool,
}
