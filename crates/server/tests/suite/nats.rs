//! A real NATS server for one test, and a line to it that loses, doubles and turns messages around.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Debian's `nats-server` on a free port; ended when dropped.
pub(crate) struct Nats {
    child: Child,
    folder: tempfile::TempDir,
    pub(crate) port: u16,
}

impl Nats {
    pub(crate) async fn start() -> Self {
        Self::on("-1").await
    }

    async fn on(port: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let child = Command::new("nats-server")
            .args(["-a", "127.0.0.1", "-p", port, "--ports_file_dir"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nats-server is installed");
        let mut nats = Self {
            child,
            folder,
            port: 0,
        };
        let file = nats.ports_file();
        let written = async {
            loop {
                let text = tokio::fs::read_to_string(&file).await.unwrap_or_default();
                if let Ok(ports) = serde_json::from_str::<serde_json::Value>(&text) {
                    return ports["nats"][0].as_str().unwrap().to_owned();
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let url = tokio::time::timeout(Duration::from_secs(20), written)
            .await
            .expect("NATS starts");
        nats.port = url.rsplit_once(':').unwrap().1.parse().unwrap();
        nats
    }

    fn ports_file(&self) -> PathBuf {
        let name = format!("nats-server_{}.ports", self.child.id());
        self.folder.path().join(name)
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Ends it; another one on its port is another day's NATS.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again on the port it had.
    pub(crate) async fn again(&mut self) {
        *self = Self::on(&self.port.to_string()).await;
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a bad line did, so that a test can tell that it did anything.
#[derive(Default)]
pub(crate) struct Did {
    pub(crate) lost: AtomicU32,
    pub(crate) doubled: AtomicU32,
    pub(crate) turned: AtomicU32,
}

/// A way to NATS on which every message to a client is lost, doubled, or told after the next one, in turn.
pub(crate) async fn bad_line(nats: &Nats) -> (String, Arc<Did>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("nats://{}", listener.local_addr().unwrap());
    let there = ("127.0.0.1", nats.port);
    let did = Arc::new(Did::default());
    let told = Arc::clone(&did);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let Ok(server) = TcpStream::connect(there).await else {
                continue;
            };
            tokio::spawn(pass(client, server, Arc::clone(&told)));
        }
    });
    (url, did)
}

async fn pass(client: TcpStream, server: TcpStream, did: Arc<Did>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    let up = tokio::io::copy(&mut from_client, &mut to_server);
    let down = async {
        let mut from_server = BufReader::new(from_server);
        let mut count = 0_u32;
        let mut late: Option<Vec<u8>> = None;
        loop {
            let mut line = Vec::new();
            if from_server.read_until(b'\n', &mut line).await? == 0 {
                return Ok::<_, std::io::Error>(());
            }
            if !line.starts_with(b"MSG ") {
                to_client.write_all(&line).await?;
                continue;
            }
            let text = String::from_utf8_lossy(&line).into_owned();
            let size: usize = text.split_whitespace().last().unwrap().parse().unwrap();
            let mut rest = vec![0; size + 2];
            from_server.read_exact(&mut rest).await?;
            line.extend(rest);
            count += 1;
            match count % 4 {
                1 => {
                    did.lost.fetch_add(1, Ordering::Relaxed);
                }
                2 => {
                    did.doubled.fetch_add(1, Ordering::Relaxed);
                    to_client.write_all(&line).await?;
                    to_client.write_all(&line).await?;
                }
                3 => late = Some(line),
                _ => {
                    did.turned.fetch_add(1, Ordering::Relaxed);
                    to_client.write_all(&line).await?;
                    if let Some(late) = late.take() {
                        to_client.write_all(&late).await?;
                    }
                }
            }
        }
    };
    tokio::select! {
        _ = up => {}
        _ = down => {}
    }
}
