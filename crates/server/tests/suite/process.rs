//! The real program in a process of its own: killed, started twice, managed from the command line.

use super::app::Device;
use super::push_service::{PushService, Say, Subscriber};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use tokio_tungstenite::tungstenite::Error;

/// A running `birdcall serve`; killed when dropped.
pub(crate) struct Program {
    child: Child,
    url: String,
}

pub(crate) fn birdcall(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_birdcall"));
    command.env_clear().env("BIRDCALL_DATA", data);
    command
}

impl Program {
    pub(crate) fn start(data: &Path, more: &[&str]) -> Self {
        Self::spawn(
            birdcall(data)
                .args(["serve", "--listen", "127.0.0.1:0"])
                .args(["--relay-listen", "127.0.0.1:0"])
                .args(more)
                .stderr(Stdio::null()),
        )
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.trim().strip_prefix("listening ").unwrap().to_owned();
        Self { child, url }
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it has ended.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) async fn sign_in(&self, handle: &str) -> Device {
        let device = Device::at(&self.url);
        let body = json!({"handle": handle, "password": "birdcall-demo"});
        device.post("/sessions", body).await.expect(StatusCode::OK);
        device.named(handle)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn call_entries(me: &Device, other: &str) -> Vec<Value> {
    let page = me.get(&format!("/conversations/{other}/entries")).await;
    let entries = page["entries"].as_array().unwrap();
    entries
        .iter()
        .filter(|entry| entry["body"]["type"] == "call")
        .cloned()
        .collect()
}

/// C-13: the missed call is written once, also when the server was killed while it rang, however often.
#[tokio::test]
async fn a_server_killed_while_it_rings_writes_one_missed_call_after_the_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path(), &["--demo", "--ring-seconds", "2"]);
    let (ann, bob) = (program.sign_in("ann").await, program.sign_in("bob").await);
    let mut b = bob.socket().await;
    ann.call(&bob).await;
    b.until("ring").await;
    assert!(call_entries(&bob, "ann").await.is_empty());
    program.kill();
    for _ in 0..2 {
        program = Program::start(folder.path(), &["--ring-seconds", "2"]);
        program.kill();
    }
    let program = Program::start(folder.path(), &["--ring-seconds", "2"]);
    let (ann, bob) = (program.sign_in("ann").await, program.sign_in("bob").await);
    let (_, mut socket) = bob.socket_from("?cursor=0").await;
    // Told by the feed, whether it ended before this socket opened or after.
    loop {
        let frame = socket.until("entry").await;
        if frame["entry"]["body"]["type"] == "call" {
            assert_eq!(frame["entry"]["body"]["outcome"], "no_answer");
            break;
        }
    }
    socket.so_far().await;
    assert_eq!(call_entries(&bob, "ann").await.len(), 1);
    assert_eq!(call_entries(&ann, "bob").await.len(), 1);
}

/// C-13 and C-14 for a closed app: the ring is pushed, the server is killed, and what the next one pushes is the missed
/// call, once.
#[tokio::test]
async fn a_closed_app_is_told_of_a_missed_call_also_when_the_server_was_killed_while_it_rang() {
    let service = PushService::start().await;
    let folder = tempfile::tempdir().unwrap();
    let options = ["--ring-seconds", "2", "--push-origins", &service.origin];
    let mut program = Program::start(folder.path(), &[&["--demo"], &options[..]].concat());
    let (ann, bob) = (program.sign_in("ann").await, program.sign_in("bob").await);
    let phone = Subscriber::new(&service, "phone");
    bob.put("/devices/current/push", Some(phone.body()))
        .await
        .expect(StatusCode::NO_CONTENT);
    let call = ann.call(&bob).await;
    let ring = service.says(&phone, 0).await;
    assert_eq!(ring["birdcall"]["type"], "ring");
    program.kill();
    let program = Program::start(folder.path(), &options);
    let missed = service.says(&phone, 1).await;
    assert_eq!(missed["birdcall"]["type"], "missed");
    assert_eq!(missed["birdcall"]["call"], call.as_str());
    let ann = program.sign_in("ann").await;
    ann.write(&bob, "never mind").await;
    let next = service.says(&phone, 2).await;
    assert_eq!(next["birdcall"]["type"], "message");
}

/// M-4: what was acknowledged is there after `kill -9`.
#[tokio::test]
async fn an_acknowledged_message_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path(), &["--demo"]);
    let ann = program.sign_in("ann").await;
    let mut a = ann.socket().await;
    for n in 0..20 {
        a.send(
            json!({"type": "send", "key": format!("k{n}"), "to": "bob", "text": format!("m{n}")}),
        )
        .await;
    }
    let mut acknowledged = Vec::new();
    while acknowledged.len() < 15 {
        acknowledged.push(a.until("sent").await["entry"]["body"]["text"].clone());
    }
    program.kill();
    let program = Program::start(folder.path(), &[]);
    let bob = program.sign_in("bob").await;
    let page = bob.get("/conversations/ann/entries?limit=100").await;
    let kept: Vec<&Value> = page["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["body"]["text"])
        .collect();
    for text in &acknowledged {
        assert_eq!(kept.iter().filter(|one| **one == text).count(), 1, "{text}");
    }
}

