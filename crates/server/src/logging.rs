//! The log: lines for people or JSON for machines, to standard error. What is written never holds anything of a person
//! (P-6): no handle, address, token or text. That is for whoever writes a line to see to, and `tests/suite/process.rs`
//! looks.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Directive;
use tracing_subscriber::layer::{Identity, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Nothing beside the log.
pub const ALONE: Option<Identity> = None;

/// What is logged where `BIRDCALL_LOG` says nothing.
const USUAL: &str = "warn,birdcall_server=info,birdcall_store=info,birdcall_relay=info";

/// Starts the log, once for the program; `beside` takes what is not for the log. A panic is logged by its place alone: its words may hold anything.
pub fn start(format: LogFormat, beside: Option<impl Layer<Registry> + Send + Sync>) {
    let filter = EnvFilter::try_from_env("BIRDCALL_LOG").unwrap_or_else(|_| EnvFilter::new(USUAL));
    // What sends pushes would name the push services of people, whose endpoints are secrets.
    let quiet = ["reqwest=off", "hyper_util=off"].map(str::parse::<Directive>);
    let filter = quiet
        .into_iter()
        .flatten()
        .fold(filter, EnvFilter::add_directive);
    let log = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let log = match format {
        LogFormat::Text => log.with_filter(filter).boxed(),
        LogFormat::Json => log.json().flatten_event(true).with_filter(filter).boxed(),
    };
    // Fails only if it was started before.
    let _ = tracing_subscriber::registry()
        .with(beside)
        .with(log)
        .try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let thread = std::thread::current();
        tracing::error!(
            ?place,
            thread = thread.name(),
            "the program is wrong somewhere: a panic"
        );
    }));
}
