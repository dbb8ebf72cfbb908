//! The program `birdcall`.

use birdcall_server::command;
use clap::Parser;
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Directive;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("BIRDCALL_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,birdcall_server=info,birdcall_store=info"));
    // What sends pushes would name the push services of people, whose endpoints are secrets.
    let quiet = ["reqwest=off", "hyper_util=off"].map(str::parse::<Directive>);
    let filter = quiet
        .into_iter()
        .flatten()
        .fold(filter, EnvFilter::add_directive);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match command::run(command::Line::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("birdcall: {sentence}");
            ExitCode::FAILURE
        }
    }
}
