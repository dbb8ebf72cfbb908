//! STUN messages: read as `stun-types` reads them, and what is written is read again by both.

use birdcall_relay::codec::{
    Class, Datagram, HEADER, Message, MessageKey, Method, Writer, kind, read, read_xor_address,
};
use std::net::{IpAddr, SocketAddr};
use stun_types::attribute::XorMappedAddress;
use stun_types::message::{
    Message as Theirs, MessageClass, MessageIntegrityCredentials, ShortTermCredentials,
};
use stun_types::prelude::*;
use turn_types::attribute::{XorPeerAddress, XorRelayedAddress};

const PASSWORD: &str = "a password";

const METHODS: [(Method, u16); 7] = [
    (Method::Binding, 0x001),
    (Method::Allocate, 0x003),
    (Method::Refresh, 0x004),
    (Method::Send, 0x006),
    (Method::Data, 0x007),
    (Method::CreatePermission, 0x008),
    (Method::ChannelBind, 0x009),
];

const CLASSES: [Class; 4] = [
    Class::Request,
    Class::Indication,
    Class::Success,
    Class::Error,
];

/// Reads any datagram, and writes a message from the same bytes.
///
/// # Panics
///
/// What is read does not lie in the datagram, is not what `stun-types` reads, or is not what was written.
pub fn check(bytes: &[u8]) {
    let ours = match read(bytes) {
        Some(Datagram::Stun(message)) => Some(message),
        Some(Datagram::Channel { .. }) | None => None,
    };
    if let Some(ours) = &ours {
        lies_in_the_datagram(ours, bytes);
        comes_back(ours);
    }
    if let Ok(theirs) = Theirs::from_bytes(bytes) {
        // They take a datagram with something behind the message; over UDP there is nothing.
        let length = usize::from(u16::from_be_bytes([bytes[2], bytes[3]]));
        if HEADER + length == bytes.len() && length.is_multiple_of(4) {
            same(&ours.expect("a message to them"), &theirs, bytes);
        }
    }
    written(bytes);
}

fn lies_in_the_datagram(message: &Message<'_>, bytes: &[u8]) {
    let key = MessageKey::new(PASSWORD.as_bytes());
    let mut attributes = message.attributes();
    let mut end = HEADER;
    for attribute in &mut attributes {
        assert_eq!(attribute.at, end, "a gap between attributes");
        let range = message.range_of(&attribute);
        assert_eq!(range.start, end + 4);
        assert_eq!(&bytes[range.clone()], attribute.value);
        end = range.end.next_multiple_of(4);
        message.integrity_holds(&attribute, &key);
        if message.fingerprint_holds(&attribute) {
            assert_eq!(end, bytes.len(), "a FINGERPRINT that is not the last");
        }
        if let Some(address) = read_xor_address(attribute.value, &message.transaction()) {
            let mut again = Vec::new();
            let mut writer = Writer::new(
                &mut again,
                Method::Binding,
                Class::Success,
                &message.transaction(),
            );
            writer.address(attribute.kind, address);
            let again = Message::read(&again).expect("what was written");
            let value = again.attributes().next().expect("an attribute").value;
            let canonical = SocketAddr::new(address.ip().to_canonical(), address.port());
            assert_eq!(
                read_xor_address(value, &again.transaction()),
                Some(canonical)
            );
        }
    }
    assert!(end <= bytes.len());
    assert_eq!(attributes.whole(), end == bytes.len());
}

/// A message written with the attributes of another has the same attributes.
fn comes_back(message: &Message<'_>) {
    let Some(method) = message.method else {
        return;
    };
    let mut again = Vec::new();
    let mut writer = Writer::new(&mut again, method, message.class, &message.transaction());
    for attribute in message.attributes() {
        writer.attribute(attribute.kind, attribute.value);
    }
    let again = Message::read(&again).expect("what was written");
    assert_eq!(
        (again.class, again.method, again.transaction()),
        (message.class, message.method, message.transaction())
    );
    let parts = |message: &Message<'_>| -> Vec<(u16, Vec<u8>)> {
        let attributes = message.attributes();
        attributes
            .map(|attribute| (attribute.kind, attribute.value.to_vec()))
            .collect()
    };
    assert_eq!(parts(&again), parts(message));
    assert!(again.attributes().map(drop).count() == message.attributes().count());
}

