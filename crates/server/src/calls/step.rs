//! One step of a call: load, handle, write back, act.

use super::facts;
use super::later::Held;
use crate::app::App;
use crate::bus::{self, Bus, Signal};
use crate::problem::ApiError;
use crate::{push, random, traces};
use birdcall_call::beat::{Hold, hold, telling};
use birdcall_call::{Act, Action, Call, Event, Record, Refusal, RelayState, To, Visible};
use birdcall_protocol::call::{Path, Phase};
use birdcall_protocol::frame::{Changed, ServerFrame};
use birdcall_protocol::{CallId, Code, DeviceId, NodeId, PersonId, Timestamp};
use birdcall_store::{CallColumns, CallEntry, CallRow, News, StoreError, Tx};
use std::pin::Pin;

/// Tries after a lost race. A race is lost to somebody who got further, so a few are plenty.
const TRIES: u32 = 8;

/// Why a step did not happen.
#[derive(Debug)]
pub enum CallError {
    /// The machine refused it, and the call is as it was.
    Refused(Refusal),
    /// The person is in another call, which has to end first (C-15).
    InAnotherCall,
    /// The store failed, and the call is as it was.
    Store(StoreError),
}

impl From<StoreError> for CallError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Refusal> for CallError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<CallError> for ApiError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(refusal) => refusal.into(),
            CallError::InAnotherCall => Code::AlreadyInCall.into(),
            CallError::Store(error) => error.into(),
        }
    }
}

/// What a device does, before the server's facts are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// The ring is shown.
    RingShown,
    /// Accept.
    Accept,
    /// Decline.
    Decline,
    /// Cancel.
    Cancel,
    /// End.
    HangUp,
    /// The page was loaded anew.
    Rejoin,
    /// Media is up.
    Connected(u32),
    /// Media is lost.
    MediaFailed(u32),
    /// A sign of life.
    Seen,
    /// Invited the caller while the call rings.
    Glare,
}

/// The caller gives up. Comes back on the beat on which the caller is told so: what the same socket asks next would else
/// be answered when the work is done, and tell how long it took (C-6).
///
/// # Errors
/// `Refused` if it does not ring any more.
pub async fn cancel(
    app: &App,
    call: CallId,
    person: PersonId,
    device: DeviceId,
) -> Result<(), CallError> {
    let call = act(app, call, person, device, Press::Cancel).await?;
    if let Some(moment) = telling(&call, app.config.beat, app.clock.now()) {
        app.clock.sleep_until(moment).await;
    }
    Ok(())
}

type Facts<'a> = Pin<Box<dyn Future<Output = Result<Event, CallError>> + Send + 'a>>;

/// A device of one of the two people does something.
///
/// # Errors
/// `Refused` if it is not legal for it now; the code is what the client is told.
pub async fn act(
    app: &App,
    call: CallId,
    person: PersonId,
    device: DeviceId,
    press: Press,
) -> Result<Call, CallError> {
    let relay = match press {
        Press::Accept | Press::Glare => relay_state(app).await?,
        Press::RingShown
        | Press::Decline
        | Press::Cancel
        | Press::HangUp
        | Press::Rejoin
        | Press::Connected(_)
        | Press::MediaFailed(_)
        | Press::Seen => RelayState::Absent,
    };
    step(app, call, move |tx, call, now| {
        Box::pin(async move {
            // Who has no part in a call does not learn that there is one.
            let role = call.role_of(person).ok_or(Refusal::NotYours)?;
            let act = match press {
                Press::Accept => {
                    for other in super::open_calls(tx, person).await? {
                        let answered = matches!(other.phase(), Phase::Connecting | Phase::Active);
                        if answered && other.id() != call.id() {
                            return Err(CallError::InAnotherCall);
                        }
                    }
                    let decided =
                        facts::decide(tx, call.caller().person, call.callee().person, now).await?;
                    Act::Accept {
                        verdict: decided.verdict,
                        path: decided.path,
                        relay,
                    }
                }
                Press::Glare => {
                    let decided =
                        facts::decide(tx, call.caller().person, call.callee().person, now).await?;
                    Act::Glare {
                        path: decided.path,
                        relay,
                    }
                }
                Press::RingShown => Act::RingShown,
                Press::Decline => Act::Decline,
                Press::Cancel => Act::Cancel,
                Press::HangUp => Act::HangUp,
                Press::Rejoin => Act::Rejoin,
                Press::Connected(epoch) => Act::Connected { epoch },
                Press::MediaFailed(epoch) => Act::MediaFailed { epoch },
                Press::Seen => Act::Seen,
            };
            Ok(Event::Device { role, device, act })
        })
    })
    .await
}

