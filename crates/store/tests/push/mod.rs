//! Subscriptions and the outbox.

use crate::world::{ANN, BOB, CLEO, World};
use birdcall_protocol::body::PushState;
use birdcall_protocol::call::{CallKind, Phase, RingStop};
use birdcall_protocol::{CallId, DeviceId, PersonId, Timestamp};
use birdcall_store::{
    CallColumns, NewCall, NewPush, PushAbout, PushRow, Subscription, Tx, WokenDevice,
};

const PHONE: DeviceId = DeviceId::new(11);
const DESK: DeviceId = DeviceId::new(12);
const HERS: DeviceId = DeviceId::new(21);
const CALL: CallId = CallId::new(7);

fn subscription(person: PersonId, device: DeviceId, endpoint: &str) -> Subscription {
    Subscription {
        device,
        person,
        endpoint: endpoint.to_owned(),
        p256dh: "key".to_owned(),
        auth: "secret".to_owned(),
        origin: Some("https://call.example".to_owned()),
    }
}

fn push(id: u64, device: DeviceId, about: PushAbout, at: i64) -> NewPush {
    NewPush {
        id,
        device,
        about,
        at: Timestamp(at),
        until: Timestamp(at + 45),
    }
}

/// Two devices of Bob and one of Ann, all subscribed; Ann calls Bob.
async fn world() -> (World, Tx) {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    for (person, device) in [(BOB, PHONE), (BOB, DESK), (ANN, HERS)] {
        let token = device.to_string();
        tx.add_device(person, device, "d", &token, Timestamp(1))
            .await
            .unwrap();
        tx.subscribe(&subscription(person, device, &token))
            .await
            .unwrap();
    }
    let call = NewCall {
        id: CALL,
        caller: ANN,
        callee: BOB,
        key: "k",
        kind: CallKind::Audio,
        at: Timestamp(5),
    };
    let columns = CallColumns {
        phase: Phase::Ringing,
        deadline: Some(Timestamp(50)),
        rung: true,
        answered: false,
        outcome: None,
        seconds: 0,
        callee_sees: true,
        snapshot: String::new(),
    };
    tx.add_call(&call, &columns).await.unwrap();
    (world, tx)
}

async fn due(tx: &mut Tx, now: i64) -> Vec<PushRow> {
    tx.due_pushes(Timestamp(now), 10).await.unwrap()
}

async fn states(tx: &mut Tx) -> Vec<(DeviceId, PushState)> {
    tx.push_states(BOB).await.unwrap()
}

#[tokio::test]
async fn a_key_of_the_server_is_kept_once() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    assert_eq!(tx.server_key("vapid").await.unwrap(), None);
    assert_eq!(tx.keep_server_key("vapid", "one").await.unwrap(), "one");
    assert_eq!(tx.keep_server_key("vapid", "two").await.unwrap(), "one");
    assert_eq!(tx.keep_server_key("other", "two").await.unwrap(), "two");
}

#[tokio::test]
async fn an_endpoint_is_of_the_device_that_brought_it_last() {
    let (_world, mut tx) = world().await;
    tx.add_push(&push(1, PHONE, PushAbout::Ring(CALL), 5))
        .await
        .unwrap();
    let theirs = subscription(BOB, DESK, &PHONE.to_string());
    tx.subscribe(&theirs).await.unwrap();
    assert!(tx.subscription(PHONE).await.unwrap().is_none());
    assert!(tx.subscription(DESK).await.unwrap() == Some(theirs));
    // What was to be sent to the other went with it.
    assert!(due(&mut tx, 5).await.is_empty());
}

