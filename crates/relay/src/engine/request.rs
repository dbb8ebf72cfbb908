use super::grant::Granted;
use super::{Endpoint, Engine, Now, Refusal, Step, forward};
use crate::codec::{Attribute, Class, Message, MessageKey, Method, Writer, kind};
use crate::credential::{BadUsername, Claim, REALM};
use std::net::SocketAddr;

/// How many unknown attributes an answer names.
const MOST_UNKNOWN: usize = 8;

/// Whoever sent a request whose MESSAGE-INTEGRITY was right.
pub(super) struct Proven {
    pub(super) claim: Claim,
    pub(super) key: LongTermKey,
}

/// The long-term key of a credential (RFC 8489, 9.2.2).
#[derive(Clone, Copy)]
pub(super) struct LongTermKey([u8; 16]);

/// Says nothing: it is a secret.
impl std::fmt::Debug for LongTermKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("LongTermKey(…)")
    }
}

/// The attributes of a request that this relay reads: of each the first, and none behind MESSAGE-INTEGRITY, where
/// anybody on the way could have put it (RFC 8489, 14.5).
#[derive(Debug, Default)]
pub(super) struct Fields<'a> {
    pub(super) username: Option<&'a [u8]>,
    pub(super) realm: Option<&'a [u8]>,
    pub(super) nonce: Option<&'a [u8]>,
    pub(super) integrity: Option<Attribute<'a>>,
    pub(super) lifetime: Option<&'a [u8]>,
    pub(super) transport: Option<&'a [u8]>,
    pub(super) family: Option<&'a [u8]>,
    pub(super) additional_family: Option<&'a [u8]>,
    pub(super) even_port: Option<&'a [u8]>,
    pub(super) reservation: Option<&'a [u8]>,
    pub(super) mobility: Option<&'a [u8]>,
    pub(super) channel: Option<&'a [u8]>,
    pub(super) peer: Option<&'a [u8]>,
    unknown: [u16; MOST_UNKNOWN],
    unknown_count: usize,
}

impl<'a> Fields<'a> {
    /// `None`: an attribute runs over the end, or the FINGERPRINT is wrong.
    fn read(message: &Message<'a>) -> Option<Self> {
        let mut fields = Self::default();
        let mut attributes = message.attributes();
        for attribute in &mut attributes {
            if attribute.kind == kind::FINGERPRINT {
                if !message.fingerprint_holds(&attribute) {
                    return None;
                }
            } else if fields.integrity.is_none() {
                fields.take(attribute);
            }
        }
        attributes.whole().then_some(fields)
    }

    fn take(&mut self, attribute: Attribute<'a>) {
        let field = match attribute.kind {
            kind::MESSAGE_INTEGRITY => {
                self.integrity = Some(attribute);
                return;
            }
            kind::USERNAME => &mut self.username,
            kind::REALM => &mut self.realm,
            kind::NONCE => &mut self.nonce,
            kind::LIFETIME => &mut self.lifetime,
            kind::REQUESTED_TRANSPORT => &mut self.transport,
            kind::REQUESTED_ADDRESS_FAMILY => &mut self.family,
            kind::ADDITIONAL_ADDRESS_FAMILY => &mut self.additional_family,
            kind::EVEN_PORT => &mut self.even_port,
            kind::RESERVATION_TOKEN => &mut self.reservation,
            kind::MOBILITY_TICKET => &mut self.mobility,
            kind::CHANNEL_NUMBER => &mut self.channel,
            kind::XOR_PEER_ADDRESS => &mut self.peer,
            // It offers what this relay does not ask for; the older one beside it is what counts.
            kind::MESSAGE_INTEGRITY_SHA256 => return,
            other => {
                if !kind::comprehension_optional(other) && self.unknown_count < MOST_UNKNOWN {
                    self.unknown[self.unknown_count] = other;
                    self.unknown_count += 1;
                }
                return;
            }
        };
        field.get_or_insert(attribute.value);
    }
}

