//! One side of a call that is set up: what it sends, and whether what arrives is what the other side sent.

use crate::Outcome;
use birdcall_relay::codec::{
    Class, Datagram, Method, Writer, kind, read, read_xor_address, write_channel_header,
};
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::time::{SystemTime, UNIX_EPOCH};

/// How a leg sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    /// ChannelData, through a channel.
    ChannelData,
    /// Send indications, with a permission alone; what arrives are Data indications.
    Indications,
}

/// What has to stand around a payload that arrives.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hears {
    /// ChannelData of this channel.
    Channel(u16),
    /// A Data indication from this relayed address.
    Data(SocketAddr),
}

/// In a payload: first byte as of RTP, then sender, number and time of the packet, and bytes of the sender's.
const SENDER: usize = 4;
const NUMBER: usize = 8;
const TIME: usize = 12;
const FILLER: usize = 20;

/// A leg.
#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) socket: UdpSocket,
    /// Packets it has sent.
    pub(crate) sent: u32,
    /// Packets of the other's that arrived, each once.
    pub(crate) heard: u32,
    /// Packets that arrived and were not the other's, or a second time.
    pub(crate) wrong: u64,
    frame: Vec<u8>,
    payload_at: usize,
    hears: Hears,
    /// What the other's payloads look like.
    expected: Vec<u8>,
    /// A bit for each of the other's numbers.
    seen: Vec<u64>,
}

impl Leg {
    /// A leg with this number. The other side of a call has the number beside it.
    pub(crate) fn new(
        socket: UdpSocket,
        number: usize,
        channel: Option<u16>,
        peer: SocketAddr,
        hears: Hears,
        payload: usize,
    ) -> Self {
        let own = filled(number, payload);
        let mut frame = Vec::new();
        if let Some(channel) = channel {
            frame.extend_from_slice(&write_channel_header(channel, payload));
            frame.extend_from_slice(&own);
        } else {
            let mut writer = Writer::new(&mut frame, Method::Send, Class::Indication, &[0; 12]);
            writer.address(kind::XOR_PEER_ADDRESS, peer);
            writer.attribute(kind::DATA, &own);
        }
        Self {
            socket,
            sent: 0,
            heard: 0,
            wrong: 0,
            payload_at: frame.len() - payload.next_multiple_of(4),
            frame,
            hears,
            expected: filled(number ^ 1, payload),
            seen: Vec::new(),
        }
    }

    /// Sends the next packet. False: the socket takes none now.
    pub(crate) fn say(&mut self) -> Outcome<bool> {
        let payload = &mut self.frame[self.payload_at..];
        payload[NUMBER..NUMBER + 4].copy_from_slice(&self.sent.to_be_bytes());
        payload[TIME..TIME + 8].copy_from_slice(&clock().to_be_bytes());
        if self.payload_at > 20 {
            // A transaction id of its own for each indication.
            self.frame[16..20].copy_from_slice(&self.sent.to_be_bytes());
        }
        match self.socket.send(&self.frame) {
            Ok(_) => {
                self.sent += 1;
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(format!("a packet could not be sent: {error}")),
        }
    }

    /// Takes a datagram. If it is a packet of the other's that has not been here before: when it was sent.
    pub(crate) fn hear(&mut self, datagram: &[u8]) -> Option<u64> {
        let fresh = payload_of(datagram, &self.hears)
            .and_then(|payload| self.check(payload))
            .filter(|(number, _)| self.mark(*number));
        match fresh {
            Some((_, time)) => {
                self.heard += 1;
                Some(time)
            }
            None => {
                self.wrong += 1;
                None
            }
        }
    }

    fn check(&self, payload: &[u8]) -> Option<(u32, u64)> {
        let same = payload.len() == self.expected.len()
            && payload[..NUMBER] == self.expected[..NUMBER]
            && payload[FILLER..] == self.expected[FILLER..];
        let number = u32::from_be_bytes(*payload.get(NUMBER..)?.first_chunk()?);
        let time = u64::from_be_bytes(*payload.get(TIME..)?.first_chunk()?);
        same.then_some((number, time))
    }

    /// False: it was here before.
    fn mark(&mut self, number: u32) -> bool {
        let (word, bit) = (number as usize / 64, 1 << (number % 64));
        if self.seen.len() <= word {
            self.seen.resize(word + 1, 0);
        }
        let fresh = self.seen[word] & bit == 0;
        self.seen[word] |= bit;
        fresh
    }
}

fn payload_of<'a>(datagram: &'a [u8], hears: &Hears) -> Option<&'a [u8]> {
    match (read(datagram)?, hears) {
        (Datagram::Channel { number, payload }, Hears::Channel(channel)) => {
            (number == *channel).then_some(payload)
        }
        (Datagram::Stun(message), Hears::Data(peer)) => {
            let value = |kind| {
                message
                    .attributes()
                    .find(|attribute| attribute.kind == kind)
                    .map(|attribute| attribute.value)
            };
            let from = read_xor_address(value(kind::XOR_PEER_ADDRESS)?, &message.transaction())?;
            let is_data =
                message.class == Class::Indication && message.method == Some(Method::Data);
            (is_data && from == *peer).then_some(value(kind::DATA)?)
        }
        (Datagram::Channel { .. }, Hears::Data(_)) | (Datagram::Stun(_), Hears::Channel(_)) => None,
    }
}

