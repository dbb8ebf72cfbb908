//! A small world: two people with three devices each, links that lose, delay and repeat, two nodes that crash between
//! commit and action, a store with versioned rows, and one clock that jumps to what happens next.

use crate::checker::{Checker, Violation};
use crate::device::{Device, Mind, Reaction};
use crate::rng::Rng;
use birdcall_call::{
    Act, Action, Call, Event, Invite, Party, Record, RelayState, Timing, To, Verdict,
};
use birdcall_protocol::call::{CallKind, CallView, EndReason, Path, Role, UnrungReason};
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::{CallId, DeviceId, PersonId, Timestamp};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const ANN: PersonId = PersonId::new(1);
const BOB: PersonId = PersonId::new(2);
/// Devices 0 to 2 are Ann's, 3 to 5 Bob's. Ann calls from device 0.
const DEVICES: usize = 6;
const NODES: usize = 2;
/// Everybody closes the page, for good.
const LEAVE: i64 = 200_000;
/// Everybody looks once more.
const RETURN: i64 = 500_000;

/// How the world differs from the real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Not at all.
    None,
    /// The store writes rows without comparing their version.
    NoVersionCheck,
    /// The store writes records after the commit, as if they were frames.
    RecordsOutsideTheTransaction,
    /// No node looks for deadlines that passed.
    NoSweep,
    /// The driver performs actions before the commit.
    ActionsBeforeCommit,
}

/// What a walk is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plot {
    /// Anything.
    Free,
    /// Kept from ringing from the start, and neither gate nor follows change.
    Silent,
    /// The same, but it rings, and no device of Bob is there to hear it.
    NobodyThere,
}

/// What was met on the way, to show that walks get around.
#[derive(Debug, Default, Clone)]
pub(crate) struct Sights {
    pub(crate) ends: Vec<EndReason>,
    pub(crate) lost_races: u32,
    pub(crate) crashes: u32,
    pub(crate) rejoins: u32,
    pub(crate) glares: u32,
    pub(crate) refusals: u32,
    pub(crate) unrung: u32,
    pub(crate) steps: u32,
}

/// Something that Ann's calling device saw, and when.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Seen {
    Frame(Timestamp, ServerFrame),
    Welcome(Timestamp, Option<CallView>),
}

/// The one row.
struct Row {
    version: u32,
    call: Call,
}

/// What a node is doing about an event.
struct Work {
    event: Event,
    node: usize,
    /// The node's life in which it started; a crash ends it.
    life: u32,
    /// Where its chance comes from.
    actor: usize,
}

enum Happening {
    /// A device's frame, or the server's own event, reaches a node.
    Load(Work),
    /// The node writes back what came of it.
    Commit(Work, Box<(u32, Call, Vec<Action>)>),
    /// A frame reaches a device, if the socket is still the same.
    Deliver(usize, u32, ServerFrame),
    /// The person or the page does something.
    Does(usize, Act),
    /// A socket opens.
    Connect(usize),
    /// A socket is lost, to be opened again after that many milliseconds.
    Disconnect(usize, i64),
    /// The page is loaded anew: it forgets everything but that it was in a call.
    Reload(usize),
    /// The node gives a sign of life of a device.
    Alive(usize, u32),
    /// A node looks for deadlines that passed.
    Sweep(usize),
    /// Somebody changes settings.
    GateChanges(Verdict),
    PathChanges(RelayState),
    /// The node of the relay goes down.
    RelayMoves,
    Leave,
    Return,
}

struct Due(i64, u32, Happening);

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        (self.0, self.1) == (other.0, other.1)
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0, self.1).cmp(&(other.0, other.1))
    }
}

pub(crate) struct World {
    now: i64,
    order: u32,
    queue: BinaryHeap<Reverse<Due>>,
    devices: Vec<Device>,
    /// The chance of the two sweeps and of the settings.
    others: [Rng; NODES + 1],
    lives: [u32; NODES],
    row: Row,
    gate: Verdict,
    path: Path,
    relay: RelayState,
    fault: Fault,
    plot: Plot,
    /// The store keeps text, as a real one does; in one walk of sixteen, because it is slow.
    in_text: bool,
    left: bool,
    checker: Checker,
    pub(crate) sights: Sights,
    pub(crate) trace: Vec<Seen>,
}

