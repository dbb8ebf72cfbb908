//! The differential crawl (C-6, P-6, M-3): every operation of the API, as somebody whom the other person has blocked, as
//! somebody who is merely not let through, and as a friend, in worlds that are the same otherwise. What the first two
//! are told has to be the same byte for byte, on the socket too; the friend has to be told something else somewhere, or
//! the crawl would prove nothing.
//!
//! The operations come from the server's own OpenAPI document. One without a recipe fails the test: whoever adds an
//! operation says in `asks` how it is asked about another person.

use super::app::{Device, Socket, TestApp};
use super::pictures;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::Read;

/// What the target thinks of the viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// Nothing is between them but what the viewer did.
    Stranger,
    /// The same, and the target has blocked the viewer.
    Blocked,
    /// The target follows the viewer, has them in the address book, and has written.
    Friend,
    /// A friend who cannot call: the target has switched calling off.
    NotLetThrough,
    /// A friend who was blocked since.
    BlockedFriend,
}

impl Stand {
    fn friendly(self) -> bool {
        matches!(
            self,
            Self::Friend | Self::NotLetThrough | Self::BlockedFriend
        )
    }
}

/// A server with a viewer, a target, and a third person who is a friend of both.
struct World {
    app: TestApp,
    viewer: Device,
    target: Device,
    socket: Socket,
    /// The viewer's device.
    device: String,
    /// A call between the viewer and the third person, over.
    call: String,
    /// The target's picture.
    avatar: String,
}

fn sound() -> Vec<u8> {
    [b"\x1A\x45\xDF\xA3\x01webm A_OPUS".as_slice(), &[0; 64]].concat()
}

async fn world(stand: Stand) -> World {
    let app = TestApp::new().await;
    let viewer = app.sign_up("viewer").await;
    let target = app.sign_up("target").await;
    let third = app.sign_up("third").await;
    let picture = pictures::png(32, 32);
    let me = target.bytes_by(Method::PUT, "/me/avatar", picture).await;
    let me = me.expect(StatusCode::OK);
    let avatar = me["avatar"].as_str().unwrap().to_owned();
    let words = json!({"name": "Tess Target", "bio": "birds\nand bees"});
    let changed = target.ask(Method::PATCH, "/me", Some(words)).await;
    changed.expect(StatusCode::OK);
    for (one, other) in [(&viewer, &third), (&third, &viewer), (&target, &third)] {
        one.follow(other).await;
        one.write(other, "hello").await;
    }
    third.follow(&target).await;
    if stand.friendly() {
        target.follow(&viewer).await;
        let path = format!("/address-book/{}", viewer.handle);
        target.put(&path, None).await.expect(StatusCode::OK);
    }
    if stand == Stand::Blocked {
        target.block(&viewer).await;
    }
    viewer.follow(&target).await;
    viewer.write(&target, "do you see this?").await;
    let left = viewer
        .send_bytes("/conversations/target/voice?key=v1&seconds=2", sound())
        .await;
    left.expect(StatusCode::CREATED);
    if stand.friendly() {
        target.write(&viewer, "I do").await;
    }
    if stand == Stand::BlockedFriend {
        target.block(&viewer).await;
    }
    if stand == Stand::NotLetThrough {
        target
            .set_calling(|calling| calling["enabled"] = false.into())
            .await;
    }
    let mut caller = viewer.socket().await;
    let call = viewer.call(&third).await;
    caller.press("call_cancel", &call).await;
    caller.until("call_ended").await;
    drop(caller);
    let devices = viewer.get("/devices").await;
    let device = devices[0]["id"].as_str().unwrap().to_owned();
    let (_, mut socket) = viewer.socket_from("").await;
    socket.so_far().await;
    World {
        app,
        viewer,
        target,
        socket,
        device,
        call,
        avatar,
    }
}

/// One request.
struct Ask {
    method: Method,
    path: String,
    kind: &'static str,
    body: Option<Vec<u8>>,
}

fn ask(method: Method, path: impl Into<String>, body: Option<Value>) -> Ask {
    Ask {
        method,
        path: path.into(),
        kind: "application/json",
        body: body.map(|body| body.to_string().into_bytes()),
    }
}

fn get(path: impl Into<String>) -> Vec<Ask> {
    vec![ask(Method::GET, path, None)]
}

