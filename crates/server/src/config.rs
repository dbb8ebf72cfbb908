//! How the server is told to be: flags, then environment, then the TOML file, then defaults.

mod acme;
mod cluster;
pub(crate) mod database;
mod mail;
mod oidc;

pub use acme::Acme;
pub use cluster::Cluster;
pub use database::DatabaseUrl;
pub use mail::{MailConfig, MailTo};
pub use oidc::{Oidc, is_loopback};

use crate::logging::LogFormat;
use crate::push::{endpoint, vapid};
use crate::raced;
use birdcall_call::beat::BEAT;
use birdcall_protocol::body::{Audience, Calling};
use birdcall_store::{Database, Races};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Every option, absent where nobody said anything. The same names as flags, as `BIRDCALL_…` and as keys of the file.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Folder for everything that is kept [default: ./data]
    #[arg(long, env = "BIRDCALL_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The database: `sqlite:FILE`, or `postgres://USER:PASSWORD@HOST/NAME`, which several nodes can share [default: the
    /// file birdcall.db in the data folder]
    #[arg(
        long,
        env = "BIRDCALL_DATABASE",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database: Option<DatabaseUrl>,
    /// Address and port of the web app [default: 127.0.0.1:8080]
    #[arg(long, env = "BIRDCALL_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Address and port of the relay, UDP and TCP [default: port 3478, IPv4 and IPv6]
    #[arg(long, env = "BIRDCALL_RELAY_LISTEN", value_name = "ADDR")]
    pub relay_listen: Option<SocketAddr>,
    /// Whether this program relays calls itself; without a relay only people who follow each other can call, and
    /// nobody's address is hidden [default: true, false if relay-urls names one elsewhere]
    #[arg(long, env = "BIRDCALL_RELAY")]
    pub relay: Option<bool>,
    /// TURN URLs of the relay as browsers are to use them, if it is not on the host of the page, for example
    /// `turn:relay.example:3478?transport=udp`
    #[arg(
        long,
        env = "BIRDCALL_RELAY_URLS",
        value_name = "URL",
        value_delimiter = ','
    )]
    pub relay_urls: Option<Vec<String>>,
    /// File of the node key, which a relay elsewhere shares; made at the first start [default: node.key in the data
    /// folder]
    #[arg(long, env = "BIRDCALL_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Certificate chain in PEM: serve HTTPS, which browsers ask for before they give a microphone to anything but
    /// localhost
    #[arg(long, env = "BIRDCALL_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Private key in PEM, for the certificate
    #[arg(long, env = "BIRDCALL_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Names that a certificate is got for by itself, from an authority that speaks ACME; it then serves HTTPS, and the
    /// authority has to reach it on port 443, or on port 80 with acme-http-listen
    #[arg(
        long,
        env = "BIRDCALL_ACME_DOMAINS",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub acme_domains: Option<Vec<String>>,
    /// Whom the authority may write to
    #[arg(long, env = "BIRDCALL_ACME_EMAIL", value_name = "ADDRESS")]
    pub acme_email: Option<String>,
    /// Directory of the authority [default: Let's Encrypt]
    #[arg(long, env = "BIRDCALL_ACME_DIRECTORY", value_name = "URL")]
    pub acme_directory: Option<String>,
    /// Certificate of who vouches for the authority's own server, in PEM, instead of those that this machine knows
    #[arg(long, env = "BIRDCALL_ACME_CA", value_name = "FILE")]
    pub acme_ca: Option<PathBuf>,
    /// Address and port where the authority asks over plain HTTP, for example 0.0.0.0:80; everybody else is sent to HTTPS
    /// [default: none, it asks over TLS on the web port]
    #[arg(long, env = "BIRDCALL_ACME_HTTP_LISTEN", value_name = "ADDR")]
    pub acme_http_listen: Option<SocketAddr>,
    /// A TLS proxy stands in front: cookies are for HTTPS only, and the last entry of X-Forwarded-For is believed
    #[arg(long, env = "BIRDCALL_BEHIND_PROXY", num_args = 0..=1, default_missing_value = "true")]
    pub behind_proxy: Option<bool>,
    /// Further origins that may use the API, for example `https://call.example`
    #[arg(
        long,
        env = "BIRDCALL_ORIGINS",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    pub origins: Option<Vec<String>>,
    /// Whether anybody may sign up [default: true]
    #[arg(long, env = "BIRDCALL_SIGN_UP")]
    pub sign_up: Option<bool>,
    /// Whether new accounts start with Enhanced call privacy on [default: false]
    #[arg(long, env = "BIRDCALL_ENHANCED_PRIVACY")]
    pub enhanced_privacy: Option<bool>,
    /// Seconds a call rings [default: 45]
    #[arg(long, env = "BIRDCALL_RING_SECONDS", value_name = "N")]
    pub ring_seconds: Option<u32>,
    /// The most the database may grow to, in MiB; SQLite only [default: as the disk takes]
    #[arg(long, env = "BIRDCALL_DATABASE_MIB", value_name = "N")]
    pub database_mib: Option<u32>,
    /// Address and port for Prometheus' figures [default: none]
    #[arg(long, env = "BIRDCALL_METRICS_LISTEN", value_name = "ADDR")]
    pub metrics_listen: Option<SocketAddr>,
    /// Who runs this server, for push services that want to complain, as `mailto:` or `https:` [default: the address of
    /// the page]
    #[arg(long, env = "BIRDCALL_CONTACT", value_name = "URL")]
    pub contact: Option<String>,
    /// Push services that may stand in a private network, as origins, for example `http://push.lan:8090`; all others
    /// have to speak HTTPS on port 443 of a public address
    #[arg(
        long,
        env = "BIRDCALL_PUSH_ORIGINS",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    pub push_origins: Option<Vec<String>>,
    /// How mail is sent, which e-mail addresses need: `smtp://HOST:PORT` (STARTTLS), `smtps://HOST` or, to try it,
    /// `file:FOLDER`; a user may stand in it [default: none, e-mail is not offered]
    #[arg(
        long,
        env = "BIRDCALL_MAIL_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub mail_url: Option<String>,
    /// From whom mail is, for example `Calls <calls@example.org>`
    #[arg(long, env = "BIRDCALL_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// File of the mail server's password
    #[arg(long, env = "BIRDCALL_MAIL_PASSWORD_FILE", value_name = "FILE")]
    pub mail_password_file: Option<PathBuf>,
    /// Certificate of an authority that the mail server's certificate may be signed by, in PEM, besides those that
    /// this machine knows
    #[arg(long, env = "BIRDCALL_MAIL_CA", value_name = "FILE")]
    pub mail_ca: Option<PathBuf>,
    /// Accounts that people have already, at a provider that speaks OpenID Connect: its issuer, for example
    /// `https://id.example`; people come back to /api/v1/oidc/back of their page
    #[arg(long, env = "BIRDCALL_OIDC_ISSUER", value_name = "URL")]
    pub oidc_issuer: Option<String>,
    /// What the provider calls this server
    #[arg(long, env = "BIRDCALL_OIDC_CLIENT_ID", value_name = "ID")]
    pub oidc_client_id: Option<String>,
    /// File of the secret that the provider gave this server; without one it is a public client
    #[arg(long, env = "BIRDCALL_OIDC_CLIENT_SECRET_FILE", value_name = "FILE")]
    pub oidc_client_secret_file: Option<PathBuf>,
    /// What people call the provider [default: its host]
    #[arg(long, env = "BIRDCALL_OIDC_NAME", value_name = "NAME")]
    pub oidc_name: Option<String>,
    /// This is one of several nodes on one database, which share the node key and have a data folder each [default: false,
    /// true if nats is named]
    #[arg(long, env = "BIRDCALL_CLUSTER", num_args = 0..=1, default_missing_value = "true")]
    pub cluster: Option<bool>,
    /// What this node is called, for people [default: the host's name]
    #[arg(long, env = "BIRDCALL_NODE", value_name = "NAME")]
    pub node: Option<String>,
    /// NATS servers by which nodes wake each other, for example `nats://10.0.0.5:4222`; without one they look by
    /// themselves about once a second
    #[arg(
        long,
        env = "BIRDCALL_NATS",
        value_name = "URL",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub nats: Option<Vec<String>>,
    /// The most seconds that a node takes to hand its sockets and calls to others when it is told to stop [default: 30]
    #[arg(long, env = "BIRDCALL_DRAIN_SECONDS", value_name = "N")]
    pub drain_seconds: Option<u32>,
    /// An OpenTelemetry collector that is told what each call went through, by OTLP over HTTP, for example
    /// `http://127.0.0.1:4318` [default: none]
    #[arg(
        long,
        env = "BIRDCALL_OTLP_ENDPOINT",
        value_name = "URL",
        hide_env_values = true
    )]
    pub otlp_endpoint: Option<String>,
    /// How the log is written [default: text]
    #[arg(long, env = "BIRDCALL_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Makes people to try it with (ann, bob, cleo, dora; password birdcall-demo)
    #[arg(long, env = "BIRDCALL_DEMO", num_args = 0..=1, default_missing_value = "true")]
    pub demo: Option<bool>,
    /// Tests with a clock of their own turn the beat of answers off, or to a span they can count in; nobody else sets
    /// it, so it is no flag and no key [default: [`BEAT`]]
    #[arg(skip)]
    #[serde(skip)]
    pub beat: Option<Duration>,
    /// Tests run nothing again that lost a race, to show what would happen then; nobody else sets it [default:
    /// [`raced::TRIES`]]
    #[arg(skip)]
    #[serde(skip)]
    pub tries: Option<u32>,
    /// Tests lose commits on purpose; nobody else sets it [default: none]
    #[arg(skip)]
    #[serde(skip)]
    pub races: Option<Races>,
}

