//! What of a session description and of a candidate may pass from one side of a call to the other (P-3).
//!
//! Nothing passes as it came. Every line is parsed into a typed value (RFC 8866, RFC 8829, RFC 8839), values that are
//! not on a list are left out, and the description is built anew from what remains. Each type is as narrow as its use
//! allows: numbers are numbers, names of codecs and their parameters come from lists, and what a browser draws at random
//! comes from alphabets without `.`, `:` and `@`, so that no address and no host name fits into it. The only addresses
//! that come out are those of candidates, and on [`Path::Relay`] only the sender's own relayed ones.
//!
//! Three fates: what a browser would not write is refused as a whole ([`FilterError`]); what a browser may write but
//! the other side does not need is left out; what the other side needs is written anew. Filtering twice changes
//! nothing more.
//!
//! Deliberately absent: data channels, simulcast, SDES keys, any transport but DTLS-SRTP, and judging what a
//! description means (the browsers do that); this is about what it can carry. A person who wants to tell the other an
//! address of their own in code, in the bytes of a fingerprint for example, can; no browser reads one out of there.

mod alphabet;
mod attribute;
mod candidate;
mod codec;
mod description;

use birdcall_protocol::call::{Path, SdpType};
use birdcall_protocol::limits::{MAX_CANDIDATE, MAX_SDP};
use std::net::IpAddr;

/// Most media sections of a description: audio, camera, screen, and one to spare. Raising it lets a frame carry more
/// for the receiving browser to set up.
pub const MAX_SECTIONS: usize = 4;

/// What may pass.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// The call's path.
    pub path: Path,
    /// The sender's own relayed address, as the relay gives it to that leg; its ports count the leg's allocations.
    pub relayed: Option<IpAddr>,
}

/// Why a description or a candidate was refused. Says what, never with which value: this may get into a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// Longer than the limit.
    #[error("too large")]
    TooLarge,
    /// A control character other than the line ends.
    #[error("control character")]
    ControlCharacter,
    /// More media sections than [`MAX_SECTIONS`].
    #[error("too many media sections")]
    TooManySections,
    /// A part that does not follow its grammar.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// A part that has to be there, or is there twice.
    #[error("missing or repeated: {0}")]
    NotOnce(&'static str),
    /// Well formed, and not something that a call has.
    #[error("not allowed: {0}")]
    NotAllowed(&'static str),
}

/// Filters a session description.
///
/// # Errors
///
/// The description is not one that a browser makes for a call; see [`FilterError`].
pub fn description(sdp_type: SdpType, sdp: &str, policy: &Policy) -> Result<String, FilterError> {
    if sdp.len() > MAX_SDP {
        return Err(FilterError::TooLarge);
    }
    let rebuilt = description::Description::parse(sdp_type, sdp, policy)?.to_string();
    if rebuilt.len() > MAX_SDP {
        return Err(FilterError::TooLarge);
    }
    Ok(rebuilt)
}

/// Filters one trickled candidate: `candidate:…`, or nothing when no more will come (RFC 8838, 8.2).
///
/// `None` means that it is in order and not for the other side.
///
/// # Errors
///
/// It does not follow RFC 8839, 5.1.
pub fn candidate(line: &str, policy: &Policy) -> Result<Option<String>, FilterError> {
    if line.len() > MAX_CANDIDATE {
        return Err(FilterError::TooLarge);
    }
    if line.is_empty() {
        return Ok(Some(String::new()));
    }
    let value = line
        .strip_prefix("candidate:")
        .ok_or(FilterError::Malformed("candidate"))?;
    let passed = candidate::Candidate::parse(value)?.and_then(|found| found.pass(policy));
    Ok(passed.map(|candidate| format!("candidate:{candidate}")))
}

/// Checks the media section's name beside a trickled candidate.
///
/// # Errors
///
/// It is not a name that a browser gives.
pub fn mid(mid: &str) -> Result<(), FilterError> {
    alphabet::Word::parse(mid)
        .map(drop)
        .ok_or(FilterError::Malformed("mid"))
}

/// Checks the user name fragment beside a trickled candidate.
///
/// # Errors
///
/// It does not follow RFC 8839, 5.4.
pub fn ufrag(ufrag: &str) -> Result<(), FilterError> {
    alphabet::IceChars::parse(ufrag, 4)
        .map(drop)
        .ok_or(FilterError::Malformed("ufrag"))
}
