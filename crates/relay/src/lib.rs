//! The relay of calls: STUN and TURN on one UDP port and on streams, pairing the two legs of a call.
//!
//! It needs far less than a general TURN server, and that is its point. Whoever holds a credential gets an address that
//! exists nowhere but here (203.0.113.1 for the caller's leg, .2 for the callee's), and can reach one thing with it: the
//! address of the other leg of the same call (P-4). So there is no port range, nothing to reach from outside, and a
//! relayed address tells nothing. A packet goes from client to client in one step.
//!
//! Reading order: [`credential`] says who may, [`control`] how a server on another machine ends a call, [`codec`] what a
//! datagram holds, [`engine`] what is done with it, and `Relay` is the thin shell with the socket (Linux only). When
//! packets gather and how many threads send are two small policies of their own, `gather.rs` and `staffing.rs`.
//!
//! On TCP and TLS [`stream`] says where messages end; who reads and writes one gives its bytes to `Relay::join`.
//!
//! # What is done
//!
//! | of | done | refused |
//! |---|---|---|
//! | RFC 8489 (STUN) | Binding; long-term credentials with MESSAGE-INTEGRITY (SHA-1), FINGERPRINT when it is there; 400, 401, 420, 438; what stands behind MESSAGE-INTEGRITY is ignored | MESSAGE-INTEGRITY-SHA256 alone, password algorithms, USERHASH (420): browsers use none of them; short-term credentials; ALTERNATE-SERVER |
//! | RFC 8656 (TURN) | Allocate, Refresh, CreatePermission, ChannelBind, Send, Data, ChannelData; lifetime 600 s, permission 300 s, channel 600 s; channel numbers up to 0x7FFF as in RFC 5766; ADDITIONAL-ADDRESS-FAMILY answered with the IPv4 address and ADDRESS-ERROR-CODE 440 | any peer but the other leg (403, where the RFC has 443 for a family too: alike), IPv6 relayed addresses (440), transports other than UDP (442), EVEN-PORT with a reservation and RESERVATION-TOKEN (508), DONT-FRAGMENT (420), a thirteenth allocation of a leg (486), ICMP |
//! | TCP and TLS to the relay (RFC 8489, 6.2.2; RFC 8656, 2.1 and 12.5) | whole messages out of any pieces, ChannelData padded to four bytes both ways; an allocation ends with its stream, a stream with its call, and one without allocation after 10 s | a stream that does not begin with a STUN message, or on which something else comes (closed); DTLS |
//! | RFC 6062 (TCP relaying) | | all of it (442; its other methods are dropped) |
//! | RFC 8016 (mobility) | | MOBILITY-TICKET (405) |
//! | RFC 7635 (OAuth) | | ACCESS-TOKEN (420) |
//! | RFC 5769 | its vectors are tests | |
//! | RFC 7983 | payloads that begin like STUN, DTLS, RTP or RTCP | all other first bytes |
//!
//! Beyond the RFCs: nothing is remembered of a source before its MESSAGE-INTEGRITY was found right, answers to unproven
//! sources are paid out of a budget that keeps what goes out below what came in, a leg belongs to one device, is in one
//! place (once it has talked for a second no other network gets in) and has a token bucket, and a call that was revoked
//! is over at once.
//!
//! Deliberately absent: accounts, a database, anything of a call but its number.

pub mod codec;
pub mod control;
pub mod credential;
pub mod engine;
#[cfg(target_os = "linux")]
mod gather;
#[cfg(target_os = "linux")]
mod socket;
#[cfg(target_os = "linux")]
mod staffing;
pub mod stream;

#[cfg(target_os = "linux")]
pub use socket::{Closed, GATHER, Inlet, Options, Outlet, Relay, Snapshot, StreamCounters};
