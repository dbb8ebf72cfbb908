//! Backups made while people write and call, and instances made out of them.

use super::app::Device;
use super::process::{Program, birdcall};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io::{Cursor, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

fn backup(data: &Path, to: &Path) -> Output {
    birdcall(data)
        .args(["backup", "--to"])
        .arg(to)
        .output()
        .unwrap()
}

fn restore(from: &Path, data: &Path) -> Output {
    birdcall(data)
        .args(["restore", "--from"])
        .arg(from)
        .output()
        .unwrap()
}

#[track_caller]
fn said(output: &Output, good: bool) -> String {
    let text = String::from_utf8_lossy(if good { &output.stdout } else { &output.stderr });
    assert_eq!(
        output.status.success(),
        good,
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text.into_owned()
}

/// What is in a folder, without the lock of who was there.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name != "birdcall.lock")
        .collect();
    names.sort();
    names
}

/// The data folder of a server that has people and messages, and a backup of it.
async fn instance() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(&folder.path().join("data"), &["--demo"]);
    let ann = program.sign_in("ann").await;
    ann.write(&Device::at("").named("bob"), "before the backup")
        .await;
    // Most of the file is to be something: of the nothing in a young database a changed byte can stand for the same.
    for n in 0..8 {
        let text: String = (0..100)
            .map(|m| {
                format!(
                    "{:016x}",
                    BuildHasherDefault::<DefaultHasher>::default().hash_one((n, m))
                )
            })
            .collect();
        ann.write(&Device::at("").named("bob"), &text).await;
    }
    let file = folder.path().join("backup.zip");
    said(&backup(&folder.path().join("data"), &file), true);
    (folder, file)
}

async fn texts(me: &Device, other: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut before = String::new();
    loop {
        let page = me
            .get(&format!("/conversations/{other}/entries?limit=100{before}"))
            .await;
        let entries = page["entries"].as_array().unwrap();
        texts.extend(
            entries
                .iter()
                .filter_map(|entry| entry["body"]["text"].as_str().map(str::to_owned)),
        );
        if page["more"] != true {
            return texts;
        }
        before = format!("&before={}", entries[0]["seq"]);
    }
}

/// M-4 for an instance: what was acknowledged before the backup began is in it, once, and people can sign in and call.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_busy_server_holds_all_that_was_acknowledged_before() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut program = Program::start(&data, &["--demo"]);
    let ann = program.sign_in("ann").await;
    let cookie = ann.cookie().unwrap();
    let mut socket = ann.socket().await;
    let enough = Arc::new(AtomicBool::new(false));
    let (told, mut hear) = tokio::sync::mpsc::unbounded_channel();
    let stop = Arc::clone(&enough);
    let writer = tokio::spawn(async move {
        let mut count = 0;
        while !stop.load(Ordering::Relaxed) {
            let text = format!("message {count}");
            socket
                .send(
                    json!({"type": "send", "key": format!("k{count}"), "to": "bob", "text": text}),
                )
                .await;
            let answer = loop {
                let frame = socket.next().await;
                if frame["type"] == "sent" || frame["type"] == "refused" {
                    break frame;
                }
            };
            if answer["type"] == "sent" {
                told.send(text).unwrap();
                count += 1;
            } else {
                // As fast as a person may write: then ten a second.
                assert_eq!(answer["code"], "too_many");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        count
    });
    let mut acknowledged = Vec::new();
    while acknowledged.len() < 60 {
        acknowledged.push(hear.recv().await.unwrap());
    }
    let backups = folder.path().join("backups");
    // Once what may be written at once is used up, a backup can be faster than the next message.
    let (line, during) = loop {
        while let Ok(text) = hear.try_recv() {
            acknowledged.push(text);
        }
        let _ = fs::remove_dir_all(&backups);
        fs::create_dir(&backups).unwrap();
        let (from, to) = (data.clone(), backups.clone());
        let output = tokio::task::spawn_blocking(move || backup(&from, &to)).await;
        let line = said(&output.unwrap(), true);
        if !hear.is_empty() {
            break (line, hear.len());
        }
    };
    enough.store(true, Ordering::Relaxed);
    let written = writer.await.unwrap();
    program.kill();

    let [name] = &names(&backups)[..] else {
        panic!("{:?}", names(&backups))
    };
    let file = backups.join(name);
    assert!(
        line.contains(name.as_str()) && line.contains("rows"),
        "{line}"
    );
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);

    let other = folder.path().join("restored");
    let line = said(&restore(&file, &other), true);
    assert!(line.contains("restored and checked"), "{line}");
    assert_eq!(names(&other), ["birdcall.db", "node.key"]);
    for name in names(&other) {
        let mode = other.join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(
        fs::read(other.join("node.key")).unwrap(),
        fs::read(data.join("node.key")).unwrap()
    );
    let program = Program::start(&other, &[]);
    // By password, and with the session from before.
    let bob = program.sign_in("bob").await;
    let ann = Device::at(program.url()).with_cookie(cookie).named("ann");
    assert_eq!(ann.get("/me").await["handle"], "ann");
    let kept = texts(&bob, "ann").await;
    for text in &acknowledged {
        assert_eq!(kept.iter().filter(|one| *one == text).count(), 1, "{text}");
    }
    println!("{written} messages, {during} of them while the backup was made");
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_accept", &call).await;
    let started = a.until("call_started").await;
    assert!(
        started["ice_servers"][0]["credential"].is_string(),
        "{started}"
    );
    a.press("call_hang_up", &call).await;
    b.until("call_ended").await;
}

/// Whatever becomes of a file on its way: it is refused with a sentence, or nothing that counts was changed.
#[tokio::test]
async fn a_backup_that_is_not_whole_is_refused_and_leaves_nothing() {
    let (folder, file) = instance().await;
    let bytes = fs::read(&file).unwrap();
    let bad = folder.path().join("bad.zip");
    let target = folder.path().join("target");
    let whole = folder.path().join("whole");
    said(&restore(&file, &whole), true);

    for length in [0, 1, 100, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&bad, &bytes[..length]).unwrap();
        let why = said(&restore(&bad, &target), false);
        assert!(why.contains("not a whole backup"), "{length}: {why}");
        assert!(!target.exists(), "{length}");
    }
    // A byte somewhere, the manifest's at the front and the directory's at the end among them.
    let mut refused = 0;
    let places = (0..24).map(|n| n * (bytes.len() - 1) / 23);
    for place in places.clone() {
        let mut other = bytes.clone();
        other[place] ^= 0x10;
        fs::write(&bad, other).unwrap();
        let output = restore(&bad, &target);
        if output.status.success() {
            for name in names(&whole) {
                let same =
                    fs::read(whole.join(&name)).unwrap() == fs::read(target.join(&name)).unwrap();
                assert!(same, "{place}: {name}");
            }
            fs::remove_dir_all(&target).unwrap();
        } else {
            refused += 1;
            let why = said(&output, false);
            assert!(why.contains("bad.zip"), "{place}: {why}");
            assert!(!target.exists(), "{place}");
        }
    }
    assert!(refused > 18, "{refused} of {} were noticed", places.count());
}

