//! What was granted to whom, kept from the answers alone, and what follows from it.

use birdcall_relay::codec::{Datagram, Message, Method, kind, read, read_xor_address};
use birdcall_relay::credential::Leg;
use birdcall_relay::engine::{Endpoint, Forward, Now, RELAYED_ADDRESSES};
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

/// Bytes that may go to unproven sources beyond what came in: at once, and for each second.
const CREDIT: u64 = 8_192;
const CREDIT_PER_SECOND: u64 = 128;

/// What the relay has told its clients, and what it was sent.
#[derive(Debug, Default)]
pub struct Ledger {
    held: HashMap<Endpoint, Held>,
    ended: HashSet<u64>,
    received: u64,
    sent_unproven: u64,
}

/// An allocation as its client knows it.
#[derive(Debug)]
struct Held {
    call: u64,
    leg: Leg,
    relayed: SocketAddr,
    /// Of the Allocate that made it: the same one again is a retransmission.
    transaction: [u8; 12],
    expires: u64,
    permitted: u64,
    /// Channel numbers, the port each is for, and until when.
    channels: Vec<(u16, u16, u64)>,
}

/// What is broken.
type Verdict = Result<(), String>;

fn must(holds: bool, sentence: &str) -> Verdict {
    holds.then_some(()).ok_or_else(|| sentence.to_owned())
}

impl Ledger {
    /// Counts a datagram that came in.
    pub fn received(&mut self, bytes: &[u8]) {
        self.received += bytes.len() as u64;
    }

    /// A call is over.
    pub fn revoked(&mut self, call: u64) {
        self.ended.insert(call);
        self.held.retain(|_, held| held.call != call);
    }

    /// A client is gone, and its allocation with it.
    pub fn left(&mut self, client: Endpoint) {
        self.held.remove(&client);
    }

    /// Whether a client was given an allocation whose time is not over.
    pub fn holds(&self, client: Endpoint, now: Now) -> bool {
        let held = self.held.get(&client);
        held.is_some_and(|held| held.expires > now.millis)
    }

    /// Judges a packet that is sent on.
    ///
    /// # Errors
    ///
    /// It does not go from one leg of a live call to the other, to which it was granted, payload and nothing else.
    pub fn forward(&self, from: Endpoint, datagram: &[u8], forward: &Forward, now: Now) -> Verdict {
        let sender = self
            .held
            .get(&from)
            .ok_or("from somebody without allocation")?;
        let receiver = self
            .held
            .get(&forward.to)
            .ok_or("to somebody without allocation")?;
        must(sender.call == receiver.call, "from one call to another")?;
        must(sender.leg.other() == receiver.leg, "to the same leg")?;
        must(!self.ended.contains(&sender.call), "in a call that is over")?;
        must(
            sender.expires > now.millis,
            "from an allocation that is over",
        )?;
        must(
            receiver.expires > now.millis,
            "to an allocation that is over",
        )?;
        must(
            receiver.permitted > now.millis,
            "to somebody who did not ask",
        )?;

        let payload = datagram
            .get(forward.payload.clone())
            .ok_or("bytes that did not come in")?;
        let (peer, data) = match read(datagram) {
            Some(Datagram::Channel { number, payload }) => {
                (sender.port_of(number, now), Some(payload))
            }
            Some(Datagram::Stun(message)) => {
                must(sender.permitted > now.millis, "without a permission")?;
                let value = |kind| {
                    message
                        .attributes()
                        .find(|one| one.kind == kind)
                        .map(|one| one.value)
                };
                let peer = value(kind::XOR_PEER_ADDRESS)
                    .and_then(|peer| read_xor_address(peer, &message.transaction()));
                let other = RELAYED_ADDRESSES[usize::from(receiver.leg.number())];
                must(
                    peer.is_some_and(|peer| peer.ip() == other),
                    "to another address",
                )?;
                (peer.map(|peer| peer.port()), value(kind::DATA))
            }
            None => (None, None),
        };
        must(data == Some(payload), "something else than the payload")?;
        must(
            peer == Some(receiver.relayed.port()),
            "to another allocation than it names",
        )?;
        let first = payload.first().copied().unwrap_or(0xFF);
        let of_a_call = matches!(first, 0..=3 | 20..=63 | 128..=191);
        must(of_a_call, "neither STUN nor DTLS nor RTP")?;

        // What the receiver gets, read as it reads it.
        let mut sent = forward.header.as_bytes().to_vec();
        sent.extend_from_slice(payload);
        sent.resize(sent.len() + forward.padding, 0);
        match read(&sent).ok_or("what is sent on cannot be read")? {
            Datagram::Channel {
                number,
                payload: its,
            } => {
                must(its == payload, "another payload")?;
                let whole = forward.to.stream().is_none() || sent.len().is_multiple_of(4);
                must(whole, "ChannelData on a stream without its padding")?;
                let port = receiver.port_of(number, now);
                must(port == Some(sender.relayed.port()), "on another's channel")
            }
            Datagram::Stun(message) => {
                must(message.method == Some(Method::Data), "no Data indication")?;
                let mut attributes = message.attributes();
                let its: Vec<_> = attributes.by_ref().collect();
                must(attributes.whole(), "a broken Data indication")?;
                let [peer, data] = its.as_slice() else {
                    return Err("a Data indication with something more".to_owned());
                };
                let peer = read_xor_address(peer.value, &message.transaction());
                must(
                    peer == Some(sender.relayed),
                    "a Data indication from another address",
                )?;
                must(data.value == payload, "another payload")
            }
        }
    }

