//! The certificate that is served, which may be exchanged while connections come and go.

use super::Tls;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio_rustls::TlsAcceptor;

/// What an authority says it speaks when it asks whether a name is ours (RFC 8737).
pub const ACME_TLS: &[u8] = b"acme-tls/1";

/// What a client may say it will speak, if it says so: the web, TURN (RFC 7443), or a question of an authority.
const PROTOCOLS: [&[u8]; 3] = [b"http/1.1", b"stun.turn", ACME_TLS];

/// How often the files are looked at. Raising it serves an old certificate for longer; a look is two system calls.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The certificate that is served now, and those that answer an authority.
#[derive(Debug)]
pub struct Certificates {
    files: Tls,
    current: RwLock<Option<Arc<CertifiedKey>>>,
    /// By name.
    answers: RwLock<HashMap<String, Arc<CertifiedKey>>>,
}

impl Certificates {
    /// Those of two files.
    ///
    /// # Errors
    /// A sentence: the certificate or key cannot be used.
    pub fn open(files: &Tls) -> Result<Arc<Self>, String> {
        let certificates = Self::none_yet(files);
        certificates.reload()?;
        Ok(certificates)
    }

    /// Those of two files that are still to come. Without any nobody can connect with TLS.
    #[must_use]
    pub fn none_yet(files: &Tls) -> Arc<Self> {
        Arc::new(Self {
            files: files.clone(),
            current: RwLock::default(),
            answers: RwLock::default(),
        })
    }

    /// Takes what the files hold now. Connections that are there go on with what they have.
    ///
    /// # Errors
    /// A sentence: it cannot be used, and what was served before is served on.
    pub fn reload(&self) -> Result<(), String> {
        let (cert, key) = &self.files;
        let read = Arc::new(certified(cert, key)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(read);
        Ok(())
    }

    /// Takes what comes into the files, for as long as the server runs. Whoever writes two files has not written both at
    /// once, so what does not fit together is tried again, and said once.
    pub async fn follow(self: Arc<Self>) {
        let mut taken = self.stamp();
        let mut refused = None;
        let mut every = tokio::time::interval(LOOK_EVERY);
        loop {
            every.tick().await;
            let now = self.stamp();
            if now.is_none() || now == taken {
                continue;
            }
            match self.reload() {
                Ok(()) => {
                    tracing::info!("another certificate is served from now on");
                    taken = now;
                }
                Err(sentence) if refused != now => {
                    tracing::warn!(%sentence, "the certificate was changed and cannot be used; the old one is served");
                    refused = now;
                }
                Err(_) => {}
            }
        }
    }

    /// What tells one state of the files from another.
    fn stamp(&self) -> Option<[(u64, i64, i64, u64); 2]> {
        let of = |path: &Path| {
            let meta = fs::metadata(path).ok()?;
            Some((meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.len()))
        };
        Some([of(&self.files.0)?, of(&self.files.1)?])
    }

    /// Answers an authority's question about a name until [`Certificates::settled`].
    pub(crate) fn answer(&self, domain: &str, with: CertifiedKey) {
        let mut answers = self.answers.write().unwrap_or_else(PoisonError::into_inner);
        answers.insert(domain.to_owned(), Arc::new(with));
    }

    /// The question is over.
    pub(crate) fn settled(&self, domain: &str) {
        let mut answers = self.answers.write().unwrap_or_else(PoisonError::into_inner);
        answers.remove(domain);
    }

    pub(super) fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // An authority offers that one protocol and no other (RFC 8737, 3).
        let asks = hello
            .alpn()
            .is_some_and(|mut offered| offered.next() == Some(ACME_TLS));
        if asks {
            let answers = self.answers.read().unwrap_or_else(PoisonError::into_inner);
            return answers.get(hello.server_name()?).cloned();
        }
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }
}

/// Certificate chain and key, if they belong together.
///
/// # Errors
/// A sentence: they cannot be read, or do not.
pub(crate) fn read(cert: &Path, key: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    certified(cert, key).map(|known| known.cert)
}

fn certified(cert: &Path, key: &Path) -> Result<CertifiedKey, String> {
    let say = |path: &Path, error: String| format!("{}: {error}", path.display());
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| say(cert, error.to_string()))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| say(key, error.to_string()))?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, secret, &provider).map_err(|error| say(cert, error.to_string()))
}
