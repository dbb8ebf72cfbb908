//! Moving an instance from a file to PostgreSQL.

use crate::world::{ANN, BOB, CLEO, Home, Kind, World, message};
use birdcall_protocol::report::ReportReason;
use birdcall_protocol::{DeviceId, Timestamp};
use birdcall_store::moving::{NotMoved, move_all};
use birdcall_store::snapshot::{self, TableSum};
use birdcall_store::{
    Content, Database, Evidence, NewAvatar, NewReportRow, Options, PostgresUrl, Store, Tie,
};
use birdcall_testing_postgres::shared;
use std::path::Path;

/// A file with something of each kind of column in it: nothing, words of several scripts, bytes, the largest number.
async fn source() -> World {
    let world = World::on(Kind::Sqlite, Options::default()).await;
    let mut tx = world.store.write().await.unwrap();
    for (n, text) in ["hello", "שלום 👋🏽", "it's \\ \"quoted\"", "مرحبا"]
        .into_iter()
        .enumerate()
    {
        let key = n.to_string();
        tx.add_message(&message(ANN, BOB, &key, text))
            .await
            .unwrap();
    }
    let mut voice = message(BOB, ANN, "voice", "");
    let sound: Vec<u8> = (0..=255).collect();
    voice.content = Content::Voice {
        seconds: 3,
        media_type: "audio/webm",
        sound: &sound,
    };
    tx.add_message(&voice).await.unwrap();
    tx.tie(ANN, BOB, Tie::Follow, Timestamp(i64::MAX))
        .await
        .unwrap();
    tx.add_device(ANN, DeviceId::new(7), "A", "token", Timestamp(1))
        .await
        .unwrap();
    let picture = NewAvatar {
        token: "a",
        small: &[],
        large: &sound,
    };
    tx.set_avatar(ANN, &picture).await.unwrap();
    let evidence = Evidence {
        seq: 1,
        at: Timestamp(5),
        author: "ann".parse().unwrap(),
        body: "{}".into(),
        media: Some(("audio/webm".into(), sound.clone())),
    };
    let bare = Evidence {
        seq: 2,
        media: None,
        ..evidence.clone()
    };
    tx.add_report(&NewReportRow {
        reporter: BOB,
        about: ANN,
        reason: ReportReason::Spam,
        words: "",
        evidence: &[evidence, bare],
        at: Timestamp(6),
    })
    .await
    .unwrap();
    tx.commit().await.unwrap();
    world
}

fn file(world: &World) -> &Path {
    match &world.home {
        Home::File { file, .. } => file,
        Home::Postgres(_) => panic!("the source is a file"),
    }
}

fn target(name: &str) -> PostgresUrl {
    match shared().empty(name).parse() {
        Ok(Database::Postgres(url)) => url,
        other => panic!("{other:?}"),
    }
}

fn people(database: &str) -> String {
    shared().sql_in(database, "SELECT count(*) FROM people")
}

