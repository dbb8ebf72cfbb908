//! A conversation of 100,000 messages (M-4): pages anywhere in it, and a search through it. Times are printed and not
//! judged.

use crate::world::{ANN, BOB, World, message};
use birdcall_store::{Place, Words};
use std::time::Instant;

const MANY: u64 = 100_000;

#[tokio::test]
async fn a_page_anywhere_in_a_hundred_thousand_messages_and_a_search_through_them() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    tx.add_message(&message(ANN, BOB, "first", "the first message"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    fill(&world).await;

    let mut reader = world.store.read().await.unwrap();
    for (place, first, older, newer) in [
        (Place::Newest, MANY - 49, true, false),
        (Place::Before(51), 1, false, true),
        (Place::Around(MANY / 2), MANY / 2 - 25, true, true),
        (Place::After(MANY / 3), MANY / 3 + 1, true, true),
    ] {
        let begun = Instant::now();
        let page = reader.page(BOB, ANN, place, 50).await.unwrap();
        println!("{place:?}: {:?}", begun.elapsed());
        assert_eq!(page.entries.len(), 50);
        assert_eq!(
            (page.entries[0].seq, page.older, page.newer),
            (first, older, newer)
        );
    }
    for (query, found) in [("needle", 21), ("first mess", 1), ("nothing like it", 0)] {
        let words = Words::of(query).unwrap();
        let begun = Instant::now();
        let hits = reader.search_messages(BOB, &words, None, 21).await.unwrap();
        println!("search for {query:?}: {:?}", begun.elapsed());
        assert_eq!(hits.len(), found, "{query}");
    }
}

/// Straight into the table: through the door it would take minutes.
async fn fill(world: &World) {
    let mut raw = world.raw().await;
    raw.run(
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) \
         INSERT INTO entries (conversation, seq, at, author, client_key, text, folded) \
         SELECT (SELECT id FROM conversations), i, 10 + i, 1, CAST(i AS TEXT), \
         'straw and hay ' || i || CASE WHEN i % 1000 = 0 THEN ' needle' ELSE '' END, \
         ' straw and hay ' || i || CASE WHEN i % 1000 = 0 THEN ' needle ' ELSE ' ' END FROM n",
    )
    .await;
    raw.run("UPDATE conversations SET newest = 100000").await;
    raw.run("UPDATE members SET last_seq = 100000, last_at = 100010")
        .await;
}
