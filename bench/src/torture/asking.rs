//! What devices ask over HTTP. Each asks until it is answered, at whichever node is there.

use super::checker::LATER;
use super::history::{About, Device, Person, Record, What};
use super::world::{self, World};
use crate::people::token;
use birdcall_protocol::body::{CallPage, Conversation, EntryPage, Problem, UnrungCall};
use birdcall_protocol::call::CallView;
use rand::{RngExt, rngs::StdRng};
use reqwest::{Method, RequestBuilder};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::time::Duration;

/// Entries in a page.
const PAGE: usize = 100;

/// The longest wait before it is asked again.
const AGAIN: u64 = 400;

fn request(world: &World, device: Device, method: Method, url: String) -> RequestBuilder {
    let token = token(device.person.0, device.number);
    world
        .http
        .request(method, url)
        .header("cookie", format!("birdcall={token}"))
}

/// Asks until there is an answer; nothing where it is refused for good. Refusals are written down.
async fn ask<T: DeserializeOwned>(
    world: &World,
    device: Device,
    random: &mut StdRng,
    about: About,
    how: impl Fn(&World, &str) -> RequestBuilder,
) -> Option<T> {
    loop {
        if let Some(node) = world.whereabouts.any(random) {
            let base = format!("http://{node}/api/v1");
            let answer = how(world, &base)
                .header("origin", format!("http://{node}"))
                .send()
                .await;
            // A node that was killed meanwhile has not answered.
            if let Ok(answer) = answer {
                let status = answer.status();
                if let Ok(body) = answer.bytes().await {
                    if status.is_success() {
                        if let Ok(body) = serde_json::from_slice(&body) {
                            return Some(body);
                        }
                        world.happens(What::Crashed {
                            words: format!("an answer to {device:?} cannot be read"),
                        });
                    } else {
                        let problem: Result<Problem, _> = serde_json::from_slice(&body);
                        let code = match problem {
                            Ok(problem) => problem.code.as_str().to_owned(),
                            Err(_) => status.as_str().to_owned(),
                        };
                        let final_word =
                            !LATER.contains(&code.as_str()) && !status.is_server_error();
                        world.happens(What::Refused {
                            device,
                            about,
                            code,
                        });
                        if final_word {
                            return None;
                        }
                    }
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(20..AGAIN))).await;
    }
}

/// How far one has read.
pub(super) async fn head(world: &World, device: Device, with: Person, random: &mut StdRng) {
    let question = world.next_question();
    world.happens(What::Asks {
        device,
        with: Some(with),
        question,
    });
    let answer: Option<Conversation> = ask(world, device, random, About::Other, |world, base| {
        let url = format!("{base}/conversations/p{}", with.0);
        request(world, device, Method::GET, url)
    })
    .await;
    if let Some(conversation) = answer {
        world.happens(What::Head {
            device,
            with,
            question,
            read: conversation.read,
        });
    }
}

/// A conversation: its newest page, or all of it. The newest place is handed back.
pub(super) async fn page(
    world: &World,
    device: Device,
    with: Person,
    all: bool,
    random: &mut StdRng,
) -> Vec<u64> {
    let question = world.next_question();
    world.happens(What::Asks {
        device,
        with: Some(with),
        question,
    });
    let mut entries = Vec::new();
    let mut whole = false;
    let mut before = None;
    while !whole {
        let answer: Option<EntryPage> = ask(world, device, random, About::Other, |world, base| {
            let older = before.map_or_else(String::new, |seq: u64| format!("&before={seq}"));
            let url = format!(
                "{base}/conversations/p{}/entries?limit={PAGE}{older}",
                with.0
            );
            request(world, device, Method::GET, url)
        })
        .await;
        let Some(page) = answer else {
            return Vec::new();
        };
        before = page.entries.first().map(|entry| entry.seq);
        let mut older: Vec<_> = page.entries.iter().map(world::entry).collect();
        older.append(&mut entries);
        entries = older;
        whole = !page.more;
        if !all {
            break;
        }
    }
    let places = entries.iter().map(|entry| entry.seq).collect();
    world.happens(What::Page {
        device,
        with,
        question,
        whole,
        entries,
    });
    places
}

/// All calls.
pub(super) async fn calls(world: &World, device: Device, random: &mut StdRng) {
    let question = world.next_question();
    world.happens(What::Asks {
        device,
        with: None,
        question,
    });
    let mut records = Vec::new();
    let mut before = None;
    loop {
        let answer: Option<CallPage> = ask(world, device, random, About::Other, |world, base| {
            let older = before.map_or_else(String::new, |at: i64| format!("?before={at}"));
            request(world, device, Method::GET, format!("{base}/calls{older}"))
        })
        .await;
        let Some(page) = answer else { return };
        before = page.calls.last().map(|call| call.at.0);
        records.extend(page.calls.iter().filter_map(|call| {
            Some(Record {
                call: call.call,
                with: world::person(&call.with.handle.to_string())?,
                role: call.role,
                outcome: call.outcome,
            })
        }));
        if !page.more {
            break;
        }
    }
    let unrung: Option<Vec<UnrungCall>> =
        ask(world, device, random, About::Other, |world, base| {
            request(world, device, Method::GET, format!("{base}/calls/unrung"))
        })
        .await;
    let Some(unrung) = unrung else { return };
    world.happens(What::Calls {
        device,
        question,
        records,
        unrung: unrung.iter().map(|call| call.call).collect(),
    });
}

/// Calls somebody, under one key however often it has to be said.
pub(super) async fn invite(
    world: &World,
    device: Device,
    with: Person,
    random: &mut StdRng,
) -> Option<CallView> {
    let invite = world.next_invite();
    let key = format!("i{}", invite.0);
    let about = About::Invite(invite);
    let view: CallView = ask(world, device, random, about, |world, base| {
        world.happens(What::Invites {
            device,
            with,
            invite,
        });
        let body = json!({"with": format!("p{}", with.0), "kind": "audio", "key": key});
        request(world, device, Method::POST, format!("{base}/calls")).json(&body)
    })
    .await?;
    world.happens(What::Invited {
        device,
        with,
        invite,
        call: view.call,
        role: view.role,
    });
    Some(view)
}
