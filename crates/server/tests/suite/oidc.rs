//! Accounts at a provider of the community's own: who comes back with what, and everything that must not pass (M-1).

use super::app::TestApp;
use super::idp::{CLIENT, Idp, SECRET, Seal};
use birdcall_server::clock::Clock;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

/// A browser: it keeps cookies and goes where it is sent only when the test says so.
struct Browser {
    client: Client,
    base: String,
}

impl Browser {
    fn at(app: &TestApp) -> Self {
        let client = Client::builder()
            .cookie_store(true)
            .redirect(Policy::none());
        Self {
            client: client.build().unwrap(),
            base: app.url(""),
        }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let url = format!("{}/api/v1{path}", self.base);
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.ask(Method::GET, path, None).await
    }

    /// Goes to the provider; the address of its page.
    async fn leave(&self, errand: &str) -> String {
        let body = json!({"errand": errand, "device": "test"});
        let (status, body) = self.post("/oidc", body).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["url"].as_str().unwrap().to_owned()
    }

    /// Comes back; where it is sent on to.
    async fn come_back(&self, query: &str) -> String {
        let url = format!("{}/api/v1/oidc/back?{query}", self.base);
        let response = self.client.get(url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        response.headers()["location"].to_str().unwrap().to_owned()
    }

    /// The whole way.
    async fn sign_in(&self, idp: &Idp, subject: &str) -> String {
        let url = self.leave("sign_in").await;
        self.come_back(&idp.consent(&url, subject)).await
    }

    /// The handle of whoever is signed in.
    async fn who(&self) -> Option<String> {
        let (_, me) = self.get("/me").await;
        me["handle"].as_str().map(str::to_owned)
    }
}

async fn with_provider() -> (TestApp, Idp) {
    with_provider_and(|_| ()).await
}

async fn with_provider_and(
    change: impl FnOnce(&mut birdcall_server::config::Options),
) -> (TestApp, Idp) {
    let idp = Idp::start(&Clock::System).await;
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    let app = TestApp::with(|options| {
        options.oidc_issuer = Some(idp.issuer.clone());
        options.oidc_client_id = Some(CLIENT.into());
        options.oidc_client_secret_file = Some(secret);
        options.oidc_name = Some("The club".into());
        change(options);
    })
    .await;
    // Both look at the same clock.
    idp.follow(&app.clock);
    (app, idp)
}

#[tokio::test]
async fn the_first_sign_in_makes_an_account_and_the_next_finds_it() {
    let (app, idp) = with_provider().await;
    let facts = app.stranger().get("/server").await;
    assert_eq!(facts["oidc"], json!({"name": "The club"}));
    idp.says(
        json!({"preferred_username": "Ann", "name": "Ann Lee"}),
        Seal::Good,
    );
    let laptop = Browser::at(&app);
    assert_eq!(laptop.sign_in(&idp, "1").await, "/");
    let (_, me) = laptop.get("/me").await;
    assert_eq!(
        (&me["handle"], &me["name"]),
        (&json!("ann"), &json!("Ann Lee"))
    );
    let (_, ways) = laptop.get("/ways-in").await;
    assert_eq!(ways["password"], false);
    assert_eq!(ways["identity"]["name"], "Ann");
    assert!(ways["proved_until"].is_i64());
    // What it is called there may change; the account does not.
    idp.says(json!({"preferred_username": "ann.lee"}), Seal::Good);
    let phone = Browser::at(&app);
    assert_eq!(phone.sign_in(&idp, "1").await, "/");
    assert_eq!(phone.who().await.as_deref(), Some("ann"));
    let (_, devices) = phone.get("/devices").await;
    assert_eq!(devices.as_array().unwrap().len(), 2);
    // Nobody gets in with an empty password, nor with any.
    for password in ["", "correct horse"] {
        let body = json!({"handle": "ann", "password": password});
        let (status, body) = Browser::at(&app).post("/sessions", body).await;
        assert_eq!(
            (status, &body["code"]),
            (StatusCode::UNAUTHORIZED, &json!("wrong_password"))
        );
    }
    // It is the only way in.
    let (_, body) = laptop.ask(Method::DELETE, "/oidc/identity", None).await;
    assert_eq!(body["code"], "last_way_in");
}

#[tokio::test]
async fn a_handle_that_is_taken_or_unfit_is_chosen_anew() {
    let (app, idp) = with_provider().await;
    app.sign_up("ann").await;
    for (subject, username, handle, taken) in [
        ("1", Some("ann"), "ann", true),
        ("2", Some("bob.lee"), "bob_lee", false),
        ("3", Some("李"), "", false),
        ("4", None, "", false),
    ] {
        idp.says(
            json!({"preferred_username": username, "name": "X"}),
            Seal::Good,
        );
        let browser = Browser::at(&app);
        assert_eq!(browser.sign_in(&idp, subject).await, "/?provider=newcomer");
        assert_eq!(browser.who().await, None);
        let (_, newcomer) = browser.get("/oidc/newcomer").await;
        assert_eq!(
            newcomer,
            json!({"handle": handle, "taken": taken, "name": "X"})
        );
        // A wrong choice can be mended, by the same browser alone.
        let choice = json!({"handle": "ann", "name": "X"});
        let (status, body) = browser.post("/oidc/accounts", choice).await;
        assert_eq!(
            (status, &body["code"]),
            (StatusCode::CONFLICT, &json!("handle_taken"))
        );
        let choice = json!({"handle": format!("new{subject}"), "name": "X"});
        let (_, body) = Browser::at(&app)
            .post("/oidc/accounts", choice.clone())
            .await;
        assert_eq!(body["code"], "ceremony_over");
        let (status, _) = browser.post("/oidc/accounts", choice.clone()).await;
        assert_eq!(status, StatusCode::CREATED);
        assert_eq!(browser.who().await, Some(format!("new{subject}")));
        let (_, body) = browser.post("/oidc/accounts", choice).await;
        assert_eq!(body["code"], "ceremony_over");
        // From then on it is known.
        let again = Browser::at(&app);
        assert_eq!(again.sign_in(&idp, subject).await, "/");
        assert_eq!(again.who().await, Some(format!("new{subject}")));
    }
}

#[tokio::test]
async fn tokens_that_do_not_hold_are_refused() {
    let (app, idp) = with_provider().await;
    let now = app.clock.now().0 / 1000;
    for (lie, claims, seal) in [
        ("another nonce", json!({"nonce": "AAAA"}), Seal::Good),
        ("no nonce", json!({"nonce": null}), Seal::Good),
        (
            "another audience",
            json!({"aud": "somebody else"}),
            Seal::Good,
        ),
        (
            "one audience more",
            json!({"aud": [CLIENT, "somebody else"]}),
            Seal::Good,
        ),
        (
            "another issuer",
            json!({"iss": "https://evil.example"}),
            Seal::Good,
        ),
        ("expired", json!({"exp": now - 1}), Seal::Good),
        ("another key", json!({}), Seal::OtherKey),
        ("no signature", json!({}), Seal::None),
        ("a shared secret", json!({}), Seal::Shared),
    ] {
        idp.says(claims, seal);
        let browser = Browser::at(&app);
        let to = browser.sign_in(&idp, "1").await;
        assert_eq!(to, "/?provider=provider_refused", "{lie}");
        assert_eq!(browser.who().await, None, "{lie}");
    }
    // The control: without a lie the same way leads in.
    idp.says(json!({"preferred_username": "ann"}), Seal::Good);
    let browser = Browser::at(&app);
    assert_eq!(browser.sign_in(&idp, "1").await, "/");
    assert_eq!(browser.who().await.as_deref(), Some("ann"));
}

#[tokio::test]
async fn only_the_browser_that_left_comes_back_and_once() {
    let (app, idp) = with_provider().await;
    idp.says(json!({"preferred_username": "eve"}), Seal::Good);
    // Eve's way back, opened by Ann: she is not to be signed in as Eve.
    let (ann, eve) = (Browser::at(&app), Browser::at(&app));
    ann.leave("sign_in").await;
    let way = idp.consent(&eve.leave("sign_in").await, "1");
    assert_eq!(ann.come_back(&way).await, "/?provider=ceremony_over");
    assert_eq!(ann.who().await, None);
    // And it is worth nothing after that.
    assert_eq!(eve.come_back(&way).await, "/?provider=ceremony_over");

    let way = idp.consent(&eve.leave("sign_in").await, "1");
    assert_eq!(eve.come_back(&way).await, "/");
    // Who is in and goes back stays in.
    assert_eq!(eve.come_back(&way).await, "/");
    let (_, devices) = eve.get("/devices").await;
    assert_eq!(devices.as_array().unwrap().len(), 1);

    // The provider's code is good once, also with a state of one's own.
    let code = way.split('&').next().unwrap();
    let thief = Browser::at(&app);
    let own = idp.consent(&thief.leave("sign_in").await, "2");
    let state = own.split('&').nth(1).unwrap();
    let to = thief.come_back(&format!("{code}&{state}")).await;
    assert_eq!(to, "/?provider=provider_refused");
    for query in ["", "state=AAAA&code=AAAA", "error=access_denied"] {
        assert_eq!(thief.come_back(query).await, "/?provider=ceremony_over");
    }
    let url = thief.leave("sign_in").await;
    let state = idp.consent(&url, "1");
    let state = state.split('&').nth(1).unwrap();
    let to = thief
        .come_back(&format!("error=access_denied&{state}"))
        .await;
    assert_eq!(to, "/?provider=denied");
    let way = idp.consent(&thief.leave("sign_in").await, "1");
    app.advance(900);
    assert_eq!(thief.come_back(&way).await, "/?provider=ceremony_over");
    assert_eq!(thief.who().await, None);
}

#[tokio::test]
async fn nobody_waits_for_a_provider_that_is_away() {
    let (app, mut idp) = with_provider().await;
    idp.stop().await;
    let body = json!({"errand": "sign_in"});
    let browser = Browser::at(&app);
    let away = (StatusCode::SERVICE_UNAVAILABLE, json!("provider_away"));
    let (status, answer) = browser.post("/oidc", body.clone()).await;
    assert_eq!((status, answer["code"].clone()), away);
    idp.again().await;
    // For some seconds it is not asked again.
    let (status, answer) = browser.post("/oidc", body).await;
    assert_eq!((status, answer["code"].clone()), away);
    app.advance(5);
    idp.says(json!({"preferred_username": "ann"}), Seal::Good);
    let url = browser.leave("sign_in").await;
    // Away while somebody is there: said in words on the way back.
    idp.stop().await;
    let way = idp.consent(&url, "1");
    assert_eq!(browser.come_back(&way).await, "/?provider=provider_away");
    idp.again().await;
    assert_eq!(browser.sign_in(&idp, "1").await, "/");
}

#[tokio::test]
async fn new_keys_of_the_provider_are_asked_for() {
    let (app, idp) = with_provider().await;
    idp.says(json!({"preferred_username": "ann"}), Seal::Good);
    assert_eq!(Browser::at(&app).sign_in(&idp, "1").await, "/");
    idp.turn_keys();
    app.advance(60);
    assert_eq!(Browser::at(&app).sign_in(&idp, "1").await, "/");
}

#[tokio::test]
async fn an_account_is_linked_and_unlinked_by_who_is_signed_in() {
    let (app, idp) = with_provider_and(|options| options.sign_up = Some(true)).await;
    let ann = Browser::at(&app);
    let account = json!({"handle": "ann", "password": "correct horse"});
    ann.post("/accounts", account.clone()).await;
    let link = |password: Value| json!({"errand": "link", "password": password});
    let (_, body) = ann.post("/oidc", link(Value::Null)).await;
    assert_eq!(body["code"], "proof_needed");
    let (_, body) = ann.post("/oidc", link(json!("wrong horse"))).await;
    assert_eq!(body["code"], "wrong_password");
    let (_, body) = Browser::at(&app)
        .post("/oidc", link(json!("correct horse")))
        .await;
    assert_eq!(body["code"], "not_signed_in");
    let (_, body) = ann.post("/oidc", link(json!("correct horse"))).await;
    let way = idp.consent(body["url"].as_str().unwrap(), "1");
    assert_eq!(
        ann.come_back(&way).await,
        "/settings/account?provider=linked"
    );
    let phone = Browser::at(&app);
    assert_eq!(phone.sign_in(&idp, "1").await, "/");
    assert_eq!(phone.who().await.as_deref(), Some("ann"));

    // It shows that one is still who signed in; another account there does not.
    let way = idp.consent(&phone.leave("prove").await, "2");
    let to = phone.come_back(&way).await;
    assert_eq!(to, "/settings/account?provider=identity_taken");
    app.advance(600);
    let (_, ways) = phone.get("/ways-in").await;
    assert_eq!(ways["proved_until"], Value::Null);
    let url = phone.leave("prove").await;
    assert!(url.contains("prompt=login"), "{url}");
    let to = phone.come_back(&idp.consent(&url, "1")).await;
    assert_eq!(to, "/settings/account?provider=proved");
    let (_, ways) = phone.get("/ways-in").await;
    assert!(ways["proved_until"].is_i64());

    // Somebody else's way in it cannot become.
    let bob = Browser::at(&app);
    bob.post(
        "/accounts",
        json!({"handle": "bob", "password": "correct horse"}),
    )
    .await;
    let (_, body) = bob.post("/oidc", link(json!("correct horse"))).await;
    let way = idp.consent(body["url"].as_str().unwrap(), "1");
    let to = bob.come_back(&way).await;
    assert_eq!(to, "/settings/account?provider=identity_taken");
    let (status, _) = bob.ask(Method::DELETE, "/oidc/identity", None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    let (status, _) = ann.ask(Method::DELETE, "/oidc/identity", None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(
        Browser::at(&app).sign_in(&idp, "1").await,
        "/?provider=newcomer"
    );
}

#[tokio::test]
async fn a_closed_server_takes_nobody_new_from_the_provider_either() {
    let (app, idp) = with_provider_and(|options| options.sign_up = Some(false)).await;
    idp.says(json!({"preferred_username": "ann"}), Seal::Good);
    let browser = Browser::at(&app);
    assert_eq!(
        browser.sign_in(&idp, "1").await,
        "/?provider=sign_up_closed"
    );
    assert_eq!(browser.who().await, None);
    let choice = json!({"handle": "ann"});
    let (_, body) = browser.post("/oidc/accounts", choice).await;
    assert_eq!(body["code"], "sign_up_closed");
}

#[tokio::test]
async fn an_address_that_the_provider_has_verified_needs_no_code() {
    let mails = tempfile::tempdir().unwrap();
    let url = format!("file:{}", mails.path().display());
    let (app, idp) = with_provider_and(|options| {
        options.mail_url = Some(url);
        options.mail_from = Some("calls@call.example".into());
    })
    .await;
    let arrive = async |subject: &str, claims: Value| {
        idp.says(claims, Seal::Good);
        let browser = Browser::at(&app);
        browser.sign_in(&idp, subject).await;
        let (_, account) = browser.get("/me/account").await;
        account["email"].clone()
    };
    let address = "ann@club.example";
    let verified = |name: &str, yes: bool| json!({"preferred_username": name, "email": address, "email_verified": yes});
    assert_eq!(arrive("1", verified("eve", false)).await, Value::Null);
    let email = arrive("2", verified("ann", true)).await;
    assert_eq!(email["address"], address);
    // Nobody finds her by it before she says so, and nobody takes it from her.
    assert_eq!(email["findable"], false);
    assert_eq!(arrive("3", verified("bob", true)).await, Value::Null);
}

#[tokio::test]
async fn without_a_provider_there_is_none() {
    let app = TestApp::new().await;
    let (status, body) = Browser::at(&app)
        .post("/oidc", json!({"errand": "sign_in"}))
        .await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body["code"], "provider_away");
}
