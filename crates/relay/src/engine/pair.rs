use super::slab::Handle;
use super::{FIRST_PORT, Limits, Now};
use crate::credential::Leg;

/// What a leg can hold at most. Raising it costs about 50 bytes of every allocation.
pub(super) const MOST_LIVE: usize = 12;

/// How long a leg must have talked before a network that is new to it is somebody else's. Raising it leaves a stolen
/// credential more time, lowering it shuts out a browser's slower interfaces, which gather a little later.
const SETTLED_MILLIS: u64 = 1_000;

/// How long after its last packet a leg is surely still where it was. Audio is a packet each 20 ms, so lowering it far
/// below this takes a few that were lost for a change of network.
const PAUSE_MILLIS: u64 = 300;

/// How long after its last packet a leg may be anywhere. Raising it makes a change of network slower, lowering it lets
/// a stolen credential in through shorter pauses.
const GONE_MILLIS: u64 = 1_000;

/// A call as the relay knows it: two legs that may talk to each other and to nobody else (P-4).
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) call: u64,
    sides: [Side; 2],
}

/// One leg.
#[derive(Debug)]
pub(super) struct Side {
    /// The device that came first; no other gets in while the pair is here.
    pub(super) device: Option<u64>,
    next_port: u16,
    live: [Option<(u16, Handle)>; MOST_LIVE],
    /// Bytes that may be sent now.
    tokens: u32,
    refilled: u64,
    talking_since: u64,
    talked: Option<u64>,
}

/// Whether a leg is where its last packets came from. There its credential may get more allocations, elsewhere it is
/// somebody else who has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whereabouts {
    /// It has not talked yet, not for long enough, or not for a while: its browser may be gathering, or on its way from
    /// one network to another.
    Open,
    /// It was there a moment ago. A little later it is there again, or it has gone.
    Pausing,
    /// It is there.
    Settled,
}

impl Pair {
    pub(super) fn new(call: u64) -> Self {
        Self {
            call,
            sides: [Side::new(), Side::new()],
        }
    }

    pub(super) fn side(&self, leg: Leg) -> &Side {
        &self.sides[usize::from(leg.number())]
    }

    pub(super) fn side_mut(&mut self, leg: Leg) -> &mut Side {
        &mut self.sides[usize::from(leg.number())]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sides.iter().all(|side| side.count() == 0)
    }
}

impl Side {
    fn new() -> Self {
        Self {
            device: None,
            next_port: FIRST_PORT,
            live: [None; MOST_LIVE],
            tokens: u32::MAX,
            refilled: 0,
            talking_since: 0,
            talked: None,
        }
    }

    pub(super) fn count(&self) -> usize {
        self.live.iter().flatten().count()
    }

    /// The allocations of this leg.
    pub(super) fn handles(&self) -> impl Iterator<Item = Handle> + use<> {
        self.live.into_iter().flatten().map(|(_, handle)| handle)
    }

    /// The allocation that has this port.
    pub(super) fn at_port(&self, port: u16) -> Option<Handle> {
        self.live
            .iter()
            .flatten()
            .find(|(its, _)| *its == port)
            .map(|(_, handle)| *handle)
    }

    /// The port of the next allocation: none is used again before all others were.
    pub(super) fn take_port(&mut self, even: bool) -> u16 {
        loop {
            let port = self.next_port;
            self.next_port = port.checked_add(1).unwrap_or(FIRST_PORT);
            if self.at_port(port).is_none() && !(even && port % 2 == 1) {
                return port;
            }
        }
    }

    /// Adds an allocation, for which there has to be room.
    pub(super) fn join(&mut self, port: u16, handle: Handle) {
        if let Some(place) = self.live.iter_mut().find(|place| place.is_none()) {
            *place = Some((port, handle));
        }
    }

    pub(super) fn leave(&mut self, handle: Handle) {
        for place in &mut self.live {
            if place.is_some_and(|(_, its)| its == handle) {
                *place = None;
            }
        }
    }

    /// Takes the bytes of a payload out of the leg's token bucket.
    pub(super) fn take(&mut self, bytes: usize, limits: &Limits, now: Now) -> bool {
        let rest = now.millis.saturating_sub(self.refilled);
        let refill = rest.saturating_mul(u64::from(limits.bytes_per_second)) / 1000;
        let tokens = refill.saturating_add(u64::from(self.tokens));
        self.tokens = tokens.min(u64::from(limits.burst)) as u32;
        self.refilled = now.millis;
        // A datagram is far smaller than a u32.
        let enough = self.tokens >= bytes as u32;
        if enough {
            self.tokens -= bytes as u32;
        }
        enough
    }

    /// Notes that a packet of this leg was relayed.
    pub(super) fn talks(&mut self, now: Now) {
        if self.silence(now) >= GONE_MILLIS {
            self.talking_since = now.millis;
        }
        self.talked = Some(now.millis);
    }

    /// What is known of where the leg is.
    pub(super) fn whereabouts(&self, now: Now) -> Whereabouts {
        let silence = self.silence(now);
        if silence >= GONE_MILLIS || now.millis.saturating_sub(self.talking_since) < SETTLED_MILLIS
        {
            Whereabouts::Open
        } else if silence >= PAUSE_MILLIS {
            Whereabouts::Pausing
        } else {
            Whereabouts::Settled
        }
    }

    /// Milliseconds since its last packet.
    fn silence(&self, now: Now) -> u64 {
        self.talked
            .map_or(u64::MAX, |talked| now.millis.saturating_sub(talked))
    }
}
