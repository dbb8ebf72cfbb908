//! `birdcall report`: what people told the operator, and what the operator does about it. Works while the server runs.
//! Everything done here, reading included, is added to a trail.

use super::print;
use crate::clock::Clock;
use crate::config::Config;
use crate::{raced, serve};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::limits::MAX_REPORT_WORDS;
use birdcall_protocol::report::ReportState;
use birdcall_protocol::{Handle, PersonId, Timestamp};
use birdcall_store::{Act, Evidence, NewAct, News, ReportRow, Store, StoreError, Tx};
use clap::Subcommand;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub(super) enum ReportCommand {
    /// Lists reports that are open
    List {
        /// Also those that are closed
        #[arg(long)]
        all: bool,
    },
    /// Shows a report with the messages that came with it
    Show {
        /// Its number
        number: u64,
        /// Writes voice messages and pictures into this folder
        #[arg(long, value_name = "FOLDER")]
        media: Option<PathBuf>,
    },
    /// Answers the person who reported, who reads it in the app
    Answer {
        /// Its number
        number: u64,
        /// What to say
        words: String,
    },
    /// Closes a report
    Close {
        /// Its number
        number: u64,
    },
    /// Does something about the person who was reported
    Act {
        /// The report's number
        number: u64,
        #[command(subcommand)]
        act: ActCommand,
    },
    /// Prints everything that was done, and by whom
    Trail,
}

#[derive(Subcommand)]
pub(super) enum ActCommand {
    /// Tells them something, which stands in their app until they have read it
    Warn {
        /// What to say
        words: String,
    },
    /// Closes their account: they are signed out everywhere at once, and cannot sign in
    Disable,
    /// Opens their account again
    Enable,
}

pub(super) async fn run(config: Config, command: ReportCommand) -> Result<(), String> {
    let store = serve::open_store(&config).await?;
    let done = dispatch(&store, command).await;
    store.close().await;
    done
}

async fn dispatch(store: &Store, command: ReportCommand) -> Result<(), String> {
    match command {
        ReportCommand::List { all } => list(store, all).await,
        ReportCommand::Show { number, media } => show(store, number, media.as_deref()).await,
        ReportCommand::Answer { number, words } => {
            let words = bounded(&words)?;
            on(store, number, Act::Answer, &words).await?;
            print(&format!("report {number} is answered\n"))
        }
        ReportCommand::Close { number } => {
            on(store, number, Act::Close, "").await?;
            print(&format!("report {number} is closed\n"))
        }
        ReportCommand::Act { number, act } => {
            let report = find(store, number).await?;
            let (act, words, said) = match act {
                ActCommand::Warn { words } => (Act::Warn, bounded(&words)?, "warned"),
                ActCommand::Disable => (Act::Disable, String::new(), "closed"),
                ActCommand::Enable => (Act::Enable, String::new(), "open again"),
            };
            to(store, &report.about, act, Some(number), &words).await?;
            print(&format!("@{} is {said}\n", report.about))
        }
        ReportCommand::Trail => trail(store).await,
    }
}

async fn list(store: &Store, all: bool) -> Result<(), String> {
    let state = (!all).then_some(ReportState::Open);
    let reports = async { store.read().await?.reports(state).await };
    for row in reports.await.map_err(say)? {
        print(&format!("{}\n", line(&row)))?;
    }
    Ok(())
}

/// One report in one line.
fn line(row: &ReportRow) -> String {
    let report = &row.report;
    let state = match (report.state, &report.answer) {
        (ReportState::Closed, _) => "closed",
        (ReportState::Open, Some(_)) => "answered",
        (ReportState::Open, None) => "open",
    };
    format!(
        "{}\t{state}\t{}\t{}\t@{} by @{}\t{} messages",
        row.number,
        moment(report.at),
        word(report.reason),
        row.about,
        row.reporter,
        report.entries,
    )
}

async fn show(store: &Store, number: u64, media: Option<&Path>) -> Result<(), String> {
    let row = find(store, number).await?;
    let evidence = async { store.read().await?.evidence(number).await };
    let evidence = evidence.await.map_err(say)?;
    // Whoever reads what was private leaves a trace, before they see it.
    on(store, number, Act::Read, "").await?;
    print(&format!("{}\n", line(&row)))?;
    if !row.report.words.is_empty() {
        print(&format!("\n{}\n", visible(&row.report.words)))?;
    }
    for entry in &evidence {
        let at = moment(entry.at);
        print(&format!("\n{at} @{}\n{}\n", entry.author, said(entry)))?;
        if let (Some(folder), Some((kind, bytes))) = (media, &entry.media) {
            let end = kind.rsplit('/').next().unwrap_or("bin");
            let file = folder.join(format!("report-{number}-{}.{end}", entry.seq));
            std::fs::write(&file, bytes)
                .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
            print(&format!("written to {}\n", file.display()))?;
        }
    }
    if let Some(answer) = &row.report.answer {
        print(&format!("\nanswered: {}\n", visible(answer)))?;
    }
    Ok(())
}