/// Walks once.
pub(crate) fn walk(seed: u64, fault: Fault, plot: Plot) -> Result<World, Violation> {
    let mut world = World::new(seed, fault, plot)?;
    while let Some(Reverse(Due(at, _, happening))) = world.queue.pop() {
        world.now = at;
        world.sights.steps += 1;
        world.happens(happening)?;
    }
    let checked = world.checker.finish(&world.row.call, &world.devices);
    checked.map(|()| {
        world.sights.ends.extend(world.row.call.end_reason());
        world
    })
}

impl World {
    fn new(seed: u64, fault: Fault, plot: Plot) -> Result<Self, Violation> {
        // Of the plot only this may depend on it: the rest is the same in a silent walk and in its twin.
        let mut chance = Rng::new(seed, 100);
        let reasons = [
            UnrungReason::Blocked,
            UnrungReason::Off,
            UnrungReason::Audience,
            UnrungReason::DoNotDisturb,
            UnrungReason::Limits,
        ];
        let reason = reasons[usize::try_from(chance.below(5)).expect("small")];
        let one_in_six = chance.below(6) == 0;
        let silent = match plot {
            Plot::Free => one_in_six.then_some(reason),
            Plot::Silent => Some(reason),
            Plot::NobodyThere => None,
        };
        let path = if chance.chance(15) {
            Path::Relay
        } else {
            Path::Direct
        };
        let relay = if path == Path::Relay || chance.chance(50) {
            RelayState::Available
        } else {
            RelayState::Absent
        };
        let devices = (0..DEVICES).map(|index| {
            let number = u64::try_from(index).expect("small");
            let mut rng = Rng::new(seed, number);
            Device {
                id: DeviceId::new(number + 1),
                person: if index < 3 { ANN } else { BOB },
                mind: if index == 0 {
                    Mind::Calling
                } else {
                    Mind::Idle
                },
                // Most are there from the start.
                socket: u32::from(index == 0 || rng.chance(75)),
                node: usize::from(rng.chance(50)),
                alive_socket: 0,
                rng,
                told_end: None,
                told_stop: None,
            }
        });
        let invite = Invite {
            id: CallId::new(7),
            caller: Party {
                person: ANN,
                handle: "ann".parse().expect("a handle"),
            },
            caller_device: DeviceId::new(1),
            callee: Party {
                person: BOB,
                handle: "bob".parse().expect("a handle"),
            },
            kind: CallKind::Audio,
            path,
            silent,
            mutual: chance.chance(50),
            // Who is busy is there, and "busy" says that it rang (C-15).
            callee_busy: chance.chance(15) && plot == Plot::Free,
            timing: Timing::default(),
        };
        let call = Call::invite(invite, Timestamp(0));
        let mut world = Self {
            now: 0,
            order: 0,
            queue: BinaryHeap::with_capacity(64),
            devices: devices.collect(),
            others: [
                Rng::new(seed, 101),
                Rng::new(seed, 102),
                Rng::new(seed, 103),
            ],
            lives: [0; NODES],
            row: Row {
                version: 0,
                call: call.clone(),
            },
            gate: silent.map_or(Verdict::Ring, Verdict::Silent),
            path,
            relay,
            fault,
            plot,
            in_text: seed.is_multiple_of(16),
            left: false,
            checker: Checker::new(BOB),
            sights: Sights::default(),
            trace: Vec::new(),
        };
        world.set_the_scene();
        world.invited(call)?;
        Ok(world)
    }