/// A backup with another manifest, whose own checksums are right.
fn with_manifest(file: &Path, to: &Path, change: impl Fn(&mut Value)) {
    let mut from = ZipArchive::new(File::open(file).unwrap()).unwrap();
    let mut into = ZipWriter::new(Cursor::new(Vec::new()));
    for place in 0..from.len() {
        let mut held = from.by_index(place).unwrap();
        let mut bytes = Vec::new();
        held.read_to_end(&mut bytes).unwrap();
        let name = held.name().unwrap().into_owned();
        if name == "manifest.json" {
            let mut manifest = serde_json::from_slice(&bytes).unwrap();
            change(&mut manifest);
            bytes = serde_json::to_vec(&manifest).unwrap();
        }
        into.start_file(name, SimpleFileOptions::default()).unwrap();
        into.write_all(&bytes).unwrap();
    }
    fs::write(to, into.finish().unwrap().into_inner()).unwrap();
}

#[tokio::test]
async fn a_backup_of_a_newer_version_or_with_other_rows_is_refused() {
    let (folder, file) = instance().await;
    let other = folder.path().join("other.zip");
    let target = folder.path().join("target");
    let table = |manifest: &mut Value, key: &str, value: Value| {
        let tables = manifest["tables"].as_array_mut().unwrap();
        let entries = tables.iter_mut().find(|one| one["name"] == "entries");
        entries.unwrap()[key] = value;
    };
    // The positive control: with the manifest as it was, it goes.
    with_manifest(&file, &other, |_| ());
    said(&restore(&other, &target), true);
    fs::remove_dir_all(&target).unwrap();
    let refused = |change: &dyn Fn(&mut Value), sentence: &str| {
        with_manifest(&file, &other, change);
        let why = said(&restore(&other, &target), false);
        assert!(why.contains(sentence), "{why}");
        assert!(!target.exists());
    };
    refused(
        &|manifest| manifest["form"] = json!(2),
        "newer version of birdcall",
    );
    refused(
        &|manifest| manifest["schema"] = json!(9_999),
        "newer version of birdcall",
    );
    refused(&|manifest| manifest["schema"] = json!(1), "damaged");
    refused(
        &|manifest| table(manifest, "rows", json!(0)),
        "entries is not as it was",
    );
    refused(
        &|manifest| table(manifest, "sum", json!("0")),
        "entries is not as it was",
    );
    refused(
        &|manifest| manifest["files"][0]["name"] = json!("../../birdcall.db"),
        "not a backup",
    );
    let entirely = |manifest: &mut Value| *manifest = json!({"hello": "there"});
    refused(&entirely, "not a backup");
}

