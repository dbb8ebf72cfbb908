//! The program `birdcall`.

use birdcall_server::command;
use clap::Parser;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match command::run(command::Line::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("birdcall: {sentence}");
            ExitCode::FAILURE
        }
    }
}
