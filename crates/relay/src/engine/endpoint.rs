use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::num::NonZeroU32;

/// Where a client is reached, small and quick to compare: an address that datagrams come from, or a stream. IPv4
/// addresses are held as mapped into IPv6, which is also how a socket for both families reports them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    ip: u128,
    scope: u32,
    port: u16,
    /// `None`: UDP. Streams are numbered, since one address and port of a client can have a stream to each port of ours.
    stream: Option<NonZeroU32>,
}

impl Endpoint {
    /// From its parts, as an IPv6 socket address has them.
    pub fn from_v6(ip: [u8; 16], port: u16, scope: u32) -> Self {
        Self {
            ip: u128::from_be_bytes(ip),
            scope,
            port,
            stream: None,
        }
    }

    /// From an IPv4 socket address.
    pub fn from_v4(ip: [u8; 4], port: u16) -> Self {
        Self {
            ip: 0xFFFF_0000_0000 | u128::from(u32::from_be_bytes(ip)),
            scope: 0,
            port,
            stream: None,
        }
    }

    /// The far end of a stream, TCP or TLS. The number tells streams apart, also from datagrams that come from the same
    /// address and port.
    pub fn of_stream(peer: SocketAddr, number: NonZeroU32) -> Self {
        Self {
            stream: Some(number),
            ..Self::from(peer)
        }
    }

    /// The number of the stream, if it is one. `None` is UDP.
    pub fn stream(&self) -> Option<NonZeroU32> {
        self.stream
    }

    /// The bytes of the IPv6 address, or of the mapped IPv4 address.
    pub fn ip_bytes(&self) -> [u8; 16] {
        self.ip.to_be_bytes()
    }

    /// The IPv4 address, if it is one.
    pub fn v4_bytes(&self) -> Option<[u8; 4]> {
        (self.ip >> 32 == 0xFFFF).then_some((self.ip as u32).to_be_bytes())
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The interface of a link-local address, else 0.
    pub fn scope(&self) -> u32 {
        self.scope
    }

    /// The network that one host has for itself: an IPv4 address, or a /64.
    pub(crate) fn network(&self) -> u128 {
        if self.v4_bytes().is_some() {
            self.ip
        } else {
            self.ip >> 64
        }
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(address: SocketAddr) -> Self {
        match address {
            SocketAddr::V4(address) => Self::from_v4(address.ip().octets(), address.port()),
            SocketAddr::V6(address) => {
                Self::from_v6(address.ip().octets(), address.port(), address.scope_id())
            }
        }
    }
}

impl From<Endpoint> for SocketAddr {
    fn from(endpoint: Endpoint) -> Self {
        match endpoint.v4_bytes() {
            Some(ip) => Self::new(IpAddr::from(ip), endpoint.port),
            None => Self::V6(SocketAddrV6::new(
                Ipv6Addr::from(endpoint.ip),
                endpoint.port,
                0,
                endpoint.scope,
            )),
        }
    }
}

impl Hash for Endpoint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.ip);
        // The number of a stream shares bits with the scope, which nearly always is 0.
        let stream = u64::from(self.stream.map_or(0, NonZeroU32::get)) << 32;
        state.write_u64(stream ^ (u64::from(self.scope) << 16) ^ u64::from(self.port));
    }
}

/// Says nothing: an address of a person gets into no log (P-6).
impl std::fmt::Debug for Endpoint {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Endpoint(…)")
    }
}