#[tokio::test]
async fn nothing_that_is_there_is_written_over() {
    let (folder, file) = instance().await;
    let data = folder.path().join("data");
    let why = said(&backup(&data, &file), false);
    assert!(why.contains("is there already"), "{why}");
    let why = said(&restore(&file, &data), false);
    assert!(why.contains("is not empty"), "{why}");
    let nowhere = folder.path().join("nowhere");
    let why = said(&backup(&nowhere, &folder.path().join("b.zip")), false);
    assert!(why.contains("there is no"), "{why}");
    let why = said(&backup(&data, &nowhere.join("b.zip")), false);
    assert!(why.contains("cannot write"), "{why}");
    assert!(!nowhere.exists());
    // A server runs there: an empty folder is not free when somebody holds it.
    let program = Program::start(&nowhere, &[]);
    let why = said(&restore(&file, &nowhere), false);
    assert!(why.contains("another birdcall runs"), "{why}");
    drop(program);
}

/// Killed at any moment, a restore leaves a folder that no server takes for whole, and the next restore makes it so.
#[tokio::test]
async fn a_restore_that_is_killed_leaves_nothing_half() {
    let (folder, file) = instance().await;
    let target = folder.path().join("target");
    let mut seen = Vec::new();
    for wait in 0..40 {
        let mut child = birdcall(&target)
            .args(["restore", "--from"])
            .arg(&file)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(wait * 4));
        let _ = child.kill();
        let whole = child.wait().unwrap().success();
        let names = names(&target);
        let unfinished = names.iter().any(|name| name == "restoring");
        assert!(
            whole || unfinished || names.is_empty() || names == ["birdcall.db", "node.key"],
            "{names:?}"
        );
        seen.push(unfinished);
        if whole {
            break;
        }
        if names == ["birdcall.db", "node.key"] {
            fs::remove_dir_all(&target).unwrap();
        }
    }
    println!(
        "{} of {} kills came in the middle",
        seen.iter().filter(|one| **one).count(),
        seen.len()
    );
    let _ = fs::remove_dir_all(&target);

    // The worst moment, made by hand: the key is in its place, the database not yet.
    fs::create_dir_all(target.join("restoring")).unwrap();
    fs::write(target.join("node.key"), "half").unwrap();
    let output = birdcall(&target)
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--relay-listen",
            "127.0.0.1:0",
        ])
        .output()
        .unwrap();
    let why = said(&output, false);
    assert!(why.contains("birdcall restore"), "{why}");
    said(&restore(&file, &target), true);
    let program = Program::start(&target, &[]);
    let bob = program.sign_in("bob").await;
    assert!(
        texts(&bob, "ann")
            .await
            .contains(&"before the backup".into())
    );
}

#[tokio::test]
async fn what_a_killed_backup_left_is_cleared_by_the_next() {
    let (folder, file) = instance().await;
    let (data, to) = (folder.path().join("data"), folder.path().join("to"));
    fs::create_dir(&to).unwrap();
    // One that was killed, and one at work: somebody holds its lock.
    for name in [".birdcall-backup-1", ".birdcall-backup-2"] {
        fs::create_dir(to.join(name)).unwrap();
        fs::write(to.join(name).join("lock"), "").unwrap();
    }
    let held = File::open(to.join(".birdcall-backup-2/lock")).unwrap();
    held.lock().unwrap();
    said(&backup(&data, &to.join("b.zip")), true);
    assert_eq!(names(&to), [".birdcall-backup-2", "b.zip"]);
    // Of the same server at rest, the same is written.
    let size = |file: &Path| file.metadata().unwrap().len();
    assert!(size(&to.join("b.zip")).abs_diff(size(&file)) < 4_096);
}

/// What was deleted is not in a backup either (M-4).
#[tokio::test]
async fn a_backup_holds_nothing_that_was_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &["--demo"]);
    let ann = program.sign_in("ann").await;
    let bob = Device::at("").named("bob");
    ann.write(&bob, "stays where it is").await;
    ann.write(&bob, "goes without trace").await;
    let page = ann.get("/conversations/bob/entries").await;
    let last = page["entries"].as_array().unwrap().last().unwrap()["seq"].clone();
    ann.delete(&format!("/conversations/bob/entries/{last}/for-both"))
        .await
        .expect(StatusCode::OK);
    let file = folder.path().join("b.zip");
    said(&backup(folder.path(), &file), true);
    let mut archive = ZipArchive::new(File::open(&file).unwrap()).unwrap();
    let mut bytes = Vec::new();
    archive
        .by_name("birdcall.db")
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    let holds = |text: &str| {
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    assert!(holds("stays where it is"));
    assert!(!holds("goes without trace"));
}