/// Where the relay listens unless told otherwise: the port that RFC 8656 gives it, on every address of both families.
const RELAY_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 3478);

/// How long a node may take to hand over. Lowering it cuts off calls whose media has not moved yet.
const DRAIN_SECONDS: u32 = 30;

/// Browsers make an allocation for each URL and each of their addresses, and a leg may have only so many.
const MOST_URLS: usize = 3;

/// What the server runs with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder for everything that is kept.
    pub data: PathBuf,
    /// The database.
    pub database: Database,
    /// Address and port of the web app.
    pub listen: SocketAddr,
    /// Address and port of the relay, if there is one in this program.
    pub relay_listen: Option<SocketAddr>,
    /// The relay's URLs, if they are not to be made from the page's host.
    pub relay_urls: Vec<String>,
    /// Where the node key is.
    pub key_file: PathBuf,
    /// Certificate chain and key, if it speaks TLS itself.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// How it gets them by itself, if it does.
    pub acme: Option<Acme>,
    /// Cookies are for HTTPS only.
    pub secure: bool,
    /// X-Forwarded-For is believed.
    pub trust_proxy: bool,
    /// Further origins.
    pub origins: Vec<String>,
    /// Anybody may sign up.
    pub sign_up: bool,
    /// New accounts start with Enhanced call privacy on (P-1).
    pub private_at_first: bool,
    /// How long a call rings (C-13).
    pub ring: Duration,
    /// The most pages of 4 KiB that the database may have.
    pub max_pages: Option<u32>,
    /// Where figures are served.
    pub metrics_listen: Option<SocketAddr>,
    /// Who runs this server, as push services are told (RFC 8292, 2.1).
    pub contact: Option<String>,
    /// Push services that may stand in a private network, as origins.
    pub push_origins: Vec<String>,
    /// How mail is sent, if it is.
    pub mail: Option<MailConfig>,
    /// The provider of accounts.
    pub oidc: Option<Oidc>,
    /// How it is one of several nodes, if it is.
    pub cluster: Option<Cluster>,
    /// The most that a node takes to hand over when it is told to stop.
    pub drain: Duration,
    /// Who is told what each call went through.
    pub otlp_endpoint: Option<String>,
    /// How the log is written.
    pub log_format: LogFormat,
    /// Makes people to try it with.
    pub demo: bool,
    /// The beat on which callers are told things (C-6).
    pub beat: Duration,
    /// How often work that loses races is run (see `raced`).
    pub tries: u32,
    /// Commits that a test loses on purpose.
    pub races: Option<Races>,
}

