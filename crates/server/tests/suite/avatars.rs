//! Pictures of people (M-2, P-6): who sees them, what is left of the file, and what a hostile file can do.

use super::app::{Device, TestApp};
use super::pictures as made;
use super::process::Program;
use birdcall_server::picture::{Shape, render};
use proptest::prelude::*;
use reqwest::StatusCode;
use serde_json::Value;

impl Device {
    async fn put_bytes(&self, path: &str, bytes: Vec<u8>) -> super::app::Answer {
        self.bytes_by(reqwest::Method::PUT, path, bytes).await
    }
}

fn token(person: &Value) -> Option<String> {
    person["avatar"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn a_picture_is_seen_by_others_and_has_another_name_each_time() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut b = bob.socket().await;
    let me = ann.put_bytes("/me/avatar", made::jpeg(800, 600)).await;
    let first = token(&me.expect(StatusCode::OK)).unwrap();
    assert_eq!(first.len(), 32);
    for seen in [
        bob.get("/people/ann").await,
        bob.get("/people?query=ann").await[0].clone(),
        bob.get("/following").await[0].clone(),
        bob.get("/conversations").await[0]["with"].clone(),
        bob.get("/conversations/ann").await["with"].clone(),
    ] {
        assert_eq!(token(&seen).as_ref(), Some(&first), "{seen}");
    }
    for (size, edge) in [(96, 96), (320, 320)] {
        let (kind, bytes) = bob.get_bytes(&format!("/avatars/{first}/{size}")).await;
        assert_eq!(kind, "image/jpeg");
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (edge, edge));
    }
    let me = ann.put_bytes("/me/avatar", made::webp(40, 90)).await;
    let second = token(&me.expect(StatusCode::OK)).unwrap();
    assert_ne!(first, second);
    bob.ask(reqwest::Method::GET, &format!("/avatars/{first}/96"), None)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    let gone = ann.delete("/me/avatar").await.expect(StatusCode::OK);
    assert_eq!(token(&gone), None);
    assert_eq!(token(&bob.get("/people/ann").await), None);
    bob.ask(
        reqwest::Method::GET,
        &format!("/avatars/{second}/320"),
        None,
    )
    .await
    .refused(StatusCode::NOT_FOUND, "not_found");
    b.so_far().await;
}

#[tokio::test]
async fn pictures_are_for_people_who_are_signed_in_and_kept_by_their_browsers_alone() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let me = ann.put_bytes("/me/avatar", made::png(50, 50)).await;
    let token = token(&me.expect(StatusCode::OK)).unwrap();
    app.stranger()
        .ask(reqwest::Method::GET, &format!("/avatars/{token}/96"), None)
        .await
        .refused(StatusCode::UNAUTHORIZED, "not_signed_in");
    let url = app.url(&format!("/api/v1/avatars/{token}/96"));
    let client = reqwest::Client::new();
    let ask = |url: String| client.get(url).header("cookie", ann.cookie().unwrap());
    let answer = ask(url).send().await.unwrap();
    let kept = answer.headers()["cache-control"].to_str().unwrap();
    assert_eq!(kept, "private, max-age=31536000, immutable");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    // Nothing else of the API may be kept, refusals of pictures included.
    for path in ["/me".to_owned(), format!("/avatars/{token}/97")] {
        let answer = ask(app.url(&format!("/api/v1{path}")))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
    }
}

/// Where it was taken, by whom, and what was cropped away: none of it is in what is served.
#[tokio::test]
async fn nothing_of_the_file_stays_but_what_it_shows() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let tiff = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x00 GPSLatitude 47.3769 SECRET";
    let mut photo = made::jpeg(200, 200);
    for (marker, content) in [
        (0xE1, tiff.to_vec()),
        (
            0xE1,
            b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>SECRET</x:xmpmeta>".to_vec(),
        ),
        (0xE2, b"ICC_PROFILE\0\x01\x01SECRET".to_vec()),
        (0xED, b"Photoshop 3.0\08BIM SECRET".to_vec()),
        (0xFE, b"SECRET <script>alert(1)</script>".to_vec()),
        // A small picture of what was there before it was cropped.
        (
            0xE1,
            [b"Exif\0\0SECRET".as_slice(), &made::jpeg(16, 16)].concat(),
        ),
    ] {
        photo = made::with_segment(&photo, marker, &content);
    }
    photo.extend(b"PK\x03\x04SECRET<html><script>alert(1)</script>");
    let mut drawing = made::png(64, 64);
    for (kind, content) in [
        (b"tEXt", b"Author\0SECRET".as_slice()),
        (b"eXIf", &tiff[6..]),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0SECRET"),
    ] {
        drawing = made::with_chunk(&drawing, kind, content);
    }
    for file in [photo, drawing] {
        assert!(file.windows(6).any(|part| part == b"SECRET"));
        let me = ann.put_bytes("/me/avatar", file).await;
        let token = token(&me.expect(StatusCode::OK)).unwrap();
        for size in [96, 320] {
            let (_, bytes) = ann.get_bytes(&format!("/avatars/{token}/{size}")).await;
            assert_eq!(segments(&bytes), [0xE0, 0xC0, 0xDB, 0xC4, 0xDA], "{size}");
            assert!(!bytes.windows(6).any(|part| part == b"SECRET"));
            assert!(bytes.ends_with(&[0xFF, 0xD9]));
        }
    }
}

