//! Where a push may go. An endpoint is a URL that a signed-in person makes up, and this server sends a request there:
//! unguarded it would be a way into the operator's network (server-side request forgery).
//!
//! So an endpoint is HTTPS on port 443 of a public host, and what its name stands for is looked up and checked for the
//! very connection that is made, which a name that changes its mind (DNS rebinding) cannot get around. The operator may
//! name origins in a private network, for a push service of one's own.

use birdcall_protocol::limits::MAX_PUSH_ENDPOINT;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Where a subscription's pushes go. A secret: whoever has it can send there.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
    /// The operator has named its origin.
    inside: bool,
}

impl Endpoint {
    /// Reads an endpoint; `None` if no push may go there. `inside` are the origins that the operator has named.
    #[must_use]
    pub fn parse(text: &str, inside: &[String]) -> Option<Self> {
        if text.len() > MAX_PUSH_ENDPOINT {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let plain = url.username().is_empty() && url.password().is_none();
        if !plain || url.fragment().is_some() {
            return None;
        }
        if inside.contains(&url.origin().ascii_serialization()) {
            return Some(Self { url, inside: true });
        }
        let secure = url.scheme() == "https" && url.port().is_none();
        // What a name stands for is looked up when a push goes there.
        (secure && is_elsewhere(&url)).then_some(Self { url, inside: false })
    }

    /// One that was not looked at, to show that the connection is.
    #[cfg(test)]
    pub(super) fn unchecked(text: &str, inside: bool) -> Self {
        Self {
            url: Url::parse(text).unwrap(),
            inside,
        }
    }

    /// Its origin, the audience of a VAPID token (RFC 8292, 2).
    #[must_use]
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The operator has named its origin: it may be anywhere.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        self.inside
    }

    /// The whole of it, to send a push there and for nothing else.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endpoint(…)")
    }
}

/// Whether a URL's host can be reached by anybody, as far as its name says.
#[must_use]
pub fn is_elsewhere(url: &Url) -> bool {
    match Host::of(url) {
        // Names of one part are of the local network.
        Some(Host::Name(name)) => !is_local_name(name),
        Some(Host::Address(address)) => is_public(address),
        None => false,
    }
}

/// An origin as `https://host:port`, if the text is one and nothing more.
#[must_use]
pub fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let web = matches!(url.scheme(), "https" | "http");
    let origin = url.origin().ascii_serialization();
    (web && text.trim_end_matches('/') == origin).then_some(origin)
}

/// Whether a name can only be one of this machine or of the local network (RFC 6761, 6762).
#[must_use]
pub fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let local = ["localhost", "local", "internal", "invalid", "test", "arpa"];
    match name.rsplit_once('.') {
        None => true,
        Some((_, last)) => local.contains(&last),
    }
}

/// Whether an address belongs to a host somewhere in the Internet (IANA's registries of special-purpose addresses).
/// What is not known to be one is none.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    match address.octets() {
        // This network; private; loopback; link-local; private.
        [0 | 10 | 127, ..] | [169, 254, ..] | [172, 16..=31, ..] | [192, 168, ..] => false,
        // Carrier-grade NAT; protocol assignments; 6to4 relays; benchmarks.
        [100, 64..=127, ..] | [192, 0, 0, _] | [192, 88, 99, _] | [198, 18..=19, ..] => false,
        // Documentation.
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => false,
        // Multicast; reserved; broadcast.
        [224..=255, ..] => false,
        _ => true,
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Protocol assignments, Teredo among them; documentation; 6to4, which hides an IPv4 address.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x2002, ..] => false,
        [0x3fff, 0..=0xfff, ..] => false,
        // Global unicast. Outside of it are loopback, IPv4 in IPv6, NAT64, unique-local, link-local, multicast.
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

/// Looks names up for connections to push services out there, and knows public addresses only.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outside;

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|one| is_public(one.ip())).collect();
            if public.is_empty() {
                return Err(NotPublic.into());
            }
            Ok::<Addrs, _>(Box::new(public.into_iter()))
        })
    }
}

/// A name that stands for no public address.
#[derive(Debug)]
struct NotPublic;

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host has no public address")
    }
}

impl std::error::Error for NotPublic {}

/// The host of a URL, told apart.
enum Host<'a> {
    Name(&'a str),
    Address(IpAddr),
}

