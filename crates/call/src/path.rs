//! How media travels (P-1).
//!
//! The server decides, at invite and again at accept, and whenever a fact changes during the call (P-7); what a client
//! asks for is not among the facts. A call keeps the tightest path it ever had: see [`tightened`].

use birdcall_protocol::call::Path;

/// Everything the path depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathFacts {
    /// The caller has Enhanced call privacy on.
    pub caller_private: bool,
    /// The callee has Enhanced call privacy on.
    pub callee_private: bool,
    /// The caller follows the callee.
    pub caller_follows: bool,
    /// The callee follows the caller.
    pub callee_follows: bool,
}

/// Decides: direct only if neither side is private and both follow each other.
#[must_use]
pub fn path(facts: PathFacts) -> Path {
    let private = facts.caller_private || facts.callee_private;
    let mutual = facts.caller_follows && facts.callee_follows;
    if mutual && !private {
        Path::Direct
    } else {
        Path::Relay
    }
}

/// A call's path after a new decision: it only ever tightens.
#[must_use]
pub fn tightened(kept: Path, decided: Path) -> Path {
    kept.max(decided)
}
