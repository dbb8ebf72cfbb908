//! The program `birdcall`.

use birdcall_server::command;
use clap::Parser;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("BIRDCALL_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,birdcall_server=info,birdcall_store=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match command::run(command::Line::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("birdcall: {sentence}");
            ExitCode::FAILURE
        }
    }
}