    /// What will happen whatever comes of the call.
    fn set_the_scene(&mut self) {
        for index in 0..DEVICES {
            let caller = index == 0;
            let device = &mut self.devices[index];
            let at_first = !device.online();
            let connects = device.rng.span(100, 70_000);
            let drops = device.rng.chance(30).then(|| {
                let back = device.rng.span(100, 100_000);
                (device.rng.span(0, 90_000), back)
            });
            let cancels = (caller && device.rng.chance(30)).then(|| device.rng.span(0, 60_000));
            let odd = device
                .rng
                .chance(20)
                .then(|| (device.rng.span(0, 100_000), odd_act(&mut device.rng)));
            if self.plot == Plot::NobodyThere && device.person == BOB {
                device.socket = 0;
                continue;
            }
            if at_first {
                self.at(connects, Happening::Connect(index));
            }
            if let Some((at, back)) = drops {
                self.at(at, Happening::Disconnect(index, back));
            }
            if let Some(at) = cancels {
                self.at(at, Happening::Does(index, Act::Cancel));
            }
            if let Some((at, act)) = odd {
                self.at(at, Happening::Does(index, act));
            }
        }
        if self.plot == Plot::Free {
            let settings = &mut self.others[NODES];
            if settings.chance(15) {
                let verdict = [
                    Verdict::Ring,
                    Verdict::FirstMessageNeeded,
                    Verdict::Silent(UnrungReason::Off),
                    Verdict::Silent(UnrungReason::Audience),
                    Verdict::Silent(UnrungReason::Blocked),
                ][usize::try_from(settings.below(5)).expect("small")];
                let at = settings.span(0, 60_000);
                self.at(at, Happening::GateChanges(verdict));
            }
            let settings = &mut self.others[NODES];
            if settings.chance(10) {
                let at = settings.span(0, 60_000);
                let relay = self.relay;
                self.at(at, Happening::PathChanges(relay));
            }
            let settings = &mut self.others[NODES];
            if settings.chance(10) {
                let at = settings.span(0, 60_000);
                self.at(at, Happening::RelayMoves);
            }
        }
        if self.fault != Fault::NoSweep {
            for node in 0..NODES {
                let late = self.others[node].span(0, 1_000);
                self.at(45_000 + late, Happening::Sweep(node));
            }
        }
        self.at(LEAVE, Happening::Leave);
        self.at(RETURN, Happening::Return);
    }

    /// The row is there; the frames may be lost in a crash.
    fn invited(&mut self, mut call: Call) -> Result<(), Violation> {
        let actions: Vec<Action> = std::iter::from_fn(|| call.poll_action()).collect();
        self.row.call = call;
        self.checker
            .committed(None, &self.row.call, None, &actions)?;
        self.record(&actions);
        if self.devices[0].rng.chance(3) {
            self.crash(self.devices[0].node);
        } else {
            self.send(actions);
        }
        Ok(())
    }

    fn at(&mut self, at: i64, happening: Happening) {
        self.order += 1;
        self.queue.push(Reverse(Due(at, self.order, happening)));
    }

    fn after(&mut self, span: i64, happening: Happening) {
        self.at(self.now + span, happening);
    }

    fn time(&self) -> Timestamp {
        Timestamp(self.now)
    }

    fn happens(&mut self, happening: Happening) -> Result<(), Violation> {
        match happening {
            Happening::Load(work) => self.load(work),
            Happening::Commit(work, outcome) => return self.commit(work, *outcome),
            Happening::Deliver(index, socket, frame) => self.deliver(index, socket, frame),
            Happening::Does(index, act) => self.does(index, act),
            Happening::Connect(index) => return self.connect(index),
            Happening::Disconnect(index, back) => self.disconnect(index, back),
            Happening::Reload(index) => {
                if self.devices[index].online() {
                    self.devices[index].mind = Mind::Idle;
                    let back = self.devices[index].rng.span(500, 5_000);
                    self.disconnect(index, back);
                }
            }
            Happening::Alive(index, socket) => self.alive(index, socket),
            Happening::Sweep(node) => self.sweep(node),
            Happening::GateChanges(verdict) => {
                self.gate = verdict;
                self.server_event(Event::GateChanged(verdict));
            }
            Happening::PathChanges(relay) => {
                self.path = Path::Relay;
                let path = self.path;
                self.server_event(Event::PathChanged { path, relay });
            }
            Happening::RelayMoves => self.server_event(Event::RelayMoved),
            Happening::Leave => {
                self.left = true;
                for index in 0..DEVICES {
                    self.disconnect(index, i64::MAX);
                }
            }
            Happening::Return => {
                for index in 0..DEVICES {
                    self.connect(index)?;
                }
            }
        }
        Ok(())
    }

