use super::allocation::{Allocation, NotBound};
use super::pair::{Pair, Side, Whereabouts};
use super::request::{Fields, Proven, peers_are_permitted};
use super::slab::Handle;
use super::{
    Endpoint, Engine, LIFETIME, Now, PERMISSION_MILLIS, Refusal, forward, relayed_address,
};
use crate::codec::{CHANNELS, Message, Method};
use crate::credential::Claim;
use std::net::SocketAddrV4;

/// An allocation that has been silent for this long makes room for a new one of its leg when the leg has too many: after
/// a page was reloaded nobody is behind the old ones. A browser that uses one checks it every few seconds.
const SILENT_MILLIS: u64 = 15_000;

/// How long the other leg has to send to an allocation in a network that its leg has not talked from, once the leg has
/// settled in another. Raising it leaves an intruder in for longer, lowering it costs a browser the ways that its slower
/// interfaces would have been.
const INTRUDER_MILLIS: u64 = 1_000;

const UDP: u8 = 17;
const IPV4: u8 = 1;
const IPV6: u8 = 2;

/// What a request got.
pub(super) enum Granted {
    /// An allocation.
    Allocation {
        relayed: SocketAddrV4,
        lifetime: u32,
        /// It asked for an IPv6 address beside the IPv4 one.
        second_family_refused: bool,
    },
    /// The allocation's life, in seconds from now.
    Lifetime(u32),
    /// A permission or a channel, which an empty answer says.
    Nothing,
}

impl Engine {
    /// Does what a request of a proven sender asks.
    pub(super) fn grant(
        &mut self,
        from: Endpoint,
        message: &Message<'_>,
        method: Method,
        fields: &Fields<'_>,
        proven: &Proven,
        now: Now,
    ) -> Result<Granted, Refusal> {
        if method == Method::Allocate {
            return self.allocate(from, message, fields, proven, now);
        }
        let claim = &proven.claim;
        let handle = self.allocation_of(from, now).ok_or(Refusal::Mismatch)?;
        let pair = self
            .allocations
            .get(handle)
            .and_then(|allocation| Some((allocation.leg, self.pairs.get(allocation.pair)?)));
        let same = pair.is_some_and(|(leg, pair)| {
            pair.call == claim.call
                && leg == claim.leg
                && pair.side(leg).device == Some(claim.device)
        });
        if !same {
            return Err(Refusal::WrongCredential);
        }
        match method {
            Method::Refresh => self.refresh(handle, fields, proven, now),
            Method::CreatePermission => {
                let allowed = peers_are_permitted(message, claim.leg);
                #[cfg(feature = "broken-protections")]
                let allowed =
                    allowed.or_else(|refusal| self.limits.unpaired.then_some(()).ok_or(refusal));
                allowed?;
                self.permit(handle, now);
                Ok(Granted::Nothing)
            }
            Method::ChannelBind => self.bind(handle, message, fields, claim, now),
            Method::Allocate | Method::Binding | Method::Send | Method::Data => {
                Err(Refusal::BadRequest)
            }
        }
    }

