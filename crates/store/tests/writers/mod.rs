//! Several writers at once.

use crate::world::{self, ANN, BOB, CLEO, World, message};
use birdcall_protocol::Timestamp;
use birdcall_protocol::quiet::Quiet;
use birdcall_store::{Act, Added, NewAct, Options, StoreError};
use std::time::Duration;

/// Two who looked and each write what the other has looked at: one order has to be there.
#[tokio::test]
async fn of_two_who_look_and_then_write_one_has_to_look_again() {
    let world = World::new().await;
    lose_a_race(&world).await;
    let mut reader = world.store.read().await.unwrap();
    assert!(reader.quiet(ANN).await.unwrap().on);
    assert!(!reader.quiet(BOB).await.unwrap().on);
}

/// Ann's and Bob's quiet are each set by what the other's is; Bob's loses.
async fn lose_a_race(world: &World) {
    let (mut one, mut other) = (
        world.store.write().await.unwrap(),
        world.store.write().await.unwrap(),
    );
    let set = async |tx: &mut birdcall_store::Tx, me, who| -> Result<(), StoreError> {
        let quiet = tx.quiet(who).await?;
        tx.set_quiet(
            me,
            &Quiet {
                on: !quiet.on,
                ..quiet
            },
        )
        .await
    };
    set(&mut one, ANN, BOB).await.unwrap();
    let second = set(&mut other, BOB, ANN).await;
    one.commit().await.unwrap();
    let second = match second {
        Ok(()) => other.commit().await,
        Err(error) => Err(error),
    };
    assert!(second.unwrap_err().is_raced());
}

/// Whoever loses at its commit has no transaction any more, and PostgreSQL is not told to end one.
#[tokio::test]
async fn a_race_that_is_lost_leaves_no_warning_and_a_connection_that_is_free() {
    let world = World::with(Options {
        lock_wait: Duration::from_millis(20),
        ..Options::default()
    })
    .await;
    for _ in 0..10 {
        lose_a_race(&world).await;
    }
    // A failure before the commit leaves a transaction that has to be ended.
    let (mut one, mut other) = (
        world.store.write().await.unwrap(),
        world.store.write().await.unwrap(),
    );
    one.set_quiet(ANN, &Quiet::default()).await.unwrap();
    other.set_quiet(ANN, &Quiet::default()).await.unwrap_err();
    other.commit().await.unwrap_err();
    one.commit().await.unwrap();
    for _ in 0..10 {
        let mut tx = world.store.write().await.unwrap();
        tx.quiet(ANN).await.unwrap();
        tx.commit().await.unwrap();
    }
    // Waits for what goes on after a drop.
    world.store.close().await;
    let log = birdcall_testing_postgres::shared().log();
    assert!(!log.contains("no transaction in progress"), "{log}");
    assert!(!log.contains("already a transaction"), "{log}");
}

