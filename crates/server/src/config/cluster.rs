//! How this server is one of several nodes.

/// One node among others on the same database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// What it is called.
    pub name: String,
    /// NATS servers; none: nodes look by themselves.
    pub nats: Vec<String>,
}

impl Cluster {
    /// From the options.
    ///
    /// # Errors
    /// A sentence about what does not fit together.
    pub(super) fn of(
        wanted: Option<bool>,
        name: Option<String>,
        nats: Option<Vec<String>>,
    ) -> Result<Option<Self>, String> {
        let nats = nats.unwrap_or_default();
        if !wanted.unwrap_or(!nats.is_empty()) {
            return if nats.is_empty() {
                Ok(None)
            } else {
                Err("nats is for several nodes; leave it out, or cluster = false".into())
            };
        }
        let ours = |url: &String| {
            let known = url.starts_with("nats://") || url.starts_with("tls://");
            known && !url.contains(char::is_whitespace)
        };
        if !nats.iter().all(ours) {
            return Err("nats are `nats://` or `tls://` URLs".into());
        }
        Ok(Some(Self {
            name: name.unwrap_or_else(host),
            nats,
        }))
    }

    /// The NATS servers as they may be printed: without what stands before an `@`.
    pub(crate) fn named(&self) -> Option<Vec<String>> {
        Some(self.nats.iter().map(|url| bare(url)).collect())
            .filter(|nats: &Vec<_>| !nats.is_empty())
    }
}

/// A URL as it may be printed: without who is to be let in.
pub(super) fn bare(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://{place}"),
        _ => url.to_owned(),
    }
}

/// The host's name, as the kernel has it.
fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map(|name| name.trim().to_owned())
        .ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "node".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(wanted: Option<bool>, nats: &[&str]) -> Result<Option<Cluster>, String> {
        let nats = nats.iter().map(|url| (*url).to_owned()).collect();
        Cluster::of(wanted, Some("one".into()), Some(nats))
    }

    #[test]
    fn a_server_is_alone_unless_it_is_told() {
        assert_eq!(of(None, &[]), Ok(None));
        assert_eq!(of(Some(false), &[]), Ok(None));
        assert!(of(Some(true), &[]).unwrap().is_some());
        assert!(of(None, &["nats://10.0.0.5:4222"]).unwrap().is_some());
        assert!(of(Some(false), &["nats://10.0.0.5"]).is_err());
        assert!(of(None, &["http://10.0.0.5"]).is_err());
    }

    #[test]
    fn what_is_printed_holds_no_password() {
        let urls = ["nats://ann:secret@10.0.0.5:4222", "tls://10.0.0.6"];
        let named = of(None, &urls).unwrap().unwrap().named().unwrap();
        assert_eq!(named, ["nats://10.0.0.5:4222", "tls://10.0.0.6"]);
        let endpoint = "https://me:secret@otlp.example:4318";
        assert_eq!(bare(endpoint), "https://otlp.example:4318");
    }
}
