//! Web Push: who is woken, when, with what, and what becomes of it.

use super::app::{Device, Socket, TestApp};
use super::push_service::{PushService, Say, Subscriber};
use birdcall_protocol::Timestamp;
use birdcall_server::counters::text;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

/// A server that may send to a push service, two friends, and the second one's phone with the app closed.
struct World {
    app: TestApp,
    service: PushService,
    ann: Device,
    bob: Device,
    /// A device of Bob's without a socket.
    phone: Device,
    at: Subscriber,
}

impl World {
    async fn new() -> Self {
        let service = PushService::start().await;
        let app = TestApp::with(service.allow()).await;
        let (ann, bob) = app.friends("ann", "bob").await;
        let phone = app.sign_in("bob").await;
        let at = subscribe(&service, &phone, "phone").await;
        Self {
            app,
            service,
            ann,
            bob,
            phone,
            at,
        }
    }

    async fn says(&self, place: usize) -> Value {
        self.service.says(&self.at, place).await["birdcall"].clone()
    }

    /// How push to the phone stands.
    async fn state(&self) -> String {
        state(&self.phone).await
    }

    /// Turns the clock until the push at a place is there.
    async fn turned(&self, seconds: u64, place: usize) -> Value {
        self.app.advance(seconds);
        self.says(place).await
    }
}

async fn subscribe(service: &PushService, device: &Device, name: &str) -> Subscriber {
    let subscriber = Subscriber::new(service, name);
    device
        .put("/devices/current/push", Some(subscriber.body()))
        .await
        .expect(StatusCode::NO_CONTENT);
    subscriber
}

async fn state(device: &Device) -> String {
    let devices = device.get("/devices").await;
    let devices = devices.as_array().unwrap();
    let current = devices.iter().find(|one| one["current"] == true).unwrap();
    current["push"].as_str().unwrap().to_owned()
}

/// Waits until the device's push is in that state: it is told by the feed.
async fn becomes(device: &Device, socket: &mut Socket, wanted: &str) {
    while state(device).await != wanted {
        let changed = socket.until("changed").await;
        assert!(changed["what"].is_string());
    }
}

#[tokio::test]
async fn a_device_subscribes_and_says_where_it_is_reached() {
    let world = World::new().await;
    assert_eq!(world.state().await, "untried");
    assert_eq!(state(&world.bob).await, "off");
    let key = world.phone.get("/me").await["push_key"].clone();
    assert_eq!(key.as_str().unwrap().len(), 87, "{key}");
    // Whoever signs in in the same browser later has its subscription.
    world
        .ann
        .put("/devices/current/push", Some(world.at.body()))
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(state(&world.ann).await, "untried");
    assert_eq!(world.state().await, "off");
    for _ in 0..2 {
        let gone = world.ann.delete("/devices/current/push").await;
        gone.expect(StatusCode::NO_CONTENT);
    }
    assert_eq!(state(&world.ann).await, "off");
    let stranger = world.app.stranger();
    stranger
        .put("/devices/current/push", Some(world.at.body()))
        .await
        .refused(StatusCode::UNAUTHORIZED, "not_signed_in");
}

/// A signed-in person cannot make the server send requests into the network it stands in.
#[tokio::test]
async fn endpoints_in_private_networks_are_refused() {
    let world = World::new().await;
    let put = async |endpoint: &str| {
        let mut body = world.at.body();
        body["endpoint"] = endpoint.into();
        world.phone.put("/devices/current/push", Some(body)).await
    };
    let elsewhere = world.service.origin.replace("127.0.0.1", "127.0.0.2");
    for endpoint in [
        "https://127.0.0.1/push",
        "https://localhost/push",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/push",
        "https://[::1]/push",
        "https://[::ffff:192.168.0.1]/push",
        "https://printer.local/push",
        "https://push.example:22/push",
        "http://push.example/push",
        "file:///etc/passwd",
        &format!("{elsewhere}/push/phone"),
    ] {
        put(endpoint)
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_push_endpoint");
    }
    // Positive control: a public one, and the one that the operator has named.
    put("https://push.example/push")
        .await
        .expect(StatusCode::NO_CONTENT);
    let named = world.at.body();
    put(named["endpoint"].as_str().unwrap())
        .await
        .expect(StatusCode::NO_CONTENT);
    // A key that is none would fail each time.
    let mut body = world.at.body();
    body["p256dh"] = "AAAA".into();
    world
        .phone
        .put("/devices/current/push", Some(body))
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_push_endpoint");
}

