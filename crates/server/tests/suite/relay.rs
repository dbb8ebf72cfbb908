//! The relay as the two sides of a call are given it: after an accept, to each leg its own, until the end.

use super::app::{Device, Socket, TestApp};
use super::client::Client;
use birdcall_relay::Relay;
use birdcall_relay::credential::Credential;
use birdcall_relay::engine::Refusal;
use birdcall_server::relay::key;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::task::block_in_place;

/// How long anything may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks at what has no event.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

struct Call {
    id: String,
    caller: (Socket, Value),
    callee: (Socket, Value),
}

/// An answered call, with what each side was told at its start.
async fn answered(ann: &Device, bob: &Device) -> Call {
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let id = ann.call(bob).await;
    b.until("ring").await;
    b.press("call_accept", &id).await;
    let (one, other) = (a.until("call_started").await, b.until("call_started").await);
    Call {
        id,
        caller: (a, one),
        callee: (b, other),
    }
}

async fn private(person: &Device, on: bool) {
    person
        .set_calling(|calling| calling["enhanced_privacy"] = on.into())
        .await;
}

fn credential(started: &Value) -> Credential {
    let text = |name: &str| {
        started["ice_servers"][0][name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name} in {started}"))
            .to_owned()
    };
    Credential {
        username: text("username"),
        password: text("credential"),
    }
}

fn relay(app: &TestApp) -> Arc<Relay> {
    Arc::clone(app.running.app.relay.here().unwrap())
}

fn client(relay: &Relay, started: &Value) -> Client {
    Client::new("127.0.0.1:0", relay.address(), &credential(started))
}

/// P-1, P-2: whoever is private, or not followed back, is relayed, on both sides, by this server's own relay.
#[tokio::test]
async fn a_relayed_call_is_told_the_own_relay_and_nothing_else() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    assert_eq!(ann.get("/me").await["relay"], true);
    private(&bob, true).await;
    let mut call = answered(&ann, &bob).await;
    let port = relay(&app).address().port();
    let web = app.running.address.port();
    for (_, started) in [&call.caller, &call.callee] {
        assert_eq!(started["path"], "relay");
        assert_eq!(started["ice_servers"].as_array().unwrap().len(), 1);
        assert_eq!(
            started["ice_servers"][0]["urls"],
            json!([
                format!("turn:127.0.0.1:{port}?transport=udp"),
                format!("turn:127.0.0.1:{web}?transport=tcp"),
            ])
        );
    }
    assert_ne!(credential(&call.caller.1), credential(&call.callee.1));
    // User names are readable on the line: nothing in them is the same in the next call but the leg.
    let device = |started: &Value| credential(started).username[22..].to_owned();
    let before = device(&call.caller.1);
    call.caller.0.press("call_hang_up", &call.id).await;
    call.callee.0.until("call_ended").await;
    let next = answered(&ann, &bob).await;
    assert_ne!(device(&next.caller.1), before);
    let mut call = next;
    call.caller.0.press("call_hang_up", &call.id).await;
    call.callee.0.until("call_ended").await;

    private(&bob, false).await;
    ann.delete("/people/bob/follow")
        .await
        .expect(StatusCode::OK);
    let call = answered(&ann, &bob).await;
    assert_eq!(call.callee.1["path"], "relay");
}

/// C-11: nobody has a credential before a person accepts.
#[tokio::test]
async fn a_ring_brings_no_credential() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    private(&ann, true).await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let view = ann.invite("bob", "audio").await.expect(StatusCode::CREATED);
    let ring = b.until("ring").await;
    let (_, again) = (b.so_far().await, a.so_far().await);
    for told in [view, ring, json!(again)] {
        let told = told.to_string();
        assert!(
            !told.contains("turn:") && !told.contains("ice_servers"),
            "{told}"
        );
    }
}

