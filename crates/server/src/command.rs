//! The commands of the program `birdcall`.

mod backup;
mod doctor;
mod migrate;
mod relay;
mod report;

use crate::clock::Clock;
use crate::config::{Config, Options};
use crate::manager::{self, Said};
use crate::traces::Traces;
use crate::{demo, files, http, logging, password, raced, random, serve};
use birdcall_protocol::Handle;
use birdcall_protocol::frame::Changed;
use birdcall_store::{Act, NewPerson, News, Purpose, StoreError};
use clap::{Parser, Subcommand};
use std::io::{Read, Write};
use std::path::PathBuf;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Audio and video calls from direct messages, self-hosted.
#[derive(Parser)]
#[command(name = "birdcall", version)]
pub struct Line {
    /// Configuration file (TOML)
    #[arg(long, env = "BIRDCALL_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server
    Serve(Box<Options>),
    /// Prints the effective configuration
    Config(Box<Options>),
    /// Manages people, also while the server runs
    User {
        #[command(flatten)]
        options: Box<Options>,
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Reads and answers what people report, also while the server runs
    Report {
        #[command(flatten)]
        options: Box<Options>,
        #[command(subcommand)]
        command: report::ReportCommand,
    },
    /// Writes everything into one file, also while the server runs and people call
    Backup(Box<backup::BackupLine>),
    /// Looks at everything a call needs, and says what is wrong and what mends it; also while the server runs
    Doctor(Box<doctor::DoctorLine>),
    /// Makes an instance out of a backup, in an empty data folder
    Restore(Box<backup::RestoreLine>),
    /// Moves everything from a file to PostgreSQL, in one transaction and checked, while the server is stopped
    Migrate(migrate::MigrateLine),
    /// Runs the relay alone, for a server on another machine
    Relay(Box<relay::Line>),
    /// Prints the OpenAPI document
    Openapi,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Adds a person; the password is read from standard input
    Add {
        /// The handle
        handle: Handle,
        /// Display name
        #[arg(long)]
        name: Option<String>,
    },
    /// Gives a person another password, read from standard input, and signs them out everywhere
    Password {
        /// The handle
        handle: Handle,
    },
    /// Gives the verified badge
    Verify {
        /// The handle
        handle: Handle,
    },
    /// Takes the verified badge
    Unverify {
        /// The handle
        handle: Handle,
    },
    /// Closes an account: its person is signed out everywhere at once, and cannot sign in
    Disable {
        /// The handle
        handle: Handle,
    },
    /// Opens an account again
    Enable {
        /// The handle
        handle: Handle,
    },
    /// Lists everybody
    List,
}

/// Runs a command line.
///
/// # Errors
/// A sentence for standard error.
pub async fn run(line: Line) -> Result<(), String> {
    let read = |options: Options| options.with_file(line.config.as_deref())?.resolve();
    let resolve = |options: Options| {
        let config = read(options)?;
        logging::start(config.log_format, logging::ALONE);
        Ok(config)
    };
    match line.command {
        Command::Serve(options) => {
            let config = read(*options)?;
            let traces = Traces::start(&config)?;
            logging::start(config.log_format, traces.layer());
            files::ask_for_all();
            let served = serve_until_signal(config).await;
            traces.finish().await;
            served
        }
        Command::Config(options) => print(&resolve(*options)?.to_toml()?),
        Command::User { options, command } => user(resolve(*options)?, command).await,
        Command::Report { options, command } => report::run(resolve(*options)?, command).await,
        Command::Backup(line) => backup::make(*line, &resolve).await,
        Command::Doctor(line) => doctor::run(*line, &resolve).await,
        Command::Restore(line) => backup::restore(*line, &resolve).await,
        Command::Migrate(line) => migrate::run(line).await,
        Command::Relay(inner) => {
            files::ask_for_all();
            relay::run(*inner, line.config.as_deref()).await
        }
        Command::Openapi => print(&http::document().map_err(|error| error.to_string())?),
    }
}

async fn serve_until_signal(config: Config) -> Result<(), String> {
    let scheme = if config.tls.is_some() {
        "https"
    } else {
        "http"
    };
    let with_demo = config.demo;
    let running = serve::start(config, Clock::System).await?;
    let mut said = format!("listening {scheme}://{}\n", running.address);
    if let Some(relay) = running.app.relay.here() {
        said += &format!("relay {}\n", relay.address());
    }
    if let Some(address) = running.metrics {
        said += &format!("metrics http://{address}/metrics\n");
    }
    if with_demo {
        said += &format!(
            "demo people: ann, bob, cleo, dora; password {}\n",
            demo::PASSWORD
        );
    }
    if let Err(error) = print(&said) {
        // Nobody listens to standard output; the server is there all the same.
        tracing::warn!(%error, "nothing could be printed");
    }
    let mut signals = Signals::new()?;
    manager::tell(Said::Ready);
    signals.next().await;
    manager::tell(Said::Stopping);
    tokio::select! {
        () = running.drain() => {}
        // Whoever says so twice does not want to wait.
        () = signals.next() => {}
    }
    tokio::select! {
        () = running.stop() => {}
        () = signals.next() => {}
    }
    Ok(())
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self, String> {
        let of = |kind| signal(kind).map_err(|error| error.to_string());
        Ok(Self {
            terminate: of(SignalKind::terminate())?,
            interrupt: of(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

async fn user(config: Config, command: UserCommand) -> Result<(), String> {
    std::fs::create_dir_all(&config.data)
        .map_err(|error| format!("cannot make {}: {error}", config.data.display()))?;
    let store = serve::open_store(&config).await?;
    let say = |error: StoreError| error.to_string();
    match command {
        UserCommand::Add { handle, name } => {
            let name = crate::text::name(name.as_deref().unwrap_or(handle.as_str()))
                .map_err(|_| "a name has 1 to 50 characters")?;
            let hash = typed_password().await?;
            let new = NewPerson {
                id: random::person(),
                handle: &handle,
                name: &name,
                password: &hash,
                calling: config.calling_at_first(),
                at: Clock::System.now(),
            };
            let added = raced::again(raced::TRIES, || async {
                let mut tx = store.write().await?;
                match tx.add_person(&new).await {
                    Err(StoreError::Conflict) => return Ok(false),
                    added => added?,
                }
                tx.commit().await?;
                Ok(true)
            });
            if !added.await.map_err(say)? {
                return Err(format!("@{handle} is taken"));
            }
            print(&format!("@{handle} added\n"))?;
        }
        UserCommand::Password { handle } => {
            let hash = typed_password().await?;
            let set = || set_password(&store, &handle, &hash);
            let there = raced::again(raced::TRIES, set).await.map_err(say)?;
            if !there {
                return Err(format!("there is no @{handle}"));
            }
            print(&format!("@{handle} has another password\n"))?;
        }
        UserCommand::Verify { handle } => act(&store, &handle, Act::Verify, "verified").await?,
        UserCommand::Unverify { handle } => {
            act(&store, &handle, Act::Unverify, "no longer verified").await?;
        }
        UserCommand::Disable { handle } => act(&store, &handle, Act::Disable, "closed").await?,
        UserCommand::Enable { handle } => act(&store, &handle, Act::Enable, "open again").await?,
        UserCommand::List => {
            let people = store.read().await.map_err(say)?.everybody().await;
            for person in people.map_err(say)? {
                let badge = if person.verified { " (verified)" } else { "" };
                print(&format!("@{}\t{}{badge}\n", person.handle, person.name))?;
            }
        }
    }
    store.close().await;
    Ok(())
}

/// The hash of the password on standard input.
async fn typed_password() -> Result<String, String> {
    let mut typed = String::new();
    std::io::stdin()
        .read_to_string(&mut typed)
        .map_err(|error| error.to_string())?;
    password::Passwords::new()?
        .hash(typed.trim_end_matches(['\r', '\n']).to_owned())
        .await
        .map_err(|_| "a password has 8 to 256 characters".to_owned())
}

/// Gives a person another password and ends all their sessions; a server that runs closes their sockets (`operator`).
async fn set_password(
    store: &birdcall_store::Store,
    handle: &Handle,
    hash: &str,
) -> Result<bool, StoreError> {
    let mut tx = store.write().await?;
    let Some(person) = tx.account(handle).await? else {
        return Ok(false);
    };
    tx.set_password(person, hash).await?;
    tx.forget_code(person, Purpose::Password).await?;
    tx.remove_devices(person, None).await?;
    tx.tell(person, News::Changed(Changed::Me)).await?;
    let at = Clock::System.now();
    report::note(&mut tx, Act::Password, Some(person), None, "", at).await?;
    tx.commit().await?;
    Ok(true)
}

async fn act(
    store: &birdcall_store::Store,
    handle: &Handle,
    act: Act,
    said: &str,
) -> Result<(), String> {
    report::to(store, handle, act, None, "").await?;
    print(&format!("@{handle} is {said}\n"))
}

fn print(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| error.to_string())
}
