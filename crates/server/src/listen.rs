//! The door: TCP, with TLS if there is a certificate. TURN comes through it too and is told from HTTP by its first byte
//! (RFC 7983), so that a network which lets nothing but the web through lets calls through.
//!
//! Each connection has a task of its own until it is known what it is, so a slow one holds up nobody. There are as many
//! places for them as there are files to spare ([`files`]); who finds none waits to be accepted.

pub(crate) mod certificate;
mod turn;

pub use certificate::{ACME_TLS, Certificates};

use crate::files;
use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use birdcall_relay::Relay;
use birdcall_relay::stream::begins_like_stun;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a client may take for its handshake.
const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);

/// How long it may take to say its first byte. Browsers open connections before they know what for; lowering it closes
/// more of those in vain, raising it lets whoever says nothing stay for longer.
const FIRST_BYTE_WAIT: Duration = Duration::from_secs(30);

/// Connections that speak HTTP and are not yet served.
const READY: usize = 64;

/// How long to wait when the system gives no more connections (too many files open).
const PAUSE: Duration = Duration::from_millis(500);

/// Certificate chain and key, in PEM.
type Tls = (PathBuf, PathBuf);

/// Where connections come in.
pub struct Door {
    /// Those that speak HTTP.
    ready: mpsc::Receiver<(Line, SocketAddr)>,
    address: SocketAddr,
}

impl Door {
    /// A door for HTTP alone.
    ///
    /// # Errors
    /// A sentence: the certificate or key cannot be used.
    pub fn new(listener: TcpListener, tls: Option<&Arc<Certificates>>) -> Result<Self, String> {
        Self::with_relay(listener, tls, None)
    }

    /// A door for HTTP, and for TURN if there is a relay; without one a client that speaks TURN is sent away at once.
    ///
    /// # Errors
    /// A sentence: the certificate or key cannot be used.
    pub fn with_relay(
        listener: TcpListener,
        tls: Option<&Arc<Certificates>>,
        relay: Option<&Arc<Relay>>,
    ) -> Result<Self, String> {
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let (web, ready) = mpsc::channel(READY);
        let reception = Reception {
            tls: tls.map(Certificates::acceptor).transpose()?,
            relay: relay.map(Arc::downgrade),
            web: Some(web),
        };
        tokio::spawn(reception.run(listener));
        Ok(Self { ready, address })
    }
}

/// Serves TURN on the relay's own port: over TCP, and over TLS if there is a certificate. It ends when the task is
/// aborted, and the connections with it.
///
/// # Errors
/// A sentence: the relay does not get the port, or the certificate or key cannot be used.
pub fn serve_turn(
    relay: &Arc<Relay>,
    tls: Option<&Arc<Certificates>>,
) -> Result<JoinHandle<()>, String> {
    let listener = relay
        .listen_for_streams()
        .and_then(TcpListener::from_std)
        .map_err(|error| format!("the relay cannot listen for TCP: {error}"))?;
    let reception = Reception {
        tls: tls.map(Certificates::acceptor).transpose()?,
        relay: Some(Arc::downgrade(relay)),
        web: None,
    };
    Ok(tokio::spawn(reception.run(listener)))
}

/// Finds out what a connection is and brings it to where it belongs.
#[derive(Clone)]
struct Reception {
    tls: Option<TlsAcceptor>,
    /// Its owner is the server: no connection keeps it running.
    relay: Option<Weak<Relay>>,
    web: Option<mpsc::Sender<(Line, SocketAddr)>>,
}

impl Reception {
    /// Accepts until nobody waits for connections any more.
    async fn run(self, listener: TcpListener) {
        // Dropped with this task, and all in it ends.
        let mut connections = JoinSet::new();
        let places = files::places();
        let accept = async || {
            // Never closed, so there is one at last.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            let (stream, from) = listener.accept().await?;
            io::Result::Ok((stream, from, place))
        };
        loop {
            let accepted = tokio::select! {
                accepted = accept() => accepted,
                Some(_) = connections.join_next() => continue,
                () = self.is_left() => return,
            };
            match accepted {
                Ok((stream, from, place)) => {
                    connections.spawn(self.clone().receive(stream, from, place));
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    async fn is_left(&self) {
        match &self.web {
            Some(web) => web.closed().await,
            None => std::future::pending().await,
        }
    }

    /// `None`: it was closed, or is.
    async fn receive(self, stream: TcpStream, from: SocketAddr, place: Place) -> Option<()> {
        // Frames of a call are small and urgent (RFC 896), and so is media.
        let _ = stream.set_nodelay(true);
        let mut first = [0];
        let peeked = timeout(FIRST_BYTE_WAIT, stream.peek(&mut first)).await;
        if peeked.ok()?.ok()? == 0 {
            return None;
        }
        if begins_like_stun(first[0]) {
            turn::keep_little_unsent(&stream);
            return self.relay(stream, from).await;
        }
        let Some(tls) = &self.tls else {
            return self.hand_over(Stream::Plain(stream), from, place).await;
        };
        let shake = timeout(HANDSHAKE_WAIT, tls.accept(stream));
        let mut stream = shake.await.ok()?.ok()?;
        if stream.get_ref().1.alpn_protocol() == Some(ACME_TLS) {
            // The handshake was the answer (RFC 8737, 3).
            return None;
        }
        let peeked = timeout(FIRST_BYTE_WAIT, stream.fill_buf()).await;
        if begins_like_stun(*peeked.ok()?.ok()?.first()?) {
            turn::keep_little_unsent(stream.get_ref().0);
            return self.relay(stream, from).await;
        }
        let stream = Stream::Tls(Box::new(stream));
        self.hand_over(stream, from, place).await
    }

    async fn relay(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        from: SocketAddr,
    ) -> Option<()> {
        let ends = self.relay?.upgrade()?.join(from);
        turn::carry(stream, ends).await;
        Some(())
    }

    async fn hand_over(self, stream: Stream, from: SocketAddr, place: Place) -> Option<()> {
        let line = Line {
            stream,
            _place: place,
        };
        self.web?.send((line, from)).await.ok()
    }
}

impl axum::serve::Listener for Door {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        match self.ready.recv().await {
            Some(accepted) => accepted,
            // The accepting task never ends before the door does.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// Where a connection came from.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

impl Connected<IncomingStream<'_, Door>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// A connection, with its place among all.
pub struct Line {
    stream: Stream,
    _place: Place,
}

type Place = Option<OwnedSemaphorePermit>;

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
