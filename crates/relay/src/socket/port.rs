use super::inbox;
use rustix::net::sockopt;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

/// Buffers of the socket. A video frame of every call arrives at once; lowering it loses packets under load.
const BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// How many ports are tried where any will do: one that is free for UDP may be taken for TCP.
const TRIES: usize = 32;

/// The relay's port.
pub(super) struct Port {
    pub(super) datagrams: UdpSocket,
    /// Bound, so that it is nobody else's, and not listening yet.
    pub(super) streams: Socket,
}

impl Port {
    /// Takes the port for UDP and for TCP. Receiving gives up after `tick`.
    pub(super) fn open(listen: SocketAddr, tick: Duration) -> io::Result<Self> {
        let any = listen.port() == 0;
        let mut tries = if any { TRIES } else { 1 };
        loop {
            tries -= 1;
            let datagrams = bind_datagrams(listen, tick)?;
            match bind_streams(datagrams.local_addr()?, !any) {
                Ok(streams) => return Ok(Self { datagrams, streams }),
                Err(error) if tries == 0 || error.kind() != io::ErrorKind::AddrInUse => {
                    return Err(error);
                }
                Err(_) => {}
            }
        }
    }
}

fn bind_datagrams(listen: SocketAddr, tick: Duration) -> io::Result<UdpSocket> {
    let socket = socket(listen, Type::DGRAM, Protocol::UDP)?;
    socket.set_read_timeout(Some(tick))?;
    // With the right to go beyond the system's limit, else as far as that allows.
    if sockopt::set_socket_recv_buffer_size_force(&socket, BUFFER_BYTES).is_err() {
        socket.set_recv_buffer_size(BUFFER_BYTES)?;
    }
    socket.set_send_buffer_size(BUFFER_BYTES)?;
    socket.bind(&listen.into())?;
    inbox::join_packets(&socket);
    Ok(socket.into())
}

fn bind_streams(listen: SocketAddr, again: bool) -> io::Result<Socket> {
    let socket = socket(listen, Type::STREAM, Protocol::TCP)?;
    // A server that was restarted gets the port of its last life, whose streams the kernel has not yet forgotten.
    socket.set_reuse_address(again)?;
    socket.set_nonblocking(true)?;
    socket.bind(&listen.into())?;
    Ok(socket)
}

fn socket(listen: SocketAddr, kind: Type, protocol: Protocol) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(listen), kind, Some(protocol))?;
    if listen.is_ipv6() {
        // One port for both families.
        socket.set_only_v6(false)?;
    }
    Ok(socket)
}
