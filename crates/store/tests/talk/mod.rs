//! Messages, calls, people and their ties, as the store keeps them.

use crate::world::{self, ANN, BOB, CLEO, World, message};
use birdcall_protocol::body::EntryBody;
use birdcall_protocol::call::{CallKind, CallOutcome, Phase, UnrungReason};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::{CallId, DeviceId, Timestamp};
use birdcall_store::{
    Added, CallColumns, CallEntry, FeedPage, NewCall, News, Sought, StoreError, Tie, Ties,
};

#[tokio::test]
async fn a_message_stands_once_in_its_place_and_both_are_told() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let first = tx
        .add_message(&message(ANN, BOB, "k1", "hello"))
        .await
        .unwrap();
    let Added::Fresh(entry) = &first else {
        panic!("{first:?}")
    };
    assert_eq!(entry.seq, 1);
    let again = tx
        .add_message(&message(ANN, BOB, "k1", "hello"))
        .await
        .unwrap();
    assert_eq!(again, Added::Again(entry.clone()));
    for (to, text) in [(BOB, "other"), (CLEO, "hello")] {
        let reused = tx.add_message(&message(ANN, to, "k1", text)).await.unwrap();
        assert_eq!(reused, Added::KeyReused);
    }
    tx.commit().await.unwrap();

    let mut reader = world.store.read().await.unwrap();
    assert_eq!(reader.head(BOB, ANN).await.unwrap().unread, 1);
    assert_eq!(reader.head(ANN, BOB).await.unwrap().unread, 0);
    let (entries, more) = reader.entries(BOB, ANN, None, 10).await.unwrap();
    assert_eq!(entries, std::slice::from_ref(entry));
    assert!(!more);
    for (me, other) in [(ANN, BOB), (BOB, ANN)] {
        let FeedPage::Items(items) = reader.feed_after(me, 0, 10).await.unwrap() else {
            panic!("the feed begins at 0")
        };
        let news: Vec<News> = items.into_iter().map(|item| item.news).collect();
        assert_eq!(news, [News::Entry { other, seq: 1 }]);
    }
}

#[tokio::test]
async fn first_message_counts_for_its_author_and_only_if_it_was_seen() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    tx.add_message(&message(ANN, BOB, "1", "hi")).await.unwrap();
    let mut hidden = message(BOB, CLEO, "2", "hi");
    hidden.hidden = true;
    tx.add_message(&hidden).await.unwrap();
    assert!(tx.wrote(ANN, BOB).await.unwrap());
    assert!(!tx.wrote(BOB, ANN).await.unwrap());
    assert!(!tx.wrote(BOB, CLEO).await.unwrap());
    // The blocked author sees it, the other side does not, not even as a place in a list.
    assert_eq!(tx.conversations(BOB, 10).await.unwrap().len(), 2);
    assert!(tx.conversations(CLEO, 10).await.unwrap().is_empty());
    assert!(tx.entries(CLEO, BOB, None, 10).await.unwrap().0.is_empty());
}

#[tokio::test]
async fn read_marks_never_go_back_and_never_past_the_end() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    for n in 1..=5 {
        let key = n.to_string();
        tx.add_message(&message(ANN, BOB, &key, &key))
            .await
            .unwrap();
    }
    assert!(tx.mark_read(BOB, ANN, 3).await.unwrap());
    assert!(!tx.mark_read(BOB, ANN, 2).await.unwrap());
    assert_eq!(tx.head(BOB, ANN).await.unwrap().unread, 2);
    assert!(tx.mark_read(BOB, ANN, u64::MAX).await.unwrap());
    assert_eq!(tx.head(BOB, ANN).await.unwrap().read, 5);
    assert!(
        !tx.mark_read(BOB, CLEO, 1).await.unwrap(),
        "no conversation"
    );
}

#[tokio::test]
async fn a_long_conversation_is_paged_from_its_end() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    for n in 1..=7 {
        let key = n.to_string();
        tx.add_message(&message(ANN, BOB, &key, &key))
            .await
            .unwrap();
    }
    let seqs = |entries: &[birdcall_protocol::body::Entry]| {
        entries.iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    let (newest, more) = tx.entries(ANN, BOB, None, 3).await.unwrap();
    assert_eq!((seqs(&newest), more), (vec![5, 6, 7], true));
    let (older, more) = tx.entries(ANN, BOB, Some(5), 4).await.unwrap();
    assert_eq!((seqs(&older), more), (vec![1, 2, 3, 4], false));
}

#[tokio::test]
async fn a_feed_that_was_thrown_away_is_said_to_be_unknown() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    for _ in 0..4_608 {
        tx.tell(ANN, News::Changed(Changed::Me)).await.unwrap();
    }
    assert_eq!(tx.cursor(ANN).await.unwrap(), 4_608);
    assert_eq!(tx.feed_after(ANN, 0, 10).await.unwrap(), FeedPage::Unknown);
    assert_eq!(
        tx.feed_after(ANN, 4_609, 10).await.unwrap(),
        FeedPage::Unknown
    );
    let FeedPage::Items(items) = tx.feed_after(ANN, 512, 10).await.unwrap() else {
        panic!("these are kept")
    };
    assert_eq!(items.len(), 10);
    assert_eq!(items[0].cursor, 513);
    let nothing = tx.feed_after(ANN, 4_608, 10).await.unwrap();
    assert_eq!(nothing, FeedPage::Items(Vec::new()));
}

