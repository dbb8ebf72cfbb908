//! Loss of power is not the end of a process: what was written and not synced is gone. A writer runs under strace, which
//! notes each write and each sync of the database's files; then the disk is put together as a loss of power would leave
//! it in the moment at which the message was acknowledged, the worst that is allowed: nothing but what was synced.

mod disk;

use crate::file;
use crate::world::{ANN, BOB, World, message};
use birdcall_protocol::body::EntryBody;
use birdcall_store::{Options, Store, Sync};
use disk::Disk;
use std::path::Path;
use std::process::Command;

/// Tells the writer, which is this same program, where to write and how.
const WRITER: &str = "BIRDCALL_TEST_WRITER";

/// Written to standard output once the message is acknowledged. A marker in what strace notes.
const ACKNOWLEDGED: &str = "acknowledged: a light in the dark";

/// Not a test by itself: what the tests below run under strace.
#[tokio::test]
async fn the_writer() {
    let Ok(how) = std::env::var(WRITER) else {
        return;
    };
    let (sync, file) = how.split_once(' ').unwrap();
    let options = Options {
        sync: match sync {
            "full" => Sync::Full,
            _ => Sync::Normal,
        },
        ..Options::default()
    };
    let store = Store::open(Path::new(file), &options).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.add_message(&message(ANN, BOB, "dark", "a light in the dark"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    println!("{ACKNOWLEDGED}");
    // Here the power goes: nothing is closed.
    std::process::abort();
}

/// Whether a message that was acknowledged is there after the power was lost.
async fn survives(sync: &str) -> bool {
    let world = World::new().await;
    world.store.close().await;
    // As it was before: all of it had been synced when the store was closed.
    let mut disk = Disk::of(file::of(&world).parent().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("strace");
    let output = Command::new("strace")
        .args(["-f", "-y", "-xx", "-s", "1000000", "-e"])
        .arg("trace=openat,lseek,write,pwrite64,fsync,fdatasync,ftruncate,unlink")
        .arg("-o")
        .arg(&notes)
        .arg(std::env::current_exe().unwrap())
        .args(["power::the_writer", "--exact", "--nocapture"])
        .env(WRITER, format!("{sync} {}", file::of(&world).display()))
        .output()
        .expect("strace is needed: on Debian, apt-get install strace");
    assert!(!output.status.success(), "the writer does not abort");
    let notes = std::fs::read_to_string(&notes).unwrap();
    assert!(
        disk.replay(&notes, ACKNOWLEDGED),
        "nothing was acknowledged"
    );
    let after = folder.path().join("after");
    disk.write_to(&after);
    let store = Store::open(&after.join("birdcall.db"), &Options::default())
        .await
        .unwrap();
    let mut reader = store.read().await.unwrap();
    let (entries, _) = reader.entries(BOB, ANN, None, 10).await.unwrap();
    let text = "a light in the dark".to_owned();
    entries
        .iter()
        .any(|entry| entry.body == EntryBody::Message { text: text.clone() })
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_loss_of_power() {
    assert!(survives("full").await);
}

/// The positive control: a server that did not wait for the disk would lose it.
#[tokio::test]
async fn without_waiting_for_the_disk_it_would_be_lost() {
    assert!(!survives("normal").await);
}
