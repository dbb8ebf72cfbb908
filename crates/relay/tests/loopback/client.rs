//! A client that is not ours (`turn-client-proto`) on a real socket.

use birdcall_relay::credential::Credential;
use std::collections::VecDeque;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};
use turn_client_proto::api::{Transmit, TurnClientApi, TurnConfig, TurnEvent, TurnRecvRet};
use turn_client_proto::stun::Instant as Moment;
use turn_client_proto::types::{TransportType, TurnCredentials};
use turn_client_proto::udp::TurnClientUdp;

/// How long anything may take before a test has failed. Nothing waits for it when all is well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Client {
    pub(crate) socket: UdpSocket,
    relay: SocketAddr,
    turn: TurnClientUdp,
    heard: VecDeque<(SocketAddr, Vec<u8>)>,
    events: VecDeque<TurnEvent>,
    /// How much of what came in was ChannelData.
    pub(crate) channels_heard: usize,
}

impl Client {
    pub(crate) fn new(bind: &str, relay: SocketAddr, credential: &Credential) -> Self {
        let socket = UdpSocket::bind(bind).unwrap();
        // Wakes the loop for retransmissions, which `turn-client-proto` counts by the clock.
        socket
            .set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        let local = socket.local_addr().unwrap();
        let credentials = TurnCredentials::new(&credential.username, &credential.password);
        let turn = TurnClientUdp::allocate(local, relay, TurnConfig::new(credentials));
        Self {
            socket,
            relay,
            turn,
            heard: VecDeque::new(),
            events: VecDeque::new(),
            channels_heard: 0,
        }
    }

    /// Waits for the allocation.
    pub(crate) fn allocate(&mut self) -> SocketAddr {
        self.until(|client| match client.events.pop_front() {
            Some(TurnEvent::AllocationCreated(_, address)) => Some(address),
            Some(other) => panic!("{other:?}"),
            None => None,
        })
    }

    /// Tries to get an allocation until the relay has refused it. The client itself would go on trying for seconds.
    pub(crate) fn allocate_in_vain(&mut self, refused: impl Fn() -> bool) {
        self.until(|client| {
            if let Some(event @ TurnEvent::AllocationCreated(..)) = client.events.pop_front() {
                panic!("{event:?}");
            }
            refused().then_some(())
        });
    }

    pub(crate) fn permit(&mut self, peer: SocketAddr) -> bool {
        self.turn
            .create_permission(TransportType::Udp, peer.ip(), now())
            .unwrap();
        self.until(|client| match client.events.pop_front() {
            Some(TurnEvent::PermissionCreated(..)) => Some(true),
            Some(TurnEvent::PermissionCreateFailed(..)) => Some(false),
            Some(other) => panic!("{other:?}"),
            None => None,
        })
    }

    pub(crate) fn bind(&mut self, peer: SocketAddr) {
        self.turn
            .bind_channel(TransportType::Udp, peer, now())
            .unwrap();
        self.until(|client| match client.events.pop_front() {
            Some(TurnEvent::ChannelCreated(..)) => Some(()),
            Some(TurnEvent::PermissionCreated(..)) | None => None,
            Some(other) => panic!("{other:?}"),
        });
    }

    /// The bytes that the client would send to the relay for this payload.
    pub(crate) fn wrap(&mut self, peer: SocketAddr, payload: &[u8]) -> Vec<u8> {
        let transmit = self
            .turn
            .send_to(TransportType::Udp, peer, payload.to_vec(), now())
            .unwrap();
        transmit.expect("something to send").build().data
    }

    pub(crate) fn say(&mut self, peer: SocketAddr, payload: &[u8]) {
        let bytes = self.wrap(peer, payload);
        self.socket.send_to(&bytes, self.relay).unwrap();
    }

    pub(crate) fn hear(&mut self) -> (SocketAddr, Vec<u8>) {
        self.until(|client| client.heard.pop_front())
    }

    /// What has come, if anything has.
    pub(crate) fn hears(&mut self) -> Option<(SocketAddr, Vec<u8>)> {
        self.take_one();
        self.heard.pop_front()
    }

    fn until<T>(&mut self, mut done: impl FnMut(&mut Self) -> Option<T>) -> T {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(value) = done(self) {
                return value;
            }
            self.take_one();
        }
        panic!("nothing came in {PATIENCE:?}");
    }

    fn take_one(&mut self) {
        self.turn.poll(now());
        while let Some(transmit) = self.turn.poll_transmit(now()) {
            self.socket
                .send_to(transmit.data.as_ref(), self.relay)
                .unwrap();
        }
        let mut buffer = [0; 65_535];
        if let Ok((length, from)) = self.socket.recv_from(&mut buffer) {
            let bytes = buffer[..length].to_vec();
            let local = self.socket.local_addr().unwrap();
            self.channels_heard += usize::from(bytes[0] >> 6 == 1);
            let transmit = Transmit::new(bytes, TransportType::Udp, from, local);
            if let TurnRecvRet::PeerData(data) = self.turn.recv(transmit, now()) {
                self.heard.push_back((data.peer, data.data().to_vec()));
            }
            while let Some(data) = self.turn.poll_recv(now()) {
                self.heard.push_back((data.peer, data.data().to_vec()));
            }
        }
        while let Some(event) = self.turn.poll_event() {
            self.events.push_back(event);
        }
    }
}

pub(crate) fn now() -> Moment {
    Moment::from_std(base())
}

/// All moments of a test count from one.
fn base() -> Instant {
    static BASE: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    *BASE.get_or_init(Instant::now)
}
