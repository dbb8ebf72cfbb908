//! `birdcall migrate`: an instance that has begun on a file goes on on PostgreSQL.

use super::home::Home;
use super::process::{Program, birdcall};
use birdcall_testing_postgres::shared;
use serde_json::Value;

#[tokio::test]
async fn an_instance_goes_on_on_postgresql_where_it_was_on_a_file() {
    let home = Home::bare();
    let to = shared().empty("migrated");
    let from = format!("sqlite:{}", home.path().join("birdcall.db").display());
    let migrate = || {
        let line = ["migrate", "--from", &from, "--to", &to];
        let done = birdcall(home.path()).args(line).output().unwrap();
        let said = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
        (done.status.success(), said)
    };
    let mut server = Program::start(home.path(), &["--demo"]);
    let ann = server.sign_in("ann").await;
    let before = conversation(ann.get("/conversations/bob/entries").await);
    let (done, said) = migrate();
    assert!(!done && said.contains("source_in_use"), "{said}");
    // The lock goes with the process, however that ends.
    server.kill();
    let (done, said) = migrate();
    assert!(done && said.contains("summed up"), "{said}");

    let server = Program::start(home.path(), &["--database", &to]);
    let again = super::app::Device::at(server.url()).with_cookie(ann.cookie().unwrap());
    let after = conversation(again.get("/conversations/bob/entries").await);
    assert_eq!(after, before);
    server.sign_in("bob").await;
    let (done, said) = migrate();
    assert!(!done && said.contains("source_in_use"), "{said}");
    drop(server);
    let (done, said) = migrate();
    assert!(!done && said.contains("target_not_empty"), "{said}");
    let backwards = birdcall(home.path())
        .args(["migrate", "--from", &to, "--to", &from])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&backwards.stderr).contains("not_supported"));
}

fn conversation(page: Value) -> Value {
    let entries = page["entries"].clone();
    assert!(!entries.as_array().unwrap().is_empty(), "{page}");
    entries
}
