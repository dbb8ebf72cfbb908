//! NATS between the nodes, which is killed and stopped, and the line of each node to it, which is cut and falls silent.

use crate::Outcome;
use crate::node::ends_with_us;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long NATS may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Debian's `nats-server` on a free port. Killed when dropped.
pub(super) struct Nats {
    folder: PathBuf,
    child: Option<Child>,
    /// Where it listens now, for the lines to it; 0 while it is gone.
    port: Arc<AtomicU16>,
}

impl Nats {
    pub(super) async fn start(folder: &Path) -> Outcome<Self> {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let mut nats = Self {
            folder: folder.to_owned(),
            child: None,
            port: Arc::default(),
        };
        nats.again().await?;
        Ok(nats)
    }

    /// Where it listens, now and later.
    pub(super) fn port(&self) -> Arc<AtomicU16> {
        Arc::clone(&self.port)
    }

    /// Starts another one, on another port.
    pub(super) async fn again(&mut self) -> Outcome {
        let child = ends_with_us(Path::new("nats-server"))
            .args(["-a", "127.0.0.1", "-p", "-1", "--ports_file_dir"])
            .arg(&self.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("nats-server cannot be started: {error}"))?;
        let name = format!("nats-server_{}.ports", child.id());
        self.child = Some(child);
        let file = self.folder.join(name);
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let text = tokio::fs::read_to_string(&file).await.unwrap_or_default();
            if let Some(port) = port_in(&text) {
                self.port.store(port, Ordering::Relaxed);
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err("nats-server does not listen (on Debian: apt-get install nats-server)".to_owned())
    }

    /// `kill -9`.
    pub(super) fn kill(&mut self) {
        self.port.store(0, Ordering::Relaxed);
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Stands still, or goes on.
    pub(super) fn pause(&self, still: bool) -> Outcome {
        let child = self.child.as_ref().ok_or("there is no NATS")?;
        let signal = if still {
            Signal::SIGSTOP
        } else {
            Signal::SIGCONT
        };
        kill(Pid::from_raw(child.id() as i32), signal)
            .map_err(|error| format!("NATS is gone: {error}"))
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The port in a file that NATS writes.
fn port_in(text: &str) -> Option<u16> {
    let ports: serde_json::Value = serde_json::from_str(text).ok()?;
    let url = ports["nats"][0].as_str()?;
    url.rsplit_once(':')?.1.parse().ok()
}

/// How a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Everything passes.
    Open,
    /// Connections are closed, and new ones as soon as they come.
    Cut,
    /// Connections stay, and nothing passes.
    Silent,
}

/// The line of one node to NATS.
pub(super) struct Line {
    address: SocketAddr,
    way: watch::Sender<Way>,
    task: JoinHandle<()>,
}

impl Line {
    pub(super) async fn to(port: Arc<AtomicU16>) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let (way, seen) = watch::channel(Way::Open);
        let task = tokio::spawn(async move {
            while let Ok((node, _)) = listener.accept().await {
                let there = (std::net::Ipv4Addr::LOCALHOST, port.load(Ordering::Relaxed));
                if *seen.borrow() == Way::Cut || there.1 == 0 {
                    continue;
                }
                if let Ok(nats) = TcpStream::connect(there).await {
                    let (from_node, to_node) = node.into_split();
                    let (from_nats, to_nats) = nats.into_split();
                    let back = seen.clone();
                    let forth = seen.clone();
                    tokio::spawn(async move {
                        // When one way is over, so is the other.
                        tokio::select! {
                            () = pass(from_node, to_nats, forth) => {}
                            () = pass(from_nats, to_node, back) => {}
                        }
                    });
                }
            }
        });
        Ok(Self { address, way, task })
    }

    pub(super) fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    pub(super) fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
        // What goes on over it ends with it.
        self.way.send_replace(Way::Cut);
    }
}

/// Passes on what comes, as long as the line lets it.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut way: watch::Receiver<Way>) {
    let mut buffer = [0; 4_096];
    loop {
        let read = tokio::select! {
            read = from.read(&mut buffer) => read,
            cut = way.wait_for(|way| *way == Way::Cut) => {
                drop(cut);
                return;
            }
        };
        let Ok(count @ 1..) = read else { return };
        let open = way.wait_for(|way| *way != Way::Silent).await;
        if open.is_ok_and(|way| *way == Way::Cut) || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_nats_is_found() {
        let text = r#"{"nats": ["nats://127.0.0.1:4711"], "monitoring": null}"#;
        assert_eq!(port_in(text), Some(4711));
        assert_eq!(port_in("{"), None);
    }

    #[tokio::test]
    async fn a_line_passes_falls_silent_and_is_cut() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = Arc::new(AtomicU16::new(listener.local_addr().unwrap().port()));
        let line = Line::to(port).await.unwrap();
        let mut here = TcpStream::connect(line.address).await.unwrap();
        let (mut there, _) = listener.accept().await.unwrap();
        let mut heard = [0; 3];
        here.write_all(b"one").await.unwrap();
        there.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"one");
        line.set(Way::Silent);
        here.write_all(b"two").await.unwrap();
        let waited = Duration::from_millis(100);
        let nothing = tokio::time::timeout(waited, there.read_exact(&mut heard)).await;
        assert!(nothing.is_err());
        line.set(Way::Open);
        there.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"two");
        line.set(Way::Cut);
        assert_eq!(here.read(&mut heard).await.unwrap_or_default(), 0);
    }
}
