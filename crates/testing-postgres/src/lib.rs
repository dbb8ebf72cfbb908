//! A PostgreSQL server for tests and the bench: made in a temporary folder, reached over a socket in it, gone with the
//! process that started it, also when that is killed.
//!
//! [`shared`] is one for all tests of a process, [`Server::fresh`] a database of one test. [`Server::start`] is for whoever
//! stops, kills and starts it. The server is Debian's (`postgresql`), looked for on the path and where Debian puts it; it
//! refuses to run as root, so root lets `nobody` run it.

mod stopper;

pub use stopper::Stopper;

use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// Who owns databases.
const USER: &str = "birdcall";

/// PostgreSQL's own. It is the name of a socket in a folder of ours, so nobody else has it.
const PORT: u16 = 5_432;

/// The database that others are copied from.
const TEMPLATE: &str = "template_birdcall";

/// `nobody` and `nogroup`, the same on every Linux.
const NOBODY: u32 = 65_534;

/// How long a server may take to come up or to go down on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// After this long a server that starts has said that it has the data, or has ended.
const SAYS_SO: Duration = Duration::from_secs(5);

/// Between two looks whether it has.
const LOOK: Duration = Duration::from_millis(20);

/// Between two looks whether one that was told to end has ended.
const LOOK_AT_END: Duration = Duration::from_millis(5);

/// Runs the server until what is written to it ends, which is when its starter ends, however that comes; then stops it and
/// removes its folder. `crash` is a line that ends it without a chance to tidy up.
const WATCH: &str = r#"
"$1" -D "$2/data" -k "$2" 2>>"$2/log" & pid=$!
while read -r line; do
    case $line in
        stop) kill -INT $pid ;;
        crash) kill -QUIT $pid ;;
        kill) kill -KILL $pid ;;
    esac
    wait $pid; exit
done
kill -INT $pid; wait $pid
rm -rf "$2"
"#;

/// What a commit is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// Nothing waits for the disk: a test that ends no machine notices no difference.
    Skipped,
    /// As in earnest.
    Synced,
}

/// A server.
pub struct Server {
    folder: TempDir,
    programs: PathBuf,
    running: Option<Running>,
    stopper: Stopper,
    /// Part of the socket's name, too.
    port: u16,
    template: OnceCell<()>,
    next: AtomicU64,
}

struct Running {
    shell: Child,
    orders: ChildStdin,
}

/// A database of one test. It is dropped with this.
pub struct Fresh {
    /// Where it is.
    pub url: String,
    name: String,
    server: &'static Server,
}

/// The server of all tests of this process, started when it is first asked for.
///
/// # Panics
/// There is no PostgreSQL on this machine, or it does not start.
pub fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(|| Server::start(Disk::Skipped).unwrap_or_else(|why| panic!("{why}")))
}

impl Server {
    /// Makes a server and waits until it takes connections.
    ///
    /// # Errors
    /// A sentence: PostgreSQL is not installed, or said what is wrong.
    pub fn start(disk: Disk) -> Result<Self, String> {
        Self::start_in(&std::env::temp_dir(), disk)
    }

