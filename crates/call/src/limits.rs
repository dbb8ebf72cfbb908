//! How often somebody may make others ring (C-5).
//!
//! A call over a limit is silent, and looks to the caller like one that nobody answered (C-6). A silent call rings
//! nowhere and therefore counts in none of the figures below, so who keeps trying does not lengthen his own wait.

use birdcall_protocol::Timestamp;
use std::time::Duration;

/// Unanswered rings of one caller at one callee, within [`PAIR_WINDOW`], after which the next call is silent.
/// Raising it lets a nuisance ring more often before it stops by itself.
pub const PAIR_RINGS: usize = 3;

/// The span within which [`PAIR_RINGS`] have to fall. Raising it also catches slower nuisances, and more often a
/// friend who tries again and again for a good reason.
pub const PAIR_WINDOW: Duration = Duration::from_secs(10 * 60);

/// How long calls of the pair stay silent from the last of those rings on. Raising it gives more peace, and keeps a
/// real emergency silent for longer.
pub const PAIR_SILENCE: Duration = Duration::from_secs(60 * 60);

/// How far back the store has to look for [`RingHistory::pair`]: far enough for a row of rings that ended just within
/// the silence.
pub const PAIR_HISTORY: Duration = Duration::from_secs(70 * 60);

/// Rings at one callee, from anybody, within [`CALLEE_WINDOW`], after which further calls are silent. Raising it costs
/// the callee peace when many accounts call at once; lowering it lets a few accounts keep everyone else out.
pub const CALLEE_RINGS: u32 = 20;

/// The span of [`CALLEE_RINGS`].
pub const CALLEE_WINDOW: Duration = Duration::from_secs(10 * 60);

/// Distinct callees that one caller rang within [`CALLEES_WINDOW`], after which calls to further people are silent.
/// Raising it makes ringing through a list of people cheaper; lowering it hits who organises something by phone.
pub const CALLEES: u32 = 30;

/// The span of [`CALLEES`].
pub const CALLEES_WINDOW: Duration = Duration::from_secs(60 * 60);

/// What the store knows about the rings before this one. Only calls that really rang count ([`Call::rung`]).
///
/// [`Call::rung`]: crate::Call::rung
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RingHistory<'a> {
    /// When the caller's unanswered rings at this callee began, within [`PAIR_HISTORY`], in any order. An answered or
    /// a declined call is not among them: somebody was there.
    pub pair: &'a [Timestamp],
    /// Rings at this callee from anybody within [`CALLEE_WINDOW`].
    pub callee_rings: u32,
    /// Distinct people whom this caller rang within [`CALLEES_WINDOW`], this callee not counted.
    pub callees: u32,
}

impl RingHistory<'_> {
    /// Whether a call now would be over a limit.
    #[must_use]
    pub fn over_limit(&self, now: Timestamp) -> bool {
        self.callee_rings >= CALLEE_RINGS || self.callees >= CALLEES || self.pair_is_silent(now)
    }

    /// Per pair: [`PAIR_RINGS`] within [`PAIR_WINDOW`], the last of them less than [`PAIR_SILENCE`] ago.
    fn pair_is_silent(&self, now: Timestamp) -> bool {
        let mut rings = self.pair.to_vec();
        rings.sort_unstable();
        rings.windows(PAIR_RINGS).any(|row| {
            let (Some(first), Some(last)) = (row.first(), row.last()) else {
                return false;
            };
            last.since(*first) < PAIR_WINDOW && now.since(*last) < PAIR_SILENCE
        })
    }
}
