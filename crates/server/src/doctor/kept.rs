//! What is kept: the data folder, the node key, the database and what is in it.

use super::Report;
use crate::backup::UNFINISHED;
use crate::clock::Clock;
use crate::config::Config;
use crate::push::vapid;
use crate::relay::key;
use birdcall_relay::credential::NodeKey;
use birdcall_store::{Database, PostgresUrl, StoreError, snapshot};
use rustix::fs::statvfs;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

/// Less space than this is worth a word.
const LITTLE: u64 = 1024 * 1024 * 1024;

/// With less than this the next day may be the last.
const NOTHING: u64 = 64 * 1024 * 1024;

/// How far in the future something that was kept may be.
const AHEAD: Duration = Duration::from_secs(60);

/// Returns the node key, if there is one.
pub(super) async fn examine(config: &Config, report: &mut Report) -> Option<NodeKey> {
    let folder = folder(&config.data, report)?;
    let key = node_key(&config.key_file, &folder, report);
    database(config, report).await;
    key
}

fn folder(data: &Path, report: &mut Report) -> Option<Metadata> {
    let about = "data folder";
    let name = data.display();
    let meta = match fs::metadata(data) {
        Ok(meta) if meta.is_dir() => meta,
        Ok(_) => {
            report.wrong(
                about,
                format!("{name} is no folder"),
                "name another by --data",
            );
            return None;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            report.wrong(
                about,
                format!("{name} is not there"),
                "it is made at the first start: birdcall serve; if there was one, name it by --data",
            );
            return None;
        }
        Err(error) => {
            report.wrong(about, format!("{name}: {error}"), format!("ls -ld {name}"));
            return None;
        }
    };
    if data.join(UNFINISHED).exists() {
        report.wrong(
            about,
            format!("a restore into {name} did not come to its end"),
            format!("birdcall restore --data {name} --from FILE"),
        );
        return Some(meta);
    }
    let own = rustix::process::geteuid().as_raw();
    if own != meta.uid() && own != 0 {
        report.warning(
            about,
            format!(
                "{name} belongs to user {}, and this is user {own}",
                meta.uid()
            ),
            format!(
                "look at it as its owner: sudo -u '#{}' birdcall doctor",
                meta.uid()
            ),
        );
    }
    if own != 0 && rustix::fs::access(data, rustix::fs::Access::WRITE_OK).is_err() {
        report.wrong(
            about,
            format!("{name} cannot be written to"),
            format!("chown -R birdcall {name}, or whoever the server runs as"),
        );
        return Some(meta);
    }
    if meta.permissions().mode() & 0o002 != 0 {
        report.wrong(
            about,
            format!("everybody on this machine may write to {name}"),
            format!("chmod 700 {name}"),
        );
        return Some(meta);
    }
    space(data, report);
    Some(meta)
}

fn space(data: &Path, report: &mut Report) {
    let about = "data folder";
    let name = data.display();
    let free = match statvfs(data) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            report.warning(about, format!("{name}: {error}"), format!("df {name}"));
            return;
        }
    };
    let said = format!("{name}, {} MiB free", free / (1024 * 1024));
    let mend = format!("make room or a larger disk: df -h {name}");
    if free < NOTHING {
        report.wrong(about, said, mend);
    } else if free < LITTLE {
        report.warning(about, said, mend);
    } else {
        report.ok(about, said);
    }
}

fn node_key(path: &Path, folder: &Metadata, report: &mut Report) -> Option<NodeKey> {
    let about = "node key";
    let name = path.display();
    let meta = match fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            report.wrong(
                about,
                format!("{name} is not there"),
                "the first start makes one: birdcall serve; a lost one comes back out of a backup",
            );
            return None;
        }
        Err(error) => {
            report.wrong(about, format!("{name}: {error}"), format!("ls -l {name}"));
            return None;
        }
    };
    let key = match key::read(path) {
        Ok(key) => key,
        Err(sentence) => {
            report.wrong(
                about,
                sentence,
                "take it out of a backup, or remove it for a new one: running calls lose their relay once",
            );
            return None;
        }
    };
    if meta.permissions().mode() & 0o077 != 0 {
        report.wrong(
            about,
            format!("others on this machine may read {name}, and with it make credentials"),
            format!("chmod 600 {name}"),
        );
    } else if meta.uid() != folder.uid() {
        report.wrong(
            about,
            format!("{name} belongs to somebody else than the data folder"),
            format!("chown {} {name}", folder.uid()),
        );
    } else {
        report.ok(about, format!("{name}, for its owner alone"));
    }
    Some(key)
}

