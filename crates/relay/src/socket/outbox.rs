//! Sending in batches.
#![expect(
    unsafe_code,
    reason = "sendmmsg with a UDP_SEGMENT of its own for each message has no safe wrapper"
)]

use super::inbox::{Control, Datagram, Inbox, Name, empty_header};
use crate::engine::{Endpoint, Forward};
use libc::{c_void, cmsghdr, iovec, mmsghdr};
use std::io;
use std::mem::size_of;
use std::net::{SocketAddr, SocketAddrV6, UdpSocket};
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::ptr;

/// Datagrams that wait to be sent at most.
const MOST: usize = 1_024;

/// Memory for what cannot be sent from where it came in: answers, and packets whose new header does not fit in front
/// of them.
const SPARE: usize = 256 * 1024;

/// What one datagram can need of it.
const LARGEST: usize = 66_000;

/// Datagrams and bytes that the kernel takes apart from one message at most (`UDP_MAX_SEGMENTS`, and the largest IPv4
/// packet).
const MOST_SEGMENTS: usize = 64;
const MOST_BYTES: usize = 65_000;

/// Where datagrams wait until the end of a batch.
pub(super) struct Outbox {
    /// Whether the socket speaks IPv6, and IPv4 as mapped into it.
    v6: bool,
    /// Whether the kernel takes runs of datagrams to one place as one message.
    joins: bool,
    waiting: Vec<Waiting>,
    spare: Vec<u8>,
    runs: Vec<Range<usize>>,
    names: Vec<Name>,
    controls: Vec<Control>,
    vectors: Vec<iovec>,
    headers: Vec<mmsghdr>,
    unsent: u64,
}

// SAFETY: what makes it stay in one thread are the pointers in `vectors` and `headers`. They are written anew for each
// system call and followed by nothing but that call, which the thread makes that holds the outbox.
unsafe impl Send for Outbox {}

struct Waiting {
    to: Endpoint,
    range: Range<usize>,
    /// It lies in the spare memory and not in the inbox.
    spare: bool,
}

impl Outbox {
    pub(super) fn new(v6: bool) -> Self {
        Self {
            v6,
            joins: true,
            waiting: Vec::with_capacity(MOST),
            spare: Vec::with_capacity(SPARE),
            runs: Vec::with_capacity(MOST),
            names: Vec::with_capacity(MOST),
            controls: Vec::with_capacity(MOST),
            vectors: Vec::with_capacity(MOST),
            headers: Vec::with_capacity(MOST),
            unsent: 0,
        }
    }

    /// Datagrams that the kernel would not send since this was last asked.
    pub(super) fn take_unsent(&mut self) -> u64 {
        std::mem::take(&mut self.unsent)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether one more datagram of any size fits.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < MOST && self.spare.len() + LARGEST <= SPARE
    }

    /// Queues a datagram made of parts, copied.
    pub(super) fn copy(&mut self, to: Endpoint, parts: &[&[u8]]) {
        let start = self.spare.len();
        for part in parts {
            self.spare.extend_from_slice(part);
        }
        self.waiting.push(Waiting {
            to,
            range: start..self.spare.len(),
            spare: true,
        });
    }

    /// Queues a payload that is to be sent on: from where it lies, if its new header fits there.
    pub(super) fn forward(&mut self, inbox: &mut Inbox, datagram: &Datagram, forward: &Forward) {
        let header = forward.header.as_bytes();
        let payload = datagram.range.start + forward.payload.start
            ..datagram.range.start + forward.payload.end;
        let before = forward.payload.start + datagram.room_before;
        let behind = datagram.range.end - payload.end + datagram.room_behind;
        if header.len() > before || forward.padding > behind {
            let zeros = &[0; 4][..forward.padding];
            self.copy(forward.to, &[header, &inbox.memory()[payload], zeros]);
            return;
        }
        let range = payload.start - header.len()..payload.end + forward.padding;
        let memory = inbox.memory_mut();
        memory[range.start..payload.start].copy_from_slice(header);
        memory[payload.end..range.end].fill(0);
        self.waiting.push(Waiting {
            to: forward.to,
            range,
            spare: false,
        });
    }

    /// Sends all that waits. `memory` is that of the inbox.
    pub(super) fn flush(&mut self, socket: &UdpSocket, memory: &[u8]) {
        if self.waiting.is_empty() {
            return;
        }
        self.find_runs();
        self.address(memory);
        let mut next = 0;
        while next < self.headers.len() {
            let rest = &mut self.headers[next..];
            // SAFETY: every header points at a name, a control message or nothing, and a run of vectors, which point
            // into `memory` or the spare memory. All of that is borrowed or owned here until the call returns, none of
            // it is moved after `address` took the pointers, and the kernel only reads it.
            let sent = unsafe {
                libc::sendmmsg(
                    socket.as_raw_fd(),
                    rest.as_mut_ptr(),
                    rest.len() as u32,
                    libc::MSG_DONTWAIT,
                )
            };
            if let Ok(sent) = usize::try_from(sent) {
                next += sent.max(1);
                continue;
            }
            let error = io::Error::last_os_error();
            if error.kind() == io::ErrorKind::Interrupted {
                continue;
            }
            let run = self.runs[next].clone();
            next += 1;
            if run.len() > 1 && error.kind() != io::ErrorKind::WouldBlock {
                // A way out that cannot take runs apart; what it is told one by one it can send.
                self.joins &= error.raw_os_error() != Some(libc::EIO);
                for index in run {
                    self.send_alone(socket, memory, index);
                }
            } else {
                self.unsent += run.len() as u64;
            }
        }
        self.waiting.clear();
        self.spare.clear();
    }

