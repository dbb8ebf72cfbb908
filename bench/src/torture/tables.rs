//! What came of it, for people to read.

use super::checker::{self, Finding, calls};
use super::history::{About, Content, Fault, History, Message, What};
use super::world::World;
use birdcall_protocol::CallId;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// Findings of one kind that are written out in full.
const WRITTEN_OUT: usize = 20;

/// How many there were of what.
#[derive(Default)]
struct Tally {
    sent: HashSet<Message>,
    again: u64,
    acknowledged: HashSet<Message>,
    found: HashSet<Message>,
    called: HashSet<CallId>,
    ended: BTreeMap<String, HashSet<CallId>>,
    sockets: u64,
    refused: BTreeMap<String, u64>,
    marks: u64,
}

fn tally(history: &History) -> Tally {
    let mut tally = Tally::default();
    for event in &history.events {
        match &event.what {
            What::Sends { message, .. } => {
                tally.again += u64::from(!tally.sent.insert(*message));
            }
            What::Acknowledged { message, .. } => {
                tally.acknowledged.insert(*message);
            }
            What::Page { entries, .. } => {
                tally
                    .found
                    .extend(entries.iter().filter_map(|entry| match entry.content {
                        Content::Message(message) => Some(message),
                        _ => None,
                    }));
            }
            What::Invited { call, .. } | What::Rings { call, .. } => {
                tally.called.insert(*call);
            }
            What::Ended { call, reason, .. } => {
                let calls = tally.ended.entry(format!("{reason:?}")).or_default();
                calls.insert(*call);
            }
            What::Welcomed { .. } => tally.sockets += 1,
            What::Refused { about, code, .. } => {
                let of = match about {
                    About::Message(_) => "message",
                    About::Call(_) => "press",
                    About::Invite(_) => "invite",
                    About::Other => "question",
                };
                *tally.refused.entry(format!("{of}: {code}")).or_default() += 1;
            }
            What::Reads { .. } => tally.marks += 1,
            _ => {}
        }
    }
    tally
}

/// How far it is, in a line.
pub(super) fn so_far(world: &World) -> String {
    let tally = world.history(tally);
    format!(
        "{} messages, {} acknowledged; {} calls; {} sockets",
        tally.sent.len(),
        tally.acknowledged.len(),
        tally.called.len(),
        tally.sockets
    )
}

/// The table.
pub(super) fn print(
    history: &History,
    counts: &BTreeMap<Fault, u64>,
    found: &[Finding],
    took: Duration,
) {
    let tally = tally(history);
    println!("\ntook {:.0} s", took.as_secs_f64());
    for fault in Fault::ALL {
        let count = counts.get(&fault).copied().unwrap_or_default();
        println!("{count:>8}  {}", fault.name());
    }
    println!(
        "{:>8}  messages sent, and {} times again",
        tally.sent.len(),
        tally.again
    );
    println!("{:>8}  of them acknowledged", tally.acknowledged.len());
    println!("{:>8}  of them found", tally.found.len());
    println!("{:>8}  read marks, {} sockets", tally.marks, tally.sockets);
    println!("{:>8}  calls", tally.called.len());
    for (outcome, count) in calls::outcomes(history) {
        println!("{count:>8}    turned out {outcome}");
    }
    for (reason, calls) in &tally.ended {
        println!("{:>8}    told to have ended as {reason}", calls.len());
    }
    for (what, count) in &tally.refused {
        println!("{count:>8}  refused, {what}");
    }
    println!("{:>8}  faults found", found.len());
    for (fault, count) in by_fault(found) {
        println!("{count:>8}    {}", fault.name());
    }
}

fn by_fault(found: &[Finding]) -> BTreeMap<checker::Fault, usize> {
    let mut count = BTreeMap::new();
    for finding in found {
        *count.entry(finding.fault).or_default() += 1;
    }
    count
}

/// Writes all findings with what is known of each, and the whole history beside them.
pub(super) fn write(history: &History, found: &[Finding], out: &Path) -> std::io::Result<()> {
    let mut text = String::new();
    let mut written: BTreeMap<checker::Fault, usize> = BTreeMap::new();
    let mut shown = BTreeSet::new();
    for finding in found {
        let _ = writeln!(text, "{}: {}", finding.fault.name(), finding.words);
        let count = written.entry(finding.fault).or_default();
        *count += 1;
        if *count <= WRITTEN_OUT && shown.insert(format!("{:?}", finding.about)) {
            for event in checker::extract(history, &finding.about) {
                let _ = writeln!(text, "    {event}");
            }
            text.push('\n');
        }
    }
    std::fs::write(out.join("findings.txt"), text)?;
    let mut whole = String::new();
    for event in &history.events {
        let _ = writeln!(whole, "{event}");
    }
    std::fs::write(out.join("history.txt"), whole)
}