impl Options {
    /// Options with the gaps filled from the file, if one is named.
    ///
    /// # Errors
    /// A sentence: the file cannot be read, is not TOML, or has a key that is none of these.
    pub fn with_file(self, file: Option<&Path>) -> Result<Self, String> {
        let Some(path) = file else { return Ok(self) };
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let file: Self =
            toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self {
            data: self.data.or(file.data),
            database: self.database.or(file.database),
            listen: self.listen.or(file.listen),
            relay_listen: self.relay_listen.or(file.relay_listen),
            relay: self.relay.or(file.relay),
            relay_urls: self.relay_urls.or(file.relay_urls),
            key_file: self.key_file.or(file.key_file),
            tls_cert: self.tls_cert.or(file.tls_cert),
            tls_key: self.tls_key.or(file.tls_key),
            acme_domains: self.acme_domains.or(file.acme_domains),
            acme_email: self.acme_email.or(file.acme_email),
            acme_directory: self.acme_directory.or(file.acme_directory),
            acme_ca: self.acme_ca.or(file.acme_ca),
            acme_http_listen: self.acme_http_listen.or(file.acme_http_listen),
            behind_proxy: self.behind_proxy.or(file.behind_proxy),
            origins: self.origins.or(file.origins),
            sign_up: self.sign_up.or(file.sign_up),
            enhanced_privacy: self.enhanced_privacy.or(file.enhanced_privacy),
            ring_seconds: self.ring_seconds.or(file.ring_seconds),
            database_mib: self.database_mib.or(file.database_mib),
            metrics_listen: self.metrics_listen.or(file.metrics_listen),
            contact: self.contact.or(file.contact),
            push_origins: self.push_origins.or(file.push_origins),
            mail_url: self.mail_url.or(file.mail_url),
            mail_from: self.mail_from.or(file.mail_from),
            mail_password_file: self.mail_password_file.or(file.mail_password_file),
            mail_ca: self.mail_ca.or(file.mail_ca),
            oidc_issuer: self.oidc_issuer.or(file.oidc_issuer),
            oidc_client_id: self.oidc_client_id.or(file.oidc_client_id),
            oidc_client_secret_file: self
                .oidc_client_secret_file
                .or(file.oidc_client_secret_file),
            oidc_name: self.oidc_name.or(file.oidc_name),
            cluster: self.cluster.or(file.cluster),
            node: self.node.or(file.node),
            nats: self.nats.or(file.nats),
            drain_seconds: self.drain_seconds.or(file.drain_seconds),
            otlp_endpoint: self.otlp_endpoint.or(file.otlp_endpoint),
            log_format: self.log_format.or(file.log_format),
            demo: self.demo.or(file.demo),
            beat: self.beat.or(file.beat),
            tries: self.tries.or(file.tries),
            races: self.races.or(file.races),
        })
    }

    /// The configuration, with defaults.
    ///
    /// # Errors
    /// A sentence about what does not fit together.
    pub fn resolve(self) -> Result<Config, String> {
        let tls = match (self.tls_cert, self.tls_key) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            _ => return Err("--tls-cert and --tls-key go together".into()),
        };
        let acme = Acme::of(
            self.acme_domains,
            self.acme_email,
            self.acme_directory,
            self.acme_ca,
            self.acme_http_listen,
        )?;
        if acme.is_some() && tls.is_some() {
            return Err("either acme_domains or tls_cert and tls_key".into());
        }
        let ring = self.ring_seconds.unwrap_or(45);
        if !(1..=600).contains(&ring) {
            return Err("ring_seconds is from 1 to 600".into());
        }
        let behind_proxy = self.behind_proxy.unwrap_or(false);
        let relay_urls = self.relay_urls.unwrap_or_default();
        let ours = |url: &String| {
            let relayed = url.starts_with("turn:") || url.starts_with("turns:");
            relayed && !url.contains(char::is_whitespace)
        };
        if !relay_urls.iter().all(ours) {
            return Err("relay_urls are `turn:` or `turns:` URLs".into());
        }
        if relay_urls.len() > MOST_URLS {
            return Err(format!("at most {MOST_URLS} relay_urls"));
        }
        let elsewhere = !relay_urls.is_empty() && self.relay_listen.is_none();
        let relay_listen = self
            .relay
            .unwrap_or(!elsewhere)
            .then(|| self.relay_listen.unwrap_or(RELAY_LISTEN));
        if let Some(contact) = &self.contact
            && !vapid::is_contact(contact)
        {
            return Err(
                "contact is `mailto:` or `https:` and somewhere that others can reach".into(),
            );
        }
        let push_origins = self.push_origins.unwrap_or_default();
        let push_origins = push_origins
            .iter()
            .map(|text| endpoint::origin(text).ok_or(text))
            .collect::<Result<_, _>>()
            .map_err(|text| format!("{text} in push_origins is not an origin"))?;
        let mail = self
            .mail_url
            .map(|url| {
                let from = self.mail_from.as_deref();
                mail::read(&url, from, self.mail_password_file, self.mail_ca)
            })
            .transpose()?;
        let oidc = Oidc::of(
            self.oidc_issuer,
            self.oidc_client_id,
            self.oidc_client_secret_file,
            self.oidc_name,
        )?;
        let cluster = Cluster::of(self.cluster, self.node, self.nats)?;
        if cluster.is_some() && relay_listen.is_some() && relay_urls.is_empty() {
            return Err(
                "in a cluster each node says by relay_urls where its relay is: a page may have come from another node"
                    .into(),
            );
        }
        let data = self.data.unwrap_or_else(|| PathBuf::from("data"));
        let tls = tls.or_else(|| {
            let file = crate::acme::file(&data);
            acme.as_ref().map(|_| (file.clone(), file))
        });
        Ok(Config {
            key_file: self.key_file.unwrap_or_else(|| data.join("node.key")),
            database: DatabaseUrl::resolve(self.database, &data)?,
            data,
            relay_listen,
            relay_urls,
            listen: self
                .listen
                .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            secure: tls.is_some() || behind_proxy,
            tls,
            acme,
            trust_proxy: behind_proxy,
            origins: self.origins.unwrap_or_default(),
            sign_up: self.sign_up.unwrap_or(true),
            private_at_first: self.enhanced_privacy.unwrap_or(false),
            ring: Duration::from_secs(u64::from(ring)),
            max_pages: self
                .database_mib
                .map(|mib| mib.clamp(1, u32::MAX / 256) * 256),
            metrics_listen: self.metrics_listen,
            contact: self.contact,
            push_origins,
            mail,
            oidc,
            cluster,
            drain: Duration::from_secs(u64::from(self.drain_seconds.unwrap_or(DRAIN_SECONDS))),
            otlp_endpoint: self.otlp_endpoint,
            log_format: self.log_format.unwrap_or_default(),
            demo: self.demo.unwrap_or(false),
            beat: self.beat.unwrap_or_else(beat_at_first),
            tries: self.tries.unwrap_or(raced::TRIES),
            races: self.races,
        })
    }
}

