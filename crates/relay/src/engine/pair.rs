use super::slab::Handle;
use super::{FIRST_PORT, Limits, Now};
use crate::credential::Leg;

/// What a leg can hold at most.
pub(super) const MOST_LIVE: usize = 8;

/// For how long a leg counts as talking after its last packet, and how long it must have talked before an address that
/// is new to it is a stranger. Raising it makes a change of network slower, lowering it lets a stolen credential in
/// through shorter pauses.
pub(super) const TALKING_MILLIS: u64 = 2_000;

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
        if !self.is_talking(now) {
            self.talking_since = now.millis;
        }
        self.talked = Some(now.millis);
    }

    /// Whether it has been talking for a while and still is: then it is somewhere, and an address it has no
    /// allocation from is somebody else's.
    pub(super) fn is_settled(&self, now: Now) -> bool {
        self.is_talking(now) && now.millis - self.talking_since >= TALKING_MILLIS
    }

    fn is_talking(&self, now: Now) -> bool {
        self.talked
            .is_some_and(|talked| now.millis.saturating_sub(talked) < TALKING_MILLIS)
    }
}
