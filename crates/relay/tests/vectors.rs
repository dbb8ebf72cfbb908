//! The test vectors of RFC 5769.

use birdcall_relay::codec::{
    Class, Message, MessageKey, Method, Writer, XorAddress, kind, read_xor_address,
};
use md5::{Digest, Md5};
use std::net::SocketAddr;

const SHORT_TERM_PASSWORD: &[u8] = b"VOkJxbRl1RmTxUk/WvJxBt";

const SAMPLE_REQUEST: &str = concat!(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74",
    "002400046e0001ff80290008932ff9b151263b36000600096576746a3a6836765920202000080014",
    "9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf",
);
const SAMPLE_IPV4_RESPONSE: &str = concat!(
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f722000200008",
    "0001a147e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96",
);
const SAMPLE_IPV6_RESPONSE: &str = concat!(
    "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f722000200014",
    "0002a1470113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275",
    "bfe3ed4180280004c8fb0b4c",
);
const SAMPLE_LONG_TERM_REQUEST: &str = concat!(
    "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe3",
    "82b900000015001c662f2f3439396b39353464364f4c33346f4c394653547679363473410014000b",
    "6578616d706c652e6f72670000080014f67024656dd64a3e02b8e0712e85c9a28ca89666",
);

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

/// The value of an attribute of which there is one.
fn value<'a>(message: &Message<'a>, kind: u16) -> &'a [u8] {
    let mut found = message.attributes().filter(|one| one.kind == kind);
    let one = found.next().expect("the attribute is there");
    assert!(found.next().is_none());
    one.value
}

fn check(message: &Message<'_>, key: &MessageKey, with_fingerprint: bool) {
    let wrong = MessageKey::new(b"wrong");
    let mut attributes = message.attributes();
    let (mut integrity, mut fingerprint) = (0, 0);
    for attribute in &mut attributes {
        match attribute.kind {
            kind::MESSAGE_INTEGRITY => {
                assert!(message.integrity_holds(&attribute, key));
                assert!(!message.integrity_holds(&attribute, &wrong));
                integrity += 1;
            }
            kind::FINGERPRINT => {
                assert!(message.fingerprint_holds(&attribute));
                fingerprint += 1;
            }
            _ => {}
        }
    }
    assert!(attributes.whole());
    assert_eq!((integrity, fingerprint), (1, u32::from(with_fingerprint)));
}

/// 2.1
#[test]
fn the_sample_request() {
    let bytes = bytes(SAMPLE_REQUEST);
    let message = Message::read(&bytes).unwrap();
    assert_eq!(message.class, Class::Request);
    assert_eq!(message.method, Some(Method::Binding));
    assert_eq!(value(&message, kind::USERNAME), b"evtj:h6vY");
    check(&message, &MessageKey::new(SHORT_TERM_PASSWORD), true);
}

/// 2.2 and 2.3
#[test]
fn the_sample_responses() {
    for (hex, address) in [
        (SAMPLE_IPV4_RESPONSE, "192.0.2.1:32853"),
        (
            SAMPLE_IPV6_RESPONSE,
            "[2001:db8:1234:5678:11:2233:4455:6677]:32853",
        ),
    ] {
        let bytes = bytes(hex);
        let address: SocketAddr = address.parse().unwrap();
        let message = Message::read(&bytes).unwrap();
        assert_eq!(message.class, Class::Success);
        assert_eq!(message.method, Some(Method::Binding));
        let mapped = value(&message, kind::XOR_MAPPED_ADDRESS);
        let id = message.transaction();
        assert_eq!(read_xor_address(mapped, &id), Some(address));
        assert_eq!(XorAddress::new(address, &id).as_bytes(), mapped);
        check(&message, &MessageKey::new(SHORT_TERM_PASSWORD), true);
    }
}

/// 2.4. The password is as SASLprep leaves it.
#[test]
fn the_sample_request_with_long_term_authentication() {
    let bytes = bytes(SAMPLE_LONG_TERM_REQUEST);
    let message = Message::read(&bytes).unwrap();
    let username = value(&message, kind::USERNAME);
    assert_eq!(
        username,
        "\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}".as_bytes()
    );
    assert_eq!(value(&message, kind::REALM), b"example.org");
    assert_eq!(
        value(&message, kind::NONCE),
        b"f//499k954d6OL34oL9FSTvy64sA"
    );
    let key = Md5::digest([username, b":example.org:TheMatrIX"].concat());
    let key = MessageKey::new(&key);
    check(&message, &key, false);

    // Written again, it is the same byte for byte.
    let mut again = Vec::new();
    let id = message.transaction();
    let mut writer = Writer::new(&mut again, Method::Binding, Class::Request, &id);
    for name in [kind::USERNAME, kind::NONCE, kind::REALM] {
        writer.attribute(name, value(&message, name));
    }
    writer.integrity(&key);
    assert_eq!(again, bytes);
}
