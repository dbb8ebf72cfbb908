//! Finding, following, blocking, and the address book (M-2, M-3).

use super::app::TestApp;
use reqwest::{Method, StatusCode};

#[tokio::test]
async fn people_are_found_followed_and_put_into_the_book() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let found = ann.get("/people?query=@BO").await;
    assert_eq!(found[0]["handle"], "bob");
    ann.follow(&bob).await;
    assert_eq!(ann.get("/following").await[0]["handle"], "bob");
    let profile = bob.get("/people/ann").await;
    assert_eq!(
        (&profile["follows_you"], &profile["following"]),
        (&true.into(), &false.into())
    );
    ann.put("/address-book/bob", None)
        .await
        .expect(StatusCode::OK);
    assert_eq!(ann.get("/address-book").await[0]["person"]["handle"], "bob");
    // M-3: nobody learns whose book they are in.
    assert_eq!(bob.get("/people/ann").await["in_address_book"], false);
    ann.delete("/address-book")
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(ann.get("/address-book").await.as_array().unwrap().len(), 0);
    ann.delete("/people/bob/follow")
        .await
        .expect(StatusCode::OK);
    assert_eq!(ann.get("/following").await.as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn one_ties_nobody_to_oneself_or_to_nobody() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    for path in [
        "/people/ann/follow",
        "/people/ann/block",
        "/address-book/ann",
    ] {
        ann.put(path, None)
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "yourself");
    }
    ann.put("/people/eve/follow", None)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
}

/// C-4, C-6: what a blocked person sees of the other does not change by the block.
#[tokio::test]
async fn a_block_is_not_to_be_seen() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let before = ann.get("/people/bob").await;
    let head = ann.get("/conversations/bob").await;
    bob.block(&ann).await;
    assert_eq!(ann.get("/people/bob").await, before);
    assert_eq!(ann.get("/conversations/bob").await, head);
    assert_eq!(bob.get("/people/ann").await["call"], "you_blocked");
    assert_eq!(bob.get("/blocked").await[0]["handle"], "ann");
}

#[tokio::test]
async fn other_devices_are_told_what_changed() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let mut phone = app.sign_in("ann").await.socket().await;
    ann.follow(&bob).await;
    assert_eq!(phone.until("changed").await["what"], "people");
    ann.put("/address-book/bob", None)
        .await
        .expect(StatusCode::OK);
    assert_eq!(phone.until("changed").await["what"], "address_book");
    // Nothing changed, nothing told.
    ann.ask(Method::PUT, "/address-book/bob", None)
        .await
        .expect(StatusCode::OK);
    assert!(phone.so_far().await.is_empty());
}
