//! The address book, exceptions, asks.

use super::world::{ANN, BOB, World};
use birdcall_protocol::book::CallRule;
use birdcall_protocol::ids::BookEntryId;
use birdcall_protocol::{Email, Timestamp};
use birdcall_store::{InBook, NewEntry, Tie, Ties, Whom};

/// M-3: by person or by address; an address counts for the gate whoever it belongs to, and is seen only where its
/// person wants to be found.
#[tokio::test]
async fn an_address_book_has_people_and_addresses() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let address: Email = "Bob@example.org".parse().unwrap();
    let folded: Email = "bob@EXAMPLE.org".parse().unwrap();
    let new = |id: u64, whom, import| NewEntry {
        owner: ANN,
        id: BookEntryId::new(id),
        name: "Bobby",
        whom,
        at: Timestamp(1),
        import,
    };
    let by_mail = new(1, Whom::Email(&address), Some("one"));
    let one = BookEntryId::new(1);
    assert_eq!(tx.add_to_book(&by_mail).await.unwrap(), InBook::Added(one));
    assert_eq!(tx.add_to_book(&by_mail).await.unwrap(), InBook::Again(one));
    let other = new(2, Whom::Email(&folded), Some("two"));
    assert_eq!(tx.add_to_book(&other).await.unwrap(), InBook::There(one));
    let book = tx.book(ANN).await.unwrap();
    assert_eq!(
        (book.len(), &book[0].name, &book[0].person),
        (1, &"Bobby".to_owned(), &None)
    );
    assert!(!tx.ties(ANN, BOB).await.unwrap().in_address_book);

    tx.set_email(BOB, &folded, Timestamp(2)).await.unwrap();
    let ties = tx.ties(ANN, BOB).await.unwrap();
    assert!(ties.in_address_book && ties.seen_in_address_book);
    let person = tx.book(ANN).await.unwrap()[0].person.clone();
    assert_eq!(person.unwrap().handle.as_str(), "bob");
    tx.set_findable(BOB, false).await.unwrap();
    let ties = tx.ties(ANN, BOB).await.unwrap();
    assert!(ties.in_address_book && !ties.seen_in_address_book);
    assert_eq!(tx.book(ANN).await.unwrap()[0].person, None);
    assert!(!tx.remove_person_from_book(ANN, BOB).await.unwrap());
    assert_eq!(tx.ties(BOB, ANN).await.unwrap(), Ties::default());

    let by_hand = new(3, Whom::Person(BOB), None);
    let three = BookEntryId::new(3);
    assert_eq!(
        tx.add_to_book(&by_hand).await.unwrap(),
        InBook::Added(three)
    );
    assert_eq!(
        tx.add_to_book(&by_hand).await.unwrap(),
        InBook::There(three)
    );
    assert!(tx.name_in_book(ANN, three, "").await.unwrap());
    assert!(!tx.name_in_book(BOB, three, "x").await.unwrap());
    assert_eq!(tx.undo_import(ANN, "two").await.unwrap(), 0);
    assert_eq!(tx.undo_import(ANN, "one").await.unwrap(), 1);
    assert_eq!(tx.address_book_size(ANN).await.unwrap(), 1);
    assert!(tx.remove_person_from_book(ANN, BOB).await.unwrap());
    assert!(!tx.remove_from_book(ANN, three).await.unwrap());
    assert_eq!(tx.address_book_size(ANN).await.unwrap(), 0);
}

#[tokio::test]
async fn exceptions_and_asks_are_of_one_pair() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    for rule in [CallRule::Never, CallRule::Always] {
        tx.set_exception(ANN, BOB, rule, Timestamp(1))
            .await
            .unwrap();
        assert_eq!(tx.ties(ANN, BOB).await.unwrap().rule, Some(rule));
    }
    assert_eq!(tx.exceptions(ANN).await.unwrap().len(), 1);
    assert_eq!(tx.exceptions_size(ANN).await.unwrap(), 1);
    assert_eq!(tx.ties(BOB, ANN).await.unwrap().rule, None);
    assert!(tx.remove_exception(ANN, BOB).await.unwrap());
    assert!(!tx.remove_exception(ANN, BOB).await.unwrap());

    tx.add_ask(ANN, BOB, Timestamp(5), true).await.unwrap();
    assert_eq!(tx.asked_at(ANN, BOB).await.unwrap(), Some(Timestamp(5)));
    assert_eq!(tx.asked_at(BOB, ANN).await.unwrap(), None);
    let asks = tx.asks(BOB, Timestamp(5), 10).await.unwrap();
    assert_eq!(asks[0].from.handle.as_str(), "ann");
    assert!(tx.asks(BOB, Timestamp(6), 10).await.unwrap().is_empty());
    assert!(tx.asks(ANN, Timestamp(0), 10).await.unwrap().is_empty());
    // A block of one's own hides it. One of the other side's does not: that would tell of it.
    tx.tie(ANN, BOB, Tie::Block, Timestamp(6)).await.unwrap();
    assert_eq!(tx.asks(BOB, Timestamp(0), 10).await.unwrap().len(), 1);
    tx.tie(BOB, ANN, Tie::Block, Timestamp(6)).await.unwrap();
    assert!(tx.asks(BOB, Timestamp(0), 10).await.unwrap().is_empty());
    tx.untie(BOB, ANN, Tie::Block).await.unwrap();
    tx.untie(ANN, BOB, Tie::Block).await.unwrap();
    assert!(tx.dismiss_ask(ANN, BOB).await.unwrap());
    assert!(!tx.dismiss_ask(ANN, BOB).await.unwrap());
    assert!(tx.asks(BOB, Timestamp(0), 10).await.unwrap().is_empty());
    // The week goes on.
    assert_eq!(tx.asked_at(ANN, BOB).await.unwrap(), Some(Timestamp(5)));
}
