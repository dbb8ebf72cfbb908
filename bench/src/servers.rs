//! The servers that are compared: what they are called, and how each is started.

use crate::client::{Account, USER};
use crate::machine::{Cores, Meter, resident, stay_on};
use crate::serve::LISTENING;
use crate::{Outcome, RelayBench};
use birdcall_relay::GATHER;
use birdcall_relay::credential::{Issuer, NodeKey};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Something that relays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Debian's coturn.
    Coturn,
    /// The relay, sending on at once what it has received.
    Ours,
    /// The relay, letting packets gather for up to [`GATHER`] where it finds that worth while, as the product does.
    Gathering,
    /// `birdcall relay` of a program that was given. It is the same relay, started by the server's code.
    Product,
    /// The bare forwarder.
    Forwarder,
    /// The bare forwarder with packets joined and split by the kernel.
    SegmentForwarder,
}

impl Kind {
    /// All of them, in the order of the tables.
    pub(crate) const ALL: [Self; 6] = [
        Self::Coturn,
        Self::Ours,
        Self::Gathering,
        Self::Product,
        Self::Forwarder,
        Self::SegmentForwarder,
    ];

    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Coturn => "coturn",
            Self::Ours => "ours",
            Self::Gathering => "ours+gather",
            Self::Product => "birdcall relay",
            Self::Forwarder => "forwarder",
            Self::SegmentForwarder => "forwarder+gso",
        }
    }

    /// Whether it speaks TURN.
    pub(crate) fn is_turn(self) -> bool {
        !matches!(self, Self::Forwarder | Self::SegmentForwarder)
    }

    /// Whether it is the relay of this project.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::Ours | Self::Gathering | Self::Product)
    }

    /// How long it may let packets wait.
    pub(crate) fn wait(self) -> Duration {
        match self {
            Self::Gathering | Self::Product => GATHER,
            Self::Coturn | Self::Ours | Self::Forwarder | Self::SegmentForwarder => Duration::ZERO,
        }
    }
}

/// A running server. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) kind: Kind,
    pub(crate) address: SocketAddrV4,
    pub(crate) account: Account,
    pub(crate) meter: Meter,
    child: Child,
    /// What belongs to the server on disk; it goes with it.
    _folder: Option<TempDir>,
}

impl Server {
    /// Starts one on its core and waits until it listens.
    pub(crate) fn start(kind: Kind, cores: Cores, wanted: &RelayBench) -> Outcome<Self> {
        // What is started stays where its parent was.
        stay_on(cores.server)?;
        let started = match kind {
            Kind::Coturn => coturn(wanted.coturn_threads),
            Kind::Ours | Kind::Gathering => ours(kind.wait()),
            Kind::Product => product(wanted.program.as_deref()),
            Kind::Forwarder => forwarder(&[]),
            Kind::SegmentForwarder => forwarder(&["--segments"]),
        };
        stay_on(cores.clients)?;
        let Started {
            child,
            address,
            account,
            folder,
        } = started.map_err(|error| format!("{}: {error}", kind.name()))?;
        let server = Self {
            kind,
            address,
            account,
            meter: Meter::of(child.id(), cores.server)?,
            child,
            _folder: folder,
        };
        if wanted.realtime {
            server.let_nothing_delay_it()?;
        }
        Ok(server)
    }

    /// Puts all its threads before every program that is not real-time.
    fn let_nothing_delay_it(&self) -> Outcome {
        let done = Command::new("chrt")
            .args(["--rr", "--all-tasks", "--pid", "1"])
            .arg(self.child.id().to_string())
            .status();
        match done {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err("chrt may not give real-time priority here".to_owned()),
            Err(error) => Err(format!("chrt could not be started: {error}")),
        }
    }