#[tokio::test]
async fn everything_is_at_the_target_as_it_was_in_the_file() {
    let world = source().await;
    // Many rows, of more than one statement.
    world
        .raw()
        .await
        .run(
            "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) \
             INSERT INTO feed (person, cursor, kind) SELECT 3, i, 'me' FROM n",
        )
        .await;
    let to = target("moved");
    let mut steps = Vec::new();
    let moved = move_all(file(&world), &to, |step| steps.push((step.done, step.all)))
        .await
        .unwrap();
    let mut before = snapshot::contents(file(&world)).await.unwrap().tables;
    let by_name = |one: &TableSum, other: &TableSum| one.name.cmp(&other.name);
    before.sort_by(by_name);
    let mut after = moved.clone();
    after.sort_by(by_name);
    assert_eq!(after, before);
    assert!(
        moved
            .iter()
            .any(|table| table.name == "feed" && table.rows > 4_990)
    );
    assert!(steps.is_sorted());
    let (done, all) = *steps.last().unwrap();
    assert_eq!(done, all);

    let there = Store::connect(&Database::Postgres(to.clone()), &Options::default())
        .await
        .unwrap();
    let mut reader = there.read().await.unwrap();
    let (entries, _) = reader.entries(BOB, ANN, None, 10).await.unwrap();
    let mut here = world.store.read().await.unwrap();
    assert_eq!(entries, here.entries(BOB, ANN, None, 10).await.unwrap().0);
    assert_eq!(entries.len(), 5);
    assert_eq!(
        reader.evidence(1).await.unwrap(),
        here.evidence(1).await.unwrap()
    );
    drop(reader);
    // And it goes on from there.
    let mut tx = there.write().await.unwrap();
    tx.add_message(&message(CLEO, ANN, "next", "after it"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    there.close().await;

    // Once more would be twice.
    let again = move_all(file(&world), &to, |_| ()).await.unwrap_err();
    assert_eq!(again.code(), "target_not_empty");
    assert_eq!(people("moved"), "3\n");
}

#[tokio::test]
async fn what_cannot_be_moved_whole_is_not_moved() {
    let world = source().await;
    let to = target("refused");
    // A text that PostgreSQL cannot keep, in a table behind others.
    let mut raw = world.raw().await;
    raw.run("UPDATE entries SET text = 'a' || char(0) || 'b' WHERE seq = 4")
        .await;
    let refused = move_all(file(&world), &to, |_| ()).await.unwrap_err();
    assert!(
        matches!(&refused, NotMoved::Refused { table, .. } if table == "entries"),
        "{refused}"
    );
    assert_eq!(people("refused"), "0\n");
    raw.run("UPDATE entries SET text = 'ab' WHERE seq = 4")
        .await;
    // The tables of the first try are no obstacle.
    move_all(file(&world), &to, |_| ()).await.unwrap();
    assert_eq!(people("refused"), "3\n");
}

/// A target that takes every row and keeps other ones: found when it is read back, and nothing of it stays.
#[tokio::test]
async fn what_is_not_at_the_target_as_it_was_read_is_not_moved() {
    let world = source().await;
    let to = target("changed");
    // Its tables, which are no obstacle.
    Store::connect(&Database::Postgres(to.clone()), &Options::default())
        .await
        .unwrap()
        .close()
        .await;
    for wrong in ["NEW.text := NEW.text || ' '; RETURN NEW;", "RETURN NULL;"] {
        let trigger = format!(
            "CREATE OR REPLACE FUNCTION wrong() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN IF NEW.seq = 4 THEN {wrong} END IF; RETURN NEW; END $$; \
             CREATE OR REPLACE TRIGGER wrong BEFORE INSERT ON entries \
             FOR EACH ROW EXECUTE FUNCTION wrong()"
        );
        shared().sql_in("changed", &trigger);
        let refused = move_all(file(&world), &to, |_| ()).await.unwrap_err();
        assert_eq!(refused.code(), "not_the_same", "{wrong}: {refused}");
        assert!(refused.to_string().starts_with("entries "), "{refused}");
        assert_eq!(people("changed"), "0\n");
    }
    shared().sql_in("changed", "DROP TRIGGER wrong ON entries");
    move_all(file(&world), &to, |_| ()).await.unwrap();
    assert_eq!(people("changed"), "3\n");
}

#[tokio::test]
async fn another_version_and_somebody_elses_tables_are_refused() {
    let world = source().await;
    let mut raw = world.raw().await;
    raw.run("INSERT INTO _sqlx_migrations VALUES (9999, 'later', '2040-01-01', TRUE, x'00', 1)")
        .await;
    let to = target("versions");
    let refused = move_all(file(&world), &to, |_| ()).await.unwrap_err();
    assert_eq!(refused.code(), "source_schema");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(
        shared().sql_in("versions", tables),
        "0\n",
        "nothing was begun"
    );
    raw.run("DELETE FROM _sqlx_migrations WHERE version = 9999")
        .await;

    shared().sql_in("versions", "CREATE TABLE theirs (a INT)");
    let refused = move_all(file(&world), &to, |_| ()).await.unwrap_err();
    assert_eq!(refused.code(), "target_not_empty");
    assert_eq!(shared().sql_in("versions", tables), "1\n");
    shared().sql_in("versions", "DROP TABLE theirs");

    let missing = file(&world).with_file_name("nowhere.db");
    let refused = move_all(&missing, &to, |_| ()).await.unwrap_err();
    assert_eq!(refused.code(), "source_unreadable");
    let Ok(Database::Postgres(closed)) = "postgres:///b?host=/nowhere".parse() else {
        panic!("it is a URL")
    };
    let refused = move_all(file(&world), &closed, |_| ()).await.unwrap_err();
    assert_eq!(refused.code(), "target_unusable");

    move_all(file(&world), &to, |_| ()).await.unwrap();
    shared().sql_in(
        "versions",
        "INSERT INTO _sqlx_migrations VALUES (9999, 'later', now(), TRUE, '', 1)",
    );
    let refused = move_all(file(&world), &to, |_| ()).await.unwrap_err();
    assert_eq!(refused.code(), "target_schema");
}