async fn database(config: &Config, report: &mut Report) {
    let about = "database";
    let file = match &config.database {
        Database::File(file) => file,
        Database::Postgres(url) => return postgres(url, report).await,
    };
    let name = file.display();
    let size = match fs::metadata(file) {
        Ok(meta) => meta.len(),
        Err(_) => {
            report.wrong(
                about,
                format!("{name} is not there"),
                "the first start makes one: birdcall serve; a lost one: birdcall restore --from FILE",
            );
            return;
        }
    };
    let restore = "stop the server and restore the last backup into an empty folder: birdcall restore --from FILE";
    let facts = match snapshot::facts(file).await {
        Ok(facts) => facts,
        Err(error) => {
            report.wrong(about, format!("{name}: {error}"), restore);
            return;
        }
    };
    let ours = snapshot::newest_schema();
    if facts.schema > ours {
        report.wrong(
            about,
            format!(
                "{name} was written by a newer version (schema {}, this one knows {ours})",
                facts.schema
            ),
            "install that version again; there is no way back for a schema",
        );
        return;
    }
    match snapshot::faults(file).await {
        Ok(faults) => {
            if let Some(first) = faults.first() {
                report.wrong(about, format!("{name} is damaged: {first}"), restore);
                return;
            }
        }
        Err(error) => {
            report.wrong(about, format!("{name}: {error}"), restore);
            return;
        }
    }
    let most = config.max_pages.map(|pages| u64::from(pages) * 4_096);
    if let Some(most) = most.filter(|most| size > most / 10 * 9) {
        report.warning(
            about,
            format!(
                "{name} has {} of the {} MiB it may have",
                size >> 20,
                most >> 20
            ),
            "raise database_mib; when it is full nobody can write or call",
        );
    } else if facts.schema < ours {
        report.warning(
            about,
            format!(
                "{name} is of an older version (schema {}, this one has {ours})",
                facts.schema
            ),
            "the next start brings it up to date: birdcall serve",
        );
    } else if facts.wal {
        report.ok(
            about,
            format!("{name} is whole, schema {ours}, {} KiB", size >> 10),
        );
    } else {
        report.warning(
            about,
            format!("{name} keeps no log (WAL): somebody else has opened it"),
            "start the server once, which sets it: birdcall serve",
        );
    }
    clock(facts.newest, report);
    push_key(facts.push_key.as_deref(), restore, report);
}

async fn postgres(url: &PostgresUrl, report: &mut Report) {
    let about = "database";
    let facts = match snapshot::postgres_facts(url).await {
        Ok(facts) => facts,
        Err(StoreError::Broken(why)) => {
            report.warning(
                about,
                format!("{url} is there and holds nothing of ours yet ({why})"),
                "the first start makes its tables: birdcall serve; from a file: birdcall migrate",
            );
            return;
        }
        Err(error) => {
            report.wrong(
                about,
                format!("{url}: {error}"),
                "see that PostgreSQL runs, that its pg_hba.conf lets this user in, and that the URL is right",
            );
            return;
        }
    };
    let ours = snapshot::newest_schema();
    if facts.schema < ours {
        report.warning(
            about,
            format!(
                "{url} is of an older version (schema {}, this one has {ours})",
                facts.schema
            ),
            "the next start brings it up to date: birdcall serve",
        );
    } else {
        // A newer one is that of nodes that were brought up to date before this one.
        report.ok(about, format!("{url} answers, schema {}", facts.schema));
    }
    clock(facts.newest, report);
    let restore = "stop the servers and restore the last pg_dump";
    push_key(facts.push_key.as_deref(), restore, report);
}

fn push_key(kept: Option<&str>, restore: &str, report: &mut Report) {
    match kept {
        Some(text) if vapid::is_key(text) => {
            report.ok("push key", "there, as push services know this server");
        }
        Some(_) => report.wrong("push key", "what is in the database is none", restore),
        None => report.warning(
            "push key",
            "there is none, so no closed app can ring",
            "the next start makes one: birdcall serve",
        ),
    }
}

/// Moments of messages and calls are this machine's, and so are deadlines and credentials.
fn clock(newest: i64, report: &mut Report) {
    let about = "clock";
    let mend = "timedatectl set-ntp true, and look: timedatectl";
    let (wall, steady) = (Clock::System.now(), Instant::now());
    std::thread::sleep(Duration::from_millis(50));
    let walked = i128::from(Clock::System.now().0 - wall.0);
    let real = steady.elapsed().as_millis() as i128;
    let ahead = newest.saturating_sub(wall.0);
    if (walked - real).abs() > 25 {
        report.warning(
            about,
            format!(
                "it was moved by {} ms while it was looked at",
                walked - real
            ),
            mend,
        );
    } else if ahead > AHEAD.as_millis() as i64 {
        report.wrong(
            about,
            format!(
                "the newest entry is {} minutes in the future: this clock is slow, or was fast then",
                ahead / 60_000
            ),
            mend,
        );
    } else {
        let now = jiff::Timestamp::from_millisecond(wall.0).unwrap_or_default();
        report.ok(about, now.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
    }
}