    fn server_event(&mut self, event: Event) {
        let node = usize::from(self.others[NODES].chance(50));
        let work = Work {
            event,
            node,
            life: self.lives[node],
            actor: DEVICES + NODES,
        };
        self.load(work);
    }

    fn chance_of(&mut self, actor: usize) -> &mut Rng {
        match actor.checked_sub(DEVICES) {
            None => &mut self.devices[actor].rng,
            Some(other) => &mut self.others[other],
        }
    }

    /// Reads the row and asks the machine; the answer is written a little later, if nobody was faster.
    fn load(&mut self, mut work: Work) {
        if self.lives[work.node] != work.life {
            return;
        }
        self.ask_again(&mut work.event);
        let mut call = self.row.call.clone();
        if call.handle(work.event, self.time()).is_err() {
            self.sights.refusals += 1;
            return;
        }
        let actions: Vec<Action> = std::iter::from_fn(|| call.poll_action()).collect();
        if actions.is_empty() && call == self.row.call {
            return;
        }
        if self.fault == Fault::ActionsBeforeCommit {
            self.send(actions.clone());
        }
        let span = self.chance_of(work.actor).span(1, 30);
        let outcome = Box::new((self.row.version, call, actions));
        self.after(span, Happening::Commit(work, outcome));
    }

    /// Gate and path are asked anew at every accept, in the transaction that reads the row.
    fn ask_again(&self, event: &mut Event) {
        let Event::Device { act, .. } = event else {
            return;
        };
        match act {
            Act::Accept {
                verdict,
                path,
                relay,
            } => (*verdict, *path, *relay) = (self.gate, self.path, self.relay),
            Act::Glare { path, relay } => (*path, *relay) = (self.path, self.relay),
            _ => {}
        }
    }

    fn commit(&mut self, work: Work, outcome: (u32, Call, Vec<Action>)) -> Result<(), Violation> {
        let (version, call, actions) = outcome;
        if self.lives[work.node] != work.life {
            return Ok(());
        }
        if self.chance_of(work.actor).chance(1) {
            self.crash(work.node);
            return Ok(());
        }
        if version != self.row.version && self.fault != Fault::NoVersionCheck {
            self.sights.lost_races += 1;
            self.load(work);
            return Ok(());
        }
        self.checker
            .committed(Some(&self.row.call), &call, Some(work.event), &actions)?;
        self.see(work.event);
        self.row.call = if self.in_text {
            through_text(&call)
        } else {
            call
        };
        self.row.version += 1;
        let transaction = self.fault != Fault::RecordsOutsideTheTransaction;
        if transaction {
            self.record(&actions);
        }
        // The worst moment to die.
        if self.chance_of(work.actor).chance(3) {
            self.crash(work.node);
            return Ok(());
        }
        if !transaction {
            self.record(&actions);
        }
        if self.fault != Fault::ActionsBeforeCommit {
            self.send(actions);
        }
        Ok(())
    }

    fn see(&mut self, event: Event) {
        if let Event::Device { act, .. } = event {
            self.sights.rejoins += u32::from(act == Act::Rejoin);
            self.sights.glares += u32::from(matches!(act, Act::Glare { .. }));
        }
    }

    fn record(&mut self, actions: &[Action]) {
        let record = |action: &Action| match action {
            Action::Record(record) => Some(*record),
            Action::Send { .. } => None,
        };
        let records: Vec<Record> = actions.iter().filter_map(record).collect();
        let unrung = records
            .iter()
            .any(|record| matches!(record, Record::Unrung(_)));
        self.sights.unrung += u32::from(unrung);
        self.checker.recorded(&records);
    }