impl Engine {
    /// Tells a source its address. It may be forged, so it is paid out of the budget.
    pub(super) fn binding(
        &mut self,
        from: Endpoint,
        message: &Message<'_>,
        datagram: &[u8],
        now: Now,
    ) -> Step {
        let Some(fields) = Fields::read(message) else {
            return self.drop(Refusal::Malformed);
        };
        let transaction = message.transaction();
        if fields.unknown_count > 0 {
            self.counters.refuse(Refusal::UnknownAttribute);
            self.write_error(
                Method::Binding,
                &transaction,
                Refusal::UnknownAttribute,
                &fields,
            );
        } else {
            let mut writer = Writer::new(
                &mut self.reply,
                Method::Binding,
                Class::Success,
                &transaction,
            );
            writer.address(kind::XOR_MAPPED_ADDRESS, SocketAddr::from(from));
        }
        self.pay(from, datagram.len(), now)
    }

    /// A request that needs a credential (RFC 8489, 9.2.4). Before its MESSAGE-INTEGRITY has been found right nothing is
    /// remembered of it.
    pub(super) fn request(
        &mut self,
        from: Endpoint,
        message: &Message<'_>,
        method: Method,
        length: usize,
        now: Now,
    ) -> Step {
        let Some(fields) = Fields::read(message) else {
            return self.drop(Refusal::Malformed);
        };
        let (proven, key) = match self.sender(from, message, &fields, now) {
            Ok(sender) => sender,
            Err(refusal) => {
                self.counters.refuse(refusal);
                self.write_challenge(method, &message.transaction(), refusal, from, now);
                return self.pay(from, length, now);
            }
        };
        let granted = if fields.unknown_count > 0 {
            Err(Refusal::UnknownAttribute)
        } else {
            self.grant(from, message, method, &fields, &proven, now)
        };
        let transaction = message.transaction();
        match granted {
            Ok(granted) => self.write_success(method, &transaction, &granted, from),
            // It will ask again, and by then more is known.
            Err(Refusal::Pausing) => return self.drop(Refusal::Pausing),
            Err(refusal) => {
                self.counters.refuse(refusal);
                self.write_error(method, &transaction, refusal, &fields);
            }
        }
        Writer::resume(&mut self.reply).integrity(&key);
        if from.stream().is_none() {
            self.budget.prove(from, length);
        }
        Step::Reply
    }

    fn sender(
        &self,
        from: Endpoint,
        message: &Message<'_>,
        fields: &Fields<'_>,
        now: Now,
    ) -> Result<(Proven, MessageKey), Refusal> {
        let integrity = fields.integrity.ok_or(Refusal::Unsigned)?;
        let (Some(username), Some(_), Some(nonce)) = (fields.username, fields.realm, fields.nonce)
        else {
            return Err(Refusal::BadRequest);
        };
        if !self.nonces.holds(nonce, from, now) {
            return Err(Refusal::StaleNonce);
        }
        let claim = self
            .issuer
            .claim(username, now.unix)
            .map_err(|bad| match bad {
                BadUsername::Malformed => Refusal::BadCredential,
                BadUsername::Expired => Refusal::Expired,
            })?;
        let long_term = self
            .known_key(from, &claim)
            .unwrap_or_else(|| LongTermKey(self.issuer.key(username)));
        let key = MessageKey::new(&long_term.0);
        if !message.integrity_holds(&integrity, &key) {
            return Err(Refusal::BadCredential);
        }
        if self.revoked.contains(&claim.call) {
            return Err(Refusal::Revoked);
        }
        let proven = Proven {
            claim,
            key: long_term,
        };
        Ok((proven, key))
    }

    /// The long-term key of a credential that this client's allocation was made or refreshed with. A claim has one user
    /// name, so the same claim is the same credential.
    fn known_key(&self, from: Endpoint, claim: &Claim) -> Option<LongTermKey> {
        let allocation = self.allocations.get(*self.clients.get(&from)?)?;
        let pair = self.pairs.get(allocation.pair)?;
        let (expires, key) = allocation.credential;
        let same = pair.call == claim.call
            && allocation.leg == claim.leg
            && pair.side(claim.leg).device == Some(claim.device)
            && expires == claim.expires;
        same.then_some(key)
    }