    /// RFC 8656, 7.2.
    fn allocate(
        &mut self,
        from: Endpoint,
        message: &Message<'_>,
        fields: &Fields<'_>,
        proven: &Proven,
        now: Now,
    ) -> Result<Granted, Refusal> {
        let claim = &proven.claim;
        let second_family_refused = fields.additional_family.is_some();
        let lifetime = lifetime(claim, now);
        if let Some(handle) = self.allocation_of(from, now) {
            let allocation = self.allocations.get(handle).ok_or(Refusal::Mismatch)?;
            let again = allocation.transaction == message.transaction()
                && allocation.leg == claim.leg
                && self
                    .pairs
                    .get(allocation.pair)
                    .is_some_and(|pair| pair.call == claim.call);
            return if again {
                Ok(Granted::Allocation {
                    relayed: relayed_address(allocation.leg, allocation.port),
                    lifetime,
                    second_family_refused,
                })
            } else {
                Err(Refusal::Mismatch)
            };
        }
        check_wishes(fields)?;
        self.admit(from, claim, now)?;

        let pair = match self.calls.get(&claim.call) {
            Some(pair) => *pair,
            None => {
                let pair = self.pairs.insert(Pair::new(claim.call));
                self.calls.insert(claim.call, pair);
                pair
            }
        };
        let side = self
            .pairs
            .get_mut(pair)
            .ok_or(Refusal::Full)?
            .side_mut(claim.leg);
        side.device = Some(claim.device);
        let port = side.take_port(fields.even_port.is_some());
        let mut allocation = Allocation::new(from, pair, proven, port, message.transaction(), now);
        allocation.expires = now.millis + u64::from(lifetime) * 1000;
        let handle = self.allocations.insert(allocation);
        side.join(port, handle);
        self.clients.insert(from, handle);
        self.counters.allocated += 1;
        Ok(Granted::Allocation {
            relayed: relayed_address(claim.leg, port),
            lifetime,
            second_family_refused,
        })
    }

    /// Whether the leg may have one more allocation, from here. Makes room for it where somebody left one behind.
    fn admit(&mut self, from: Endpoint, claim: &Claim, now: Now) -> Result<(), Refusal> {
        let pair = self.calls.get(&claim.call).copied();
        if let Some(side) = pair
            .and_then(|pair| self.pairs.get(pair))
            .map(|pair| pair.side(claim.leg))
        {
            if side.device.is_some_and(|device| device != claim.device) {
                return Err(Refusal::OtherDevice);
            }
            if !self.is_at_home(side, from) {
                match side.whereabouts(now) {
                    Whereabouts::Open => {}
                    // Over a stream nobody asks again.
                    Whereabouts::Pausing if from.stream().is_none() => {
                        return Err(Refusal::Pausing);
                    }
                    Whereabouts::Pausing | Whereabouts::Settled => return Err(Refusal::Elsewhere),
                }
            }
            let live = || {
                side.handles()
                    .filter_map(|handle| Some((handle, self.allocations.get(handle)?)))
            };
            if side.count() >= self.limits.allocations_per_leg {
                let (silent, heard) = live()
                    .map(|(handle, allocation)| (handle, allocation.heard))
                    .min_by_key(|(_, heard)| *heard)
                    .ok_or(Refusal::Quota)?;
                if now.millis.saturating_sub(heard) < SILENT_MILLIS {
                    return Err(Refusal::Quota);
                }
                self.remove(silent);
            }
        }
        if self.clients.len() >= self.limits.allocations {
            return Err(Refusal::Full);
        }
        Ok(())
    }

    /// Whether a client's network is one that the other leg has sent to on this leg.
    fn is_at_home(&self, side: &Side, client: Endpoint) -> bool {
        side.handles()
            .filter_map(|handle| self.allocations.get(handle))
            .any(|other| other.sought && other.client.network() == client.network())
    }

    /// Whether an allocation turned out to be somebody else's: it came in while its leg was not settled, now the leg is,
    /// in another network, and the other leg has had time to send to this one and did not. A browser's own interfaces
    /// are different: the other leg learns of them by signalling and checks each of them.
    pub(super) fn is_intruder(&self, allocation: &Allocation, now: Now) -> bool {
        !allocation.sought
            && now.millis.saturating_sub(allocation.made) >= INTRUDER_MILLIS
            && self.pairs.get(allocation.pair).is_some_and(|pair| {
                let side = pair.side(allocation.leg);
                side.whereabouts(now) == Whereabouts::Settled
                    && !self.is_at_home(side, allocation.client)
            })
    }

