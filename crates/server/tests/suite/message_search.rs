//! Search in all conversations, and pages anywhere in one (M-4).

use super::app::{Device, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn search(device: &Device, query: &str) -> Vec<String> {
    let page = device.get(&path(query, None)).await;
    texts(&page)
}

fn path(query: &str, before: Option<&str>) -> String {
    let mut url = reqwest::Url::parse("http://x/search").unwrap();
    url.query_pairs_mut().append_pair("query", query);
    if let Some(before) = before {
        url.query_pairs_mut().append_pair("before", before);
    }
    format!("/search?{}", url.query().unwrap())
}

fn texts(page: &Value) -> Vec<String> {
    let hits = page["hits"].as_array().unwrap();
    hits.iter()
        .map(|hit| hit["snippet"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn all_words_are_found_in_all_conversations_the_newest_first() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let cleo = app.sign_up("cleo").await;
    ann.write(&bob, "The Café opens at noon").await;
    app.advance(1);
    cleo.write(&ann, "is the cafe nice?").await;
    app.advance(1);
    bob.write(&ann, "noon is fine").await;
    assert_eq!(
        search(&ann, "CAFE").await,
        ["is the cafe nice?", "The Café opens at noon"]
    );
    assert_eq!(search(&ann, "noo caf").await, ["The Café opens at noon"]);
    assert_eq!(
        search(&bob, "noon").await,
        ["noon is fine", "The Café opens at noon"]
    );
    assert!(search(&ann, "afe").await.is_empty());
    assert!(search(&ann, "%").await.is_empty());
    assert!(search(&cleo, "noon").await.is_empty());
    let page = ann.get("/search?query=noon").await;
    let hit = &page["hits"][1];
    assert_eq!(
        (&hit["with"]["handle"], &hit["from"], &hit["seq"]),
        (&json!("bob"), &json!("ann"), &json!(3))
    );
    assert_eq!(hit["marks"], json!([{"start": 18, "end": 22}]));
}

#[tokio::test]
async fn only_what_one_sees_is_found() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    ann.write(&bob, "secret plan").await;
    bob.delete("/conversations/ann/entries/3")
        .await
        .expect(StatusCode::NO_CONTENT);
    assert!(search(&bob, "secret").await.is_empty());
    assert_eq!(search(&ann, "secret").await, ["secret plan"]);
    // What a blocked person writes stands in their own view alone.
    bob.block(&ann).await;
    ann.write(&bob, "secret anger").await;
    assert!(search(&bob, "secret").await.is_empty());
    assert_eq!(search(&ann, "secret").await.len(), 2);
    // A request is found, one of a blocked person is not.
    let eve = app.sign_up("eve").await;
    eve.write(&bob, "secret offer").await;
    assert_eq!(search(&bob, "secret").await, ["secret offer"]);
    bob.block(&eve).await;
    assert!(search(&bob, "secret").await.is_empty());
}

#[tokio::test]
async fn results_come_in_pages_without_gap_or_repetition() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let cleo = app.sign_up("cleo").await;
    let mut a = ann.socket().await;
    // All at the same moment, in two conversations.
    for n in 0..45 {
        let to = if n % 2 == 0 {
            &bob.handle
        } else {
            &cleo.handle
        };
        a.send(json!({"type": "send", "key": n.to_string(), "to": to, "text": format!("word{n}")}))
            .await;
        a.until("sent").await;
    }
    let (mut all, mut before) = (Vec::new(), None::<String>);
    loop {
        let page = ann.get(&path("word", before.as_deref())).await;
        all.extend(texts(&page));
        match page["before"].as_str() {
            Some(next) => before = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(all.len(), 45);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 45);
}

#[tokio::test]
async fn a_bad_search_is_refused() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    for query in [path(&"x".repeat(101), None), path("x", Some("17-4"))] {
        ann.ask(Method::GET, &query, None)
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_input");
    }
    assert!(search(&ann, "").await.is_empty());
    assert!(search(&ann, "…!").await.is_empty());
}

#[tokio::test]
async fn a_conversation_is_read_from_anywhere_in_both_directions() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut a = ann.socket().await;
    for n in 3..=40 {
        a.send(json!({"type": "send", "key": n.to_string(), "to": "bob", "text": n.to_string()}))
            .await;
        a.until("sent").await;
    }
    bob.delete("/conversations/ann/entries/20")
        .await
        .expect(StatusCode::NO_CONTENT);
    let page = async |query: &str| {
        let page = bob
            .get(&format!("/conversations/ann/entries?{query}"))
            .await;
        let seqs: Vec<u64> = page["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["seq"].as_u64().unwrap())
            .collect();
        (
            seqs,
            page["more"].as_bool().unwrap(),
            page["newer"].as_bool().unwrap(),
        )
    };
    assert_eq!(page("limit=3").await, (vec![38, 39, 40], true, false));
    assert_eq!(page("before=4&limit=5").await, (vec![1, 2, 3], false, true));
    assert_eq!(
        page("after=18&limit=3").await,
        (vec![19, 21, 22], true, true)
    );
    assert_eq!(page("after=38&limit=3").await, (vec![39, 40], true, false));
    assert_eq!(page("after=40&limit=3").await, (vec![], true, false));
    assert_eq!(
        page("around=20&limit=4").await,
        (vec![18, 19, 21, 22], true, true)
    );
    assert_eq!(page("around=1&limit=4").await, (vec![1, 2], false, true));
    assert_eq!(page("around=99&limit=2").await, (vec![39, 40], true, false));
    bob.ask(
        Method::GET,
        "/conversations/ann/entries?before=4&after=3",
        None,
    )
    .await
    .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_input");
}
