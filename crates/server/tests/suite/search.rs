//! Search as one types, and the two public lists of a person (M-2).

use super::app::{Device, TestApp};
use birdcall_protocol::body::{Audience, Calling};
use birdcall_protocol::{PersonId, Timestamp};
use birdcall_server::{looks, names};
use birdcall_store::{NewPerson, Sought};
use reqwest::{Method, StatusCode};
use serde_json::json;

async fn found(who: &Device, query: &str) -> Vec<String> {
    let url = reqwest::Url::parse_with_params("http://x/people", [("query", query)]).unwrap();
    let path = format!("/people?{}", url.query().unwrap());
    handles(&who.get(&path).await)
}

fn handles(list: &serde_json::Value) -> Vec<String> {
    let handle = |person: &serde_json::Value| person["handle"].as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(handle).collect()
}

async fn named(app: &TestApp, handle: &str, name: &str) -> Device {
    let device = app.sign_up(handle).await;
    let body = Some(json!({ "name": name }));
    device
        .ask(Method::PATCH, "/me", body)
        .await
        .expect(StatusCode::OK);
    device
}

#[tokio::test]
async fn people_are_found_by_the_beginning_of_a_handle_or_of_any_word_of_a_name() {
    let app = TestApp::new().await;
    let ann = named(&app, "ann", "Ann Lee").await;
    named(&app, "jlp", "Jean-Luc Müller").await;
    named(&app, "duc", "Nguyễn Văn Đức").await;
    named(&app, "yuri", "Юрий Гагарин").await;
    named(&app, "hundred_", "100 % me").await;
    for (query, expected) in [
        ("@AN", vec!["ann"]),
        ("luc", vec!["jlp"]),
        ("muller", vec!["jlp"]),
        ("MÜLL", vec!["jlp"]),
        ("mul jea", vec!["jlp"]),
        ("luc x", vec![]),
        ("uller", vec![]),
        ("van d", vec!["duc"]),
        ("гага", vec!["yuri"]),
        ("%", vec![]),
        ("_", vec![]),
        ("100 %", vec!["hundred_"]),
        ("hundred_", vec!["hundred_"]),
        ("zzz", vec![]),
    ] {
        assert_eq!(found(&ann, query).await, expected, "{query}");
    }
    // A new name is found at once, the old one no more.
    let body = Some(json!({ "name": "Zoë" }));
    ann.ask(Method::PATCH, "/me", body)
        .await
        .expect(StatusCode::OK);
    assert_eq!(found(&ann, "zoe").await, ["ann"]);
    assert!(found(&ann, "lee").await.is_empty());
}

#[tokio::test]
async fn ones_own_people_come_first_and_a_block_changes_nothing() {
    let app = TestApp::new().await;
    let me = app.sign_up("me").await;
    let mut people = Vec::new();
    for handle in ["sa", "sb", "sc", "sd", "se"] {
        people.push(app.sign_up(handle).await);
    }
    people[3].follow(&me).await;
    me.put("/address-book/sc", None)
        .await
        .expect(StatusCode::OK);
    me.follow(&people[4]).await;
    assert_eq!(found(&me, "s").await, ["se", "sc", "sd", "sa", "sb"]);
    // Who types a whole handle wants that one.
    assert_eq!(found(&me, "sb").await, ["sb"]);
    for one in &people {
        one.block(&me).await;
    }
    assert_eq!(found(&me, "s").await, ["se", "sc", "sd", "sa", "sb"]);
    for number in 0..25 {
        app.sign_up(&format!("sx{number:02}")).await;
        app.advance(60);
    }
    assert_eq!(found(&me, "s").await.len(), 20);
    assert_eq!(found(&me, "s").await[..3], ["se", "sc", "sd"]);
}

#[tokio::test]
async fn follow_lists_come_by_the_page_and_are_the_same_for_everybody() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let stranger = app.sign_up("stranger").await;
    for number in 0..53 {
        let one = app.sign_up(&format!("f{number:02}")).await;
        one.follow(&ann).await;
        app.advance(60);
    }
    ann.follow(&bob).await;
    ann.block(&bob).await;
    for who in [&bob, &stranger, &ann] {
        let profile = who.get("/people/ann").await;
        assert_eq!(
            (&profile["followers"], &profile["follows"]),
            (&json!(53), &json!(1))
        );
        let first = who.get("/people/ann/followers").await;
        let people = handles(&first["people"]);
        assert_eq!((people.len(), &first["more"]), (50, &json!(true)));
        assert_eq!((people[0].as_str(), people[49].as_str()), ("f00", "f49"));
        let second = who.get("/people/ann/followers?after=f49").await;
        assert_eq!(handles(&second["people"]), ["f50", "f51", "f52"]);
        assert_eq!(second["more"], json!(false));
        let following = who.get("/people/ann/following").await;
        assert_eq!(handles(&following["people"]), ["bob"]);
    }
    ann.ask(Method::GET, "/people/nobody/followers", None)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    ann.ask(Method::GET, "/people/ann/followers?after=a%20b", None)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_input");
}

/// Names from before they were folded are found after the next start.
#[tokio::test]
async fn names_are_folded_at_the_start() {
    let app = TestApp::new().await;
    named(&app, "ann", "Ánn").await;
    let mut tx = app.running.app.store.write().await.unwrap();
    tx.unfold_names().await.unwrap();
    let count = tx.unfolded(10).await.unwrap().len();
    tx.commit().await.unwrap();
    assert_eq!(count, 1);
    let app = app.again().await;
    let left = app
        .running
        .app
        .store
        .read()
        .await
        .unwrap()
        .unfolded(10)
        .await;
    assert!(left.unwrap().is_empty());
    let ann = app.sign_in("ann").await;
    assert_eq!(found(&ann, "ann").await, ["ann"]);
}

/// A community of 20,000 answers while one types.
#[tokio::test]
async fn a_search_among_many_is_quick() {
    let app = TestApp::new().await;
    let store = &app.running.app.store;
    let mut tx = store.write().await.unwrap();
    for number in 0..20_000_u64 {
        let handle = format!("p{number:05}").parse().unwrap();
        let name = names::name(&format!("Somebody Number{number}")).unwrap();
        tx.add_person(&NewPerson {
            id: PersonId::new(number + 1),
            handle: &handle,
            name: &name,
            password: "",
            calling: Calling {
                enabled: true,
                audience: Audience::default(),
                enhanced_privacy: false,
            },
            at: Timestamp(1),
        })
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    let mut reader = store.read().await.unwrap();
    let started = std::time::Instant::now();
    let words = looks::sought("some numb");
    let sought = Sought {
        handle: "some numb",
        words: &words,
    };
    let found = reader.search(PersonId::new(1), &sought, 20).await.unwrap();
    assert_eq!(found.len(), 20);
    let took = started.elapsed();
    println!("a search that fits everybody of 20,000: {took:?}");
    assert!(took.as_millis() < 2_000, "{took:?}");
}
