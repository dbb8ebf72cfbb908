//! `birdcall relay`: the relay alone, on a machine of its own, and credentials for TURN clients that are no browsers.

use super::{Signals, print};
use crate::clock::Clock;
use crate::config::{Config, Options};
use crate::listen::{Certificates, serve_turn};
use crate::relay::{self, key};
use crate::serve::serve_figures;
use crate::{counters, logging, random};
use birdcall_relay::credential::{Claim, Issuer, LONGEST_LIFE, Leg};
use clap::{Args, Subcommand};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// Credentials printed by one command.
const MOST_CALLS: u32 = 100_000;

/// The relay's part of the options.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Line {
    #[command(flatten)]
    options: RelayOptions,
    #[command(subcommand)]
    command: Option<RelayCommand>,
}

#[derive(Args)]
struct RelayOptions {
    /// Address and port, UDP and TCP [default: port 3478, IPv4 and IPv6]
    #[arg(
        long = "listen",
        alias = "relay-listen",
        env = "BIRDCALL_RELAY_LISTEN",
        value_name = "ADDR"
    )]
    relay_listen: Option<SocketAddr>,
    #[command(flatten)]
    key: KeyOptions,
    /// Certificate chain in PEM, to take TLS on the same port
    #[arg(long, env = "BIRDCALL_TLS_CERT", value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Private key in PEM, for the certificate
    #[arg(long, env = "BIRDCALL_TLS_KEY", value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Address and port for Prometheus' figures [default: none]
    #[arg(long, env = "BIRDCALL_METRICS_LISTEN", value_name = "ADDR")]
    metrics_listen: Option<SocketAddr>,
}

#[derive(Args)]
struct KeyOptions {
    /// Folder of the node key [default: ./data]
    #[arg(long, env = "BIRDCALL_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// File of the node key, the same as the server's [default: node.key in the data folder]
    #[arg(long, env = "BIRDCALL_KEY_FILE", value_name = "FILE")]
    key_file: Option<PathBuf>,
}

#[derive(Subcommand)]
enum RelayCommand {
    /// Prints credentials for fresh calls, two lines a call: `call leg username password`
    Credential {
        /// How many calls
        #[arg(long, value_name = "N", default_value_t = 1,
              value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_CALLS)))]
        calls: u32,
        /// For how many seconds they are good
        #[arg(long, value_name = "S", default_value_t = 3600,
              value_parser = clap::value_parser!(u64).range(1..=LONGEST_LIFE))]
        ttl: u64,
        #[command(flatten)]
        key: KeyOptions,
    },
}

/// Runs the command.
pub(super) async fn run(line: Line, file: Option<&Path>) -> Result<(), String> {
    let resolve = |options: Options| {
        let config = options.with_file(file)?.resolve()?;
        logging::start(config.log_format, logging::ALONE);
        Ok::<_, String>(config)
    };
    match line.command {
        None => alone(resolve(line.options.into())?).await,
        Some(RelayCommand::Credential { calls, ttl, key }) => {
            credentials(&resolve(key.into())?, calls, ttl)
        }
    }
}

async fn alone(config: Config) -> Result<(), String> {
    let listen = config
        .relay_listen
        .ok_or("a relay that is switched off in the configuration does not run")?;
    let key = node_key(&config)?;
    let relay = Arc::new(relay::own(listen, key)?);
    // They end with the program.
    let certificates = config.tls.as_ref().map(Certificates::open).transpose()?;
    let _streams = serve_turn(&relay, certificates.as_ref())?;
    let _followed = certificates.map(|certificates| tokio::spawn(certificates.follow()));
    let (stop, stopped) = watch::channel(false);
    let mut said = format!("relay {}\n", relay.address());
    if let Some(wanted) = config.metrics_listen {
        let figures = Arc::new(counters::of_relay(Arc::clone(&relay)));
        let (address, _task) = serve_figures(wanted, figures, stopped).await?;
        said += &format!("metrics http://{address}/metrics\n");
    }
    if let Err(error) = print(&said) {
        // Nobody listens to standard output; the relay is there all the same.
        tracing::warn!(%error, "nothing could be printed");
    }
    Signals::new()?.next().await;
    let _ = stop.send(true);
    Ok(())
}

fn credentials(config: &Config, calls: u32, ttl: u64) -> Result<(), String> {
    let issuer = Issuer::new(&node_key(config)?);
    let expires = Clock::System.now().0.unsigned_abs() / 1000 + ttl;
    let mut lines = String::new();
    for _ in 0..calls {
        let call = random::call();
        for (leg, name) in [(Leg::Caller, "caller"), (Leg::Callee, "callee")] {
            let made = issuer.issue(&Claim {
                call: relay::number(call),
                leg,
                device: relay::device_number(random::device()),
                expires,
            });
            lines += &format!("{call} {name} {} {}\n", made.username, made.password);
        }
    }
    print(&lines)
}

/// Made if it is not there: a relay may be set up before its server. It is said, for a key of its own is of no use.
fn node_key(config: &Config) -> Result<birdcall_relay::credential::NodeKey, String> {
    let path = &config.key_file;
    if !path.exists() {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        }
        eprintln!(
            "made a new node key, {}; the server has to have the same file",
            path.display()
        );
    }
    key::read_or_make(path)
}

impl From<RelayOptions> for Options {
    fn from(options: RelayOptions) -> Self {
        Self {
            relay_listen: options.relay_listen,
            tls_cert: options.tls_cert,
            tls_key: options.tls_key,
            metrics_listen: options.metrics_listen,
            ..options.key.into()
        }
    }
}

impl From<KeyOptions> for Options {
    fn from(options: KeyOptions) -> Self {
        Self {
            data: options.data,
            key_file: options.key_file,
            ..Self::default()
        }
    }
}
