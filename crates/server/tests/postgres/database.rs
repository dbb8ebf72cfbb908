//! What is about PostgreSQL alone: who may work on a database, one that goes away and comes back, what commands say.

use super::app::TestApp;
use super::home::Home;
use super::process::birdcall;
use birdcall_server::clock::Clock;
use birdcall_server::config::Options;
use birdcall_server::serve;
use birdcall_testing_postgres::{Disk, Server};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn options(home: &Home, folder: &Home, cluster: bool) -> Options {
    Options {
        data: Some(folder.path().to_owned()),
        database: Some(home.url().into()),
        key_file: Some(home.path().join("node.key")),
        listen: Some("127.0.0.1:0".parse().unwrap()),
        relay: Some(false),
        cluster: Some(cluster),
        ..Options::default()
    }
}

/// Two that do not know of each other would each believe that its sockets are all there are.
#[tokio::test]
async fn who_does_not_know_of_the_others_is_not_let_onto_their_database() {
    let home = Home::new().await;
    let folders = [Home::bare(), Home::bare(), Home::bare()];
    let start = async |n: usize, cluster| {
        let config = options(&home, &folders[n], cluster).resolve().unwrap();
        serve::start(config, Clock::System).await
    };
    let alone = start(0, false).await.unwrap();
    for cluster in [false, true] {
        let refused = start(1, cluster).await.err().unwrap();
        assert!(refused.contains("cluster = true"), "{refused}");
    }
    alone.stop().await;
    let one = start(0, true).await.unwrap();
    let other = start(1, true).await.unwrap();
    let refused = start(2, false).await.err().unwrap();
    assert!(refused.contains("cluster = true"), "{refused}");
    one.stop().await;
    other.stop().await;
    start(2, false).await.unwrap().stop().await;
}

/// While it is away everything is refused as something to try again; afterwards it goes on, with what was acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_server_that_is_restarted_is_found_again() {
    let mut server = Server::start(Disk::Synced).unwrap();
    let url = server.empty("restarted");
    let app = TestApp::with(|options| options.database = Some(url.into())).await;
    let ann = app.sign_up("ann").await;
    let write = async |bio: &str| {
        let change = json!({"bio": bio});
        ann.ask(Method::PATCH, "/me", Some(change)).await.status
    };
    let found_again = async |bio: &str| {
        // A connection that was there before is noticed to be gone by whoever gets it.
        for _ in 0..50 {
            if write(bio).await == StatusCode::OK {
                return;
            }
        }
        panic!("it is not found again");
    };
    server.stop();
    assert_eq!(write("away").await, StatusCode::SERVICE_UNAVAILABLE);
    server.again().unwrap();
    assert_eq!(server.sql_in("restarted", "SELECT bio FROM people"), "\n");
    found_again("back").await;
    server.crash();
    server.again().unwrap();
    assert_eq!(
        server.sql_in("restarted", "SELECT bio FROM people"),
        "back\n"
    );
    found_again("once more").await;
    app.running.stop().await;
}

#[tokio::test]
async fn commands_know_a_database_by_its_url_and_print_no_password() {
    let home = Home::new().await;
    let url = format!("{}&password=s3cr3t", home.url());
    let run = |words: &[&str]| {
        let done = birdcall(home.path())
            .args(words)
            .args(["--database", &url])
            .output()
            .unwrap();
        let said = [done.stdout, done.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(!said.contains("s3cr3t"), "{said}");
        said
    };
    assert!(run(&["config"]).contains("password=hidden"));
    let to = home.path().join("backup.zip");
    let said = run(&["backup", "--to", to.to_str().unwrap()]);
    assert!(said.contains("pg_dump") && !to.exists(), "{said}");
    let said = run(&["doctor", "--json"]);
    let findings: Vec<Value> = serde_json::from_str(
        said.rsplit_once("birdcall:")
            .map_or(&*said, |(json, _)| json),
    )
    .unwrap_or_else(|_| panic!("{said}"));
    let database = findings
        .iter()
        .find(|one| one["about"] == "database")
        .unwrap();
    assert_eq!(database["state"], "ok", "{database}");
    assert!(
        database["says"].as_str().unwrap().contains("schema"),
        "{database}"
    );
}

/// PostgreSQL keeps no text with this character in it, and does not even compare with one. Whoever asks with it is told
/// that there is no such thing, or that it is no such thing, as on files.
#[tokio::test]
async fn the_character_that_no_text_has_breaks_nothing() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let document = ann.get("/openapi.json").await;
    let mut asked = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let Some((start, _)) = path.split_once('{') else {
            continue;
        };
        let path = start.trim_start_matches("/api/v1").to_owned()
            + "a%00b"
            + &path[path.rfind('}').unwrap() + 1..];
        for method in operations.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = ann.ask(method.clone(), &path, Some(json!({}))).await;
            assert!(
                !answer.status.is_server_error(),
                "{method} {path}: {answer:?}"
            );
            asked += 1;
        }
    }
    assert!(asked > 20, "{asked} operations have a place for a text");
    for query in ["/people?q=a%00b", "/search?q=a%00b", "/calls?before=%00"] {
        let answer = ann.ask(Method::GET, query, None).await;
        assert!(!answer.status.is_server_error(), "{query}: {answer:?}");
    }
    for (path, body) in [
        (
            "/sessions",
            json!({"handle": "a\0b", "password": "a\0b", "device": "a\0b"}),
        ),
        (
            "/address-book",
            json!({"email": "a\0@example.org", "name": "a\0b"}),
        ),
        (
            "/reports",
            json!({"about": "ann", "reason": "spam", "words": "a\0b"}),
        ),
    ] {
        let answer = ann.post(path, body).await;
        assert!(!answer.status.is_server_error(), "{path}: {answer:?}");
    }
    let change = json!({"name": "a\0b", "bio": "a\0b"});
    let answer = ann.ask(Method::PATCH, "/me", Some(change)).await;
    assert!(!answer.status.is_server_error(), "{answer:?}");
}
