use super::pair::MOST_LIVE;
use super::request::{LongTermKey, Proven};
use super::slab::Handle;
use super::{CHANNEL_MILLIS, Endpoint, Now};
use crate::credential::Leg;

/// Channels of an allocation: twice what the other leg can hold leaves room for bindings to allocations that are gone.
/// Raising it costs 16 bytes of every allocation.
const MOST_CHANNELS: usize = 2 * MOST_LIVE;

/// In which steps the end of a channel is kept. Four bytes of them last for 17 years.
const STEP_MILLIS: u64 = 125;

/// What a client holds: an address on its leg, where to find the client, and whom it wants to hear.
#[derive(Debug)]
pub(super) struct Allocation {
    pub(super) client: Endpoint,
    pub(super) pair: Handle,
    pub(super) leg: Leg,
    /// The port of its relayed address.
    pub(super) port: u16,
    /// When it was made.
    pub(super) made: u64,
    pub(super) expires: u64,
    /// Until when it has a permission. There is one address only that it can be for: the other leg's (P-4).
    pub(super) permitted: u64,
    /// When its client last sent anything that was taken.
    pub(super) heard: u64,
    /// Of the Allocate that made it: the same one again is a retransmission.
    pub(super) transaction: [u8; 12],
    /// When its credential ends, in seconds of Unix time, and the credential's long-term key: whoever asks again with the
    /// same user name is checked without deriving it anew.
    pub(super) credential: (u64, LongTermKey),
    /// The other leg has sent to it, which it only does where its client was told to by the call's signalling.
    pub(super) sought: bool,
    channels: [Channel; MOST_CHANNELS],
    bound: u8,
}

/// A channel number bound to a port of the other leg.
#[derive(Debug, Clone, Copy)]
pub(super) struct Channel {
    number: u16,
    pub(super) port: u16,
    /// In steps of [`STEP_MILLIS`].
    until: u32,
    /// The allocation that had the port when it was last looked for.
    pub(super) peer: Option<Handle>,
}

impl Channel {
    fn holds(&self, now: Now) -> bool {
        u64::from(self.until) * STEP_MILLIS > now.millis
    }
}

/// Why a channel was not bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotBound {
    /// The number belongs to another peer, or the peer to another number.
    Taken,
    /// There is room for no more.
    Full,
}

impl Allocation {
    pub(super) fn new(
        client: Endpoint,
        pair: Handle,
        proven: &Proven,
        port: u16,
        transaction: [u8; 12],
        now: Now,
    ) -> Self {
        let none = Channel {
            number: 0,
            port: 0,
            until: 0,
            peer: None,
        };
        Self {
            client,
            pair,
            leg: proven.claim.leg,
            port,
            made: now.millis,
            expires: now.millis,
            permitted: 0,
            heard: now.millis,
            transaction,
            credential: (proven.claim.expires, proven.key),
            sought: false,
            channels: [none; MOST_CHANNELS],
            bound: 0,
        }
    }

    /// Binds, or renews a binding (RFC 8656, 12.2).
    pub(super) fn bind(&mut self, number: u16, port: u16, now: Now) -> Result<(), NotBound> {
        self.forget_channels(now);
        let until = (now.millis + CHANNEL_MILLIS).div_ceil(STEP_MILLIS) as u32;
        let bound = usize::from(self.bound);
        let meeting = self.channels[..bound]
            .iter_mut()
            .find(|channel| channel.number == number || channel.port == port);
        match meeting {
            Some(channel) if channel.number == number && channel.port == port => {
                channel.until = until;
                Ok(())
            }
            Some(_) => Err(NotBound::Taken),
            None => {
                *self.channels.get_mut(bound).ok_or(NotBound::Full)? = Channel {
                    number,
                    port,
                    until,
                    peer: None,
                };
                self.bound += 1;
                Ok(())
            }
        }
    }

    /// The channel with this number.
    pub(super) fn channel(&mut self, number: u16, now: Now) -> Option<&mut Channel> {
        self.channels[..usize::from(self.bound)]
            .iter_mut()
            .find(|channel| channel.number == number)
            .filter(|channel| channel.holds(now))
    }

    /// The number under which this client wants to hear from a port of the other leg.
    pub(super) fn channel_to(&self, port: u16, now: Now) -> Option<u16> {
        self.channels[..usize::from(self.bound)]
            .iter()
            .find(|channel| channel.port == port && channel.holds(now))
            .map(|channel| channel.number)
    }

    fn forget_channels(&mut self, now: Now) {
        let mut at = 0;
        while at < usize::from(self.bound) {
            if self.channels[at].holds(now) {
                at += 1;
            } else {
                self.bound -= 1;
                self.channels.swap(at, usize::from(self.bound));
            }
        }
    }
}
