//! The provider of accounts, as the operator names it.

use axum::http::Uri;
use std::net::IpAddr;
use std::path::PathBuf;

/// A provider that speaks OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oidc {
    /// Its issuer identifier.
    pub issuer: String,
    /// What it calls this server.
    pub client_id: String,
    /// Where this server's secret is; without one it is a public client.
    pub secret_file: Option<PathBuf>,
    /// What people call it.
    pub name: String,
}

impl Oidc {
    /// From the four options; `None` if none of them is there.
    ///
    /// # Errors
    /// A sentence about what is missing or is no issuer.
    pub fn of(
        issuer: Option<String>,
        client_id: Option<String>,
        secret_file: Option<PathBuf>,
        name: Option<String>,
    ) -> Result<Option<Self>, String> {
        let (issuer, client_id) = match (issuer, client_id) {
            (Some(issuer), Some(client_id)) if !client_id.is_empty() => (issuer, client_id),
            (None, None) if secret_file.is_none() && name.is_none() => return Ok(None),
            _ => return Err("oidc_issuer and oidc_client_id go together".into()),
        };
        let host = host(&issuer).filter(|_| {
            // The provider says who people are, so nobody may stand between.
            issuer.starts_with("https://") || is_loopback(&issuer)
        });
        let Some(host) = host else {
            return Err("oidc_issuer is an `https:` URL".into());
        };
        let name = name.filter(|name| !name.trim().is_empty()).unwrap_or(host);
        Ok(Some(Self {
            issuer,
            client_id,
            secret_file,
            name,
        }))
    }

    /// This server's secret.
    ///
    /// # Errors
    /// A sentence: it cannot be read, or the file is empty.
    pub fn secret(&self) -> Result<Option<String>, String> {
        let Some(file) = &self.secret_file else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        match text.trim() {
            "" => Err(format!("{} is empty", file.display())),
            secret => Ok(Some(secret.to_owned())),
        }
    }
}

/// Whether a URL is of plain HTTP on this very machine, as in tests: nobody can stand between.
#[must_use]
pub fn is_loopback(url: &str) -> bool {
    let Some(host) = url.strip_prefix("http://").and_then(|_| host(url)) else {
        return false;
    };
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}

fn host(url: &str) -> Option<String> {
    let url: Uri = url.parse().ok()?;
    let authority = url.authority()?;
    (!authority.as_str().contains('@')).then(|| authority.host().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(issuer: Option<&str>, client: Option<&str>) -> Result<Option<Oidc>, String> {
        Oidc::of(
            issuer.map(str::to_owned),
            client.map(str::to_owned),
            None,
            None,
        )
    }

    #[test]
    fn an_issuer_is_a_place_that_nobody_can_stand_before() {
        for (issuer, good) in [
            ("https://id.example", true),
            ("https://id.example/realms/club", true),
            ("http://127.0.0.1:8081", true),
            ("http://[::1]:8081", true),
            ("http://localhost:8081", true),
            ("http://id.example", false),
            ("http://127.0.0.1@evil.example", false),
            ("id.example", false),
            ("", false),
        ] {
            assert_eq!(of(Some(issuer), Some("us")).is_ok(), good, "{issuer}");
        }
    }

    #[test]
    fn it_has_a_name_and_needs_a_client() {
        let oidc = of(Some("https://id.example/x"), Some("us")).unwrap();
        assert_eq!(oidc.unwrap().name, "id.example");
        assert_eq!(of(None, None), Ok(None));
        assert!(of(Some("https://id.example"), None).is_err());
        assert!(of(None, Some("us")).is_err());
    }
}