/// A payload of a leg, without number and time.
fn filled(number: usize, length: usize) -> Vec<u8> {
    let mut payload: Vec<u8> = (0..length)
        .map(|at| (at.wrapping_mul(31) ^ number.wrapping_mul(97)) as u8)
        .collect();
    payload[..SENDER].copy_from_slice(&[0x80, 111, 0, 0]);
    payload[SENDER..NUMBER].copy_from_slice(&(number as u32).to_be_bytes());
    payload
}

/// Nanoseconds of the clock that the kernel stamps packets with.
fn clock() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two legs, each connected to a socket of the test.
    fn legs(channels: Option<[u16; 2]>) -> ([Leg; 2], [UdpSocket; 2]) {
        let peer: SocketAddr = "203.0.113.1:49152".parse().unwrap();
        let ends = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
        let made = [0, 1].map(|number| {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.connect(ends[number].local_addr().unwrap()).unwrap();
            let hears = channels.map_or(Hears::Data(peer), |channels| {
                Hears::Channel(channels[number])
            });
            let channel = channels.map(|channels| channels[number]);
            Leg::new(socket, number, channel, peer, hears, 160)
        });
        (made, ends)
    }

    fn packet_of(leg: &mut Leg, end: &UdpSocket) -> Vec<u8> {
        assert!(leg.say().unwrap());
        let mut bytes = [0; 2_000];
        let length = end.recv(&mut bytes).unwrap();
        bytes[..length].to_vec()
    }

    #[test]
    fn a_packet_counts_once_and_only_as_it_was_sent() {
        let ([mut one, mut two], ends) = legs(Some([0x4001, 0x4002]));
        let mut packet = packet_of(&mut one, &ends[0]);
        // As the relay would: with the channel of the other side.
        assert_eq!(two.hear(&packet), None);
        packet[1] = 0x02;
        let mut changed = packet.clone();
        changed[100] ^= 1;
        assert_eq!(two.hear(&changed), None);
        assert_eq!(two.hear(&packet[..packet.len() - 1]), None);
        assert_eq!((two.heard, two.wrong), (0, 3));
        assert!(two.hear(&packet).is_some());
        assert_eq!(two.hear(&packet), None);
        assert_eq!((two.heard, two.wrong), (1, 4));
        // Its own packet, sent back.
        packet[1] = 0x01;
        assert_eq!(one.hear(&packet), None);
    }

    #[test]
    fn indications_are_taken_apart() {
        let ([mut one, mut two], ends) = legs(None);
        let mut packet = packet_of(&mut one, &ends[0]);
        // A Send indication is not what arrives; a Data indication is.
        assert_eq!(two.hear(&packet), None);
        packet[1] = 0x17;
        assert!(two.hear(&packet).is_some());
        assert_ne!(packet[8..20], packet_of(&mut one, &ends[0])[8..20]);
    }
}
