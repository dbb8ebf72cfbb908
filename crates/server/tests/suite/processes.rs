//! Nodes as they are run: processes that are told to stop one after the other, and killed, while people call.

use super::app::{Device, Socket};
use super::home::Home;
use super::nodes::{call_entries, connected, relay_url, until};
use super::process::Program;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// Processes on one database, each with a data folder of its own.
pub(crate) struct Processes {
    shared: Home,
    folders: Vec<TempDir>,
    running: Vec<Option<Program>>,
    /// Where a browser may go.
    urls: Arc<Mutex<Vec<String>>>,
}

impl Processes {
    pub(crate) async fn start(count: usize, more: &[&str]) -> Self {
        let shared = Home::new().await;
        let mut folders = Vec::new();
        for _ in 0..count {
            folders.push(tempfile::tempdir().unwrap());
        }
        let mut nodes = Self {
            shared,
            folders,
            running: Vec::new(),
            urls: Arc::default(),
        };
        for n in 0..count {
            let program = nodes.node(n, more);
            nodes.running.push(Some(program));
        }
        nodes.tell();
        nodes
    }

    fn node(&self, n: usize, more: &[&str]) -> Program {
        let key = self.shared.path().join("node.key");
        let (key, url) = (key.to_str().unwrap(), relay_url(n));
        let name = format!("node-{n}");
        let database = self.shared.url();
        let own = [
            "--database",
            &database,
            "--cluster",
            "--node",
            &name,
            "--key-file",
            key,
            "--relay-urls",
            &url,
        ];
        Program::start(self.folders[n].path(), &[&own[..], more].concat())
    }

    /// Tells browsers where they may go.
    fn tell(&self) {
        let there = self.running.iter().flatten();
        *self.urls.lock().unwrap() = there.map(|program| program.url().to_owned()).collect();
    }

    pub(crate) fn url(&self, n: usize) -> &str {
        self.running[n].as_ref().unwrap().url()
    }

    /// Tells all of them to stop, one after the other.
    pub(crate) async fn stop(mut self) {
        for program in self.running.drain(..).flatten() {
            stop(program).await;
        }
    }
}

/// Tells a process to stop, and waits until it has handed over and ended.
async fn stop(mut program: Program) {
    let told = Command::new("kill").arg(program.id().to_string()).status();
    assert!(told.unwrap().success());
    let gone = tokio::task::spawn_blocking(move || program.wait());
    let status = tokio::time::timeout(Duration::from_secs(40), gone)
        .await
        .unwrap()
        .unwrap();
    assert!(status.success(), "{status}");
}

pub(crate) fn at(device: &Device, url: &str) -> Device {
    Device::at(url)
        .with_cookie(device.cookie().unwrap())
        .named(&device.handle)
}

/// People who follow each other and have written to each other.
pub(crate) async fn pair(url: &str, one: &str, other: &str) -> (Device, Device) {
    let mut people = Vec::new();
    for handle in [one, other] {
        let device = Device::at(url);
        let body = json!({"handle": handle, "password": "correct horse", "device": "test"});
        device
            .post("/accounts", body)
            .await
            .expect(StatusCode::CREATED);
        people.push(device.named(handle));
    }
    let (b, a) = (people.pop().unwrap(), people.pop().unwrap());
    a.follow(&b).await;
    b.follow(&a).await;
    a.write(&b, "hello").await;
    b.write(&a, "hello yourself").await;
    (a, b)
}

/// A browser in a call: it comes back where it may go, and sets up media as often as it is told.
struct Browser {
    ends: Arc<Mutex<Vec<String>>>,
    came: Arc<AtomicU32>,
    task: tokio::task::JoinHandle<()>,
}

