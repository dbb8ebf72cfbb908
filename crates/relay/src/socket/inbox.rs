//! Receiving in batches.
#![expect(
    unsafe_code,
    reason = "recvmmsg and UDP_GRO have no safe wrapper that reports the size of joined packets"
)]

use crate::engine::Endpoint;
use libc::{c_int, c_void, cmsghdr, iovec, mmsghdr, msghdr};
use std::mem::size_of;
use std::net::UdpSocket;
use std::ops::Range;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::ptr;

/// Messages of one batch at most. Raising it costs memory that stays warm, lowering it system calls under load.
const BATCH: usize = 64;

/// Messages that are prepared for when few came before.
const FEW: usize = 4;

/// Free bytes in front of each message, for the header of a Data indication in place of that of ChannelData.
const ROOM: usize = 64;

/// The largest message: packets that were joined come as one of up to this size.
const LARGEST: usize = 65_535;

/// From one buffer to the next: with room at its end for padding, and not a multiple of a page, so that the beginnings
/// of all buffers do not fight for the same lines of the cache.
const STRIDE: usize = ROOM + LARGEST + 1 + 64 + 192;

/// The sender's address as the kernel writes it, `sockaddr_in` or `sockaddr_in6`.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub(super) struct Name(pub(super) [u8; 28]);

/// Room for one control message with one number.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Control {
    pub(super) head: cmsghdr,
    pub(super) value: [u8; 8],
}

/// Where messages come in.
pub(super) struct Inbox {
    memory: Vec<u8>,
    names: Vec<Name>,
    controls: Vec<Control>,
    /// Messages that the next batch may hold: more than the last one did, since what is prepared for in vain costs as
    /// much as what comes.
    most: usize,
    /// Lengths of the last batch's messages, and of the packets they were joined from.
    lengths: Vec<(usize, usize)>,
    vectors: Vec<iovec>,
    headers: Vec<mmsghdr>,
}

// SAFETY: what makes it stay in one thread are the pointers in `vectors` and `headers`. They are written anew for each
// system call and followed by nothing but that call, which the thread makes that holds the inbox.
unsafe impl Send for Inbox {}

/// One datagram in the memory of an inbox, and how much around it may be written over.
pub(super) struct Datagram {
    pub(super) range: Range<usize>,
    pub(super) room_before: usize,
    pub(super) room_behind: usize,
}