/// The kinds of segments that a JPEG has, each once, up to its picture.
fn segments(bytes: &[u8]) -> Vec<u8> {
    let (mut kinds, mut at) = (Vec::new(), 2);
    loop {
        let kind = bytes[at + 1];
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
        if kind == 0xDA {
            return kinds;
        }
        at += 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
    }
}

/// Files that are refused, with the code.
fn broken() -> Vec<(String, Vec<u8>, &'static str)> {
    let mut list = Vec::new();
    let mut add = |what: &str, file: Vec<u8>, code| list.push((what.to_owned(), file, code));
    let whole = [
        ("jpeg", made::jpeg(60, 60)),
        ("png", made::png(60, 60)),
        ("webp", made::webp(60, 60)),
    ];
    for (kind, file) in &whole {
        for part in [1, 2, 4, 8, 12, 20, 30, 33] {
            add(
                &format!("{kind} of {part} bytes"),
                file[..part].to_vec(),
                "bad_picture",
            );
        }
        for tenth in [2, 5, 9] {
            let cut = file[..file.len() * tenth / 10].to_vec();
            add(&format!("{kind}, {tenth} tenths of it"), cut, "bad_picture");
        }
    }
    for (width, height, depth, colour) in [
        (65_535, 65_535, 8, 2),
        (i32::MAX as u32, i32::MAX as u32, 16, 6),
        (i32::MAX as u32, 1, 1, 0),
        (30_000, 30_000, 1, 0),
    ] {
        let file = made::claiming(width, height, depth, colour);
        add(
            &format!("png that claims {width} x {height}"),
            file,
            "too_large",
        );
    }
    add(
        "png that claims and holds nothing",
        made::claiming(3_000, 3_000, 8, 2),
        "bad_picture",
    );
    add(
        "png without a size",
        made::claiming(0, 7, 8, 2),
        "bad_picture",
    );
    add(
        "png with a colour type of its own",
        made::claiming(7, 7, 8, 5),
        "bad_picture",
    );
    add(
        "30 megapixels in a few bytes",
        made::bomb(6_000, 5_000),
        "too_large",
    );
    add(
        "jpeg that claims 65500 x 65500",
        made::jpeg_claiming(65_500, 65_500),
        "too_large",
    );
    add(
        "jpeg without a size",
        made::jpeg_claiming(0, 0),
        "bad_picture",
    );
    add("jpeg with 40 scans", made::with_scans(40), "bad_picture");
    add("moving png", made::apng(), "bad_picture");
    add("moving webp", made::moving_webp(), "bad_picture");
    let mut arithmetic = made::jpeg(16, 16);
    let frame = arithmetic.windows(2).position(|part| part == [0xFF, 0xC0]);
    arithmetic[frame.unwrap() + 1] = 0xC9;
    add("jpeg by arithmetic coding", arithmetic, "bad_picture");
    let mut damaged = made::png(60, 60);
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x55;
    add("png with a wrong sum", damaged, "bad_picture");
    for (what, file) in [
        (
            "gif",
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF!\xF9\x04\0\0\0\0\0,".as_slice(),
        ),
        (
            "gif behind a jpeg's first bytes",
            b"\xFF\xD8\xFFGIF89a\x01\0\x01\0",
        ),
        ("bmp", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0"),
        ("tiff", b"II*\0\x08\0\0\0"),
        (
            "svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        ),
        ("html", b"<!doctype html><script>alert(1)</script>"),
        ("pdf", b"%PDF-1.7"),
        ("zip", b"PK\x03\x04"),
        ("heic", b"\0\0\0\x18ftypheic\0\0\0\0"),
        ("avif", b"\0\0\0\x18ftypavif\0\0\0\0"),
        ("riff that is a sound", b"RIFF\x24\0\0\0WAVEfmt "),
        ("nothing", b""),
        ("zeros", &[0; 4_096]),
    ] {
        add(what, file.to_vec(), "bad_picture");
    }
    add(
        "12 MiB and a byte",
        vec![0xFF; 12 * 1024 * 1024 + 1],
        "too_large",
    );
    list
}

#[tokio::test]
async fn broken_pictures_are_refused_in_words_and_change_nothing() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let me = ann.put_bytes("/me/avatar", made::jpeg(100, 100)).await;
    let before = token(&me.expect(StatusCode::OK));
    let list = broken();
    assert!(list.len() >= 50, "{}", list.len());
    for (what, file, code) in list {
        // The door of pictures is another test's.
        app.advance(10);
        let answer = ann.put_bytes("/me/avatar", file).await;
        assert_eq!(answer.body["code"], code, "{what}: {}", answer.body);
    }
    assert_eq!(token(&ann.get("/me").await), before);
}

#[test]
fn odd_but_honest_pictures_are_taken() {
    for (what, file) in [
        ("four inks", made::cmyk()),
        ("16 bits a channel", made::png16(50, 30)),
        ("ten scans", made::with_scans(10)),
        ("one pixel", made::png(1, 1)),
        ("a line", made::jpeg(3_000, 2)),
        ("a profile that unfolds to 30 MB", made::profile_bomb()),
        (
            "a jpeg with an archive behind it",
            [made::jpeg(9, 9), b"PK\x03\x04".to_vec()].concat(),
        ),
        (
            "a png with a page behind it",
            [made::png(9, 9), b"<script>".to_vec()].concat(),
        ),
    ] {
        let pictures = render(&file, &[Shape::Square(96), Shape::Within(480)]);
        assert_eq!(pictures.map(|list| list.len()), Ok(2), "{what}");
    }
}

/// The most memory that a process has had, in MiB (proc(5), `VmHWM`).
#[cfg(target_os = "linux")]
fn most_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1_024
}

