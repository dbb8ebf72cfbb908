//! TURN through the doors of the web and through the relay's own, told from HTTP by its first byte.

use axum::Router;
use axum::routing::get;
use birdcall_relay::Relay;
use birdcall_relay::credential::{Claim, Issuer, Leg, NodeKey};
use birdcall_relay::engine::Limits;
use birdcall_server::listen::{Certificates, Door, serve_turn};
use rcgen::generate_simple_self_signed;
use rustls::pki_types::ServerName;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use turn_client_proto::api::{Transmit, TurnClientApi, TurnConfig, TurnEvent, TurnRecvRet};
use turn_client_proto::stun::Instant as Moment;
use turn_client_proto::tcp::TurnClientTcp;
use turn_client_proto::types::{TransportType, TurnCredentials};

/// How long anything may take before a test has failed. Nothing waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(10);

/// A door of the web with the relay behind it.
struct House {
    relay: Arc<Relay>,
    web: SocketAddr,
    connector: TlsConnector,
    files: (PathBuf, PathBuf),
    _folder: TempDir,
}

impl House {
    async fn new(tls: bool) -> Self {
        let made = generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let files = (
            folder.path().join("cert.pem"),
            folder.path().join("key.pem"),
        );
        std::fs::write(&files.0, made.cert.pem()).unwrap();
        std::fs::write(&files.1, made.signing_key.serialize_pem()).unwrap();
        let relay = Relay::start(birdcall_relay::Options {
            listen: "127.0.0.1:0".parse().unwrap(),
            key: key(),
            limits: Limits::default(),
            gather: birdcall_relay::GATHER,
        });
        let relay = Arc::new(relay.unwrap());
        let web = serve(tls.then_some(&files), Some(&relay)).await;
        let mut roots = rustls::RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            relay,
            web,
            connector: TlsConnector::from(Arc::new(config)),
            files,
            _folder: folder,
        }
    }

    async fn tls(&self, address: SocketAddr) -> TlsStream<TcpStream> {
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        self.connector.connect(name, stream).await.unwrap()
    }
}

fn key() -> NodeKey {
    NodeKey::new([21; 32])
}

async fn serve(tls: Option<&(PathBuf, PathBuf)>, relay: Option<&Arc<Relay>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let certificates = tls.map(|files| Certificates::open(files).unwrap());
    let door = Door::with_relay(listener, certificates.as_ref(), relay).unwrap();
    let router = Router::new().route("/", get(async || "a page"));
    tokio::spawn(async move { axum::serve(door, router).await });
    address
}

