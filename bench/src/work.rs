//! What is measured.

use crate::leg::Says;

/// A load on legs that are set up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Work {
    /// Its name in tables and for `--only`.
    pub(crate) name: &'static str,
    pub(crate) says: Says,
    /// Bytes of a payload.
    pub(crate) payload: usize,
    /// Calls, each with two legs that both send.
    pub(crate) calls: usize,
    pub(crate) pace: Pace,
}

/// When packets are sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Pace {
    /// So many of each leg are there at once, and the server works them off. It is stopped while they are sent: a packet
    /// costs the clients more than the server, which would rest in between and never be saturated otherwise.
    Backlog(u32),
    /// At the rate of a call: so many at once, so often in a second; each leg at times of its own.
    Rate { burst: u32, per_second: f64 },
    /// So many of all legs at once; the next when all have arrived, or the patience is over.
    Burst(u32),
}

/// Legs of a call at call rate for audio: 50 packets a second each (20 ms of Opus).
const AUDIO: Pace = Pace::Rate {
    burst: 1,
    per_second: 50.0,
};

/// 2.5 Mbit/s in frames of nine packets of 1,200 bytes.
const VIDEO: Pace = Pace::Rate {
    burst: 9,
    per_second: 2_500_000.0 / (9.0 * 1_200.0 * 8.0),
};

/// Of each leg under load. Small enough for the buffers of every server: what overflows is loss, and a figure with loss
/// does not count. Legs take turns, so packets of one are not neighbours.
const BACKLOG: Pace = Pace::Backlog(12);

/// All loads, in the order of the tables.
pub(crate) const ALL: &[Work] = &[
    work("saturated 160 B", Says::ChannelData, 160, 50, BACKLOG),
    work("saturated 1200 B", Says::ChannelData, 1_200, 50, BACKLOG),
    work(
        "saturated 160 B, indications",
        Says::Indications,
        160,
        50,
        BACKLOG,
    ),
    work(
        "saturated 1200 B, indications",
        Says::Indications,
        1_200,
        50,
        BACKLOG,
    ),
    work("audio at call rate", Says::ChannelData, 160, 50, AUDIO),
    work(
        "audio at call rate, indications",
        Says::Indications,
        160,
        50,
        AUDIO,
    ),
    work("video at call rate", Says::ChannelData, 1_200, 10, VIDEO),
    work(
        "video at call rate, indications",
        Says::Indications,
        1_200,
        10,
        VIDEO,
    ),
    work(
        "160 packets in flight",
        Says::ChannelData,
        1_200,
        8,
        Pace::Burst(160),
    ),
];

/// The name of the other measurement: whole set-ups, and the memory of what was set up.
pub(crate) const SETUPS: &str = "setups and memory";

/// Allocations that are set up and then idle.
pub(crate) const ALLOCATIONS: usize = 10_000;

const fn work(name: &'static str, says: Says, payload: usize, calls: usize, pace: Pace) -> Work {
    Work {
        name,
        says,
        payload,
        calls,
        pace,
    }
}

impl Work {
    /// Whether the bare forwarder does it too: it knows no indications.
    pub(crate) fn is_bare(&self) -> bool {
        self.says == Says::ChannelData && !matches!(self.pace, Pace::Burst(_))
    }
}
