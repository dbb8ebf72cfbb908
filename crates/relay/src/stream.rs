//! Messages on a stream: where each ends, so that a driver can hand them on like datagrams (RFC 8489, 6.2.2; RFC 8656,
//! 12.5).
//!
//! Pure, and it copies nothing. A STUN message tells its length, and so does ChannelData, which on a stream is padded to
//! a multiple of four. Anything else cannot be skipped, since nobody knows where it ends: the stream is to be closed.

use crate::codec::{CHANNEL_HEADER, HEADER, MAGIC_COOKIE};
use std::fmt;

/// The longest message: what fits in a datagram over IPv4. So a stream can hand the engine nothing that UDP cannot.
pub const LARGEST: usize = 65_507;

/// The stream holds something that is neither a STUN message nor ChannelData, or is longer than [`LARGEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotTurn;

impl fmt::Display for NotTurn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("neither a STUN message nor ChannelData")
    }
}

impl std::error::Error for NotTurn {}

/// Whether a connection that begins with this byte means STUN. HTTP begins with a letter and TLS with 0x16; ChannelData
/// comes only after STUN.
pub fn begins_like_stun(first: u8) -> bool {
    first < 4
}

/// The length of the first message, padding included; `None` as long as too little has come to tell. What is wrong is
/// told with the first byte that shows it.
pub fn first_length(bytes: &[u8]) -> Result<Option<usize>, NotTurn> {
    let Some(first) = bytes.first() else {
        return Ok(None);
    };
    let length = match bytes {
        [_, _, high, low, ..] => Some(usize::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    };
    let whole = match first >> 6 {
        0 => {
            let cookie = MAGIC_COOKIE.to_be_bytes();
            let is_stun = bytes.iter().skip(4).zip(cookie).all(|(a, b)| *a == b);
            if !is_stun || length.is_some_and(|length| length % 4 != 0) {
                return Err(NotTurn);
            }
            length.map(|length| HEADER + length)
        }
        1 => length.map(|length| (CHANNEL_HEADER + length).next_multiple_of(4)),
        _ => return Err(NotTurn),
    };
    match whole {
        Some(whole) if whole > LARGEST => Err(NotTurn),
        whole => Ok(whole),
    }
}

/// How many bytes from the first on are messages that came whole.
pub fn whole_length(bytes: &[u8]) -> Result<usize, NotTurn> {
    let mut messages = Messages::new(bytes);
    messages.by_ref().for_each(drop);
    // What is left is the beginning of one more, or nothing, or wrong.
    first_length(messages.rest)?;
    Ok(bytes.len() - messages.rest.len())
}

/// Messages one behind the other, each with its padding, as far as they came whole.
#[derive(Debug, Clone)]
pub struct Messages<'a> {
    rest: &'a [u8],
}

impl<'a> Messages<'a> {
    /// The messages in bytes of a stream, from the beginning of one.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let length = first_length(self.rest).ok()??;
        let (message, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(message)
    }
}
