//! `birdcall migrate`: from a file to PostgreSQL.

use super::print;
use crate::config::DatabaseUrl;
use crate::serve;
use birdcall_store::Database;
use birdcall_store::moving::{NotMoved, Progress, move_all};
use clap::Args;
use std::io::{IsTerminal, Write, stderr};
use std::path::Path;

/// Signs of the bar. More do not fit beside the words on a terminal of 80.
const BAR: u64 = 30;

#[derive(Args)]
pub(super) struct MigrateLine {
    /// The database to move, `sqlite:FILE`; its server is stopped
    #[arg(long, value_name = "URL")]
    from: DatabaseUrl,
    /// An empty database to move it to, `postgres://USER@HOST/NAME`
    #[arg(long, value_name = "URL")]
    to: DatabaseUrl,
}

pub(super) async fn run(line: MigrateLine) -> Result<(), String> {
    let (Database::File(file), Database::Postgres(to)) = (line.from.read()?, line.to.read()?)
    else {
        return Err("not_supported: it moves from sqlite: to postgres://".into());
    };
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // What is written to it from now on would be left behind.
    let _lock = if serve::lock_file(folder).exists() {
        let lock = serve::lock(folder);
        Some(lock.map_err(|error| format!("source_in_use: {error}; stop it first"))?)
    } else {
        None
    };
    let mut bar = Bar::new();
    let moved = move_all(&file, &to, |step| bar.show(step)).await;
    bar.end();
    let tables = moved.map_err(|error: NotMoved| format!("{}: {error}", error.code()))?;
    let rows: u64 = tables.iter().map(|table| table.rows).sum();
    print(&format!(
        "{} moved to {to}: {rows} rows in {} tables, each table counted and summed up on both sides\n\
         start the server with --database, and with the same node key; the file is as it was\n",
        file.display(),
        tables.len()
    ))
}

/// How far it is, for somebody who looks on.
struct Bar {
    seen: bool,
    shown: Option<u64>,
}

impl Bar {
    fn new() -> Self {
        Self {
            seen: stderr().is_terminal(),
            shown: None,
        }
    }

    fn show(&mut self, step: Progress<'_>) {
        let hundredths = step.done * 100 / step.all.max(1);
        if !self.seen || self.shown == Some(hundredths) {
            return;
        }
        self.shown = Some(hundredths);
        // Nobody is helped by an error about a bar.
        let _ = write!(stderr(), "\r{}\x1b[K", bar(hundredths, step.table));
    }

    fn end(&mut self) {
        if self.shown.is_some() {
            let _ = writeln!(stderr());
        }
    }
}

fn bar(hundredths: u64, table: &str) -> String {
    let full = hundredths.min(100) * BAR / 100;
    let (full, left) = ("#".repeat(full as usize), "-".repeat((BAR - full) as usize));
    format!("[{full}{left}] {hundredths:>3} % {table}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_says_how_far_it_is() {
        assert_eq!(
            bar(50, "entries"),
            "[###############---------------]  50 % entries"
        );
        assert_eq!(bar(100, "feed"), format!("[{}] 100 % feed", "#".repeat(30)));
        assert_eq!(
            bar(0, "people"),
            format!("[{}]   0 % people", "-".repeat(30))
        );
    }
}