#[tokio::test]
async fn ties_are_one_way_and_made_once() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    for tie in [Tie::Follow, Tie::Block, Tie::BreakThrough] {
        assert!(tx.tie(ANN, BOB, tie, Timestamp(1)).await.unwrap());
        assert!(!tx.tie(ANN, BOB, tie, Timestamp(2)).await.unwrap());
        assert_eq!(tx.tied(ANN, tie).await.unwrap()[0].id, BOB);
        assert!(tx.tied(BOB, tie).await.unwrap().is_empty());
    }
    let there = Ties {
        following: true,
        blocked: true,
        breaks_through: true,
        ..Ties::default()
    };
    let back = Ties {
        followed: true,
        blocked_by: true,
        ..Ties::default()
    };
    assert_eq!(tx.ties(ANN, BOB).await.unwrap(), there);
    assert_eq!(tx.ties(BOB, ANN).await.unwrap(), back);
    assert!(tx.untie(ANN, BOB, Tie::Block).await.unwrap());
    assert!(!tx.untie(ANN, BOB, Tie::Block).await.unwrap());
}

#[tokio::test]
async fn search_finds_beginnings_and_takes_no_wildcards() {
    let world = World::new().await;
    let mut reader = world.store.read().await.unwrap();
    let mut found = async |start: &str| {
        let words = [start.to_lowercase()];
        let sought = Sought {
            handle: &words[0],
            words: &words,
        };
        let people = reader.search(CLEO, &sought, 10).await.unwrap();
        people
            .into_iter()
            .map(|p| p.handle.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("an").await, ["ann"]);
    assert_eq!(found("BO").await, ["bob"]);
    assert!(found("%").await.is_empty());
    assert!(found("a_n").await.is_empty());
}

#[tokio::test]
async fn handles_and_tokens_are_unique() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let handle = "ann".parse().unwrap();
    let twin = world::person(birdcall_protocol::PersonId::new(99), &handle);
    assert!(matches!(
        tx.add_person(&twin).await,
        Err(StoreError::Conflict)
    ));
    let device = DeviceId::new(1);
    tx.add_device(ANN, device, "A", "token", Timestamp(1))
        .await
        .unwrap();
    assert_eq!(tx.signed_in("token").await.unwrap().unwrap().person, ANN);
    assert!(tx.signed_in("other").await.unwrap().is_none());
    assert!(!tx.remove_device(BOB, device).await.unwrap(), "not his");
    assert!(tx.remove_device(ANN, device).await.unwrap());
    assert!(tx.signed_in("token").await.unwrap().is_none());
}

fn columns(phase: Phase, deadline: Option<i64>) -> CallColumns {
    CallColumns {
        phase,
        deadline: deadline.map(Timestamp),
        rung: true,
        answered: false,
        outcome: (phase == Phase::Ended).then_some(CallOutcome::NoAnswer),
        seconds: 0,
        callee_sees: true,
        snapshot: "{}".into(),
    }
}

fn new_call(id: u64, key: &str, at: i64) -> NewCall<'_> {
    NewCall {
        id: CallId::new(id),
        caller: ANN,
        callee: BOB,
        key,
        kind: CallKind::Audio,
        at: Timestamp(at),
    }
}

#[tokio::test]
async fn a_call_is_written_back_only_over_the_version_that_was_read() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let id = CallId::new(7);
    tx.add_call(&new_call(7, "k", 100), &columns(Phase::Ringing, Some(145)))
        .await
        .unwrap();
    assert!(
        tx.update_call(id, 1, &columns(Phase::Ringing, Some(150)))
            .await
            .unwrap()
    );
    assert!(
        !tx.update_call(id, 1, &columns(Phase::Ended, None))
            .await
            .unwrap()
    );
    assert_eq!(tx.call(id).await.unwrap().unwrap().version, 2);
    assert_eq!(tx.next_deadline().await.unwrap(), Some(Timestamp(150)));
    assert!(tx.due_calls(Timestamp(149), 10).await.unwrap().is_empty());
    assert_eq!(tx.due_calls(Timestamp(150), 10).await.unwrap(), [id]);
    for person in [ANN, BOB] {
        assert_eq!(tx.open_calls(person).await.unwrap().len(), 1);
    }
    assert!(
        tx.update_call(id, 2, &columns(Phase::Ended, None))
            .await
            .unwrap()
    );
    assert!(tx.open_calls(ANN).await.unwrap().is_empty());
    assert_eq!(tx.next_deadline().await.unwrap(), None);
}

