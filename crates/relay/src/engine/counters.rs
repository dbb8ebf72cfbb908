/// Why something was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Neither a STUN message nor ChannelData.
    NotTurn,
    /// A STUN message that is broken or has a wrong FINGERPRINT.
    Malformed,
    /// A method or class that a relay has no use for.
    Unsupported,
    /// An answer that the budget for unproven sources did not allow.
    Unanswered,
    /// A request without MESSAGE-INTEGRITY. Every client begins with one.
    Unsigned,
    /// A request that lacks an attribute, or has one that makes no sense.
    BadRequest,
    /// A nonce that is too old, or was told to another address.
    StaleNonce,
    /// A user name that is not ours, or a wrong MESSAGE-INTEGRITY.
    BadCredential,
    /// A credential that is over.
    Expired,
    /// A credential of a call that has ended.
    Revoked,
    /// An attribute that must be understood and is not.
    UnknownAttribute,
    /// Allocate where there is an allocation, or another request where there is none.
    Mismatch,
    /// A request with another credential than the allocation was made with.
    WrongCredential,
    /// A credential of another device than the one on this leg.
    OtherDevice,
    /// A credential used from a new address while its leg talks from others.
    Elsewhere,
    /// The same while its leg has just fallen silent: not answered, since the leg may be on its way to another network.
    /// Its client asks again, and by then it has gone or is there.
    Pausing,
    /// More allocations than a leg may have.
    Quota,
    /// More allocations than the relay may have.
    Full,
    /// A transport other than UDP.
    Transport,
    /// An IPv6 relayed address.
    Family,
    /// A reserved port.
    Reservation,
    /// A mobility ticket.
    Mobility,
    /// More channels than an allocation may have.
    Channels,
    /// A peer that is not the other leg of the call (P-4).
    Forbidden,
    /// Payload from an address without allocation.
    NoAllocation,
    /// A channel that is not bound.
    NoChannel,
    /// A Send indication without permission.
    NoPermission,
    /// A payload that begins like neither STUN nor DTLS nor RTP.
    FirstByte,
    /// More than a leg may send.
    Rate,
    /// Payload for an allocation that is not there.
    NoPeer,
    /// Payload for an allocation that has not permitted it.
    NotHeard,
}

impl Refusal {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 31] = [
        Self::NotTurn,
        Self::Malformed,
        Self::Unsupported,
        Self::Unanswered,
        Self::Unsigned,
        Self::BadRequest,
        Self::StaleNonce,
        Self::BadCredential,
        Self::Expired,
        Self::Revoked,
        Self::UnknownAttribute,
        Self::Mismatch,
        Self::WrongCredential,
        Self::OtherDevice,
        Self::Elsewhere,
        Self::Pausing,
        Self::Quota,
        Self::Full,
        Self::Transport,
        Self::Family,
        Self::Reservation,
        Self::Mobility,
        Self::Channels,
        Self::Forbidden,
        Self::NoAllocation,
        Self::NoChannel,
        Self::NoPermission,
        Self::FirstByte,
        Self::Rate,
        Self::NoPeer,
        Self::NotHeard,
    ];

    /// Its name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotTurn => "not_turn",
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::Unanswered => "unanswered",
            Self::Unsigned => "unsigned",
            Self::BadRequest => "bad_request",
            Self::StaleNonce => "stale_nonce",
            Self::BadCredential => "bad_credential",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::UnknownAttribute => "unknown_attribute",
            Self::Mismatch => "mismatch",
            Self::WrongCredential => "wrong_credential",
            Self::OtherDevice => "other_device",
            Self::Elsewhere => "elsewhere",
            Self::Pausing => "pausing",
            Self::Quota => "quota",
            Self::Full => "full",
            Self::Transport => "transport",
            Self::Family => "family",
            Self::Reservation => "reservation",
            Self::Mobility => "mobility",
            Self::Channels => "channels",
            Self::Forbidden => "forbidden",
            Self::NoAllocation => "no_allocation",
            Self::NoChannel => "no_channel",
            Self::NoPermission => "no_permission",
            Self::FirstByte => "first_byte",
            Self::Rate => "rate",
            Self::NoPeer => "no_peer",
            Self::NotHeard => "not_heard",
        }
    }

    /// The code and the words a client is answered with; for what is dropped there are none.
    pub(super) fn answer(self) -> Option<(u16, &'static str)> {
        match self {
            Self::BadRequest => Some((400, "Bad Request")),
            // Challenges carry no words: they go to addresses that have proven nothing.
            Self::Unsigned | Self::BadCredential | Self::Expired | Self::Revoked => Some((401, "")),
            Self::StaleNonce => Some((438, "")),
            Self::Forbidden | Self::OtherDevice => Some((403, "Forbidden")),
            Self::Mobility => Some((405, "Mobility Forbidden")),
            Self::UnknownAttribute => Some((420, "Unknown Attribute")),
            Self::Mismatch => Some((437, "Allocation Mismatch")),
            Self::Family => Some((440, "Address Family not Supported")),
            Self::WrongCredential => Some((441, "Wrong Credentials")),
            Self::Transport => Some((442, "Unsupported Transport Protocol")),
            Self::Quota | Self::Elsewhere => Some((486, "Allocation Quota Reached")),
            Self::Full | Self::Reservation | Self::Channels => Some((508, "Insufficient Capacity")),
            Self::NotTurn
            | Self::Malformed
            | Self::Unsupported
            | Self::Unanswered
            | Self::Pausing
            | Self::NoAllocation
            | Self::NoChannel
            | Self::NoPermission
            | Self::FirstByte
            | Self::Rate
            | Self::NoPeer
            | Self::NotHeard => None,
        }
    }
}

/// What an engine has done since it began.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counters {
    /// Payloads sent on.
    pub relayed: u64,
    /// Their bytes, without headers.
    pub relayed_bytes: u64,
    /// Answers to requests.
    pub replies: u64,
    /// Their bytes.
    pub reply_bytes: u64,
    /// Allocations made.
    pub allocated: u64,
    /// Calls that were ended: see [`Engine::revoke`](super::Engine::revoke).
    pub revoked: u64,
    refused: [u64; Refusal::ALL.len()],
}

impl Counters {
    /// How often something was refused for this reason.
    pub fn refused(&self, refusal: Refusal) -> u64 {
        self.refused[refusal as usize]
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.refused[refusal as usize] += 1;
    }
}
