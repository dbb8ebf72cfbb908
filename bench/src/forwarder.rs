//! The bare forwarder: what relaying costs if nothing is asked and nothing is known. It is the limit.
//!
//! One thread, one socket, one look-up by address. Packets come and go in batches. It speaks no TURN: a client tells it
//! the address of the other, from then on every datagram is sent there as it is.

use crate::Outcome;
use crate::serve::{LISTENING, wait_for_the_end};
use foldhash::fast::RandomState;
use nix::sys::socket::sockopt::{RcvBuf, RcvBufForce, SndBuf, UdpGroSegment, UdpGsoSegment};
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, sendmmsg, setsockopt,
};
use std::collections::HashMap;
use std::io::{IoSlice, IoSliceMut};
use std::net::{SocketAddrV4, UdpSocket};
use std::ops::Range;
use std::os::fd::AsRawFd;

/// Datagrams of one batch, as in the relay.
const BATCH: usize = 64;

/// The largest datagram, or run of joined ones.
const LARGEST: usize = 65_535;

/// Bytes of the socket's buffers, as in the relay.
const BUFFER: usize = 4 * 1024 * 1024;

/// Packets and bytes that the kernel splits at most.
const MOST_SEGMENTS: usize = 64;
const MOST_BYTES: usize = 65_000;

/// Messages that the kernel takes at once (`UIO_MAXIOV`).
const MOST_AT_ONCE: usize = 1_024;

/// How a client begins: this byte, then address and port of the other. Nothing that is relayed begins like it.
pub(crate) const PAIR: u8 = 0;

/// The datagram that asks for a pairing; it comes back as it is.
pub(crate) fn pairing(other: SocketAddrV4) -> [u8; 7] {
    let [a, b, c, d] = other.ip().octets();
    let [high, low] = other.port().to_be_bytes();
    [PAIR, a, b, c, d, high, low]
}

fn paired(datagram: &[u8]) -> Option<SocketAddrV4> {
    match *datagram {
        [PAIR, a, b, c, d, high, low] => Some(SocketAddrV4::new(
            [a, b, c, d].into(),
            u16::from_be_bytes([high, low]),
        )),
        _ => None,
    }
}

/// Forwards until standard input ends.
pub(crate) fn serve(segments: bool) -> Outcome {
    let socket = UdpSocket::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = socket.local_addr().map_err(|error| error.to_string())?;
    if setsockopt(&socket, RcvBufForce, &BUFFER).is_err() {
        setsockopt(&socket, RcvBuf, &BUFFER).map_err(|error| error.to_string())?;
    }
    setsockopt(&socket, SndBuf, &BUFFER).map_err(|error| error.to_string())?;
    if segments {
        setsockopt(&socket, UdpGroSegment, &true).map_err(|error| error.to_string())?;
    }
    println!("{LISTENING}{address}");
    std::thread::spawn(move || {
        let error = Forwarder::new(socket, segments).run();
        eprintln!("the forwarder has ended: {error}");
        std::process::exit(1);
    });
    wait_for_the_end();
    Ok(())
}

struct Forwarder {
    socket: UdpSocket,
    segments: bool,
    /// The size that the kernel splits messages at now.
    split: usize,
    pairs: HashMap<SockaddrIn, SockaddrIn, RandomState>,
    memory: Vec<u8>,
    waiting: Vec<(SockaddrIn, Range<usize>)>,
}

impl Forwarder {
    fn new(socket: UdpSocket, segments: bool) -> Self {
        Self {
            socket,
            segments,
            split: 0,
            pairs: HashMap::default(),
            memory: vec![0; BATCH * LARGEST],
            waiting: Vec::with_capacity(BATCH),
        }
    }

    fn run(mut self) -> nix::Error {
        let mut plain = MultiHeaders::preallocate(BATCH, None);
        let mut outgoing = MultiHeaders::preallocate(MOST_AT_ONCE, None);
        loop {
            let received = if self.segments {
                // The headers remember how much the kernel has written to them last, so each batch needs new ones.
                let room = nix::cmsg_space!(i32);
                self.receive(&mut MultiHeaders::preallocate(BATCH, Some(room)))
            } else {
                self.receive(&mut plain)
            };
            match received.and_then(|()| self.send(&mut outgoing)) {
                // A client that has gone is told to the socket as an error of the next call.
                Ok(()) | Err(nix::Error::EINTR | nix::Error::ECONNREFUSED) => {}
                Err(error) => return error,
            }
        }
    }