/// The beat of C-6, unless a build for tests has switched it off.
fn beat_at_first() -> Duration {
    #[cfg(feature = "broken-protections")]
    if crate::broken::without("C-6") {
        return Duration::ZERO;
    }
    BEAT
}

impl Config {
    /// Settings of a new account: defaults of C-2 and C-3; the operator may start with Enhanced call privacy on (P-1).
    #[must_use]
    pub fn calling_at_first(&self) -> Calling {
        Calling {
            enabled: true,
            audience: Audience::default(),
            enhanced_privacy: self.private_at_first,
        }
    }

    /// The effective configuration as TOML. There are no secrets in it: keys are named by their files, and a password in
    /// a URL is left out.
    ///
    /// # Errors
    /// A sentence, if a path is not UTF-8.
    pub fn to_toml(&self) -> Result<String, String> {
        let own = self.tls.clone().filter(|_| self.acme.is_none());
        let (tls_cert, tls_key) = own.unzip();
        let acme = self.acme.as_ref();
        let options = Options {
            data: Some(self.data.clone()),
            database: Some(DatabaseUrl::shown(&self.database)),
            listen: Some(self.listen),
            relay_listen: self.relay_listen,
            relay: Some(self.relay_listen.is_some()),
            relay_urls: Some(self.relay_urls.clone()),
            key_file: Some(self.key_file.clone()),
            tls_cert,
            tls_key,
            acme_domains: acme.map(|acme| acme.domains.clone()),
            acme_email: acme.and_then(|acme| acme.email.clone()),
            acme_directory: acme.map(|acme| acme.directory.clone()),
            acme_ca: acme.and_then(|acme| acme.ca.clone()),
            acme_http_listen: acme.and_then(|acme| acme.http_listen),
            behind_proxy: Some(self.trust_proxy),
            origins: Some(self.origins.clone()),
            sign_up: Some(self.sign_up),
            enhanced_privacy: Some(self.private_at_first),
            ring_seconds: u32::try_from(self.ring.as_secs()).ok(),
            database_mib: self.max_pages.map(|pages| pages / 256),
            metrics_listen: self.metrics_listen,
            contact: self.contact.clone(),
            push_origins: Some(self.push_origins.clone()),
            mail_url: self.mail.as_ref().map(|mail| mail.url.clone()),
            mail_from: self.mail.as_ref().map(|mail| mail.from.to_string()),
            mail_password_file: self
                .mail
                .as_ref()
                .and_then(|mail| mail.password_file.clone()),
            mail_ca: self.mail.as_ref().and_then(|mail| mail.ca.clone()),
            oidc_issuer: self.oidc.as_ref().map(|oidc| oidc.issuer.clone()),
            oidc_client_id: self.oidc.as_ref().map(|oidc| oidc.client_id.clone()),
            oidc_client_secret_file: self.oidc.as_ref().and_then(|oidc| oidc.secret_file.clone()),
            oidc_name: self.oidc.as_ref().map(|oidc| oidc.name.clone()),
            cluster: Some(self.cluster.is_some()),
            node: self.cluster.as_ref().map(|cluster| cluster.name.clone()),
            nats: self.cluster.as_ref().and_then(Cluster::named),
            drain_seconds: u32::try_from(self.drain.as_secs()).ok(),
            otlp_endpoint: self.otlp_endpoint.as_deref().map(cluster::bare),
            log_format: Some(self.log_format),
            demo: Some(self.demo),
            beat: None,
            tries: None,
            races: None,
        };
        toml::to_string(&options).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_before_the_file_and_the_file_before_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("birdcall.toml");
        std::fs::write(&file, "ring_seconds = 20\nlisten = \"127.0.0.1:9000\"\n").unwrap();
        let flags = Options {
            listen: Some("127.0.0.1:9001".parse().unwrap()),
            ..Options::default()
        };
        let config = flags.with_file(Some(&file)).unwrap().resolve().unwrap();
        assert_eq!(config.listen.port(), 9001);
        assert_eq!(config.ring, Duration::from_secs(20));
        assert_eq!(config.data, PathBuf::from("data"));
        assert!(config.sign_up);
    }