    /// RFC 8656, 7.3. That the call was not revoked is known from the credential's check.
    fn refresh(
        &mut self,
        handle: Handle,
        fields: &Fields<'_>,
        proven: &Proven,
        now: Now,
    ) -> Result<Granted, Refusal> {
        if fields.mobility.is_some() {
            return Err(Refusal::Mobility);
        }
        if fields
            .family
            .is_some_and(|family| family.first() != Some(&IPV4))
        {
            return Err(Refusal::Family);
        }
        if number(fields.lifetime)? == Some(0) {
            self.remove(handle);
            return Ok(Granted::Lifetime(0));
        }
        let lifetime = lifetime(&proven.claim, now);
        if let Some(allocation) = self.allocations.get_mut(handle) {
            allocation.expires = now.millis + u64::from(lifetime) * 1000;
            // It may be a newer one, of the same device.
            allocation.credential = (proven.claim.expires, proven.key);
            allocation.heard = now.millis;
        }
        Ok(Granted::Lifetime(lifetime))
    }

    /// RFC 8656, 12.2.
    fn bind(
        &mut self,
        handle: Handle,
        message: &Message<'_>,
        fields: &Fields<'_>,
        claim: &Claim,
        now: Now,
    ) -> Result<Granted, Refusal> {
        let (Some(&[high, low, _, _]), Some(peer)) = (fields.channel, fields.peer) else {
            return Err(Refusal::BadRequest);
        };
        let channel = u16::from_be_bytes([high, low]);
        if !CHANNELS.contains(&channel) {
            return Err(Refusal::BadRequest);
        }
        let port = forward::port_of_peer(claim.leg, peer, &message.transaction())
            .ok_or(Refusal::Forbidden)?;
        self.allocations
            .get_mut(handle)
            .ok_or(Refusal::Mismatch)?
            .bind(channel, port, now)
            .map_err(|not_bound| match not_bound {
                NotBound::Taken => Refusal::BadRequest,
                NotBound::Full => Refusal::Channels,
            })?;
        self.permit(handle, now);
        Ok(Granted::Nothing)
    }

    fn permit(&mut self, handle: Handle, now: Now) {
        if let Some(allocation) = self.allocations.get_mut(handle) {
            allocation.permitted = now.millis + PERMISSION_MILLIS;
            allocation.heard = now.millis;
        }
    }
}

/// Whether an Allocate asks for what there is: one IPv4 address, over UDP, on one port.
fn check_wishes(fields: &Fields<'_>) -> Result<(), Refusal> {
    match fields.transport {
        Some(&[UDP, ..]) => {}
        Some(&[_, ..]) => return Err(Refusal::Transport),
        Some([]) | None => return Err(Refusal::BadRequest),
    }
    if fields.reservation.is_some() {
        return Err(if fields.even_port.is_some() || fields.family.is_some() {
            Refusal::BadRequest
        } else {
            Refusal::Reservation
        });
    }
    if fields.mobility.is_some() {
        return Err(Refusal::Mobility);
    }
    match (fields.family, fields.additional_family) {
        (Some(_), Some(_)) => return Err(Refusal::BadRequest),
        (Some(family), None) if family.first() != Some(&IPV4) => return Err(Refusal::Family),
        (None, Some(family)) if family.first() != Some(&IPV6) => return Err(Refusal::BadRequest),
        (Some(_) | None, Some(_) | None) => {}
    }
    // The port after it is not kept for anybody (the R bit).
    if fields
        .even_port
        .is_some_and(|flags| flags.first() != Some(&0))
    {
        return Err(Refusal::Reservation);
    }
    number(fields.lifetime).map(|_| ())
}

/// What is granted whatever was asked for: the RFC has a server raise what is shorter. No allocation outlives the
/// credential it was made with.
fn lifetime(claim: &Claim, now: Now) -> u32 {
    u64::from(LIFETIME).min(claim.expires.saturating_sub(now.unix)) as u32
}

fn number(value: Option<&[u8]>) -> Result<Option<u32>, Refusal> {
    value
        .map(|value| value.try_into().map(u32::from_be_bytes))
        .transpose()
        .map_err(|_| Refusal::BadRequest)
}
