//! The self-test of a ring: ten seconds after somebody asks, a device rings for real, by its socket and by push, and
//! each step on the way is told to all devices of its person.
//!
//! A test is of use while somebody looks, so it is kept in memory: one a device, for ten minutes.

use crate::app::App;
use crate::push::post::Urgency;
use crate::push::{Letter, words};
use crate::random;
use birdcall_call::To;
use birdcall_call::wake::{Answer, Outcome, Try, outcome};
use birdcall_protocol::body::PushState;
use birdcall_protocol::frame::{Changed, ServerFrame};
use birdcall_protocol::push::PushEvent;
use birdcall_protocol::ring_test::{RingStep, RingTest, RingTestStep, RingWay};
use birdcall_protocol::{DeviceId, PersonId, TestId, Timestamp};
use birdcall_store::{News, StoreError, Subscription};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Time to lock the phone and put it away.
const BEFORE: Duration = Duration::from_secs(10);

/// How long it rings. Raising it rings on where nobody is; lowering it gives a push service that is busy less time.
const RINGS: Duration = Duration::from_secs(30);

/// How long the steps can be read. Raising it keeps memory for longer.
const KEPT: Duration = Duration::from_secs(600);

/// The tests of this node.
#[derive(Default)]
pub struct RingTests(Mutex<HashMap<DeviceId, RingTest>>);

impl RingTests {
    /// The last test of a device.
    #[must_use]
    pub fn of(&self, device: DeviceId, now: Timestamp) -> Option<RingTest> {
        let tests = self.lock();
        let test = tests.get(&device)?;
        is_kept(test, now).then(|| test.clone())
    }

    /// A fresh test of a device, or the one that is about to ring.
    fn schedule(&self, device: DeviceId, now: Timestamp) -> (RingTest, bool) {
        let mut tests = self.lock();
        tests.retain(|_, test| is_kept(test, now));
        if let Some(test) = tests.get(&device)
            && now < test.at
        {
            return (test.clone(), false);
        }
        let test = RingTest {
            test: random::test(),
            at: now + BEFORE,
            steps: vec![RingTestStep {
                step: RingStep::Scheduled,
                way: None,
                at: now,
            }],
        };
        tests.insert(device, test.clone());
        (test, true)
    }

    /// Adds a step, unless it is there; the test as it is now, or `None` if it is another by now.
    fn add(&self, device: DeviceId, test: TestId, step: RingTestStep) -> Option<RingTest> {
        let mut tests = self.lock();
        let kept = tests.get_mut(&device)?;
        let same = |one: &RingTestStep| (one.step, one.way) == (step.step, step.way);
        if kept.test != test || kept.steps.iter().any(same) {
            return None;
        }
        kept.steps.push(step);
        Some(kept.clone())
    }

    /// Whether the test is one of that device, and rings or rang.
    fn is_under_way(&self, device: DeviceId, test: TestId, now: Timestamp) -> bool {
        let tests = self.lock();
        let kept = tests.get(&device);
        kept.is_some_and(|kept| kept.test == test && kept.at <= now && is_kept(kept, now))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<DeviceId, RingTest>> {
        // Nothing panics while it holds this, and a test is never half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_kept(test: &RingTest, now: Timestamp) -> bool {
    now < test.at + KEPT
}

/// Rings a device of `person` in a while.
pub fn schedule(app: &App, person: PersonId, device: DeviceId) -> RingTest {
    let (test, fresh) = app.ring_tests.schedule(device, app.clock.now());
    if fresh {
        tell(app, person, device, test.clone());
        let (app, id, at) = (app.clone(), test.test, test.at);
        tokio::spawn(async move {
            app.clock.sleep_until(at).await;
            if let Err(error) = ring(&app, person, device, id, at + RINGS).await {
                tracing::error!(%error, "a test of a ring was not sent");
            }
        });
    }
    test
}

/// A device reports that it shows the test, or that somebody pressed it; `false` if it is none of its.
pub fn report(
    app: &App,
    person: PersonId,
    device: DeviceId,
    test: TestId,
    step: RingStep,
    way: RingWay,
) -> bool {
    let there = app.ring_tests.is_under_way(device, test, app.clock.now());
    if there {
        note(app, person, device, test, step, way);
    }
    there
}

async fn ring(
    app: &App,
    person: PersonId,
    device: DeviceId,
    test: TestId,
    deadline: Timestamp,
) -> Result<(), StoreError> {
    let say = |step, way| note(app, person, device, test, step, way);
    if app.hub.is_connected(person, device) {
        let frame = ServerFrame::TestRing { test, deadline };
        app.hub.send(To::Device(person, device), &frame);
        say(RingStep::Sent, RingWay::App);
    } else {
        say(RingStep::Unreachable, RingWay::App);
    }
    let subscription = app.store.read().await?.subscription(device).await?;
    match subscription.filter(|one| one.person == person) {
        Some(to) => push(app, &to, test, deadline).await,
        None => {
            say(RingStep::Unreachable, RingWay::Push);
            Ok(())
        }
    }
}

/// Pushes as a ring is pushed, with the same tries in the same time.
async fn push(
    app: &App,
    to: &Subscription,
    test: TestId,
    deadline: Timestamp,
) -> Result<(), StoreError> {
    let say = |step| note(app, to.person, to.device, test, step, RingWay::Push);
    let event = PushEvent::Test { test, deadline };
    let message = words::message(event, to.origin.as_deref(), false, None);
    let text =
        serde_json::to_vec(&message).map_err(|error| StoreError::Broken(error.to_string()))?;
    let mut letter = Letter {
        text,
        topic: vec!["test".to_owned()],
        keep: RINGS,
        urgency: Urgency::High,
    };
    let mut tries = 0;
    let (done, answer) = loop {
        tries += 1;
        letter.keep = deadline.since(app.clock.now());
        say(RingStep::Sent);
        let answer = app.push.send(to, &letter, app.clock.now()).await;
        app.counters.pushed("test", answer);
        let this = Try {
            tries,
            until: deadline,
            can_be_shorter: false,
        };
        match outcome(answer, this, app.clock.now()) {
            Outcome::Again(moment) => app.clock.sleep_until(moment).await,
            done => break (done, answer),
        }
    };
    let mut tx = app.store.write().await?;
    let now = app.clock.now();
    let news = match done {
        Outcome::Reached => tx.note_push(to, PushState::Reached, now).await?,
        Outcome::Gone => tx.forget_subscription(to).await?,
        Outcome::Refused | Outcome::GivenUp | Outcome::Shorter | Outcome::Again(_) => {
            tx.note_push(to, PushState::Failing, now).await?
        }
    };
    if news {
        tx.tell(to.person, News::Changed(Changed::Devices)).await?;
    }
    tx.commit().await?;
    if news {
        app.hub.news(to.person);
    }
    say(match (done, answer) {
        (Outcome::Reached, _) => RingStep::Accepted,
        (_, Answer::Status(..)) => RingStep::Refused,
        (_, Answer::Silence) => RingStep::Unreachable,
    });
    Ok(())
}

fn note(app: &App, person: PersonId, device: DeviceId, test: TestId, step: RingStep, way: RingWay) {
    let step = RingTestStep {
        step,
        way: Some(way),
        at: app.clock.now(),
    };
    if let Some(test) = app.ring_tests.add(device, test, step) {
        tell(app, person, device, test);
    }
}

fn tell(app: &App, person: PersonId, device: DeviceId, test: RingTest) {
    let frame = ServerFrame::RingTest { device, test };
    app.hub.send(To::Person(person), &frame);
}