impl<'a> Host<'a> {
    fn of(url: &'a Url) -> Option<Self> {
        let host = url.host_str()?;
        let bare = host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(host);
        Some(
            bare.parse()
                .map_or_else(|_| Self::Name(host), Self::Address),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    #[test]
    fn public_addresses_are_told_from_all_others() {
        for (address, public) in [
            ("1.1.1.1", true),
            ("9.255.255.255", true),
            ("100.63.255.255", true),
            ("100.128.0.0", true),
            ("172.15.255.255", true),
            ("172.32.0.0", true),
            ("192.0.1.1", true),
            ("192.167.255.255", true),
            ("198.17.255.255", true),
            ("198.20.0.0", true),
            ("223.255.255.255", true),
            ("0.0.0.0", false),
            ("10.0.0.1", false),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("127.0.0.1", false),
            ("127.255.255.254", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.0.0.8", false),
            ("192.0.2.1", false),
            ("192.88.99.1", false),
            ("192.168.1.1", false),
            ("198.18.0.1", false),
            ("198.19.255.255", false),
            ("198.51.100.7", false),
            ("203.0.113.2", false),
            ("224.0.0.1", false),
            ("239.255.255.255", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("2606:4700:4700::1111", true),
            ("2a00:1450:4001:81b::200a", true),
            ("2001:200::1", true),
            ("3ffe::1", true),
            ("::", false),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:1.1.1.1", false),
            ("::127.0.0.1", false),
            ("64:ff9b::10.0.0.1", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b:1::a00:1", false),
            ("100::1", false),
            ("2001::1", false),
            ("2001:0:7f00:1::", false),
            ("2001:20::1", false),
            ("2001:db8::1", false),
            ("2002:7f00:1::", false),
            ("2002:a00:1::1", false),
            ("3fff::1", false),
            ("fc00::1", false),
            ("fd12:3456::1", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ] {
            let parsed = IpAddr::from_str(address).unwrap();
            assert_eq!(is_public(parsed), public, "{address}");
        }
    }

    #[test]
    fn endpoints_are_https_on_443_of_a_public_host() {
        for (text, good) in [
            ("https://fcm.googleapis.com/fcm/send/abc:def", true),
            ("https://updates.push.services.mozilla.com/wpush/v2/a", true),
            ("https://web.push.apple.com/Q", true),
            ("https://db5p.notify.windows.com/w/?token=B", true),
            ("https://push.example:443/x", true),
            ("https://1.1.1.1/x", true),
            ("http://push.example/x", false),
            ("https://push.example:8443/x", false),
            ("https://user@push.example/x", false),
            ("https://user:word@push.example/x", false),
            ("https://push.example/x#y", false),
            ("https://localhost/x", false),
            ("https://push.localhost/x", false),
            ("https://printer/x", false),
            ("https://printer.local/x", false),
            ("https://metadata.google.internal/x", false),
            ("https://localhost./x", false),
            ("https://127.0.0.1/x", false),
            ("https://127.1/x", false),
            ("https://2130706433/x", false),
            ("https://0x7f.0.0.1/x", false),
            ("https://0177.0.0.1/x", false),
            ("https://169.254.169.254/latest", false),
            ("https://[::1]/x", false),
            ("https://[::ffff:10.0.0.1]/x", false),
            ("https://[fd00::1]/x", false),
            ("ftp://push.example/x", false),
            ("file:///etc/passwd", false),
            ("push.example", false),
            ("", false),
        ] {
            assert_eq!(Endpoint::parse(text, &[]).is_some(), good, "{text}");
        }
        let long = format!("https://push.example/{}", "x".repeat(MAX_PUSH_ENDPOINT));
        assert!(Endpoint::parse(&long, &[]).is_none());
    }

    #[test]
    fn origins_that_the_operator_has_named_may_be_anywhere_and_no_others() {
        let inside = [origin("http://127.0.0.1:8090/").unwrap()];
        for (text, good) in [
            ("http://127.0.0.1:8090/push/1", true),
            ("http://127.0.0.1:8091/push/1", false),
            ("https://127.0.0.1:8090/push/1", false),
            ("http://user@127.0.0.1:8090/push/1", false),
        ] {
            let endpoint = Endpoint::parse(text, &inside);
            assert_eq!(endpoint.is_some_and(|one| one.is_inside()), good, "{text}");
        }
    }

    #[test]
    fn an_endpoint_is_not_printed() {
        let endpoint = Endpoint::parse("https://push.example/secret", &[]).unwrap();
        assert!(!format!("{endpoint:?}").contains("secret"));
        assert!(!format!("{endpoint:?}").contains("push.example"));
    }

    #[tokio::test]
    async fn a_name_for_a_private_address_is_not_looked_up_to_it() {
        let look = |name: &str| Outside.resolve(Name::from_str(name).unwrap());
        // Positive control: this name does stand for something.
        assert!(tokio::net::lookup_host(("localhost", 0)).await.is_ok());
        assert!(look("localhost").await.is_err());
        assert_eq!(look("1.1.1.1").await.unwrap().count(), 1);
    }
}
