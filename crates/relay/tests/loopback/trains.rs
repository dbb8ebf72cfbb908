//! Packets that the kernel joins on their way in, and those that are to be taken apart on their way out.
#![expect(
    unsafe_code,
    reason = "a socket option without safe wrapper makes a client send trains"
)]

use crate::{Client, media, pair, start};
use std::mem::size_of;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;

/// Sends datagrams of one size (the last may be shorter) in one system call, as a browser does with a video frame.
fn send_train(client: &Client, to: SocketAddr, datagrams: &[Vec<u8>]) {
    let size = datagrams[0].len() as libc::c_int;
    let set = |size: libc::c_int| {
        // SAFETY: the descriptor is open, and the value is an int that lives until the call returns.
        let done = unsafe {
            libc::setsockopt(
                client.socket.as_raw_fd(),
                libc::SOL_UDP,
                libc::UDP_SEGMENT,
                std::ptr::from_ref(&size).cast(),
                size_of::<libc::c_int>() as u32,
            )
        };
        assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
    };
    set(size);
    client.socket.send_to(&datagrams.concat(), to).unwrap();
    set(0);
}

/// Every way a train can be received and sent on; its last packet is shorter and its length is no multiple of four.
#[test]
fn a_train_arrives_whole_and_in_order() {
    for (sender_binds, receiver_binds) in
        [(false, false), (false, true), (true, false), (true, true)]
    {
        let relay = start("127.0.0.1:0");
        let [(mut caller, one), (mut callee, two)] = pair(&relay, "127.0.0.1:0", 1);
        if sender_binds {
            caller.bind(two);
        }
        if receiver_binds {
            callee.bind(one);
        }
        let before = relay.counters();
        let payloads: Vec<_> = (0..9)
            .map(|number| media(number, if number == 8 { 333 } else { 1_198 }))
            .collect();
        let datagrams: Vec<_> = payloads
            .iter()
            .map(|payload| {
                let mut bytes = caller.wrap(two, payload);
                if sender_binds && payload.len() == 1_198 {
                    // Padding is allowed over UDP too.
                    bytes.resize(1_204, 0);
                }
                bytes
            })
            .collect();
        for _ in 0..20 {
            send_train(&caller, relay.address(), &datagrams);
            for payload in &payloads {
                assert_eq!(callee.hear(), (one, payload.clone()));
            }
        }
        let after = relay.counters();
        assert_eq!(after.counters.relayed - before.counters.relayed, 180);
        assert_eq!(after.unsent, 0);
        // On loopback a train stays together: it came in fewer calls than packets, or nothing was tested here.
        assert!(after.batches - before.batches <= 40);
        assert_eq!(callee.channels_heard, if receiver_binds { 180 } else { 0 });
    }
}
