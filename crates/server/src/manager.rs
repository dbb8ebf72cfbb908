//! What a service manager is told, where one listens: that the server is ready, and that it is on its way out
//! (sd_notify(3), one datagram each).

use std::io;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// What can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Connections are taken.
    Ready,
    /// No new calls are; what goes on is handed on or ends.
    Stopping,
}

/// Tells the service manager that `NOTIFY_SOCKET` names. Without one, nothing is to be done.
pub fn tell(said: Said) {
    let Some(path) = std::env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    let words = match said {
        Said::Ready => "READY=1",
        Said::Stopping => "STOPPING=1",
    };
    if let Err(error) = send(&path, words) {
        // It will think that the start takes long; the server runs all the same.
        tracing::warn!(%error, "the service manager could not be told");
    }
}

fn send(path: &std::ffi::OsStr, words: &str) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt;
    let socket = UnixDatagram::unbound()?;
    let address = match path.as_bytes() {
        #[cfg(target_os = "linux")]
        [b'@', name @ ..] => {
            use std::os::linux::net::SocketAddrExt;
            SocketAddr::from_abstract_name(name)?
        }
        _ => SocketAddr::from_pathname(path)?,
    };
    socket.send_to_addr(words.as_bytes(), &address)?;
    Ok(())
}
