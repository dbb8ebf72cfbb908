//! What belongs to an account, as the store keeps it.

use crate::raw::Raw;
use crate::schema;
use crate::world::{ANN, BOB, Kind, World};
use birdcall_protocol::{Email, Timestamp};
use birdcall_store::StoreError;

fn address(text: &str) -> Email {
    text.parse().unwrap()
}

#[tokio::test]
async fn an_address_is_one_persons_however_it_is_written() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let at = Timestamp(7);
    tx.set_email(ANN, &address("Ann@example.org"), at)
        .await
        .unwrap();
    let row = tx.email(ANN).await.unwrap().unwrap();
    assert_eq!(row.address.as_str(), "Ann@example.org");
    assert_eq!((row.verified, row.findable), (at, true));
    let again = address("ann@EXAMPLE.org");
    assert_eq!(tx.person_by_email(&again).await.unwrap(), Some(ANN));
    let taken = tx.set_email(BOB, &again, at).await;
    assert!(matches!(taken, Err(StoreError::Conflict)), "{taken:?}");

    // Another one keeps the choice and frees the first.
    assert!(tx.set_findable(ANN, false).await.unwrap());
    tx.set_email(ANN, &address("ann@other.example"), Timestamp(8))
        .await
        .unwrap();
    assert!(!tx.email(ANN).await.unwrap().unwrap().findable);
    assert_eq!(tx.person_by_email(&again).await.unwrap(), None);
    tx.set_email(BOB, &again, at).await.unwrap();
    assert!(tx.remove_email(BOB).await.unwrap());
    assert!(!tx.remove_email(BOB).await.unwrap());
    assert!(!tx.set_findable(BOB, false).await.unwrap());
}

/// What becomes of a column in which a person can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Its rows go with the person.
    Removed,
    /// It points to their tombstone from then on, because the row belongs to somebody else as well.
    Tombstone,
}

/// Every column with a person in it, and what becomes of it when that person is gone. A migration that adds one makes the
/// test below fail until `leaving.rs` has been thought of and it stands here.
const PERSONS: &[(&str, &str, Fate)] = &[
    ("address_book", "owner", Fate::Removed),
    ("address_book", "person", Fate::Removed),
    ("asks", "asked", Fate::Removed),
    ("asks", "asker", Fate::Removed),
    ("avatars", "person", Fate::Removed),
    ("blocks", "blocked", Fate::Removed),
    ("blocks", "blocker", Fate::Removed),
    ("break_through", "owner", Fate::Removed),
    ("break_through", "person", Fate::Removed),
    ("call_exceptions", "owner", Fate::Removed),
    ("call_exceptions", "person", Fate::Removed),
    // The other side's lists of calls.
    ("calls", "callee", Fate::Tombstone),
    ("calls", "caller", Fate::Tombstone),
    ("deleted_entries", "person", Fate::Removed),
    ("devices", "person", Fate::Removed),
    ("emails", "person", Fate::Removed),
    // The other side's copy of messages.
    ("entries", "author", Fate::Tombstone),
    ("entries", "only_for", Fate::Removed),
    // Rows in the other side's feed point at their conversation.
    ("feed", "other", Fate::Tombstone),
    ("feed", "person", Fate::Removed),
    ("follows", "followed", Fate::Removed),
    ("follows", "follower", Fate::Removed),
    ("identities", "person", Fate::Removed),
    ("mailed_codes", "person", Fate::Removed),
    ("mails", "person", Fate::Removed),
    ("members", "other", Fate::Tombstone),
    ("members", "person", Fate::Removed),
    // What the operator has done stays done.
    ("operator_acts", "person", Fate::Tombstone),
    ("passkey_owners", "person", Fate::Removed),
    ("passkeys", "person", Fate::Removed),
    // As with their messages: the other side's copy.
    ("pictures", "author", Fate::Tombstone),
    ("presence", "person", Fate::Removed),
    // About a message of theirs that was not pushed yet.
    ("pushes", "other", Fate::Tombstone),
    ("reactions", "person", Fate::Removed),
    ("reports", "about", Fate::Removed),
    ("reports", "reporter", Fate::Removed),
    ("signals", "person", Fate::Removed),
    ("voices", "author", Fate::Tombstone),
    ("warnings", "person", Fate::Removed),
];

/// Names that a column with a person in it has, also where no reference says so.
const NAMES: &[&str] = &[
    "person",
    "other",
    "owner",
    "author",
    "only_for",
    "caller",
    "callee",
    "reporter",
    "about",
    "follower",
    "followed",
    "blocker",
    "blocked",
    "member",
    "sender",
    "recipient",
    "reactor",
    "asker",
    "asked",
    "to_person",
    "from_person",
];

/// A table with its columns: name, type, and whether it refers to a person.
type Table = (String, Vec<(String, String, bool)>);

