//! Copies of a database that is in use, and what can be said of one.

use crate::file;
use crate::raw::Raw;
use crate::world::{ANN, BOB, World, message};
use birdcall_store::{Options, Store, StoreError, snapshot};
use std::path::Path;

async fn raw(file: &Path, sql: &'static str) {
    Raw::of_file(file).run(sql).await;
}

#[tokio::test]
async fn a_copy_is_one_moment_and_sums_tell_any_change() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    tx.add_message(&message(ANN, BOB, "1", "committed"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let before = snapshot::contents(file::of(&world)).await.unwrap();
    // Somebody is writing while the copy is made, and nothing of it is in there.
    let mut tx = world.store.write().await.unwrap();
    tx.add_message(&message(ANN, BOB, "2", "not committed"))
        .await
        .unwrap();
    let copy = file::of(&world).with_file_name("copy.db");
    snapshot::copy(file::of(&world), &copy).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(snapshot::contents(&copy).await.unwrap(), before);
    assert_ne!(snapshot::contents(file::of(&world)).await.unwrap(), before);
    assert_eq!(snapshot::faults(&copy).await.unwrap(), Vec::<String>::new());
    assert_eq!(before.schema, snapshot::newest_schema());
    let rows = |name: &str| {
        before
            .tables
            .iter()
            .find(|one| one.name == name)
            .unwrap()
            .rows
    };
    assert_eq!((rows("people"), rows("entries")), (3, 1));

    // A place that is taken stays as it is.
    assert!(snapshot::copy(file::of(&world), &copy).await.is_err());
    // The same count, another word.
    raw(&copy, "UPDATE entries SET text = 'Committed'").await;
    let after = snapshot::contents(&copy).await.unwrap();
    let differ: Vec<&str> = before
        .tables
        .iter()
        .zip(&after.tables)
        .filter(|(one, other)| one != other)
        .map(|(one, _)| one.name.as_str())
        .collect();
    assert_eq!(differ, ["entries"]);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_known_and_not_opened() {
    let world = World::new().await;
    assert!(snapshot::facts(file::of(&world)).await.unwrap().wal);
    raw(
        file::of(&world),
        "INSERT INTO _sqlx_migrations VALUES (9999, 'later', '2040-01-01', TRUE, x'00', 1)",
    )
    .await;
    let facts = snapshot::facts(file::of(&world)).await.unwrap();
    assert_eq!(facts.schema, 9_999);
    let opened = Store::open(file::of(&world), &Options::default()).await;
    assert!(matches!(opened, Err(StoreError::Unavailable(_))));
    let nowhere = file::of(&world).with_file_name("nowhere.db");
    assert!(snapshot::facts(&nowhere).await.is_err());
    assert!(!nowhere.exists());
}