/// The URLs follow the name that each page was loaded from; or the configuration, where it names them.
#[tokio::test]
async fn the_relay_is_named_as_the_page_was_or_as_configured() {
    let foreign = "https://call.example";
    let app = TestApp::with(|options| options.origins = Some(vec![foreign.into()])).await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut a = ann.try_socket("", Some(foreign)).await.unwrap();
    let mut b = bob.socket().await;
    let call = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_accept", &call).await;
    let port = relay(&app).address().port();
    assert_eq!(
        a.until("call_started").await["ice_servers"][0]["urls"],
        json!([
            format!("turn:call.example:{port}?transport=udp"),
            "turns:call.example:443?transport=tcp"
        ])
    );

    let urls = vec!["turn:relay.example:3478?transport=udp".to_owned()];
    let configured = urls.clone();
    let app = TestApp::with(|options| options.relay_urls = Some(configured)).await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let call = answered(&ann, &bob).await;
    assert_eq!(call.callee.1["ice_servers"][0]["urls"], json!(urls));
}

/// C-19 and P-5 where the relay is on another machine: it is told the end of a call, also after a start of its own; and
/// without it nothing is relayed.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_elsewhere_is_told_the_end_of_calls_and_is_missed_when_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("node.key");
    let key = key::read_or_make(&file).unwrap();
    let there = birdcall_server::relay::own("127.0.0.1:0".parse().unwrap(), key.clone()).unwrap();
    let address = there.address();
    let app = TestApp::today(|options| {
        options.relay_listen = None;
        options.key_file = Some(file);
        options.relay_urls = Some(vec![format!("turn:{address}?transport=udp")]);
    })
    .await;
    assert!(app.running.app.relay.here().is_none());
    let (ann, bob) = app.friends("ann", "bob").await;
    private(&ann, true).await;
    relay_is_there(&ann, true).await;
    let mut call = answered(&bob, &ann).await;
    block_in_place(|| client(&there, &call.caller.1).allocate());
    call.callee.0.press("call_hang_up", &call.id).await;
    call.caller.0.until("call_ended").await;
    let revoked = |relay: &Relay| relay.counters().counters.refused(Refusal::Revoked) > 0;
    block_in_place(|| {
        eventually(|| there.counters().allocations == 0);
        client(&there, &call.caller.1).allocate_in_vain(|| revoked(&there));
    });

    there.stop();
    let there = birdcall_server::relay::own(address, key).unwrap();
    block_in_place(|| {
        // It is asked whether it is there, found to be another one, and told.
        eventually(|| there.counters().counters.revoked > 0);
        client(&there, &call.caller.1).allocate_in_vain(|| revoked(&there));
    });

    there.stop();
    relay_is_there(&ann, false).await;
    bob.invite("ann", "audio")
        .await
        .refused(StatusCode::SERVICE_UNAVAILABLE, "no_relay");
}

