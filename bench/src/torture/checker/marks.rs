//! Read marks never go back (M-4).

use super::{Fault, Findings, Subject, questions};
use crate::torture::history::{Device, History, Person, Talk, What};
use std::collections::HashMap;

pub(super) fn check(history: &History, found: &mut Findings) {
    let asked = questions(history);
    // How far somebody is known to have read, and how far that was when a question went out.
    let mut known: HashMap<(Person, Person), u64> = HashMap::new();
    let mut then: HashMap<usize, u64> = HashMap::new();
    let mut told: HashMap<(Device, Person), u64> = HashMap::new();
    for (place, event) in history.events.iter().enumerate() {
        match &event.what {
            What::Asks {
                device,
                with: Some(with),
                ..
            } => {
                let mark = known.get(&(device.person, *with));
                then.insert(place, mark.copied().unwrap_or_default());
            }
            What::Head {
                device,
                with,
                question,
                read,
            } => {
                let floor = asked.get(question).and_then(|place| then.get(place));
                if let Some(floor) = floor.filter(|floor| *floor > read) {
                    let words =
                        format!("{device:?} had read up to {floor} with {with:?}, then to {read}");
                    let talk = Talk::of(device.person, *with);
                    found.add(Fault::ReadWentBack, Subject::Talk(*device, talk), words);
                }
                let mark = known.entry((device.person, *with)).or_default();
                *mark = (*mark).max(*read);
            }
            What::TellsRead {
                device, with, seq, ..
            } => {
                // What a feed tells was true when it was sent, which is after all that it told before.
                let mark = told.entry((*device, *with)).or_default();
                if *mark > *seq {
                    let words = format!("{device:?} was told {mark} with {with:?}, then {seq}");
                    let talk = Talk::of(device.person, *with);
                    found.add(Fault::ReadWentBack, Subject::Talk(*device, talk), words);
                }
                *mark = (*mark).max(*seq);
                let mark = known.entry((device.person, *with)).or_default();
                *mark = (*mark).max(*seq);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::story::{Story, faults};
    use super::*;

    #[test]
    fn a_mark_that_goes_back_is_found() {
        for (first, second, back) in [(12, 12, false), (12, 13, false), (13, 12, true)] {
            let mut story = Story::new();
            let devices = story.devices();
            story
                .has_read(devices[0], first)
                .has_read(devices[1], second);
            story.ends(&[]);
            assert_eq!(faults(&story).contains(&Fault::ReadWentBack), back);
        }
    }

    #[test]
    fn an_answer_to_an_earlier_question_is_no_step_back() {
        let mut story = Story::new();
        let devices = story.devices();
        let early = story.asks(devices[0]);
        story
            .has_read(devices[1], 13)
            .answers_head(devices[0], early, 12);
        story.ends(&[]);
        assert!(!faults(&story).contains(&Fault::ReadWentBack));
    }

    #[test]
    fn a_feed_that_goes_back_or_behind_what_it_told_is_found() {
        let mut story = Story::new();
        let device = story.devices()[0];
        story.tells_read(device, 1, 13).tells_read(device, 2, 12);
        story.ends(&[]);
        assert!(faults(&story).contains(&Fault::ReadWentBack));
        let mut story = Story::new();
        story.tells_read(device, 1, 13).has_read(device, 12);
        story.ends(&[]);
        assert!(faults(&story).contains(&Fault::ReadWentBack));
    }
}