/// What both read is the same.
fn same(ours: &Message<'_>, theirs: &Theirs<'_>, bytes: &[u8]) {
    let class = match theirs.class() {
        MessageClass::Request => Class::Request,
        MessageClass::Indication => Class::Indication,
        MessageClass::Success => Class::Success,
        MessageClass::Error => Class::Error,
    };
    assert_eq!(ours.class, class);
    let number = theirs.method().value();
    let method = METHODS.iter().find(|(_, known)| *known == number);
    assert_eq!(ours.method, method.map(|(method, _)| *method));
    let id = ours
        .transaction()
        .iter()
        .fold(0_u128, |id, byte| (id << 8) | u128::from(*byte));
    assert_eq!(theirs.transaction_id(), id.into());

    // They stop behind MESSAGE-INTEGRITY; here that is the engine's to do.
    let mut attributes = ours.attributes();
    for (_, their) in theirs.iter_attributes() {
        let our = attributes.next().expect("an attribute that they see");
        assert_eq!(
            (our.kind, our.value),
            (their.get_type().value(), &*their.value)
        );
        if our.kind == kind::FINGERPRINT {
            // They have checked it; theirs need not be the last.
            let last = our.at + 8 == bytes.len();
            assert_eq!(ours.fingerprint_holds(&our), last, "FINGERPRINT");
        }
        let address = read_xor_address(our.value, &ours.transaction());
        let id = theirs.transaction_id();
        let first = theirs
            .iter_attributes()
            .find(|(_, one)| one.get_type().value() == our.kind);
        if first.is_some_and(|(_, first)| first.value == their.value) {
            let theirs = match our.kind {
                kind::XOR_MAPPED_ADDRESS => theirs
                    .attribute::<XorMappedAddress>()
                    .map(|address| address.addr(id)),
                kind::XOR_PEER_ADDRESS => theirs
                    .attribute::<XorPeerAddress>()
                    .map(|address| address.addr(id)),
                kind::XOR_RELAYED_ADDRESS => theirs
                    .attribute::<XorRelayedAddress>()
                    .map(|address| address.addr(id)),
                _ => continue,
            };
            assert_eq!(address, theirs.ok(), "an address");
        }
    }
}

/// A message made of the bytes, signed: both read it, with the same attributes, MAC and checksum.
fn written(bytes: &[u8]) {
    let Some((&[choice, transaction], rest)) = bytes.split_first_chunk::<2>() else {
        return;
    };
    let (method, _) = METHODS[usize::from(choice >> 2) % METHODS.len()];
    let class = CLASSES[usize::from(choice & 3)];
    let mut sent = Vec::new();
    let mut writer = Writer::new(&mut sent, method, class, &[transaction; 12]);
    let mut expected = Vec::new();
    let mut rest = rest;
    while let Some((&[high, low, length], after)) = rest.split_first_chunk::<3>() {
        let number = u16::from_be_bytes([high, low]);
        let (value, after) = after.split_at(after.len().min(usize::from(length)));
        rest = after;
        match number {
            // They come at the end, right.
            kind::MESSAGE_INTEGRITY | kind::MESSAGE_INTEGRITY_SHA256 | kind::FINGERPRINT => {}
            _ if length == 255 => {
                if let Some(address) = address(value) {
                    writer.address(kind::XOR_MAPPED_ADDRESS, address);
                    expected.push((kind::XOR_MAPPED_ADDRESS, None));
                }
            }
            _ => {
                writer.attribute(number, value);
                expected.push((number, Some(value)));
            }
        }
    }
    let key = MessageKey::new(PASSWORD.as_bytes());
    writer.integrity(&key);
    writer.fingerprint();

    let ours = Message::read(&sent).expect("what was written");
    assert_eq!((ours.class, ours.method), (class, Some(method)));
    let mut attributes = ours.attributes();
    for (number, value) in &expected {
        let attribute = attributes.next().expect("an attribute that was written");
        assert_eq!(attribute.kind, *number);
        assert!(value.is_none_or(|value| value == attribute.value));
    }
    let integrity = attributes.next().expect("a MAC");
    assert!(ours.integrity_holds(&integrity, &key));
    assert!(!ours.integrity_holds(&integrity, &MessageKey::new(b"another")));
    let checksum = attributes.next().expect("a checksum");
    assert!(ours.fingerprint_holds(&checksum));
    assert!(attributes.next().is_none() && attributes.whole());

    let theirs = Theirs::from_bytes(&sent).expect("a message to them");
    same(&ours, &theirs, &sent);
    let credentials = ShortTermCredentials::new(PASSWORD.to_owned());
    let credentials = MessageIntegrityCredentials::ShortTerm(credentials);
    theirs.validate_integrity(&credentials).expect("their MAC");
}

/// An address out of bytes.
fn address(bytes: &[u8]) -> Option<SocketAddr> {
    let (port, ip) = bytes.split_first_chunk::<2>()?;
    let ip = if let Some(ip) = ip.first_chunk::<16>() {
        IpAddr::from(*ip)
    } else {
        IpAddr::from(*ip.first_chunk::<4>()?)
    };
    Some(SocketAddr::new(ip, u16::from_be_bytes(*port)))
}
