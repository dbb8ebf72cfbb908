//! The line of each node to NATS, which is cut and falls silent.

use crate::Outcome;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

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
    use std::time::Duration;

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
