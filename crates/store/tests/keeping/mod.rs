//! Voice messages, deleting, "Do not disturb" and devices that are left alone, as the store keeps them.

use crate::world::{ANN, BOB, World, message};
use birdcall_protocol::body::EntryBody;
use birdcall_protocol::quiet::{Quiet, QuietHours};
use birdcall_protocol::{DeviceId, Timestamp};
use birdcall_store::{Added, Content, News, OwnEntry, Tie};

#[tokio::test]
async fn a_sound_is_kept_as_long_as_somebody_hears_it() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let mut voice = message(ANN, BOB, "k", "");
    voice.content = Content::Voice {
        seconds: 3,
        media_type: "audio/webm",
        sound: &[1, 2, 3, 0, 255],
    };
    let Added::Fresh(entry) = tx.add_message(&voice).await.unwrap() else {
        panic!("it is there already")
    };
    assert_eq!(entry.body, EntryBody::Voice { seconds: 3 });
    assert!(!tx.wrote(ANN, BOB).await.unwrap());
    let sound = tx.sound(BOB, ANN, 1).await.unwrap().unwrap();
    assert_eq!(sound.bytes, [1, 2, 3, 0, 255]);
    assert_eq!(tx.sound_of(ANN).await.unwrap(), 5);

    assert!(tx.delete_entry(ANN, BOB, 1).await.unwrap());
    assert!(!tx.delete_entry(ANN, BOB, 1).await.unwrap());
    assert!(tx.sound(ANN, BOB, 1).await.unwrap().is_none());
    assert!(tx.sound(BOB, ANN, 1).await.unwrap().is_some());
    assert!(tx.conversations(ANN, 10).await.unwrap().is_empty());
    assert!(tx.delete_entry(BOB, ANN, 1).await.unwrap());
    assert_eq!(tx.sound_of(ANN).await.unwrap(), 0);
    let feed = tx.feed_after(BOB, 1, 10).await.unwrap();
    let birdcall_store::FeedPage::Items(items) = feed else {
        panic!("the feed begins at 0")
    };
    assert_eq!(items[0].news, News::Gone { other: ANN, seq: 1 });
}

#[tokio::test]
async fn quiet_and_who_breaks_through_survive() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    assert_eq!(tx.quiet(ANN).await.unwrap(), Quiet::default());
    let quiet = Quiet {
        on: true,
        until: Some(Timestamp(77)),
        hours: Some(QuietHours {
            from: 1_320,
            until: 420,
            days: [true, false, true, false, true, false, true],
        }),
        zone: "Europe/Berlin".into(),
    };
    tx.set_quiet(ANN, &quiet).await.unwrap();
    tx.tie(ANN, BOB, Tie::BreakThrough, Timestamp(1))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut reader = world.store.read().await.unwrap();
    assert_eq!(reader.quiet(ANN).await.unwrap(), quiet);
    assert_eq!(reader.quiet(BOB).await.unwrap(), Quiet::default());
    assert!(reader.ties(ANN, BOB).await.unwrap().breaks_through);
    assert!(!reader.ties(BOB, ANN).await.unwrap().breaks_through);
    assert_eq!(reader.break_through_size(ANN).await.unwrap(), 1);
}

#[tokio::test]
async fn a_device_is_changed_by_its_person_alone() {
    let world = World::new().await;
    let phone = DeviceId::new(9);
    let mut tx = world.store.write().await.unwrap();
    tx.add_device(ANN, phone, "phone", "token", Timestamp(1))
        .await
        .unwrap();
    assert!(
        !tx.change_device(BOB, phone, None, Some(true))
            .await
            .unwrap()
    );
    assert!(
        tx.change_device(ANN, phone, None, Some(true))
            .await
            .unwrap()
    );
    assert!(tx.is_silenced(phone).await.unwrap());
    assert!(
        tx.change_device(ANN, phone, Some("tablet"), None)
            .await
            .unwrap()
    );
    let devices = tx.devices(ANN).await.unwrap();
    assert_eq!(
        (devices[0].name.as_str(), devices[0].silenced),
        ("tablet", true)
    );
}

/// M-4: what is deleted for both is gone from the database at once, also from the file where it is one.
#[tokio::test]
async fn what_is_deleted_for_both_is_nowhere() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let (before, after) = ("the words before", "the words after it was changed");
    tx.add_message(&message(ANN, BOB, "1", before))
        .await
        .unwrap();
    let mut voice = message(ANN, BOB, "2", "");
    voice.content = Content::Voice {
        seconds: 3,
        media_type: "audio/webm",
        sound: b"the sound of a voice",
    };
    tx.add_message(&voice).await.unwrap();
    tx.commit().await.unwrap();
    let which = |seq, hidden| OwnEntry {
        me: ANN,
        other: BOB,
        seq,
        hidden,
        at: Timestamp(9),
    };
    let mut tx = world.store.write().await.unwrap();
    // First as somebody blocked: that leaves a text of its own.
    tx.edit_message(&which(1, true), "for nobody but ann")
        .await
        .unwrap();
    tx.edit_message(&which(1, false), after).await.unwrap();
    for seq in [1, 2] {
        let left = tx.delete_for_both(&which(seq, false)).await.unwrap();
        assert_eq!(left.unwrap().body, EntryBody::Deleted {});
        assert!(tx.sound(BOB, ANN, seq).await.unwrap().is_none());
    }
    assert_eq!(tx.sound_of(ANN).await.unwrap(), 0);
    assert!(tx.wrote(ANN, BOB).await.unwrap());
    assert_eq!(tx.head(BOB, ANN).await.unwrap().unread, 0);
    tx.commit().await.unwrap();
    world.store.close().await;
    let kept = world.kept().await;
    for words in [before, after, "for nobody but ann", "the sound of a voice"] {
        let there = kept
            .windows(words.len())
            .any(|part| part == words.as_bytes());
        assert!(!there, "{words:?} is still there");
    }
}
