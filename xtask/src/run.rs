//! `cargo xtask run`: from a clone to a call between two windows.

use crate::process::Process;
use crate::{Outcome, server, web};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const FIRST_PORT: u16 = 8080;
const PORTS_TO_TRY: u16 = 20;

/// A debug build hashes the passwords of the demo people at its first start, which takes seconds.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// How long the server may take to close its sockets and its database after Ctrl-C.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// How often the state of the server is looked at.
const TICK: Duration = Duration::from_millis(50);

/// Builds, starts, tells where to look, and stays until Ctrl-C.
pub(crate) fn run() -> Outcome {
    web::packages("web")?;
    web::build_if_changed()?;
    println!("building the server");
    let program = server::build()?;
    let address = free_address()?;

    let stopping = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stopping);
    // The terminal sends Ctrl-C to the server too; this program only has to outlive it.
    ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst))
        .map_err(|error| format!("Ctrl-C cannot be handled: {error}"))?;

    let arguments = [
        "serve",
        "--demo",
        "--data",
        "data",
        "--listen",
        &address.to_string(),
        "--relay-listen",
        "127.0.0.1:0",
    ];
    let mut server = Process::new(program, &arguments).start()?;
    let outcome = wait_until_ready(&mut server, address, &stopping).and_then(|()| {
        if !stopping.load(Ordering::SeqCst) {
            announce(address);
        }
        wait_for_end(&mut server, &stopping)
    });
    if outcome.is_err() {
        // Nothing of it may stay behind; it is gone already where this fails.
        let _ = server.kill();
        let _ = server.wait();
    }
    outcome
}

fn announce(address: SocketAddr) {
    let port = address.port();
    println!(
        "
  Birdcall is up:  http://localhost:{port}

  Sign in as  ann  in this browser, and as  bob  in a private window or another browser.
  Both have the password  birdcall-demo

  Open the conversation and press the phone. Ctrl-C ends the server.
"
    );
}

/// 8080, or the next port that nobody listens on.
fn free_address() -> Outcome<SocketAddr> {
    (FIRST_PORT..FIRST_PORT + PORTS_TO_TRY)
        .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .find(|address| TcpListener::bind(address).is_ok())
        .ok_or_else(|| {
            let last = FIRST_PORT + PORTS_TO_TRY - 1;
            format!("the ports {FIRST_PORT} to {last} of 127.0.0.1 are all taken")
        })
}

fn wait_until_ready(server: &mut Child, address: SocketAddr, stopping: &AtomicBool) -> Outcome {
    let end = Instant::now() + START_TIMEOUT;
    while Instant::now() < end {
        if stopping.load(Ordering::SeqCst) || is_ready(address) {
            return Ok(());
        }
        if let Ok(Some(status)) = server.try_wait() {
            return Err(format!("the server ended before it was ready ({status})"));
        }
        thread::sleep(TICK);
    }
    Err(format!(
        "the server was not ready after {} s",
        START_TIMEOUT.as_secs()
    ))
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        // In one piece: an end that answers after the first and closes would reset the connection.
        let question =
            format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(question.as_bytes())?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(&status == b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}

fn wait_for_end(server: &mut Child, stopping: &AtomicBool) -> Outcome {
    let mut asked = None;
    loop {
        match server.try_wait() {
            Ok(Some(_)) if asked.is_some() || stopping.load(Ordering::SeqCst) => return Ok(()),
            Ok(Some(status)) => return Err(format!("the server ended by itself ({status})")),
            Ok(None) => {}
            Err(error) => return Err(format!("the server was lost: {error}")),
        }
        if asked.is_none() && stopping.load(Ordering::SeqCst) {
            asked = Some(Instant::now());
        }
        if asked.is_some_and(|since| since.elapsed() > STOP_TIMEOUT) {
            return Err("the server did not end in time and was killed".to_owned());
        }
        thread::sleep(TICK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_passed_over() {
        let first = free_address().unwrap();
        let _taken = TcpListener::bind(first).unwrap();
        assert_ne!(free_address().unwrap(), first);
    }

    #[test]
    fn only_a_server_that_says_so_is_ready() {
        for (answer, ready) in [
            ("HTTP/1.1 200 OK\r\n\r\n", true),
            ("HTTP/1.1 503 No\r\n\r\n", false),
        ] {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let address = listener.local_addr().unwrap();
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 256];
                let _ = stream.read(&mut request).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            });
            assert_eq!(is_ready(address), ready);
            server.join().unwrap();
        }
    }
}
