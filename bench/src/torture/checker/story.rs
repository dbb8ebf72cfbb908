//! Histories written down by hand: two people with two devices each, of whom the first person's first device acts.

use super::{Bounds, Fault, check};
use crate::torture::history::{
    Content, Device, Entry, Event, History, Invite, Message, Person, Question, Record, Talk, What,
};
use birdcall_protocol::CallId;
use birdcall_protocol::call::{CallOutcome, EndReason, RingStop, Role};
use std::time::Duration;

const BOUNDS: Bounds = Bounds {
    call: Duration::from_secs(60),
};

/// A history that is being told.
pub(super) struct Story {
    history: History,
    at: Duration,
    questions: u32,
    /// Devices whose feed is told by hand.
    silent: Vec<Device>,
    calls: Vec<(u64, CallOutcome)>,
    unrung: Vec<u64>,
    forgetful: Option<Device>,
}

/// What the checker finds in it, each once.
pub(super) fn faults(story: &Story) -> Vec<Fault> {
    let mut faults: Vec<Fault> = check(&story.history, BOUNDS)
        .into_iter()
        .map(|finding| finding.fault)
        .collect();
    faults.sort_unstable();
    faults.dedup();
    faults
}

impl Story {
    pub(super) fn new() -> Self {
        let people = [Person(0), Person(1)];
        let devices: Vec<Device> = people
            .iter()
            .flat_map(|person| {
                [0, 1].map(|number| Device {
                    person: *person,
                    number,
                })
            })
            .collect();
        let mut story = Self {
            history: History {
                devices: devices.clone(),
                talks: vec![Talk::of(people[0], people[1])],
                events: Vec::new(),
            },
            at: Duration::ZERO,
            questions: 0,
            silent: Vec::new(),
            calls: Vec::new(),
            unrung: Vec::new(),
            forgetful: None,
        };
        for device in devices {
            story.happens(What::Welcomed {
                device,
                before: None,
                cursor: 0,
                reset: false,
            });
        }
        story
    }

    pub(super) fn devices(&self) -> Vec<Device> {
        self.history.devices.clone()
    }

    fn happens(&mut self, what: What) -> &mut Self {
        self.history.events.push(Event { at: self.at, what });
        self
    }

    fn other(device: Device) -> Person {
        Person(1 - device.person.0)
    }

    pub(super) fn waits(&mut self, seconds: u64) -> &mut Self {
        self.at += Duration::from_secs(seconds);
        self
    }

    pub(super) fn sends(&mut self, message: u32) -> &mut Self {
        let device = self.history.devices[0];
        self.happens(What::Sends {
            device,
            to: Person(1),
            message: Message(message),
        })
    }

    pub(super) fn acknowledged(&mut self, message: u32, seq: u64) -> &mut Self {
        let device = self.history.devices[0];
        self.happens(What::Acknowledged {
            device,
            message: Message(message),
            seq,
        })
    }

    pub(super) fn asks(&mut self, device: Device) -> Question {
        self.questions += 1;
        let question = Question(self.questions);
        self.happens(What::Asks {
            device,
            with: Some(Self::other(device)),
            question,
        });
        question
    }

    pub(super) fn answers(
        &mut self,
        device: Device,
        question: Question,
        rows: &[(u64, u32)],
    ) -> &mut Self {
        self.page(device, question, rows, &[])
    }

    fn page(
        &mut self,
        device: Device,
        question: Question,
        rows: &[(u64, u32)],
        calls: &[(u64, CallOutcome)],
    ) -> &mut Self {
        let mut entries: Vec<Entry> = rows.iter().map(|row| entry(row.0, row.1)).collect();
        entries.extend(calls.iter().enumerate().map(|(n, (call, outcome))| Entry {
            seq: 1_000 + n as u64,
            from: Person(0),
            content: Content::Call(CallId::new(*call), *outcome),
        }));
        self.happens(What::Page {
            device,
            with: Self::other(device),
            question,
            whole: true,
            entries,
        })
    }

    pub(super) fn has_read(&mut self, device: Device, read: u64) -> &mut Self {
        let question = self.asks(device);
        self.answers_head(device, question, read)
    }

    pub(super) fn answers_head(
        &mut self,
        device: Device,
        question: Question,
        read: u64,
    ) -> &mut Self {
        self.happens(What::Head {
            device,
            with: Self::other(device),
            question,
            read,
        })
    }

    pub(super) fn tells_read(&mut self, device: Device, cursor: u64, seq: u64) -> &mut Self {
        self.happens(What::TellsRead {
            device,
            cursor,
            with: Self::other(device),
            seq,
        })
    }

    /// The feed of a device is told by hand, and not as it should be.
    pub(super) fn silent(&mut self, device: Device) -> &mut Self {
        self.silent.push(device);
        self
    }

