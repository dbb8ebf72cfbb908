//! Messages on a stream, however it is cut.

use birdcall_relay::codec::{Class, Method, Writer, kind, write_channel_header};
use birdcall_relay::stream::{
    LARGEST, Messages, NotTurn, begins_like_stun, first_length, whole_length,
};
use proptest::prelude::*;

fn stun(attribute: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, Method::Send, Class::Indication, &[7; 12]);
    writer.attribute(kind::DATA, attribute);
    bytes
}

fn channel(number: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = write_channel_header(number, payload.len()).to_vec();
    bytes.extend_from_slice(payload);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn message() -> impl Strategy<Value = Vec<u8>> {
    let payload = || proptest::collection::vec(any::<u8>(), 0..40);
    prop_oneof![
        payload().prop_map(|payload| stun(&payload)),
        (0x4000_u16..0x8000, payload()).prop_map(|(number, payload)| channel(number, &payload)),
    ]
}

proptest! {
    /// Fed byte by byte or in any pieces, a stream gives out the messages that were put in, and nothing else.
    #[test]
    fn a_stream_cut_anywhere_gives_the_same_messages(
        messages in proptest::collection::vec(message(), 0..8),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8),
    ) {
        let stream = messages.concat();
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let (mut buffer, mut out) = (Vec::new(), Vec::new());
        for piece in cuts.windows(2) {
            buffer.extend_from_slice(&stream[piece[0]..piece[1]]);
            let whole = whole_length(&buffer).unwrap();
            out.extend(Messages::new(&buffer[..whole]).map(<[u8]>::to_vec));
            prop_assert_eq!(Messages::new(&buffer[..whole]).map(<[u8]>::len).sum::<usize>(), whole);
            buffer.drain(..whole);
        }
        prop_assert_eq!(out, messages);
        prop_assert!(buffer.is_empty());
    }

    /// A message that lacks any number of bytes is waited for, and its length is known from its first four on.
    #[test]
    fn a_message_that_is_not_whole_is_waited_for(message in message()) {
        for length in 0..message.len() {
            prop_assert_eq!(whole_length(&message[..length]), Ok(0));
            let known = (length >= 4).then_some(message.len());
            prop_assert_eq!(first_length(&message[..length]), Ok(known));
        }
        prop_assert_eq!(whole_length(&message), Ok(message.len()));
    }

    /// Whatever comes, what is given out is a front part of it, and nothing panics.
    #[test]
    fn any_bytes_are_cut_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(whole) = whole_length(&bytes) {
            let out: Vec<u8> = Messages::new(&bytes).flatten().copied().collect();
            prop_assert_eq!(&out[..], &bytes[..whole]);
        }
    }
}

#[test]
fn what_is_not_turn_is_told_by_the_first_byte_that_shows_it() {
    for first in 0x80..=0xFF {
        assert_eq!(first_length(&[first]), Err(NotTurn));
    }
    // A request line, which an HTTP client might send: its first byte alone could be ChannelData.
    assert_eq!(whole_length(b"\x00\x01\x00\x00GET "), Err(NotTurn));
    assert_eq!(first_length(&[0, 1, 0, 0, 0x21]), Ok(Some(20)));
    assert_eq!(first_length(&[0, 1, 0, 0, 0x22]), Err(NotTurn));
    assert_eq!(first_length(&[0, 1, 0, 3]), Err(NotTurn));
    // A good message does not hide a bad one behind it.
    let mut bytes = stun(b"first");
    bytes.push(0xFF);
    assert_eq!(whole_length(&bytes), Err(NotTurn));
}

#[test]
fn a_message_fits_in_a_datagram() {
    let long = |payload: usize| first_length(&write_channel_header(0x4000, payload));
    assert_eq!(long(LARGEST - 7), Ok(Some(LARGEST - 3)));
    assert_eq!(long(LARGEST), Err(NotTurn));
    assert_eq!(first_length(&[0, 1, 0xFF, 0xFC]), Err(NotTurn));
}

#[test]
fn the_first_byte_tells_stun_from_the_web() {
    for message in [Method::Binding, Method::Allocate].map(|method| {
        let mut bytes = Vec::new();
        Writer::new(&mut bytes, method, Class::Request, &[7; 12]);
        bytes
    }) {
        assert!(begins_like_stun(message[0]));
    }
    // HTTP/1.1, HTTP/2, TLS.
    for other in [b'G', b'P', 0x16] {
        assert!(!begins_like_stun(other));
    }
    assert!(!begins_like_stun(channel(0x4000, b"x")[0]));
}
