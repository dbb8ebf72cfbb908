//! A message that was acknowledged is readable by every device of both people, once, in the order of its place; one that
//! was not is there once or not at all (M-4).

use super::{Fault, Findings, Subject, questions, settled};
use crate::torture::history::{Content, Device, Entry, History, Message, Person, Talk, What};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A message, as those who sent it know it.
struct Sent {
    from: Person,
    to: Person,
    /// Everything known of that conversation when it went out first stands before it.
    floor: u64,
    /// The acknowledgements: where in the history, for which place.
    acknowledged: Vec<(usize, u64)>,
}

pub(super) fn check(history: &History, found: &mut Findings) {
    let sent = sent(history);
    for (message, one) in &sent {
        let places: BTreeSet<u64> = one.acknowledged.iter().map(|(_, seq)| *seq).collect();
        if places.len() > 1 {
            let words = format!("{message:?} was acknowledged for the places {places:?}");
            found.add(Fault::Differs, Subject::Message(*message), words);
        }
    }
    let of_talk = by_talk(&sent);
    let (asked, end) = (questions(history), settled(history));
    let mut last: BTreeMap<(Talk, Device), &[Entry]> = BTreeMap::new();
    for event in &history.events {
        let What::Page {
            device,
            with,
            question,
            whole,
            entries,
        } = &event.what
        else {
            continue;
        };
        let talk = Talk::of(device.person, *with);
        let Some(asked) = asked.get(question) else {
            continue;
        };
        page(*device, talk, entries, &sent, found);
        let from = match (whole, entries.first()) {
            (true, _) | (_, None) => 0,
            (false, Some(first)) => first.seq,
        };
        let here: HashMap<Message, u64> = entries
            .iter()
            .filter_map(|entry| match entry.content {
                Content::Message(message) => Some((message, entry.seq)),
                _ => None,
            })
            .collect();
        for (message, acknowledged) in of_talk.get(&talk).into_iter().flatten() {
            let before = acknowledged.iter().find(|(place, _)| place < asked);
            let Some((_, seq)) = before.filter(|(_, seq)| *seq >= from) else {
                continue;
            };
            match here.get(message) {
                Some(place) if place == seq => {}
                Some(place) => found.add(
                    Fault::Differs,
                    Subject::Message(*message),
                    format!(
                        "{message:?} was acknowledged for {seq} and {device:?} reads it at {place}"
                    ),
                ),
                None => found.add(
                    Fault::Lost,
                    Subject::Message(*message),
                    format!(
                        "{message:?} was acknowledged for {seq}, and {device:?} does not read it"
                    ),
                ),
            }
        }
        if *asked > end && *whole {
            last.insert((talk, *device), entries);
        }
    }
    alike(history, &last, found);
}

/// What was sent, with all that was known when it went out.
fn sent(history: &History) -> BTreeMap<Message, Sent> {
    let mut sent: BTreeMap<Message, Sent> = BTreeMap::new();
    let mut known: HashMap<Talk, u64> = HashMap::new();
    for (place, event) in history.events.iter().enumerate() {
        match &event.what {
            What::Sends {
                device,
                to,
                message,
            } => {
                let talk = Talk::of(device.person, *to);
                let floor = known.get(&talk).copied().unwrap_or_default();
                sent.entry(*message).or_insert(Sent {
                    from: device.person,
                    to: *to,
                    floor,
                    acknowledged: Vec::new(),
                });
            }
            What::Acknowledged { message, seq, .. } => {
                if let Some(one) = sent.get_mut(message) {
                    one.acknowledged.push((place, *seq));
                    let newest = known.entry(Talk::of(one.from, one.to)).or_default();
                    *newest = (*newest).max(*seq);
                }
            }
            What::TellsEntry {
                device,
                with,
                entry,
                ..
            } => {
                let newest = known.entry(Talk::of(device.person, *with)).or_default();
                *newest = (*newest).max(entry.seq);
            }
            _ => {}
        }
    }
    sent
}

type Acknowledged<'a> = (Message, &'a [(usize, u64)]);

fn by_talk(sent: &BTreeMap<Message, Sent>) -> HashMap<Talk, Vec<Acknowledged<'_>>> {
    let mut talks: HashMap<Talk, Vec<_>> = HashMap::new();
    for (message, one) in sent {
        if !one.acknowledged.is_empty() {
            let talk = Talk::of(one.from, one.to);
            let told = one.acknowledged.as_slice();
            talks.entry(talk).or_default().push((*message, told));
        }
    }
    talks
}

/// What one page tells by itself.
fn page(
    device: Device,
    talk: Talk,
    entries: &[Entry],
    sent: &BTreeMap<Message, Sent>,
    found: &mut Findings,
) {
    for pair in entries.windows(2) {
        if pair[0].seq >= pair[1].seq {
            let words = format!(
                "{device:?} reads place {} before place {}",
                pair[0].seq, pair[1].seq
            );
            found.add(Fault::Reordered, Subject::Talk(device, talk), words);
        }
    }
    let mut seen = BTreeSet::new();
    for entry in entries {
        match &entry.content {
            Content::Message(message) => {
                let about = Subject::Message(*message);
                if !seen.insert(*message) {
                    let words = format!("{device:?} reads {message:?} again at {}", entry.seq);
                    found.add(Fault::Doubled, about, words);
                }
                match sent.get(message) {
                    Some(one) if one.from == entry.from && Talk::of(one.from, one.to) == talk => {
                        if entry.seq <= one.floor {
                            let words = format!(
                                "{message:?} is at {}, and was sent when {} was known",
                                entry.seq, one.floor
                            );
                            found.add(Fault::Reordered, about, words);
                        }
                    }
                    _ => {
                        let words = format!(
                            "{device:?} reads {message:?} in {talk:?} from {:?}, which was not sent there",
                            entry.from
                        );
                        found.add(Fault::Foreign, about, words);
                    }
                }
            }
            Content::Foreign(text) => {
                let words = format!("{device:?} reads in {talk:?} at {}: {text}", entry.seq);
                found.add(Fault::Foreign, Subject::Talk(device, talk), words);
            }
            Content::Hello | Content::Call(..) => {}
        }
    }
}

