//! Brings many clients to their channels, a bounded number of them at a time.

use crate::Outcome;
use crate::client::{Client, Step};
use crate::forwarder::pairing;
use crate::leg::{Hears, Leg, Says};
use crate::servers::Server;
use birdcall_relay::credential;
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// Calls being set up at once; each has two clients. More of them find our relay's answers to unproven sources used up
/// for a moment, which is what it is meant to do in a flood.
const CALLS_AT_ONCE: usize = 32;

/// After this long without an answer a request is sent again.
const PATIENCE: Duration = Duration::from_millis(500);

/// After this long without any progress something is broken.
const LONGEST: Duration = Duration::from_secs(10);

/// The channels of the two legs of a call: different ones, so that a relay cannot just pass the number on.
const CHANNELS: [u16; 2] = [0x4001, 0x4A02];

/// Which of many sockets have something to read.
#[derive(Debug)]
pub(crate) struct Ready {
    epoll: Epoll,
    events: Vec<EpollEvent>,
}

impl Ready {
    pub(crate) fn new<'a>(sockets: impl Iterator<Item = &'a UdpSocket>) -> Outcome<Self> {
        let failed = |error: Errno| format!("epoll: {error}");
        let epoll = Epoll::new(EpollCreateFlags::empty()).map_err(failed)?;
        for (index, socket) in sockets.enumerate() {
            let event = EpollEvent::new(EpollFlags::EPOLLIN, index as u64);
            epoll.add(socket.as_fd(), event).map_err(failed)?;
        }
        Ok(Self {
            epoll,
            events: vec![EpollEvent::empty(); 1_024],
        })
    }

    /// Their numbers. It does not wait: the clients' core has nothing else to do, and a server's answer must not cost
    /// the server the time to wake them.
    pub(crate) fn now(&mut self) -> Outcome<impl Iterator<Item = usize> + use<'_>> {
        let count = match self.epoll.wait(&mut self.events, EpollTimeout::ZERO) {
            Ok(count) => count,
            Err(Errno::EINTR) => 0,
            Err(error) => return Err(format!("epoll: {error}")),
        };
        Ok(self.events[..count]
            .iter()
            .map(|event| event.data() as usize))
    }
}

/// Clients of calls, not yet set up: two of a call side by side, each with an address of its own. No two groups of one
/// server have a call or an address in common: what a client leaves behind would meet the next one at its address.
pub(crate) fn clients(server: &Server, calls: usize, group: u8) -> Outcome<Vec<Client>> {
    let mut clients = Vec::with_capacity(2 * calls);
    for call in 0..calls {
        for (leg, channel) in [credential::Leg::Caller, credential::Leg::Callee]
            .into_iter()
            .zip(CHANNELS)
        {
            let number = clients.len();
            let socket = socket(group, number, server.address)?;
            let call = (u64::from(group) << 32) + call as u64;
            let credential = server.account.credential(call, leg);
            clients.push(Client::new(socket, credential, channel));
        }
    }
    Ok(clients)
}

/// The socket of a client: 127.0.0.0/8 has an address for each.
fn socket(group: u8, number: usize, server: SocketAddrV4) -> Outcome<UdpSocket> {
    let [high, low] = (number as u16).to_be_bytes();
    let own = Ipv4Addr::new(127, 1 + group, high, low);
    let failed = |error| format!("a socket of a client at {own}: {error}");
    let socket = UdpSocket::bind((own, 0)).map_err(failed)?;
    socket.connect(server).map_err(failed)?;
    socket.set_nonblocking(true).map_err(failed)?;
    Ok(socket)
}

/// Takes all of them to a permission, and to a channel if one is wanted. Returns how many requests had to be sent again.
pub(crate) fn set_up(clients: &mut [Client], until: Step) -> Outcome<u64> {
    let mut ready = Ready::new(clients.iter().map(|client| &client.socket))?;
    let mut buffer = Vec::with_capacity(512);
    let mut datagram = [0; 1_024];
    let (mut begun, mut open, mut arrived, mut again) = (0, 0, 0, 0);
    let (mut looked, mut progress) = (Instant::now(), Instant::now());
    while arrived < clients.len() {
        while begun < clients.len() && open < 2 * CALLS_AT_ONCE {
            for client in &mut clients[begun..begun + 2] {
                client.go_on(None, &mut buffer)?;
            }
            begun += 2;
            open += 2;
        }
        for index in ready.now()? {
            while let Some(length) = receive(&clients[index].socket, &mut datagram)? {
                if !clients[index].hear(&datagram[..length])? {
                    continue;
                }
                progress = Instant::now();
                if advance(clients, index, until, &mut buffer)? {
                    arrived += 1;
                    open -= 1;
                }
            }
        }
        if looked.elapsed() > PATIENCE / 4 {
            looked = Instant::now();
            again += ask_again(&mut clients[..begun], until, &mut buffer)?;
            if progress.elapsed() > LONGEST {
                return Err(format!(
                    "{arrived} of {} set-ups, then silence",
                    clients.len()
                ));
            }
        }
    }
    Ok(again)
}

