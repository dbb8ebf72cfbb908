//! Candidates (RFC 8839, 5.1; TCP: RFC 6544).

use super::alphabet::{IceChars, number};
use super::{FilterError, Policy};
use birdcall_protocol::call::Path;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// A candidate, without its `candidate:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    foundation: IceChars,
    /// 1, or 2 for RTCP on a port of its own.
    component: u8,
    transport: Transport,
    priority: u32,
    host: Host,
    port: u16,
    kind: Kind,
    /// An extension of every browser's, without effect any more; kept because browsers write it.
    generation: Option<u32>,
    ufrag: Option<IceChars>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    Udp,
    Tcp(TcpType),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TcpType {
    Active,
    Passive,
    SimultaneousOpen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Host,
    ServerReflexive,
    PeerReflexive,
    Relay,
}

/// Where the candidate is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    Address(IpAddr),
    /// A name of mDNS, as browsers make them in place of a local address: 16 random bytes as a UUID under `.local`.
    /// It is asked for in the local network only, never from a name server.
    Local(u128),
}

const MALFORMED: FilterError = FilterError::Malformed("candidate");

impl Candidate {
    /// Reads what follows `candidate:`. `None` where the grammar is kept but no browser's candidate is meant: a name
    /// instead of an address, another transport, another type.
    pub(super) fn parse(value: &str) -> Result<Option<Self>, FilterError> {
        if !value.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return Err(MALFORMED);
        }
        let mut words = value.split(' ').filter(|word| !word.is_empty());
        let mut next = || words.next().ok_or(MALFORMED);
        let foundation = next()?;
        let component: u16 = number(next()?).ok_or(MALFORMED)?;
        let transport = next()?;
        let priority = number(next()?).ok_or(MALFORMED)?;
        let host = next()?;
        let port = number(next()?).ok_or(MALFORMED)?;
        if next()? != "typ" {
            return Err(MALFORMED);
        }
        let kind = next()?;
        if foundation.len() > 32 || component == 0 || component > 256 {
            return Err(MALFORMED);
        }
        let foundation = IceChars::parse(foundation, 1).ok_or(MALFORMED)?;
        let extensions = Extensions::parse(words)?;

        let (Ok(component), Some(transport), Some(host), Some(kind)) = (
            u8::try_from(component),
            Transport::parse(transport, extensions.tcp_type),
            Host::parse(host),
            Kind::parse(kind),
        ) else {
            return Ok(None);
        };
        if component > 2 {
            return Ok(None);
        }
        Ok(Some(Self {
            foundation,
            component,
            transport,
            priority,
            host,
            port,
            kind,
            generation: extensions.generation,
            ufrag: extensions.ufrag,
        }))
    }

    /// The candidate as the other side may have it, if it may.
    pub(super) fn pass(mut self, policy: &Policy) -> Option<Self> {
        match (policy.path, self.kind, &self.host) {
            // Also on a direct path: nobody but our relay is to be heard of (P-2).
            (Path::Direct | Path::Relay, Kind::Relay, Host::Address(address)) => {
                // What the relay gives has its address, and UDP between the relay and the other side (P-4).
                let own = policy.relayed.map(|own| own.to_canonical()) == Some(*address);
                if !own || self.transport != Transport::Udp {
                    return None;
                }
                // A browser computes the foundation from the address of its network card too: tell no more than
                // which of the relayed addresses this is.
                self.foundation = IceChars::parse(&self.port.to_string(), 1)?;
            }
            (Path::Relay, Kind::Host | Kind::ServerReflexive | Kind::PeerReflexive, _) => {
                return None;
            }
            (Path::Direct, Kind::Host, Host::Local(_)) => {}
            (_, _, Host::Local(_)) => return None,
            (Path::Direct, _, Host::Address(address)) => {
                if !reachable(*address) {
                    return None;
                }
            }
        }
        if self.port == 0 {
            return None;
        }
        Some(self)
    }
}

/// Whether a single host can have the address. Loopback can: two browsers on one machine call each other over it.
fn reachable(address: IpAddr) -> bool {
    let broadcast = address == IpAddr::V4(Ipv4Addr::BROADCAST);
    !(address.is_unspecified() || address.is_multicast() || broadcast)
}

