//! Who takes part: callers, and for each of them people of every kind, as many as C-5 asks for.

use super::caller::Device;
use super::{Kind, SilenceBench};
use crate::Outcome;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Calls to one person before the next one's turn. C-5 makes the fourth unanswered ring in a row silent; calls that do
/// not ring have no such bound, and each person made costs a password's hash.
const fn each(kind: Kind) -> u32 {
    match kind {
        Kind::Offline => 3,
        Kind::Blocked | Kind::NotAllowed | Kind::Silent => 9,
    }
}

/// Sign-ups from one address, fewer than a server takes at once.
const FROM_ONE_ADDRESS: u32 = 20;

/// People made at once: the server hashes two passwords at a time.
const AT_ONCE: usize = 4;

/// Everybody, and the server.
pub(super) struct World {
    callers: Vec<Caller>,
    size: u32,
    // Killed and removed when dropped.
    _server: Server,
    _data: TempDir,
}

/// Somebody who calls.
pub(super) struct Caller {
    device: Arc<Device>,
    /// By kind, in the order of [`Kind::ALL`].
    callees: Vec<Vec<Arc<Device>>>,
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Caller {
    pub(super) fn device(&self) -> &Arc<Device> {
        &self.device
    }

    /// Whom the `n`th call of a kind is for.
    pub(super) fn callee(&self, kind: Kind, n: u32) -> &str {
        let of_kind = &self.callees[kind as usize];
        &of_kind[(n / each(kind)) as usize % of_kind.len()].handle
    }
}

impl World {
    pub(super) fn size(&self) -> u32 {
        self.size
    }

    pub(super) fn callers(&self) -> &[Caller] {
        &self.callers
    }

    /// Starts the server and makes everybody; each caller calls each kind `calls` times.
    pub(super) async fn make(wanted: &SilenceBench, calls: u32) -> Outcome<Self> {
        let data = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut command = Command::new(&wanted.program);
        command
            .env_clear()
            .env("BIRDCALL_DATA", data.path())
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--relay-listen",
                "127.0.0.1:0",
            ])
            .args(["--ring-seconds", "1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if wanted.without_beat {
            command.env("BIRDCALL_WITHOUT", "C-6");
        }
        let mut child = command
            .spawn()
            .map_err(|error| format!("{}: {error}", wanted.program.display()))?;
        let stdout = child.stdout.take().ok_or("the server has no output")?;
        let server = Server(child);
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .map_err(|error| error.to_string())?;
        let url = line
            .trim()
            .strip_prefix("listening ")
            .ok_or("the server does not start")?;
        let at_once = Arc::new(Semaphore::new(AT_ONCE));
        let mut making = JoinSet::new();
        for n in 0..wanted.callers {
            let (url, at_once) = (url.to_owned(), Arc::clone(&at_once));
            making.spawn(async move { caller(&url, n, calls, &at_once).await });
        }
        let mut callers = Vec::new();
        while let Some(made) = making.join_next().await {
            callers.push(made.map_err(|error| error.to_string())??);
        }
        Ok(Self {
            size: wanted.callers * of_each(calls),
            callers,
            _server: server,
            _data: data,
        })
    }

    /// Whether every call was of the kind that it was meant to be: the callees' quiet lists say why.
    pub(super) async fn check(&self) -> Outcome {
        for caller in &self.callers {
            for kind in Kind::ALL {
                let reason = match kind {
                    Kind::Blocked => "blocked",
                    Kind::NotAllowed => "audience",
                    Kind::Silent => "do_not_disturb",
                    // These rang, so they are in nobody's quiet list.
                    Kind::Offline => "",
                };
                for callee in &caller.callees[kind as usize] {
                    let unrung = callee.get("/calls/unrung").await?;
                    let unrung = unrung.as_array().ok_or("no list")?;
                    let fits = unrung.iter().all(|call| call["reason"] == reason);
                    if !fits || (unrung.is_empty() != reason.is_empty()) {
                        return Err(format!("a call to somebody {}: {unrung:?}", kind.name()));
                    }
                }
            }
        }
        Ok(())
    }
}

/// People that one caller takes, with himself.
fn of_each(calls: u32) -> u32 {
    let callees = Kind::ALL.map(|kind| calls.div_ceil(each(kind)));
    1 + callees.iter().sum::<u32>()
}

async fn caller(url: &str, n: u32, calls: u32, at_once: &Semaphore) -> Outcome<Caller> {
    let mut number = n * of_each(calls);
    let mut next = async |what: &str| {
        let _turn = at_once.acquire().await.map_err(|error| error.to_string())?;
        let from = number / FROM_ONE_ADDRESS;
        let [.., high, low] = from.to_be_bytes();
        let handle = format!("{what}{number}");
        number += 1;
        let device = Device::sign_up(url, Ipv4Addr::new(127, 77, high, low), &handle).await?;
        Ok::<_, String>(Arc::new(device))
    };
    let device = next("c").await?;
    let mut by_kind = Vec::new();
    for kind in Kind::ALL {
        let mut of_kind = Vec::new();
        for _ in 0..calls.div_ceil(each(kind)) {
            let callee = next("p").await?;
            let mut socket = callee.socket().await?;
            // C-1: a call is possible at all only to who has written.
            socket.say(&device.handle, "hello").await?;
            let who = &device.handle;
            match kind {
                Kind::Blocked => callee.put(&format!("/people/{who}/block"), None).await?,
                Kind::NotAllowed => {}
                Kind::Offline => callee.put(&format!("/people/{who}/follow"), None).await?,
                Kind::Silent => {
                    callee.put(&format!("/people/{who}/follow"), None).await?;
                    let quiet = json!({"on": true, "zone": ""});
                    callee.put("/me/quiet", Some(quiet)).await?;
                }
            }
            if kind == Kind::Silent {
                // There: a page is open for as long as this runs.
                tokio::spawn(socket.stay());
            }
            of_kind.push(callee);
        }
        by_kind.push(of_kind);
    }
    Ok(Caller {
        device,
        callees: by_kind,
    })
}