    #[test]
    fn a_file_with_an_unknown_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("birdcall.toml");
        std::fs::write(&file, "rings = 3\n").unwrap();
        let error = Options::default().with_file(Some(&file)).unwrap_err();
        assert!(error.contains("rings"), "{error}");
    }

    #[test]
    fn half_a_certificate_is_refused() {
        let flags = Options {
            tls_cert: Some("cert.pem".into()),
            ..Options::default()
        };
        assert!(flags.resolve().is_err());
    }

    #[test]
    fn the_relay_is_here_unless_it_is_elsewhere() {
        let listen = |options: Options| options.resolve().unwrap().relay_listen;
        assert_eq!(listen(Options::default()), Some(RELAY_LISTEN));
        let urls = Some(vec!["turn:relay.example:3478?transport=udp".to_owned()]);
        let elsewhere = Options {
            relay_urls: urls,
            ..Options::default()
        };
        assert_eq!(listen(elsewhere.clone()), None);
        let here_too = Options {
            relay: Some(true),
            ..elsewhere
        };
        assert_eq!(listen(here_too), Some(RELAY_LISTEN));
        let none = Options {
            relay: Some(false),
            ..Options::default()
        };
        assert_eq!(listen(none), None);
    }

    #[test]
    fn relay_urls_are_turn_urls() {
        for wrong in ["stun:call.example", "https://call.example", "turn:a b", ""] {
            let flags = Options {
                relay_urls: Some(vec![wrong.into()]),
                ..Options::default()
            };
            assert!(flags.resolve().is_err(), "{wrong}");
        }
    }

    #[test]
    fn push_services_are_told_a_contact_that_can_be_reached() {
        for (contact, good) in [
            ("mailto:admin@call.example", true),
            ("https://call.example/about", true),
            ("mailto:admin@localhost", false),
            ("https://localhost:8443", false),
            ("https://birdcall.invalid", false),
            ("http://call.example", false),
            ("admin@call.example", false),
            ("", false),
        ] {
            let flags = Options {
                contact: Some(contact.into()),
                ..Options::default()
            };
            assert_eq!(flags.resolve().is_ok(), good, "{contact}");
        }
    }

    #[test]
    fn push_origins_are_origins() {
        for (origin, good) in [
            ("http://push.lan:8090", true),
            ("https://10.0.0.3", true),
            ("push.lan", false),
            ("ftp://push.lan", false),
            ("https://push.lan/up", false),
        ] {
            let flags = Options {
                push_origins: Some(vec![origin.into()]),
                ..Options::default()
            };
            assert_eq!(flags.resolve().is_ok(), good, "{origin}");
        }
    }

    #[test]
    fn the_printed_configuration_can_be_read_again_and_holds_no_secret() {
        for relay in [None, Some(false)] {
            let options = Options {
                relay,
                oidc_issuer: Some("https://id.example".into()),
                oidc_client_id: Some("birdcall".into()),
                oidc_client_secret_file: Some("/etc/birdcall/secret".into()),
                ..Options::default()
            };
            let text = options.resolve().unwrap().to_toml().unwrap();
            let again: Options = toml::from_str(&text).unwrap();
            assert_eq!(again.resolve().unwrap().to_toml().unwrap(), text);
        }
    }
}