/// What may follow the type. Everything else there is read as `name value` pairs and left out: `network-id` and
/// `network-cost` tell about the sender's networks, others could tell anything.
#[derive(Debug, Default)]
struct Extensions {
    tcp_type: Option<TcpType>,
    generation: Option<u32>,
    ufrag: Option<IceChars>,
}

impl Extensions {
    fn parse<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<Self, FilterError> {
        let mut found = Self::default();
        while let Some(name) = words.next() {
            let value = words.next().ok_or(MALFORMED)?;
            match name {
                "tcptype" => found.tcp_type = Some(TcpType::parse(value).ok_or(MALFORMED)?),
                "generation" => found.generation = Some(number(value).ok_or(MALFORMED)?),
                "ufrag" => found.ufrag = Some(IceChars::parse(value, 4).ok_or(MALFORMED)?),
                _ => {}
            }
        }
        Ok(found)
    }
}

impl Transport {
    fn parse(text: &str, tcp_type: Option<TcpType>) -> Option<Self> {
        if text.eq_ignore_ascii_case("udp") {
            Some(Self::Udp)
        } else if text.eq_ignore_ascii_case("tcp") {
            tcp_type.map(Self::Tcp)
        } else {
            None
        }
    }
}

impl TcpType {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "active" => Some(Self::Active),
            "passive" => Some(Self::Passive),
            "so" => Some(Self::SimultaneousOpen),
            _ => None,
        }
    }
}

impl Kind {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "host" => Some(Self::Host),
            "srflx" => Some(Self::ServerReflexive),
            "prflx" => Some(Self::PeerReflexive),
            "relay" => Some(Self::Relay),
            _ => None,
        }
    }
}

impl Host {
    fn parse(text: &str) -> Option<Self> {
        // An IPv4 address in IPv6 clothes is the IPv4 address.
        let address = text.parse().map(|address: IpAddr| address.to_canonical());
        address.map_or_else(
            |_| local_name(text).map(Self::Local),
            |a| Some(Self::Address(a)),
        )
    }
}

/// `8-4-4-4-12` hexadecimal digits and `.local`.
fn local_name(text: &str) -> Option<u128> {
    let uuid = text.strip_suffix(".local")?;
    let groups: Vec<&str> = uuid.split('-').collect();
    let fits = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]);
    let digits = groups.concat();
    if !fits || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u128::from_str_radix(&digits, 16).ok()
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            foundation,
            component,
            transport,
            priority,
            host,
            port,
            kind,
            generation,
            ufrag,
        } = self;
        let protocol = match transport {
            Transport::Udp => "udp",
            Transport::Tcp(_) => "tcp",
        };
        write!(
            f,
            "{foundation} {component} {protocol} {priority} {host} {port} typ {kind}"
        )?;
        match kind {
            Kind::Host => {}
            // The related address is the sender's own: only its family stays, because the grammar wants an address.
            Kind::ServerReflexive | Kind::PeerReflexive | Kind::Relay => match host {
                Host::Address(IpAddr::V6(_)) => f.write_str(" raddr :: rport 0")?,
                Host::Address(IpAddr::V4(_)) | Host::Local(_) => {
                    f.write_str(" raddr 0.0.0.0 rport 0")?;
                }
            },
        }
        match transport {
            Transport::Udp => {}
            Transport::Tcp(TcpType::Active) => f.write_str(" tcptype active")?,
            Transport::Tcp(TcpType::Passive) => f.write_str(" tcptype passive")?,
            Transport::Tcp(TcpType::SimultaneousOpen) => f.write_str(" tcptype so")?,
        }
        if let Some(generation) = generation {
            write!(f, " generation {generation}")?;
        }
        if let Some(ufrag) = ufrag {
            write!(f, " ufrag {ufrag}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            Self::Local(uuid) => {
                let digits = format!("{uuid:032x}");
                let (a, rest) = digits.split_at(8);
                let (b, rest) = rest.split_at(4);
                let (c, rest) = rest.split_at(4);
                let (d, e) = rest.split_at(4);
                write!(f, "{a}-{b}-{c}-{d}-{e}.local")
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "host",
            Self::ServerReflexive => "srflx",
            Self::PeerReflexive => "prflx",
            Self::Relay => "relay",
        })
    }
}
