//! `birdcall backup` and `birdcall restore`.

use super::print;
use crate::backup;
use crate::clock::Clock;
use crate::config::{Config, Options};
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct BackupLine {
    /// The file to write, or a folder, where it gets a name with the moment in it
    #[arg(long, value_name = "FILE|DIR")]
    to: PathBuf,
    #[command(flatten)]
    options: Options,
}

#[derive(Args)]
pub(super) struct RestoreLine {
    /// The backup
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    #[command(flatten)]
    options: Options,
}

pub(super) async fn make(
    line: BackupLine,
    resolve: &impl Fn(Options) -> Result<Config, String>,
) -> Result<(), String> {
    let config = resolve(line.options)?;
    let (file, manifest) = backup::make(&config, &line.to, Clock::System.now()).await?;
    print(&format!(
        "{} written: {} rows in {} tables, {}\n",
        file.display(),
        manifest.rows(),
        manifest.tables(),
        size(manifest.bytes()),
    ))
}

pub(super) async fn restore(
    line: RestoreLine,
    resolve: &impl Fn(Options) -> Result<Config, String>,
) -> Result<(), String> {
    let config = resolve(line.options)?;
    let manifest = backup::restore(&line.from, &config.data).await?;
    let mut said = format!(
        "{} restored and checked: {} rows in {} tables, as of {}\n",
        config.data.display(),
        manifest.rows(),
        manifest.tables(),
        moment(manifest.made.0),
    );
    let key = config.data.join("node.key");
    if config.key_file != key {
        said += &format!(
            "the node key is in {}; the configuration looks for it at {}\n",
            key.display(),
            config.key_file.display()
        );
    }
    print(&said)
}

fn moment(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis)
        .map(|moment| moment.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
        .unwrap_or_default()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a size for people, to one digit"
)]
fn size(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / (1024.0 * 1024.0))
}