#[tokio::test]
async fn the_same_subscription_again_changes_nothing_and_a_new_one_is_untried() {
    let (_world, mut tx) = world().await;
    let same = subscription(BOB, PHONE, &PHONE.to_string());
    assert!(
        tx.note_push(&same, PushState::Reached, Timestamp(6))
            .await
            .unwrap()
    );
    assert!(
        !tx.note_push(&same, PushState::Reached, Timestamp(7))
            .await
            .unwrap()
    );
    tx.subscribe(&same).await.unwrap();
    assert_eq!(
        states(&mut tx).await,
        [(PHONE, PushState::Reached), (DESK, PushState::Untried)]
    );
    let fresh = subscription(BOB, PHONE, "elsewhere");
    tx.subscribe(&fresh).await.unwrap();
    assert_eq!(states(&mut tx).await[0], (PHONE, PushState::Untried));
    // What is said of the old one is not said of the new one.
    assert!(
        !tx.note_push(&same, PushState::Failing, Timestamp(8))
            .await
            .unwrap()
    );
    assert!(!tx.forget_subscription(&same).await.unwrap());
    assert_eq!(states(&mut tx).await[0], (PHONE, PushState::Untried));
    assert!(tx.forget_subscription(&fresh).await.unwrap());
    assert_eq!(states(&mut tx).await, [(DESK, PushState::Untried)]);
}

#[tokio::test]
async fn a_device_that_signs_out_takes_its_subscription_and_pushes_with_it() {
    let (_world, mut tx) = world().await;
    for (id, device) in [(1, PHONE), (2, DESK)] {
        tx.add_push(&push(id, device, PushAbout::Ring(CALL), 5))
            .await
            .unwrap();
    }
    tx.remove_device(BOB, PHONE).await.unwrap();
    assert_eq!(states(&mut tx).await, [(DESK, PushState::Untried)]);
    assert!(tx.unsubscribe(DESK).await.unwrap());
    assert!(!tx.unsubscribe(DESK).await.unwrap());
    assert!(due(&mut tx, 5).await.is_empty());
}

#[tokio::test]
async fn of_two_that_claim_a_push_one_has_it_until_its_time_is_over() {
    let (_world, mut tx) = world().await;
    tx.add_push(&push(1, PHONE, PushAbout::Ring(CALL), 5))
        .await
        .unwrap();
    assert!(due(&mut tx, 4).await.is_empty());
    assert_eq!(
        tx.next_push(Timestamp(4)).await.unwrap(),
        Some(Timestamp(5))
    );
    let row = due(&mut tx, 5).await[0];
    assert_eq!((row.about, row.tries), (PushAbout::Ring(CALL), 0));
    assert!(tx.claim_push(&row, Timestamp(25)).await.unwrap());
    assert!(!tx.claim_push(&row, Timestamp(25)).await.unwrap());
    assert!(due(&mut tx, 24).await.is_empty());
    // Whoever had it is gone: it is another's.
    let again = due(&mut tx, 25).await[0];
    assert_eq!((again.due, again.tries), (Timestamp(25), 1));
    assert!(tx.claim_push(&again, Timestamp(45)).await.unwrap());
    // The first one comes back late, and changes nothing.
    let stale = PushRow {
        due: Timestamp(25),
        tries: 1,
        ..row
    };
    tx.finish_push(&stale, true).await.unwrap();
    tx.put_push_off(&stale, Timestamp(26)).await.unwrap();
    assert_eq!(due(&mut tx, 45).await[0].due, Timestamp(45));
}

#[tokio::test]
async fn a_ring_that_was_sent_is_kept_until_it_is_over() {
    let (_world, mut tx) = world().await;
    for (id, device) in [(1, PHONE), (2, DESK)] {
        tx.add_push(&push(id, device, PushAbout::Ring(CALL), 5))
            .await
            .unwrap();
    }
    let row = due(&mut tx, 5).await[0];
    assert!(tx.claim_push(&row, Timestamp(25)).await.unwrap());
    let claimed = PushRow {
        due: Timestamp(25),
        tries: 1,
        ..row
    };
    tx.finish_push(&claimed, true).await.unwrap();
    assert_eq!(due(&mut tx, 1_000).await.len(), 1, "the other device's");
    let mut rings = tx.take_rings(CALL).await.unwrap();
    rings.sort_by_key(|ring| ring.device);
    assert_eq!(
        rings,
        [
            WokenDevice {
                device: PHONE,
                woken: true
            },
            WokenDevice {
                device: DESK,
                woken: false
            },
        ]
    );
    assert!(tx.take_rings(CALL).await.unwrap().is_empty());
    assert!(due(&mut tx, 1_000).await.is_empty());
    // The same by device.
    tx.add_push(&push(3, PHONE, PushAbout::Ring(CALL), 5))
        .await
        .unwrap();
    assert!(tx.take_rings_of(DESK).await.unwrap().is_empty());
    let rings = tx.take_rings_of(PHONE).await.unwrap();
    assert_eq!(
        (rings.len(), rings[0].call, rings[0].woken),
        (1, CALL, false)
    );
    assert!(due(&mut tx, 1_000).await.is_empty());
}

