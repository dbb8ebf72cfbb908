//! `birdcall doctor`: a healthy server is well, and each fault that is really made gets its line.

use super::app::TestApp;
use super::nats::Nats;
use super::process::birdcall;
use birdcall_store::{Options, Store};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use tempfile::TempDir;

/// What a certificate needs.
const TLS: &[&str] = &["--tls-cert", "--tls-key"];

/// A server with a certificate, and how a doctor finds it.
struct House {
    folder: TempDir,
    child: Child,
    web: String,
    relay: String,
    figures: String,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        certificate(folder.path(), "good", |_| ());
        let mut child = birdcall(&folder.path().join("data"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--relay-listen",
                "127.0.0.1:0",
            ])
            .args(["--metrics-listen", "127.0.0.1:0", "--tls-cert"])
            .arg(folder.path().join("good.pem"))
            .arg("--tls-key")
            .arg(folder.path().join("good.key"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = |begin: &str| {
            let line = lines.next().unwrap().unwrap();
            line.strip_prefix(begin)
                .unwrap()
                .trim_end_matches("/metrics")
                .to_owned()
        };
        Self {
            web: next("listening https://"),
            relay: next("relay "),
            figures: next("metrics http://"),
            folder,
            child,
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Flags of the server without some, and with others in their place or beside them.
    fn flags(&self, without: &[&str], more: &[&str]) -> Vec<String> {
        let mut flags = vec![
            ("--listen", self.web.clone()),
            ("--relay-listen", self.relay.clone()),
            ("--metrics-listen", self.figures.clone()),
            ("--tls-cert", self.file("good.pem")),
            ("--tls-key", self.file("good.key")),
        ];
        flags.retain(|(name, _)| !more.contains(name) && !without.contains(name));
        let flags = flags
            .into_iter()
            .flat_map(|(name, value)| [name.to_owned(), value]);
        flags
            .chain(more.iter().map(|one| (*one).to_owned()))
            .collect()
    }

    fn examine(&self, more: &[&str]) -> Report {
        examine(&self.data(), &self.flags(&[], more))
    }

    fn examine_without(&self, without: &[&str], more: &[&str]) -> Report {
        examine(&self.data(), &self.flags(without, more))
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Report {
    good: bool,
    findings: Vec<Value>,
}

fn examine(data: &Path, flags: &[String]) -> Report {
    let output = birdcall(data)
        .arg("doctor")
        .arg("--json")
        .args(flags)
        .output()
        .unwrap();
    let findings = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    Report {
        good: output.status.success(),
        findings,
    }
}

impl Report {
    /// There is such a line, its mending holds a word, and the exit code goes with it.
    #[track_caller]
    fn says(&self, about: &str, state: &str, sentence: &str, mend: &str) {
        let found = self.findings.iter().find(|one| {
            one["about"] == about
                && one["state"] == state
                && one["says"].as_str().unwrap().contains(sentence)
        });
        let found =
            found.unwrap_or_else(|| panic!("no {about} {state} {sentence}: {:#?}", self.findings));
        let said = found["mend"].as_str().unwrap_or_default();
        assert!(said.contains(mend), "{said}");
        let wrong = self.findings.iter().any(|one| one["state"] == "wrong");
        assert_eq!(self.good, !wrong);
    }

    #[track_caller]
    fn is_well(&self) {
        let bad: Vec<_> = self
            .findings
            .iter()
            .filter(|one| one["state"] != "ok")
            .collect();
        assert!(bad.is_empty() && self.good, "{bad:#?}");
    }
}

/// `NAME.pem` and `NAME.key`, signed by an authority that nobody knows.
fn certificate(folder: &Path, name: &str, change: impl FnOnce(&mut CertificateParams)) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority
        .distinguished_name
        .push(rcgen::DnType::CommonName, "nobody's");
    let signer = Issuer::new(authority, KeyPair::generate().unwrap());
    let mut leaf = CertificateParams::new(vec!["localhost".into()]).unwrap();
    change(&mut leaf);
    let key = KeyPair::generate().unwrap();
    let made = leaf.signed_by(&key, &signer).unwrap();
    fs::write(folder.join(format!("{name}.pem")), made.pem()).unwrap();
    let path = folder.join(format!("{name}.key"));
    fs::write(&path, key.serialize_pem()).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Something that answers every request in the same words.
fn answering(status: &str, body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let status = status.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut head = [0; 1_024];
            let _ = stream.read(&mut head);
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
        }
    });
    address
}

/// A port of this machine where nobody is.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[test]
fn a_healthy_server_is_well_and_each_fault_of_its_surroundings_gets_its_line() {
    let house = House::new();
    let healthy = house.examine(&[]);
    healthy.is_well();
    for about in [
        "configuration",
        "data folder",
        "node key",
        "database",
        "clock",
        "push key",
        "certificate",
        "web port",
        "metrics",
        "relay UDP",
        "relay TCP",
        "relay TLS",
        "relay on web",
    ] {
        assert!(
            healthy.findings.iter().any(|one| one["about"] == about),
            "{about}"
        );
    }
    let output = birdcall(&house.data())
        .arg("doctor")
        .args(house.flags(&[], &[]))
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    println!("{lines}");
    assert_eq!(lines.lines().count(), healthy.findings.len());

    let ready = house.examine(&["--ready"]);
    assert_eq!(ready.findings.len(), 1);
    ready.says("web port", "ok", "is ready", "");

    // Certificates.
    let folder = house.folder.path();
    certificate(folder, "ended", |leaf| {
        leaf.not_after = date_time_ymd(2020, 1, 1);
    });
    certificate(folder, "early", |leaf| {
        leaf.not_before = date_time_ymd(2200, 1, 1);
    });
    certificate(folder, "nameless", |leaf| leaf.subject_alt_names.clear());
    certificate(folder, "other", |_| ());
    let soon = std::time::SystemTime::now() + std::time::Duration::from_secs(5 * 86_400 + 3_600);
    certificate(folder, "soon", |leaf| leaf.not_after = soon.into());
    let selfish = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    fs::write(folder.join("selfish.pem"), selfish.cert.pem()).unwrap();
    fs::write(
        folder.join("selfish.key"),
        selfish.signing_key.serialize_pem(),
    )
    .unwrap();
    for (pem, key, state, sentence) in [
        ("ended.pem", "ended.key", "wrong", "ended"),
        ("early.pem", "early.key", "wrong", "not good yet"),
        ("nameless.pem", "nameless.key", "wrong", "no name"),
        ("soon.pem", "soon.key", "warning", "ends in 5 days"),
        (
            "selfish.pem",
            "selfish.key",
            "warning",
            "vouches for itself",
        ),
        ("good.pem", "other.key", "wrong", "good.pem"),
        ("good.pem", "nowhere.key", "wrong", "nowhere.key"),
        ("good.key", "good.key", "wrong", "good.key"),
        ("other.pem", "other.key", "warning", "serves another one"),
    ] {
        let (pem, key) = (house.file(pem), house.file(key));
        let report = house.examine(&["--tls-cert", &pem, "--tls-key", &key]);
        report.says("certificate", state, sentence, "");
    }
    fs::set_permissions(house.file("good.key"), fs::Permissions::from_mode(0o644)).unwrap();
    house.examine(&[]).says(
        "certificate",
        "warning",
        "everybody on this machine may read",
        "chmod",
    );
    fs::set_permissions(house.file("good.key"), fs::Permissions::from_mode(0o600)).unwrap();

    // The relay.
    let other_key = house.file("other-node.key");
    fs::write(&other_key, "ab".repeat(32)).unwrap();
    fs::set_permissions(&other_key, fs::Permissions::from_mode(0o600)).unwrap();
    let report = house.examine(&["--key-file", &other_key]);
    for about in ["relay UDP", "relay TCP", "relay TLS", "relay on web"] {
        report.says(about, "wrong", "node key is another", "node.key");
    }
    let nobody = nobody();
    let report = house.examine(&["--relay-listen", &nobody]);
    report.says(
        "relay UDP",
        "wrong",
        "does not answer as a relay",
        "firewall",
    );
    report.says(
        "relay TCP",
        "warning",
        "does not answer as a relay",
        "firewall",
    );
    let url = format!("turn:{}?transport=udp", house.relay);
    let report = house.examine_without(&["--relay-listen"], &["--relay-urls", &url]);
    report.says("relay URL", "ok", "gives an address", "");
    let urls = format!("turn:nowhere.invalid:3478,turns:{nobody}?transport=tcp");
    let report = house.examine(&["--relay", "false", "--relay-urls", &urls]);
    report.says(
        "relay URL",
        "wrong",
        "has no address",
        "host nowhere.invalid",
    );
    report.says(
        "relay URL",
        "wrong",
        "does not answer as a relay",
        "firewall",
    );
    let report = house.examine(&["--relay", "false"]);
    report.says(
        "configuration",
        "warning",
        "there is no relay",
        "relay = true",
    );

    // The web port.
    let report = house.examine(&["--listen", &nobody]);
    report.says(
        "web port",
        "wrong",
        "does not run",
        "systemctl start birdcall",
    );
    let other = answering("200 OK", "ok".into());
    let report = house.examine_without(TLS, &["--listen", &other]);
    report.says("web port", "wrong", "is not birdcall", "ss -ltnp");
    let report = house.examine(&["--listen", &other]);
    report.says("web port", "wrong", "but not TLS", "restart");
    let report = house.examine(&["--metrics-listen", &other]);
    report.says(
        "metrics",
        "warning",
        "does not answer with figures",
        "ss -ltnp",
    );

    // What does not fit together.
    let report = house.examine_without(TLS, &["--tls-cert", "x"]);
    report.says("configuration", "wrong", "go together", "birdcall config");
    let report = house.examine_without(TLS, &["--listen", "0.0.0.0:1"]);
    report.says("configuration", "wrong", "no microphone", "tls_cert");
    let report = house.examine(&["--listen", "0.0.0.0:1", "--behind-proxy"]);
    report.says(
        "configuration",
        "warning",
        "believes X-Forwarded-For",
        "127.0.0.1:8080",
    );
    let report = house.examine(&["--origins", "https://call.example/"]);
    report.says(
        "configuration",
        "wrong",
        "never the origin",
        "https://call.example",
    );
    let report = house.examine(&["--demo"]);
    report.says("configuration", "warning", "demo people", "disable");
    let file = house.file("odd.toml");
    fs::write(&file, "rings = 3\n").unwrap();
    let report = house.examine(&["--config", &file]);
    report.says("configuration", "wrong", "rings", "birdcall config");

    // Others.
    let mail = format!("smtp://{nobody}");
    let report = house.examine(&["--mail-url", &mail, "--mail-from", "a@example.org"]);
    report.says("mail", "warning", "cannot be reached", "mail_url");
    let issuer = format!("http://{nobody}");
    let report = house.examine(&["--oidc-issuer", &issuer, "--oidc-client-id", "us"]);
    report.says("provider", "warning", "does not answer", "oidc_issuer");
    let issuer = format!(
        "http://{}",
        answering("200 OK", r#"{"issuer":"https://x"}"#.into())
    );
    let report = house.examine(&["--oidc-issuer", &issuer, "--oidc-client-id", "us"]);
    report.says(
        "provider",
        "wrong",
        "says that it is another",
        "oidc_issuer",
    );
    house.examine(&[]).is_well();
}

#[test]
fn each_fault_of_what_is_kept_gets_its_line() {
    let mut house = House::new();
    let data = house.data();
    let mode =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let key = data.join("node.key");
    mode(&key, 0o644);
    house
        .examine(&[])
        .says("node key", "wrong", "others on this machine", "chmod 600");
    mode(&key, 0o600);
    mode(&data, 0o777);
    house.examine(&[]).says(
        "data folder",
        "wrong",
        "everybody on this machine",
        "chmod 700",
    );
    mode(&data, 0o700);
    fs::create_dir(data.join("restoring")).unwrap();
    house.examine(&[]).says(
        "data folder",
        "wrong",
        "did not come to its end",
        "birdcall restore",
    );
    fs::remove_dir(data.join("restoring")).unwrap();
    let kept = fs::read(&key).unwrap();
    fs::write(&key, "no key").unwrap();
    house
        .examine(&[])
        .says("node key", "wrong", "is not a node key", "backup");
    fs::remove_file(&key).unwrap();
    house
        .examine(&[])
        .says("node key", "wrong", "is not there", "birdcall serve");
    fs::write(&key, kept).unwrap();
    mode(&key, 0o600);
    house.examine(&[]).is_well();

    let _ = house.child.kill();
    let _ = house.child.wait();
    let report = house.examine(&[]);
    report.says("web port", "wrong", "does not run", "systemctl start");
    report.says("database", "ok", "is whole", "");
    let database = data.join("birdcall.db");
    // What the log still holds goes into the file, so that the damage stays one.
    let mut bytes = {
        let copy = house.folder.path().join("copy.db");
        fs::copy(&database, &copy).unwrap();
        fs::read(&copy).unwrap()
    };
    for name in ["birdcall.db-wal", "birdcall.db-shm"] {
        let _ = fs::remove_file(data.join(name));
    }
    let pages = bytes.len() / 4_096;
    for page in 1..pages {
        bytes[page * 4_096 + 8..page * 4_096 + 200].fill(0xa5);
    }
    fs::write(&database, bytes).unwrap();
    house
        .examine(&[])
        .says("database", "wrong", "birdcall.db", "birdcall restore");
    fs::write(&database, "no database at all, and long enough to see so").unwrap();
    house
        .examine(&[])
        .says("database", "wrong", "birdcall.db", "birdcall restore");
    fs::remove_file(&database).unwrap();
    house
        .examine(&[])
        .says("database", "wrong", "is not there", "birdcall restore");
    fs::remove_dir_all(&data).unwrap();
    house
        .examine(&[])
        .says("data folder", "wrong", "is not there", "--data");
    assert!(!data.exists(), "whoever looks makes nothing");
}

#[tokio::test]
async fn a_server_that_never_ran_has_no_key_for_push() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("birdcall.db"), &Options::default()).await;
    store.unwrap().close().await;
    let report = examine(folder.path(), &[]);
    report.says("push key", "warning", "there is none", "birdcall serve");
    report.says("node key", "wrong", "is not there", "birdcall serve");
    let flags = ["--acme-domains", "call.example"].map(str::to_owned);
    let report = examine(folder.path(), &flags);
    report.says("certificate", "wrong", "has given none yet", "port 443");
}

#[tokio::test]
async fn a_node_says_whether_nats_takes_it() {
    let folder = tempfile::tempdir().unwrap();
    let nats = Nats::start().await;
    let urls = format!("{},nats://user:password@{}", nats.url(), nobody());
    let flags = ["--nats", &urls, "--relay-urls", "turn:127.0.0.1:1"].map(str::to_owned);
    let report = examine(folder.path(), &flags);
    report.says("NATS", "ok", &nats.url(), "");
    report.says("NATS", "warning", "does not take us", "nats-server");
    let said = format!("{:?}", report.findings);
    assert!(!said.contains("password"), "{said}");
    let flags = ["--cluster", "true", "--relay-urls", "turn:127.0.0.1:1"].map(str::to_owned);
    examine(folder.path(), &flags).says("NATS", "warning", "look by themselves", "nats =");
}

#[tokio::test]
async fn a_clock_that_was_elsewhere_is_noticed() {
    let app = TestApp::today(|_| ()).await;
    app.advance(3 * 3_600);
    app.friends("ann", "bob").await;
    let report = examine(&app.running.app.config.data, &[]);
    report.says("clock", "wrong", "minutes in the future", "timedatectl");
}