/// What comes until the end, however it ends.
async fn all(mut stream: impl AsyncRead + Unpin) -> String {
    let mut bytes = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut bytes))
        .await
        .expect("an end");
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn get_page(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> String {
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    all(stream).await
}

/// A client that is not ours.
struct Client<S> {
    stream: S,
    turn: TurnClientTcp,
    relay: SocketAddr,
    events: VecDeque<TurnEvent>,
    heard: VecDeque<(SocketAddr, Vec<u8>)>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    fn new(stream: S, relay: SocketAddr, leg: Leg) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let credential = Issuer::new(&key()).issue(&Claim {
            call: 1,
            leg,
            device: u64::from(leg.number()),
            expires: now.as_secs() + 600,
        });
        let credentials = TurnCredentials::new(&credential.username, &credential.password);
        // Its own address is to it a name for the connection and nothing else.
        let local = "192.0.2.1:1000".parse().unwrap();
        Self {
            stream,
            turn: TurnClientTcp::allocate(local, relay, TurnConfig::new(credentials)),
            relay,
            events: VecDeque::new(),
            heard: VecDeque::new(),
        }
    }

    async fn allocate(&mut self) -> SocketAddr {
        self.until(|client| match client.events.pop_front() {
            Some(TurnEvent::AllocationCreated(_, address)) => Some(address),
            Some(other) => panic!("{other:?}"),
            None => None,
        })
        .await
    }

    async fn permit(&mut self, peer: SocketAddr) {
        self.turn
            .create_permission(TransportType::Udp, peer.ip(), now())
            .unwrap();
        self.until(|client| match client.events.pop_front() {
            Some(TurnEvent::PermissionCreated(..)) => Some(()),
            Some(other) => panic!("{other:?}"),
            None => None,
        })
        .await;
    }

    async fn say(&mut self, peer: SocketAddr, payload: &[u8]) {
        let transmit = self
            .turn
            .send_to(TransportType::Udp, peer, payload.to_vec(), now())
            .unwrap();
        let bytes = transmit.expect("something to send").build().data;
        self.stream.write_all(&bytes).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    async fn hear(&mut self) -> (SocketAddr, Vec<u8>) {
        self.until(|client| client.heard.pop_front()).await
    }

    async fn until<T>(&mut self, mut done: impl FnMut(&mut Self) -> Option<T>) -> T {
        let begin = Instant::now();
        let mut buffer = vec![0; 4_096];
        while begin.elapsed() < PATIENCE {
            if let Some(value) = done(self) {
                return value;
            }
            self.turn.poll(now());
            while let Some(transmit) = self.turn.poll_transmit(now()) {
                self.stream.write_all(transmit.data.as_ref()).await.unwrap();
            }
            self.stream.flush().await.unwrap();
            let read = self.stream.read(&mut buffer);
            if let Ok(read) = timeout(Duration::from_millis(20), read).await {
                let bytes = buffer[..read.unwrap()].to_vec();
                assert!(!bytes.is_empty(), "the connection was closed");
                let local = self.turn.local_addr();
                let transmit = Transmit::new(bytes, TransportType::Tcp, self.relay, local);
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
        panic!("nothing came in {PATIENCE:?}");
    }
}

fn now() -> Moment {
    static BASE: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    Moment::from_std(*BASE.get_or_init(Instant::now))
}

/// Both legs get an allocation and talk both ways, with payloads of all lengths modulo four.
async fn talk<A, B>(caller: A, callee: B, at: SocketAddr)
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    let mut caller = Client::new(caller, at, Leg::Caller);
    let mut callee = Client::new(callee, at, Leg::Callee);
    let (one, two) = (caller.allocate().await, callee.allocate().await);
    assert_eq!(one, "203.0.113.1:49152".parse().unwrap());
    assert_eq!(two, "203.0.113.2:49152".parse().unwrap());
    caller.permit(two).await;
    callee.permit(one).await;
    for length in [1, 2, 3, 4, 161, 1_200, 20_003] {
        let payload = vec![0x80; length];
        caller.say(two, &payload).await;
        assert_eq!(callee.hear().await, (one, payload.clone()));
        callee.say(one, &payload).await;
        assert_eq!(caller.hear().await, (two, payload));
    }
}

/// Waits until the relay has no allocation left.
async fn until_left(relay: &Relay) {
    let begin = Instant::now();
    while relay.counters().allocations > 0 {
        assert!(begin.elapsed() < PATIENCE, "an allocation stays");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_web_port_takes_http_and_turn() {
    let house = House::new(false).await;
    let connect = || async { TcpStream::connect(house.web).await.unwrap() };
    assert!(get_page(connect().await).await.ends_with("a page"));
    talk(connect().await, connect().await, house.web).await;
    assert!(get_page(connect().await).await.ends_with("a page"));
    // The connections are closed, and the allocations with them.
    until_left(&house.relay).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_web_port_with_tls_takes_https_and_turn_within_tls_and_without() {
    let house = House::new(true).await;
    assert!(
        get_page(house.tls(house.web).await)
            .await
            .ends_with("a page")
    );
    let plain = TcpStream::connect(house.web).await.unwrap();
    talk(house.tls(house.web).await, plain, house.web).await;
    until_left(&house.relay).await;
    let (one, two) = (house.tls(house.web).await, house.tls(house.web).await);
    talk(one, two, house.web).await;
    until_left(&house.relay).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_relays_own_port_takes_tcp_and_tls_and_nothing_else() {
    let house = House::new(true).await;
    let own = house.relay.address();
    let certificates = Certificates::open(&house.files).unwrap();
    let task = serve_turn(&house.relay, Some(&certificates)).unwrap();
    let plain = TcpStream::connect(own).await.unwrap();
    talk(plain, house.tls(own).await, own).await;
    until_left(&house.relay).await;
    // What TLS makes of it is an alert.
    let answer = get_page(TcpStream::connect(own).await.unwrap()).await;
    assert!(!answer.contains("HTTP"), "{answer}");
    assert_eq!(get_page(house.tls(own).await).await, "");
    // With the task all its connections end.
    let mut client = Client::new(TcpStream::connect(own).await.unwrap(), own, Leg::Caller);
    client.allocate().await;
    task.abort();
    assert_eq!(all(client.stream).await, "");
    until_left(&house.relay).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_neither_http_nor_turn_is_sent_away() {
    let house = House::new(false).await;
    // Begins like STUN, and then is not.
    let mut stream = TcpStream::connect(house.web).await.unwrap();
    stream
        .write_all(b"\x00\x01\x00\x00GET / HTTP/1.1\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(all(stream).await, "");
    for garbage in [
        &b"\x80\x01\x02\x03\r\n\r\n"[..],
        b"\x16\x03\x01\x00\x05\r\n\r\n",
        b"@\0\0\x04abcd\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(house.web).await.unwrap();
        stream.write_all(garbage).await.unwrap();
        let answer = all(stream).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
            "{answer}"
        );
    }
    let streams = house.relay.counters().streams;
    assert_eq!((streams.joined, streams.malformed, streams.open), (1, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_relay_turn_is_sent_away_and_http_is_served() {
    let web = serve(None, None).await;
    let mut stream = TcpStream::connect(web).await.unwrap();
    stream.write_all(&[0, 3]).await.unwrap();
    assert_eq!(all(stream).await, "");
    assert!(
        get_page(TcpStream::connect(web).await.unwrap())
            .await
            .ends_with("a page")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_say_little_hold_up_nobody() {
    for tls in [false, true] {
        let house = House::new(tls).await;
        let mut slow = Vec::new();
        for count in 0..50 {
            let mut stream = TcpStream::connect(house.web).await.unwrap();
            // Nothing, the beginning of STUN, of HTTP, of a TLS handshake.
            let said: &[u8] = [&b""[..], b"\0\x03\0", b"GE", b"\x16\x03\x01"][count % 4];
            stream.write_all(said).await.unwrap();
            slow.push(stream);
        }
        let plain = TcpStream::connect(house.web).await.unwrap();
        if tls {
            assert!(
                get_page(house.tls(house.web).await)
                    .await
                    .ends_with("a page")
            );
            talk(house.tls(house.web).await, plain, house.web).await;
        } else {
            assert!(get_page(plain).await.ends_with("a page"));
            let connect = || async { TcpStream::connect(house.web).await.unwrap() };
            talk(connect().await, connect().await, house.web).await;
        }
        drop(slow);
    }
}

/// C-19: the connection is over with the call.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_call_closes_its_connections() {
    let house = House::new(true).await;
    let mut client = Client::new(house.tls(house.web).await, house.web, Leg::Caller);
    client.allocate().await;
    house.relay.revoke(1);
    assert_eq!(all(client.stream).await, "");
    assert_eq!(house.relay.counters().streams.revoked, 1);
}
