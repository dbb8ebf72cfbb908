//! Certificates that the server gets by itself, from an authority that is not ours (Debian's `pebble`), and those that
//! somebody exchanges under it.

use super::process::birdcall;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use birdcall_server::listen::{Certificates, Door};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::json;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use x509_parser::prelude::{FromDer, X509Certificate};

/// How long anything may take before a test has failed. Nothing waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(40);

const NAME: &str = "call.example";

/// A process that is killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that was free a moment ago, for programs that have to be told one.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn free_udp_port() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().port()
}

/// Writes chain and key of a name, good for a span around now, into one file.
fn certificate(path: &Path, names: &[&str], before: Duration, after: Duration) {
    let mut params = CertificateParams::new(
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>(),
    )
    .unwrap();
    params.not_before = (SystemTime::now() - before).into();
    params.not_after = (SystemTime::now() + after).into();
    let key = KeyPair::generate().unwrap();
    let made = params.self_signed(&key).unwrap();
    fs::write(path, format!("{}{}", made.pem(), key.serialize_pem())).unwrap();
}

const DAY: Duration = Duration::from_secs(86_400);

/// The authority, which finds every name at 127.0.0.1.
struct Pebble {
    folder: TempDir,
    port: u16,
    _names: Running,
    _authority: Running,
}