    /// The same with its folder in that one, which its user has to be let into.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_in(place: &Path, disk: Disk) -> Result<Self, String> {
        let say = |error: io::Error| format!("a folder for PostgreSQL: {error}");
        let folder = tempfile::Builder::new()
            .prefix("pg")
            .tempdir_in(place)
            .map_err(say)?;
        if root() {
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).map_err(say)?;
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).map_err(say)?;
        let mut server = Self {
            folder,
            programs: programs()?,
            running: None,
            stopper: Stopper::default(),
            port: PORT,
            template: OnceCell::new(),
            next: AtomicU64::new(1),
        };
        server.make(disk)?;
        server.again()?;
        Ok(server)
    }

    fn make(&self, disk: Disk) -> Result<(), String> {
        let data = self.folder.path().join("data");
        // Its language is one whose dictionaries ignore case and punctuation: what needs another order has to say so.
        let mut initdb = self.program("initdb");
        initdb
            .arg("-D")
            .arg(&data)
            .args(["-U", USER, "--auth=trust", "--encoding=UTF8", "--no-sync"])
            .args([
                "--locale=C.UTF-8",
                "--locale-provider=icu",
                "--icu-locale=en-US",
            ])
            .arg("--no-instructions");
        run(initdb)?;
        let mut settings = String::from(
            "listen_addresses = ''\nmax_connections = 400\nshared_buffers = 32MB\n\
             log_min_messages = warning\n",
        );
        if disk == Disk::Skipped {
            settings.push_str("fsync = off\nfull_page_writes = off\n");
        }
        // Read after `postgresql.conf`, and before what the command line says. The folder is the server's user's alone,
        // so it is added to by them.
        self.write("postgresql.auto.conf", &settings)
    }

    /// Adds to a file of the server's, as its user, who alone may read it.
    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        let mut add = self.as_server(Command::new("sh"));
        add.args(["-c", r#"umask 077; printf '%s' "$1" >> "$2""#, "sh", text])
            .arg(self.folder.path().join("data").join(name));
        run(add)
    }

    /// Starts it again, reached over TLS on a port of 127.0.0.1 as well, and by nothing else there; which port that is.
    /// Both are PEM.
    ///
    /// # Errors
    /// A sentence.
    pub fn with_tls(&mut self, certificate: &str, key: &str) -> Result<u16, String> {
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let port = free.map_err(|error| error.to_string())?.port();
        self.write("server.crt", certificate)?;
        self.write("server.key", key)?;
        let hba = self.folder.path().join("data/tls_hba.conf");
        self.write(
            "tls_hba.conf",
            "local all all trust\nhostssl all all 127.0.0.1/32 trust\n",
        )?;
        self.write(
            "postgresql.auto.conf",
            &format!(
                "ssl = on\nport = {port}\nlisten_addresses = '127.0.0.1'\nhba_file = '{}'\n",
                hba.display()
            ),
        )?;
        self.end("stop");
        self.port = port;
        self.again()?;
        Ok(port)
    }

    /// Starts it again, with what it had kept.
    ///
    /// # Errors
    /// A sentence.
    pub fn again(&mut self) -> Result<(), String> {
        self.end("stop");
        let folder = self.folder.path().to_owned();
        // One that was killed leaves helpers behind that end when they notice; the next waits for them.
        let begun = Instant::now();
        loop {
            let mut command = self.as_server(Command::new("sh"));
            let mut shell = command
                .args(["-c", WATCH, "sh"])
                .arg(self.programs.join("postgres"))
                .arg(&folder)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                // The server writes into its log; the shell would tell of each process that was killed.
                .stderr(Stdio::null())
                .process_group(0)
                .spawn()
                .map_err(|error| format!("cannot start PostgreSQL: {error}"))?;
            let orders = shell.stdin.take().ok_or("a pipe to the shell")?;
            self.stopper.started(&shell);
            let tried = Instant::now();
            loop {
                if self.answers() {
                    self.running = Some(Running { shell, orders });
                    return Ok(());
                }
                if self.stopper.has_given_up() {
                    self.running = Some(Running { shell, orders });
                    self.end("kill");
                    return Err("it was given up".to_owned());
                }
                if begun.elapsed() > PATIENCE {
                    return Err(format!("PostgreSQL does not start: {}", self.log()));
                }
                if self.stopper.is_over(&mut shell) {
                    break;
                }
                if tried.elapsed() > SAYS_SO && !self.lives() {
                    // The shell waits for orders all the same. One that is only slow to say so does not hear a softer word
                    // yet, and would be waited for without end.
                    self.running = Some(Running { shell, orders });
                    self.end("kill");
                    break;
                }
                thread::sleep(LOOK);
            }
        }
    }

    /// Whether it takes connections now. One whose disk was full may have ended by itself.
    #[must_use]
    pub fn answers(&self) -> bool {
        let mut ready = self.program("pg_isready");
        ready.arg("-q").arg("-h").arg(self.folder.path());
        ready.arg("-p").arg(self.port.to_string());
        ready.status().is_ok_and(|status| status.success())
    }

    /// Stops it as an operator does: who is connected is cut off, what is committed is on the disk.
    pub fn stop(&mut self) {
        self.end("stop");
    }

    /// Ends it without a chance to tidy up, with all of its processes. What it had committed it finds in its log.
    pub fn crash(&mut self) {
        self.end("crash");
    }

    /// Ends its first process with SIGKILL, as the kernel does when memory is short.
    pub fn kill(&mut self) {
        self.end("kill");
    }

    /// Ends it from another thread.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// The process that all others of the server come from, while it runs.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.shell.id())
    }

    fn end(&mut self, how: &str) {
        let Some(Running { mut shell, orders }) = self.running.take() else {
            return;
        };
        // It is gone already if this fails.
        let _ = io::Write::write_all(&mut &orders, format!("{how}\n").as_bytes());
        while !self.stopper.is_over(&mut shell) {
            thread::sleep(LOOK_AT_END);
        }
        drop(orders);
    }

    /// The URL of a database in it.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display();
        let port = self.port;
        format!("postgres:///{database}?host={folder}&port={port}&user={USER}")
    }

    /// A database with what `prepare` puts into the first one: that is done once, and copied. It is given the URL, and
    /// has no connection left when it is done.
    ///
    /// # Panics
    /// The server does not make it.
    pub async fn fresh<F>(&'static self, prepare: impl FnOnce(String) -> F) -> Fresh
    where
        F: Future<Output = ()>,
    {
        self.template
            .get_or_init(|| async {
                // One that could not be prepared was left behind.
                self.sql(&format!("DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)"));
                self.sql(&format!("CREATE DATABASE {TEMPLATE}"));
                prepare(self.url(TEMPLATE)).await;
            })
            .await;
        let name = format!("test{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.sql(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"));
        Fresh {
            url: self.url(&name),
            name,
            server: self,
        }
    }

    /// An empty database, by its name.
    ///
    /// # Panics
    /// The server does not make it.
    pub fn empty(&self, name: &str) -> String {
        self.sql(&format!("CREATE DATABASE {name}"));
        self.url(name)
    }

    /// Runs a statement as the owner of all databases.
    ///
    /// # Panics
    /// The server refuses it.
    pub fn sql(&self, statement: &str) {
        self.sql_in("postgres", statement);
    }

    /// Runs statements in a database; what they answer, a row a line and `|` between columns.
    ///
    /// # Panics
    /// The server refuses one.
    pub fn sql_in(&self, database: &str, statements: &str) -> String {
        let mut psql = self.program("psql");
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", USER])
            .arg("-h")
            .arg(self.folder.path())
            .arg("-p")
            .arg(self.port.to_string())
            .args(["-d", database, "-c", statements]);
        let done = psql.output().unwrap_or_else(|why| panic!("psql: {why}"));
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{statements}: {said}");
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    fn program(&self, name: &str) -> Command {
        self.as_server(Command::new(self.programs.join(name)))
    }

    /// A command that the server's user runs.
    fn as_server(&self, mut command: Command) -> Command {
        if root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        // Not what happens to be the folder of whoever starts it: that user may not be let in.
        command
            .current_dir(self.folder.path())
            .env("LC_ALL", "C.UTF-8");
        command
    }

    /// Whether the process is there that says it has the data.
    fn lives(&self) -> bool {
        let file = self.folder.path().join("data").join("postmaster.pid");
        let text = fs::read_to_string(file).unwrap_or_default();
        let process = text.lines().next().unwrap_or_default();
        !process.is_empty() && Path::new("/proc").join(process).exists()
    }

    /// What the server has noted: warnings, and what is worse.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The shell would do so when the pipe ends; who drops it waits until it is gone.
        self.end("crash");
    }
}

