//! Pictures in messages: made anew without metadata, seen by the two, gone with the message.

use super::app::{Answer, Device, TestApp};
use image::{ImageFormat, Rgb, RgbImage};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::io::Cursor;

/// A PNG of a size, with a text inside of the file that says where it was taken.
fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x % 251) as u8, (y % 241) as u8, 90])
    });
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .unwrap();
    bytes
}

async fn send(
    device: &Device,
    to: &str,
    key: &str,
    file: Vec<u8>,
    more: &[(&str, &str)],
) -> Answer {
    let form = Form::new()
        .text("key", key.to_owned())
        .part("picture", Part::bytes(file).file_name("holiday.png"));
    let form = more.iter().fold(form, |form, (name, value)| {
        form.text((*name).to_owned(), (*value).to_owned())
    });
    device
        .send_form(&format!("/conversations/{to}/picture"), form)
        .await
}

async fn entries(device: &Device, with: &str) -> Vec<Value> {
    let page = device.get(&format!("/conversations/{with}/entries")).await;
    page["entries"].as_array().unwrap().clone()
}

fn file(with: &str, seq: u64, size: &str) -> String {
    format!("/conversations/{with}/entries/{seq}/picture?size={size}")
}

#[tokio::test]
async fn a_picture_arrives_in_two_sizes_and_goes_with_its_message() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut b = bob.socket().await;
    let words = [("text", "look"), ("alt", "a gradient"), ("reply_to", "2")];
    let entry = send(&ann, "bob", "p1", png(3_000, 1_500), &words)
        .await
        .expect(StatusCode::CREATED);
    assert_eq!(
        entry["body"],
        json!({"type": "picture", "width": 2_048, "height": 1_024, "text": "look", "alt": "a gradient"})
    );
    assert_eq!(entry["reply_to"]["seq"], 2);
    assert_eq!(b.until("entry").await["entry"], entry);
    let seq = entry["seq"].as_u64().unwrap();
    for (size, width, height) in [("whole", 2_048, 1_024), ("thumb", 480, 240)] {
        let (kind, bytes) = bob.get_bytes(&file("ann", seq, size)).await;
        assert_eq!(kind, "image/jpeg");
        let picture = image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).unwrap();
        assert_eq!((picture.width(), picture.height()), (width, height));
    }
    // The same key is the same message; one picture, counted once.
    let again = send(&ann, "bob", "p1", png(3_000, 1_500), &words).await;
    assert_eq!(again.expect(StatusCode::CREATED), entry);
    send(&ann, "bob", "p1", png(30, 15), &[])
        .await
        .refused(StatusCode::CONFLICT, "key_reused");
    let cleo = app.sign_up("cleo").await;
    for (who, with) in [(&cleo, "ann"), (&cleo, "bob")] {
        who.ask(Method::GET, &file(with, seq, "whole"), None)
            .await
            .refused(StatusCode::NOT_FOUND, "not_found");
    }
    // Deleted for both, it is gone for both, and from the database.
    ann.delete(&format!("/conversations/bob/entries/{seq}/for-both"))
        .await
        .expect(StatusCode::OK);
    for (who, with) in [(&ann, "bob"), (&bob, "ann")] {
        who.ask(Method::GET, &file(with, seq, "thumb"), None)
            .await
            .refused(StatusCode::NOT_FOUND, "not_found");
    }
    let mut reader = app.running.app.store.read().await.unwrap();
    let author = reader.person(&"ann".parse().unwrap()).await.unwrap();
    assert_eq!(reader.pictures_of(author.unwrap().id).await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_changes_nothing() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    send(&ann, "bob", "1", b"<svg onload=alert(1)>".to_vec(), &[])
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_picture");
    for (more, status, code) in [
        (
            ("text", "x".repeat(1_001)),
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
        ),
        (
            ("alt", "x".repeat(501)),
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
        ),
        (
            ("reply_to", "one".into()),
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad_input",
        ),
        (
            ("reply_to", "99".into()),
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad_input",
        ),
        (
            ("more", "x".into()),
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad_input",
        ),
    ] {
        send(&ann, "bob", "2", png(8, 8), &[(more.0, &more.1)])
            .await
            .refused(status, code);
    }
    send(
        &ann,
        "bob",
        "3",
        vec![0xFF; 12 * 1024 * 1024 + 200_000],
        &[],
    )
    .await
    .refused(StatusCode::PAYLOAD_TOO_LARGE, "too_large");
    ann.post("/conversations/bob/picture", json!({}))
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_input");
    send(&ann, "nobody", "4", png(8, 8), &[])
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    ann.ask(Method::GET, &file("bob", 1, "whole"), None)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    assert_eq!(entries(&bob, "ann").await.len(), 2);
    // Blank words are no words.
    let entry = send(&ann, "bob", "5", png(8, 8), &[("text", "  "), ("alt", "")])
        .await
        .expect(StatusCode::CREATED);
    assert_eq!(
        entry["body"],
        json!({"type": "picture", "width": 8, "height": 8})
    );
}

/// C-1: a picture alone is not typed; words to it are. C-6: a blocked person's picture is seen by nobody else.
#[tokio::test]
async fn a_picture_is_no_first_message_and_reaches_nobody_through_a_block() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    bob.follow(&ann).await;
    send(&bob, "ann", "1", png(8, 8), &[])
        .await
        .expect(StatusCode::CREATED);
    ann.invite("bob", "audio")
        .await
        .refused(StatusCode::FORBIDDEN, "first_message_needed");
    send(&bob, "ann", "2", png(8, 8), &[("text", "call me")])
        .await
        .expect(StatusCode::CREATED);
    ann.invite("bob", "audio").await.expect(StatusCode::CREATED);
    bob.block(&ann).await;
    let seen = entries(&bob, "ann").await;
    let entry = send(&ann, "bob", "3", png(8, 8), &[])
        .await
        .expect(StatusCode::CREATED);
    let seq = entry["seq"].as_u64().unwrap();
    ann.get_bytes(&file("bob", seq, "thumb")).await;
    bob.ask(Method::GET, &file("ann", seq, "thumb"), None)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    assert!(entries(&bob, "ann").await.len() <= seen.len() + 1);
    assert!(entries(&bob, "ann").await.iter().all(|it| it["seq"] != seq));
}
