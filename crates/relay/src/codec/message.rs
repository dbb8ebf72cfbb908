use super::{CHANNEL_HEADER, HEADER, MAGIC_COOKIE, MessageKey, fingerprint, kind};
use std::ops::Range;

/// One datagram as it came in.
#[derive(Debug, Clone, Copy)]
pub enum Datagram<'a> {
    /// A STUN message, its header checked, its attributes not yet.
    Stun(Message<'a>),
    /// ChannelData (RFC 8656, 12.4).
    Channel {
        /// One of [`CHANNELS`](super::CHANNELS).
        number: u16,
        /// The application's bytes, without padding.
        payload: &'a [u8],
    },
}

/// Tells what a datagram is. `None` is neither: it is dropped.
pub fn read(datagram: &[u8]) -> Option<Datagram<'_>> {
    let [first, second, high, low, ..] = *datagram else {
        return None;
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    match first >> 4 {
        0..=3 => Message::read(datagram).map(Datagram::Stun),
        4..=7 => {
            let payload = datagram.get(CHANNEL_HEADER..CHANNEL_HEADER + length)?;
            // Over UDP padding is allowed but not needed; more than padding is not ChannelData.
            (datagram.len() - CHANNEL_HEADER - length < 4).then_some(Datagram::Channel {
                number: u16::from_be_bytes([first, second]),
                payload,
            })
        }
        _ => None,
    }
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Wants an answer.
    Request,
    /// Wants none.
    Indication,
    /// An answer that is good.
    Success,
    /// An answer that is not.
    Error,
}

/// The methods this crate knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Binding (RFC 8489)
    Binding,
    /// Allocate
    Allocate,
    /// Refresh
    Refresh,
    /// Send
    Send,
    /// Data
    Data,
    /// CreatePermission
    CreatePermission,
    /// ChannelBind
    ChannelBind,
}

impl Method {
    fn from_number(number: u16) -> Option<Self> {
        match number {
            0x001 => Some(Self::Binding),
            0x003 => Some(Self::Allocate),
            0x004 => Some(Self::Refresh),
            0x006 => Some(Self::Send),
            0x007 => Some(Self::Data),
            0x008 => Some(Self::CreatePermission),
            0x009 => Some(Self::ChannelBind),
            _ => None,
        }
    }

    fn number(self) -> u16 {
        match self {
            Self::Binding => 0x001,
            Self::Allocate => 0x003,
            Self::Refresh => 0x004,
            Self::Send => 0x006,
            Self::Data => 0x007,
            Self::CreatePermission => 0x008,
            Self::ChannelBind => 0x009,
        }
    }

    /// The message type: the bits of class and method are interleaved (RFC 8489, 5). The methods here need the lowest
    /// four bits only, which the class bits do not split.
    pub(super) fn with_class(self, class: Class) -> u16 {
        let class = match class {
            Class::Request => 0x000,
            Class::Indication => 0x010,
            Class::Success => 0x100,
            Class::Error => 0x110,
        };
        self.number() | class
    }
}

/// A STUN message, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    bytes: &'a [u8],
    /// What it is for.
    pub class: Class,
    /// `None`: a method that this crate does not know.
    pub method: Option<Method>,
}

impl<'a> Message<'a> {
    /// Checks the header: the two zero bits, the cookie, and that the length is that of the datagram.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let header = bytes.first_chunk::<HEADER>()?;
        let kind = u16::from_be_bytes([header[0], header[1]]);
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let whole = kind < 0x4000
            && length.is_multiple_of(4)
            && HEADER + length == bytes.len()
            && header[4..8] == MAGIC_COOKIE.to_be_bytes();
        let class = match kind & 0x110 {
            0x000 => Class::Request,
            0x010 => Class::Indication,
            0x100 => Class::Success,
            _ => Class::Error,
        };
        let method = (kind & 0xF) | ((kind & 0xE0) >> 1) | ((kind & 0x3E00) >> 2);
        whole.then_some(Self {
            bytes,
            class,
            method: Method::from_number(method),
        })
    }

    /// The transaction id.
    pub fn transaction(&self) -> [u8; 12] {
        let mut id = [0; 12];
        id.copy_from_slice(&self.bytes[8..HEADER]);
        id
    }

    /// The attributes in order, as far as they are whole.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes {
            bytes: self.bytes,
            at: HEADER,
            whole: true,
        }
    }

    /// Whether the MESSAGE-INTEGRITY at this place is right: over everything before it, with a length that ends with it
    /// (RFC 8489, 14.5).
    pub fn integrity_holds(&self, attribute: &Attribute<'_>, key: &MessageKey) -> bool {
        let end = attribute.at + 4 + attribute.value.len();
        attribute.kind == kind::MESSAGE_INTEGRITY
            && key.verify(self.bytes, attribute.at, end - HEADER, attribute.value)
    }

    /// Whether the FINGERPRINT at this place is the last attribute and right (RFC 8489, 14.7).
    pub fn fingerprint_holds(&self, attribute: &Attribute<'_>) -> bool {
        attribute.at + 8 == self.bytes.len()
            && attribute.value == fingerprint(&self.bytes[..attribute.at]).to_be_bytes()
    }

    /// Where in the datagram a part of it lies.
    pub fn range_of(&self, attribute: &Attribute<'_>) -> Range<usize> {
        attribute.at + 4..attribute.at + 4 + attribute.value.len()
    }
}

/// One attribute.
#[derive(Debug, Clone, Copy)]
pub struct Attribute<'a> {
    /// Its type.
    pub kind: u16,
    /// Its value, without padding.
    pub value: &'a [u8],
    /// Where its head begins in the message.
    pub at: usize,
}

/// Walks over attributes. After the last one [`Attributes::whole`] says whether it was the end of the message.
#[derive(Debug, Clone)]
pub struct Attributes<'a> {
    bytes: &'a [u8],
    at: usize,
    whole: bool,
}

impl Attributes<'_> {
    /// Whether no attribute so far ran over the end.
    pub fn whole(&self) -> bool {
        self.whole
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let attribute = rest.split_first_chunk::<4>().and_then(|(head, rest)| {
            let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
            let padded = length.next_multiple_of(4);
            (padded <= rest.len()).then(|| Attribute {
                kind: u16::from_be_bytes([head[0], head[1]]),
                value: &rest[..length],
                at: self.at,
            })
        });
        match attribute {
            Some(attribute) => self.at += 4 + attribute.value.len().next_multiple_of(4),
            None => {
                self.whole = false;
                self.at = self.bytes.len();
            }
        }
        attribute
    }
}
