//! An allocation at the relay with a credential of a call that there never was, as a browser would make it, and given back.

use super::PATIENCE;
use crate::random;
use birdcall_relay::codec::{Attribute, Class, Message, MessageKey, Method, Writer, kind};
use birdcall_relay::credential::{Claim, Credential, Issuer, Leg, NodeKey};
use birdcall_relay::stream::first_length;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::UdpSocket;
use tokio::time::timeout;

/// How long an answer over UDP is waited for before it is asked again.
const AGAIN: Duration = Duration::from_millis(700);

/// Tries over UDP.
const TRIES: u32 = 4;

/// For how many seconds the credential is good.
const LIFE: u64 = 60;

/// UDP, in REQUESTED-TRANSPORT.
const UDP: [u8; 4] = [17, 0, 0, 0];

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It gave an address.
    Allocated,
    /// It takes no credential under this key.
    OtherKey,
    /// It answers, and refuses with this code.
    Refused(u16),
    /// It does not answer, or not like a relay.
    Silent(String),
}

/// Over UDP.
pub(super) async fn over_udp(to: SocketAddr, key: &NodeKey) -> Outcome {
    let any: IpAddr = match to {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = async {
        let socket = UdpSocket::bind((any, 0)).await?;
        socket.connect(to).await?;
        Ok::<_, io::Error>(socket)
    };
    match socket.await {
        Ok(socket) => allocate(&mut Datagrams(socket), key).await,
        Err(error) => Outcome::Silent(error.kind().to_string()),
    }
}

/// Over a stream, encrypted or not.
pub(super) async fn over(stream: impl AsyncRead + AsyncWrite + Unpin, key: &NodeKey) -> Outcome {
    allocate(&mut Stream(stream), key).await
}

async fn allocate(line: &mut impl Line, key: &NodeKey) -> Outcome {
    let issuer = Issuer::new(key);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let credential = issuer.issue(&Claim {
        call: crate::relay::number(random::call()),
        leg: Leg::Caller,
        device: rand::random(),
        expires: now + LIFE,
    });
    let key = MessageKey::new(&issuer.key(credential.username.as_bytes()));
    match talk(line, &credential, &key).await {
        Ok(outcome) => outcome,
        Err(error) => Outcome::Silent(error.kind().to_string()),
    }
}

async fn talk(
    line: &mut impl Line,
    credential: &Credential,
    key: &MessageKey,
) -> io::Result<Outcome> {
    let asked = request(Method::Allocate, |writer| {
        writer.attribute(kind::REQUESTED_TRANSPORT, &UDP);
    });
    // Without a credential first: its answer says under which name and nonce one is taken (RFC 8489, 9.2).
    let answer = line.ask(&asked).await?;
    let message = Message::read(&answer).ok_or(io::ErrorKind::InvalidData)?;
    let (Some(realm), Some(nonce)) = (value(&message, kind::REALM), value(&message, kind::NONCE))
    else {
        return Ok(code(&message).map_or_else(
            || Outcome::Silent("it is no relay".into()),
            Outcome::Refused,
        ));
    };
    let proven = |writer: &mut Writer<'_>| {
        writer.attribute(kind::USERNAME, credential.username.as_bytes());
        writer.attribute(kind::REALM, realm);
        writer.attribute(kind::NONCE, nonce);
        writer.integrity(key);
    };
    let asked = request(Method::Allocate, |writer| {
        writer.attribute(kind::REQUESTED_TRANSPORT, &UDP);
        proven(writer);
    });
    let answer = line.ask(&asked).await?;
    let message = Message::read(&answer).ok_or(io::ErrorKind::InvalidData)?;
    if message.class != Class::Success {
        return Ok(match code(&message) {
            Some(401) => Outcome::OtherKey,
            Some(code) => Outcome::Refused(code),
            None => Outcome::Silent("it is no relay".into()),
        });
    }
    let given_back = request(Method::Refresh, |writer| {
        writer.attribute(kind::LIFETIME, &[0; 4]);
        proven(writer);
    });
    // Whether it hears of it or not, it ends by itself.
    let _ = line.ask(&given_back).await;
    Ok(Outcome::Allocated)
}

fn request(method: Method, fill: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut buffer = Vec::new();
    let mut writer = Writer::new(&mut buffer, method, Class::Request, &rand::random());
    fill(&mut writer);
    buffer
}

fn find<'a>(message: &Message<'a>, kind: u16) -> Option<Attribute<'a>> {
    message.attributes().find(|one| one.kind == kind)
}

fn value<'a>(message: &Message<'a>, kind: u16) -> Option<&'a [u8]> {
    find(message, kind).map(|one| one.value)
}

/// RFC 8489, 14.8.
fn code(message: &Message<'_>) -> Option<u16> {
    let [_, _, class, number, ..] = *value(message, kind::ERROR_CODE)? else {
        return None;
    };
    Some(u16::from(class) * 100 + u16::from(number))
}

/// A way to the relay.
trait Line {
    async fn ask(&mut self, request: &[u8]) -> io::Result<Vec<u8>>;
}

struct Datagrams(UdpSocket);

impl Line for Datagrams {
    async fn ask(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; 2_048];
        for _ in 0..TRIES {
            self.0.send(request).await?;
            if let Ok(read) = timeout(AGAIN, self.0.recv(&mut buffer)).await {
                buffer.truncate(read?);
                return Ok(buffer);
            }
        }
        Err(io::ErrorKind::TimedOut.into())
    }
}

struct Stream<S>(S);

impl<S: AsyncRead + AsyncWrite + Unpin> Line for Stream<S> {
    async fn ask(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        let asked = async {
            self.0.write_all(request).await?;
            self.0.flush().await?;
            let mut bytes = vec![0; 20];
            self.0.read_exact(&mut bytes).await?;
            let whole = first_length(&bytes).map_err(|_| io::ErrorKind::InvalidData)?;
            bytes.resize(whole.unwrap_or(20).max(20), 0);
            self.0.read_exact(&mut bytes[20..]).await?;
            Ok(bytes)
        };
        timeout(PATIENCE, asked).await?
    }
}
