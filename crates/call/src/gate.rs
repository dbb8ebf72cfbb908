//! Whether a caller may make a callee's devices ring (C-1 to C-6).
//!
//! Evaluated three times, each time in the transaction that acts on the answer: at invite, at accept, and whenever one
//! of its facts changes while the call rings (C-7). The facts come from the store; this is the whole decision.

use birdcall_protocol::body::Audience;
use birdcall_protocol::book::CallRule;
use birdcall_protocol::call::UnrungReason;

/// Everything the decision depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateFacts {
    /// The callee has sent the caller at least one direct message, typed by a human (C-1).
    pub first_message: bool,
    /// The callee's "Audio and video calling" is on (C-2).
    pub calling_on: bool,
    /// The callee's ticked boxes (C-3).
    pub audience: Audience,
    /// The caller is in the callee's address book.
    pub in_address_book: bool,
    /// The callee follows the caller.
    pub callee_follows: bool,
    /// The caller is verified.
    pub caller_verified: bool,
    /// The callee's exception for the caller: an extension of C-3 for one person.
    pub rule: Option<CallRule>,
    /// Either has blocked the other (C-4).
    pub blocked: bool,
    /// The callee does not want to be disturbed now, and the caller is not one who may break through.
    pub quiet: bool,
    /// Too many calls, by [`RingHistory::over_limit`](crate::RingHistory::over_limit) (C-5). Asked at invite only: at
    /// accept and while it rings a call is not to be stopped by itself, so it is `false` then.
    pub over_limit: bool,
}

/// The gate's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The callee's devices ring.
    Ring,
    /// The one refusal that is told, before the call: the callee has to write first (C-1, C-6).
    FirstMessageNeeded,
    /// The caller hears it ring; the callee's devices do not. The callee finds the reason in the quiet list (C-6).
    Silent(UnrungReason),
}

/// Decides.
///
/// C-1 stands before everything, also before a block: a caller to whom nobody wrote sees the same sentence whether he
/// is blocked or not, so it tells him nothing (C-6). Then come the reasons in the order in which they speak for
/// themselves in the callee's list: block, master switch, exception and audience, do not disturb, limits.
///
/// An exception takes the place of the boxes for one person and of nothing else: "always" lets in whom no box fits, but
/// no call without a first message, past a block, the master switch, do not disturb (that has a list of its own) or the
/// limits; "never" keeps out whom a box fits.
#[must_use]
pub fn gate(facts: &GateFacts) -> Verdict {
    if !facts.first_message {
        return Verdict::FirstMessageNeeded; // C-1
    }
    if facts.blocked {
        return Verdict::Silent(UnrungReason::Blocked); // C-4
    }
    if !facts.calling_on {
        return Verdict::Silent(UnrungReason::Off); // C-2
    }
    match facts.rule {
        Some(CallRule::Never) => return Verdict::Silent(UnrungReason::Exception),
        Some(CallRule::Always) => {}
        None if in_audience(facts) => {}
        None => return Verdict::Silent(UnrungReason::Audience), // C-3
    }
    if facts.quiet {
        return Verdict::Silent(UnrungReason::DoNotDisturb); // C-6
    }
    if facts.over_limit {
        return Verdict::Silent(UnrungReason::Limits); // C-5
    }
    Verdict::Ring
}

/// Whether at least one ticked box fits (C-3).
fn in_audience(facts: &GateFacts) -> bool {
    let Audience {
        address_book,
        following,
        verified,
        everyone,
    } = facts.audience;
    everyone
        || (address_book && facts.in_address_book)
        || (following && facts.callee_follows)
        || (verified && facts.caller_verified)
}
