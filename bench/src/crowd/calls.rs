//! Calls between the two of a pair, from the invite to the lists of calls, as two pages of the web app make them.

use super::stage::{Stage, field, lock};
use super::work::Kind;
use crate::people::{partner, token};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

/// How long the callee lets it ring.
const RINGS: Duration = Duration::from_millis(500);

/// How long they talk.
const TALK: Duration = Duration::from_millis(500);

/// Candidates that each side finds: its network's, by each family of addresses, and what a STUN server saw.
const CANDIDATES: [&str; 3] = [
    "candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host generation 0",
    "candidate:2 1 udp 2122197247 2001:db8::7 50001 typ host generation 0",
    "candidate:3 1 udp 1686052607 198.51.100.7 50002 typ srflx raddr 192.0.2.7 rport 50000 generation 0",
];

/// What Chromium offers for a call with sound, and what it answers: samples of the tests.
const OFFER: &str = include_str!("../../../crates/call/tests/samples/chromium-offer.sdp");
const ANSWER: &str = include_str!("../../../crates/call/tests/samples/chromium-answer.sdp");

static OFFER_JSON: LazyLock<String> = LazyLock::new(|| json!(OFFER).to_string());
static ANSWER_JSON: LazyLock<String> = LazyLock::new(|| json!(ANSWER).to_string());

/// The calls of all pairs. A pair has one call at a time (C-5).
pub(super) struct Calls {
    pairs: Vec<Mutex<Option<Ongoing>>>,
    /// Pairs that have none, the one that had none for longest first.
    free: Mutex<VecDeque<usize>>,
    /// How many calls each pair has had: who calls takes turns.
    had: Mutex<Vec<u32>>,
}

/// A call as its pair knows it.
struct Ongoing {
    caller: usize,
    meant: Instant,
    accepted: Option<Instant>,
    /// Devices told that it starts.
    told: u32,
    hung_up: Option<Instant>,
    /// People who have read their lists.
    listed: u32,
}

impl Calls {
    pub(super) fn new(pairs: usize) -> Self {
        Self {
            pairs: (0..pairs).map(|_| Mutex::new(None)).collect(),
            free: Mutex::default(),
            had: Mutex::new(vec![0; pairs]),
        }
    }

    /// A load begins, with the first so many pairs.
    pub(super) fn begins(&self, pairs: usize) {
        *lock(&self.free) = (0..pairs)
            .filter(|pair| lock(&self.pairs[*pair]).is_none())
            .collect();
    }
}

/// The next free pair makes a call.
pub(super) fn call(stage: &Arc<Stage>, meant: Instant) {
    let Some(pair) = lock(&stage.calls.free).pop_front() else {
        stage.is_refused("no pair of people was free");
        stage.not_begun();
        return;
    };
    let turn = {
        let mut had = lock(&stage.calls.had);
        had[pair] += 1;
        had[pair]
    };
    let caller = pair * 2 + turn as usize % 2;
    *lock(&stage.calls.pairs[pair]) = Some(Ongoing {
        caller,
        meant,
        accepted: None,
        told: 0,
        hung_up: None,
        listed: 0,
    });
    let stage = Arc::clone(stage);
    tokio::spawn(async move {
        if let Err(code) = invite(&stage, caller, turn).await {
            stage.is_refused(&code);
            is_over(&stage, pair);
        }
    });
}

async fn invite(stage: &Stage, caller: usize, turn: u32) -> Result<(), String> {
    let node = stage.node(caller);
    let with = format!("p{}", partner(caller));
    let key = format!("call-{caller}-{turn}");
    let answer = stage
        .http
        .post(format!("http://{node}/api/v1/calls"))
        .header("cookie", format!("birdcall={}", token(caller, 0)))
        .header("origin", format!("http://{node}"))
        .json(&json!({"with": with, "kind": "audio", "key": key}))
        .send()
        .await
        .map_err(|_| "no answer to an invite".to_owned())?;
    let status = answer.status();
    let body = answer.bytes().await.map_err(|error| error.to_string())?;
    if status == 201 {
        return Ok(());
    }
    let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
    Err(problem["code"]
        .as_str()
        .unwrap_or(status.as_str())
        .to_owned())
}