/// Asks until the server says so.
async fn relay_is_there(person: &Device, wanted: bool) {
    let begin = Instant::now();
    while person.get("/me").await["relay"] != wanted {
        assert!(begin.elapsed() < PATIENCE, "the relay is not {wanted}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

fn eventually(done: impl Fn() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < PATIENCE, "it has not come");
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// P-4 and C-19 through a TURN client that is not ours: the legs reach each other, and the end of the call ends it.
#[tokio::test(flavor = "multi_thread")]
async fn the_legs_reach_each_other_until_the_call_ends() {
    let app = TestApp::today(|_| ()).await;
    let (ann, bob) = app.friends("ann", "bob").await;
    private(&ann, true).await;
    let mut call = answered(&ann, &bob).await;
    let relay = relay(&app);
    let media = [vec![0x80], vec![7; 159]].concat();
    let (mut one, mut other) = (
        client(&relay, &call.caller.1),
        client(&relay, &call.callee.1),
    );
    block_in_place(|| {
        let (from, to) = (one.allocate(), other.allocate());
        assert_eq!(from.ip().to_string(), "203.0.113.1");
        assert_eq!(to.ip().to_string(), "203.0.113.2");
        assert!(one.permit(to) && other.permit(from));
        one.say(to, &media);
        assert_eq!(other.hear(), (from, media.clone()));
        other.bind(from);
        one.say(to, &media);
        assert_eq!(other.hear(), (from, media.clone()));
        assert_eq!(other.hears(), None);
    });
    call.callee.0.press("call_hang_up", &call.id).await;
    call.caller.0.until("call_ended").await;
    block_in_place(|| {
        let refused = |relay: &Relay| relay.counters().counters.refused(Refusal::Revoked);
        client(&relay, &call.caller.1).allocate_in_vain(|| refused(&relay) > 0);
        assert_eq!(relay.counters().allocations, 0);
    });
}

/// C-19: also a server that was restarted knows which credentials are of calls that are over; and a call that goes on
/// goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_server_still_refuses_an_ended_call() {
    let app = TestApp::today(|_| ()).await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (cleo, dora) = app.friends("cleo", "dora").await;
    let mut over = answered(&ann, &bob).await;
    let goes_on = answered(&cleo, &dora).await;
    over.callee.0.press("call_hang_up", &over.id).await;
    over.caller.0.until("call_ended").await;
    let app = app.again().await;
    let relay = relay(&app);
    block_in_place(|| {
        let refused = |relay: &Relay| relay.counters().counters.refused(Refusal::Revoked);
        client(&relay, &over.caller.1).allocate_in_vain(|| refused(&relay) > 0);
        client(&relay, &goes_on.caller.1).allocate();
    });
}

/// P-7: switched on in a direct call, both sides are told to begin again by the relay, and the call goes on.
#[tokio::test]
async fn privacy_switched_on_in_a_direct_call_moves_it_to_the_relay() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut call = answered(&ann, &bob).await;
    assert_eq!(call.caller.1["path"], "direct");
    private(&bob, true).await;
    for socket in [&mut call.caller.0, &mut call.callee.0] {
        let again = socket.until("call_started").await;
        assert_eq!(
            (&again["path"], &again["epoch"]),
            (&"relay".into(), &2.into())
        );
        credential(&again);
    }
    // And never back (P-1).
    private(&bob, false).await;
    assert!(call.caller.0.call_frames().await.is_empty());
}

/// P-3: on the relay a side's own relayed address passes and nothing else does; what does not is counted.
#[tokio::test]
async fn on_the_relay_only_the_senders_own_relayed_address_passes() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    private(&ann, true).await;
    let mut call = answered(&ann, &bob).await;
    let (a, b) = (&mut call.caller.0, &mut call.callee.0);
    let id = call.id.clone();
    let candidate = move |line: &str| {
        json!({"type": "call_candidate", "call": id, "epoch": 1,
        "candidate": line, "mid": "0", "ufrag": "abcd"})
    };
    for line in [
        "candidate:1 1 udp 7 192.0.2.7 50000 typ host",
        "candidate:1 1 udp 7 ::ffff:192.0.2.7 50000 typ srflx raddr 10.9.8.7 rport 1",
        "candidate:1 1 udp 7 203.0.113.2 49152 typ relay raddr 192.0.2.7 rport 1",
        "candidate:1 1 udp 7 ece6d5b9-a90c-4e25-b314-a4234d9d56d9.local 5000 typ host",
    ] {
        a.send(candidate(line)).await;
    }
    let own =
        "candidate:9 1 udp 7 203.0.113.1 49153 typ relay raddr 192.0.2.7 rport 1 generation 0";
    a.send(candidate(own)).await;
    assert_eq!(
        b.until("call_candidate").await["candidate"],
        "candidate:49153 1 udp 7 203.0.113.1 49153 typ relay raddr 0.0.0.0 rport 0 generation 0"
    );
    assert!(b.call_frames().await.is_empty());
    assert_eq!(app.running.app.counters.filtered_so_far(), 4);
}