#[test]
fn a_second_server_on_the_same_folder_refuses_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &[]);
    let second = birdcall(folder.path())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(["--relay-listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains("another birdcall runs on"), "{said}");
    drop(program);
    // The lock goes with its holder.
    Program::start(folder.path(), &[]);
}

fn user(data: &Path, line: &[&str], typed: &str) -> Output {
    let mut child = birdcall(data)
        .arg("user")
        .args(line)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may have ended without reading.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap()
}

#[tokio::test]
async fn people_are_managed_from_the_command_line_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &["--demo"]);
    let bob = program.sign_in("bob").await;
    assert!(
        user(folder.path(), &["verify", "@ann"], "")
            .status
            .success()
    );
    assert_eq!(bob.get("/people/ann").await["verified"], true);
    assert!(
        user(folder.path(), &["unverify", "ann"], "")
            .status
            .success()
    );
    assert_eq!(bob.get("/people/ann").await["verified"], false);
    assert!(
        !user(folder.path(), &["verify", "nobody"], "")
            .status
            .success()
    );
    assert!(
        user(folder.path(), &["add", "eve"], "birdcall-demo\n")
            .status
            .success()
    );
    assert!(
        !user(folder.path(), &["add", "eve"], "birdcall-demo\n")
            .status
            .success()
    );
    assert!(
        !user(folder.path(), &["add", "mallory"], "short\n")
            .status
            .success()
    );
    program.sign_in("eve").await;
    let listed = user(folder.path(), &["list"], "");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(
        listed.contains("@eve") && !listed.contains("@mallory"),
        "{listed}"
    );
}

#[test]
fn the_effective_configuration_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let output = birdcall(folder.path())
        .args(["config", "--ring-seconds", "30"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("ring_seconds = 30"), "{text}");
    let wrong = birdcall(folder.path())
        .args(["config", "--ring-seconds", "0"])
        .output()
        .unwrap();
    assert!(!wrong.status.success());
}

/// Everything of ours, and of others what they say when somebody looks for a fault.
const LOUDEST: &str =
    "debug,birdcall_server=trace,birdcall_store=trace,birdcall_relay=trace,birdcall_call=trace";

fn leaks<'a>(log: &str, secrets: &'a [String]) -> Vec<&'a str> {
    let found = secrets
        .iter()
        .filter(|secret| log.contains(secret.as_str()));
    found.map(String::as_str).collect()
}

/// P-6 and the logging rule: nobody's name, words, secrets or address get into the log, whatever its level.
#[tokio::test]
async fn the_log_of_a_whole_call_tells_nothing_of_its_people() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let service = PushService::start().await;
    let program = Program::spawn(
        birdcall(folder.path())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(["--relay-listen", "127.0.0.1:0"])
            .args(["--push-origins", &service.origin])
            .args(["--log-format", "json"])
            .env("BIRDCALL_LOG", LOUDEST)
            .stderr(std::fs::File::create(&log).unwrap()),
    );
    let mut secrets = vec!["127.0.0.1".to_owned(), "correct horse".to_owned()];
    let mut people = Vec::new();
    for handle in ["zaphod_b", "trillian_a"] {
        let device = Device::at(&program.url);
        let body = json!({"handle": handle, "password": "correct horse", "name": "Betelgeuse"});
        device
            .post("/accounts", body)
            .await
            .expect(StatusCode::CREATED);
        secrets.extend([
            handle.to_owned(),
            device.cookie().unwrap().replace("birdcall=", ""),
        ]);
        people.push(device.named(handle));
    }
    let (one, other) = (&people[0], &people[1]);
    one.follow(other).await;
    other.follow(one).await;
    one.write(other, "mostly-harmless").await;
    // Endpoints are secrets too, whatever becomes of a push.
    let phone = Subscriber::new(&service, "magrathea");
    service.answer(
        &phone,
        [Say::Status(500), Say::Status(201), Say::Status(410)],
    );
    other
        .put("/devices/current/push", Some(phone.body()))
        .await
        .expect(StatusCode::NO_CONTENT);
    one.write(other, "mostly-harmless again").await;
    service.at(&phone, 1).await;
    secrets.extend([
        "magrathea".to_owned(),
        service.origin.replace("http://", ""),
    ]);
    secrets.push(phone.body()["auth"].as_str().unwrap().to_owned());
    other.write(one, "mostly-harmless").await;
    let (mut a, mut b) = (one.socket().await, other.socket().await);
    let call = one.call(other).await;
    b.until("ring").await;
    b.press("call_accept", &call).await;
    a.until("call_started").await;
    let line = "candidate:1 1 udp 2122260223 192.0.2.77 50000 typ host";
    a.send(
        json!({"type": "call_candidate", "call": call, "epoch": 1, "candidate": line, "mid": "0"}),
    )
    .await;
    b.until("call_candidate").await;
    a.send_text("{\"type\":\"send\",\"text\":\"mostly-harmless\"}")
        .await;
    a.press("call_hang_up", &call).await;
    b.until("call_ended").await;
    secrets
        .extend(["mostly-harmless", "192.0.2.77", "Betelgeuse", call.as_str()].map(str::to_owned));
    drop(program);
    let written = std::fs::read_to_string(&log).unwrap();
    assert!(
        !written.is_empty(),
        "nothing was logged, so nothing was shown"
    );
    for line in written.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        assert!(
            line["level"].is_string() && line["target"].is_string(),
            "{line}"
        );
    }
    let leaked = leaks(&written, &secrets);
    assert!(leaked.is_empty(), "{leaked:?} in the log:\n{written}");
    // The positive control: each of them would be found.
    for secret in &secrets {
        let spoilt = format!("{written}{{\"message\":\"{secret} calls\"}}\n");
        assert!(leaks(&spoilt, &secrets).contains(&secret.as_str()));
    }
}