/// What an entry says: its words, or what kind it is.
fn said(entry: &Evidence) -> String {
    let body: serde_json::Value = serde_json::from_str(&entry.body).unwrap_or_default();
    match (body["text"].as_str(), body["type"].as_str()) {
        (Some(text), _) => visible(text),
        (None, Some(kind)) => format!("({kind})"),
        (None, None) => "(unreadable)".to_owned(),
    }
}

/// Words of strangers on the operator's terminal: nothing in them moves its cursor or turns its lines around.
fn visible(text: &str) -> String {
    let lines = text.lines().map(crate::names::line);
    lines.collect::<Vec<_>>().join("\n")
}

async fn trail(store: &Store) -> Result<(), String> {
    let read = async {
        let mut reader = store.read().await?;
        let mut lines = Vec::new();
        for act in reader.acts_after(0).await? {
            let person = match act.person {
                Some(id) => format!("@{}", reader.person_by_id(id).await?.handle),
                None => "-".to_owned(),
            };
            let report = act
                .report
                .map_or("-".to_owned(), |number| number.to_string());
            lines.push(format!(
                "{}\t{}\t{}\t{}\t{person}\treport {report}\t{}\n",
                act.number,
                moment(act.at),
                act.who,
                word(act.act),
                act.words.replace('\n', " "),
            ));
        }
        Ok::<_, StoreError>(lines)
    };
    for line in read.await.map_err(say)? {
        print(&line)?;
    }
    Ok(())
}

async fn find(store: &Store, number: u64) -> Result<ReportRow, String> {
    let found = async { store.read().await?.report(number).await };
    let found = found.await.map_err(say)?;
    found.ok_or_else(|| format!("there is no report {number}"))
}

/// Does something on a report; its reporter is told where it concerns them.
async fn on(store: &Store, number: u64, act: Act, words: &str) -> Result<(), String> {
    let row = find(store, number).await?;
    let at = Clock::System.now();
    let done = raced::again(raced::TRIES, || async {
        let mut tx = store.write().await?;
        let reporter = tx.person(&row.reporter).await?.map(|person| person.id);
        match act {
            Act::Answer => tx.answer_report(number, words, at).await?,
            Act::Close => tx.close_report(number).await?,
            _ => {}
        }
        if act != Act::Read
            && let Some(reporter) = reporter
        {
            tx.tell(reporter, News::Changed(Changed::Me)).await?;
        }
        note(&mut tx, act, reporter, Some(number), words, at).await?;
        tx.commit().await
    });
    done.await.map_err(say)
}

/// Does something about a person, also without a report.
pub(super) async fn to(
    store: &Store,
    handle: &Handle,
    act: Act,
    report: Option<u64>,
    words: &str,
) -> Result<(), String> {
    let at = Clock::System.now();
    let done = raced::again(raced::TRIES, || async {
        let mut tx = store.write().await?;
        let Some(person) = tx.person(handle).await? else {
            return Ok(false);
        };
        match act {
            Act::Warn => tx.warn(person.id, words, at).await?,
            Act::Disable => tx.set_disabled(person.id, Some(at)).await?,
            Act::Enable => tx.set_disabled(person.id, None).await?,
            Act::Verify | Act::Unverify => {
                tx.set_verified(handle, act == Act::Verify).await?;
            }
            Act::Password | Act::Read | Act::Answer | Act::Close => {}
        }
        tx.tell(person.id, News::Changed(Changed::Me)).await?;
        note(&mut tx, act, Some(person.id), report, words, at).await?;
        tx.commit().await?;
        Ok(true)
    });
    match done.await.map_err(say)? {
        true => Ok(()),
        false => Err(format!("there is no @{handle}")),
    }
}

pub(super) async fn note(
    tx: &mut Tx,
    act: Act,
    person: Option<PersonId>,
    report: Option<u64>,
    words: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.add_act(&NewAct {
        who: &who(),
        act,
        person,
        report,
        words,
        at,
    })
    .await
}

/// Who sits at the command line: the one before `sudo`, and the number that the kernel knows.
fn who() -> String {
    let name = ["SUDO_USER", "LOGNAME", "USER"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_else(|| "somebody".to_owned());
    match uid() {
        Some(uid) => format!("{} (uid {uid})", crate::names::line(&name)),
        None => crate::names::line(&name),
    }
}

#[cfg(target_os = "linux")]
fn uid() -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").ok().map(|own| own.uid())
}

#[cfg(not(target_os = "linux"))]
fn uid() -> Option<u32> {
    None
}

fn bounded(words: &str) -> Result<String, String> {
    match crate::text::words(words, MAX_REPORT_WORDS) {
        Ok(words) if !words.is_empty() => Ok(words),
        _ => Err(format!(
            "say something, in at most {MAX_REPORT_WORDS} characters"
        )),
    }
}

/// A closed list's word, as in JSON.
fn word(value: impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map(|at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}

fn say(error: StoreError) -> String {
    error.to_string()
}
