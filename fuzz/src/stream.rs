//! Messages on a stream: wherever it is cut, the same ones come out of it.

use birdcall_relay::codec::{Datagram, read};
use birdcall_relay::stream::{LARGEST, Messages, first_length, whole_length};

/// Reads a stream in pieces, as TCP may deliver it. The first byte says how many bytes a piece has.
///
/// # Panics
///
/// What comes out depends on where it was cut, is not all of what came in, or cannot be read.
pub fn check(input: &[u8]) {
    let Some((size, stream)) = input.split_first() else {
        return;
    };
    let at_once: Vec<&[u8]> = Messages::new(stream).collect();
    let taken: usize = at_once.iter().map(|message| message.len()).sum();
    assert_eq!(
        at_once.concat(),
        stream[..taken],
        "not the bytes that came in"
    );
    for message in &at_once {
        assert!(message.len() <= LARGEST, "{} bytes", message.len());
        assert!(
            message.len().is_multiple_of(4),
            "a message without its padding"
        );
        match read(message) {
            Some(Datagram::Stun(_) | Datagram::Channel { .. }) => {}
            None => panic!("a message that the engine cannot read"),
        }
    }
    let wrong = first_length(&stream[taken..]).is_err();
    assert_eq!(
        whole_length(stream),
        if wrong {
            whole_length(&[0xFF])
        } else {
            Ok(taken)
        }
    );

    for size in [1, usize::from(*size).max(1)] {
        let (came, closed) = in_pieces(stream, size);
        assert_eq!(closed, wrong, "closed in pieces of {size}");
        // A stream that goes wrong ends there: what came whole in the same piece may be lost with it.
        let expected = if closed {
            &at_once[..came.len()]
        } else {
            &at_once
        };
        assert_eq!(came, expected, "in pieces of {size}");
    }
}

/// The messages of a stream that comes in pieces, and whether it had to be closed.
fn in_pieces(stream: &[u8], size: usize) -> (Vec<Vec<u8>>, bool) {
    let mut came = Vec::new();
    let mut waiting = Vec::new();
    for piece in stream.chunks(size) {
        waiting.extend_from_slice(piece);
        let Ok(whole) = whole_length(&waiting) else {
            return (came, true);
        };
        came.extend(Messages::new(&waiting[..whole]).map(<[u8]>::to_vec));
        waiting.drain(..whole);
    }
    (came, false)
}

#[cfg(test)]
mod tests {
    use super::in_pieces;

    #[test]
    fn two_messages_in_one_piece_and_one_in_two_are_the_same() {
        let message = [0x40, 0, 0, 2, 0x80, 0x60, 0, 0];
        let stream = [message, message].concat();
        for size in 1..=stream.len() {
            assert_eq!(in_pieces(&stream, size), (vec![message.to_vec(); 2], false));
        }
        // A letter is first taken for a channel; that none is meant nobody knows before it has come whole.
        let stream = [&message[..], b"GET / HTTP/1.1"].concat();
        assert_eq!(in_pieces(&stream, 3), (vec![message.to_vec()], false));
        // What cannot be the beginning of a message closes the stream.
        let stream = [&message[..], &[0x80; 9]].concat();
        assert_eq!(in_pieces(&stream, 8), (vec![message.to_vec()], true));
    }
}