/// Does what follows from an answer. True: this client has arrived.
fn advance(
    clients: &mut [Client],
    index: usize,
    until: Step,
    buffer: &mut Vec<u8>,
) -> Outcome<bool> {
    if clients[index].step == until {
        return Ok(true);
    }
    let peer = clients[index ^ 1].relayed;
    if clients[index].step != Step::Allocated {
        clients[index].go_on(peer, buffer)?;
    } else if peer.is_some() {
        // Both have an address now, and know the other's.
        let own = clients[index].relayed;
        clients[index].go_on(peer, buffer)?;
        if clients[index ^ 1].step == Step::Allocated {
            clients[index ^ 1].go_on(own, buffer)?;
        }
    }
    Ok(false)
}

fn ask_again(clients: &mut [Client], until: Step, buffer: &mut Vec<u8>) -> Outcome<u64> {
    let mut again = 0;
    for index in 0..clients.len() {
        let waits = matches!(
            clients[index].step,
            Step::Asking | Step::Allocating | Step::Permitting | Step::Binding
        );
        if waits && clients[index].step < until && clients[index].asked.elapsed() > PATIENCE {
            let peer = clients[index ^ 1].relayed;
            clients[index].ask(peer, buffer)?;
            again += 1;
        }
    }
    Ok(again)
}

pub(crate) fn receive(socket: &UdpSocket, into: &mut [u8]) -> Outcome<Option<usize>> {
    match socket.recv(into) {
        Ok(length) => Ok(Some(length)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(format!("an answer could not be received: {error}")),
    }
}

/// Legs of calls, set up and ready to talk.
pub(crate) fn legs(
    server: &Server,
    calls: usize,
    group: u8,
    says: Says,
    payload: usize,
) -> Outcome<Vec<Leg>> {
    if !server.kind.is_turn() {
        return bare_legs(server, calls, group, payload);
    }
    let mut clients = clients(server, calls, group)?;
    set_up(
        &mut clients,
        match says {
            Says::ChannelData => Step::Bound,
            Says::Indications => Step::Permitted,
        },
    )?;
    let addresses: Vec<SocketAddr> = clients.iter().filter_map(|client| client.relayed).collect();
    if addresses.len() != clients.len() {
        return Err("an Allocate was answered without a relayed address".to_owned());
    }
    Ok(clients
        .into_iter()
        .enumerate()
        .map(|(index, client)| {
            let peer = addresses[index ^ 1];
            let (says, hears) = match says {
                Says::ChannelData => (Some(client.channel), Hears::Channel(client.channel)),
                Says::Indications => (None, Hears::Data(peer)),
            };
            Leg::new(client.socket, index, says, peer, hears, payload)
        })
        .collect())
}

/// Pairs with the bare forwarder. It changes nothing, so what arrives has the other's channel.
fn bare_legs(server: &Server, calls: usize, group: u8, payload: usize) -> Outcome<Vec<Leg>> {
    let sockets: Vec<UdpSocket> = (0..2 * calls)
        .map(|number| socket(group, number, server.address))
        .collect::<Outcome<_>>()?;
    let mut legs = Vec::with_capacity(sockets.len());
    let addresses: Vec<SocketAddr> = sockets
        .iter()
        .map(|socket| socket.local_addr().map_err(|error| error.to_string()))
        .collect::<Outcome<_>>()?;
    for (index, socket) in sockets.into_iter().enumerate() {
        let other = addresses[index ^ 1];
        let SocketAddr::V4(place) = other else {
            return Err("a client has no IPv4 address".to_owned());
        };
        pair(&socket, &pairing(place))?;
        let channels = [CHANNELS[index % 2], CHANNELS[(index + 1) % 2]];
        let hears = Hears::Channel(channels[1]);
        legs.push(Leg::new(
            socket,
            index,
            Some(channels[0]),
            other,
            hears,
            payload,
        ));
    }
    Ok(legs)
}

fn pair(socket: &UdpSocket, wish: &[u8]) -> Outcome {
    socket.send(wish).map_err(|error| error.to_string())?;
    let start = Instant::now();
    let mut echo = [0; 16];
    while start.elapsed() < Duration::from_secs(5) {
        if let Some(length) = receive(socket, &mut echo)? {
            return if &echo[..length] == wish {
                Ok(())
            } else {
                Err("the forwarder answered something else".to_owned())
            };
        }
    }
    Err("the forwarder does not answer".to_owned())
}