/// The call of a pair is over, well or not.
fn is_over(stage: &Arc<Stage>, pair: usize) {
    let over = lock(&stage.calls.pairs[pair]).take();
    if let Some(call) = over {
        lock(&stage.calls.free).push_back(pair);
        stage.done(Kind::Calls, call.meant);
    }
}

/// A person got a frame that may be about a call.
pub(super) fn hears(stage: &Arc<Stage>, who: usize, kind: &str, frame: &str) {
    let pair = who / 2;
    let mut place = lock(&stage.calls.pairs[pair]);
    let Some(ongoing) = place.as_mut() else {
        return;
    };
    let calls = who == ongoing.caller;
    let Some(call) = field(frame, "call") else {
        if kind == "changed" && frame.contains(r#""what":"calls""#) {
            list(stage, who, pair);
        }
        return;
    };
    match kind {
        "ring" => {
            if stage.counts(ongoing.meant) {
                stage.measures.rang.note(ongoing.meant.elapsed());
            }
            press(stage, who, "call_ringing", call);
            later(stage, who, RINGS, "call_accept", call.to_owned());
        }
        "call_started" => {
            ongoing.told += 1;
            if ongoing.told == 2
                && let Some(accepted) = ongoing.accepted
                && stage.counts(ongoing.meant)
            {
                stage.measures.started.note(accepted.elapsed());
            }
            if calls {
                describe(stage, who, call, "offer", &OFFER_JSON);
            }
        }
        "call_description" if !calls => describe(stage, who, call, "answer", &ANSWER_JSON),
        "call_candidate" if frame.contains(r#""candidate":"""#) => {
            stage.send(
                who,
                format!(r#"{{"type":"call_connected","call":"{call}","epoch":1}}"#),
            );
        }
        "call_active" if calls => later(stage, who, TALK, "call_hang_up", call.to_owned()),
        _ => {}
    }
}

fn press(stage: &Stage, who: usize, what: &str, call: &str) {
    stage.send(who, format!(r#"{{"type":"{what}","call":"{call}"}}"#));
}

/// A person presses something after a while.
fn later(stage: &Arc<Stage>, who: usize, wait: Duration, what: &'static str, call: String) {
    let stage = Arc::clone(stage);
    tokio::spawn(async move {
        tokio::time::sleep(wait).await;
        if let Some(ongoing) = lock(&stage.calls.pairs[who / 2]).as_mut() {
            let moment = Some(Instant::now());
            if what == "call_accept" {
                ongoing.accepted = moment;
            } else {
                ongoing.hung_up = moment;
            }
        }
        press(&stage, who, what, &call);
    });
}

/// A description and all candidates.
fn describe(stage: &Stage, who: usize, call: &str, what: &str, sdp: &str) {
    stage.send(
        who,
        format!(r#"{{"type":"call_description","call":"{call}","epoch":1,"sdp_type":"{what}","sdp":{sdp}}}"#),
    );
    for candidate in CANDIDATES.into_iter().chain([""]) {
        stage.send(
            who,
            format!(r#"{{"type":"call_candidate","call":"{call}","epoch":1,"candidate":"{candidate}","mid":"0"}}"#),
        );
    }
}

/// A page reads the list of missed calls anew; when both have, the call is over.
fn list(stage: &Arc<Stage>, who: usize, pair: usize) {
    let stage = Arc::clone(stage);
    tokio::spawn(async move {
        let node = stage.node(who);
        let read = stage
            .http
            .get(format!("http://{node}/api/v1/calls?only=missed"))
            .header("cookie", format!("birdcall={}", token(who, 0)))
            .send()
            .await;
        let read = match read {
            Ok(answer) => answer.status() == 200 && answer.bytes().await.is_ok(),
            Err(_) => false,
        };
        if !read {
            stage.is_refused("a list of calls");
        }
        let both = {
            let mut place = lock(&stage.calls.pairs[pair]);
            let Some(ongoing) = place.as_mut() else {
                return;
            };
            ongoing.listed += 1;
            if ongoing.listed == 2
                && let Some(hung_up) = ongoing.hung_up
                && stage.counts(ongoing.meant)
            {
                stage.measures.ended.note(hung_up.elapsed());
            }
            ongoing.listed == 2
        };
        if both {
            is_over(&stage, pair);
        }
    });
}