/// Asks the gate again (C-7).
pub(super) fn gate_again<'a>(tx: &'a mut Tx, call: &'a Call, now: Timestamp) -> Facts<'a> {
    Box::pin(async move {
        let decided = facts::decide(tx, call.caller().person, call.callee().person, now).await?;
        Ok(Event::GateChanged(decided.verdict))
    })
}

/// Moves to the relay if either side has switched Enhanced call privacy on (P-7). A follow that ended does not move a
/// running call: the address was known by then, and its owner did not ask for it to be hidden.
pub(super) async fn path_again(app: &App, call: CallId) -> Result<Call, CallError> {
    let relay = relay_state(app).await?;
    step(app, call, move |tx, call, _| {
        Box::pin(async move {
            let mut private = false;
            for party in [call.caller(), call.callee()] {
                private |= tx.calling(party.person).await?.calling.enhanced_privacy;
            }
            Ok(Event::PathChanged {
                path: if private { Path::Relay } else { Path::Direct },
                relay,
            })
        })
    })
    .await
}

/// The relay that it uses, or may come to use, goes away: its devices are led to another one. `None`: it was over in the
/// meantime.
pub(crate) async fn relay_moved(app: &App, call: CallId) -> Result<Option<Call>, StoreError> {
    let moved = step(app, call, |_, _, _| {
        Box::pin(async { Ok(Event::RelayMoved) })
    });
    match moved.await {
        Ok(call) => Ok(Some(call)),
        Err(CallError::Refused(_) | CallError::InAnotherCall) => Ok(None),
        Err(CallError::Store(error)) => Err(error),
    }
}

async fn relay_state(app: &App) -> Result<RelayState, StoreError> {
    match app.bus {
        Bus::Local => Ok(app.relay.state()),
        Bus::Cluster(_) => bus::relay_state(app, &mut app.store.read().await?).await,
    }
}

/// A deadline may have passed.
pub(super) fn tick<'a>(_: &'a mut Tx, _: &'a Call, _: Timestamp) -> Facts<'a> {
    Box::pin(async { Ok(Event::Tick) })
}

/// Changes a call by one event, made from the row in the transaction that writes it.
pub(super) async fn step<F>(app: &App, id: CallId, event: F) -> Result<Call, CallError>
where
    F: for<'a> Fn(&'a mut Tx, &'a Call, Timestamp) -> Facts<'a> + Sync,
{
    let mut turn = app.turns.of(id).await;
    for _ in 0..TRIES {
        // What loses a race in the database begins again with the row as it is then, and keeps its turn.
        match app.again(|| once(app, id, &event)).await? {
            Stepped::Done(call) => return Ok(*call),
            Stepped::Lost => {}
            Stepped::TooSoon(moment) => {
                drop(turn);
                app.clock.sleep_until(moment).await;
                turn = app.turns.of(id).await;
            }
        }
    }
    Err(StoreError::Unavailable("a call changed too often to be changed".into()).into())
}

/// What became of one try.
enum Stepped {
    /// The call is as it is here.
    Done(Box<Call>),
    /// Somebody changed the row first.
    Lost,
    /// It has to wait until then.
    TooSoon(Timestamp),
}

async fn once<F>(app: &App, id: CallId, event: &F) -> Result<Stepped, CallError>
where
    F: for<'a> Fn(&'a mut Tx, &'a Call, Timestamp) -> Facts<'a> + Sync,
{
    let mut tx = app.store.write().await?;
    let row = tx.call(id).await?.ok_or(Refusal::NotYours)?;
    let mut call = machine(&row)?;
    let now = app.clock.now();
    let event = event(&mut tx, &call, now).await?;
    if let Some(moment) = too_soon(app, &call, event, now) {
        return Ok(Stepped::TooSoon(moment));
    }
    let before = call.clone();
    call.handle(event, now)?;
    let actions = drain(&mut call);
    if call == before && actions.is_empty() {
        // A tick that came early changes nothing, and nothing is written.
        return Ok(Stepped::Done(Box::new(call)));
    }
    let _span = traces::of_call(id, what(event));
    if !tx
        .update_call(row.id, row.version, &columns(&call)?)
        .await?
    {
        return Ok(Stepped::Lost);
    }
    let told = remember(app, &mut tx, &call, &actions, by(event)).await?;
    tx.commit().await?;
    app.counters.calls.stepped(&before, &call, now);
    perform(app, &call, actions, told);
    Ok(Stepped::Done(Box::new(call)))
}

