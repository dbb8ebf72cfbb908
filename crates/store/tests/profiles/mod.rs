//! Pictures, finding people, look-alikes, reports and what the operator does.

use crate::world::{ANN, BOB, CLEO, World};
use birdcall_protocol::ids::BookEntryId;
use birdcall_protocol::report::{ReportReason, ReportState};
use birdcall_protocol::{DeviceId, Timestamp};
use birdcall_store::{
    Act, AvatarSize, Evidence, FollowList, Named, NewAct, NewAvatar, NewEntry, NewReportRow,
    StoreError, Tie, Whom,
};

const AT: Timestamp = Timestamp(7);

#[tokio::test]
async fn a_picture_is_there_by_its_newest_name_alone() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    for (token, byte) in [("a", 1), ("b", 2)] {
        let (small, large) = (&[byte][..], &[byte, byte][..]);
        let new = NewAvatar {
            token,
            small,
            large,
        };
        tx.set_avatar(ANN, &new).await.unwrap();
    }
    assert_eq!(tx.avatar("a", AvatarSize::Small).await.unwrap(), None);
    assert_eq!(
        tx.avatar("b", AvatarSize::Small).await.unwrap(),
        Some(vec![2])
    );
    assert_eq!(
        tx.avatar("b", AvatarSize::Large).await.unwrap(),
        Some(vec![2, 2])
    );
    let ann = tx.person_by_id(ANN).await.unwrap();
    assert_eq!(ann.summary().avatar.as_deref(), Some("b"));
    let taken = NewAvatar {
        token: "b",
        small: &[],
        large: &[],
    };
    let conflict = tx.set_avatar(BOB, &taken).await;
    assert!(matches!(conflict, Err(StoreError::Conflict)));
    tx.drop_avatar(ANN).await.unwrap();
    assert_eq!(tx.avatar("b", AvatarSize::Small).await.unwrap(), None);
    assert_eq!(tx.person_by_id(ANN).await.unwrap().avatar, None);
}

#[tokio::test]
async fn look_alikes_are_sought_among_ones_own_people_alone() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let named = Named {
        text: "Ann".into(),
        folded: " ann".into(),
        look: "ann".into(),
    };
    tx.set_name(CLEO, &named).await.unwrap();
    let alike = async |tx: &mut birdcall_store::Tx, me| {
        let found = tx.look_alike(me, CLEO, ["cleo", "ann"]).await.unwrap();
        found.map(|person| person.handle.to_string())
    };
    assert_eq!(alike(&mut tx, BOB).await, None);
    let entry = NewEntry {
        owner: BOB,
        id: BookEntryId::new(1),
        name: "",
        whom: Whom::Person(ANN),
        at: AT,
        import: None,
    };
    tx.add_to_book(&entry).await.unwrap();
    assert_eq!(alike(&mut tx, BOB).await.as_deref(), Some("ann"));
    // Whoever looks like oneself is not like somebody else.
    assert_eq!(alike(&mut tx, ANN).await, None);
    tx.clear_address_book(BOB).await.unwrap();
    tx.tie(BOB, ANN, Tie::Follow, AT).await.unwrap();
    assert_eq!(alike(&mut tx, BOB).await.as_deref(), Some("ann"));
    tx.tie(CLEO, ANN, Tie::Follow, AT).await.unwrap();
    let list = FollowList::Followers;
    let (first, more) = tx.follow_list(ANN, list, None, 1).await.unwrap();
    assert_eq!((first[0].id, more), (BOB, true));
    let after = Some(&first[0].handle);
    let (second, more) = tx.follow_list(ANN, list, after, 1).await.unwrap();
    assert_eq!((second[0].id, more), (CLEO, false));
    let counts = tx.follow_counts(ANN).await.unwrap();
    assert_eq!((counts.followers, counts.following), (2, 0));
}

#[tokio::test]
async fn reports_are_numbered_and_carry_their_evidence() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let evidence = [Evidence {
        seq: 4,
        at: AT,
        author: "bob".parse().unwrap(),
        body: "{\"type\":\"voice\",\"seconds\":1}".into(),
        media: Some(("audio/ogg".into(), vec![1, 2])),
    }];
    for number in 1..=2 {
        let new = NewReportRow {
            reporter: ANN,
            about: BOB,
            reason: ReportReason::SelfHarm,
            words: "look",
            evidence: &evidence,
            at: AT,
        };
        assert_eq!(tx.add_report(&new).await.unwrap(), number);
    }
    assert_eq!(tx.evidence(2).await.unwrap(), evidence);
    tx.answer_report(1, "seen", AT).await.unwrap();
    tx.close_report(1).await.unwrap();
    let open = tx.reports(Some(ReportState::Open)).await.unwrap();
    assert_eq!(open.iter().map(|row| row.number).collect::<Vec<_>>(), [2]);
    assert_eq!(tx.reports(None).await.unwrap().len(), 2);
    let mine = tx.reports_by(ANN, 10).await.unwrap();
    assert_eq!(mine[1].answer.as_deref(), Some("seen"));
    assert_eq!(
        (mine[0].entries, mine[0].reason),
        (1, ReportReason::SelfHarm)
    );
    assert!(tx.reports_by(BOB, 10).await.unwrap().is_empty());
    assert_eq!(tx.report(3).await.unwrap(), None);
}

#[tokio::test]
async fn a_closed_account_has_no_sessions_and_the_trail_says_who_did_it() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    tx.add_device(BOB, DeviceId::new(1), "B", "token", AT)
        .await
        .unwrap();
    tx.set_disabled(BOB, Some(AT)).await.unwrap();
    assert!(tx.is_disabled(BOB).await.unwrap());
    assert!(tx.signed_in("token").await.unwrap().is_none());
    for act in [Act::Disable, Act::Enable] {
        let new = NewAct {
            who: "olga (uid 0)",
            act,
            person: Some(BOB),
            report: None,
            words: "",
            at: AT,
        };
        tx.add_act(&new).await.unwrap();
    }
    tx.set_disabled(BOB, None).await.unwrap();
    assert!(!tx.is_disabled(BOB).await.unwrap());
    let trail = tx.acts_after(1).await.unwrap();
    assert_eq!((trail[0].number, trail[0].act), (2, Act::Enable));
    assert_eq!(trail[0].who, "olga (uid 0)");
    assert_eq!(tx.newest_act().await.unwrap(), 2);
    tx.warn(BOB, "first", Timestamp(1)).await.unwrap();
    tx.warn(BOB, "second", Timestamp(2)).await.unwrap();
    assert!(!tx.warning_read(BOB, Timestamp(1)).await.unwrap());
    assert_eq!(tx.warning(BOB).await.unwrap().unwrap().words, "second");
    assert!(tx.warning_read(BOB, Timestamp(2)).await.unwrap());
    assert_eq!(tx.warning(BOB).await.unwrap(), None);
}
