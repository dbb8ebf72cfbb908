//! A server of a release or of a build for tests, as a process of its own.

use crate::Outcome;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How often a server that starts is asked whether it is ready.
const ASK_EVERY: Duration = Duration::from_millis(1);

/// How long a server may take to be ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long it may take to say whether it is.
const ANSWERS_IN: Duration = Duration::from_secs(2);

/// A server's process. Killed when dropped, and with the thread that started it, also where this program is killed.
pub(crate) struct Node {
    child: Child,
    started: Instant,
    address: Arc<OnceLock<SocketAddr>>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A command that ends with the thread that starts it, by util-linux: what is started must not outlive a bench that was
/// killed itself.
pub(crate) fn ends_with_us(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(program);
    command.stdin(Stdio::null());
    command
}

/// The command of a server on free ports that knows nothing but these variables.
pub(crate) fn serve(program: &Path, environment: &[(&str, &std::ffi::OsStr)]) -> Command {
    let mut command = ends_with_us(program);
    let path = std::env::var_os("PATH").unwrap_or_default();
    command
        .env_clear()
        .env("PATH", path)
        .envs(environment.iter().copied())
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--relay-listen",
            "127.0.0.1:0",
        ])
        .stderr(Stdio::null());
    command
}

impl Node {
    /// Starts it, and does not wait for it.
    pub(crate) fn start(command: &mut Command) -> Outcome<Self> {
        let started = Instant::now();
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the server cannot be started: {error}"))?;
        let address = Arc::<OnceLock<SocketAddr>>::default();
        let heard = Arc::clone(&address);
        let output = child.stdout.take();
        // What it says later goes nowhere, and must not stop it.
        thread::spawn(move || {
            let Some(output) = output else { return };
            let mut lines = BufReader::new(output);
            let mut line = String::new();
            if lines.read_line(&mut line).is_ok()
                && let Some(there) = line.trim().strip_prefix("listening http://")
                && let Ok(there) = there.parse()
            {
                let _ = heard.set(there);
            }
            let _ = std::io::copy(&mut lines, &mut std::io::sink());
        });
        Ok(Self {
            child,
            started,
            address,
        })
    }

    /// Where it listens, once it has said so.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.address.get().copied()
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it is ready; how long that took from its start.
    pub(crate) async fn ready(&mut self) -> Outcome<Duration> {
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if self.is_ready().await {
                return Ok(self.started.elapsed());
            }
            if let Some(status) = self.ended() {
                return Err(format!("the server ended before it was ready ({status})"));
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        Err("the server does not get ready".to_owned())
    }

    /// Whether it is ready now.
    pub(crate) async fn is_ready(&self) -> bool {
        match self.address() {
            Some(address) => is_ready(address).await,
            None => false,
        }
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn is_ready(address: SocketAddr) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        let question =
            format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(question.as_bytes()).await?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await?;
        Ok::<_, std::io::Error>(&status == b"HTTP/1.1 200")
    };
    let asked = tokio::time::timeout(ANSWERS_IN, ask).await;
    matches!(asked, Ok(Ok(true)))
}