/// An answer within the first beat, faster than any person, waits for it: what follows between the two sides must not
/// reach the caller before the answer to the invite has (C-6).
fn too_soon(app: &App, call: &Call, event: Event, now: Timestamp) -> Option<Timestamp> {
    let Event::Device {
        act: Act::Accept { .. } | Act::Decline,
        ..
    } = event
    else {
        return None;
    };
    let first = call.started_at() + app.config.beat;
    (call.phase() == Phase::Ringing && now < first).then_some(first)
}

pub(super) fn drain(call: &mut Call) -> Vec<Action> {
    std::iter::from_fn(|| call.poll_action()).collect()
}

/// What a trace calls it.
fn what(event: Event) -> &'static str {
    match event {
        Event::Device { act, .. } => match act {
            Act::RingShown => "ring_shown",
            Act::Accept { .. } => "accept",
            Act::Decline => "decline",
            Act::Cancel => "cancel",
            Act::HangUp => "hang_up",
            Act::Rejoin => "rejoin",
            Act::Connected { .. } => "connected",
            Act::MediaFailed { .. } => "media_failed",
            Act::Seen => "seen",
            Act::Glare { .. } => "glare",
        },
        Event::GateChanged(_) => "gate_changed",
        Event::PathChanged { .. } => "path_changed",
        Event::RelayMoved => "relay_moved",
        Event::Tick => "deadline",
    }
}

/// The device that an event came from.
fn by(event: Event) -> Option<DeviceId> {
    match event {
        Event::Device { device, .. } => Some(device),
        Event::GateChanged(_) | Event::PathChanged { .. } | Event::RelayMoved | Event::Tick => None,
    }
}

/// Writes what has to be remembered, in the transaction that writes the row: so a ring, and what is said when it is
/// over, is pushed also by a server that was killed in between (C-13). `by` is the device that acted, if one did.
pub(super) async fn remember(
    app: &App,
    tx: &mut Tx,
    call: &Call,
    actions: &[Action],
    by: Option<DeviceId>,
) -> Result<Elsewhere, StoreError> {
    let (caller, callee) = (call.caller().person, call.callee().person);
    push::ring(app, tx, call, actions, by).await?;
    for action in actions {
        match action {
            Action::Send { .. } => {}
            Action::Record(Record::Entry {
                outcome,
                seconds,
                visible,
            }) => {
                let caller_only = match visible {
                    Visible::Both => false,
                    Visible::CallerOnly => true,
                };
                tx.add_call_entry(&CallEntry {
                    call: call.id(),
                    caller,
                    callee,
                    kind: call.kind(),
                    outcome: *outcome,
                    seconds: *seconds,
                    caller_only,
                    at: app.clock.now(),
                    conversation: random::conversation(),
                })
                .await?;
            }
            Action::Record(Record::Unrung(reason)) => {
                tx.set_unrung(call.id(), *reason).await?;
                tx.tell(callee, News::Changed(Changed::Calls)).await?;
            }
        }
    }
    match &app.bus {
        Bus::Local => Ok(Elsewhere::default()),
        Bus::Cluster(cluster) => signal(app, cluster.id, tx, call, actions).await,
    }
}

/// What another node has to be told after the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Elsewhere {
    /// Its relay has to be told the end of the call.
    relay: Option<NodeId>,
}

/// Puts the frames into the order that all nodes read, in the same transaction: so a node that is killed before it could
/// send them has told them all the same.
async fn signal(
    app: &App,
    here: NodeId,
    tx: &mut Tx,
    call: &Call,
    actions: &[Action],
) -> Result<Elsewhere, StoreError> {
    let starts = actions.iter().any(|action| {
        matches!(
            action,
            Action::Send {
                frame: ServerFrame::CallStarted { .. },
                ..
            }
        )
    });
    let relay = if starts {
        bus::choose(app, tx, call).await?
    } else {
        None
    };
    let caller = call.caller().person;
    let caller_waits = hold(call, app.config.beat);
    let mut signals = Vec::new();
    for action in actions {
        if let Action::Send { to, frame } = action {
            let person = to.person();
            let hold = if person == caller {
                caller_waits
            } else {
                Hold::No
            };
            let signal = Signal::Frame {
                to: *to,
                frame: frame.clone(),
                hold,
                relay,
            };
            signals.push((person, signal));
        }
    }
    app.bus.write(tx, signals).await?;
    let mut elsewhere = Elsewhere::default();
    // Of a call that nobody answered there is no credential (C-11).
    if !call.is_open() && call.answered() {
        elsewhere.relay = tx.call_relay(call.id()).await?.filter(|node| *node != here);
    }
    if let Some(node) = elsewhere.relay {
        tx.add_revocation(node, call.id()).await?;
    }
    Ok(elsewhere)
}