    /// Bytes of memory that it holds.
    pub(crate) fn resident(&self) -> Outcome<u64> {
        resident(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the measurement has told.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Started {
    child: Child,
    address: SocketAddrV4,
    account: Account,
    folder: Option<TempDir>,
}

fn ours(wait: Duration) -> Outcome<Started> {
    let (key, digits) = new_key();
    let gather = wait.as_micros().to_string();
    let (child, address) = ourselves(&["serve-relay", "--key", &digits, "--gather", &gather])?;
    Ok(Started {
        child,
        address,
        account: Account::Birdcall(Issuer::new(&key)),
        folder: None,
    })
}

/// What `birdcall relay` writes before its address.
const PRODUCT_LISTENS: &str = "relay ";

fn product(program: Option<&Path>) -> Outcome<Started> {
    let program = program.ok_or("no program was given")?;
    let folder = TempDir::with_prefix("birdcall-bench-").map_err(|error| error.to_string())?;
    let file = folder.path().join("node.key");
    let (key, digits) = new_key();
    fs::write(&file, digits).map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command
        .args(["relay", "--listen", "127.0.0.1:0", "--key-file"])
        .arg(&file)
        .current_dir(folder.path());
    let (child, address) = listening(command, PRODUCT_LISTENS)?;
    Ok(Started {
        child,
        address,
        account: Account::Birdcall(Issuer::new(&key)),
        folder: Some(folder),
    })
}

/// A node key, and how it is written.
fn new_key() -> (NodeKey, String) {
    let key: [u8; 32] = rand::random();
    let digits = key.iter().map(|byte| format!("{byte:02x}")).collect();
    (NodeKey::new(key), digits)
}

fn forwarder(options: &[&str]) -> Outcome<Started> {
    let (child, address) = ourselves(&[&["serve-forwarder"], options].concat())?;
    Ok(Started {
        child,
        address,
        account: Account::None,
        folder: None,
    })
}

/// This program, with another task.
fn ourselves(arguments: &[&str]) -> Outcome<(Child, SocketAddrV4)> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args(arguments);
    listening(command, LISTENING)
}

/// Starts a program and reads where it listens from the first line that it writes.
fn listening(mut command: Command, before: &str) -> Outcome<(Child, SocketAddrV4)> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("could not be started: {error}"))?;
    let mut line = String::new();
    if let Some(output) = child.stdout.as_mut() {
        BufReader::new(output)
            .read_line(&mut line)
            .map_err(|error| error.to_string())?;
    }
    let address = line
        .trim()
        .strip_prefix(before)
        .and_then(|address| address.parse().ok())
        .ok_or_else(|| format!("did not say where it listens, but {line:?}"))?;
    Ok((child, address))
}

/// Where Debian's package puts it, and where it is elsewhere.
const COTURN: &[&str] = &["/usr/bin/turnserver", "/usr/local/bin/turnserver"];

/// coturn without all that costs it something here: no TLS, no console, no log, and one user whom it keeps in memory.
/// With credentials made from a shared secret it asks its database for each request, and a set-up costs it more.
fn coturn(threads: u32) -> Outcome<Started> {
    let program = COTURN
        .iter()
        .map(Path::new)
        .find(|path| path.exists())
        .ok_or("is not installed (on Debian: apt-get install coturn)")?;
    let folder = TempDir::with_prefix("birdcall-bench-").map_err(|error| error.to_string())?;
    let password = format!("{:032x}", rand::random::<u128>());
    let port = free_port()?;
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    let configuration = format!(
        "listening-port={port}\nlistening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nallow-loopback-peers\n\
         min-port=10000\nmax-port=65535\nrelay-threads={threads}\nrealm=birdcall\nlt-cred-mech\n\
         user={USER}:{password}\nno-dynamic-ip-list\nno-dynamic-realms\nno-tls\nno-dtls\nno-tcp\n\
         no-tcp-relay\nno-cli\nno-rfc5780\nno-stdout-log\nsimple-log\nlog-file=/dev/null\npidfile={}\nuserdb={}\n",
        path("pid").display(),
        path("database").display(),
    );
    let file = path("turnserver.conf");
    fs::write(&file, configuration).map_err(|error| error.to_string())?;
    let mut child = Command::new(program)
        .arg("-c")
        .arg(&file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("could not be started: {error}"))?;
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
    if let Err(error) = wait_for(address) {
        let _ = child.kill();
        let _ = child.wait();
        return Err(error);
    }
    Ok(Started {
        child,
        address,
        account: Account::Password(password),
        folder: Some(folder),
    })
}

fn free_port() -> Outcome<u16> {
    UdpSocket::bind("127.0.0.1:0")
        .and_then(|socket| socket.local_addr())
        .map(|address| address.port())
        .map_err(|error| error.to_string())
}

/// Asks for a Binding until there is an answer.
fn wait_for(server: SocketAddrV4) -> Outcome {
    let socket = UdpSocket::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    socket
        .set_read_timeout(Some(Duration::from_millis(20)))
        .map_err(|error| error.to_string())?;
    let mut request = Vec::new();
    birdcall_relay::codec::Writer::new(
        &mut request,
        birdcall_relay::codec::Method::Binding,
        birdcall_relay::codec::Class::Request,
        b"bench begins",
    );
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(10) {
        // A closed port is an error of the next call.
        let _ = socket.send_to(&request, server);
        if socket.recv(&mut [0; 512]).is_ok() {
            return Ok(());
        }
        std::thread::yield_now();
    }
    Err("does not answer".to_owned())
}
