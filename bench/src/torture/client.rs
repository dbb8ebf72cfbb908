//! A device: it keeps a socket open as the web app does, comes back after each loss with its cursor, sends again what was
//! not acknowledged, and does at random what people do.

use super::asking;
use super::calling::Calls;
use super::history::{About, Device, Message, Person, What};
use super::world::{self, Phase, World};
use crate::people::token;
use crate::socket::{Socket, connect};
use birdcall_protocol::CallId;
use birdcall_protocol::call::{CallView, RingStop};
use birdcall_protocol::frame::{ClientFrame, ServerFrame};
use futures_util::{SinkExt, StreamExt};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::{Bytes, Message as Packet};

/// How often a device thinks of something to do.
const TICK: Duration = Duration::from_millis(50);

/// Back-off as in the web app (`live/link.pure.ts`): the longest first wait, and the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// How long a socket may take to be welcomed, and a line to say something after it was asked.
const WELCOME_WITHIN: Duration = Duration::from_secs(10);
const PING_EVERY: Duration = Duration::from_secs(5);
const PONG_WITHIN: Duration = Duration::from_secs(8);

/// After how long a message that was not answered, or was refused for now, is sent again.
const AGAIN: Duration = Duration::from_secs(8);
const AFTER_REFUSAL: Duration = Duration::from_millis(400);

/// Messages of a device that may be under way.
const UNDER_WAY: usize = 3;

/// The longest wait for what was told to somebody else, in the end.
const HEARS_WITHIN: Duration = Duration::from_secs(20);

/// One device and what it knows.
pub(super) struct Client {
    world: Arc<World>,
    device: Device,
    friends: Vec<Person>,
    random: StdRng,
    cursor: Option<u64>,
    /// Sent and not acknowledged: to whom, and when it is to be sent again.
    under_way: BTreeMap<Message, (Person, Instant)>,
    calls: Calls,
    /// Entries that it was told of.
    told: HashSet<(Person, u64)>,
    newest: HashMap<Person, u64>,
    /// An invite is being made, and its answer will come here.
    invites: bool,
    answers: mpsc::UnboundedSender<Option<CallView>>,
    answered: mpsc::UnboundedReceiver<Option<CallView>>,
    hurried: bool,
    /// It has done what its phase asks for.
    done: Option<Phase>,
}

/// Why a socket was left.
#[derive(PartialEq, Eq)]
enum Left {
    /// It was lost.
    Lost,
    /// The device has another network, and comes back at once.
    Moved,
}