/// The same message, sent twice at the same time: it stands once, and both are told so.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_sent_twice_at_once_stands_once() {
    let world = World::new().await;
    for round in 0..20_u32 {
        let key = round.to_string();
        let tasks: Vec<_> = (0..3)
            .map(|_| {
                let (store, key) = (world.store.clone(), key.clone());
                tokio::spawn(async move {
                    world::again(|| async {
                        let mut tx = store.write().await?;
                        // The conversation is new in the first round.
                        let added = tx.add_message(&message(BOB, CLEO, &key, "hello")).await?;
                        tx.commit().await?;
                        Ok(added)
                    })
                    .await
                })
            })
            .collect();
        let mut fresh = 0;
        for task in tasks {
            match task.await.unwrap() {
                Added::Fresh(entry) | Added::Again(entry) if entry.seq != u64::from(round) + 1 => {
                    panic!("{entry:?} in round {round}")
                }
                Added::Fresh(_) => fresh += 1,
                Added::Again(_) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(fresh, 1, "round {round}");
    }
}

/// Numbers that count up have no gaps and none twice, whoever counts.
#[tokio::test(flavor = "multi_thread")]
async fn acts_at_the_same_time_are_numbered_one_by_one() {
    let world = World::new().await;
    let tasks: Vec<_> = (0..24)
        .map(|_| {
            let store = world.store.clone();
            tokio::spawn(async move {
                world::again(|| async {
                    let mut tx = store.write().await?;
                    tx.add_act(&NewAct {
                        who: "root",
                        act: Act::Warn,
                        person: Some(ANN),
                        report: None,
                        words: "",
                        at: Timestamp(1),
                    })
                    .await?;
                    tx.commit().await
                })
                .await;
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let acts = world
        .store
        .read()
        .await
        .unwrap()
        .acts_after(0)
        .await
        .unwrap();
    let numbers: Vec<u64> = acts.iter().map(|act| act.number).collect();
    assert_eq!(numbers, (1..=24).collect::<Vec<u64>>());
}

/// A statement that failed has undone everything before it: what is committed after it is nothing, and is not said to be
/// something.
#[tokio::test]
async fn a_transaction_in_which_something_failed_is_not_committed() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    tx.add_message(&message(ANN, BOB, "1", "lost"))
        .await
        .unwrap();
    // No text of PostgreSQL's has this character.
    let failed = tx.add_message(&message(ANN, BOB, "2", "\0")).await;
    assert!(failed.is_err());
    assert!(tx.commit().await.is_err());
    let mut reader = world.store.read().await.unwrap();
    assert!(
        reader
            .entries(ANN, BOB, None, 9)
            .await
            .unwrap()
            .0
            .is_empty()
    );
}

/// More at once than there are connections: they wait, and a dropped one gives its place back.
#[tokio::test(flavor = "multi_thread")]
async fn transactions_that_are_dropped_free_their_connections() {
    let world = World::new().await;
    for round in 0..50 {
        let mut tx = world.store.write().await.unwrap();
        let key = round.to_string();
        tx.add_message(&message(ANN, BOB, &key, "never"))
            .await
            .unwrap();
    }
    let mut tx = world.store.write().await.unwrap();
    assert!(!tx.has_talked(ANN, BOB).await.unwrap());
    tx.add_message(&message(ANN, BOB, "k", "now"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Nodes are brought up to date one after the other: one of the version before starts again on what a newer one has made
/// of the schema.
#[tokio::test]
async fn a_schema_with_more_in_it_than_is_known_is_worked_with() {
    let world = World::new().await;
    let mut raw = world.raw().await;
    raw.run(
        "ALTER TABLE people ADD COLUMN mood TEXT NOT NULL DEFAULT ''; \
         CREATE TABLE moods (person BIGINT NOT NULL PRIMARY KEY REFERENCES people (id)); \
         INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'moods', TRUE, '', 1)",
    )
    .await;
    let before = world.open_again().await;
    let mut tx = before.write().await.unwrap();
    let dora = "dora".parse().unwrap();
    tx.add_person(&world::person(birdcall_protocol::PersonId::new(4), &dora))
        .await
        .unwrap();
    tx.add_message(&message(ANN, BOB, "1", "still"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    before.close().await;
}

/// Servers that know of each other share a database, one that knows of nobody has it alone (and is let go of at once).
#[tokio::test]
async fn a_server_that_is_alone_is_not_let_onto_a_database_with_others() {
    let world = World::new().await;
    let (node, other) = (world.open_again().await, world.open_again().await);
    assert!(node.claim(false).await.unwrap());
    assert!(other.claim(false).await.unwrap());
    assert!(!world.store.claim(true).await.unwrap());
    node.close().await;
    assert!(!world.store.claim(true).await.unwrap());
    other.close().await;
    assert!(world.store.claim(true).await.unwrap());
    let late = world.open_again().await;
    assert!(!late.claim(false).await.unwrap());
    assert!(!late.claim(true).await.unwrap());
}
