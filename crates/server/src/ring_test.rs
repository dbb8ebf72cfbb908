//! The self-test of a ring: ten seconds after somebody asks, a device rings for real, by its socket and by push, and
//! each step on the way is told to all devices of its person.
//!
//! A test is of use while somebody looks, so it is kept for ten minutes: one a device, in the store, because the device
//! may report to another node than the one that rings it.

use crate::app::App;
use crate::bus::{self, Bus, Signal, presence};
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
use birdcall_store::{News, Reader, StoreError, Subscription, Tx};
use std::time::Duration;

/// Time to lock the phone and put it away.
const BEFORE: Duration = Duration::from_secs(10);

/// How long it rings. Raising it rings on where nobody is; lowering it gives a push service that is busy less time.
const RINGS: Duration = Duration::from_secs(30);

/// How long the steps can be read. Raising it keeps rows for longer.
const KEPT: Duration = Duration::from_secs(600);

/// The last test of a device, while it is kept.
///
/// # Errors
/// `Unavailable`.
pub async fn of(
    reader: &mut Reader,
    device: DeviceId,
    now: Timestamp,
) -> Result<Option<RingTest>, StoreError> {
    let test = reader.ring_test(device).await?;
    Ok(test.filter(|test| now < test.at + KEPT))
}

/// Rings a device of `person` in a while; the one that is about to ring, if there is one.
///
/// # Errors
/// `Unavailable`.
pub async fn schedule(
    app: &App,
    person: PersonId,
    device: DeviceId,
) -> Result<RingTest, StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.write().await?;
    if let Some(test) = tx.ring_test(device).await?
        && now < test.at
    {
        return Ok(test);
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
    tx.sweep_ring_tests(now - KEPT).await?;
    tx.set_ring_test(device, &test).await?;
    tell(app, tx, person, device, &test).await?;
    let (app, id, at) = (app.clone(), test.test, test.at);
    tokio::spawn(async move {
        app.clock.sleep_until(at).await;
        if let Err(error) = ring(&app, person, device, id, at + RINGS).await {
            tracing::error!(%error, "a test of a ring was not sent");
        }
    });
    Ok(test)
}

/// A device reports that it shows the test, or that somebody pressed it; `false` if it is none of its, or does not ring.
///
/// # Errors
/// `Unavailable`.
pub async fn report(
    app: &App,
    person: PersonId,
    device: DeviceId,
    test: TestId,
    step: RingStep,
    way: RingWay,
) -> Result<bool, StoreError> {
    let now = app.clock.now();
    let kept = of(&mut app.store.read().await?, device, now).await?;
    let there = kept.is_some_and(|kept| kept.test == test && kept.at <= now);
    if there {
        note(app, person, device, test, step, way).await?;
    }
    Ok(there)
}

async fn ring(
    app: &App,
    person: PersonId,
    device: DeviceId,
    test: TestId,
    deadline: Timestamp,
) -> Result<(), StoreError> {
    let say = |step, way| note(app, person, device, test, step, way);
    let there = presence::of(app, &mut app.store.read().await?, person).await?;
    if there.connected.contains(&device) {
        let frame = ServerFrame::TestRing { test, deadline };
        bus::send(app, To::Device(person, device), &frame).await?;
        say(RingStep::Sent, RingWay::App).await?;
    } else {
        say(RingStep::Unreachable, RingWay::App).await?;
    }
    let subscription = app.store.read().await?.subscription(device).await?;
    match subscription.filter(|one| one.person == person) {
        Some(to) => push(app, &to, test, deadline).await,
        None => say(RingStep::Unreachable, RingWay::Push).await,
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
        say(RingStep::Sent).await?;
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
    let news = app.again(|| settle(app, to, done)).await?;
    if news {
        app.hub.news(to.person);
    }
    say(match (done, answer) {
        (Outcome::Reached, _) => RingStep::Accepted,
        (_, Answer::Status(..)) => RingStep::Refused,
        (_, Answer::Silence) => RingStep::Unreachable,
    })
    .await
}

/// Writes down what came of a push. Whether that is news.
async fn settle(app: &App, to: &Subscription, done: Outcome) -> Result<bool, StoreError> {
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
    Ok(news)
}

/// Adds a step, unless it is there, or the test is another by now.
async fn note(
    app: &App,
    person: PersonId,
    device: DeviceId,
    test: TestId,
    step: RingStep,
    way: RingWay,
) -> Result<(), StoreError> {
    app.again(|| add(app, person, device, test, step, way))
        .await
}

async fn add(
    app: &App,
    person: PersonId,
    device: DeviceId,
    test: TestId,
    step: RingStep,
    way: RingWay,
) -> Result<(), StoreError> {
    let mut tx = app.store.write().await?;
    let Some(mut kept) = tx.ring_test(device).await? else {
        return Ok(());
    };
    let same = |one: &RingTestStep| (one.step, one.way) == (step, Some(way));
    if kept.test != test || kept.steps.iter().any(same) {
        return Ok(());
    }
    kept.steps.push(RingTestStep {
        step,
        way: Some(way),
        at: app.clock.now(),
    });
    tx.set_ring_test(device, &kept).await?;
    tell(app, tx, person, device, &kept).await
}

/// Keeps what was written, and tells all devices of its person.
async fn tell(
    app: &App,
    mut tx: Tx,
    person: PersonId,
    device: DeviceId,
    test: &RingTest,
) -> Result<(), StoreError> {
    let to = To::Person(person);
    let frame = ServerFrame::RingTest {
        device,
        test: test.clone(),
    };
    let signal = Signal::frame(to, frame.clone());
    app.bus.write_one(&mut tx, person, signal).await?;
    tx.commit().await?;
    match app.bus {
        Bus::Local => app.hub.send(to, &frame),
        Bus::Cluster(_) => app.bus.signalled(person),
    }
    Ok(())
}