impl Client {
    pub(super) fn new(world: Arc<World>, device: Device) -> Self {
        let own = (device.person.0 as u64) << 8 | device.number as u64;
        let random = StdRng::seed_from_u64(world.seed ^ own.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let friends = world.friends(device.person);
        let (answers, answered) = mpsc::unbounded_channel();
        Self {
            world,
            device,
            friends,
            random,
            cursor: None,
            under_way: BTreeMap::new(),
            calls: Calls::default(),
            told: HashSet::new(),
            newest: HashMap::new(),
            invites: false,
            answers,
            answered,
            hurried: false,
            done: None,
        }
    }

    /// Lives for as long as the run.
    pub(super) async fn live(mut self) {
        let mut failures = 0;
        loop {
            match self.open().await {
                Some(mut socket) => {
                    failures = 0;
                    let left = self.serve(&mut socket).await;
                    self.happens(What::Lost {
                        device: self.device,
                    });
                    if left == Left::Moved {
                        continue;
                    }
                    failures += 1;
                }
                None => failures += 1,
            }
            let whole = FIRST_WAIT * 2_u32.pow((failures - 1).min(4));
            let chance = self.random.random_range(0.0..1.0);
            tokio::time::sleep(whole.min(LONGEST_WAIT).mul_f64(chance)).await;
        }
    }

    fn happens(&self, what: What) {
        self.world.happens(what);
    }

    fn chance(&mut self, in_a_thousand: u32) -> bool {
        self.random.random_range(0..1_000) < in_a_thousand
    }

    fn friend(&mut self) -> Person {
        let n = self.random.random_range(0..self.friends.len());
        self.friends[n]
    }

    /// A socket that was welcomed.
    async fn open(&mut self) -> Option<Socket> {
        let node = self.world.whereabouts.any(&mut self.random)?;
        let Device { person, number } = self.device;
        let token = token(person.0, number);
        let opening = connect(node, person.0, &token, self.cursor);
        let mut socket = timeout(WELCOME_WITHIN, opening).await.ok()?.ok()?;
        let first = timeout(WELCOME_WITHIN, socket.next()).await.ok()??.ok()?;
        let Packet::Text(text) = first else {
            return None;
        };
        let Ok(ServerFrame::Welcome {
            cursor,
            reset,
            calls,
            ..
        }) = serde_json::from_str(&text)
        else {
            return None;
        };
        self.happens(What::Welcomed {
            device: self.device,
            before: self.cursor,
            cursor,
            reset,
        });
        self.cursor = Some(cursor);
        let here = self
            .calls
            .welcomed(&calls, Instant::now(), &mut self.random);
        for call in here {
            // As a page that was loaded anew.
            self.press(&mut socket, call, "call_rejoin").await?;
        }
        // Now and then somebody closes the page for good before a message was acknowledged.
        if self.chance(50) {
            self.under_way.clear();
        }
        let again: Vec<(Message, Person)> = self
            .under_way
            .iter()
            .map(|(message, (to, _))| (*message, *to))
            .collect();
        for (message, to) in again {
            self.send_message(&mut socket, message, to).await?;
        }
        Some(socket)
    }

    async fn send(&self, socket: &mut Socket, frame: &ClientFrame) -> Option<()> {
        let text = serde_json::to_string(frame).ok()?;
        let sending = socket.send(Packet::text(text));
        timeout(PONG_WITHIN, sending).await.ok()?.ok()
    }

    async fn send_message(
        &mut self,
        socket: &mut Socket,
        message: Message,
        to: Person,
    ) -> Option<()> {
        self.happens(What::Sends {
            device: self.device,
            to,
            message,
        });
        let due = Instant::now() + AGAIN;
        self.under_way.insert(message, (to, due));
        let frame = ClientFrame::Send {
            key: world::key(message),
            to: format!("p{}", to.0).parse().ok()?,
            text: world::text(message),
            reply_to: None,
        };
        self.send(socket, &frame).await
    }

    async fn press(
        &mut self,
        socket: &mut Socket,
        call: CallId,
        button: &'static str,
    ) -> Option<()> {
        self.happens(What::Presses {
            device: self.device,
            call,
            button,
        });
        let text = format!(r#"{{"type":"{button}","call":"{call}"}}"#);
        let sending = socket.send(Packet::text(text));
        timeout(PONG_WITHIN, sending).await.ok()?.ok()
    }

    /// Hears and does things until the socket is lost.
    async fn serve(&mut self, socket: &mut Socket) -> Left {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut heard, mut asked) = (Instant::now(), None);
        loop {
            tokio::select! {
                packet = socket.next() => {
                    (heard, asked) = (Instant::now(), None);
                    match packet {
                        Some(Ok(Packet::Text(text))) => {
                            let Ok(frame) = serde_json::from_str::<ServerFrame>(&text) else {
                                let words = format!("a frame to {:?} cannot be read", self.device);
                                self.happens(What::Crashed { words });
                                continue;
                            };
                            if self.hear(socket, frame).await.is_none() {
                                return Left::Lost;
                            }
                        }
                        Some(Ok(Packet::Ping(_))) => {
                            if socket.send(Packet::Pong(Bytes::new())).await.is_err() {
                                return Left::Lost;
                            }
                        }
                        Some(Ok(Packet::Close(_)) | Err(_)) | None => return Left::Lost,
                        Some(Ok(_)) => {}
                    }
                }
                Some(answer) = self.answered.recv() => {
                    self.invites = false;
                    if let Some(view) = answer {
                        self.calls.called(&view, Instant::now(), &mut self.random);
                    }
                }
                _ = tick.tick() => {
                    let now = Instant::now();
                    match asked {
                        None if now - heard > PING_EVERY => {
                            asked = Some(now);
                            if self.send(socket, &ClientFrame::Ping {}).await.is_none() {
                                return Left::Lost;
                            }
                        }
                        Some(since) if now - since > PONG_WITHIN => return Left::Lost,
                        None | Some(_) => {}
                    }
                    match self.act(socket).await {
                        Some(true) => {}
                        Some(false) => return Left::Moved,
                        None => return Left::Lost,
                    }
                }
            }
        }
    }

    /// What the tick brings. `false`: the device leaves its socket on its own.
    async fn act(&mut self, socket: &mut Socket) -> Option<bool> {
        let now = Instant::now();
        let late = self.under_way.iter();
        let late: Vec<(Message, Person)> = late
            .filter(|(_, (_, due))| *due <= now)
            .map(|(message, (to, _))| (*message, *to))
            .collect();
        for (message, to) in late {
            self.send_message(socket, message, to).await?;
        }
        for (call, button) in self.calls.due(now) {
            self.press(socket, call, button.frame()).await?;
        }
        match self.world.phase() {
            Phase::Gathering => self.finish(Phase::Gathering),
            Phase::Busy => return self.live_a_little(socket).await,
            Phase::Quiet => {
                if !self.hurried {
                    self.hurried = true;
                    self.calls.hurry(now);
                }
                if self.under_way.is_empty() && self.calls.is_empty() && !self.invites {
                    self.finish(Phase::Quiet);
                }
            }
            Phase::Reading => {
                if self.done < Some(Phase::Reading) {
                    self.hears_all(socket).await?;
                    self.finish(Phase::Reading);
                }
            }
            Phase::Settled => {
                if self.done < Some(Phase::Settled) {
                    self.reads_all().await;
                    self.finish(Phase::Settled);
                }
            }
        }
        Some(true)
    }

    fn finish(&mut self, phase: Phase) {
        if self.done < Some(phase) {
            self.done = Some(phase);
            self.world.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Something a person does, now and then.
    async fn live_a_little(&mut self, socket: &mut Socket) -> Option<bool> {
        if self.under_way.len() < UNDER_WAY && self.chance(45) {
            let (message, to) = (self.world.next_message(), self.friend());
            self.send_message(socket, message, to).await?;
            // The network changes in this moment: what was sent is sent again over another line, while the first
            // may still be under way.
            if self.chance(40) {
                return Some(false);
            }
        }
        if self.chance(10) {
            let with = self.friend();
            let newest = self.newest.get(&with).copied().unwrap_or_default();
            // Often not the newest, which must not bring the mark back.
            let seq = newest - self.random.random_range(0..3).min(newest);
            if seq > 0 {
                self.happens(What::Reads {
                    device: self.device,
                    with,
                    seq,
                });
                let with = format!("p{}", with.0).parse().ok()?;
                self.send(socket, &ClientFrame::Read { with, seq }).await?;
            }
        }
        if self.chance(6) {
            let with = self.friend();
            let (world, device) = (Arc::clone(&self.world), self.device);
            let mut random = self.another_random();
            let head = self.chance(500);
            tokio::spawn(async move {
                if head {
                    asking::head(&world, device, with, &mut random).await;
                } else {
                    asking::page(&world, device, with, false, &mut random).await;
                }
            });
        }
        if !self.invites && self.calls.is_empty() && self.chance(2) {
            self.invites = true;
            let with = self.friend();
            let (world, device) = (Arc::clone(&self.world), self.device);
            let (mut random, answers) = (self.another_random(), self.answers.clone());
            tokio::spawn(async move {
                let view = asking::invite(&world, device, with, &mut random).await;
                // Fails when the run is over.
                let _ = answers.send(view);
            });
        }
        Some(true)
    }

    fn another_random(&mut self) -> StdRng {
        StdRng::seed_from_u64(self.random.random())
    }

    /// A frame.
    async fn hear(&mut self, socket: &mut Socket, frame: ServerFrame) -> Option<()> {
        let (device, now) = (self.device, Instant::now());
        match frame {
            ServerFrame::Sent { key, entry, .. } => {
                if let Some(message) = world::by_key(&key) {
                    self.under_way.remove(&message);
                    self.happens(What::Acknowledged {
                        device,
                        message,
                        seq: entry.seq,
                    });
                }
            }
            ServerFrame::Refused { re, code, .. } => self.refused(re.as_deref(), code.as_str()),
            ServerFrame::Entry {
                cursor,
                with,
                entry,
                ..
            } => {
                self.cursor = Some(cursor);
                let entry = world::entry(&entry);
                if let super::history::Content::Call(call, _) = &entry.content {
                    self.calls.is_over(*call);
                }
                if let Some(with) = world::person(&with.to_string()) {
                    self.told.insert((with, entry.seq));
                    let newest = self.newest.entry(with).or_default();
                    *newest = (*newest).max(entry.seq);
                    self.happens(What::TellsEntry {
                        device,
                        cursor,
                        with,
                        entry,
                    });
                }
            }
            ServerFrame::Read {
                cursor, with, seq, ..
            } => {
                self.cursor = Some(cursor);
                if let Some(with) = world::person(&with.to_string()) {
                    self.happens(What::TellsRead {
                        device,
                        cursor,
                        with,
                        seq,
                    });
                }
            }
            ServerFrame::EntryChanged { cursor, .. }
            | ServerFrame::EntryGone { cursor, .. }
            | ServerFrame::Seen { cursor, .. }
            | ServerFrame::Changed { cursor, .. } => {
                self.cursor = Some(cursor);
                self.happens(What::TellsOther { device, cursor });
            }
            ServerFrame::Ring { call, caller, .. } => {
                if let Some(caller) = world::person(&caller.to_string()) {
                    self.happens(What::Rings {
                        device,
                        caller,
                        call,
                    });
                }
                self.calls.rings(call, now, &mut self.random);
                self.press(socket, call, "call_ringing").await?;
            }
            ServerFrame::RingStopped { call, reason } => {
                self.happens(What::RingStopped {
                    device,
                    call,
                    reason,
                });
                match reason {
                    RingStop::AnsweredElsewhere
                    | RingStop::DeclinedElsewhere
                    | RingStop::Cancelled
                    | RingStop::NoAnswer
                    | RingStop::NotAllowed
                    | RingStop::Failed => self.calls.is_over(call),
                }
            }
            ServerFrame::CallStarted { call, epoch, .. } => {
                self.happens(What::Started {
                    device,
                    call,
                    epoch,
                });
                self.calls.started(call, now);
                let up = ClientFrame::CallConnected { call, epoch };
                self.send(socket, &up).await?;
            }
            ServerFrame::CallActive { call, .. } => {
                self.happens(What::Active { device, call });
                self.calls.active(call, now, &mut self.random);
            }
            ServerFrame::CallEnded { call, reason, .. } => {
                self.happens(What::Ended {
                    device,
                    call,
                    reason,
                });
                self.calls.is_over(call);
            }
            ServerFrame::Welcome { .. }
            | ServerFrame::Pong {}
            | ServerFrame::Typing { .. }
            | ServerFrame::RingTest { .. }
            | ServerFrame::TestRing { .. }
            | ServerFrame::CallProgress { .. }
            | ServerFrame::CallDescription { .. }
            | ServerFrame::CallCandidate { .. }
            | ServerFrame::CallMedia { .. } => {}
        }
        Some(())
    }

    fn refused(&mut self, re: Option<&str>, code: &str) {
        let now = Instant::now();
        let about = match re.map(|re| (world::by_key(re), re.parse::<CallId>())) {
            Some((Some(message), _)) => About::Message(message),
            Some((None, Ok(call))) => About::Call(call),
            Some((None, Err(_))) | None => About::Other,
        };
        match about {
            About::Message(message) => {
                if let Some((_, due)) = self.under_way.get_mut(&message) {
                    *due = now + AFTER_REFUSAL;
                }
            }
            About::Call(call) => self.calls.refused(call, code, now),
            About::Invite(_) | About::Other => {}
        }
        self.happens(What::Refused {
            device: self.device,
            about,
            code: code.to_owned(),
        });
    }

    /// Waits until everything that stands in the conversations was told here, or until it is clear that it will not be.
    async fn hears_all(&mut self, socket: &mut Socket) -> Option<()> {
        let (world, device) = (Arc::clone(&self.world), self.device);
        let mut random = self.another_random();
        let mut there = HashSet::new();
        for with in self.friends.clone() {
            let places = asking::page(&world, device, with, true, &mut random).await;
            there.extend(places.into_iter().map(|seq| (with, seq)));
        }
        let begun = Instant::now();
        // Two stand in each conversation from before.
        let before = 2 * self.friends.len();
        while there.difference(&self.told).count() > before && begun.elapsed() < HEARS_WITHIN {
            match timeout(TICK, socket.next()).await {
                Ok(Some(Ok(Packet::Text(text)))) => {
                    let frame = serde_json::from_str(&text).ok()?;
                    self.hear(socket, frame).await?;
                }
                Ok(Some(Ok(Packet::Close(_)) | Err(_)) | None) => return None,
                Ok(Some(Ok(_))) | Err(_) => {}
            }
        }
        Some(())
    }

    /// How everything is in the end.
    async fn reads_all(&mut self) {
        let (world, device) = (Arc::clone(&self.world), self.device);
        let mut random = self.another_random();
        for with in self.friends.clone() {
            asking::page(&world, device, with, true, &mut random).await;
            asking::head(&world, device, with, &mut random).await;
        }
        asking::calls(&world, device, &mut random).await;
    }
}