#[tokio::test]
async fn every_push_comes_back_as_it_was() {
    let (_world, mut tx) = world().await;
    for (n, about) in [
        PushAbout::Ring(CALL),
        PushAbout::RingStopped(CALL, RingStop::AnsweredElsewhere),
        PushAbout::RingStopped(CALL, RingStop::NotAllowed),
        PushAbout::Missed {
            call: CALL,
            woken: true,
        },
        PushAbout::Missed {
            call: CALL,
            woken: false,
        },
        PushAbout::Message { other: ANN, seq: 3 },
    ]
    .into_iter()
    .enumerate()
    {
        let new = push(1_000 + n as u64, PHONE, about, 5);
        tx.add_push(&new).await.unwrap();
        let row = due(&mut tx, 5).await[0];
        assert_eq!(row.about, about);
        assert_eq!(
            (row.id, row.device, row.made, row.until),
            (new.id, PHONE, Timestamp(5), Timestamp(50))
        );
        tx.finish_push(&row, false).await.unwrap();
        assert!(due(&mut tx, 5).await.is_empty(), "{about:?}");
    }
}

#[tokio::test]
async fn messages_of_one_conversation_wake_a_device_once() {
    let (_world, mut tx) = world().await;
    let message = |other, seq| PushAbout::Message { other, seq };
    tx.add_push(&push(1, PHONE, message(ANN, 1), 5))
        .await
        .unwrap();
    tx.add_push(&push(2, PHONE, message(ANN, 2), 6))
        .await
        .unwrap();
    let first = due(&mut tx, 6).await;
    assert_eq!(first.len(), 1);
    assert_eq!(
        (first[0].about, first[0].made),
        (message(ANN, 2), Timestamp(5))
    );
    // Who has looked at it before the second one joined neither sends nor forgets the second.
    let before = PushRow {
        about: message(ANN, 1),
        ..first[0]
    };
    assert!(!tx.claim_push(&before, Timestamp(25)).await.unwrap());
    tx.finish_push(&before, false).await.unwrap();
    assert_eq!(due(&mut tx, 6).await, first);
    // Once it was tried the next one is another.
    tx.claim_push(&first[0], Timestamp(25)).await.unwrap();
    tx.add_push(&push(3, PHONE, message(ANN, 3), 7))
        .await
        .unwrap();
    tx.add_push(&push(4, PHONE, message(CLEO, 1), 8))
        .await
        .unwrap();
    let next = due(&mut tx, 8).await[0];
    assert_eq!(next.about, message(ANN, 3));
    tx.finish_push(&next, true).await.unwrap();
    assert_eq!(due(&mut tx, 8).await[0].about, message(CLEO, 1));
}

#[tokio::test]
async fn a_device_with_much_to_be_sent_keeps_no_other_waiting() {
    let (_world, mut tx) = world().await;
    for n in 0..5 {
        let about = PushAbout::RingStopped(CALL, RingStop::Failed);
        tx.add_push(&push(n, PHONE, about, 5)).await.unwrap();
    }
    tx.add_push(&push(9, HERS, PushAbout::Ring(CALL), 6))
        .await
        .unwrap();
    let devices: Vec<DeviceId> = due(&mut tx, 6).await.iter().map(|row| row.device).collect();
    assert_eq!(devices, [PHONE, HERS]);
}