    /// Finds datagrams that can go as one message: to one place, one behind the other, all as long as the first but for
    /// the last, which may be shorter.
    fn find_runs(&mut self) {
        self.runs.clear();
        let mut start = 0;
        while start < self.waiting.len() {
            let first = &self.waiting[start];
            let size = first.range.len();
            let mut end = start + 1;
            let mut bytes = size;
            while self.joins && end < self.waiting.len() && end - start < MOST_SEGMENTS {
                let next = &self.waiting[end];
                bytes += next.range.len();
                if next.to != first.to || next.range.len() > size || bytes > MOST_BYTES {
                    break;
                }
                end += 1;
                if next.range.len() < size {
                    break;
                }
            }
            self.runs.push(start..end);
            start = end;
        }
    }

    fn address(&mut self, memory: &[u8]) {
        self.names.clear();
        self.controls.clear();
        self.vectors.clear();
        self.headers.clear();
        for waiting in &self.waiting {
            let bytes = bytes_of(waiting, memory, &self.spare);
            self.vectors.push(iovec {
                // The kernel does not write through it.
                iov_base: bytes.as_ptr().cast_mut().cast::<c_void>(),
                iov_len: bytes.len(),
            });
        }
        // First all values, then all pointers to them: nothing moves any more once a pointer was taken.
        for run in &self.runs {
            let first = &self.waiting[run.start];
            self.names.push(Name::of(first.to, self.v6));
            self.controls.push(Control::segments_of(first.range.len()));
        }
        let length = if self.v6 { 28 } else { 16 };
        for (index, run) in self.runs.iter().enumerate() {
            let mut header = empty_header();
            header.msg_name = ptr::from_mut(&mut self.names[index]).cast::<c_void>();
            header.msg_namelen = length;
            header.msg_iov = self.vectors[run.clone()].as_mut_ptr();
            header.msg_iovlen = run.len() as _;
            if run.len() > 1 {
                header.msg_control = ptr::from_mut(&mut self.controls[index]).cast::<c_void>();
                header.msg_controllen = size_of::<Control>() as _;
            }
            self.headers.push(mmsghdr {
                msg_hdr: header,
                msg_len: 0,
            });
        }
    }

    fn send_alone(&mut self, socket: &UdpSocket, memory: &[u8], index: usize) {
        let waiting = &self.waiting[index];
        let bytes = bytes_of(waiting, memory, &self.spare);
        if socket.send_to(bytes, target(waiting.to, self.v6)).is_err() {
            self.unsent += 1;
        }
    }
}

impl Name {
    /// For a socket of this family.
    fn of(to: Endpoint, v6: bool) -> Self {
        let mut name = [0; 28];
        let family = if v6 { libc::AF_INET6 } else { libc::AF_INET };
        name[..2].copy_from_slice(&(family as u16).to_ne_bytes());
        name[2..4].copy_from_slice(&to.port().to_be_bytes());
        if v6 {
            name[8..24].copy_from_slice(&to.ip_bytes());
            name[24..].copy_from_slice(&to.scope().to_ne_bytes());
        } else {
            name[4..8].copy_from_slice(&to.ip_bytes()[12..]);
        }
        Self(name)
    }
}

impl Control {
    /// Has the kernel cut a message into datagrams of this size, the last one as long as what is left.
    fn segments_of(size: usize) -> Self {
        let mut control = Self::empty();
        control.head.cmsg_len = (size_of::<cmsghdr>() + size_of::<u16>()) as _;
        control.head.cmsg_level = libc::SOL_UDP;
        control.head.cmsg_type = libc::UDP_SEGMENT;
        control.value[..2].copy_from_slice(&(size as u16).to_ne_bytes());
        control
    }
}

/// The address for a socket of this family.
fn target(to: Endpoint, v6: bool) -> SocketAddr {
    if v6 {
        SocketAddrV6::new(to.ip_bytes().into(), to.port(), 0, to.scope()).into()
    } else {
        to.into()
    }
}

fn bytes_of<'a>(waiting: &Waiting, memory: &'a [u8], spare: &'a [u8]) -> &'a [u8] {
    let whole = if waiting.spare { spare } else { memory };
    &whole[waiting.range.clone()]
}