/// C-10, C-11, and RFC 8030: the time a ring has left, high urgency, one topic a call.
#[tokio::test]
async fn a_ring_wakes_a_closed_app_with_ids_kind_and_deadline_only() {
    let world = World::new().await;
    let mut b = world.bob.socket().await;
    let call = world.ann.call(&world.bob).await;
    let deadline = b.until("ring").await["deadline"].clone();
    let message = world.service.says(&world.at, 0).await;
    assert_eq!(
        message,
        json!({
            "web_push": 8030,
            "notification": {
                "title": "@ann is calling",
                "body": "Audio call",
                "navigate": "/messages/ann",
                "tag": call,
                "lang": "en",
                "silent": false,
            },
            "birdcall": {
                "type": "ring", "call": call, "caller": "ann", "kind": "audio", "deadline": deadline,
            },
        })
    );
    let push = world.service.at(&world.at, 0).await;
    assert_eq!(push.header("ttl"), "45");
    assert_eq!(push.header("urgency"), "high");
    assert_eq!(push.header("content-encoding"), "aes128gcm");
    assert!(push.header("authorization").starts_with("vapid t="));
    assert_eq!(push.header("topic").len(), 24);
    assert!(!push.headers.contains_key("user-agent"));
    becomes(&world.phone, &mut b, "reached").await;
}

/// C-12
#[tokio::test]
async fn a_ring_answered_elsewhere_is_taken_back_where_it_was_sent() {
    let world = World::new().await;
    let desk = subscribe(&world.service, &world.bob, "desk").await;
    let mut b = world.bob.socket().await;
    let call = world.ann.call(&world.bob).await;
    b.until("ring").await;
    b.press("call_ringing", &call).await;
    assert_eq!(world.says(0).await["type"], "ring");
    b.press("call_accept", &call).await;
    let stopped = world.says(1).await;
    assert_eq!(
        stopped,
        json!({
            "type": "ring_stopped", "call": call, "caller": "ann", "kind": "audio",
            "reason": "answered_elsewhere",
        })
    );
    let topic = |got: &super::push_service::Got| got.header("topic").to_owned();
    let (ring, over) = (
        world.service.at(&world.at, 0).await,
        world.service.at(&world.at, 1).await,
    );
    assert_eq!(topic(&ring), topic(&over));
    // The desk, where somebody answered, was not told; a message is the first it gets.
    b.press("call_hang_up", &call).await;
    b.send(json!({"type": "visible", "visible": false})).await;
    b.so_far().await;
    world.ann.write(&world.bob, "well").await;
    let first = world.service.says(&desk, 0).await;
    assert_eq!(first["birdcall"]["type"], "message");
}

#[tokio::test]
async fn who_declines_in_a_notification_is_not_told_so() {
    let world = World::new().await;
    let tablet = world.app.sign_in("bob").await;
    let other = subscribe(&world.service, &tablet, "tablet").await;
    let call = world.ann.call(&world.bob).await;
    world.says(0).await;
    world.service.at(&other, 0).await;
    let path = format!("/calls/{call}/decline");
    world
        .phone
        .post(&path, json!({}))
        .await
        .expect(StatusCode::NO_CONTENT);
    let told = world.service.says(&other, 1).await;
    assert_eq!(told["birdcall"]["reason"], "declined_elsewhere");
    world.ann.write(&world.bob, "well").await;
    assert_eq!(world.says(1).await["type"], "message");
}

/// C-13, C-14
#[tokio::test]
async fn a_missed_call_takes_the_place_of_its_ring_once() {
    let world = World::new().await;
    let mut a = world.ann.socket().await;
    for (n, ends) in ["no_answer", "cancelled"].into_iter().enumerate() {
        let call = world.ann.call(&world.bob).await;
        assert_eq!(world.says(2 * n).await["type"], "ring");
        match ends {
            "cancelled" => a.press("call_cancel", &call).await,
            _ => world.app.advance(45),
        }
        a.until("call_ended").await;
        let missed = world.service.says(&world.at, 2 * n + 1).await;
        assert_eq!(missed["birdcall"]["type"], "missed");
        assert_eq!(missed["birdcall"]["call"], call.as_str());
        assert_eq!(missed["notification"]["title"], "Missed call from @ann");
        assert_eq!(missed["notification"]["tag"], call.as_str());
        assert_eq!(missed["app_badge"], 1);
    }
    world.app.advance(600);
    world.ann.write(&world.bob, "where are you").await;
    assert_eq!(world.says(4).await["type"], "message");
}

