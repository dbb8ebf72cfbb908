//! A connection that speaks TURN: bytes to the relay, packets from it.

use birdcall_relay::{Closed, Inlet, Outlet};
use socket2::SockRef;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a client may take nothing of what is written to it.
const STALL_WAIT: Duration = Duration::from_secs(10);

/// How long its end of the connection may take to be told that it is over.
const GOODBYE_WAIT: Duration = Duration::from_secs(1);

/// Bytes that the kernel keeps and has not sent yet. Beyond it packets wait in the relay's queue, where those that are
/// too late are lost instead of holding up what follows. Lowering it lets a fast connection run dry.
const MOST_UNSENT: u32 = 32 * 1024;

/// What the buffer for writing may keep, so that an idle connection holds little.
const WRITTEN_KEPT: usize = 8 * 1024;

/// Keeps what cannot be sent yet where the relay can drop it.
pub(super) fn keep_little_unsent(stream: &TcpStream) {
    // Without it the connection works, only later.
    let _ = SockRef::from(stream).set_tcp_notsent_lowat(MOST_UNSENT);
}

/// Carries bytes both ways until either side ends.
pub(super) async fn carry(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    (inlet, outlet): (Inlet, Outlet),
) {
    let (reading, mut writing) = tokio::io::split(stream);
    // Why it ended makes no difference: the relay counts what was wrong.
    tokio::select! {
        _ = read(reading, inlet) => {}
        _ = write(&mut writing, outlet) => {}
    }
    let _ = timeout(GOODBYE_WAIT, writing.shutdown()).await;
}

async fn read<S: AsyncRead>(mut from: ReadHalf<S>, mut to: Inlet) -> io::Result<()> {
    while from.read_buf(to.buffer()).await? > 0 {
        to.pass().await.map_err(closed)?;
    }
    Ok(())
}

async fn write<S: AsyncWrite>(to: &mut WriteHalf<S>, mut from: Outlet) -> io::Result<()> {
    let mut bytes = Vec::new();
    loop {
        from.packets(&mut bytes).await.map_err(closed)?;
        timeout(STALL_WAIT, async {
            to.write_all(&bytes).await?;
            to.flush().await
        })
        .await??;
        bytes.clear();
        // After long packets, which are rare.
        bytes.shrink_to(WRITTEN_KEPT);
    }
}

fn closed(Closed: Closed) -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}
