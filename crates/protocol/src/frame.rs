//! WebSocket frames at `/api/v1/socket`, JSON text, one object a frame, told apart by `type`.
//!
//! The socket opens with `?cursor=N`, the last cursor the device has processed, or without one at the first start.
//! The server answers `welcome`, then sends what was missed, then what happens. Frames with a `cursor` come from the
//! store, in order, none left out; the client keeps the newest cursor it has processed. All others are hints or live
//! signalling: whoever misses one gets the state again in `welcome`.

use crate::body::Entry;
use crate::call::{
    CallKind, CallView, EndReason, FailDetail, IceServer, MediaState, Path, RingStop, Role, SdpType,
};
use crate::ring_test::RingTest;
use crate::{CallId, Code, DeviceId, Handle, TestId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// Asks for `pong`: is the line alive?
    Ping {},
    /// A direct message. Answered by `sent`, after it is on disk, or by `refused`; the same key again is the same
    /// message.
    Send {
        /// Chosen by the client, unique for it.
        key: String,
        /// To whom.
        to: Handle,
        /// The text.
        text: String,
        /// The place of the entry that it answers.
        #[serde(default)]
        reply_to: Option<u64>,
    },
    /// Everything up to and with `seq` has been read.
    Read {
        /// The other person of the conversation.
        with: Handle,
        /// The newest entry seen.
        seq: u64,
    },
    /// One is writing there. A hint: it is passed on or not, and never answered.
    Typing {
        /// The other person of the conversation.
        with: Handle,
    },
    /// Whether a page of this device is before somebody's eyes; until told, the server takes it that one is.
    Visible {
        /// Whether.
        visible: bool,
    },
    /// Callee's device, while ringing: it shows the ring (C-16).
    CallRinging {
        /// The call.
        call: CallId,
    },
    /// Callee's device, while ringing: a person pressed Accept.
    CallAccept {
        /// The call.
        call: CallId,
    },
    /// Callee's device, while ringing: a person pressed Decline.
    CallDecline {
        /// The call.
        call: CallId,
    },
    /// Caller's device, while ringing: gives up.
    CallCancel {
        /// The call.
        call: CallId,
    },
    /// A device in the call, after accept: ends it.
    CallHangUp {
        /// The call.
        call: CallId,
    },
    /// A device in the call whose page was loaded anew: starts media over, with the next epoch.
    CallRejoin {
        /// The call.
        call: CallId,
    },
    /// A device in the call: media is up.
    CallConnected {
        /// The call.
        call: CallId,
        /// The media attempt, from `call_started`.
        epoch: u32,
    },
    /// A device in the call: media is lost, and restarting ICE did not bring it back.
    CallMediaFailed {
        /// The call.
        call: CallId,
        /// The media attempt.
        epoch: u32,
    },
    /// A description for the other side; filtered (P-3).
    CallDescription {
        /// The call.
        call: CallId,
        /// The media attempt.
        epoch: u32,
        /// Offer or answer.
        sdp_type: SdpType,
        /// Session description (RFC 8866).
        sdp: String,
    },
    /// An ICE candidate for the other side; filtered (P-3).
    CallCandidate {
        /// The call.
        call: CallId,
        /// The media attempt.
        epoch: u32,
        /// `candidate:…` (RFC 8839, 5.1), or empty: no more will come.
        candidate: String,
        /// The media section it belongs to.
        mid: String,
        /// The ICE user name fragment it belongs to.
        #[serde(default)]
        ufrag: Option<String>,
    },
    /// What this side sends now, for the other side to show.
    CallMedia {
        /// The call.
        call: CallId,
        /// Microphone, camera, screen.
        media: MediaState,
    },
}

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// First on every socket.
    Welcome {
        /// This device.
        device: DeviceId,
        /// The server's time, for deadlines.
        now: Timestamp,
        /// Without a cursor in the URL: where to go on from. With one: that one.
        cursor: u64,
        /// The cursor in the URL is unknown: load everything anew.
        reset: bool,
        /// One's own calls that this device may take part in: as caller, or in it.
        calls: Vec<CallView>,
    },
    /// Answer to `ping`.
    Pong {},
    /// A message is on disk.
    Sent {
        /// The client's key.
        key: String,
        /// To whom it went.
        to: Handle,
        /// The message in its place.
        entry: Box<Entry>,
    },
    /// A frame was refused, and nothing was changed.
    Refused {
        /// The `key` or `call` of the frame refused, where it had one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        re: Option<String>,
        /// Stable code.
        code: Code,
        /// One sentence for people.
        title: String,
    },
    /// A new entry in a conversation, also for who wrote it, on every device.
    Entry {
        /// Where this stands in what this person is told.
        cursor: u64,
        /// The other person of the conversation.
        with: Handle,
        /// The entry.
        entry: Box<Entry>,
        /// Entries of the other side not yet read; counted up to 100.
        unread: u32,
        /// The conversation is a message request, which stands in its own list and disturbs nobody.
        request: bool,
    },
    /// An entry is not what it was: its text was changed, it was deleted for both, or somebody reacted to it. No news:
    /// it makes nothing unread and no sound. Who does not have the entry needs nothing of this.
    EntryChanged {
        /// Where this stands in what this person is told.
        cursor: u64,
        /// The other person of the conversation.
        with: Handle,
        /// The entry as it is now.
        entry: Box<Entry>,
        /// What is left unread.
        unread: u32,
    },
    /// An entry was deleted for oneself.
    EntryGone {
        /// Where this stands in what this person is told.
        cursor: u64,
        /// The other person of the conversation.
        with: Handle,
        /// Its place.
        seq: u64,
        /// What is left unread.
        unread: u32,
    },
    /// One read a conversation on some device.
    Read {
        /// Where this stands in what this person is told.
        cursor: u64,
        /// The other person.
        with: Handle,
        /// The newest entry read.
        seq: u64,
        /// What is left unread.
        unread: u32,
    },
    /// The other side has read on, and both sides tell each other (M-4).
    Seen {
        /// Where this stands in what this person is told.
        cursor: u64,
        /// The other person.
        with: Handle,
        /// The newest of one's own messages that was read.
        seq: u64,
        /// When that was told.
        at: Timestamp,
    },
    /// The other side is writing. A hint that is over after a few seconds, or with their next message.
    Typing {
        /// Who.
        with: Handle,
    },
    /// Something one keeps was changed on some device: load it anew.
    Changed {
        /// Where this stands in what this person is told.
        cursor: u64,
        /// What.
        what: Changed,
    },
    /// How far the self-test of a device's ring has come; to all devices of its person, at each step.
    RingTest {
        /// The device that is to ring.
        device: DeviceId,
        /// The test, whole.
        test: RingTest,
    },
    /// This device is to ring now, for a test: nobody calls.
    TestRing {
        /// The test.
        test: TestId,
        /// When it is over.
        deadline: Timestamp,
    },
    /// Somebody calls. Nothing but ids, kind and deadline (C-11). A ring after its deadline must not ring (C-14).
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
    /// Stop ringing.
    RingStopped {
        /// The call.
        call: CallId,
        /// Why.
        reason: RingStop,
    },
    /// To a caller whom the callee follows back: on how many devices it rings (C-16).
    CallProgress {
        /// The call.
        call: CallId,
        /// Devices that show the ring.
        devices: u32,
    },
    /// Accepted, or rejoined: set up media anew. Sent to the device on either side, and to no other. Once more in the same
    /// epoch: nothing starts over, and only the servers are others, because the relay of before goes away. Whose media
    /// goes through that one rejoins.
    CallStarted {
        /// The call.
        call: CallId,
        /// One's side; the caller makes the first offer.
        role: Role,
        /// The other person.
        with: Handle,
        /// What the call started as.
        kind: CallKind,
        /// How media must travel; on `relay` the client sets `iceTransportPolicy: relay` (P-2).
        path: Path,
        /// This server's own relay, or nothing.
        ice_servers: Vec<IceServer>,
        /// The media attempt, from 1. Descriptions and candidates of another epoch are refused.
        epoch: u32,
    },
    /// Media is up on both sides.
    CallActive {
        /// The call.
        call: CallId,
        /// Since when.
        since: Timestamp,
    },
    /// The call is over.
    CallEnded {
        /// The call.
        call: CallId,
        /// Why, as far as this side is told.
        reason: EndReason,
        /// More about `failed`.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        detail: Option<FailDetail>,
    },
    /// The other side's description, filtered.
    CallDescription {
        /// The call.
        call: CallId,
        /// The media attempt.
        epoch: u32,
        /// Offer or answer.
        sdp_type: SdpType,
        /// Session description.
        sdp: String,
    },
    /// The other side's candidate, filtered.
    CallCandidate {
        /// The call.
        call: CallId,
        /// The media attempt.
        epoch: u32,
        /// `candidate:…` or empty.
        candidate: String,
        /// The media section.
        mid: String,
        /// The ICE user name fragment.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        ufrag: Option<String>,
    },
    /// What the other side sends now.
    CallMedia {
        /// The call.
        call: CallId,
        /// Microphone, camera, screen.
        media: MediaState,
    },
}

