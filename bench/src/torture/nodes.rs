//! The nodes: programs on one database, each with a data folder of its own.

use crate::Outcome;
use crate::node::{Node, serve};
use rand::{RngExt, rngs::StdRng};
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a call rings: short, so that many ring out within a run.
pub(super) const RINGS: Duration = Duration::from_secs(4);

/// How long a node that could not be started is left alone.
const AGAIN: Duration = Duration::from_millis(500);

/// How long all of them together may take to be ready, and how often it is looked.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Where nodes are at the moment, for those who look for one.
#[derive(Default)]
pub(super) struct Whereabouts(Mutex<Vec<Option<SocketAddr>>>);

impl Whereabouts {
    /// One that is there, or was a moment ago.
    pub(super) fn any(&self, random: &mut StdRng) -> Option<SocketAddr> {
        let nodes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let there: Vec<SocketAddr> = nodes.iter().flatten().copied().collect();
        (!there.is_empty()).then(|| there[random.random_range(0..there.len())])
    }

    fn set(&self, node: usize, address: Option<SocketAddr>) {
        let mut nodes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if nodes.len() <= node {
            nodes.resize(node + 1, None);
        }
        nodes[node] = address;
    }
}

/// How nodes are started.
pub(super) struct How {
    pub(super) program: PathBuf,
    /// The node key that they share.
    pub(super) key: PathBuf,
    /// The database's URL.
    pub(super) database: String,
    /// Data folders and logs.
    pub(super) folder: PathBuf,
    /// The way of each node to NATS, if there is one.
    pub(super) nats: Vec<String>,
    /// A protection to be taken away, in a build for tests.
    pub(super) without: Option<String>,
}

/// One of them.
enum Standing {
    Up(Node),
    /// From then on it may be started.
    Down(Instant),
}

/// All of them.
pub(super) struct Nodes {
    how: How,
    standing: Vec<Standing>,
}

impl Nodes {
    /// So many, none of which is started yet.
    pub(super) fn new(how: How, count: usize) -> Outcome<Self> {
        for n in 0..count {
            std::fs::create_dir_all(how.data(n)).map_err(|error| error.to_string())?;
        }
        let now = Instant::now();
        Ok(Self {
            how,
            standing: (0..count).map(|_| Standing::Down(now)).collect(),
        })
    }

    /// Starts who is due and tells where everybody is. Those that ended by themselves are told, and started again.
    pub(super) fn tend(&mut self, whereabouts: &Whereabouts) -> Outcome<Vec<String>> {
        let mut ended = Vec::new();
        let many = self.standing.len() > 1;
        for (n, standing) in self.standing.iter_mut().enumerate() {
            match standing {
                Standing::Up(node) => {
                    let listens = node.address();
                    if let Some(status) = node.ended() {
                        // One that cannot start, because its disk is full, says so and ends.
                        if listens.is_some() {
                            ended.push(format!("node {n} ended by itself ({status})"));
                        }
                        *standing = Standing::Down(Instant::now() + AGAIN);
                        whereabouts.set(n, None);
                    } else {
                        whereabouts.set(n, listens);
                    }
                }
                Standing::Down(until) if *until <= Instant::now() => {
                    *standing = Standing::Up(Node::start(&mut self.how.command(n, many)?)?);
                }
                Standing::Down(_) => {}
            }
        }
        Ok(ended)
    }

    /// `kill -9` of one that runs; which one it was. It stays away for so long.
    pub(super) fn kill(
        &mut self,
        random: &mut StdRng,
        away: Duration,
        whereabouts: &Whereabouts,
    ) -> Option<usize> {
        let up = |standing: &Standing| matches!(standing, Standing::Up(_));
        let there: Vec<usize> = (0..self.standing.len())
            .filter(|n| up(&self.standing[*n]))
            .collect();
        if there.is_empty() {
            return None;
        }
        let n = there[random.random_range(0..there.len())];
        if let Standing::Up(node) = &mut self.standing[n] {
            node.kill();
        }
        self.standing[n] = Standing::Down(Instant::now() + away);
        whereabouts.set(n, None);
        Some(n)
    }

    /// Waits until all are there; those that are not make it an error. One that could not start, because the database was
    /// locked for too long, is started again.
    pub(super) async fn ready(&mut self, whereabouts: &Whereabouts) -> Outcome {
        let begun = Instant::now();
        for n in 0..self.standing.len() {
            while !self.is_ready(n).await {
                if begun.elapsed() > PATIENCE {
                    return Err(format!("node {n} does not get ready"));
                }
                self.tend(whereabouts)?;
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
        self.tend(whereabouts).map(drop)
    }

    async fn is_ready(&self, n: usize) -> bool {
        match &self.standing[n] {
            Standing::Up(node) => node.is_ready().await,
            Standing::Down(_) => false,
        }
    }

    /// Lines of logs in which a program says that it panicked.
    pub(super) fn panics(&self) -> Vec<String> {
        let mut panics = Vec::new();
        for n in 0..self.standing.len() {
            let log = std::fs::read_to_string(self.how.log(n)).unwrap_or_default();
            let lines = log.lines().filter(|line| line.contains("panicked"));
            panics.extend(lines.map(|line| format!("node {n}: {line}")));
        }
        panics
    }
}

impl How {
    fn data(&self, n: usize) -> PathBuf {
        self.folder.join(format!("node-{n}"))
    }

    fn log(&self, n: usize) -> PathBuf {
        self.folder.join(format!("node-{n}.log"))
    }

    fn command(&self, n: usize, many: bool) -> Outcome<std::process::Command> {
        let data = self.data(n);
        let mut environment: Vec<(&str, &OsStr)> = vec![
            ("BIRDCALL_DATA", data.as_os_str()),
            ("BIRDCALL_DATABASE", self.database.as_ref()),
        ];
        if let Some(without) = &self.without {
            environment.push(("BIRDCALL_WITHOUT", without.as_ref()));
        }
        let mut command = serve(&self.program, &environment);
        let rings = RINGS.as_secs().to_string();
        command.args(["--ring-seconds", &rings]);
        if many {
            // Browsers would go there; nobody listens, and the calls here carry no media.
            let relay = format!("turn:127.0.0.1:{}?transport=udp", n + 1);
            command.args(["--cluster", "--node", &n.to_string()]);
            command.args(["--relay-urls", &relay, "--key-file"]);
            command.arg(&self.key);
        }
        if let Some(nats) = self.nats.get(n) {
            command.args(["--nats", nats]);
        }
        command.stderr(self.log_file(n)?);
        Ok(command)
    }

    fn log_file(&self, n: usize) -> Outcome<std::fs::File> {
        let path: &Path = &self.log(n);
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .map_err(|error| format!("{}: {error}", path.display()))
    }
}