    fn receive(&mut self, headers: &mut MultiHeaders<SockaddrIn>) -> nix::Result<()> {
        self.waiting.clear();
        let mut slices: Vec<[IoSliceMut<'_>; 1]> = self
            .memory
            .chunks_exact_mut(LARGEST)
            .map(|chunk| [IoSliceMut::new(chunk)])
            .collect();
        let flags = MsgFlags::MSG_WAITFORONE;
        let messages = recvmmsg(
            self.socket.as_raw_fd(),
            headers,
            slices.iter_mut(),
            flags,
            None,
        )?;
        for (index, message) in messages.enumerate() {
            let Some(from) = message.address else {
                continue;
            };
            let datagram = message.iovs().next().unwrap_or_default();
            if let Some(other) = paired(datagram) {
                self.pairs.insert(from, other.into());
                self.waiting
                    .push((from, index * LARGEST..index * LARGEST + datagram.len()));
                continue;
            }
            let Some(to) = self.pairs.get(&from) else {
                continue;
            };
            let mut size = datagram.len().max(1);
            if self.segments {
                let joined = message.cmsgs()?.find_map(|control| match control {
                    ControlMessageOwned::UdpGroSegments(size) => Some(size as usize),
                    _ => None,
                });
                size = joined.filter(|size| *size > 0).unwrap_or(size);
            }
            let start = index * LARGEST;
            let end = start + datagram.len();
            for at in (start..end).step_by(size) {
                self.waiting.push((*to, at..(at + size).min(end)));
            }
        }
        Ok(())
    }

    /// Sends all that waits. Where the kernel splits, neighbours of one size to one place go as one message.
    fn send(&mut self, headers: &mut MultiHeaders<SockaddrIn>) -> nix::Result<()> {
        let size = self.waiting.iter().map(|(_, range)| range.len()).max();
        let size = size.unwrap_or_default();
        if self.segments && size > 0 && size != self.split {
            setsockopt(&self.socket, UdpGsoSegment, &(size as i32))?;
            self.split = size;
        }
        let parts: Vec<IoSlice<'_>> = self
            .waiting
            .iter()
            .map(|(_, range)| IoSlice::new(&self.memory[range.clone()]))
            .collect();
        let mut runs: Vec<&[IoSlice<'_>]> = Vec::with_capacity(parts.len());
        let mut places: Vec<Option<SockaddrIn>> = Vec::with_capacity(parts.len());
        let mut start = 0;
        while start < parts.len() {
            let length = if self.segments {
                self.run_at(start, size)
            } else {
                1
            };
            runs.push(&parts[start..start + length]);
            places.push(Some(self.waiting[start].0));
            start += length;
        }
        let mut next = 0;
        while next < runs.len() {
            let sent = sendmmsg(
                self.socket.as_raw_fd(),
                &mut *headers,
                &runs[next..],
                &places[next..],
                [],
                MsgFlags::empty(),
            )?;
            next += sent.count().max(1);
        }
        Ok(())
    }

    /// How many datagrams from here on can go as one message: all but the last as long as the kernel's pieces are.
    fn run_at(&self, start: usize, size: usize) -> usize {
        let most = (MOST_BYTES / size).clamp(1, MOST_SEGMENTS);
        let place = self.waiting[start].0;
        let mut length = 1;
        for ((_, before), (to, _)) in self.waiting[start..]
            .iter()
            .zip(&self.waiting[start + 1..])
            .take(most - 1)
        {
            if *to != place || before.len() != size {
                break;
            }
            length += 1;
        }
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pairing_is_read_as_it_was_written() {
        let other = "127.1.2.3:4567".parse().unwrap();
        assert_eq!(paired(&pairing(other)), Some(other));
        assert_eq!(paired(&[0x40, 1, 2, 3, 4, 5, 6]), None);
        assert_eq!(paired(&[]), None);
    }
}
