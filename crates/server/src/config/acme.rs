//! How this server gets certificates by itself.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Let's Encrypt's.
const DIRECTORY: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// Names in one certificate; authorities take no more.
const MOST_DOMAINS: usize = 100;

/// An authority that speaks ACME (RFC 8555), and what it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acme {
    /// The names, the first of which is the page's.
    pub domains: Vec<String>,
    /// Whom the authority may write to.
    pub email: Option<String>,
    /// Where the authority begins.
    pub directory: String,
    /// Who vouches for the authority's own server, if this machine does not know it, PEM.
    pub ca: Option<PathBuf>,
    /// Where its question comes over plain HTTP (HTTP-01); none: over TLS on the web port (TLS-ALPN-01).
    pub http_listen: Option<SocketAddr>,
}

impl Acme {
    /// From the options; `None` if no name is asked for.
    ///
    /// # Errors
    /// A sentence about what does not fit together.
    pub(super) fn of(
        domains: Option<Vec<String>>,
        email: Option<String>,
        directory: Option<String>,
        ca: Option<PathBuf>,
        http_listen: Option<SocketAddr>,
    ) -> Result<Option<Self>, String> {
        let domains = domains.unwrap_or_default();
        if domains.is_empty() {
            return match (email, directory, ca, http_listen) {
                (None, None, None, None) => Ok(None),
                _ => Err("acme_domains says which names a certificate is wanted for".into()),
            };
        }
        let is_name = |domain: &String| {
            domain.len() <= 253
                && domain.split('.').count() >= 2
                && domain.split('.').all(|label| {
                    (1..=63).contains(&label.len())
                        && label
                            .bytes()
                            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                })
                && domain.parse::<std::net::IpAddr>().is_err()
        };
        if let Some(odd) = domains.iter().find(|domain| !is_name(domain)) {
            return Err(format!(
                "{odd} in acme_domains is no name like call.example.org"
            ));
        }
        if domains.len() > MOST_DOMAINS {
            return Err(format!("at most {MOST_DOMAINS} acme_domains"));
        }
        let directory = directory.unwrap_or_else(|| DIRECTORY.to_owned());
        if !directory.starts_with("https://") {
            return Err("acme_directory is an `https:` URL".into());
        }
        if email.as_ref().is_some_and(|email| !email.contains('@')) {
            return Err("acme_email is an address".into());
        }
        Ok(Some(Self {
            domains,
            email,
            directory,
            ca,
            http_listen,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_for_names() {
        for (domain, good) in [
            ("call.example", true),
            ("a-1.call.example.org", true),
            ("localhost", false),
            ("192.0.2.1", false),
            ("*.example.org", false),
            ("Call.example", false),
            ("call..example", false),
            ("https://call.example", false),
            ("", false),
        ] {
            let acme = Acme::of(Some(vec![domain.into()]), None, None, None, None);
            assert_eq!(acme.is_ok(), good, "{domain}");
        }
        assert_eq!(Acme::of(None, None, None, None, None), Ok(None));
        let names = || Some(vec!["call.example".to_owned()]);
        assert!(Acme::of(None, Some("a@b".into()), None, None, None).is_err());
        assert!(Acme::of(names(), Some("nobody".into()), None, None, None).is_err());
        assert!(Acme::of(names(), None, Some("http://x".into()), None, None).is_err());
    }
}
