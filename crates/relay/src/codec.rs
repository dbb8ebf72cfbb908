//! STUN messages and TURN channel data (RFC 8489, RFC 8656), as far as a relay of calls has to read and write them.
//!
//! Reading borrows from the datagram and allocates nothing. Nothing here panics on any input, and nothing here decides:
//! it says what a datagram holds.
//!
//! It is our own and not `stun-types`, because the engine looks at six attributes of a packet that has to be on its way
//! again in a fraction of a microsecond; those crates are the oracle in the tests.

mod address;
mod integrity;
mod message;
mod write;

pub use address::{XorAddress, read_xor_address};
pub use integrity::{MessageKey, fingerprint};
pub use message::{Attribute, Attributes, Class, Datagram, Message, Method, read};
pub use write::{Writer, write_channel_header, write_data_header};

/// The fixed number in every STUN header.
pub const MAGIC_COOKIE: u32 = 0x2112_A442;

/// Length of a STUN header.
pub const HEADER: usize = 20;

/// Length of the header of ChannelData.
pub const CHANNEL_HEADER: usize = 4;

/// The numbers a channel can have. RFC 8656 stops at 0x4FFF; clients of RFC 5766 (coturn's among them) take any of these,
/// and nothing else on this port begins like them.
pub const CHANNELS: std::ops::RangeInclusive<u16> = 0x4000..=0x7FFF;

/// Length of everything in front of the payload in a Data indication as [`write_data_header`] writes it: header,
/// XOR-PEER-ADDRESS of an IPv4 address, and the head of DATA.
pub const DATA_HEADER: usize = HEADER + 12 + 4;

/// The attributes this crate knows, by their names in the registry.
pub mod kind {
    /// USERNAME
    pub const USERNAME: u16 = 0x0006;
    /// MESSAGE-INTEGRITY
    pub const MESSAGE_INTEGRITY: u16 = 0x0008;
    /// ERROR-CODE
    pub const ERROR_CODE: u16 = 0x0009;
    /// UNKNOWN-ATTRIBUTES
    pub const UNKNOWN_ATTRIBUTES: u16 = 0x000A;
    /// CHANNEL-NUMBER
    pub const CHANNEL_NUMBER: u16 = 0x000C;
    /// LIFETIME
    pub const LIFETIME: u16 = 0x000D;
    /// XOR-PEER-ADDRESS
    pub const XOR_PEER_ADDRESS: u16 = 0x0012;
    /// DATA
    pub const DATA: u16 = 0x0013;
    /// REALM
    pub const REALM: u16 = 0x0014;
    /// NONCE
    pub const NONCE: u16 = 0x0015;
    /// XOR-RELAYED-ADDRESS
    pub const XOR_RELAYED_ADDRESS: u16 = 0x0016;
    /// REQUESTED-ADDRESS-FAMILY
    pub const REQUESTED_ADDRESS_FAMILY: u16 = 0x0017;
    /// EVEN-PORT
    pub const EVEN_PORT: u16 = 0x0018;
    /// REQUESTED-TRANSPORT
    pub const REQUESTED_TRANSPORT: u16 = 0x0019;
    /// DONT-FRAGMENT
    pub const DONT_FRAGMENT: u16 = 0x001A;
    /// MESSAGE-INTEGRITY-SHA256
    pub const MESSAGE_INTEGRITY_SHA256: u16 = 0x001C;
    /// XOR-MAPPED-ADDRESS
    pub const XOR_MAPPED_ADDRESS: u16 = 0x0020;
    /// RESERVATION-TOKEN
    pub const RESERVATION_TOKEN: u16 = 0x0022;
    /// ADDITIONAL-ADDRESS-FAMILY
    pub const ADDITIONAL_ADDRESS_FAMILY: u16 = 0x8000;
    /// ADDRESS-ERROR-CODE
    pub const ADDRESS_ERROR_CODE: u16 = 0x8001;
    /// FINGERPRINT
    pub const FINGERPRINT: u16 = 0x8028;
    /// MOBILITY-TICKET (RFC 8016)
    pub const MOBILITY_TICKET: u16 = 0x8030;

    /// Whether a message with this attribute may be understood without it (RFC 8489, 14).
    pub fn comprehension_optional(kind: u16) -> bool {
        kind >= 0x8000
    }
}
