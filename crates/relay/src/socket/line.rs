//! The owner's side of a stream: whoever reads and writes TCP or TLS hands bytes in here and takes packets out.
//!
//! The queues are tokio's (`sync` alone, no runtime): they are bounded, and a thread outside can wake a task with them.

use super::streams::{Held, Word};
use super::{Bell, Wish};
use crate::engine::Endpoint;
use crate::stream::{NotTurn, begins_like_stun, whole_length};
use std::fmt;
use std::mem;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use tokio::sync::mpsc::{Receiver, channel};

/// Packets that wait for a stream to be written, about half a second of video. Raising it makes what arrives late
/// arrive at all.
const QUEUE: usize = 128;

/// Packets of a queue that are written at once. Raising it makes longer TLS records.
const WRITTEN_AT_ONCE: usize = 32;

/// Bytes that are read at once. Every stream holds this much, so raising it costs memory, lowering it system calls.
const READ: usize = 8_192;

/// What a read buffer may keep after something long passed through it.
const KEPT: usize = 4 * READ;

/// Why an owner closes a stream.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Over,
    NotTurn,
}

/// The stream is over: its call was revoked, it had no allocation for too long, there were too many, the relay has
/// stopped, or what came was no TURN. Close it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

/// Where the bytes of a stream go in. When it is dropped the stream has left, and its allocation ends.
pub struct Inlet {
    number: NonZeroU32,
    wishes: Sender<Wish>,
    bell: Arc<Bell>,
    buffer: Vec<u8>,
    /// A message was handed in.
    begun: bool,
    /// Brings the buffer back once its messages were looked at.
    returned: Receiver<Vec<u8>>,
    why: Why,
}

/// Where packets for a stream come out.
pub struct Outlet {
    packets: Receiver<Vec<u8>>,
    taken: Vec<Vec<u8>>,
}

/// Says nothing: P-6.
impl fmt::Debug for Inlet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Inlet").finish_non_exhaustive()
    }
}

/// Says nothing: P-6.
impl fmt::Debug for Outlet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Outlet").finish_non_exhaustive()
    }
}

/// Registers a stream with the thread.
pub(super) fn join(
    number: NonZeroU32,
    peer: SocketAddr,
    wishes: Sender<Wish>,
    bell: Arc<Bell>,
) -> (Inlet, Outlet) {
    let (to_write, packets) = channel(QUEUE);
    let (give_back, returned) = channel(1);
    let held = Held::new(Endpoint::of_stream(peer, number), to_write, give_back);
    let inlet = Inlet {
        number,
        wishes,
        bell,
        buffer: Vec::new(),
        begun: false,
        returned,
        why: Why::Over,
    };
    // Not rung for: there is nothing to do before its first message.
    let _ = inlet.wishes.send(Wish::Stream(Word::Join(number, held)));
    let taken = Vec::new();
    (inlet, Outlet { packets, taken })
}

impl Inlet {
    /// Where to put what was read, behind what is there. It has room for more, and grows no further than one message and
    /// one read.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        if self.buffer.len() < READ && self.buffer.capacity() > KEPT {
            self.buffer.shrink_to(READ);
        }
        self.buffer.reserve(READ);
        &mut self.buffer
    }

    /// Hands in the messages that are whole by now, and waits until they were looked at: who sends faster than the relay
    /// can relay is slowed down.
    ///
    /// Not to be given up half-way, unless the stream is given up too.
    ///
    /// # Errors
    /// The stream is to be closed.
    pub async fn pass(&mut self) -> Result<(), Closed> {
        let begins = match self.buffer.first() {
            Some(first) => self.begun || begins_like_stun(*first),
            None => return Ok(()),
        };
        let whole = match whole_length(&self.buffer) {
            Ok(0) if begins => return Ok(()),
            Ok(whole) if begins => whole,
            Ok(_) | Err(NotTurn) => {
                self.why = Why::NotTurn;
                return Err(Closed);
            }
        };
        self.begun = true;
        let bytes = mem::take(&mut self.buffer);
        self.say(Word::Messages(self.number, bytes, whole));
        self.buffer = self.returned.recv().await.ok_or(Closed)?;
        self.buffer.drain(..whole);
        Ok(())
    }

    fn say(&self, word: Word) {
        // It fails only when the thread has ended, which shows in what comes back.
        let _ = self.wishes.send(Wish::Stream(word));
        self.bell.ring();
    }
}

impl Drop for Inlet {
    fn drop(&mut self) {
        self.say(Word::Leave(self.number, self.why));
    }
}

impl Outlet {
    /// Waits for packets and puts what is to be written behind what is there.
    ///
    /// # Errors
    /// There will be no more: the stream is to be closed.
    pub async fn packets(&mut self, written: &mut Vec<u8>) -> Result<(), Closed> {
        self.taken.clear();
        if self
            .packets
            .recv_many(&mut self.taken, WRITTEN_AT_ONCE)
            .await
            == 0
        {
            return Err(Closed);
        }
        for packet in &self.taken {
            written.extend_from_slice(packet);
        }
        Ok(())
    }
}