    /// Judges an answer to a request, which was signed with a credential of this claim or not at all, and notes what
    /// it grants.
    ///
    /// # Errors
    ///
    /// It is no answer to this request, tells an address of somebody else, or is more than strangers get.
    pub fn reply(
        &mut self,
        from: Endpoint,
        request: &[u8],
        claim: Option<(u64, Leg)>,
        reply: &[u8],
        now: Now,
    ) -> Verdict {
        let (asked, answer) = (
            Message::read(request).ok_or("an answer to nothing")?,
            Message::read(reply).ok_or("an answer that cannot be read")?,
        );
        must(
            asked.transaction() == answer.transaction(),
            "an answer to another",
        )?;
        must(asked.method == answer.method, "an answer of another method")?;
        let mut attributes = answer.attributes();
        let mut proven = false;
        for attribute in attributes.by_ref() {
            proven |= attribute.kind == kind::MESSAGE_INTEGRITY;
            let address = || read_xor_address(attribute.value, &answer.transaction());
            match attribute.kind {
                kind::XOR_MAPPED_ADDRESS => {
                    must(address() == Some(from.into()), "the address of another")?;
                }
                kind::XOR_RELAYED_ADDRESS => {
                    let own = claim.map(|(_, leg)| RELAYED_ADDRESSES[usize::from(leg.number())]);
                    let given = address().map(|address| address.ip());
                    must(
                        given == own.map(Into::into),
                        "a relayed address of another leg",
                    )?;
                }
                kind::XOR_PEER_ADDRESS => return Err("a peer in an answer".to_owned()),
                _ => {}
            }
        }
        must(attributes.whole(), "a broken answer")?;
        if !proven && from.stream().is_none() {
            self.sent_unproven += reply.len() as u64;
            let allowed = self.received + CREDIT + CREDIT_PER_SECOND * (now.millis / 1000);
            must(
                self.sent_unproven <= allowed,
                "more for strangers than came in",
            )?;
        }
        if answer.class == birdcall_relay::codec::Class::Success && proven {
            let (call, leg) = claim.ok_or("something granted to nobody")?;
            must(
                !self.ended.contains(&call),
                "granted in a call that is over",
            )?;
            self.granted(from, call, leg, &asked, reply, now)?;
        }
        Ok(())
    }

    fn granted(
        &mut self,
        from: Endpoint,
        call: u64,
        leg: Leg,
        asked: &Message<'_>,
        reply: &[u8],
        now: Now,
    ) -> Verdict {
        let lifetime = value(reply, kind::LIFETIME)
            .and_then(|value| value.try_into().ok())
            .map(u32::from_be_bytes);
        let expires = now.millis + u64::from(lifetime.unwrap_or(0)) * 1000;
        if asked.method == Some(Method::Allocate) {
            let relayed = value(reply, kind::XOR_RELAYED_ADDRESS)
                .and_then(|value| read_xor_address(&value, &asked.transaction()))
                .ok_or("an allocation without an address")?;
            let again = self.held.get(&from);
            let again = again.is_some_and(|held| {
                held.transaction == asked.transaction() && held.expires > now.millis
            });
            if !again {
                // Whoever had the address before is gone: a leg's oldest makes room for its newest.
                self.held
                    .retain(|_, held| (held.call, held.leg, held.relayed) != (call, leg, relayed));
                let held = Held {
                    call,
                    leg,
                    relayed,
                    transaction: asked.transaction(),
                    expires,
                    permitted: 0,
                    channels: Vec::new(),
                };
                self.held.insert(from, held);
            }
            return Ok(());
        }
        let held = self
            .held
            .get_mut(&from)
            .ok_or("granted without an allocation")?;
        must(
            (held.call, held.leg) == (call, leg),
            "granted to another's credential",
        )?;
        must(held.expires > now.millis, "granted after the end")?;
        match asked.method {
            Some(Method::Refresh) => {
                must(lifetime.is_some(), "a Refresh without a lifetime")?;
                held.expires = expires;
            }
            Some(Method::CreatePermission) => held.permitted = now.millis + 300_000,
            Some(Method::ChannelBind) => {
                held.permitted = now.millis + 300_000;
                let value = |kind| {
                    asked
                        .attributes()
                        .find(|one| one.kind == kind)
                        .map(|one| one.value)
                };
                let number = value(kind::CHANNEL_NUMBER).and_then(|value| value.first_chunk::<2>());
                let peer = value(kind::XOR_PEER_ADDRESS)
                    .and_then(|peer| read_xor_address(peer, &asked.transaction()))
                    .ok_or("a channel to nobody")?;
                let other = RELAYED_ADDRESSES[usize::from(leg.other().number())];
                must(
                    peer.ip() == other,
                    "a channel to another than the other leg",
                )?;
                let number = u16::from_be_bytes(*number.ok_or("a channel without a number")?);
                held.channels.retain(|(its, _, _)| *its != number);
                held.channels
                    .push((number, peer.port(), now.millis + 600_000));
            }
            Some(Method::Binding | Method::Allocate | Method::Send | Method::Data) | None => {
                return Err("granted what cannot be asked for".to_owned());
            }
        }
        if held.expires <= now.millis {
            self.held.remove(&from);
        }
        Ok(())
    }
}

impl Held {
    fn port_of(&self, number: u16, now: Now) -> Option<u16> {
        self.channels
            .iter()
            .find(|(its, _, until)| *its == number && *until > now.millis)
            .map(|(_, port, _)| *port)
    }
}

/// The first attribute of a kind in a message.
pub(super) fn value(message: &[u8], kind: u16) -> Option<Vec<u8>> {
    Message::read(message)?
        .attributes()
        .find(|attribute| attribute.kind == kind)
        .map(|attribute| attribute.value.to_vec())
}