impl Fresh {
    /// Runs statements in it; what they answer, a row a line and `|` between columns.
    ///
    /// # Panics
    /// The server refuses one.
    pub fn sql(&self, statements: &str) -> String {
        self.server.sql_in(&self.name, statements)
    }

    /// What every row of every table says.
    ///
    /// # Panics
    /// The server does not tell.
    #[must_use]
    pub fn everything(&self) -> String {
        self.sql(
            "SELECT string_agg(query_to_xml('SELECT * FROM ' || tablename, true, true, '')::text, '') \
             FROM pg_tables WHERE schemaname = 'public'",
        )
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // A test that fails for another reason is not to fail here.
        if !thread::panicking() {
            let name = &self.name;
            self.server
                .sql(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn root() -> bool {
    // What a process makes is its user's.
    fs::metadata("/proc/self").is_ok_and(|here| here.uid() == 0)
}

/// Where the programs of the newest PostgreSQL are.
fn programs() -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut debian: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|one| {
            Some((
                one.file_name().to_str()?.parse().ok()?,
                one.path().join("bin"),
            ))
        })
        .collect();
    debian.sort();
    folders.extend(debian.into_iter().rev().map(|(_, folder)| folder));
    let whole = |folder: &Path| {
        ["initdb", "postgres", "psql"]
            .iter()
            .all(|name| folder.join(name).exists())
    };
    folders
        .into_iter()
        .find(|folder| whole(folder))
        .ok_or_else(|| {
            "PostgreSQL is not installed: on Debian, apt-get install postgresql".to_owned()
        })
}

fn run(mut command: Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command.output().map_err(|why| format!("{name}: {why}"))?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!("{name}: {}", String::from_utf8_lossy(&done.stderr)))
}