fn delete(path: impl Into<String>) -> Vec<Ask> {
    vec![ask(Method::DELETE, path, None)]
}

fn post(path: impl Into<String>, body: Value) -> Vec<Ask> {
    vec![ask(Method::POST, path, Some(body))]
}

fn put(path: impl Into<String>, body: Value) -> Vec<Ask> {
    vec![ask(Method::PUT, path, Some(body))]
}

fn patch(path: impl Into<String>, body: Value) -> Vec<Ask> {
    vec![ask(Method::PATCH, path, Some(body))]
}

fn bytes(method: Method, path: &str, body: Vec<u8>) -> Vec<Ask> {
    vec![Ask {
        method,
        path: path.into(),
        kind: "application/octet-stream",
        body: Some(body),
    }]
}

/// A form with a key and a picture.
fn picture_form(path: &str) -> Vec<Ask> {
    const END: &str = "not-in-any-picture";
    let field = |name: &str| {
        format!("--{END}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n").into_bytes()
    };
    let body = [
        field("key"),
        b"p1\r\n".to_vec(),
        field("picture"),
        pictures::png(16, 16),
        format!("\r\n--{END}--\r\n").into_bytes(),
    ];
    vec![Ask {
        method: Method::POST,
        path: path.into(),
        kind: "multipart/form-data; boundary=not-in-any-picture",
        body: Some(body.concat()),
    }]
}

/// Run after everything else, in this order: they end what the others need.
const LAST: &[&str] = &[
    "entry_picture",
    "export",
    "delete_entry_for_both",
    "delete_entry",
    "delete_request",
    "block",
    "unblock",
    "clear_address_book",
    "delete_calls",
    "remove_device",
    "sign_out",
];