impl Datagram {
    pub(super) fn bytes<'a>(&self, inbox: &'a Inbox) -> &'a [u8] {
        &inbox.memory[self.range.clone()]
    }
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self {
            // Zeroed by the kernel, page by page, as packets first reach it: an idle relay does not hold it all.
            memory: vec![0; BATCH * STRIDE],
            names: vec![Name([0; 28]); BATCH],
            controls: vec![Control::empty(); BATCH],
            most: FEW,
            lengths: Vec::with_capacity(BATCH),
            vectors: Vec::with_capacity(BATCH),
            headers: Vec::with_capacity(BATCH),
        }
    }

    pub(super) fn memory(&self) -> &[u8] {
        &self.memory
    }

    pub(super) fn memory_mut(&mut self) -> &mut [u8] {
        &mut self.memory
    }

    /// Waits for one message or the socket's time-out, and takes what else is there. Returns how many messages.
    pub(super) fn receive(&mut self, socket: &UdpSocket) -> usize {
        self.take(socket, libc::MSG_WAITFORONE)
    }

    /// Takes what is there. Returns how many messages.
    pub(super) fn receive_now(&mut self, socket: &UdpSocket) -> usize {
        self.take(socket, libc::MSG_DONTWAIT)
    }

    fn take(&mut self, socket: &UdpSocket, flags: c_int) -> usize {
        self.vectors.clear();
        self.headers.clear();
        self.lengths.clear();
        let buffers = self.memory.chunks_exact_mut(STRIDE).take(self.most);
        self.vectors.extend(buffers.map(|buffer| iovec {
            iov_base: buffer[ROOM..].as_mut_ptr().cast::<c_void>(),
            iov_len: LARGEST,
        }));
        for ((name, control), vector) in self
            .names
            .iter_mut()
            .zip(&mut self.controls)
            .zip(&mut self.vectors)
        {
            let mut header = empty_header();
            header.msg_name = ptr::from_mut(name).cast::<c_void>();
            header.msg_namelen = size_of::<Name>() as u32;
            header.msg_iov = vector;
            header.msg_iovlen = 1;
            header.msg_control = ptr::from_mut(control).cast::<c_void>();
            header.msg_controllen = size_of::<Control>() as _;
            self.headers.push(mmsghdr {
                msg_hdr: header,
                msg_len: 0,
            });
        }
        // SAFETY: every header points at a name, a control buffer, and a vector that points at a buffer, all of which
        // are as long as said, belong to `self`, are borrowed mutably, and are not touched before the call returns.
        let count = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                self.headers.as_mut_ptr(),
                self.headers.len() as u32,
                flags,
                ptr::null_mut(),
            )
        };
        // Nothing there, interrupted, or an error of one packet: none of them is a message.
        let count = usize::try_from(count).unwrap_or(0);
        self.most = (2 * count).clamp(FEW, BATCH);
        for (header, control) in self.headers[..count].iter().zip(&self.controls) {
            let length = header.msg_len as usize;
            let joined = control
                .joined_size()
                .filter(|size| *size > 0 && header.msg_hdr.msg_controllen > 0)
                .unwrap_or(length);
            self.lengths.push((length, joined));
        }
        count
    }

    /// A message of the last batch: who sent it, and the datagrams in it.
    pub(super) fn datagrams(
        &self,
        index: usize,
    ) -> (Endpoint, impl Iterator<Item = Datagram> + use<>) {
        let (length, size) = self.lengths[index];
        let start = index * STRIDE + ROOM;
        let end = start + length;
        // None in an empty message, which only wakes.
        let datagrams = (start..end).step_by(size.max(1)).map(move |at| {
            let range = at..(at + size).min(end);
            Datagram {
                room_before: if at == start { ROOM } else { 0 },
                room_behind: if range.end == end { 64 } else { 0 },
                range,
            }
        });
        (self.names[index].endpoint(), datagrams)
    }
}

impl Name {
    fn endpoint(&self) -> Endpoint {
        let bytes = &self.0;
        let family = u16::from_ne_bytes([bytes[0], bytes[1]]);
        let port = u16::from_be_bytes([bytes[2], bytes[3]]);
        if i32::from(family) == libc::AF_INET {
            return Endpoint::from_v4([bytes[4], bytes[5], bytes[6], bytes[7]], port);
        }
        let mut ip = [0; 16];
        ip.copy_from_slice(&bytes[8..24]);
        let scope = u32::from_ne_bytes([bytes[24], bytes[25], bytes[26], bytes[27]]);
        Endpoint::from_v6(ip, port, scope)
    }
}

impl Control {
    pub(super) fn empty() -> Self {
        // SAFETY: a cmsghdr is made of integers, for which zero is a value.
        let head = unsafe { std::mem::zeroed() };
        Self {
            head,
            value: [0; 8],
        }
    }

    /// The size of the packets that a message was joined from, if this says so.
    fn joined_size(&self) -> Option<usize> {
        let [a, b, c, d, ..] = self.value;
        (self.head.cmsg_level == libc::SOL_UDP && self.head.cmsg_type == libc::UDP_GRO)
            .then(|| c_int::from_ne_bytes([a, b, c, d]))?
            .try_into()
            .ok()
    }
}

pub(super) fn empty_header() -> msghdr {
    // SAFETY: a msghdr is made of integers and pointers, for which zero is a value and means "none".
    unsafe { std::mem::zeroed() }
}

/// Asks the kernel to join packets of one flow. One that cannot leaves them apart, which is slower and nothing else.
pub(super) fn join_packets(socket: &impl AsFd) {
    let socket: BorrowedFd<'_> = socket.as_fd();
    let on: c_int = 1;
    // SAFETY: the descriptor is open, and the value is an int that lives until the call returns.
    let _ = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_UDP,
            libc::UDP_GRO,
            ptr::from_ref(&on).cast::<c_void>(),
            size_of::<c_int>() as u32,
        )
    };
}