#[tokio::test]
async fn a_page_that_is_looked_at_has_two_seconds_to_show_a_ring() {
    let world = World::new().await;
    let mut p = world.phone.socket().await;
    // It shows the ring: no push, and none for the missed call that the page shows as well.
    let call = world.ann.call(&world.bob).await;
    p.until("ring").await;
    p.press("call_ringing", &call).await;
    p.so_far().await;
    world.app.advance(45);
    p.until("ring_stopped").await;
    // It does not.
    let call = world.ann.call(&world.bob).await;
    p.until("ring").await;
    let ring = world.turned(2, 0).await;
    assert_eq!(
        (&ring["type"], &ring["call"]),
        (&json!("ring"), &json!(call))
    );
    let push = world.service.at(&world.at, 0).await;
    assert_eq!(push.header("ttl"), "43");
}

#[tokio::test]
async fn a_page_in_the_background_does_not_keep_a_ring_from_being_pushed() {
    let world = World::new().await;
    let mut p = world.phone.socket().await;
    p.send(json!({"type": "visible", "visible": false})).await;
    p.so_far().await;
    world.ann.call(&world.bob).await;
    assert_eq!(world.says(0).await["type"], "ring");
}

#[tokio::test]
async fn a_push_service_that_is_busy_is_asked_again_while_it_rings() {
    let world = World::new().await;
    let mut b = world.bob.socket().await;
    world.service.answer(
        &world.at,
        [
            Say::With(429, "retry-after", "7".into()),
            Say::Status(500),
            Say::Status(503),
        ],
    );
    let call = world.ann.call(&world.bob).await;
    world.says(0).await;
    for (seconds, place) in [(7, 1), (2, 2), (4, 3)] {
        outbox(&world.app, Some(seconds)).await;
        assert_eq!(world.turned(seconds, place).await["type"], "ring");
    }
    becomes(&world.phone, &mut b, "reached").await;
    assert_eq!(world.service.at(&world.at, 3).await.header("ttl"), "32");
    b.press("call_decline", &call).await;
    assert_eq!(world.says(4).await["type"], "ring_stopped");
}