/// The relay's figures stand among the server's.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_relay_refuses_is_counted_where_figures_are() {
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let app = TestApp::today(|options| options.metrics_listen = Some(any)).await;
    let relay = relay(&app);
    let wrong = Credential {
        username: "nobody".into(),
        password: "nothing".into(),
    };
    block_in_place(|| {
        let refused = || relay.counters().counters.refused(Refusal::BadCredential) > 0;
        Client::new("127.0.0.1:0", relay.address(), &wrong).allocate_in_vain(refused);
    });
    let url = format!("http://{}/metrics", app.running.metrics.unwrap());
    let figures = reqwest::get(url).await.unwrap().text().await.unwrap();
    let line = |name: &str| {
        let found = figures.lines().find(|line| line.starts_with(name));
        let value = found.unwrap_or_else(|| panic!("no {name} in {figures}"));
        value.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    assert!(line("birdcall_relay_refused_total{reason=\"bad_credential\"}") >= 1.0);
    assert!(line("birdcall_relay_received_total") >= 2.0);
    assert_eq!(line("birdcall_relay_allocations"), 0.0);
}

/// `birdcall relay` with a key of its own; killed when dropped.
pub(crate) struct RelayProgram {
    pub(crate) address: SocketAddr,
    child: Child,
    folder: TempDir,
}

impl RelayProgram {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = birdcall(folder.path(), &["relay", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.strip_prefix("relay ").unwrap().trim().parse().unwrap();
        Self {
            address,
            child,
            folder,
        }
    }

    /// The lines that `birdcall relay credential` prints, in words.
    fn printed(&self, words: &[&str]) -> Vec<Vec<String>> {
        let words = [&["relay", "credential"], words].concat();
        let printed = birdcall(self.folder.path(), &words).output().unwrap();
        String::from_utf8(printed.stdout)
            .unwrap()
            .lines()
            .map(|line| line.split(' ').map(str::to_owned).collect())
            .collect()
    }

    /// How much memory it has, in KiB (proc(5), `VmRSS`).
    pub(crate) fn resident_kib(&self) -> u64 {
        let file = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(file).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.unwrap()
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .unwrap()
    }

    /// Of both legs of a fresh call.
    pub(crate) fn credentials(&self) -> [Credential; 2] {
        let lines = self.printed(&["--ttl", "60"]);
        [&lines[0], &lines[1]].map(|words| Credential {
            username: words[2].clone(),
            password: words[3].clone(),
        })
    }
}

impl Drop for RelayProgram {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn birdcall(data: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_birdcall"));
    command.env_clear().env("BIRDCALL_DATA", data);
    command.args(words).stderr(Stdio::null());
    command
}

/// The relay in a process of its own, and credentials for clients that are no browsers.
#[test]
fn a_relay_of_its_own_takes_credentials_of_its_key() {
    let relay = RelayProgram::start();
    let lines = relay.printed(&["--calls", "2"]);
    let legs: Vec<_> = lines.iter().map(|words| (&words[0], &words[1])).collect();
    let [one, other] = [&lines[0][0], &lines[2][0]];
    assert_ne!(one, other);
    let [caller, callee] = ["caller", "callee"].map(str::to_owned);
    assert_eq!(
        legs,
        [
            (one, &caller),
            (one, &callee),
            (other, &caller),
            (other, &callee)
        ]
    );
    let [mut caller, mut callee] = relay
        .credentials()
        .map(|credential| Client::new("127.0.0.1:0", relay.address, &credential));
    let (from, to) = (caller.allocate(), callee.allocate());
    assert!(caller.permit(to) && callee.permit(from));
    caller.say(to, &[0x80; 20]);
    assert_eq!(callee.hear(), (from, vec![0x80; 20]));

    assert!(relay.printed(&["--calls", "0"]).is_empty());
    assert!(relay.printed(&["--ttl", "90000"]).is_empty());
    std::fs::write(relay.folder.path().join("node.key"), "no key").unwrap();
    assert!(relay.printed(&[]).is_empty());
}