    pub(super) fn tells(
        &mut self,
        device: Device,
        cursor: u64,
        seq: u64,
        message: u32,
    ) -> &mut Self {
        self.happens(What::TellsEntry {
            device,
            cursor,
            with: Self::other(device),
            entry: entry(seq, message),
        })
    }

    pub(super) fn welcomed_anew(&mut self, device: Device) -> &mut Self {
        self.happens(What::Welcomed {
            device,
            before: Some(9),
            cursor: 0,
            reset: true,
        })
    }

    pub(super) fn invited(&mut self, invite: u32, call: u64) -> &mut Self {
        let device = self.history.devices[0];
        self.happens(What::Invited {
            device,
            with: Person(1),
            invite: Invite(invite),
            call: CallId::new(call),
            role: Role::Caller,
        })
    }

    pub(super) fn rings(&mut self, call: u64) -> &mut Self {
        for device in &self.devices()[2..] {
            self.happens(What::Rings {
                device: *device,
                caller: Person(0),
                call: CallId::new(call),
            });
        }
        self
    }

    pub(super) fn stops(&mut self, call: u64, reason: RingStop) -> &mut Self {
        for device in &self.devices()[2..] {
            self.happens(What::RingStopped {
                device: *device,
                call: CallId::new(call),
                reason,
            });
        }
        self
    }

    pub(super) fn ended(&mut self, call: u64, reason: EndReason) -> &mut Self {
        let device = self.history.devices[0];
        self.happens(What::Ended {
            device,
            call: CallId::new(call),
            reason,
        })
    }

    /// The call stands in the conversation and in the lists in the end, on all devices.
    pub(super) fn call_entry(&mut self, call: u64, outcome: CallOutcome) -> &mut Self {
        self.calls.push((call, outcome));
        self
    }

    /// The caller has it as one that nobody answered, the callee in the quiet list.
    pub(super) fn unrung(&mut self, call: u64) -> &mut Self {
        self.unrung.push(call);
        self
    }

    /// A device has no calls in its list.
    pub(super) fn forgets_calls(&mut self, device: usize) -> &mut Self {
        self.forgetful = Some(self.history.devices[device]);
        self
    }

    pub(super) fn settles(&mut self) -> &mut Self {
        self.happens(What::Settled)
    }

    /// A device reads these in the end, and was told of them before.
    pub(super) fn reads_all(&mut self, device: Device, rows: &[(u64, u32)]) -> &mut Self {
        let question = self.asks(device);
        self.answers(device, question, rows)
    }

    /// Everybody was told of these messages and of the calls, and reads them.
    pub(super) fn ends(&mut self, rows: &[(u64, u32)]) -> &mut Self {
        let calls_of = |story: &Self, device: Device| -> Vec<(u64, CallOutcome)> {
            let unrung = story
                .unrung
                .iter()
                .map(|call| (*call, CallOutcome::NoAnswer));
            let own = unrung.filter(|_| device.person == Person(0));
            story.calls.iter().copied().chain(own).collect()
        };
        for device in self.devices() {
            if self.silent.contains(&device) {
                continue;
            }
            let mut cursor = 100;
            for (seq, message) in rows {
                cursor += 1;
                self.tells(device, cursor, *seq, *message);
            }
            for (n, (call, outcome)) in calls_of(self, device).into_iter().enumerate() {
                let entry = Entry {
                    seq: 1_000 + n as u64,
                    from: Person(0),
                    content: Content::Call(CallId::new(call), outcome),
                };
                self.happens(What::TellsEntry {
                    device,
                    cursor: cursor + 1 + n as u64,
                    with: Self::other(device),
                    entry,
                });
            }
        }
        self.settles();
        for device in self.devices() {
            let calls = calls_of(self, device);
            let question = self.asks(device);
            self.page(device, question, rows, &calls);
            let role = if device.person == Person(0) {
                Role::Caller
            } else {
                Role::Callee
            };
            let question = self.asks(device);
            let listed = if self.forgetful == Some(device) {
                Vec::new()
            } else {
                calls
            };
            let records = listed.iter().map(|(call, outcome)| Record {
                call: CallId::new(*call),
                with: Self::other(device),
                role,
                outcome: *outcome,
            });
            let records = records.collect();
            let unrung = self.unrung.iter().map(|call| CallId::new(*call));
            let unrung = unrung.filter(|_| role == Role::Callee).collect();
            self.happens(What::Calls {
                device,
                question,
                records,
                unrung,
            });
        }
        self
    }
}

fn entry(seq: u64, message: u32) -> Entry {
    Entry {
        seq,
        from: Person(0),
        content: Content::Message(Message(message)),
    }
}
