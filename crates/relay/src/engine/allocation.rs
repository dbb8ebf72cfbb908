use super::slab::Handle;
use super::{CHANNEL_MILLIS, Endpoint, Now};
use crate::credential::Leg;

/// Channels of an allocation. The other leg has eight allocations at most, so twice that leaves room for bindings to
/// some that are gone.
const MOST_CHANNELS: usize = 16;

/// What a client holds: an address on its leg, where to find the client, and whom it wants to hear.
#[derive(Debug)]
pub(super) struct Allocation {
    pub(super) client: Endpoint,
    pub(super) pair: Handle,
    pub(super) leg: Leg,
    /// The port of its relayed address.
    pub(super) port: u16,
    pub(super) expires: u64,
    /// Until when it has a permission. There is one address only that it can be for: the other leg's (P-4).
    pub(super) permitted: u64,
    /// When its client last sent anything that was taken.
    pub(super) heard: u64,
    /// Of the Allocate that made it: the same one again is a retransmission.
    pub(super) transaction: [u8; 12],
    channels: [Channel; MOST_CHANNELS],
    bound: u8,
}

/// A channel number bound to a port of the other leg.
#[derive(Debug, Clone, Copy)]
pub(super) struct Channel {
    number: u16,
    pub(super) port: u16,
    until: u64,
    /// The allocation that had the port when it was last looked for.
    pub(super) peer: Option<Handle>,
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
        leg: Leg,
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
            leg,
            port,
            expires: now.millis,
            permitted: 0,
            heard: now.millis,
            transaction,
            channels: [none; MOST_CHANNELS],
            bound: 0,
        }
    }

    /// Binds, or renews a binding (RFC 8656, 12.2).
    pub(super) fn bind(&mut self, number: u16, port: u16, now: Now) -> Result<(), NotBound> {
        self.forget_channels(now);
        let until = now.millis + CHANNEL_MILLIS;
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
            .filter(|channel| channel.until > now.millis)
    }

    /// The number under which this client wants to hear from a port of the other leg.
    pub(super) fn channel_to(&self, port: u16, now: Now) -> Option<u16> {
        self.channels[..usize::from(self.bound)]
            .iter()
            .find(|channel| channel.port == port && channel.until > now.millis)
            .map(|channel| channel.number)
    }

    fn forget_channels(&mut self, now: Now) {
        let mut at = 0;
        while at < usize::from(self.bound) {
            if self.channels[at].until > now.millis {
                at += 1;
            } else {
                self.bound -= 1;
                self.channels.swap(at, usize::from(self.bound));
            }
        }
    }
}