/// How an operation is asked about the target, or about oneself where it is about nobody else.
fn asks(operation: &str, world: &World) -> Option<Vec<Ask>> {
    let World {
        device,
        call,
        avatar,
        ..
    } = world;
    let nothing = Value::Null;
    Some(match operation {
        // Accounts and oneself.
        "sign_up" => post(
            "/accounts",
            json!({"handle": "target", "password": "correct horse"}),
        ),
        "sign_in" => post(
            "/sessions",
            json!({"handle": "target", "password": "wrong horse"}),
        ),
        "sign_out" => delete("/sessions/current"),
        "me" => get("/me"),
        "change_me" => patch("/me", json!({"bio": "new"})),
        "set_avatar" => bytes(Method::PUT, "/me/avatar", pictures::png(16, 16)),
        "drop_avatar" => delete("/me/avatar"),
        "set_calling" => put(
            "/me/calling",
            json!({"enabled": true, "enhanced_privacy": false, "audience": {
                "address_book": true, "following": true, "verified": false, "everyone": false}}),
        ),
        "set_quiet" => put("/me/quiet", json!({"on": false, "zone": "UTC"})),
        "list_break_through" => get("/me/quiet/people"),
        "let_through" => put("/me/quiet/people/target", nothing),
        "keep_out" => delete("/me/quiet/people/target"),
        "warning_read" => delete("/me/warning?at=1"),
        "account" => get("/me/account"),
        "want_email" => post(
            "/me/email",
            json!({"address": "viewer@example.org", "password": "correct horse"}),
        ),
        "confirm_email" => post("/me/email/confirm", json!({"code": "000000"})),
        "change_email" => patch("/me/email", json!({"findable": false})),
        "remove_email" => delete("/me/email"),
        "change_password" => put(
            "/me/password",
            json!({"old": "wrong horse", "new": "correct battery"}),
        ),
        "want_reset" => post("/password-resets", json!({"who": "target"})),
        "finish_reset" => post(
            "/password-resets/finish",
            json!({"who": "target", "code": "000000", "password": "correct battery"}),
        ),
        "deletion" => get("/me/deletion"),
        "want_deletion" => post(
            "/me/deletion",
            json!({"handle": "viewer", "password": "wrong horse"}),
        ),
        "keep_account" => delete("/me/deletion"),
        "remove_other_devices" => delete("/devices"),
        "list_devices" => get("/devices"),
        "change_device" => patch(format!("/devices/{device}"), json!({"name": "mine"})),
        "remove_device" => delete(format!("/devices/{device}")),
        "subscribe" => put(
            "/devices/current/push",
            json!({"endpoint": "https://10.0.0.1/x", "p256dh": "x", "auth": "x"}),
        ),
        "unsubscribe" => delete("/devices/current/push"),
        "test_ring" => post(format!("/devices/{device}/ring-test"), nothing),
        "report_ring" => post("/ring-tests/0123456789abcdef/shown?way=app", nothing),
        // People.
        "avatar" => [
            get(format!("/avatars/{avatar}/96")),
            get(format!("/avatars/{avatar}/320")),
        ]
        .into_iter()
        .flatten()
        .collect(),
        "search" => ["target", "t", "tess"]
            .into_iter()
            .flat_map(|query| get(format!("/people?query={query}")))
            .collect(),
        "profile" => get("/people/target"),
        "follow" => put("/people/target/follow", nothing),
        "unfollow" => delete("/people/target/follow"),
        "block" => put("/people/target/block", nothing),
        "unblock" => delete("/people/target/block"),
        "followers" => ["target", "third"]
            .into_iter()
            .flat_map(|who| get(format!("/people/{who}/followers")))
            .collect(),
        "followed_by" => ["target", "third"]
            .into_iter()
            .flat_map(|who| get(format!("/people/{who}/following")))
            .collect(),
        "following" => get("/following"),
        "blocked" => get("/blocked"),
        "report" => post(
            "/reports",
            json!({"handle": "target", "reason": "spam", "entries": [1], "block": false}),
        ),
        "reports" => get("/reports"),
        "list_address_book" => get("/address-book"),
        "clear_address_book" => delete("/address-book"),
        "add_to_address_book" => put("/address-book/target", nothing),
        "remove_from_address_book" => delete("/address-book/target"),
        "create_book_entry" => post(
            "/address-book",
            json!({"name": "Tess", "email": "tess@example.org"}),
        ),
        "name_book_entry" => patch("/address-book/entries/1", json!({"name": "T."})),
        "remove_book_entry" => delete("/address-book/entries/1"),
        "import_address_book" => post(
            "/address-book/imports/i1",
            json!({"entries": [{"handle": "target"}, {"email": "nobody@example.org"}]}),
        ),
        "undo_import" => delete("/address-book/imports/i1"),
        "list_asks" => get("/asks"),
        "dismiss_ask" => delete("/asks/target"),
        "ask_for_message" => post("/people/target/ask", nothing),
        "list_call_exceptions" => get("/me/calling/exceptions"),
        "set_call_exception" => put("/me/calling/exceptions/target", json!({"rule": "always"})),
        "remove_call_exception" => delete("/me/calling/exceptions/target"),
        "preview_calling" => post(
            "/me/calling/preview",
            json!({"enabled": true, "enhanced_privacy": false, "audience": {
                "address_book": true, "following": true, "verified": false, "everyone": true}}),
        ),
        // Messages.
        "send_picture" => picture_form("/conversations/target/picture"),
        "entry_picture" => (3..=5)
            .flat_map(|seq| {
                get(format!(
                    "/conversations/target/entries/{seq}/picture?size=thumb"
                ))
            })
            .collect(),
        "react" => put(
            "/conversations/target/entries/1/reaction",
            json!({"emoji": "👍"}),
        ),
        "take_reaction_back" => delete("/conversations/target/entries/1/reaction"),
        "export" => get("/me/export"),
        "list_conversations" => get("/conversations"),
        "conversation" => get("/conversations/target"),
        "entries" => get("/conversations/target/entries?limit=50"),
        "edit_entry" => patch(
            "/conversations/target/entries/1",
            json!({"text": "do you see that?"}),
        ),
        "delete_entry_for_both" => delete("/conversations/target/entries/2/for-both"),
        "set_receipts" => put("/me/receipts", json!({"on": true})),
        "list_requests" => get("/requests"),
        "accept_request" => put("/requests/target", nothing),
        "delete_request" => delete("/requests/target"),
        "search_messages" => ["see", "hello"]
            .into_iter()
            .flat_map(|query| get(format!("/search?query={query}")))
            .collect(),
        "delete_entry" => delete("/conversations/target/entries/1"),
        "send_voice" => bytes(
            Method::POST,
            "/conversations/target/voice?key=v2&seconds=2",
            sound(),
        ),
        "voice_sound" => get("/conversations/target/entries/2/voice"),
        // Calls.
        "invite" => post(
            "/calls",
            json!({"with": "target", "kind": "audio", "key": "k1"}),
        ),
        "call_history" => ["", "?only=outgoing", "?only=missed"]
            .into_iter()
            .flat_map(|only| get(format!("/calls{only}")))
            .collect(),
        "delete_calls" => delete("/calls"),
        "unrung_calls" => get("/calls/unrung"),
        "delete_unrung_calls" => delete("/calls/unrung"),
        "delete_unrung_call" => delete(format!("/calls/unrung/{call}")),
        "call_standing" => get(format!("/calls/{call}")),
        "delete_call" => delete(format!("/calls/{call}")),
        "ring_shown" => post(format!("/calls/{call}/ringing"), nothing),
        "decline_call" => post(format!("/calls/{call}/decline"), nothing),
        "openapi" => get("/openapi.json"),
        "socket" => get("/socket"),
        // Ways in.
        "server" => get("/server"),
        "ways_in" => get("/ways-in"),
        "to_provider" => post("/oidc", json!({"errand": "sign_in"})),
        "from_provider" => get("/oidc/back?state=x&code=y"),
        "newcomer" => get("/oidc/newcomer"),
        "newcomer_sign_up" => post("/oidc/accounts", json!({"handle": "target"})),
        "remove_identity" => delete("/oidc/identity"),
        "begin_passkey" => post("/passkeys/begin", json!({"password": "wrong horse"})),
        "add_passkey" => post("/passkeys", json!({})),
        "change_passkey" => patch("/passkeys/0123456789abcdef", json!({"name": "mine"})),
        "remove_passkey" => delete("/passkeys/0123456789abcdef"),
        "begin_passkey_sign_in" => post("/sessions/passkey/begin", nothing),
        "passkey_sign_in" => post("/sessions/passkey", json!({})),
        "begin_passkey_proof" => post("/sessions/current/passkey/begin", nothing),
        "passkey_proof" => post("/sessions/current/passkey", json!({})),
        _ => return None,
    })
}

