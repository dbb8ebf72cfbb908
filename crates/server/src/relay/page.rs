//! Where a page was loaded from, as its browser names it, and the relay's URLs as seen from there.

use axum::http::uri::{Authority, Scheme, Uri};
use axum::http::{HeaderMap, header};

/// The origin of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Host name or address; IPv6 in brackets.
    host: String,
    port: u16,
    tls: bool,
}

impl Page {
    /// From the headers of a request of the page: its origin, else the host it asked. `tls` is how the server is
    /// reached where only the host is known.
    #[must_use]
    pub fn of(headers: &HeaderMap, tls: bool) -> Option<Self> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let origin = text(header::ORIGIN).and_then(|text| text.parse::<Uri>().ok());
        let of_origin = origin.as_ref().and_then(|uri| {
            let tls = uri.scheme()? == &Scheme::HTTPS;
            Some((uri.authority()?.clone(), tls))
        });
        let (authority, tls) = of_origin.or_else(|| {
            let host: Authority = text(header::HOST)?.parse().ok()?;
            Some((host, tls))
        })?;
        Some(Self {
            host: authority.host().to_owned(),
            port: authority.port_u16().unwrap_or(if tls { 443 } else { 80 }),
            tls,
        })
    }

    /// The host, as a browser names it: a name or an address, IPv6 in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The origin as text (RFC 6454, 6.2): with the port only where it is not the usual one.
    #[must_use]
    pub fn origin(&self) -> String {
        let Self { host, port, tls } = self;
        match (tls, port) {
            (true, 443) => format!("https://{host}"),
            (false, 80) => format!("http://{host}"),
            (true, port) => format!("https://{host}:{port}"),
            (false, port) => format!("http://{host}:{port}"),
        }
    }

    /// The URLs of a relay on this host (RFC 7065): UDP on its own port first, then TCP on the port of the page, with
    /// TLS if the page has it, for networks that let nothing else through. Each costs a browser one allocation for
    /// each of its addresses.
    #[must_use]
    pub(super) fn urls(&self, relay: u16, on_web_port: bool) -> Vec<String> {
        let Self { host, port, tls } = self;
        let mut urls = vec![format!("turn:{host}:{relay}?transport=udp")];
        if on_web_port {
            let scheme = if *tls { "turns" } else { "turn" };
            urls.push(format!("{scheme}:{host}:{port}?transport=tcp"));
        }
        urls
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn page(pairs: &[(header::HeaderName, &'static str)], tls: bool) -> Option<Page> {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect();
        Page::of(&headers, tls)
    }

    #[test]
    fn urls_are_made_from_the_name_that_the_browser_used() {
        let of = |origin| page(&[(header::ORIGIN, origin)], false).unwrap();
        assert_eq!(
            of("https://call.example").urls(3478, true),
            [
                "turn:call.example:3478?transport=udp",
                "turns:call.example:443?transport=tcp"
            ]
        );
        assert_eq!(
            of("http://[2001:db8::1]:8080").urls(3478, true),
            [
                "turn:[2001:db8::1]:3478?transport=udp",
                "turn:[2001:db8::1]:8080?transport=tcp"
            ]
        );
        assert_eq!(
            of("https://call.example:8443").urls(9, false),
            ["turn:call.example:9?transport=udp"]
        );
    }

    #[test]
    fn an_origin_comes_back_as_browsers_write_it() {
        for origin in [
            "https://call.example",
            "http://call.example",
            "https://call.example:8443",
            "http://localhost:8080",
            "http://[2001:db8::1]:8080",
        ] {
            assert_eq!(
                page(&[(header::ORIGIN, origin)], false).unwrap().origin(),
                origin
            );
        }
    }

    #[test]
    fn without_an_origin_the_host_that_was_asked_stands_for_it() {
        let host = [(header::HOST, "192.0.2.7:8443")];
        assert_eq!(
            page(&host, true).unwrap().urls(1, true)[1],
            "turns:192.0.2.7:8443?transport=tcp"
        );
        assert_eq!(page(&[], true), None);
        assert_eq!(page(&[(header::HOST, "a b")], true), None);
    }

    #[test]
    fn nothing_but_the_host_of_an_origin_gets_into_a_url() {
        let odd = page(&[(header::HOST, "ann:pw@call.example:1")], false).unwrap();
        assert_eq!(
            odd.urls(3478, false),
            ["turn:call.example:3478?transport=udp"]
        );
    }
}
