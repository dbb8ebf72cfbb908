use super::slab::Handle;
use super::{Endpoint, Engine, Now, RELAYED_ADDRESSES, Refusal, Step, relayed_address};
use crate::codec::{
    CHANNEL_HEADER, DATA_HEADER, Message, kind, read_xor_address, write_channel_header,
    write_data_header,
};
use crate::credential::Leg;
use std::net::SocketAddr;
use std::ops::Range;

/// A payload on its way to the other leg's client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// Where it goes.
    pub to: Endpoint,
    /// What goes in front of the payload.
    pub header: Header,
    /// Where in the datagram the payload lies.
    pub payload: Range<usize>,
    /// How many zeros go behind it.
    pub padding: usize,
}

/// The header of ChannelData or of a Data indication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    bytes: [u8; DATA_HEADER],
    length: usize,
}

impl Header {
    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    #[cfg(feature = "broken-protections")]
    pub(super) fn none() -> Self {
        Self {
            bytes: [0; DATA_HEADER],
            length: 0,
        }
    }

    fn channel(number: u16, payload: usize) -> Self {
        let mut bytes = [0; DATA_HEADER];
        bytes[..CHANNEL_HEADER].copy_from_slice(&write_channel_header(number, payload));
        Self {
            bytes,
            length: CHANNEL_HEADER,
        }
    }
}

impl Engine {
    pub(super) fn channel_data(
        &mut self,
        from: Endpoint,
        number: u16,
        payload: &[u8],
        now: Now,
    ) -> Step {
        let Some(sender) = self.allocation_of(from, now) else {
            return self.drop(Refusal::NoAllocation);
        };
        let channel = self
            .allocations
            .get_mut(sender)
            .and_then(|allocation| allocation.channel(number, now));
        let Some(channel) = channel else {
            return self.drop(Refusal::NoChannel);
        };
        let (port, known) = (channel.port, channel.peer);
        // The allocation that the channel led to last time, as long as it is there; else whoever has the port now.
        if let Some(receiver) = known.filter(|known| self.allocations.get(*known).is_some()) {
            return self.forward(sender, receiver, payload, CHANNEL_HEADER, now);
        }
        let receiver = self.peer_at(sender, port);
        if let Some(channel) = self
            .allocations
            .get_mut(sender)
            .and_then(|allocation| allocation.channel(number, now))
        {
            channel.peer = receiver;
        }
        match receiver {
            Some(receiver) => self.forward(sender, receiver, payload, CHANNEL_HEADER, now),
            None => self.drop(Refusal::NoPeer),
        }
    }

    pub(super) fn send_indication(
        &mut self,
        from: Endpoint,
        message: &Message<'_>,
        now: Now,
    ) -> Step {
        let Some(sender) = self.allocation_of(from, now) else {
            return self.drop(Refusal::NoAllocation);
        };
        let (mut peer, mut data) = (None, None);
        let mut attributes = message.attributes();
        for attribute in &mut attributes {
            match attribute.kind {
                kind::XOR_PEER_ADDRESS => peer = peer.or(Some(attribute)),
                kind::DATA => data = data.or(Some(attribute)),
                other if kind::comprehension_optional(other) => {}
                _ => return self.drop(Refusal::UnknownAttribute),
            }
        }
        let (Some(peer), Some(data), true) = (peer, data, attributes.whole()) else {
            return self.drop(Refusal::Malformed);
        };
        let Some(allocation) = self.allocations.get(sender) else {
            return self.drop(Refusal::NoAllocation);
        };
        let permitted = allocation.permitted > now.millis;
        // P-4: nobody but the other leg.
        let Some(port) = port_of_peer(allocation.leg, peer.value, &message.transaction()) else {
            #[cfg(feature = "broken-protections")]
            if let Some(step) =
                super::broken::send_anywhere(message).filter(|_| self.limits.unpaired)
            {
                return step;
            }
            return self.drop(Refusal::Forbidden);
        };
        if !permitted {
            return self.drop(Refusal::NoPermission);
        }
        match self.peer_at(sender, port) {
            Some(receiver) => {
                let at = message.range_of(&data).start;
                self.forward(sender, receiver, data.value, at, now)
            }
            None => self.drop(Refusal::NoPeer),
        }
    }

    /// The allocation of the other leg that has this port.
    fn peer_at(&self, sender: Handle, port: u16) -> Option<Handle> {
        let sender = self.allocations.get(sender)?;
        self.pairs
            .get(sender.pair)?
            .side(sender.leg.other())
            .at_port(port)
    }

    fn forward(
        &mut self,
        sender: Handle,
        receiver: Handle,
        payload: &[u8],
        at: usize,
        now: Now,
    ) -> Step {
        if !payload
            .first()
            .is_some_and(|first| belongs_to_a_call(*first))
        {
            return self.drop(Refusal::FirstByte);
        }
        let Some(allocation) = self.allocations.get_mut(sender) else {
            return self.drop(Refusal::NoAllocation);
        };
        allocation.heard = now.millis;
        let (leg, port, pair) = (allocation.leg, allocation.port, allocation.pair);
        let sought = allocation.sought;
        let Some(side) = self.pairs.get_mut(pair).map(|pair| pair.side_mut(leg)) else {
            return self.drop(Refusal::NoPeer);
        };
        if !side.take(payload.len(), &self.limits, now) {
            return self.drop(Refusal::Rate);
        }
        let Some(allocation) = self.allocations.get_mut(receiver) else {
            return self.drop(Refusal::NoPeer);
        };
        if allocation.expires <= now.millis {
            return self.drop(Refusal::NoPeer);
        }
        if !allocation.sought {
            allocation.sought = true;
        }
        // P-4: it hears the other leg, and only once it has asked to.
        if allocation.permitted <= now.millis {
            return self.drop(Refusal::NotHeard);
        }
        // Whoever sends where nobody answers may be anybody.
        if sought {
            side.talks(now);
        }
        let (header, padding) = match allocation.channel_to(port, now) {
            Some(number) => {
                // Over a stream the next message begins at a multiple of four (RFC 8656, 12.5).
                let padding = match allocation.client.stream() {
                    Some(_) => payload.len().next_multiple_of(4) - payload.len(),
                    None => 0,
                };
                (Header::channel(number, payload.len()), padding)
            }
            None => {
                self.indications = self.indications.wrapping_add(1);
                let mut transaction = [0; 12];
                transaction[4..].copy_from_slice(&self.indications.to_be_bytes());
                let peer = relayed_address(leg, port);
                let header = Header {
                    bytes: write_data_header(peer, &transaction, payload.len()),
                    length: DATA_HEADER,
                };
                (header, payload.len().next_multiple_of(4) - payload.len())
            }
        };
        self.counters.relayed += 1;
        self.counters.relayed_bytes += payload.len() as u64;
        Step::Forward(Forward {
            to: allocation.client,
            header,
            payload: at..at + payload.len(),
            padding,
        })
    }
}

/// The port of a peer address, if it is one of the other leg's (P-4).
pub(super) fn port_of_peer(leg: Leg, value: &[u8], transaction: &[u8; 12]) -> Option<u16> {
    let other = RELAYED_ADDRESSES[usize::from(leg.other().number())];
    match read_xor_address(value, transaction)? {
        SocketAddr::V4(address) if *address.ip() == other => Some(address.port()),
        SocketAddr::V4(_) | SocketAddr::V6(_) => None,
    }
}

/// STUN, DTLS, and RTP or RTCP (RFC 7983): what two browsers in a call send each other.
fn belongs_to_a_call(first: u8) -> bool {
    matches!(first, 0..=3 | 20..=63 | 128..=191)
}
