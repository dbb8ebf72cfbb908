//! What a server tells a relay on another machine: which calls are over, and asks whether it is there.
//!
//! Datagrams on the relay's own port, made under the node key. The first byte is none that STUN, ChannelData, DTLS or
//! RTP begin with (RFC 7983).
//!
//! ```text
//!  0      1        2     3      4          12      20                  end − 16
//! ┌──────┬─────────┬─────┬──────┬──────────┬───────┬─────────────────┬──────────────┐
//! │ 0xBC │ version │ what│ zero │ sequence │ boot  │ calls, 8 each   │ HMAC-SHA-256 │
//! └──────┴─────────┴─────┴──────┴──────────┴───────┴─────────────────┴──────────────┘
//! ```
//!
//! Each is answered with its sequence and the number of the relay's start, from which the server knows that a relay has
//! forgotten what it was told. A repeated datagram does nothing new, so there is nothing to guard against replay; an
//! answer is never longer than what asked for it.

use crate::credential::{NodeKey, hmac_sha256};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;

/// The first byte of every control datagram.
pub const FIRST_BYTE: u8 = 0xBC;

/// Calls in one datagram at most, so that it fits into 1,200 bytes.
pub const MOST_CALLS: usize = 140;

const VERSION: u8 = 1;
const HEAD: usize = 20;
const PROOF: usize = 16;

/// One datagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// These calls are over. None: is the relay there?
    Revoke {
        /// Echoed in the answer.
        sequence: u64,
        /// The calls, at most [`MOST_CALLS`].
        calls: Vec<u64>,
    },
    /// Done.
    Done {
        /// Of the datagram that this answers.
        sequence: u64,
        /// Differs after each start of the relay.
        boot: u64,
    },
}

/// Writes and checks control datagrams.
#[derive(Clone)]
pub struct Seal(Hmac<Sha256>);

/// Says nothing: it holds a key.
impl fmt::Debug for Seal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Seal(…)")
    }
}

impl Seal {
    /// Under a node key.
    pub fn new(key: &NodeKey) -> Self {
        Self(hmac_sha256(&key.derive("birdcall relay control 1")))
    }

    /// The datagram.
    pub fn write(&self, control: &Control) -> Vec<u8> {
        let (what, sequence, boot, calls): (u8, u64, u64, &[u64]) = match control {
            Control::Revoke { sequence, calls } => (0, *sequence, 0, calls),
            Control::Done { sequence, boot } => (1, *sequence, *boot, &[]),
        };
        let mut bytes = vec![FIRST_BYTE, VERSION, what, 0];
        bytes.extend(sequence.to_be_bytes());
        bytes.extend(boot.to_be_bytes());
        for call in calls.iter().take(MOST_CALLS) {
            bytes.extend(call.to_be_bytes());
        }
        let proof = self.proof(&bytes).finalize().into_bytes();
        bytes.extend(&proof[..PROOF]);
        bytes
    }

    /// What a datagram says, if somebody with the key wrote it.
    pub fn read(&self, datagram: &[u8]) -> Option<Control> {
        let (bytes, proof) = datagram.split_at_checked(datagram.len().checked_sub(PROOF)?)?;
        let (head, calls) = bytes.split_at_checked(HEAD)?;
        if head[..2] != [FIRST_BYTE, VERSION] || calls.len() > 8 * MOST_CALLS {
            return None;
        }
        self.proof(bytes).verify_truncated_left(proof).ok()?;
        let number = |at: usize| Some(u64::from_be_bytes(head.get(at..at + 8)?.try_into().ok()?));
        let (sequence, boot) = (number(4)?, number(12)?);
        let (calls, rest) = calls.as_chunks::<8>();
        match (head[2], calls, rest) {
            (0, calls, []) => Some(Control::Revoke {
                sequence,
                calls: calls.iter().map(|call| u64::from_be_bytes(*call)).collect(),
            }),
            (1, [], []) => Some(Control::Done { sequence, boot }),
            _ => None,
        }
    }

    fn proof(&self, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(bytes);
        mac
    }
}
