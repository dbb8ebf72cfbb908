//! ChannelData: what is read of it lies where its header says, and `turn-types` reads the same.

use birdcall_relay::codec::{CHANNEL_HEADER, CHANNELS, Datagram, read, write_channel_header};
use turn_types::channel::ChannelData;

/// Reads any datagram as ChannelData, and writes its bytes as a payload.
///
/// # Panics
///
/// Something above does not hold.
pub fn check(bytes: &[u8]) {
    reads_like_theirs(bytes);
    if let [first, second, padding, payload @ ..] = bytes {
        let number = 0x4000 | (u16::from_be_bytes([*first, *second]) & 0x3FFF);
        survives_the_way(number, payload, usize::from(padding % 4));
    }
}

/// A datagram is read as they read it, but for what a relay of calls refuses on purpose: more than padding at the end,
/// and numbers that are no channel's.
fn reads_like_theirs(bytes: &[u8]) {
    let theirs = ChannelData::parse(bytes).ok();
    let expected = theirs.filter(|theirs| {
        let rest = bytes.len() - CHANNEL_HEADER - theirs.data().len();
        CHANNELS.contains(&theirs.id()) && rest < 4
    });
    match (read(bytes), expected) {
        (Some(Datagram::Channel { number, payload }), Some(theirs)) => {
            assert_eq!((number, payload), (theirs.id(), theirs.data()));
            let head = write_channel_header(number, payload.len());
            assert_eq!(bytes[..CHANNEL_HEADER], head, "the header is not its own");
            assert_eq!(bytes[CHANNEL_HEADER..][..payload.len()], *payload);
        }
        (Some(Datagram::Stun(_)) | None, None) => {}
        (ours, theirs) => panic!("{ours:?} and {theirs:?}"),
    }
}

/// What is written is read again, with any padding, and not when a byte of it is missing.
fn survives_the_way(number: u16, payload: &[u8], padding: usize) {
    let mut sent = write_channel_header(number, payload.len()).to_vec();
    sent.extend_from_slice(payload);
    if let Some(shorter) = sent.split_last().map(|(_, shorter)| shorter) {
        assert!(read(shorter).is_none(), "a byte is missing");
    }
    sent.resize(sent.len() + padding, 0);
    match read(&sent) {
        Some(Datagram::Channel {
            number: its,
            payload: came,
        }) => assert_eq!((its, came), (number, payload)),
        other => panic!("{other:?}"),
    }
    sent.resize(CHANNEL_HEADER + payload.len() + 4, 0);
    assert!(read(&sent).is_none(), "four bytes are no padding");
}
