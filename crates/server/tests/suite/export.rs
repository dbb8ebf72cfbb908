//! All that is one's own, as one file, and nothing of another.

use super::app::{Device, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

async fn export(device: &Device) -> BTreeMap<String, Vec<u8>> {
    let (kind, bytes) = device.get_bytes("/me/export").await;
    assert_eq!(kind, "application/zip");
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut file = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_has_all_that_is_ones_own_and_nothing_else() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let eve = app.sign_up("eve").await;
    bob.ask(
        Method::PATCH,
        "/me",
        Some(json!({"bio": "bob's secret bio"})),
    )
    .await
    .expect(StatusCode::OK);
    // Hidden from ann, who has blocked her; nothing of it may show.
    ann.block(&eve).await;
    eve.write(&ann, "hidden words").await;
    // 250 more than one page holds.
    for number in 0..250 {
        if number % 50 == 0 {
            app.advance(60);
        }
        bob.write(&ann, &format!("message {number}")).await;
    }
    let sound = b"\x1A\x45\xDF\xA3..webm....A_OPUS....".repeat(20);
    let voice = bob
        .send_bytes("/conversations/ann/voice?key=v&seconds=3", sound.clone())
        .await
        .expect(StatusCode::CREATED);
    let files = export(&ann).await;
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let seq = voice["seq"].as_u64().unwrap();
    let voice = format!("conversations/bob/{seq}.webm");
    assert_eq!(
        names,
        [
            "README.txt",
            "address-book.json",
            "call-exceptions.json",
            "calls.json",
            "conversations/bob.json",
            voice.as_str(),
            "devices.json",
            "people.json",
            "profile.json",
            "unrung-calls.json",
        ]
    );
    assert_eq!(files[&voice], sound);
    let read = |name: &str| serde_json::from_slice::<Value>(&files[name]).unwrap();
    let entries = read("conversations/bob.json");
    let entries = entries.as_array().unwrap();
    assert_eq!(entries.len(), 253);
    assert_eq!(entries[252]["body"]["text"], "hello");
    assert_eq!(entries[1]["body"]["text"], "message 249");
    let seqs: Vec<u64> = entries.iter().map(|e| e["seq"].as_u64().unwrap()).collect();
    assert!(seqs.windows(2).all(|pair| pair[0] > pair[1]), "{seqs:?}");
    assert_eq!(read("profile.json")["handle"], "ann");
    let people = read("people.json");
    assert_eq!(people["following"][0]["handle"], "bob");
    assert_eq!(people["blocked"][0]["handle"], "eve");
    let whole: String = files
        .iter()
        .filter(|(name, _)| name.ends_with(".json"))
        .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
        .collect();
    for secret in ["hidden words", "secret bio", "argon2", "127.0.0.1"] {
        assert!(!whole.contains(secret), "{secret} is in it");
    }
    // Nothing is left of it on the disk.
    let left = std::fs::read_dir(&app.running.app.config.data).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().starts_with("export")),
        "{left:?}"
    );
    // Three, then a while nothing.
    for _ in 0..2 {
        export(&ann).await;
    }
    ann.ask(Method::GET, "/me/export", None)
        .await
        .refused(StatusCode::TOO_MANY_REQUESTS, "too_many");
}
