//! NATS between nodes, which is killed and stopped where that is wanted.

use crate::Outcome;
use crate::node::ends_with_us;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// How long NATS may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Debian's `nats-server` on a free port. Killed when dropped.
pub(crate) struct Nats {
    folder: PathBuf,
    child: Option<Child>,
    /// Where it listens now, for the lines to it; 0 while it is gone.
    port: Arc<AtomicU16>,
}

impl Nats {
    pub(crate) async fn start(folder: &Path) -> Outcome<Self> {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let mut nats = Self {
            folder: folder.to_owned(),
            child: None,
            port: Arc::default(),
        };
        nats.again().await?;
        Ok(nats)
    }

    /// The number of its process, while it runs.
    pub(crate) fn process(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Where it listens, now and later.
    pub(crate) fn port(&self) -> Arc<AtomicU16> {
        Arc::clone(&self.port)
    }

    /// Starts another one, on another port.
    pub(crate) async fn again(&mut self) -> Outcome {
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
    pub(crate) fn kill(&mut self) {
        self.port.store(0, Ordering::Relaxed);
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Stands still, or goes on.
    pub(crate) fn pause(&self, still: bool) -> Outcome {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_nats_is_found() {
        let text = r#"{"nats": ["nats://127.0.0.1:4711"], "monitoring": null}"#;
        assert_eq!(port_in(text), Some(4711));
        assert_eq!(port_in("{"), None);
    }
}