#[tokio::test]
async fn answered_calls_that_are_over_are_known_by_when_they_began() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    for (id, phase, answered) in [
        (1, Phase::Ended, true),
        (2, Phase::Ended, false),
        (3, Phase::Active, true),
    ] {
        let at = i64::try_from(id).unwrap() * 100;
        let mut columns = columns(phase, None);
        columns.answered = answered;
        tx.add_call(&new_call(id, &id.to_string(), at), &columns)
            .await
            .unwrap();
    }
    let since = async |tx: &mut birdcall_store::Tx, at| tx.answered_since(Timestamp(at)).await;
    assert_eq!(since(&mut tx, 100).await.unwrap(), [CallId::new(1)]);
    assert_eq!(since(&mut tx, 101).await.unwrap(), []);
}

#[tokio::test]
async fn histories_show_each_side_what_it_may_see() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let mut unseen = columns(Phase::Ended, None);
    unseen.callee_sees = false;
    unseen.rung = false;
    tx.add_call(&new_call(1, "a", 10), &columns(Phase::Ended, None))
        .await
        .unwrap();
    tx.add_call(&new_call(2, "b", 20), &unseen).await.unwrap();
    tx.set_unrung(CallId::new(2), UnrungReason::Off)
        .await
        .unwrap();
    tx.add_call(&new_call(3, "c", 30), &columns(Phase::Ringing, Some(99)))
        .await
        .unwrap();
    let ids = |page: birdcall_store::CallHistory| {
        page.calls
            .into_iter()
            .map(|call| call.call)
            .collect::<Vec<_>>()
    };
    let caller = tx.call_history(ANN, None, None, 10).await.unwrap();
    assert_eq!(ids(caller), [CallId::new(2), CallId::new(1)]);
    let callee = tx.call_history(BOB, None, None, 10).await.unwrap();
    assert_eq!(ids(callee), [CallId::new(1)]);
    let quiet = tx.unrung_calls(BOB, 10).await.unwrap();
    assert_eq!(quiet.len(), 1);
    assert_eq!(quiet[0].reason, UnrungReason::Off);
    assert!(tx.unrung_calls(ANN, 10).await.unwrap().is_empty());
    // C-5 counts what rang and was not answered.
    let early = Timestamp(0);
    let times = tx.ring_times(ANN, BOB, early, early, early).await.unwrap();
    assert_eq!(times.pair, [Timestamp(10), Timestamp(30)]);
    assert_eq!((times.callee, times.callees), (2, 0));
}

#[tokio::test]
async fn a_call_stands_in_the_conversation_once_and_a_missed_one_is_unread() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let entry = CallEntry {
        call: CallId::new(5),
        caller: ANN,
        callee: BOB,
        kind: CallKind::Video,
        outcome: CallOutcome::NoAnswer,
        seconds: 0,
        caller_only: false,
        at: Timestamp(50),
        conversation: 77,
    };
    tx.add_call_entry(&entry).await.unwrap();
    assert_eq!(tx.head(BOB, ANN).await.unwrap().unread, 1);
    let (entries, _) = tx.entries(BOB, ANN, None, 10).await.unwrap();
    assert!(matches!(
        entries[0].body,
        EntryBody::Call {
            kind: CallKind::Video,
            ..
        }
    ));
    assert!(matches!(
        tx.add_call_entry(&entry).await,
        Err(StoreError::Conflict)
    ));
}

#[tokio::test]
async fn what_is_not_committed_is_not_there() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    tx.add_message(&message(ANN, BOB, "1", "lost"))
        .await
        .unwrap();
    drop(tx);
    let mut tx = world.store.write().await.unwrap();
    tx.add_message(&message(ANN, BOB, "2", "kept"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut reader = world.store.read().await.unwrap();
    let (entries, _) = reader.entries(ANN, BOB, None, 10).await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(
        entries[0].body,
        EntryBody::Message {
            text: "kept".into()
        }
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_share_commits_and_a_dropped_one_takes_nobody_along() {
    let world = World::new().await;
    let mut tasks = Vec::new();
    for n in 0..200_u32 {
        let store = world.store.clone();
        tasks.push(tokio::spawn(async move {
            let key = n.to_string();
            world::again(|| async {
                let mut tx = store.write().await?;
                tx.add_message(&message(ANN, BOB, &key, &key)).await?;
                if n % 5 == 0 {
                    drop(tx);
                    return Ok(());
                }
                tx.commit().await
            })
            .await;
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let mut reader = world.store.read().await.unwrap();
    let (a, _) = reader.entries(ANN, BOB, None, 100).await.unwrap();
    let (b, _) = reader.entries(ANN, BOB, Some(a[0].seq), 100).await.unwrap();
    assert_eq!(a.len() + b.len(), 160);
}

#[tokio::test]
async fn what_was_committed_is_there_after_opening_again() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    tx.add_message(&message(ANN, BOB, "1", "kept"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    world.store.close().await;
    let again = world.open_again().await;
    assert!(again.read().await.unwrap().wrote(ANN, BOB).await.unwrap());
}