    /// Sends what stands in the reply if the budget for unproven sources has it. A stream needs none: whoever opened it
    /// is there, and does not ask again when an answer is missing (RFC 8489, 6.2.2).
    fn pay(&mut self, to: Endpoint, earned: usize, now: Now) -> Step {
        if to.stream().is_some() {
            return Step::Reply;
        }
        self.budget.earn(earned);
        if self.budget.spend(to, self.reply.len(), now) {
            Step::Reply
        } else {
            self.drop(Refusal::Unanswered)
        }
    }

    fn write_challenge(
        &mut self,
        method: Method,
        transaction: &[u8; 12],
        refusal: Refusal,
        to: Endpoint,
        now: Now,
    ) {
        self.write_error(method, transaction, refusal, &Fields::default());
        if refusal != Refusal::BadRequest {
            let mut writer = Writer::resume(&mut self.reply);
            writer.attribute(kind::REALM, REALM.as_bytes());
            writer.attribute(kind::NONCE, &self.nonces.issue(to, now));
        }
    }

    fn write_error(
        &mut self,
        method: Method,
        transaction: &[u8; 12],
        refusal: Refusal,
        fields: &Fields<'_>,
    ) {
        // Whatever is refused by an answer has a code.
        let (code, reason) = refusal.answer().unwrap_or((400, "Bad Request"));
        let mut writer = Writer::new(&mut self.reply, method, Class::Error, transaction);
        writer.error(code, reason);
        if refusal == Refusal::UnknownAttribute {
            let mut names = [0; 2 * MOST_UNKNOWN];
            for (name, unknown) in names.chunks_exact_mut(2).zip(fields.unknown) {
                name.copy_from_slice(&unknown.to_be_bytes());
            }
            writer.attribute(kind::UNKNOWN_ATTRIBUTES, &names[..2 * fields.unknown_count]);
        }
    }

    fn write_success(
        &mut self,
        method: Method,
        transaction: &[u8; 12],
        granted: &Granted,
        from: Endpoint,
    ) {
        let mut writer = Writer::new(&mut self.reply, method, Class::Success, transaction);
        match granted {
            Granted::Allocation {
                relayed,
                lifetime,
                second_family_refused,
            } => {
                writer.address(kind::XOR_RELAYED_ADDRESS, SocketAddr::V4(*relayed));
                writer.attribute(kind::LIFETIME, &lifetime.to_be_bytes());
                writer.address(kind::XOR_MAPPED_ADDRESS, SocketAddr::from(from));
                if *second_family_refused {
                    // Family IPv6, code 440 (RFC 8656, 18.13).
                    writer.attribute(kind::ADDRESS_ERROR_CODE, &[2, 0, 4, 40]);
                }
            }
            Granted::Lifetime(lifetime) => {
                writer.attribute(kind::LIFETIME, &lifetime.to_be_bytes());
            }
            Granted::Nothing => {}
        }
    }
}

/// The peers of a CreatePermission: whether there are any, and all are the other leg (P-4).
pub(super) fn peers_are_permitted(
    message: &Message<'_>,
    leg: crate::credential::Leg,
) -> Result<(), Refusal> {
    let transaction = message.transaction();
    let mut peers = message
        .attributes()
        .take_while(|attribute| attribute.kind != kind::MESSAGE_INTEGRITY)
        .filter(|attribute| attribute.kind == kind::XOR_PEER_ADDRESS)
        .peekable();
    if peers.peek().is_none() {
        return Err(Refusal::BadRequest);
    }
    if peers.all(|peer| forward::port_of_peer(leg, peer.value, &transaction).is_some()) {
        Ok(())
    } else {
        Err(Refusal::Forbidden)
    }
}