/// Waits until the outbox has nothing to do for so many seconds, or at all.
async fn outbox(app: &TestApp, seconds: Option<u64>) {
    let now = app.clock.now();
    let next = seconds.map(|seconds| now + Duration::from_secs(seconds));
    let store = &app.running.app.store;
    while store
        .read()
        .await
        .unwrap()
        .next_push(Timestamp(0))
        .await
        .unwrap()
        != next
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// C-14: what was not delivered in the ring's time is a missed call and never rings.
#[tokio::test]
async fn a_ring_that_could_not_be_pushed_in_time_is_a_missed_call() {
    let world = World::new().await;
    let date = httpdate_in(&world.app, 100);
    world
        .service
        .answer(&world.at, [Say::With(503, "retry-after", date)]);
    let mut b = world.bob.socket().await;
    let call = world.ann.call(&world.bob).await;
    world.says(0).await;
    becomes(&world.phone, &mut b, "failing").await;
    world.app.advance(45);
    let missed = world.says(1).await;
    assert_eq!(
        (&missed["type"], &missed["call"]),
        (&json!("missed"), &json!(call))
    );
    becomes(&world.phone, &mut b, "reached").await;
}

fn httpdate_in(app: &TestApp, seconds: u64) -> String {
    let now = std::time::UNIX_EPOCH + Duration::from_millis(app.clock.now().0.unsigned_abs());
    httpdate::fmt_http_date(now + Duration::from_secs(seconds))
}

#[tokio::test]
async fn a_subscription_that_is_gone_disappears() {
    for status in [404, 410] {
        let world = World::new().await;
        let mut b = world.bob.socket().await;
        world.service.answer(&world.at, [Say::Status(status)]);
        world.ann.call(&world.bob).await;
        becomes(&world.phone, &mut b, "off").await;
        world.app.advance(45);
        b.until("ring_stopped").await;
        world.ann.write(&world.bob, "hello?").await;
        world.app.advance(10);
        b.so_far().await;
        assert_eq!(world.service.count(&world.at), 1);
        let figures = text(&world.app.running.app.counters.registry()).unwrap();
        let gone = r#"birdcall_pushes_total{kind="ring",answer="gone"} 1"#;
        assert!(figures.contains(gone), "{figures}");
        // It can subscribe again.
        subscribe(&world.service, &world.phone, "phone").await;
        assert_eq!(world.state().await, "untried");
    }
}

#[tokio::test]
async fn what_a_push_service_will_not_take_is_not_tried_again() {
    for answer in [
        Say::Status(400),
        Say::Status(401),
        Say::Status(403),
        // To anywhere: it is not followed.
        Say::With(307, "location", "http://127.0.0.1:9/".into()),
    ] {
        let world = World::new().await;
        let mut b = world.bob.socket().await;
        world.service.answer(&world.at, [answer]);
        let call = world.ann.call(&world.bob).await;
        becomes(&world.phone, &mut b, "failing").await;
        b.press("call_decline", &call).await;
        // Of a ring that never got there nothing is taken back.
        b.send(json!({"type": "visible", "visible": false})).await;
        b.so_far().await;
        world.ann.write(&world.bob, "well").await;
        assert_eq!(world.says(1).await["type"], "message");
        becomes(&world.phone, &mut b, "reached").await;
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_goes_without_its_text() {
    let world = World::new().await;
    world.service.answer(&world.at, [Say::Status(413)]);
    world.ann.write(&world.bob, "so much to tell").await;
    let whole = world.says(0).await;
    assert_eq!(whole["text"], "so much to tell");
    let short = world.service.says(&world.at, 1).await;
    let seq = &whole["seq"];
    assert_eq!(
        short["birdcall"],
        json!({"type": "message", "from": "ann", "seq": seq})
    );
    assert_eq!(short["notification"]["body"], "New message");
}

#[tokio::test]
async fn a_push_service_that_says_nothing_is_asked_again() {
    let world = World::new().await;
    world.service.answer(&world.at, [Say::Silence]);
    world.ann.call(&world.bob).await;
    world.says(0).await;
    // Its patience is real time; the pause after it is the clock's.
    loop {
        world.app.advance(1);
        let again = world.service.at(&world.at, 1);
        let soon = Duration::from_secs(1);
        if tokio::time::timeout(soon, again).await.is_ok() {
            break;
        }
    }
    assert_eq!(world.says(1).await["type"], "ring");
}

#[tokio::test]
async fn messages_wake_a_closed_app_and_say_what_they_say() {
    let world = World::new().await;
    world.ann.write(&world.bob, "first").await;
    let message = world.service.says(&world.at, 0).await;
    assert_eq!(message["notification"]["title"], "@ann");
    assert_eq!(message["notification"]["body"], "first");
    assert_eq!(message["notification"]["tag"], "message-ann");
    assert_eq!(message["birdcall"]["text"], "first");
    assert_eq!(message["app_badge"], 1);
    world.ann.write(&world.bob, "second").await;
    assert_eq!(world.says(1).await["text"], "second");
    let (one, other) = (
        world.service.at(&world.at, 0).await,
        world.service.at(&world.at, 1).await,
    );
    assert_eq!(one.header("topic"), other.header("topic"));
    assert!(!one.header("topic").contains("ann"));
}

#[tokio::test]
async fn while_somebody_reads_on_one_device_the_others_are_left_alone() {
    let world = World::new().await;
    let mut b = world.bob.socket().await;
    world.ann.write(&world.bob, "read at once").await;
    let entry = b.until("entry").await;
    let seq = entry["entry"]["seq"].clone();
    b.send(json!({"type": "read", "with": "ann", "seq": seq}))
        .await;
    b.so_far().await;
    world.app.advance(10);
    // Not read, so after ten seconds the phone is woken: with this one, and with nothing before it.
    world.ann.write(&world.bob, "not read").await;
    b.until("entry").await;
    let woken = world.turned(10, 0).await;
    assert_eq!(woken["text"], "not read");
}

#[tokio::test]
async fn a_device_that_is_left_alone_is_not_woken() {
    let world = World::new().await;
    let tablet = world.app.sign_in("bob").await;
    let other = subscribe(&world.service, &tablet, "tablet").await;
    let id = world.phone.get("/me").await["device"].clone();
    let path = format!("/devices/{}", id.as_str().unwrap());
    let silence = async |silenced: bool| {
        let body = json!({"silenced": silenced});
        let answer = world.phone.ask(reqwest::Method::PATCH, &path, Some(body));
        answer.await.expect(StatusCode::NO_CONTENT);
    };
    // While it rings: the ring is taken back there, and goes on elsewhere.
    world.ann.call(&world.bob).await;
    assert_eq!(world.says(0).await["type"], "ring");
    world.service.at(&other, 0).await;
    silence(true).await;
    let stopped = world.says(1).await;
    assert_eq!(
        (&stopped["type"], &stopped["reason"]),
        (&json!("ring_stopped"), &json!("not_allowed"))
    );
    world.app.advance(45);
    assert_eq!(
        world.service.says(&other, 1).await["birdcall"]["type"],
        "missed"
    );
    // From the start.
    world.ann.call(&world.bob).await;
    world.service.at(&other, 2).await;
    world.app.advance(45);
    assert_eq!(
        world.service.says(&other, 3).await["birdcall"]["type"],
        "missed"
    );
    silence(false).await;
    world.ann.write(&world.bob, "hello?").await;
    assert_eq!(world.says(2).await["type"], "message");
}

/// C-6: what was kept from ringing wakes nobody.
#[tokio::test]
async fn a_call_or_message_that_was_kept_away_is_not_pushed() {
    let world = World::new().await;
    let mut a = world.ann.socket().await;
    world
        .bob
        .set_calling(|calling| calling["enabled"] = false.into())
        .await;
    let call = world.ann.call(&world.bob).await;
    a.press("call_cancel", &call).await;
    a.until("call_ended").await;
    world.bob.block(&world.ann).await;
    world.ann.write(&world.bob, "let me in").await;
    world
        .bob
        .delete("/people/ann/block")
        .await
        .expect(StatusCode::OK);
    world.ann.write(&world.bob, "thank you").await;
    assert_eq!(world.says(0).await["text"], "thank you");
}

/// C-7: a ring that stops by a setting is taken back.
#[tokio::test]
async fn a_ring_that_may_not_go_on_is_taken_back() {
    let world = World::new().await;
    world.ann.call(&world.bob).await;
    world.says(0).await;
    world.bob.block(&world.ann).await;
    let stopped = world.says(1).await;
    assert_eq!(stopped["type"], "ring_stopped");
    assert_eq!(stopped["reason"], "not_allowed");
}

/// What was noted is sent by the next server, once (C-13).
#[tokio::test]
async fn what_a_server_could_not_send_the_next_one_does() {
    let World {
        app,
        service,
        ann,
        bob,
        phone,
        at,
    } = World::new().await;
    let mut p = phone.socket().await;
    let call = ann.call(&bob).await;
    p.until("ring").await;
    // The page is looked at, so its push waits for two seconds; the server does not live as long.
    let app = app.again_with(service.allow()).await;
    app.advance(2);
    assert_eq!(
        service.says(&at, 0).await["birdcall"]["call"],
        call.as_str()
    );
    outbox(&app, None).await;
    let app = app.again_with(service.allow()).await;
    app.advance(45);
    assert_eq!(service.says(&at, 1).await["birdcall"]["type"], "missed");
    outbox(&app, None).await;
    let app = app.again_with(service.allow()).await;
    app.advance(60);
    let ann = app.sign_in("ann").await;
    ann.write(&bob, "there?").await;
    assert_eq!(service.says(&at, 2).await["birdcall"]["type"], "message");
}

#[tokio::test]
async fn the_key_outlives_a_restart() {
    let service = PushService::start().await;
    let app = TestApp::with(service.allow()).await;
    let key = app.sign_up("ann").await.get("/me").await["push_key"].clone();
    let app = app.again_with(service.allow()).await;
    assert_eq!(app.sign_in("ann").await.get("/me").await["push_key"], key);
}

#[tokio::test]
async fn a_ring_is_tested_step_by_step() {
    let world = World::new().await;
    let mut b = world.bob.socket().await;
    let id = world.phone.get("/me").await["device"].clone();
    let path = format!("/devices/{}/ring-test", id.as_str().unwrap());
    let test = world
        .bob
        .post(&path, json!({}))
        .await
        .expect(StatusCode::ACCEPTED);
    let again = world.bob.post(&path, json!({})).await;
    assert_eq!(again.expect(StatusCode::ACCEPTED), test);
    assert_eq!(test["at"], world.app.clock.now().0 + 10_000);
    let report = |step: &str, way: &str| {
        format!(
            "/ring-tests/{}/{step}?way={way}",
            test["test"].as_str().unwrap()
        )
    };
    // Nothing rings yet.
    world
        .phone
        .post(&report("shown", "push"), json!({}))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    let mut p = world.phone.socket().await;
    let push = world.turned(10, 0).await;
    assert_eq!(push["type"], "test");
    assert_eq!(push["test"], test["test"]);
    let ring = p.until("test_ring").await;
    assert_eq!(ring["test"], test["test"]);
    assert_eq!(ring["deadline"], push["deadline"]);
    for (step, way) in [
        ("shown", "app"),
        ("shown", "push"),
        ("opened", "push"),
        ("shown", "app"),
    ] {
        let answer = world.phone.post(&report(step, way), json!({})).await;
        answer.expect(StatusCode::NO_CONTENT);
    }
    // Somebody else's device, or another of one's own, cannot say so.
    for device in [&world.bob, &world.ann] {
        device
            .post(&report("opened", "app"), json!({}))
            .await
            .refused(StatusCode::NOT_FOUND, "not_found");
    }
    let wanted = [
        "scheduled",
        "sent app",
        "sent push",
        "accepted push",
        "shown app",
        "shown push",
        "opened push",
    ];
    let mut seen = loop {
        let frame = b.until("ring_test").await;
        assert_eq!(frame["device"], id);
        let steps = frame["test"]["steps"].as_array().unwrap().clone();
        if steps.len() == wanted.len() {
            break steps;
        }
    }
    .iter()
    .map(|step| match step["way"].as_str() {
        Some(way) => format!("{} {way}", step["step"].as_str().unwrap()),
        None => step["step"].as_str().unwrap().to_owned(),
    })
    .collect::<Vec<_>>();
    // The push service's answer and the device's report cross each other.
    assert_eq!(seen[..3], wanted[..3]);
    seen.sort();
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    assert_eq!(seen, wanted);
    let devices = world.bob.get("/devices").await;
    let kept = |devices: &Value| {
        let devices = devices.as_array().unwrap();
        let phone = devices.iter().find(|one| one["id"] == id).unwrap();
        phone["ring_test"]["steps"].as_array().map(Vec::len)
    };
    assert_eq!(kept(&devices), Some(wanted.len()));
    world.app.advance(600);
    assert_eq!(kept(&world.bob.get("/devices").await), None);
}

#[tokio::test]
async fn a_test_says_that_there_is_no_way_to_a_device() {
    let world = World::new().await;
    let mut b = world.bob.socket().await;
    world.service.answer(&world.at, [Say::Status(410)]);
    let id = world.phone.get("/me").await["device"].clone();
    let path = format!("/devices/{}/ring-test", id.as_str().unwrap());
    let rings = async |last: &str, b: &mut Socket| {
        let answer = world.bob.post(&path, json!({})).await;
        answer.expect(StatusCode::ACCEPTED);
        world.app.advance(10);
        loop {
            let frame = b.until("ring_test").await;
            let steps = frame["test"]["steps"].as_array().unwrap();
            let step = steps.last().unwrap();
            if step["step"] == last && step["way"] == "push" {
                return steps.iter().any(|step| step["step"] == "sent");
            }
        }
    };
    assert!(rings("refused", &mut b).await);
    assert_eq!(world.state().await, "off");
    assert!(!rings("unreachable", &mut b).await);
    // Not somebody else's to ring.
    world
        .ann
        .post(&path, json!({}))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
}
