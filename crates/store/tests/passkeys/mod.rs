//! Other ways in than passwords: what is begun is taken once, a passkey is used once a count.

use crate::world::{ANN, BOB, World};
use birdcall_protocol::{DeviceId, PasskeyId, Timestamp};
use birdcall_store::{CeremonyKind, NewIdentity, NewPasskey, StoreError};

const KEY: PasskeyId = PasskeyId::new(7);

fn passkey(id: PasskeyId) -> NewPasskey<'static> {
    NewPasskey {
        id,
        person: ANN,
        name: "Laptop",
        host: "call.example",
        credential_id: "AAAA",
        credential: "{\"count\":1}",
        at: Timestamp(5),
    }
}

#[tokio::test]
async fn what_is_begun_is_taken_once_in_time_and_as_what_it_is() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let kind = CeremonyKind::UsePasskey;
    for id in ["a", "b", "c"] {
        tx.begin_ceremony(id, kind, "state", Timestamp(1), Timestamp(10))
            .await
            .unwrap();
    }
    let seen = tx.ceremony("a", kind, Timestamp(9)).await.unwrap();
    assert_eq!(seen.as_deref(), Some("state"));
    let taken = tx.take_ceremony("a", kind, Timestamp(9)).await.unwrap();
    assert_eq!(taken.as_deref(), Some("state"));
    for (id, kind, at) in [
        ("a", kind, 9),
        ("b", CeremonyKind::MakePasskey, 9),
        ("c", kind, 10),
        ("d", kind, 9),
    ] {
        let taken = tx.take_ceremony(id, kind, Timestamp(at)).await.unwrap();
        assert_eq!(taken, None, "{id}");
    }
}

#[tokio::test]
async fn what_nobody_came_back_for_is_forgotten() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let kind = CeremonyKind::AtProvider;
    tx.begin_ceremony("old", kind, "", Timestamp(1), Timestamp(10))
        .await
        .unwrap();
    tx.begin_ceremony("new", kind, "", Timestamp(10), Timestamp(20))
        .await
        .unwrap();
    // As of a moment at which it was still good.
    assert_eq!(tx.ceremony("old", kind, Timestamp(2)).await.unwrap(), None);
    assert!(
        tx.ceremony("new", kind, Timestamp(11))
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_passkey_is_used_once_a_count() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    assert_eq!(tx.passkey_owner(ANN, "aa").await.unwrap(), "aa");
    assert_eq!(tx.passkey_owner(ANN, "bb").await.unwrap(), "aa");
    tx.add_passkey(&passkey(KEY)).await.unwrap();
    let key = tx.passkey("AAAA").await.unwrap().unwrap();
    assert_eq!((key.person, key.user_handle.as_str()), (ANN, "aa"));
    let at = Timestamp(9);
    assert!(tx.use_passkey(&key, "{\"count\":2}", at).await.unwrap());
    assert!(!tx.use_passkey(&key, "{\"count\":2}", at).await.unwrap());
    assert_eq!(tx.passkeys(ANN).await.unwrap()[0].last_used, Some(at));
    assert!(!tx.remove_passkey(BOB, KEY).await.unwrap());
    assert!(tx.remove_passkey(ANN, KEY).await.unwrap());
    assert_eq!(tx.passkey("AAAA").await.unwrap(), None);
}

#[tokio::test]
async fn a_credential_belongs_to_one() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    tx.add_passkey(&passkey(KEY)).await.unwrap();
    let again = tx.add_passkey(&passkey(PasskeyId::new(8))).await;
    assert!(matches!(again, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn an_account_at_a_provider_is_one_persons_way_in() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let mut new = NewIdentity {
        issuer: "https://id.example",
        subject: "1",
        person: ANN,
        name: "ann",
        at: Timestamp(5),
    };
    tx.add_identity(&new).await.unwrap();
    let known = tx.identified("https://id.example", "1").await.unwrap();
    assert_eq!(known, Some(ANN));
    assert_eq!(
        tx.identified("https://other.example", "1").await.unwrap(),
        None
    );
    let ways = tx.ways_in(ANN, Some("https://id.example")).await.unwrap();
    assert_eq!((ways.password, ways.identities), (false, 1));
    // A provider that is asked no more lets nobody in.
    assert_eq!(tx.ways_in(ANN, None).await.unwrap().identities, 0);
    tx.use_identity("https://id.example", "1", "ann.lee", Timestamp(8))
        .await
        .unwrap();
    let row = tx.identity(ANN, "https://id.example").await.unwrap();
    let row = row.unwrap();
    assert_eq!(
        (row.name.as_str(), row.last_used),
        ("ann.lee", Timestamp(8))
    );
    assert!(!tx.remove_identity(BOB, "https://id.example").await.unwrap());
    assert!(tx.remove_identity(ANN, "https://id.example").await.unwrap());
    tx.add_identity(&new).await.unwrap();
    new.person = BOB;
    let taken = tx.add_identity(&new).await;
    assert!(matches!(taken, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn a_device_remembers_when_its_person_was_last_shown_to_be_there() {
    let world = World::new().await;
    let mut tx = world.store.write().await.unwrap();
    let device = DeviceId::new(3);
    tx.add_device(ANN, device, "", "token", Timestamp(1))
        .await
        .unwrap();
    assert_eq!(tx.proved(device).await.unwrap(), None);
    tx.prove(device, Timestamp(4)).await.unwrap();
    assert_eq!(tx.proved(device).await.unwrap(), Some(Timestamp(4)));
}