/// A server with so many files.
fn with_files(folder: &Path, files: u32) -> Program {
    let mut limited = Command::new("sh");
    limited
        .args(["-c", &format!("ulimit -n {files}; exec \"$0\" \"$@\"")])
        .arg(env!("CARGO_BIN_EXE_birdcall"))
        .args(["serve", "--demo", "--listen", "127.0.0.1:0"])
        .args(["--relay-listen", "127.0.0.1:0"])
        .env("BIRDCALL_DATA", folder)
        .stderr(Stdio::null());
    Program::spawn(&mut limited)
}

/// A server with all the sockets that its files allow still writes, answers health checks, and says why it takes no more.
#[tokio::test]
async fn the_last_files_are_kept_for_what_is_no_socket() {
    let folder = tempfile::tempdir().unwrap();
    let program = with_files(folder.path(), 200);
    let people = [program.sign_in("ann").await, program.sign_in("bob").await];
    let mut sockets = Vec::new();
    let refused = loop {
        // One person alone would be told to slow down first.
        let device = &people[sockets.len() % people.len()];
        match device.try_socket("", None).await {
            Ok(mut socket) => {
                // It counts from its first frame on.
                socket.next().await;
                sockets.push(socket);
            }
            Err(refused) => break refused,
        }
    };
    assert!(
        matches!(&refused, Error::Http(answer) if answer.status() == StatusCode::SERVICE_UNAVAILABLE),
        "{refused}"
    );
    // Three quarters of the files.
    assert_eq!(sockets.len(), 150);
    let ready = reqwest::get(format!("{}/readyz", program.url())).await;
    assert_eq!(ready.unwrap().status(), StatusCode::OK);
    // Several at once need the connections that read, which are there before they are needed.
    let asked = (0..8).map(|_| people[0].get("/conversations"));
    for page in futures_util::future::join_all(asked).await {
        assert!(page.is_array(), "{page}");
    }
    let message = json!({"type": "send", "key": "k", "to": "bob", "text": "still here"});
    sockets[0].send(message).await;
    sockets[0].until("sent").await;
    // Whoever goes makes place.
    drop(sockets.pop());
    while people[1].try_socket("", None).await.is_err() {}
}

/// Connections that come in never take the files that the server itself needs, however many there are.
#[tokio::test]
async fn a_crowd_of_connections_leaves_files_to_the_database() {
    const FILES: usize = 800;
    let folder = tempfile::tempdir().unwrap();
    let program = with_files(folder.path(), FILES as u32);
    let ann = program.sign_in("ann").await;
    let mut socket = ann.socket().await;
    let open = || {
        let files = std::fs::read_dir(format!("/proc/{}/fd", program.id()));
        files.unwrap().count()
    };
    let before = open();
    let address = program.url().strip_prefix("http://").unwrap().to_owned();
    let mut crowd = Vec::new();
    for _ in 0..FILES {
        // The system takes them, whether the server does or not.
        crowd.push(std::net::TcpStream::connect(&address).unwrap());
    }
    // Seven eighths of the files, and what was there before.
    while open() < FILES / 8 * 7 {
        tokio::task::yield_now().await;
    }
    for number in 0..20 {
        let key = number.to_string();
        let message = json!({"type": "send", "key": key, "to": "bob", "text": "still here"});
        socket.send(message).await;
        socket.until("sent").await;
        let now = open();
        assert!(
            now <= FILES / 8 * 7 + before,
            "{now} files, {before} before"
        );
    }
    // Whoever goes makes place.
    drop(crowd);
    let ready = reqwest::get(format!("{}/readyz", program.url())).await;
    assert_eq!(ready.unwrap().status(), StatusCode::OK);
}