    fn send(&mut self, actions: Vec<Action>) {
        for action in actions {
            let Action::Send { to, frame } = action else {
                continue;
            };
            for index in 0..DEVICES {
                let device = &self.devices[index];
                let meant = match to {
                    To::Device(person, id) => device.person == person && device.id == id,
                    To::Person(person) => device.person == person,
                    To::Others(person, id) => device.person == person && device.id != id,
                };
                if meant && device.online() {
                    self.pass_on(index, frame.clone());
                }
            }
        }
    }

    /// To a device with a socket: late, and sometimes twice or never.
    fn pass_on(&mut self, index: usize, frame: ServerFrame) {
        let socket = self.devices[index].socket;
        let rng = &mut self.devices[index].rng;
        let (lost, twice) = (rng.chance(3), rng.chance(3));
        let (delay, again) = (rng.span(5, 400), rng.span(5, 3_000));
        if twice {
            self.after(again, Happening::Deliver(index, socket, frame.clone()));
        }
        if !lost {
            self.after(delay, Happening::Deliver(index, socket, frame));
        }
    }

    fn deliver(&mut self, index: usize, socket: u32, frame: ServerFrame) {
        let now = self.time();
        let device = &mut self.devices[index];
        if device.socket != socket {
            return;
        }
        let reaction = device.receive(&frame, now);
        if index == 0 && self.plot != Plot::Free {
            self.trace.push(Seen::Frame(now, frame));
        }
        self.react(index, reaction);
    }

    /// The page follows at once, the person in a while.
    fn react(&mut self, index: usize, reaction: Reaction) {
        match reaction {
            Reaction::Nothing => {}
            Reaction::Rings => {
                self.does(index, Act::RingShown);
                let rng = &mut self.devices[index].rng;
                let (choice, at) = (rng.below(100), rng.span(0, 60_000));
                let (verdict, path, relay) = (self.gate, self.path, self.relay);
                let act = match choice {
                    0..45 => Act::Accept {
                        verdict,
                        path,
                        relay,
                    },
                    45..55 => Act::Decline,
                    55..65 => Act::Glare { path, relay },
                    _ => return,
                };
                self.after(at, Happening::Does(index, act));
            }
            Reaction::SetUp(epoch) => {
                let socket = self.devices[index].socket;
                self.give_signs_of_life(index, socket);
                let rng = &mut self.devices[index].rng;
                let (choice, up) = (rng.below(100), rng.span(200, 6_000));
                let (next, at) = (rng.below(100), rng.span(0, 150_000));
                match choice {
                    0..90 => self.after(up, Happening::Does(index, Act::Connected { epoch })),
                    90..93 => self.after(up, Happening::Does(index, Act::MediaFailed { epoch })),
                    _ => {}
                }
                match next {
                    0..40 => self.after(at, Happening::Does(index, Act::HangUp)),
                    40..60 => self.after(at, Happening::Reload(index)),
                    60..63 => self.after(at, Happening::Does(index, Act::MediaFailed { epoch })),
                    _ => {}
                }
            }
            Reaction::Rejoin => self.does(index, Act::Rejoin),
        }
    }

    fn give_signs_of_life(&mut self, index: usize, socket: u32) {
        if self.devices[index].alive_socket != socket {
            self.devices[index].alive_socket = socket;
            self.after(20_000, Happening::Alive(index, socket));
        }
    }

    /// Whichever node holds the socket of a leg says so every 20 s.
    fn alive(&mut self, index: usize, socket: u32) {
        let device = &self.devices[index];
        if self.left || device.socket != socket || !self.row.call.is_open() {
            return;
        }
        let role = role_of(device.person);
        if self.row.call.leg(role) == Some(device.id) {
            self.arrives(index, Act::Seen);
        }
        self.after(20_000, Happening::Alive(index, socket));
    }