/// Operations of the document, in the order they are run: what only reads first.
fn operations() -> Vec<String> {
    let document: Value =
        serde_json::from_str(&birdcall_server::http::document().unwrap()).unwrap();
    let mut order = Vec::new();
    for methods in document["paths"].as_object().unwrap().values() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap().to_owned();
            let last = LAST.iter().position(|one| *one == name);
            order.push((last.map_or(0, |at| at + 1), method != "get", name));
        }
    }
    order.sort();
    order.into_iter().map(|(_, _, name)| name).collect()
}

/// Seconds that a call rings, as nobody has said otherwise.
const RING: u64 = 45;

/// All that the viewer is told, by operation.
async fn crawl(stand: Stand) -> BTreeMap<String, String> {
    let mut world = world(stand).await;
    let client = reqwest::Client::new();
    let mut told = BTreeMap::new();
    let mut frames = String::new();
    let all = operations();
    let new: Vec<&String> = all
        .iter()
        .filter(|name| asks(name, &world).is_none())
        .collect();
    assert!(
        new.is_empty(),
        "say in `asks` how these are asked about another person: {new:?}"
    );
    for operation in all {
        let mut answers = String::new();
        for ask in asks(&operation, &world).into_iter().flatten() {
            // Doors are another test's.
            world.app.advance(1);
            let url = world.app.url(&format!("/api/v1{}", ask.path));
            let request = client.request(ask.method, url);
            let mut request = request.header("cookie", world.viewer.cookie().unwrap());
            if let Some(body) = ask.body {
                request = request.header("content-type", ask.kind).body(body);
            }
            let response = request.send().await.unwrap();
            writeln!(answers, "{} {}", ask.path, response.status()).unwrap();
            let zip = response
                .headers()
                .get("content-type")
                .is_some_and(|kind| kind == "application/zip");
            for (name, value) in response.headers() {
                // How well ids can be squeezed is drawn as they are.
                if name != "date" && !(zip && name == "content-length") {
                    writeln!(answers, "{name}: {}", value.to_str().unwrap()).unwrap();
                }
            }
            let body = response.bytes().await.unwrap();
            let body = if zip { unpacked(&body) } else { body.to_vec() };
            writeln!(answers, "{}", String::from_utf8_lossy(&body)).unwrap();
        }
        if !matches!(operation.as_str(), "remove_device" | "sign_out") {
            let mut so_far = Vec::new();
            if operation == "invite" {
                // It rings out before anything else is asked, and not whenever somebody gets to it.
                world.app.advance(RING + 1);
                if answers.contains("201 Created") {
                    so_far.extend(until_ended(&mut world.socket).await);
                }
            }
            so_far.extend(world.socket.so_far().await);
            // Kept together: which request a frame comes after is a matter of how busy the machine is.
            for frame in so_far {
                // Steps of one's own test ring come when they come.
                if !matches!(frame["type"].as_str(), Some("test_ring" | "ring_test")) {
                    writeln!(frames, "{frame}").unwrap();
                }
            }
        }
        told.insert(operation, masked(&answers));
    }
    told.insert("frames".to_owned(), masked(&frames));
    // Whatever was done, it was done to somebody who is there.
    assert_eq!(world.target.get("/me").await["handle"], "target");
    told
}