/// What a file claims costs nothing; what it holds costs what 24 megapixels take.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn pictures_take_no_more_memory_than_they_may() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &["--demo"]);
    let ann = program.sign_in("ann").await;
    ann.put_bytes("/me/avatar", made::jpeg(100, 100))
        .await
        .expect(StatusCode::OK);
    let before = most_memory(program.id());
    for file in [
        made::claiming(65_535, 65_535, 8, 2),
        made::jpeg_claiming(65_500, 65_500),
        made::bomb(6_000, 5_000),
        made::profile_bomb(),
    ] {
        ann.put_bytes("/me/avatar", file).await;
    }
    let claimed = most_memory(program.id()) - before;
    assert!(claimed < 40, "{claimed} MiB for pictures that are refused");
    // The control: a large picture that is allowed shows in the figure.
    let large = made::bomb(5_900, 4_000);
    ann.put_bytes("/me/avatar", large)
        .await
        .expect(StatusCode::OK);
    let held = most_memory(program.id()) - before;
    assert!((40..300).contains(&held), "{held} MiB for 24 megapixels");
}

fn anything() -> impl Strategy<Value = Vec<u8>> {
    let whole = prop_oneof![
        Just(made::jpeg(24, 24)),
        Just(made::png(24, 24)),
        Just(made::webp(24, 24)),
        Just(made::cmyk()),
        Just(made::moving_webp()),
        Just(made::with_chunk(
            &made::png(4, 4),
            b"eXIf",
            b"MM\0\x2A\0\0\0\x08"
        )),
    ];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12);
    (whole, changes, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(mut file, changes, cut, whole)| {
            // The first bytes stay, else every file would be refused at once.
            for (at, byte) in changes {
                let at = 12 + at.index(file.len() - 12);
                file[at] = byte;
            }
            if !whole {
                file.truncate(cut.index(file.len()));
            }
            file
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_file_makes_it_fall(file in anything()) {
        let shapes = [Shape::Square(16), Shape::Within(16)];
        if let Ok(pictures) = render(&file, &shapes) {
            for picture in pictures {
                prop_assert!(picture.width.max(picture.height) <= 16);
                prop_assert!(picture.bytes.starts_with(&[0xFF, 0xD8]));
            }
        }
    }
}
