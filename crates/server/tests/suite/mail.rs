//! Mail against a mail server of the test's own, and the e-mail address of an account (M-1).

use super::app::{Device, TestApp};
use super::smtp::Smtp;
use birdcall_server::config::Options;
use birdcall_server::mail::port::{Port, Sent};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Options with that mail server.
pub(crate) fn by(smtp: &Smtp) -> impl FnOnce(&mut Options) {
    let url = format!("smtp://localhost:{}", smtp.port);
    let ca = smtp.certificate.clone();
    move |options| {
        options.mail_url = Some(url);
        options.mail_from = Some("Birdcall <calls@example.org>".into());
        options.mail_ca = ca;
    }
}

pub(crate) async fn want(device: &Device, address: &str) -> Value {
    let body = json!({"address": address, "password": "correct horse"});
    device.post("/me/email", body).await.expect(StatusCode::OK)
}

async fn confirm(device: &Device, code: &str) -> super::app::Answer {
    device
        .post("/me/email/confirm", json!({"code": code}))
        .await
}

/// Gives a person a verified address; the next mail at the server has to be its code.
pub(crate) async fn verify(device: &Device, address: &str, smtp: &Smtp) {
    let before = smtp.so_far().len();
    want(device, address).await;
    let code = smtp.mail(before).await.code();
    confirm(device, &code).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn an_address_is_verified_by_the_code_that_was_mailed_to_it() {
    let smtp = Smtp::plain().await;
    let app = TestApp::with(by(&smtp)).await;
    let ann = app.sign_up("ann").await;
    let mut phone = app.sign_in("ann").await.socket().await;
    let account = want(&ann, "Ann@Example.org").await;
    assert_eq!(account["email"], Value::Null);
    assert_eq!(account["unverified"], "Ann@example.org");
    let mail = smtp.mail(0).await;
    assert_eq!(mail.to, "Ann@example.org");
    for said in [
        "From: Birdcall <calls@example.org>",
        "To: Ann@example.org",
        "Auto-Submitted: auto-generated",
        "Content-Type: text/plain; charset=utf-8",
        "@ann",
    ] {
        assert!(mail.text.contains(said), "{said} is not in {}", mail.text);
    }
    let code = mail.code().to_lowercase().replace('-', " ");
    let account = confirm(&ann, &code).await.expect(StatusCode::OK);
    assert_eq!(account["email"]["address"], "Ann@example.org");
    assert_eq!(account["email"]["findable"], true);
    assert_eq!(account["unverified"], Value::Null);
    assert_eq!(phone.until("changed").await["what"], "me");
    // It was good once.
    confirm(&ann, &code)
        .await
        .refused(StatusCode::FORBIDDEN, "wrong_code");
    ann.ask(Method::PATCH, "/me/email", Some(json!({"findable": false})))
        .await
        .expect(StatusCode::OK);
    assert_eq!(ann.get("/me/account").await["email"]["findable"], false);
    // Whoever removes it is told so where it goes to.
    ann.delete("/me/email").await.expect(StatusCode::OK);
    assert_eq!(ann.get("/me/account").await["email"], Value::Null);
    let told = smtp.mail(1).await;
    assert!(told.text.contains("removed"), "{}", told.text);
    ann.delete("/me/email")
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
}

#[tokio::test]
async fn nobody_gets_an_address_without_proof_or_code() {
    let smtp = Smtp::plain().await;
    let app = TestApp::with(by(&smtp)).await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    for (body, status, code) in [
        (
            json!({"address": "ann@example.org"}),
            StatusCode::FORBIDDEN,
            "proof_needed",
        ),
        (
            json!({"address": "ann@example.org", "password": "wrong horse"}),
            StatusCode::UNAUTHORIZED,
            "wrong_password",
        ),
        (
            json!({"address": "ann@localhost", "password": "correct horse"}),
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad_input",
        ),
        (
            json!({"address": "ann@example.org\r\nBcc: eve@example.org", "password": "correct horse"}),
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad_input",
        ),
    ] {
        ann.post("/me/email", body).await.refused(status, code);
    }
    want(&ann, "ann@example.org").await;
    let code = smtp.mail(0).await.code();
    // It is nobody else's code.
    want(&bob, "bob@example.org").await;
    confirm(&bob, &code)
        .await
        .refused(StatusCode::FORBIDDEN, "wrong_code");
    // Five wrong ones, and the right one is good for nothing.
    for _ in 0..5 {
        confirm(&ann, "00000000")
            .await
            .refused(StatusCode::FORBIDDEN, "wrong_code");
    }
    confirm(&ann, &code)
        .await
        .refused(StatusCode::FORBIDDEN, "wrong_code");
    // A new one is, but for 20 minutes.
    app.advance(700);
    want(&ann, "ann@example.org").await;
    let code = smtp.mail(2).await.code();
    app.advance(20 * 60);
    confirm(&ann, &code)
        .await
        .refused(StatusCode::FORBIDDEN, "wrong_code");
    assert_eq!(ann.get("/me/account").await["unverified"], Value::Null);
}

/// Whoever names an address that somebody else has learns nothing; its owner does.
#[tokio::test]
async fn an_address_of_somebody_else_looks_like_any_other() {
    let smtp = Smtp::plain().await;
    let app = TestApp::with(by(&smtp)).await;
    let (ann, eve) = (app.sign_up("ann").await, app.sign_up("eve").await);
    verify(&ann, "ann@example.org", &smtp).await;
    let free = want(&eve, "free@example.org").await;
    let taken = want(&eve, "ANN@example.org").await;
    let without = |account: &Value| {
        let mut account = account.clone();
        account["unverified"].take();
        account
    };
    assert_eq!(without(&free), without(&taken));
    assert_eq!(taken["unverified"], "ANN@example.org");
    // Two mails, sent in any order: the free address's code was replaced since, if it was not faster.
    let mut told = smtp.mail(1).await;
    if told.to == "free@example.org" {
        told = smtp.mail(2).await;
    }
    assert_eq!(told.to, "ANN@example.org");
    assert!(
        told.text.contains("@ann") && !told.text.contains("@eve"),
        "{}",
        told.text
    );
    confirm(&eve, "00000000")
        .await
        .refused(StatusCode::FORBIDDEN, "wrong_code");
    // Two who name the same free address: the first who has the code has it.
    let cleo = app.sign_up("cleo").await;
    want(&cleo, "shared@example.org").await;
    let number = smtp.so_far().len();
    let first = smtp.mail(number.max(2)).await;
    want(&ann, "shared@example.org").await;
    let second = smtp.mail(smtp.so_far().len()).await;
    assert_eq!(
        (first.to.as_str(), second.to.as_str()),
        ("shared@example.org", "shared@example.org")
    );
    confirm(&cleo, &first.code()).await.expect(StatusCode::OK);
    confirm(&ann, &second.code())
        .await
        .refused(StatusCode::FORBIDDEN, "wrong_code");
    assert_eq!(
        ann.get("/me/account").await["email"]["address"],
        "ann@example.org"
    );
}

#[tokio::test]
async fn without_a_mail_server_no_email_is_offered() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let account = ann.get("/me/account").await;
    assert_eq!(
        (&account["mail"], &account["password"]),
        (&json!(false), &json!(true))
    );
    let body = json!({"address": "ann@example.org", "password": "correct horse"});
    ann.post("/me/email", body)
        .await
        .refused(StatusCode::CONFLICT, "no_mail");
    let answer = app
        .stranger()
        .post("/password-resets", json!({"who": "ann"}))
        .await;
    answer.refused(StatusCode::CONFLICT, "no_mail");
}

