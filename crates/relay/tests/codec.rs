//! The codec against `stun-types` and `turn-types`, and against noise.

use birdcall_relay::codec::{
    CHANNELS, Class, DATA_HEADER, Datagram, Message, MessageKey, Method, Writer, kind, read,
    read_xor_address, write_channel_header, write_data_header,
};
use proptest::prelude::*;
use std::net::{IpAddr, SocketAddr, SocketAddrV4};
use stun_types::attribute::{ErrorCode, Username, XorMappedAddress};
use stun_types::message::{
    IntegrityAlgorithm, LongTermKeyCredentials, Message as Theirs, MessageClass,
    MessageIntegrityCredentials,
};
use stun_types::prelude::*;
use turn_types::attribute::{Data, XorPeerAddress};
use turn_types::channel::ChannelData;

const METHODS: [Method; 7] = [
    Method::Binding,
    Method::Allocate,
    Method::Refresh,
    Method::Send,
    Method::Data,
    Method::CreatePermission,
    Method::ChannelBind,
];

const CLASSES: [Class; 4] = [
    Class::Request,
    Class::Indication,
    Class::Success,
    Class::Error,
];

fn their_class(class: Class) -> MessageClass {
    match class {
        Class::Request => MessageClass::Request,
        Class::Indication => MessageClass::Indication,
        Class::Success => MessageClass::Success,
        Class::Error => MessageClass::Error,
    }
}

fn address() -> impl Strategy<Value = SocketAddr> {
    let ip = prop_oneof![
        any::<[u8; 4]>().prop_map(IpAddr::from),
        // Not those that are IPv4 addresses in disguise: they are written as such.
        any::<[u8; 16]>()
            .prop_filter("mapped", |ip| ip[0] != 0)
            .prop_map(IpAddr::from),
    ];
    (ip, any::<u16>()).prop_map(SocketAddr::from)
}

