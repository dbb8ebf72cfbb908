//! Who may call (C-1 to C-7), as caller and callee notice it.

use super::app::{Device, TestApp};
use birdcall_call::beat::BEAT;
use birdcall_protocol::call::{CallKind, CallOutcome, Phase};
use birdcall_protocol::{CallId, Handle};
use birdcall_store::{CallColumns, NewCall};
use reqwest::StatusCode;
use serde_json::{Value, json};

const BOXES: [&str; 4] = ["address_book", "following", "verified", "everyone"];

/// Ticks these boxes of the audience and no other.
async fn tick(callee: &Device, boxes: &[&str]) {
    callee
        .set_calling(|calling| {
            for one in BOXES {
                calling["audience"][one] = boxes.contains(&one).into();
            }
        })
        .await;
}

/// Whether a call now makes the callee's device ring; the call is cancelled again.
async fn rings(caller: &Device, callee: &Device) -> bool {
    let (mut a, mut b) = (caller.socket().await, callee.socket().await);
    let call = caller.call(callee).await;
    let rang = b.call_frames().await.contains(&"ring".to_owned());
    a.press("call_cancel", &call).await;
    a.until("call_ended").await;
    rang
}

/// Everything the caller is told of a call that nobody answers, with the seconds at which it comes.
async fn told(app: &TestApp, caller: &Device, callee: &Device) -> Vec<(u64, Value)> {
    let mut a = caller.socket().await;
    let mut view = caller
        .invite(&callee.handle, "audio")
        .await
        .expect(StatusCode::CREATED);
    let call = view["call"].clone();
    let deadline = view["deadline"].as_i64().unwrap() - app.clock.now().0;
    view["deadline"] = deadline.into();
    view["call"] = Value::Null;
    let mut told = vec![(0, view)];
    for second in 0..=45 {
        if second == 45 {
            let ended = a.until("call_ended").await;
            assert_eq!(ended["call"], call);
            told.push((
                second,
                json!({"ended": ended["reason"], "detail": ended["detail"]}),
            ));
        } else {
            let kinds = a.call_frames().await;
            told.extend(kinds.into_iter().map(|kind| (second, kind.into())));
            app.advance(1);
        }
    }
    told
}

#[tokio::test]
async fn who_was_not_written_to_is_told_so_openly() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    ann.follow(&bob).await;
    bob.follow(&ann).await;
    ann.write(&bob, "hello").await;
    assert_eq!(
        ann.get("/conversations/bob").await["with"]["call"],
        "first_message_needed"
    );
    ann.invite("bob", "audio")
        .await
        .refused(StatusCode::FORBIDDEN, "first_message_needed");
    // Under every audience (C-1).
    tick(&bob, &["everyone"]).await;
    ann.invite("bob", "audio")
        .await
        .refused(StatusCode::FORBIDDEN, "first_message_needed");
    bob.write(&ann, "hi").await;
    assert_eq!(
        ann.get("/conversations/bob").await["with"]["call"],
        "available"
    );
    assert!(rings(&ann, &bob).await);
}

/// Each box alone and in pairs, against what fits the caller.
#[tokio::test]
async fn each_box_and_each_pair_lets_in_whom_it_fits() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    // Bob follows throughout.
    for (in_book, verified) in [(false, false), (true, false), (false, true), (true, true)] {
        let path = "/address-book/ann";
        if in_book {
            bob.put(path, None).await.expect(StatusCode::OK);
        } else {
            bob.delete(path).await.expect(StatusCode::OK);
        }
        verify(&app, "ann", verified).await;
        let fits = |one: &str| match one {
            "address_book" => in_book,
            "verified" => verified,
            _ => true,
        };
        for (n, one) in BOXES.iter().enumerate() {
            for other in &BOXES[n..] {
                tick(&bob, &[one, other]).await;
                let expected = fits(one) || fits(other);
                assert_eq!(
                    rings(&ann, &bob).await,
                    expected,
                    "{one} {other} {in_book} {verified}"
                );
                // C-5 would stop the rings of the pair else, and the invites' own limit is on the real clock.
                app.advance(2 * 60 * 60);
            }
        }
    }
}

async fn verify(app: &TestApp, handle: &str, verified: bool) {
    let handle = handle.parse().unwrap();
    app.write(async |tx| assert!(tx.set_verified(&handle, verified).await.unwrap()))
        .await;
}

