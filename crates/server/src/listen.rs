//! The door: TCP, with TLS if there is a certificate.

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a client may take for its handshake.
const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);

/// Handshakes finished and not yet served.
const READY: usize = 64;

/// How long to wait when the system gives no more connections (too many files open).
const PAUSE: Duration = Duration::from_millis(500);

/// Where connections come in.
pub enum Door {
    /// Plain HTTP.
    Plain(TcpListener),
    /// HTTPS. Handshakes are done in tasks of their own, so that a slow one holds up nobody.
    Tls {
        /// Connections after their handshake.
        ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
        /// Where it listens.
        address: SocketAddr,
    },
}

impl Door {
    /// # Errors
    /// A sentence: the certificate or key cannot be used.
    pub fn new(listener: TcpListener, tls: Option<&(PathBuf, PathBuf)>) -> Result<Self, String> {
        let Some((cert, key)) = tls else {
            return Ok(Self::Plain(listener));
        };
        let say = |path: &PathBuf, error: String| format!("{}: {error}", path.display());
        let chain = CertificateDer::pem_file_iter(cert)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| say(cert, error.to_string()))?;
        let secret =
            PrivateKeyDer::from_pem_file(key).map_err(|error| say(key, error.to_string()))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_no_client_auth()
            .with_single_cert(chain, secret)
            .map_err(|error| say(cert, error.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let (hand_over, ready) = mpsc::channel(READY);
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    () = hand_over.closed() => return,
                };
                let Ok((stream, from)) = accepted else {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                };
                let (acceptor, hand_over) = (acceptor.clone(), hand_over.clone());
                tokio::spawn(async move {
                    let shake = tokio::time::timeout(HANDSHAKE_WAIT, acceptor.accept(stream));
                    if let Ok(Ok(stream)) = shake.await {
                        let _ = hand_over.send((stream, from)).await;
                    }
                });
            }
        });
        Ok(Self::Tls { ready, address })
    }
}

impl axum::serve::Listener for Door {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        match self {
            Self::Plain(listener) => loop {
                match TcpListener::accept(listener).await {
                    Ok((stream, from)) => {
                        // Frames of a call are small and urgent (RFC 896).
                        let _ = stream.set_nodelay(true);
                        return (Line::Plain(stream), from);
                    }
                    Err(_) => tokio::time::sleep(PAUSE).await,
                }
            },
            Self::Tls { ready, .. } => match ready.recv().await {
                Some((stream, from)) => {
                    let _ = stream.get_ref().0.set_nodelay(true);
                    (Line::Tls(Box::new(stream)), from)
                }
                // The accepting task never ends before the door does.
                None => std::future::pending().await,
            },
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Plain(listener) => listener.local_addr(),
            Self::Tls { address, .. } => Ok(*address),
        }
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

/// A connection.
pub enum Line {
    /// Plain.
    Plain(TcpStream),
    /// Encrypted.
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
