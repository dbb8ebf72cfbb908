//! What a device is told live agrees with what it reads afterwards: every entry once, in order, as it stands there; no
//! cursor goes back or is forgotten.

use super::{Fault, Findings, Subject, questions, settled};
use crate::torture::history::{Content, Device, Entry, History, Person, Talk, What};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What one device was told.
#[derive(Default)]
struct Told<'a> {
    /// The newest cursor.
    cursor: Option<u64>,
    entries: HashMap<(Person, u64), &'a Entry>,
    /// The newest place told, and the newest mark.
    newest: HashMap<Person, u64>,
    mark: HashMap<Person, u64>,
}

pub(super) fn check(history: &History, found: &mut Findings) {
    let mut told: BTreeMap<Device, Told<'_>> = BTreeMap::new();
    for event in &history.events {
        match &event.what {
            What::Welcomed {
                device,
                before,
                cursor,
                reset,
            } => {
                let known = told.entry(*device).or_default();
                if *reset {
                    let words = format!("{device:?} came with {before:?}, which is not known");
                    found.add(Fault::CursorUnknown, Subject::Device(*device), words);
                }
                known.cursor.get_or_insert(*cursor);
            }
            What::TellsEntry {
                device,
                cursor,
                with,
                entry,
            } => {
                let known = told.entry(*device).or_default();
                moves(known, *device, *cursor, found);
                let newest = known.newest.entry(*with).or_default();
                if entry.seq <= *newest {
                    let words = format!(
                        "{device:?} was told {} with {with:?} after {newest}",
                        entry.seq
                    );
                    let about = Subject::Talk(*device, Talk::of(device.person, *with));
                    found.add(Fault::FeedTwice, about, words);
                }
                *newest = (*newest).max(entry.seq);
                known.entries.insert((*with, entry.seq), entry);
            }
            What::TellsRead {
                device,
                cursor,
                with,
                seq,
            } => {
                let known = told.entry(*device).or_default();
                moves(known, *device, *cursor, found);
                let mark = known.mark.entry(*with).or_default();
                *mark = (*mark).max(*seq);
            }
            What::TellsOther { device, cursor } => {
                moves(told.entry(*device).or_default(), *device, *cursor, found);
            }
            _ => {}
        }
    }
    compare(history, &told, found);
}

/// The feed goes on to a cursor.
fn moves(known: &mut Told<'_>, device: Device, cursor: u64, found: &mut Findings) {
    match known.cursor {
        Some(last) if cursor > last => known.cursor = Some(cursor),
        Some(last) => {
            let words = format!("{device:?} was told {cursor} after {last}");
            found.add(Fault::FeedTwice, Subject::Device(device), words);
        }
        None => {
            let words = format!("{device:?} was told {cursor} before it was welcomed");
            found.add(Fault::FeedTwice, Subject::Device(device), words);
        }
    }
}

fn compare(history: &History, told: &BTreeMap<Device, Told<'_>>, found: &mut Findings) {
    let (asked, end) = (questions(history), settled(history));
    let last = |question| asked.get(question).is_some_and(|place| *place > end);
    for event in &history.events[end..] {
        match &event.what {
            What::Page {
                device,
                with,
                question,
                whole: true,
                entries,
            } if last(question) => page(*device, *with, entries, told.get(device), found),
            What::Head {
                device,
                with,
                question,
                read,
            } if last(question) => {
                let mark = told.get(device).and_then(|told| told.mark.get(with));
                if let Some(mark) = mark.filter(|mark| *mark > read) {
                    let words =
                        format!("{device:?} was told {mark} with {with:?}, and asked {read}");
                    let about = Subject::Talk(*device, Talk::of(device.person, *with));
                    found.add(Fault::FeedDiffers, about, words);
                }
            }
            _ => {}
        }
    }
}

fn page(
    device: Device,
    with: Person,
    entries: &[Entry],
    told: Option<&Told<'_>>,
    found: &mut Findings,
) {
    let about = Subject::Talk(device, Talk::of(device.person, with));
    let Some(told) = told else {
        let words = format!("{device:?} was never welcomed");
        return found.add(Fault::NotAsked, about, words);
    };
    let mut there = HashSet::new();
    for entry in entries {
        there.insert(entry.seq);
        match told.entries.get(&(with, entry.seq)) {
            Some(one) if *one == entry => {}
            Some(one) => {
                let words = format!("{device:?} was told {one:?}, and reads {entry:?}");
                found.add(Fault::FeedDiffers, about, words);
            }
            None if entry.content == Content::Hello => {}
            None => {
                let words = format!("{device:?} reads {entry:?}, and was not told");
                let about = match entry.content {
                    Content::Message(message) => Subject::Message(message),
                    Content::Call(call, _) => Subject::Call(call),
                    Content::Hello | Content::Foreign(_) => about,
                };
                found.add(Fault::FeedLeftOut, about, words);
            }
        }
    }
    for ((other, seq), entry) in &told.entries {
        if *other == with && !there.contains(seq) {
            let words = format!("{device:?} was told {entry:?}, which does not stand there");
            found.add(Fault::FeedDiffers, about, words);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::story::{Story, faults};
    use super::*;

    #[test]
    fn a_feed_that_leaves_something_out_is_found() {
        let mut story = Story::new();
        let device = story.devices()[2];
        story.sends(1).sends(2).acknowledged(1, 11);
        story
            .acknowledged(2, 12)
            .silent(device)
            .tells(device, 1, 12, 2);
        story.ends(&[(11, 1), (12, 2)]);
        assert_eq!(faults(&story), [Fault::FeedLeftOut]);
    }

    #[test]
    fn a_feed_that_tells_twice_or_turns_around_is_found() {
        let told: [&[(u64, u64, u32)]; 3] = [
            &[(1, 11, 1), (2, 12, 2), (2, 12, 2)],
            &[(1, 11, 1), (2, 12, 2), (3, 12, 2)],
            &[(1, 12, 2), (2, 11, 1)],
        ];
        for rows in told {
            let mut story = Story::new();
            let device = story.devices()[2];
            story.sends(1).sends(2).silent(device);
            for (cursor, seq, message) in rows {
                story.tells(device, *cursor, *seq, *message);
            }
            story.ends(&[(11, 1), (12, 2)]);
            assert!(faults(&story).contains(&Fault::FeedTwice), "{rows:?}");
        }
    }

    #[test]
    fn a_feed_that_tells_something_else_is_found() {
        let mut story = Story::new();
        let device = story.devices()[2];
        story
            .sends(1)
            .sends(2)
            .silent(device)
            .tells(device, 1, 11, 2);
        story.ends(&[(11, 1)]);
        assert!(faults(&story).contains(&Fault::FeedDiffers));
        // Something that is not there afterwards.
        let mut story = Story::new();
        story
            .sends(1)
            .silent(device)
            .tells(device, 1, 11, 1)
            .ends(&[]);
        assert!(faults(&story).contains(&Fault::FeedDiffers));
    }

    #[test]
    fn a_cursor_that_is_forgotten_is_found() {
        let mut story = Story::new();
        let device = story.devices()[2];
        story.welcomed_anew(device).ends(&[]);
        assert_eq!(faults(&story), [Fault::CursorUnknown]);
    }
}