/// C-6: off, no box, not in the audience, blocked, over the limit, nobody there: the caller is told the same at the
/// same times, and the callee finds the reason.
#[tokio::test]
async fn everything_that_is_not_told_looks_the_same_to_the_caller() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let silence = told(&app, &ann, &bob).await;
    assert_eq!(silence.last().unwrap().1["ended"], "no_answer");
    assert_eq!(silence.len(), 2, "{silence:?}");
    app.advance(2 * 60 * 60);

    let mut b = bob.socket().await;
    bob.set_calling(|calling| calling["enabled"] = false.into())
        .await;
    assert_eq!(told(&app, &ann, &bob).await, silence, "off");
    bob.set_calling(|calling| calling["enabled"] = true.into())
        .await;
    tick(&bob, &[]).await;
    assert_eq!(told(&app, &ann, &bob).await, silence, "no box");
    tick(&bob, &["verified"]).await;
    assert_eq!(told(&app, &ann, &bob).await, silence, "not in the audience");
    tick(&bob, &["everyone"]).await;
    bob.block(&ann).await;
    assert_eq!(told(&app, &ann, &bob).await, silence, "blocked");
    bob.delete("/people/ann/block").await.expect(StatusCode::OK);
    let kinds = b.call_frames().await;
    assert!(
        kinds.is_empty(),
        "the callee's device heard of it: {kinds:?}"
    );

    let unrung = bob.get("/calls/unrung").await;
    let reasons: Vec<&str> = unrung
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["reason"].as_str().unwrap())
        .collect();
    assert_eq!(reasons, ["blocked", "audience", "audience", "off"]);
    // In the callee's lists stands only the call that nobody answered; the caller has them all.
    assert_eq!(
        bob.get("/calls").await["calls"].as_array().unwrap().len(),
        1
    );
    assert_eq!(
        ann.get("/calls").await["calls"].as_array().unwrap().len(),
        5
    );
}

/// How a call that nobody answers is made to look: what stands in its way, or nothing.
const REASONS: [&str; 7] = [
    "offline", "ringing", "blocked", "off", "audience", "quiet", "limits",
];

/// C-6 in time: the work is done before, but the answer and the end leave on the same beat, whatever became of the call.
/// Given up, it is told on the beat as well.
#[tokio::test]
async fn what_a_caller_is_told_leaves_on_the_same_beat_for_every_reason() {
    let app = TestApp::with(|options| options.beat = Some(BEAT)).await;
    for gives_up in [false, true] {
        for reason in REASONS {
            let n = u8::from(gives_up);
            let names = (format!("a{n}{reason}"), format!("b{n}{reason}"));
            let (ann, bob) = app.friends(&names.0, &names.1).await;
            ann.delete(&format!("/people/{}/follow", bob.handle))
                .await
                .expect(StatusCode::OK);
            let mut b = if reason == "offline" {
                None
            } else {
                Some(bob.socket().await)
            };
            match reason {
                "blocked" => bob.block(&ann).await,
                "off" => {
                    bob.set_calling(|calling| calling["enabled"] = false.into())
                        .await;
                }
                "audience" => tick(&bob, &[]).await,
                "quiet" => {
                    let quiet = json!({"on": true, "zone": ""});
                    bob.put("/me/quiet", Some(quiet))
                        .await
                        .expect(StatusCode::OK);
                }
                "limits" => ring_three_times(&app, &ann, &bob).await,
                _ => {}
            }
            if let Some(b) = &mut b {
                b.so_far().await;
            }
            let told = on_the_beat(&app, ann, &bob, gives_up).await;
            assert_eq!(told, expected(gives_up), "{reason}");
            if let Some(b) = &mut b {
                let rang = b.call_frames().await.contains(&"ring".to_owned());
                assert_eq!(rang, reason == "ringing", "{reason}");
            }
        }
    }
}

/// What the caller gets, by the milliseconds since the request or since the end.
fn expected(gives_up: bool) -> Vec<(u64, String)> {
    let reason = if gives_up { "cancelled" } else { "no_answer" };
    [
        (100, "answer"),
        (100, reason),
        (100, "entry"),
        (100, "changed"),
    ]
    .map(|(at, what)| (at, what.to_owned()))
    .to_vec()
}

