//! What can befall a file: no more room, another process. And where a world's is.

use crate::world::{ANN, BOB, Home, World, message};
use birdcall_store::{Options, Races, StoreError};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) fn of(world: &World) -> &Path {
    match &world.home {
        Home::File { file, .. } => file,
        Home::Postgres(_) => panic!("this run is on files"),
    }
}

/// A full disk: SQLite answers the same when the database may not grow. Nothing is acknowledged that is not there,
/// and what was there stays.
#[tokio::test]
async fn a_full_database_acknowledges_nothing_it_does_not_keep() {
    let world = World::with(Options {
        max_pages: Some(160),
        ..Options::default()
    })
    .await;
    let text = "x".repeat(2_000);
    let (mut kept, mut refused) = (0_usize, 0_usize);
    for n in 0..200 {
        let key = n.to_string();
        let sent = async {
            let mut tx = world.store.write().await?;
            tx.add_message(&message(ANN, BOB, &key, &text)).await?;
            tx.commit().await
        };
        match sent.await {
            Ok(()) => kept += 1,
            Err(StoreError::Unavailable(_)) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(kept > 0 && refused > 0, "{kept} kept, {refused} refused");
    let mut reader = world.store.read().await.unwrap();
    let mut counted = 0;
    let mut before = None;
    loop {
        let (page, more) = reader.entries(ANN, BOB, before, 100).await.unwrap();
        counted += page.len();
        before = page.first().map(|entry| entry.seq);
        if !more {
            break;
        }
    }
    assert_eq!(counted, kept);
}

/// Another process holds the database: an error after the wait, and nothing is kept.
#[tokio::test]
async fn a_locked_database_gives_an_error() {
    let world = World::with(Options {
        lock_wait: Duration::from_millis(50),
        ..Options::default()
    })
    .await;
    let mut other = world.raw().await;
    other.run("BEGIN IMMEDIATE").await;
    let blocked = world.store.write().await;
    assert!(matches!(blocked.err(), Some(StoreError::Unavailable(_))));
    assert!(
        !world
            .store
            .read()
            .await
            .unwrap()
            .wrote(ANN, BOB)
            .await
            .unwrap()
    );
    other.run("ROLLBACK").await;
    let mut tx = world.store.write().await.unwrap();
    tx.add_message(&message(ANN, BOB, "1", "now"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Commits that are lost on purpose, for tests of what runs them again: nothing of them is there, and those that share a
/// commit with them are not touched.
#[tokio::test]
async fn a_commit_that_is_lost_on_purpose_is_taken_back_and_no_other() {
    let races = Races::default();
    let world = World::with(Options {
        races: Some(races.clone()),
        ..Options::default()
    })
    .await;
    races.set_every(3);
    let mut tasks = Vec::new();
    for n in 0..30 {
        let store = world.store.clone();
        tasks.push(tokio::spawn(async move {
            let key = n.to_string();
            let mut tx = store.write().await.unwrap();
            tx.add_message(&message(ANN, BOB, &key, "said"))
                .await
                .unwrap();
            tx.commit().await
        }));
    }
    let mut lost = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => {}
            Err(StoreError::Raced) => lost += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((lost, races.lost()), (10, 10));
    let mut reader = world.store.read().await.unwrap();
    let (kept, _) = reader.entries(ANN, BOB, None, 100).await.unwrap();
    assert_eq!(kept.len(), 20);
}

/// What could be taken back is kept in memory: a temporary file would hold texts of people, and needs a file that a
/// server with many sockets may not have.
#[tokio::test]
async fn a_large_change_opens_no_temporary_file() {
    const MESSAGES: u64 = 200;
    let world = World::new().await;
    let text = "x".repeat(3_000);
    let mut tx = world.store.write().await.unwrap();
    for n in 0..MESSAGES {
        tx.add_message(&message(ANN, BOB, &n.to_string(), &text))
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = world.store.write().await.unwrap();
    for seq in 1..=MESSAGES {
        assert!(tx.delete_entry(ANN, BOB, seq).await.unwrap());
        assert!(tx.delete_entry(BOB, ANN, seq).await.unwrap());
    }
    let temporary: Vec<PathBuf> = std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .flatten()
        .filter_map(|file| std::fs::read_link(file.path()).ok())
        // As SQLite calls them.
        .filter(|name| name.to_string_lossy().contains("etilqs_"))
        .collect();
    assert_eq!(temporary, Vec::<PathBuf>::new());
    tx.commit().await.unwrap();
}
