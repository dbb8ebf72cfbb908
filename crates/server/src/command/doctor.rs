//! `birdcall doctor`.

use super::print;
use crate::config::{Config, Options};
use crate::doctor::{Report, State, ask, examine};
use clap::Args;

#[derive(Args)]
pub(super) struct DoctorLine {
    /// Prints the findings as JSON
    #[arg(long)]
    json: bool,
    /// Only asks whether the server answers and is ready, for whoever asks all the time
    #[arg(long)]
    ready: bool,
    #[command(flatten)]
    options: Options,
}

pub(super) async fn run(
    line: DoctorLine,
    resolve: &impl Fn(Options) -> Result<Config, String>,
) -> Result<(), String> {
    let report = match resolve(line.options) {
        Ok(config) if line.ready => ask(&config).await,
        Ok(config) => examine(&config).await,
        Err(sentence) => Report::unreadable(sentence),
    };
    let findings = report.findings();
    if line.json {
        let text = serde_json::to_string_pretty(findings).map_err(|error| error.to_string())?;
        print(&format!("{text}\n"))?;
    } else {
        print(&findings.iter().map(ToString::to_string).collect::<String>())?;
    }
    let count = |state| findings.iter().filter(|one| one.state == state).count();
    match (report.is_well(), count(State::Warning)) {
        (true, 0) => Ok(()),
        (true, warnings) => {
            eprintln!("birdcall: nothing is wrong, {warnings} to look at");
            Ok(())
        }
        (false, _) => Err(format!("{} wrong", count(State::Wrong))),
    }
}