/// What is told until a call has ended.
async fn until_ended(socket: &mut Socket) -> Vec<Value> {
    let mut frames = Vec::new();
    loop {
        frames.push(socket.next().await);
        if frames
            .last()
            .is_some_and(|frame| frame["type"] == "call_ended")
        {
            return frames;
        }
    }
}

/// What is in a zip, file by file.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut all = Vec::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        all.extend(format!("{}\n", file.name().unwrap()).into_bytes());
        file.read_to_end(&mut all).unwrap();
        all.push(b'\n');
    }
    all
}

/// Without ids, tokens and keys, which are drawn: runs of 16 letters and digits or more with digits among them. Moments
/// stay: the clocks of the worlds stand alike. Only one's own device is noted as used when somebody gets to it.
fn masked(text: &str) -> String {
    const NOTED: &str = "\"last_seen\":";
    let mut text = text.to_owned();
    let mut from = 0;
    while let Some(at) = text[from..].find(NOTED) {
        from += at + NOTED.len();
        let rest = text[from..]
            .trim_start_matches([' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        let to = text.len() - rest.len();
        text.replace_range(from..to, "");
    }
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut out = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let length = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(length);
        let drawn = run.len() >= 16 && run.bytes().filter(u8::is_ascii_digit).count() >= 3;
        out.push_str(if drawn { "…" } else { run });
        let other = after.chars().next();
        out.extend(other);
        rest = &after[other.map_or(0, char::len_utf8)..];
    }
    out
}

fn same(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) {
    for (operation, answer) in one {
        assert_eq!(answer, &other[operation], "{operation}");
    }
}

#[tokio::test]
async fn who_is_blocked_is_told_what_a_stranger_is_told() {
    let stranger = crawl(Stand::Stranger).await;
    same(&crawl(Stand::Blocked).await, &stranger);
    // The control: a friend is told other things, so the crawl does see what is between people.
    let friend = crawl(Stand::Friend).await;
    let different: Vec<&str> = friend
        .iter()
        .filter(|(operation, answer)| stranger[*operation] != **answer)
        .map(|(operation, _)| operation.as_str())
        .collect();
    println!(
        "{} operations; a friend is told otherwise by {different:?}",
        stranger.len()
    );
    for operation in ["profile", "conversation", "entries", "invite"] {
        assert!(different.contains(&operation), "{operation}: {different:?}");
    }
    // And most operations were answered, not refused.
    let answered = stranger
        .values()
        .filter(|answer| answer.contains(" 20"))
        .count();
    assert!(
        answered * 10 > stranger.len() * 6,
        "{answered} of {}",
        stranger.len()
    );
}

/// C-6: who was a friend and is blocked now cannot tell it from a friend who has switched calling off.
#[tokio::test]
async fn who_was_a_friend_is_told_what_a_friend_is_told_who_cannot_call() {
    let off = crawl(Stand::NotLetThrough).await;
    assert!(off["frames"].contains("call_ended"), "nobody was called");
    same(&crawl(Stand::BlockedFriend).await, &off);
}

#[test]
fn what_is_drawn_is_masked_and_nothing_else() {
    assert_eq!(
        masked("id 4f3a9c0b1d2e7788 at 1800000000000"),
        "id … at 1800000000000"
    );
    assert_eq!(
        masked(r#"{"last_seen": 1800000120000, "at": 1800000120000}"#),
        r#"{"last_seen":, "at": 1800000120000}"#
    );
    assert_eq!(
        masked("\"first_message_needed\""),
        "\"first_message_needed\""
    );
}