proptest! {
    /// What is written here is read there, with the same type, attributes, MAC and checksum.
    #[test]
    fn what_we_write_they_read(
        method in proptest::sample::select(&METHODS),
        class in proptest::sample::select(&CLASSES),
        transaction: [u8; 12],
        username in "[a-zA-Z0-9_-]{1,60}",
        mapped in address(),
        code in 300_u16..700,
        reason in "[A-Za-z ]{0,40}",
    ) {
        let credentials = LongTermKeyCredentials::new(username.clone(), "pw".into(), "realm".into());
        let key = {
            use md5::Digest;
            md5::Md5::digest(format!("{username}:realm:pw"))
        };
        let mut written = Vec::new();
        let mut writer = Writer::new(&mut written, method, class, &transaction);
        writer.attribute(kind::USERNAME, username.as_bytes());
        writer.address(kind::XOR_MAPPED_ADDRESS, mapped);
        writer.error(code, &reason);
        writer.integrity(&MessageKey::new(&key));
        writer.fingerprint();

        let theirs = Theirs::from_bytes(&written).unwrap();
        prop_assert_eq!(theirs.class(), their_class(class));
        let id = transaction.iter().fold(0, |id: u128, byte| (id << 8) | u128::from(*byte));
        prop_assert_eq!(theirs.transaction_id(), id.into());
        let name = theirs.attribute::<Username>().unwrap();
        prop_assert_eq!(name.username(), username);
        let xor = theirs.attribute::<XorMappedAddress>().unwrap();
        prop_assert_eq!(xor.addr(theirs.transaction_id()), mapped);
        let error = theirs.attribute::<ErrorCode>().unwrap();
        prop_assert_eq!(error.code(), code);
        prop_assert_eq!(error.reason(), reason);
        let long_term = MessageIntegrityCredentials::LongTerm(credentials);
        prop_assert_eq!(
            theirs.validate_integrity(&long_term).unwrap(),
            IntegrityAlgorithm::Sha1
        );

        let ours = Message::read(&written).unwrap();
        prop_assert_eq!((ours.class, ours.method), (class, Some(method)));
    }

    /// Every message that they read is read the same here, attribute by attribute.
    #[test]
    fn what_they_read_we_read(
        kind in 0_u16..0x4000,
        transaction: [u8; 12],
        attributes in proptest::collection::vec(
            (any::<u16>(), proptest::collection::vec(any::<u8>(), 0..20)), 0..8),
    ) {
        let mut bytes = [&kind.to_be_bytes()[..], &[0, 0, 0x21, 0x12, 0xA4, 0x42]].concat();
        bytes.extend_from_slice(&transaction);
        for (kind, value) in &attributes {
            bytes.extend_from_slice(&kind.to_be_bytes());
            bytes.extend_from_slice(&(value.len() as u16).to_be_bytes());
            bytes.extend_from_slice(value);
            bytes.resize(bytes.len().next_multiple_of(4), 0xAA);
        }
        let length = (bytes.len() - 20) as u16;
        bytes[2..4].copy_from_slice(&length.to_be_bytes());
        // They refuse what stands behind a MESSAGE-INTEGRITY, and a wrong FINGERPRINT, while reading.
        let Ok(theirs) = Theirs::from_bytes(&bytes) else {
            return Ok(());
        };
        let ours = Message::read(&bytes).unwrap();
        prop_assert_eq!(their_class(ours.class), theirs.class());
        if let Some(method) = ours.method {
            let number = theirs.method().value();
            prop_assert_eq!(METHODS.iter().position(|one| *one == method),
                [1, 3, 4, 6, 7, 8, 9].iter().position(|one| *one == number));
        }
        let seen: Vec<_> = ours.attributes().map(|one| (one.kind, one.value.to_vec())).collect();
        let expected: Vec<_> = theirs
            .iter_attributes()
            .map(|(_, one)| (one.get_type().value(), one.value.to_vec()))
            .collect();
        // They stop behind MESSAGE-INTEGRITY; here that is the engine's to do.
        prop_assert_eq!(&seen[..expected.len()], &expected[..]);
    }

    #[test]
    fn a_data_indication_is_one_to_them(
        peer: [u8; 4],
        port: u16,
        transaction: [u8; 12],
        payload in proptest::collection::vec(any::<u8>(), 1..1300),
    ) {
        let peer = SocketAddrV4::new(peer.into(), port);
        let mut bytes = write_data_header(peer, &transaction, payload.len()).to_vec();
        bytes.extend_from_slice(&payload);
        bytes.resize(DATA_HEADER + payload.len().next_multiple_of(4), 0);
        let theirs = Theirs::from_bytes(&bytes).unwrap();
        prop_assert_eq!(theirs.class(), MessageClass::Indication);
        prop_assert_eq!(theirs.method().value(), 7);
        let from = theirs.attribute::<XorPeerAddress>().unwrap();
        prop_assert_eq!(from.addr(theirs.transaction_id()), peer.into());
        let data = theirs.attribute::<Data>().unwrap();
        prop_assert_eq!(data.data(), &payload[..]);
    }

    #[test]
    fn channel_data_is_the_same_to_them(
        number in CHANNELS,
        payload in proptest::collection::vec(any::<u8>(), 0..1300),
        padding in 0_usize..4,
    ) {
        let mut bytes = write_channel_header(number, payload.len()).to_vec();
        bytes.extend_from_slice(&payload);
        bytes.resize(bytes.len() + padding, 0);
        let theirs = ChannelData::parse(&bytes).unwrap();
        prop_assert_eq!((theirs.id(), theirs.data()), (number, &payload[..]));
        let Some(Datagram::Channel { number: ours, payload: data }) = read(&bytes) else {
            return Err(TestCaseError::fail("not ChannelData"));
        };
        prop_assert_eq!((ours, data), (number, &payload[..]));
    }

    #[test]
    fn noise_is_read_without_panic(bytes: Vec<u8>, id: [u8; 12]) {
        read_xor_address(&bytes, &id);
        if let Some(Datagram::Stun(message)) = read(&bytes) {
            let key = MessageKey::new(b"key");
            for attribute in message.attributes() {
                message.integrity_holds(&attribute, &key);
                message.fingerprint_holds(&attribute);
            }
        }
    }

    /// A message that is whole, with bytes changed and cut off: nearer to the code than noise.
    #[test]
    fn damaged_messages_are_read_without_panic(
        changes in proptest::collection::vec((0_usize..200, any::<u8>()), 1..6),
        length in 0_usize..200,
    ) {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes, Method::Allocate, Class::Request, &[1; 12]);
        writer.attribute(kind::USERNAME, b"somebody");
        writer.attribute(kind::REQUESTED_TRANSPORT, &[17, 0, 0, 0]);
        let key = MessageKey::new(b"key");
        writer.integrity(&key);
        writer.fingerprint();
        for (at, value) in changes {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        bytes.truncate(length);
        if let Some(Datagram::Stun(message)) = read(&bytes) {
            for attribute in message.attributes() {
                let range = message.range_of(&attribute);
                prop_assert_eq!(&bytes[range], attribute.value);
                message.integrity_holds(&attribute, &key);
                message.fingerprint_holds(&attribute);
            }
        }
    }
}

#[test]
fn what_is_neither_is_told_so() {
    for bytes in [
        &[][..],
        &[0x40, 0, 0],
        // Shorter than it says, and longer than padding explains.
        &[0x40, 0, 0, 2, 1],
        &[0x40, 0, 0, 1, 1, 0, 0, 0, 0],
        // RTP and DTLS outside of anything.
        &[0x80; 40],
        &[22; 40],
        // A STUN header without the cookie.
        &[0; 20],
    ] {
        assert!(read(bytes).is_none(), "{bytes:?}");
    }
}