async fn ring_three_times(app: &TestApp, ann: &Device, bob: &Device) {
    let callee: Handle = bob.handle.parse().unwrap();
    let caller: Handle = ann.handle.parse().unwrap();
    app.write(async |history| {
        let (caller, callee) = (
            history.person(&caller).await.unwrap().unwrap().id,
            history.person(&callee).await.unwrap().unwrap().id,
        );
        for n in 0..3_i64 {
            let id = CallId::from_i64(app.clock.now().0 + n);
            let at = app.clock.now() - std::time::Duration::from_secs(60);
            let call = NewCall {
                id,
                caller,
                callee,
                key: &format!("before-{n}-{}", ann.handle),
                kind: CallKind::Audio,
                at,
            };
            let columns = CallColumns {
                phase: Phase::Ended,
                deadline: None,
                rung: true,
                answered: false,
                outcome: Some(CallOutcome::NoAnswer),
                seconds: 0,
                callee_sees: true,
                snapshot: String::new(),
            };
            history.add_call(&call, &columns).await.unwrap();
        }
    })
    .await;
}

/// Calls, and notes at which millisecond after the request and after the end the caller is told what. Before each turn
/// of the clock the work is waited for, so that nothing but the beat can hold anything back.
async fn on_the_beat(
    app: &TestApp,
    ann: Device,
    bob: &Device,
    gives_up: bool,
) -> Vec<(u64, String)> {
    let ann = std::sync::Arc::new(ann);
    let mut told = Vec::new();
    let mut a = ann.socket().await;
    let (caller, with) = (std::sync::Arc::clone(&ann), bob.handle.clone());
    let request = tokio::spawn(async move { caller.invite(&with, "audio").await });
    let call = until_rings(app, &ann).await;
    for millis in [0, 99] {
        app.clock.advance(std::time::Duration::from_millis(millis));
        assert!(a.so_far().await.is_empty());
        assert!(!request.is_finished(), "{millis}");
    }
    app.clock.advance(std::time::Duration::from_millis(1));
    request.await.unwrap().expect(StatusCode::CREATED);
    told.push((100, "answer".to_owned()));
    // What the beat has woken looks before the clock jumps: it would find the end, 45 seconds before its time.
    let early = a.so_far().await;
    assert!(early.is_empty(), "{early:?}");
    if gives_up {
        a.press("call_cancel", &call.to_string()).await;
    } else {
        // A beat has gone by since.
        app.clock.advance(std::time::Duration::from_millis(44_900));
    }
    until_over(app, &ann, call).await;
    if gives_up {
        // The socket that gave up is answered nothing at all until then.
        a.send(json!({"type": "ping"})).await;
        app.clock.advance(std::time::Duration::from_millis(99));
        assert!(a.is_silent().await);
    } else {
        for millis in [0, 99] {
            app.clock.advance(std::time::Duration::from_millis(millis));
            let early = a.so_far().await;
            assert!(early.is_empty(), "{millis}: {early:?}");
        }
    }
    app.clock.advance(std::time::Duration::from_millis(1));
    while told.len() < 4 {
        let frame = a.next().await;
        let what = match frame["type"].as_str().unwrap() {
            "pong" => continue,
            "call_ended" => frame["reason"].as_str().unwrap(),
            other => other,
        };
        told.push((100, what.to_owned()));
    }
    told
}

/// Waits until the store has the caller's call, and whoever changes it has done all but wait for the beat.
async fn until_rings(app: &TestApp, caller: &Device) -> CallId {
    let person = caller.handle.parse().unwrap();
    loop {
        let mut reader = app.running.app.store.read().await.unwrap();
        let person = reader.person(&person).await.unwrap().unwrap().id;
        let open = reader.open_calls(person).await.unwrap();
        drop(reader);
        if let Some(row) = open.first() {
            drop(app.running.app.turns.of(row.id).await);
            return row.id;
        }
        tokio::task::yield_now().await;
    }
}