async fn schema(db: &mut Raw) -> Vec<Table> {
    let columns = schema::columns(db).await;
    let references = schema::references(db).await;
    let mut found: Vec<Table> = Vec::new();
    for [table, name, kind] in columns {
        let refers = references.contains(&[table.clone(), name.clone(), "people".into()]);
        let named = NAMES.contains(&name.as_str()) && kind == "BIGINT";
        let column = (name, kind, refers || named);
        match found.last_mut() {
            Some((last, all)) if *last == table => all.push(column),
            _ => found.push((table, vec![column])),
        }
    }
    found
}

async fn count(db: &mut Raw, table: &str, column: &str, value: i64) -> i64 {
    let sql = format!("SELECT count(*) FROM {table} WHERE {column} = {value}");
    db.number(&sql).await
}

#[tokio::test]
async fn nothing_of_somebody_who_is_gone_stays_that_nobody_has_thought_of() {
    let world = World::new().await;
    let mut db = world.raw().await;
    db.run(schema::without_references()).await;
    let schema = schema(&mut db).await;
    let mut columns: Vec<(&str, &str)> = Vec::new();
    for (table, all) in &schema {
        let persons = all.iter().filter(|(_, _, person)| *person);
        columns.extend(persons.map(|(name, ..)| (table.as_str(), name.as_str())));
    }
    columns.sort_unstable();
    let thought_of: Vec<(&str, &str)> = PERSONS.iter().map(|(t, c, _)| (*t, *c)).collect();
    assert_eq!(
        columns, thought_of,
        "leaving.rs and this list know all columns with a person"
    );

    // A row in each of them with the one who leaves in that column, and everything else made up.
    let stays = 424_242_i64;
    let mut made_up = 1_000_i64;
    for (table, column, _) in PERSONS {
        let (_, all) = schema.iter().find(|(name, _)| name == table).unwrap();
        let mut names = Vec::new();
        let mut values = Vec::new();
        for (name, kind, person) in all {
            made_up += 1;
            names.push(format!("\"{name}\""));
            values.push(match (name.as_str(), kind.as_str()) {
                (name, _) if name == *column => ANN.as_i64().to_string(),
                ("only_for" | "deadline", _) => "NULL".to_owned(),
                ("snapshot", _) => {
                    "'{\"person\":\"0000000000000001\",\"handle\":\"ann\"}'".to_owned()
                }
                (_, "BIGINT") if *person => stays.to_string(),
                (_, "BIGINT") => made_up.to_string(),
                (_, "BLOB") if crate::KIND == Kind::Postgres => format!("'{made_up}'"),
                (_, "TEXT") => format!("'{made_up}'"),
                (_, other) => format!("CAST('{made_up}' AS {other})"),
            });
        }
        let (names, values) = (names.join(", "), values.join(", "));
        let sql = format!("INSERT INTO {table} ({names}) VALUES ({values})");
        db.run(&sql).await;
        assert_eq!(
            count(&mut db, table, column, ANN.as_i64()).await,
            1,
            "{table}.{column}"
        );
    }
    drop(db);

    let mut tx = world.store.write().await.unwrap();
    tx.leave(ANN, Timestamp(5)).await.unwrap();
    tx.commit().await.unwrap();
    let mut reader = world.store.read().await.unwrap();
    assert!(
        reader
            .due_leavings(Timestamp(4), 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(reader.due_leavings(Timestamp(5), 9).await.unwrap(), [ANN]);
    drop(reader);
    let tombstone = birdcall_protocol::Handle::tombstone(7);
    let mut tx = world.store.write().await.unwrap();
    tx.bury(ANN, &tombstone, Timestamp(5), Timestamp(50))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    // Killed in between, it is taken up again.
    let mut tx = world.store.write().await.unwrap();
    assert_eq!(tx.due_leavings(Timestamp(5), 9).await.unwrap(), [ANN]);
    tx.bury(
        ANN,
        &birdcall_protocol::Handle::tombstone(8),
        Timestamp(5),
        Timestamp(50),
    )
    .await
    .unwrap();
    while tx.rewrite_calls(ANN).await.unwrap() {}
    assert!(tx.due_leavings(Timestamp(5), 9).await.unwrap().is_empty());
    let row = tx.person_by_id(ANN).await.unwrap();
    assert_eq!(row.handle, tombstone);
    let ann = "ann".parse().unwrap();
    let again = crate::world::person(birdcall_protocol::PersonId::new(77), &ann);
    assert!(matches!(
        tx.add_person(&again).await,
        Err(StoreError::Conflict)
    ));
    tx.commit().await.unwrap();

    let mut db = world.raw().await;
    for (table, column, fate) in PERSONS {
        let left = count(&mut db, table, column, ANN.as_i64()).await;
        match fate {
            Fate::Removed => assert_eq!(left, 0, "{table}.{column}"),
            Fate::Tombstone => assert!(left > 0, "{table}.{column}"),
        }
    }
    // Nothing says in words who it was: not the tombstone, not a call.
    let rows = db
        .number(
        "SELECT (SELECT count(*) FROM calls WHERE snapshot LIKE '%\"ann\"%') + \
         (SELECT count(*) FROM people WHERE id = 1 AND (handle = 'ann' OR name = 'ann' OR password <> ''))",
    )
    .await;
    assert_eq!(rows, 0);
}