impl Browser {
    fn of(device: &Device, urls: &Arc<Mutex<Vec<String>>>, mut socket: Socket) -> Self {
        let device = at(device, "http://nowhere");
        let (ends, came) = (
            Arc::<Mutex<Vec<String>>>::default(),
            Arc::<AtomicU32>::default(),
        );
        let (urls, told, back) = (Arc::clone(urls), Arc::clone(&ends), Arc::clone(&came));
        let task = tokio::spawn(async move {
            loop {
                while let Ok(frame) = socket.next_or_close().await {
                    follow(&mut socket, &frame, &told).await;
                }
                socket = loop {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    let there = urls.lock().unwrap().clone();
                    let url = &there[rand::random_range(0..there.len())];
                    if let Ok(socket) = at(&device, url).try_socket("", None).await {
                        break socket;
                    }
                };
                back.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self { ends, came, task }
    }

    fn ended(&self) -> Vec<String> {
        self.ends.lock().unwrap().clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn follow(socket: &mut Socket, frame: &Value, ends: &Mutex<Vec<String>>) {
    match frame["type"].as_str().unwrap() {
        "call_started" => {
            let up =
                json!({"type": "call_connected", "call": frame["call"], "epoch": frame["epoch"]});
            socket.try_send(up).await;
        }
        "call_ended" => {
            let reason = frame["reason"].as_str().unwrap().to_owned();
            ends.lock().unwrap().push(reason);
        }
        _ => {}
    }
}

/// A call to whom a socket belongs, as far as an accept there.
pub(crate) async fn answered(b: &mut Socket, ann: &Device, bob: &Device) -> String {
    let call = ann.call(bob).await;
    b.until("ring").await;
    b.press("call_accept", &call).await;
    call
}

/// Three nodes are restarted one after the other under calls, and none of them is dropped.
#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_drops_no_call() {
    let mut nodes = Processes::start(3, &[]).await;
    let (ann, bob) = pair(nodes.url(0), "ann", "bob").await;
    let (cleo, dora) = pair(nodes.url(0), "cleo", "dora").await;
    ann.set_calling(|calling| calling["enhanced_privacy"] = true.into())
        .await;
    let (bob, dora) = (at(&bob, nodes.url(1)), at(&dora, nodes.url(2)));
    let mut browsers = Vec::new();
    let mut calls = Vec::new();
    for (one, other) in [(&ann, &bob), (&cleo, &dora)] {
        let (mut a, mut b) = (one.socket().await, other.socket().await);
        let call = answered(&mut b, one, other).await;
        connected(&mut a, &mut b, &call).await;
        browsers.push(Browser::of(one, &nodes.urls, a));
        browsers.push(Browser::of(other, &nodes.urls, b));
        calls.push(call);
    }
    for n in 0..3 {
        let program = nodes.running[n].take().unwrap();
        nodes.tell();
        stop(program).await;
        nodes.running[n] = Some(nodes.node(n, &[]));
        nodes.tell();
    }
    let back: u32 = browsers
        .iter()
        .map(|one| one.came.load(Ordering::Relaxed))
        .sum();
    assert!(back >= 4, "each was told to go at least once: {back}");
    for browser in &browsers {
        assert_eq!(browser.ended(), Vec::<String>::new());
    }
    for (call, device) in calls.iter().zip([&ann, &cleo]) {
        let device = at(device, nodes.url(0));
        let (welcome, mut socket) = device.socket_from("").await;
        assert_eq!(welcome["calls"][0]["call"], call.as_str());
        assert_eq!(welcome["calls"][0]["phase"], "active");
        socket.press("call_hang_up", call).await;
        socket.until("call_ended").await;
    }
    for browser in &browsers {
        until("everybody is told", async || browser.ended() == ["hung_up"]).await;
    }
}

/// A node is killed while calls of its people ring, connect, and are talked on. Each comes to one end, with its reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_killed_leaves_no_call_without_an_end() {
    let mut nodes = Processes::start(2, &["--ring-seconds", "10"]).await;
    let (ann, bob) = pair(nodes.url(0), "ann", "bob").await;
    let (cleo, dora) = pair(nodes.url(0), "cleo", "dora").await;
    let (eve, finn) = pair(nodes.url(0), "eve", "finn").await;
    let bob = at(&bob, nodes.url(1));
    let dora = at(&dora, nodes.url(1));
    let finn = at(&finn, nodes.url(1));
    // Talked on, by the relay of the node that is killed.
    eve.set_calling(|calling| calling["enhanced_privacy"] = true.into())
        .await;
    let (mut e, mut f) = (eve.socket().await, finn.socket().await);
    let talk = answered(&mut f, &eve, &finn).await;
    connected(&mut e, &mut f, &talk).await;
    // Connecting.
    let (_c, mut d) = (cleo.socket().await, dora.socket().await);
    let connecting = answered(&mut d, &cleo, &dora).await;
    d.until("call_started").await;
    // Ringing.
    let (_a, mut b) = (ann.socket().await, bob.socket().await);
    let ringing = ann.call(&bob).await;
    b.until("ring").await;
    drop(nodes.running[0].take());
    nodes.tell();

    // C-13: one missed call, a moment after its deadline at the latest.
    let stopped = b.until("ring_stopped").await;
    assert_eq!(
        (&stopped["call"], &stopped["reason"]),
        (&ringing.into(), &"no_answer".into())
    );
    let (ann, cleo, eve) = (
        at(&ann, nodes.url(1)),
        at(&cleo, nodes.url(1)),
        at(&eve, nodes.url(1)),
    );
    for (me, other) in [(&ann, &bob), (&bob, &ann)] {
        let entries = call_entries(me, other).await;
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0]["outcome"], "no_answer");
    }
    // C-19: who talks comes back elsewhere, and goes on.
    let (welcome, mut e) = eve.socket_from("").await;
    assert_eq!(welcome["calls"][0]["call"], talk.as_str());
    assert_eq!(welcome["calls"][0]["phase"], "active");
    // Once it is known to be gone they are led to another relay.
    let moved = f.until("call_started").await;
    assert_eq!(
        (&moved["call"], &moved["epoch"]),
        (&talk.as_str().into(), &2.into())
    );
    assert_eq!(moved["ice_servers"][0]["urls"][0], relay_url(1));
    e.press("call_hang_up", &talk).await;
    assert_eq!(f.until("call_ended").await["reason"], "hung_up");
    assert_eq!(call_entries(&finn, &eve).await.len(), 1);
    // Nobody came back to the one that was being set up: it fails when its time is over.
    let mut ended = None;
    for _ in 0..80 {
        let frames = d.so_far().await;
        ended = frames
            .into_iter()
            .find(|frame| frame["type"] == "call_ended");
        if ended.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let ended = ended.expect("its time is over after 30 seconds");
    assert_eq!(
        (&ended["call"], &ended["reason"]),
        (&connecting.into(), &"failed".into())
    );
    let entries = call_entries(&dora, &cleo).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["outcome"], "failed");
}

/// Two programs on one data folder are refused as ever, also in a cluster.
#[tokio::test]
async fn a_data_folder_is_one_nodes() {
    let nodes = Processes::start(1, &[]).await;
    let folder: &Path = nodes.folders[0].path();
    let output = super::process::birdcall(folder)
        .args([
            "serve",
            "--cluster",
            "--relay",
            "false",
            "--listen",
            "127.0.0.1:0",
        ])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("another birdcall runs"), "{said}");
}