/// In the end every device reads the same messages; a call may be seen by the caller alone (C-6).
fn alike(history: &History, last: &BTreeMap<(Talk, Device), &[Entry]>, found: &mut Findings) {
    let messages = |entries: &[Entry]| -> Vec<Entry> {
        let all = entries.iter();
        all.filter(|entry| !matches!(entry.content, Content::Call(..)))
            .cloned()
            .collect()
    };
    for talk in &history.talks {
        let mut first: Option<(Device, Vec<Entry>)> = None;
        let readers = history.devices.iter();
        for device in readers.filter(|device| talk.has(device.person)) {
            let Some(entries) = last.get(&(*talk, *device)) else {
                let words = format!("{device:?} did not read {talk:?} in the end");
                found.add(Fault::NotAsked, Subject::Talk(*device, *talk), words);
                continue;
            };
            let entries = messages(entries);
            match &first {
                None => first = Some((*device, entries)),
                Some((other, theirs)) if *theirs != entries => {
                    let words = format!("{device:?} reads {talk:?} otherwise than {other:?}");
                    found.add(Fault::Differs, Subject::Talk(*device, *talk), words);
                }
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::story::{Story, faults};
    use super::*;

    #[test]
    fn what_was_acknowledged_and_is_read_by_all_is_well() {
        let mut story = Story::new();
        story.sends(1).acknowledged(1, 11).sends(2).sends(2);
        story.acknowledged(2, 12).acknowledged(2, 12);
        // Not acknowledged: there once, or not at all.
        story.sends(3).sends(4);
        story.ends(&[(11, 1), (12, 2), (13, 3)]);
        assert_eq!(faults(&story), []);
    }

    #[test]
    fn a_lost_message_is_found() {
        let mut story = Story::new();
        story.sends(1).acknowledged(1, 11).ends(&[]);
        assert!(faults(&story).contains(&Fault::Lost));
        // On one device only.
        let mut story = Story::new();
        story.sends(1).acknowledged(1, 11).settles();
        for device in story.devices() {
            let there = device.person == Person(0) || device.number == 0;
            story.reads_all(device, if there { &[(11, 1)] } else { &[] });
        }
        assert!(faults(&story).contains(&Fault::Lost));
        // In the middle of a run, from a question that went out after the acknowledgement; not from one before.
        for (early, lost) in [(true, false), (false, true)] {
            let mut story = Story::new();
            let device = story.devices()[3];
            story.sends(1);
            let question = early.then(|| story.asks(device));
            story.acknowledged(1, 11);
            let question = question.unwrap_or_else(|| story.asks(device));
            story.answers(device, question, &[]).ends(&[(11, 1)]);
            assert_eq!(faults(&story).contains(&Fault::Lost), lost);
        }
    }

    #[test]
    fn a_doubled_message_is_found() {
        let mut story = Story::new();
        story.sends(1).sends(1).acknowledged(1, 11);
        story.ends(&[(11, 1), (12, 1)]);
        assert!(faults(&story).contains(&Fault::Doubled));
        let mut story = Story::new();
        story.sends(1).acknowledged(1, 11).acknowledged(1, 12);
        story.ends(&[(11, 1)]);
        assert!(faults(&story).contains(&Fault::Differs));
    }

    #[test]
    fn a_reordered_message_is_found() {
        let mut story = Story::new();
        story.sends(1).acknowledged(1, 12).sends(2);
        story.acknowledged(2, 11).ends(&[(11, 2), (12, 1)]);
        assert!(faults(&story).contains(&Fault::Reordered));
        // Both were under way at once: either order will do.
        let mut story = Story::new();
        story.sends(1).sends(2).acknowledged(1, 12);
        story.acknowledged(2, 11).ends(&[(11, 2), (12, 1)]);
        assert_eq!(faults(&story), []);
        // A list that is not by its places.
        let mut story = Story::new();
        story.sends(1).sends(2).acknowledged(1, 11);
        story.acknowledged(2, 12).ends(&[(12, 2), (11, 1)]);
        assert!(faults(&story).contains(&Fault::Reordered));
    }

    #[test]
    fn what_nobody_sent_and_what_differs_is_found() {
        let mut story = Story::new();
        story.ends(&[(11, 9)]);
        assert!(faults(&story).contains(&Fault::Foreign));
        let mut story = Story::new();
        story.sends(1).settles();
        for device in story.devices() {
            story.reads_all(device, if device.number == 0 { &[(11, 1)] } else { &[] });
        }
        assert!(faults(&story).contains(&Fault::Differs));
    }

    #[test]
    fn a_device_that_was_not_asked_is_told() {
        let mut story = Story::new();
        story.settles();
        assert!(faults(&story).contains(&Fault::NotAsked));
    }
}
