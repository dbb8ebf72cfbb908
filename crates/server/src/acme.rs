//! Certificates that this server gets by itself (ACME, RFC 8555), and gets anew in time.
//!
//! The authority wants to see that a name is ours. It asks over TLS on the web port (TLS-ALPN-01, RFC 8737), or over plain
//! HTTP where `acme_http_listen` names a port (HTTP-01). What came is one file in the data folder, chain and key, written
//! whole and then put into place. Whatever goes wrong, what is served stays served.

use crate::config::Acme;
use crate::listen::Certificates;
use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use instant_acme::{
    Account, AccountBuilder, AccountCredentials, AuthorizationStatus, ChallengeType, Error,
    Identifier, NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The folder in the data folder.
const FOLDER: &str = "acme";

/// Chain and key in one file, so that they are exchanged in one step.
const CERTIFICATE: &str = "certificate.pem";

/// Who we are to the authority.
const ACCOUNT: &str = "account.json";

/// How often it is looked whether the time has come. A machine may have slept.
const LOOK_EVERY: Duration = Duration::from_secs(3_600);

/// The pause after the first failure; each further one is five times as long. Authorities count failures: Let's Encrypt
/// takes five an hour.
const FIRST_PAUSE: Duration = Duration::from_secs(15);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(6 * 3_600);

/// The shortest pause after the authority said that it was asked too often.
const TOO_OFTEN: Duration = Duration::from_secs(3_600);

/// How long the authority may take to look.
const PATIENCE: Duration = Duration::from_secs(120);

/// The file of chain and key in a data folder.
#[must_use]
pub fn file(data: &Path) -> PathBuf {
    data.join(FOLDER).join(CERTIFICATE)
}

/// What the authority is answered over plain HTTP, by its tokens.
#[derive(Clone, Default)]
pub struct Answers(Arc<Mutex<HashMap<String, String>>>);

impl Answers {
    fn all(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What listens on the plain port: it answers the authority, and sends everybody else to the page.
pub fn router(answers: Answers, port: u16) -> Router {
    Router::new()
        .route("/.well-known/acme-challenge/{token}", get(answer))
        .fallback(async move |headers: HeaderMap, uri: Uri| elsewhere(&headers, &uri, port))
        .with_state(answers)
}

/// RFC 8555, 8.3.
async fn answer(State(answers): State<Answers>, UrlPath(token): UrlPath<String>) -> Response {
    match answers.all().get(&token) {
        Some(answer) => {
            let kind = [(header::CONTENT_TYPE, "application/octet-stream")];
            (kind, answer.clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn elsewhere(headers: &HeaderMap, uri: &Uri, port: u16) -> Response {
    let host = headers.get(header::HOST).and_then(|host| {
        host.to_str()
            .ok()?
            .parse::<axum::http::uri::Authority>()
            .ok()
    });
    let Some(host) = host else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let port = if port == 443 {
        String::new()
    } else {
        format!(":{port}")
    };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Redirect::permanent(&format!("https://{}{port}{path}", host.host())).into_response()
}

/// Keeps a certificate.
pub struct Keeper {
    wanted: Acme,
    folder: PathBuf,
    certificates: Arc<Certificates>,
    answers: Answers,
    /// How much earlier than two thirds of a life it is renewed, so that many servers do not come at once: 0 to 1.
    early: f64,
}

#[derive(Serialize, Deserialize)]
struct Known {
    directory: String,
    credentials: AccountCredentials,
}

/// Why there is no new certificate.
struct Trouble {
    sentence: String,
    too_often: bool,
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        let too_often = match &error {
            Error::Api(problem) => problem
                .r#type
                .as_deref()
                .is_some_and(|kind| kind.ends_with(":rateLimited")),
            _ => false,
        };
        Self {
            sentence: error.to_string(),
            too_often,
        }
    }
}

impl From<String> for Trouble {
    fn from(sentence: String) -> Self {
        Self {
            sentence,
            too_often: false,
        }
    }
}

impl Keeper {
    /// One for the data folder.
    #[must_use]
    pub fn new(
        wanted: Acme,
        data: &Path,
        certificates: Arc<Certificates>,
        answers: Answers,
    ) -> Self {
        Self {
            wanted,
            folder: data.join(FOLDER),
            certificates,
            answers,
            early: rand::random(),
        }
    }

    /// Runs until the server goes down.
    pub async fn run(self) {
        let mut failures = 0;
        loop {
            let wait = self.wait();
            if !wait.is_zero() {
                tokio::time::sleep(wait.min(LOOK_EVERY)).await;
                continue;
            }
            let trouble = match self.obtain().await {
                // One that is due at once would be asked for again and again.
                Ok(()) if self.wait().is_zero() => {
                    Trouble::from("what came is not what was asked for".to_owned())
                }
                Ok(()) => {
                    tracing::info!("a new certificate is served");
                    failures = 0;
                    continue;
                }
                Err(trouble) => trouble,
            };
            failures += 1;
            let pause = pause(failures, trouble.too_often).mul_f64(1.0 + 0.2 * self.early);
            tracing::warn!(
                why = %trouble.sentence,
                again_in_seconds = pause.as_secs(),
                "no new certificate was to be had; what is served stays"
            );
            tokio::time::sleep(pause).await;
        }
    }

    /// Until when what is there is good enough; zero without any, or with one for other names.
    fn wait(&self) -> Duration {
        let Some((from, until, names)) = look(&self.folder.join(CERTIFICATE)) else {
            return Duration::ZERO;
        };
        if names != self.wanted.domains.iter().cloned().collect() {
            return Duration::ZERO;
        }
        let life = until.saturating_sub(from);
        let due = from + life.mul_f64(2.0 / 3.0 - 0.06 * self.early);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        due.saturating_sub(now)
    }

    async fn obtain(&self) -> Result<(), Trouble> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .map_err(|error| format!("cannot make {}: {error}", self.folder.display()))?;
        let account = self.account().await?;
        let names: Vec<_> = self
            .wanted
            .domains
            .iter()
            .cloned()
            .map(Identifier::Dns)
            .collect();
        let mut order = account.new_order(&NewOrder::new(&names)).await?;
        let mut asked = Vec::new();
        let proven = self.prove(&mut order, &mut asked).await;
        for (domain, token) in asked {
            self.certificates.settled(&domain);
            self.answers.all().remove(&token);
        }
        proven?;
        let key = order.finalize().await?;
        let chain = order.poll_certificate(&patience()).await?;
        self.keep(CERTIFICATE, format!("{chain}\n{key}").as_bytes())?;
        self.certificates.reload()?;
        Ok(())
    }

    /// Shows that the names are ours.
    async fn prove(
        &self,
        order: &mut Order,
        asked: &mut Vec<(String, String)>,
    ) -> Result<(), Trouble> {
        let kind = match self.wanted.http_listen {
            Some(_) => ChallengeType::Http01,
            None => ChallengeType::TlsAlpn01,
        };
        let mut questions = order.authorizations();
        while let Some(question) = questions.next().await {
            let mut question = question?;
            if question.status == AuthorizationStatus::Valid {
                continue;
            }
            let domain = question.identifier().to_string();
            let mut challenge = question.challenge(kind.clone()).ok_or_else(|| {
                format!("the authority does not ask {domain} in the way that is configured")
            })?;
            let answer = challenge.key_authorization();
            match self.wanted.http_listen {
                Some(_) => {
                    let token = challenge.token.clone();
                    let text = answer.as_str().to_owned();
                    self.answers.all().insert(token, text);
                }
                None => {
                    let with = shown(&domain, answer.digest().as_ref())?;
                    self.certificates.answer(&domain, with);
                }
            }
            asked.push((domain, challenge.token.clone()));
            challenge.set_ready().await?;
        }
        match order.poll_ready(&patience()).await {
            Ok(OrderStatus::Ready | OrderStatus::Valid) => Ok(()),
            Ok(_) | Err(Error::Api(_)) => Err(refusal(order).await.into()),
            Err(error) => Err(error.into()),
        }
    }

    async fn account(&self) -> Result<Account, Trouble> {
        let known = fs::read(self.folder.join(ACCOUNT)).ok();
        let known = known.and_then(|bytes| serde_json::from_slice::<Known>(&bytes).ok());
        if let Some(known) = known.filter(|known| known.directory == self.wanted.directory) {
            return Ok(self.builder()?.from_credentials(known.credentials).await?);
        }
        let contact = self
            .wanted
            .email
            .as_ref()
            .map(|email| format!("mailto:{email}"));
        let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
        let wish = NewAccount {
            contact: &contact,
            terms_of_service_agreed: true,
            only_return_existing: false,
        };
        let directory = self.wanted.directory.clone();
        let (account, credentials) = self.builder()?.create(&wish, directory, None).await?;
        let known = Known {
            directory: self.wanted.directory.clone(),
            credentials,
        };
        let bytes = serde_json::to_vec(&known).map_err(|error| error.to_string())?;
        self.keep(ACCOUNT, &bytes)?;
        Ok(account)
    }

    fn builder(&self) -> Result<AccountBuilder, Error> {
        match &self.wanted.ca {
            Some(ca) => Account::builder_with_root(ca),
            None => Account::builder(),
        }
    }

    /// Written whole under another name first, for its owner alone.
    fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.folder.join(name);
        let draft = self.folder.join(format!("{name}.part"));
        let write = || -> io::Result<()> {
            let _ = fs::remove_file(&draft);
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&draft)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&draft, &path)?;
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(|error| format!("cannot write {}: {error}", path.display()))
    }
}

fn patience() -> RetryPolicy {
    RetryPolicy::new()
        .initial_delay(Duration::from_millis(250))
        .backoff(1.5)
        .timeout(PATIENCE)
}

fn pause(failures: u32, too_often: bool) -> Duration {
    let pause = FIRST_PAUSE.saturating_mul(5_u32.saturating_pow(failures - 1));
    let least = if too_often { TOO_OFTEN } else { Duration::ZERO };
    pause.clamp(least, LONGEST_PAUSE)
}

/// What the authority says was wrong, of the first name it says something about.
async fn refusal(order: &mut Order) -> String {
    let mut questions = order.authorizations();
    while let Some(Ok(question)) = questions.next().await {
        let error = question.challenges.iter().find_map(|one| one.error.clone());
        if let Some(error) = error {
            return format!(
                "{} was not shown to be ours: {error}",
                question.identifier()
            );
        }
    }
    "the authority does not take it that the names are ours".into()
}

/// The certificate that answers a question over TLS (RFC 8737, 3).
fn shown(domain: &str, digest: &[u8]) -> Result<CertifiedKey, String> {
    let say = |error: rcgen::Error| error.to_string();
    let mut params = CertificateParams::new(vec![domain.to_owned()]).map_err(say)?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let key = KeyPair::generate().map_err(say)?;
    let made = params.self_signed(&key).map_err(say)?;
    let secret = PrivateKeyDer::try_from(key.serialize_der())?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let key = provider
        .key_provider
        .load_private_key(secret)
        .map_err(|error| error.to_string())?;
    // Not looked into: its extension is one that nobody but an authority understands.
    Ok(CertifiedKey::new(vec![made.der().clone()], key))
}

/// From when and until when a certificate is good, in Unix time, and its names.
fn look(path: &Path) -> Option<(Duration, Duration, BTreeSet<String>)> {
    let leaf = CertificateDer::pem_file_iter(path).ok()?.next()?.ok()?;
    let (_, leaf) = X509Certificate::from_der(&leaf).ok()?;
    let moment = |stamp: i64| u64::try_from(stamp).ok().map(Duration::from_secs);
    let validity = leaf.validity();
    let names = leaf.subject_alternative_name().ok()??;
    let names = names
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        });
    Some((
        moment(validity.not_before.timestamp())?,
        moment(validity.not_after.timestamp())?,
        names.collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_followed_by_longer_and_longer_pauses() {
        let seconds = |failures, too_often| pause(failures, too_often).as_secs();
        assert_eq!(
            (1..6).map(|n| seconds(n, false)).collect::<Vec<_>>(),
            [15, 75, 375, 1_875, 9_375]
        );
        assert_eq!(seconds(40, false), 21_600);
        assert_eq!(seconds(1, true), 3_600);
    }
}