/// The same, until it is over.
async fn until_over(app: &TestApp, caller: &Device, call: CallId) {
    let person = caller.handle.parse().unwrap();
    loop {
        let mut reader = app.running.app.store.read().await.unwrap();
        let person = reader.person(&person).await.unwrap().unwrap().id;
        let open = reader.open_calls(person).await.unwrap();
        drop(reader);
        if open.is_empty() {
            drop(app.running.app.turns.of(call).await);
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// C-5: three unanswered rings in ten minutes, then silence for an hour.
#[tokio::test]
async fn the_fourth_ring_in_a_row_is_silent() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    for _ in 0..3 {
        assert!(rings(&ann, &bob).await);
    }
    assert!(!rings(&ann, &bob).await);
    assert_eq!(bob.get("/calls/unrung").await[0]["reason"], "limits");
    app.advance(60 * 60 - 1);
    assert!(!rings(&ann, &bob).await);
    app.advance(1);
    assert!(rings(&ann, &bob).await);
}

#[tokio::test]
async fn whom_one_has_blocked_one_cannot_call() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    ann.block(&bob).await;
    ann.invite("bob", "audio")
        .await
        .refused(StatusCode::CONFLICT, "you_blocked");
}

/// C-7: each change stops a call that rings, and the caller notices nothing.
#[tokio::test]
async fn a_setting_changed_while_it_rings_stops_it() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    for change in ["switch", "boxes", "block", "verification"] {
        if change == "verification" {
            verify(&app, "ann", true).await;
            tick(&bob, &["verified"]).await;
        }
        ann.call(&bob).await;
        b.until("ring").await;
        match change {
            "switch" => {
                bob.set_calling(|calling| calling["enabled"] = false.into())
                    .await;
            }
            "boxes" => tick(&bob, &[]).await,
            "block" => bob.block(&ann).await,
            _ => {
                // As by the operator's command line: nobody tells the server, it looks itself, within a second.
                verify(&app, "ann", false).await;
                app.advance(1);
            }
        }
        assert_eq!(
            b.until("ring_stopped").await["reason"],
            "not_allowed",
            "{change}"
        );
        assert!(a.call_frames().await.is_empty(), "{change}");
        app.advance(45);
        assert_eq!(
            a.until("call_ended").await["reason"],
            "no_answer",
            "{change}"
        );
        bob.set_calling(|calling| calling["enabled"] = true.into())
            .await;
        tick(&bob, &["everyone"]).await;
        bob.delete("/people/ann/block").await.expect(StatusCode::OK);
        app.advance(2 * 60 * 60);
        b.so_far().await;
    }
    assert_eq!(bob.get("/calls/unrung").await.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_block_ends_a_call_under_way() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_accept", &call).await;
    b.until("call_started").await;
    ann.block(&bob).await;
    for socket in [&mut a, &mut b] {
        assert_eq!(socket.until("call_ended").await["reason"], "hung_up");
    }
}

/// P-1, P-5: what has to be relayed fails closed, whatever the gate says.
#[tokio::test]
async fn without_a_relay_only_mutual_followers_without_privacy_can_call() {
    let app = TestApp::with(|options| options.relay = Some(false)).await;
    let (ann, bob) = app.friends("ann", "bob").await;
    assert_eq!(ann.get("/me").await["relay"], false);
    let refused = async || {
        ann.invite("bob", "audio")
            .await
            .refused(StatusCode::SERVICE_UNAVAILABLE, "no_relay");
    };
    for person in [&ann, &bob] {
        person
            .set_calling(|calling| calling["enhanced_privacy"] = true.into())
            .await;
        refused().await;
        person
            .set_calling(|calling| calling["enhanced_privacy"] = false.into())
            .await;
    }
    for (one, other) in [(&ann, "bob"), (&bob, "ann")] {
        let path = format!("/people/{other}/follow");
        one.delete(&path).await.expect(StatusCode::OK);
        refused().await;
        one.put(&path, None).await.expect(StatusCode::OK);
    }
    assert!(rings(&ann, &bob).await);
    // Checked again at accept.
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = ann.call(&bob).await;
    b.until("ring").await;
    ann.set_calling(|calling| calling["enhanced_privacy"] = true.into())
        .await;
    b.press("call_accept", &call).await;
    let ended = a.until("call_ended").await;
    assert_eq!(
        (&ended["reason"], &ended["detail"]),
        (&"failed".into(), &"no_relay".into())
    );
}

/// P-7, P-5: switched on in a direct call, without a relay, the call ends rather than going on in the open.
#[tokio::test]
async fn privacy_switched_on_in_a_direct_call_ends_it_where_there_is_no_relay() {
    let app = TestApp::with(|options| options.relay = Some(false)).await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_accept", &call).await;
    b.until("call_started").await;
    bob.set_calling(|calling| calling["enhanced_privacy"] = true.into())
        .await;
    for socket in [&mut a, &mut b] {
        assert_eq!(socket.until("call_ended").await["detail"], "no_relay");
    }
}