/// Sends what has to be sent, after the commit: to the callee at once, to the caller on the beat (C-6).
pub(super) fn perform(app: &App, call: &Call, actions: Vec<Action>, told: Elsewhere) {
    let caller = call.caller().person;
    let on_beat = telling(call, app.config.beat, app.clock.now());
    let mut news = false;
    for action in actions {
        match action {
            Action::Send { to, frame } => {
                if matches!(
                    frame,
                    ServerFrame::Ring { .. } | ServerFrame::RingStopped { .. }
                ) {
                    app.push.wake.notify_one();
                }
                match (&app.bus, on_beat.filter(|_| to.person() == caller)) {
                    (Bus::Cluster(_), _) => app.bus.signalled(to.person()),
                    (Bus::Local, Some(moment)) => app.later.tell(moment, Held::Frame(to, frame)),
                    (Bus::Local, None) => give(app, None, to, &frame, &Servers::Here),
                }
            }
            Action::Record(record) => {
                if let Record::Unrung(reason) = record {
                    app.counters.calls.unrung(reason);
                }
                news = true;
            }
        }
    }
    // Of a call that nobody answered there is no credential (C-11).
    if !call.is_open() && call.answered() {
        app.relay.revoke(call.id());
    }
    if let Some(node) = told.relay {
        app.bus.ended_at(node);
    }
    if news {
        app.hub.news(call.callee().person);
        match on_beat {
            Some(moment) => app.later.tell(moment, Held::News(caller)),
            None => app.hub.news(caller),
        }
    }
}

/// Where the relay of a call is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Servers {
    /// It is this node's.
    Here,
    /// It is another node's, at these URLs.
    At(Vec<String>),
}

/// Gives a frame to the sockets here. To a device that is to set up media it adds where the relay is and a credential for
/// its leg, which exist for nobody before an accept (C-11, P-2).
pub(crate) fn give(app: &App, place: Option<u64>, to: To, frame: &ServerFrame, at: &Servers) {
    let _span = told(frame).map(|(call, what)| traces::of_call(call, what));
    let (To::Device(person, device), ServerFrame::CallStarted { call, role, .. }) = (to, frame)
    else {
        return app.hub.send_signal(place, to, frame);
    };
    app.hub.send_by_page(place, person, device, |page| {
        let mut frame = frame.clone();
        #[cfg(feature = "broken-protections")]
        if let ServerFrame::CallStarted { path, .. } = &mut frame
            && crate::broken::without("P-2")
        {
            *path = Path::Direct;
        }
        if let ServerFrame::CallStarted { ice_servers, .. } = &mut frame {
            let now = app.clock.now();
            *ice_servers = match at {
                Servers::Here => app.relay.ice_servers(*call, *role, device, page, now),
                Servers::At(urls) => app.relay.at(urls.clone(), *call, *role, device, now),
            };
        }
        frame
    });
}

/// What a trace calls the telling of a frame.
fn told(frame: &ServerFrame) -> Option<(CallId, &'static str)> {
    match frame {
        ServerFrame::Ring { call, .. } => Some((*call, "tell ring")),
        ServerFrame::RingStopped { call, .. } => Some((*call, "tell ring_stopped")),
        ServerFrame::CallProgress { call, .. } => Some((*call, "tell call_progress")),
        ServerFrame::CallStarted { call, .. } => Some((*call, "tell call_started")),
        ServerFrame::CallActive { call, .. } => Some((*call, "tell call_active")),
        ServerFrame::CallEnded { call, .. } => Some((*call, "tell call_ended")),
        ServerFrame::CallDescription { call, .. } => Some((*call, "tell call_description")),
        ServerFrame::CallCandidate { call, .. } => Some((*call, "tell call_candidate")),
        _ => None,
    }
}

/// The machine's value from its row.
pub(crate) fn machine(row: &CallRow) -> Result<Call, StoreError> {
    serde_json::from_str(&row.snapshot).map_err(|error| StoreError::Broken(error.to_string()))
}

/// The row's columns from the machine's value.
pub(super) fn columns(call: &Call) -> Result<CallColumns, StoreError> {
    Ok(CallColumns {
        phase: call.phase(),
        deadline: call.deadline(),
        rung: call.rung(),
        answered: call.answered(),
        outcome: call.outcome(),
        seconds: call.seconds(),
        callee_sees: call.callee_sees(),
        snapshot: serde_json::to_string(call)
            .map_err(|error| StoreError::Broken(error.to_string()))?,
    })
}

/// The code of an error, for a `refused` frame.
impl CallError {
    /// What the client is told.
    #[must_use]
    pub fn code(self) -> Code {
        ApiError::from(self).0
    }
}
