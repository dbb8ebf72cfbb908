//! What belongs to an account, as the store keeps it.

use crate::world::{ANN, BOB, World};
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