    /// A device sends, if it has a socket: late, and sometimes twice or never.
    fn does(&mut self, index: usize, act: Act) {
        if !self.devices[index].online() {
            return;
        }
        // A person cannot press what is not on the screen.
        let on_screen = match (act, self.devices[index].mind) {
            (Act::Accept { .. } | Act::Decline, Mind::Ringing(until)) => self.time() < until,
            (Act::Accept { .. } | Act::Decline, _) => false,
            (Act::Cancel, mind) => mind == Mind::Calling,
            (Act::HangUp, mind) => matches!(mind, Mind::InCall(_)),
            _ => true,
        };
        if !on_screen && self.devices[index].rng.chance(90) {
            return;
        }
        let rng = &mut self.devices[index].rng;
        let (lost, twice) = (rng.chance(2), rng.chance(4));
        if !lost {
            self.arrives(index, act);
        }
        if twice {
            self.arrives(index, act);
        }
    }

    fn arrives(&mut self, index: usize, act: Act) {
        let node = self.devices[index].node;
        let event = Event::Device {
            role: role_of(self.devices[index].person),
            device: self.devices[index].id,
            act,
        };
        let work = Work {
            event,
            node,
            life: self.lives[node],
            actor: index,
        };
        let delay = self.devices[index].rng.span(5, 400);
        self.after(delay, Happening::Load(work));
    }

    fn connect(&mut self, index: usize) -> Result<(), Violation> {
        if self.devices[index].online() || (self.left && self.now < RETURN) {
            return Ok(());
        }
        let now = self.time();
        let call = &self.row.call;
        let device = &mut self.devices[index];
        device.socket += 1;
        device.node = usize::from(device.rng.chance(50));
        let resume = call.resume(device.person, device.id, now);
        self.checker.resumed(call, device, resume.view.is_some())?;
        let reaction = device.welcome(&resume, now);
        let socket = device.socket;
        if index == 0 && self.plot != Plot::Free {
            self.trace.push(Seen::Welcome(now, resume.view.clone()));
        }
        if resume.view.is_some() {
            self.give_signs_of_life(index, socket);
        }
        self.react(index, reaction);
        Ok(())
    }

    fn disconnect(&mut self, index: usize, back: i64) {
        if !self.devices[index].online() {
            return;
        }
        self.devices[index].socket += 1;
        if !self.left {
            self.after(back, Happening::Connect(index));
        }
    }

    /// A node dies and is there again; its sockets and everything it was doing are gone.
    fn crash(&mut self, node: usize) {
        self.sights.crashes += 1;
        self.lives[node] += 1;
        for index in 0..DEVICES {
            if self.devices[index].node == node {
                let back = self.devices[index].rng.span(200, 30_000);
                self.disconnect(index, back);
            }
        }
    }

    fn sweep(&mut self, node: usize) {
        let Some(deadline) = self.row.call.deadline() else {
            return;
        };
        if deadline <= self.time() {
            let work = Work {
                event: Event::Tick,
                node,
                life: self.lives[node],
                actor: DEVICES + node,
            };
            self.load(work);
        }
        let late = self.others[node].span(100, 1_000);
        let next = deadline.0.max(self.now) + late;
        self.at(next, Happening::Sweep(node));
    }
}

fn through_text(call: &Call) -> Call {
    let text = serde_json::to_string(call).expect("a call can be written");
    serde_json::from_str(&text).expect("and read")
}

fn role_of(person: PersonId) -> Role {
    if person == ANN {
        Role::Caller
    } else {
        Role::Callee
    }
}

/// Something that a page of ours would not send.
fn odd_act(rng: &mut Rng) -> Act {
    let (verdict, path, relay) = (Verdict::Ring, Path::Direct, RelayState::Available);
    match rng.below(9) {
        0 => Act::RingShown,
        1 => Act::Accept {
            verdict,
            path,
            relay,
        },
        2 => Act::Decline,
        3 => Act::Cancel,
        4 => Act::HangUp,
        5 => Act::Rejoin,
        6 => Act::Connected { epoch: 2 },
        7 => Act::MediaFailed { epoch: 1 },
        _ => Act::Glare { path, relay },
    }
}