impl Pebble {
    /// It asks over plain HTTP and over TLS at these ports, and takes so many of a hundred good nonces for bad.
    async fn start(http: u16, tls: u16, bad_nonces: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("own.pem");
        certificate(&own, &["localhost"], DAY, DAY);
        let (port, dns) = (free_port(), free_udp_port());
        let config = json!({"pebble": {
            "listenAddress": format!("127.0.0.1:{port}"),
            "managementListenAddress": format!("127.0.0.1:{}", free_port()),
            "certificate": own, "privateKey": own,
            "httpPort": http, "tlsPort": tls,
            "ocspResponderURL": "", "externalAccountBindingRequired": false,
        }});
        let path = folder.path().join("pebble.json");
        fs::write(&path, config.to_string()).unwrap();
        let names = Command::new("pebble-challtestsrv")
            .args([
                "-defaultIPv6",
                "",
                "-http01",
                "",
                "-https01",
                "",
                "-tlsalpn01",
                "",
            ])
            .args(["-management", &format!("127.0.0.1:{}", free_port())])
            .args(["-dns01", &format!("127.0.0.1:{dns}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pebble-challtestsrv, of Debian's package pebble");
        let authority = Command::new("pebble")
            .arg("-config")
            .arg(&path)
            .args(["-dnsserver", &format!("127.0.0.1:{dns}")])
            .env("PEBBLE_VA_NOSLEEP", "1")
            .env("PEBBLE_WFE_NONCEREJECT", bad_nonces.to_string())
            .stdout(File::create(folder.path().join("log")).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .expect("pebble, of Debian's package pebble");
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(begun.elapsed() < PATIENCE, "pebble does not listen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self {
            folder,
            port,
            _names: Running(names),
            _authority: Running(authority),
        }
    }

    fn directory(&self) -> String {
        format!("https://localhost:{}/dir", self.port)
    }

    fn ca(&self) -> PathBuf {
        self.folder.path().join("own.pem")
    }
}

/// The server, and what it says in its log.
struct House {
    folder: TempDir,
    port: u16,
    child: Option<Running>,
}

impl House {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            port: free_port(),
            child: None,
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn kept(&self) -> PathBuf {
        self.data().join("acme/certificate.pem")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    fn start(&mut self, directory: &str, ca: &Path, more: &[&str]) {
        let mut command = birdcall(&self.data());
        command
            .args(["serve", "--relay-listen", "127.0.0.1:0"])
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .args(["--acme-domains", NAME, "--acme-email", "admin@call.example"])
            .args(["--acme-directory", directory, "--acme-ca"])
            .arg(ca)
            .args(more);
        self.run(command);
    }

    fn run(&mut self, mut command: Command) {
        let log = File::create(self.folder.path().join("log")).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        self.child = Some(Running(child));
        assert!(
            line.starts_with("listening https://"),
            "{line}{}",
            self.log()
        );
    }

    /// The certificate that is served and whether the server says that it is ready; `None` without any.
    async fn served(&self) -> Option<CertificateDer<'static>> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        // Whoever is there is looked at, not believed.
        let config = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(looking::Anybody(provider)))
            .with_no_client_auth();
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let name = ServerName::try_from(NAME).unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        let mut line = connector.connect(name, stream).await.ok()?;
        let request = format!("GET /readyz HTTP/1.1\r\nhost: {NAME}\r\nconnection: close\r\n\r\n");
        line.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = line.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        line.get_ref()
            .1
            .peer_certificates()
            .map(|chain| chain[0].clone().into_owned())
    }

    async fn until<T>(&self, mut look: impl AsyncFnMut(&Self) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look(self).await {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "in vain; {}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn logs(&self, words: &str) {
        self.until(async |house| house.log().contains(words).then_some(()))
            .await;
    }
}

mod looking {
    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::crypto::CryptoProvider;
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use rustls::{DigitallySignedStruct, Error, SignatureScheme};
    use std::sync::Arc;

    #[derive(Debug)]
    pub(super) struct Anybody(pub(super) Arc<CryptoProvider>);

    impl ServerCertVerifier for Anybody {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn verify_tls13_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.0.signature_verification_algorithms.supported_schemes()
        }
    }
}

fn issuer(leaf: &CertificateDer<'_>) -> String {
    let (_, leaf) = X509Certificate::from_der(leaf).unwrap();
    leaf.issuer().to_string()
}

fn first_in(path: &Path) -> CertificateDer<'static> {
    CertificateDer::pem_file_iter(path)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
}

/// TLS-ALPN-01 (RFC 8737) on the web port, with every third nonce taken for bad.
#[tokio::test]
async fn a_certificate_comes_over_the_web_port_is_kept_and_not_asked_for_again() {
    let mut house = House::new();
    let pebble = Pebble::start(free_port(), house.port, 30).await;
    house.start(&pebble.directory(), &pebble.ca(), &[]);
    let leaf = house.until(async |house| house.served().await).await;
    assert!(issuer(&leaf).contains("Pebble"), "{}", issuer(&leaf));
    for name in ["certificate.pem", "account.json"] {
        let path = house.data().join("acme").join(name);
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    // The next start serves it at once, from the file, and needs nobody.
    drop(pebble);
    house.child = None;
    house.start("https://localhost:1/dir", Path::new("/nowhere.pem"), &[]);
    assert_eq!(house.served().await, Some(leaf));
}

/// HTTP-01 (RFC 8555, 8.3) on a plain port, which sends everybody else to HTTPS. What is there is due for renewal, and is
/// served until the new one has come.
#[tokio::test]
async fn a_certificate_is_renewed_in_time_over_the_plain_port() {
    let mut house = House::new();
    let plain = free_port();
    fs::create_dir_all(house.data().join("acme")).unwrap();
    certificate(&house.kept(), &[NAME], 70 * DAY, 20 * DAY);
    let old = first_in(&house.kept());
    let pebble = Pebble::start(plain, free_port(), 0).await;
    let listen = format!("127.0.0.1:{plain}");
    house.start(
        &pebble.directory(),
        &pebble.ca(),
        &["--acme-http-listen", &listen],
    );
    let new = house
        .until(async |house| house.served().await.filter(|leaf| *leaf != old))
        .await;
    assert!(issuer(&new).contains("Pebble"));
    assert_eq!(first_in(&house.kept()), new);
    house.logs("a new certificate is served").await;

    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let answer = client
        .get(format!("http://{listen}/messages?x=1"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::PERMANENT_REDIRECT);
    let there = answer.headers()["location"].to_str().unwrap();
    assert_eq!(
        there,
        format!("https://127.0.0.1:{}/messages?x=1", house.port)
    );
    let url = format!("http://{listen}/.well-known/acme-challenge/nothing");
    assert_eq!(
        client.get(url).send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
}

/// One for another name is there, and good for long: the right one is asked for at once, in vain.
#[tokio::test]
async fn a_name_that_failed_is_said_and_what_is_served_stays() {
    let mut house = House::new();
    fs::create_dir_all(house.data().join("acme")).unwrap();
    certificate(&house.kept(), &["other.example"], DAY, 80 * DAY);
    let old = first_in(&house.kept());
    // The authority asks where nobody is.
    let pebble = Pebble::start(free_port(), free_port(), 0).await;
    house.start(&pebble.directory(), &pebble.ca(), &[]);
    house.logs("was not shown to be ours").await;
    assert_eq!(house.served().await, Some(old.clone()));

    // Without an authority it is the same.
    drop(pebble);
    house.child = None;
    house.start("https://localhost:1/dir", &house.kept(), &[]);
    house.logs("no new certificate was to be had").await;
    assert_eq!(house.served().await, Some(old));
}

#[tokio::test]
async fn an_authority_that_was_asked_too_often_is_left_alone_for_an_hour() {
    let mut house = House::new();
    let ca = house.folder.path().join("authority.pem");
    certificate(&ca, &["localhost"], DAY, DAY);
    let certificates = Certificates::open(&(ca.clone(), ca.clone())).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    let directory = json!({
        "newNonce": format!("{base}/nonce"),
        "newAccount": format!("{base}/account"),
        "newOrder": format!("{base}/order"),
    })
    .to_string();
    let refusal = json!({
        "type": "urn:ietf:params:acme:error:rateLimited",
        "detail": "too many accounts",
    })
    .to_string();
    let router = Router::new()
        .route("/dir", get(async move || directory))
        .route("/nonce", get(async || [("replay-nonce", "bm9uY2U")]))
        .route(
            "/account",
            post(async move || (StatusCode::TOO_MANY_REQUESTS, refusal)),
        );
    let door = Door::new(listener, Some(&certificates)).unwrap();
    tokio::spawn(async move { axum::serve(door, router).await });
    house.start(&format!("{base}/dir"), &ca, &[]);
    house.logs("rateLimited").await;
    let log = house.log();
    let wait = log.split("again_in_seconds=").nth(1).unwrap();
    let wait: String = wait.chars().take_while(char::is_ascii_digit).collect();
    assert!(wait.parse::<u64>().unwrap() >= 3_600, "{log}");
}

/// Files that somebody else renews, by a new file in the place of the old one or by writing into it.
#[tokio::test]
async fn a_certificate_that_was_exchanged_is_served_without_a_restart() {
    let mut house = House::new();
    let file = house.folder.path().join("tls.pem");
    certificate(&file, &[NAME], DAY, 30 * DAY);
    let first = first_in(&file);
    let mut command = birdcall(&house.data());
    command
        .args(["serve", "--relay-listen", "127.0.0.1:0"])
        .args([
            "--listen",
            &format!("127.0.0.1:{}", house.port),
            "--tls-cert",
        ])
        .arg(&file)
        .arg("--tls-key")
        .arg(&file);
    house.run(command);
    assert_eq!(house.served().await, Some(first.clone()));
    fs::write(&file, "half of a certifica").unwrap();
    house.logs("cannot be used; the old one is served").await;
    assert_eq!(house.served().await, Some(first.clone()));
    let other = house.folder.path().join("other.pem");
    certificate(&other, &[NAME], DAY, 90 * DAY);
    let second = first_in(&other);
    fs::rename(&other, &file).unwrap();
    house
        .until(async |house| (house.served().await == Some(second.clone())).then_some(()))
        .await;
}