/// What a `changed` frame is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Changed {
    /// `/me`: profile or calling settings.
    Me,
    /// Whom one follows or blocks.
    People,
    /// The address book.
    AddressBook,
    /// `/calls` or `/calls/unrung`.
    Calls,
    /// `/devices`.
    Devices,
    /// `/requests`: one was accepted or deleted, so `/conversations` as well.
    Requests,
    /// `/asks`: somebody would like to call, and asks for a message first.
    Asks,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_and_types_are_refused() {
        let parse = |text: &str| serde_json::from_str::<ClientFrame>(text).is_ok();
        assert!(parse(r#"{"type":"ping"}"#));
        assert!(parse(r#"{"type":"call_accept","call":"0000000000000001"}"#));
        assert!(!parse(r#"{"type":"ping","extra":1}"#));
        assert!(!parse(r#"{"type":"call_accept","call":1}"#));
        assert!(!parse(
            r#"{"type":"call_accept","call":"0000000000000001","force":true}"#
        ));
        assert!(!parse(r#"{"type":"answered_elsewhere"}"#));
    }

    #[test]
    fn a_ring_holds_ids_kind_and_deadline_only() {
        let ring = ServerFrame::Ring {
            call: CallId::new(1),
            caller: "ann".parse().unwrap(),
            kind: CallKind::Audio,
            deadline: Timestamp(5),
        };
        assert_eq!(
            serde_json::to_string(&ring).unwrap(),
            r#"{"type":"ring","call":"0000000000000001","caller":"ann","kind":"audio","deadline":5}"#
        );
    }
}