/// What was acknowledged is sent, although the mail server was away and ours was stopped in between.
#[tokio::test]
async fn a_mail_is_sent_when_the_mail_server_is_back() {
    let smtp = Smtp::plain().await;
    smtp.answer("451 not now");
    let app = TestApp::with(by(&smtp)).await;
    let ann = app.sign_up("ann").await;
    want(&ann, "ann@example.org").await;
    smtp.answered().await;
    // The worker writes down what came of it before the server is stopped, or claims the mail anew after two minutes.
    let app = app.again_with(by(&smtp)).await;
    assert!(smtp.so_far().is_empty());
    app.advance(130);
    let code = smtp.mail(0).await.code();
    let cookie = ann.cookie().unwrap();
    let ann = app.stranger().with_cookie(cookie);
    confirm(&ann, &code).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_not_tried_again() {
    let smtp = Smtp::plain().await;
    smtp.answer("550 nobody here");
    let app = TestApp::with(by(&smtp)).await;
    let ann = app.sign_up("ann").await;
    want(&ann, "gone@example.org").await;
    smtp.answered().await;
    verify(&ann, "ann@example.org", &smtp).await;
    app.advance(3_600);
    let again = want(&ann, "second@example.org").await;
    assert_eq!(again["unverified"], "second@example.org");
    assert_eq!(smtp.mail(1).await.to, "second@example.org");
}

/// A mail server elsewhere has to speak TLS, and its certificate has to be good.
#[tokio::test]
async fn mails_are_encrypted_on_their_way() {
    let folder = tempfile::tempdir().unwrap();
    let smtp = Smtp::with_tls(folder.path()).await;
    let app = TestApp::with(|options| {
        by(&smtp)(options);
        options.mail_url = Some(format!("smtp://ann%40x:s%20s@localhost:{}", smtp.port));
    })
    .await;
    let ann = app.sign_up("ann").await;
    verify(&ann, "ann@example.org", &smtp).await;
    let mail = smtp.mail(0).await;
    assert!(mail.secret);
    assert_eq!(mail.login.as_deref(), Some("ann@x s s"));

    // One that offers no TLS gets nothing, and one whose certificate is somebody else's neither.
    let plain = Smtp::plain().await;
    let other = tempfile::tempdir().unwrap();
    let foreign = Smtp::with_tls(other.path()).await;
    for (port, ca) in [
        (plain.port, smtp.certificate.clone()),
        (foreign.port, smtp.certificate.clone()),
    ] {
        let options = Options {
            mail_url: Some(format!("smtp://localhost:{port}")),
            mail_from: Some("calls@example.org".into()),
            mail_ca: ca,
            ..Options::default()
        };
        let config = options.resolve().unwrap().mail.unwrap();
        let message = lettre::Message::builder()
            .from("calls@example.org".parse().unwrap())
            .to("ann@example.org".parse().unwrap())
            .body(String::from("secret"))
            .unwrap();
        let sent = Port::open(&config).unwrap().send(message, "one").await;
        assert_ne!(sent, Sent::Taken);
    }
    assert!(plain.so_far().is_empty() && foreign.so_far().is_empty());
}

/// A line that begins with a dot is not the end of a mail.
#[tokio::test]
async fn dots_arrive_as_they_were_sent() {
    let smtp = Smtp::plain().await;
    let mut options = Options::default();
    by(&smtp)(&mut options);
    let config = options.resolve().unwrap().mail.unwrap();
    let message = lettre::Message::builder()
        .from("calls@example.org".parse().unwrap())
        .to("ann@example.org".parse().unwrap())
        .body(String::from("one\r\n.\r\n..two\r\nthree"))
        .unwrap();
    let sent = Port::open(&config).unwrap().send(message, "one").await;
    assert_eq!(sent, Sent::Taken);
    let text = smtp.mail(0).await.text;
    assert!(text.ends_with("one\n.\n..two\nthree\n"), "{text:?}");
}

#[tokio::test]
async fn mails_can_be_written_into_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mails = folder.path().join("mails");
    let app = TestApp::with(|options| {
        options.mail_url = Some(format!("file:{}", mails.display()));
        options.mail_from = Some("calls@example.org".into());
    })
    .await;
    let ann = app.sign_up("ann").await;
    want(&ann, "ann@example.org").await;
    let text = loop {
        let file = std::fs::read_dir(&mails)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.extension().is_some_and(|end| end == "eml"));
        if let Some(file) = file {
            break std::fs::read_to_string(file).unwrap();
        }
        tokio::task::yield_now().await;
    };
    let subject = text.lines().find_map(|line| line.strip_prefix("Subject: "));
    let code = subject.unwrap().split(' ').next().unwrap();
    confirm(&ann, code).await.expect(StatusCode::OK);
}
