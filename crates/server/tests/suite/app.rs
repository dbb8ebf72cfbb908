//! A server for one test, people with sessions, sockets that are read like stories.

use super::home::Home;
use super::raced;
use birdcall_protocol::Timestamp;
use birdcall_server::clock::Clock;
use birdcall_server::config::Options;
use birdcall_server::serve::{self, Running};
use birdcall_store::{Races, Tx};
use futures_util::{SinkExt, StreamExt};
use reqwest::header::{ORIGIN, SET_COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long a test waits for what must come. Only reached by a failing test.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct TestApp {
    pub(crate) running: Running,
    pub(crate) clock: Clock,
    /// Commits that are lost.
    pub(crate) races: Races,
    home: Home,
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        Self::at_home(Home::new().await, Timestamp(1_800_000_000_000), change).await
    }

    /// With a clock that stands at the machine's time: the relay takes no credential from another year.
    pub(crate) async fn today(change: impl FnOnce(&mut Options)) -> Self {
        Self::at_home(Home::new().await, Clock::System.now(), change).await
    }

    /// Stops it and starts it again on the same data.
    pub(crate) async fn again(self) -> Self {
        self.again_with(|_| ()).await
    }

    /// The same, with options.
    pub(crate) async fn again_with(self, change: impl FnOnce(&mut Options)) -> Self {
        let now = self.clock.now();
        self.running.stop().await;
        Self::at_home(self.home, now, change).await
    }

    async fn at_home(home: Home, now: Timestamp, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options {
            data: Some(home.path().to_owned()),
            database: Some(home.url().into()),
            listen: Some("127.0.0.1:0".parse().unwrap()),
            relay_listen: Some("127.0.0.1:0".parse().unwrap()),
            // The clock stands still, so nobody would be answered. `gate.rs` tests the beat.
            beat: Some(Duration::ZERO),
            ..Options::default()
        };
        change(&mut options);
        let races = raced::wanted(&mut options);
        let clock = Clock::manual(now);
        let running = serve::start(options.resolve().unwrap(), clock.clone())
            .await
            .unwrap();
        Self {
            running,
            clock,
            races,
            home,
        }
    }

    /// A node on the database of `shared`, with the node key there, and a data folder of its own.
    pub(crate) async fn node(
        shared: &Home,
        clock: &Clock,
        change: impl FnOnce(&mut Options),
    ) -> Self {
        let home = Home::bare();
        let mut options = Options {
            data: Some(home.path().to_owned()),
            key_file: Some(shared.path().join("node.key")),
            listen: Some("127.0.0.1:0".parse().unwrap()),
            relay_listen: Some("127.0.0.1:0".parse().unwrap()),
            cluster: Some(true),
            beat: Some(Duration::ZERO),
            ..Options::default()
        };
        change(&mut options);
        let races = raced::wanted(&mut options);
        let store = shared.store_with(races.clone()).await;
        let running = serve::start_on(options.resolve().unwrap(), clock.clone(), store)
            .await
            .unwrap();
        Self {
            running,
            clock: clock.clone(),
            races,
            home,
        }
    }

    /// Writes what a test has not to ask the server for; as often as it takes, if commits are lost.
    pub(crate) async fn write(&self, work: impl AsyncFn(&mut Tx)) {
        let written = async || {
            let mut tx = self.running.app.store.write().await?;
            work(&mut tx).await;
            tx.commit().await
        };
        while let Err(error) = written().await {
            assert!(error.is_raced(), "{error}");
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.address)
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Signs a person up; returns one of their devices.
    pub(crate) async fn sign_up(&self, handle: &str) -> Device {
        let device = self.stranger();
        let body = json!({"handle": handle, "password": "correct horse", "device": "test"});
        device
            .post("/accounts", body)
            .await
            .expect(StatusCode::CREATED);
        device.named(handle)
    }

    /// Signs in on another device.
    pub(crate) async fn sign_in(&self, handle: &str) -> Device {
        let device = self.stranger();
        let body = json!({"handle": handle, "password": "correct horse"});
        device.post("/sessions", body).await.expect(StatusCode::OK);
        device.named(handle)
    }

    /// Two people who follow each other and have written to each other.
    pub(crate) async fn friends(&self, one: &str, other: &str) -> (Device, Device) {
        let (a, b) = (self.sign_up(one).await, self.sign_up(other).await);
        a.follow(&b).await;
        b.follow(&a).await;
        a.write(&b, "hello").await;
        b.write(&a, "hello yourself").await;
        (a, b)
    }

    /// Somebody who is not signed in.
    pub(crate) fn stranger(&self) -> Device {
        Device::at(&self.url(""))
    }
}

/// One signed-in browser.
pub(crate) struct Device {
    client: reqwest::Client,
    base: String,
    cookie: std::sync::Mutex<Option<String>>,
    pub(crate) handle: String,
}

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    #[track_caller]
    pub(crate) fn refused(self, status: StatusCode, code: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.body["code"], code, "{}", self.body);
        assert_eq!(self.body["status"], status.as_u16());
        assert!(self.body["title"].is_string());
    }
}

impl Device {
    /// A browser that has not signed in, at a server's address.
    pub(crate) fn at(server: &str) -> Self {
        Self {
            client: reqwest::Client::builder().build().unwrap(),
            base: format!("{server}/api/v1"),
            cookie: std::sync::Mutex::new(None),
            handle: String::new(),
        }
    }

    /// A browser that has signed in before.
    pub(crate) fn with_cookie(self, cookie: String) -> Self {
        *self.cookie.lock().unwrap() = Some(cookie);
        self
    }

    /// The same browser at another node.
    pub(crate) fn at_node(&self, node: &TestApp) -> Self {
        Self::at(&node.url(""))
            .with_cookie(self.cookie().unwrap())
            .named(&self.handle)
    }

    pub(crate) fn named(mut self, handle: &str) -> Self {
        self.handle = handle.to_owned();
        self
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.ask_from(method, path, body, None).await
    }

    pub(crate) async fn ask_from(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        origin: Option<&str>,
    ) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(cookie) = self.cookie() {
            request = request.header("cookie", cookie);
        }
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        if let Some(set) = response.headers().get(SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            *self.cookie.lock().unwrap() = Some(pair);
        }
        let text = response.text().await.unwrap();
        Answer {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }

    pub(crate) fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap().clone()
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, None)
            .await
            .expect(StatusCode::OK)
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Sends bytes, as a recording is sent.
    pub(crate) async fn send_bytes(&self, path: &str, bytes: Vec<u8>) -> Answer {
        self.bytes_by(Method::POST, path, bytes).await
    }

    /// Sends bytes by a method.
    pub(crate) async fn bytes_by(&self, method: Method, path: &str, bytes: Vec<u8>) -> Answer {
        let request = self.client.request(method, format!("{}{path}", self.base));
        let cookie = self.cookie().unwrap();
        let response = request.header("cookie", cookie).body(bytes).send();
        let response = response.await.unwrap();
        Answer {
            status: response.status(),
            body: response.json().await.unwrap(),
        }
    }

    /// Sends a form with a file.
    pub(crate) async fn send_form(&self, path: &str, form: reqwest::multipart::Form) -> Answer {
        let request = self.client.post(format!("{}{path}", self.base));
        let cookie = self.cookie().unwrap();
        let response = request.header("cookie", cookie).multipart(form).send();
        let response = response.await.unwrap();
        Answer {
            status: response.status(),
            body: response.json().await.unwrap(),
        }
    }

    /// The media type and the bytes of something that is no JSON.
    pub(crate) async fn get_bytes(&self, path: &str) -> (String, Vec<u8>) {
        let request = self.client.get(format!("{}{path}", self.base));
        let response = request.header("cookie", self.cookie().unwrap()).send();
        let response = response.await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let kind = response.headers()["content-type"].to_str().unwrap();
        (kind.to_owned(), response.bytes().await.unwrap().to_vec())
    }

    pub(crate) async fn put(&self, path: &str, body: Option<Value>) -> Answer {
        self.ask(Method::PUT, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    pub(crate) async fn follow(&self, other: &Self) {
        let path = format!("/people/{}/follow", other.handle);
        self.put(&path, None).await.expect(StatusCode::OK);
    }

    pub(crate) async fn block(&self, other: &Self) {
        let path = format!("/people/{}/block", other.handle);
        self.put(&path, None).await.expect(StatusCode::OK);
    }

    /// Sends a message over a socket of its own, and waits until it is acknowledged.
    pub(crate) async fn write(&self, other: &Self, text: &str) {
        let mut socket = self.socket().await;
        let key = format!("{}-{text}", other.handle);
        let key: String = key
            .chars()
            .filter(char::is_ascii_graphic)
            .take(36)
            .collect();
        let frame = json!({"type": "send", "key": key, "to": other.handle, "text": text});
        socket.send(frame).await;
        socket.until("sent").await;
    }

    pub(crate) async fn set_calling(&self, change: impl FnOnce(&mut Value)) {
        let mut calling = self.get("/me").await["calling"].clone();
        change(&mut calling);
        self.put("/me/calling", Some(calling))
            .await
            .expect(StatusCode::OK);
    }

    pub(crate) async fn invite(&self, other: &str, kind: &str) -> Answer {
        let key = format!("{:016x}", rand::random::<u64>());
        self.post("/calls", json!({"with": other, "kind": kind, "key": key}))
            .await
    }

    /// Calls somebody; returns the call's id.
    pub(crate) async fn call(&self, other: &Self) -> String {
        let view = self
            .invite(&other.handle, "audio")
            .await
            .expect(StatusCode::CREATED);
        view["call"].as_str().unwrap().to_owned()
    }

    /// A socket after its `welcome`.
    pub(crate) async fn socket(&self) -> Socket {
        self.socket_from("").await.1
    }

    /// A socket with a query, and its `welcome`.
    pub(crate) async fn socket_from(&self, query: &str) -> (Value, Socket) {
        let mut socket = self.try_socket(query, None).await.unwrap();
        let welcome = socket.next().await;
        assert_eq!(welcome["type"], "welcome");
        (welcome, socket)
    }

    pub(crate) async fn try_socket(
        &self,
        query: &str,
        origin: Option<&str>,
    ) -> Result<Socket, Error> {
        let url = format!("{}/socket{query}", self.base.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        if let Some(cookie) = self.cookie() {
            request
                .headers_mut()
                .insert("cookie", cookie.parse().unwrap());
        }
        if let Some(origin) = origin {
            request
                .headers_mut()
                .insert("origin", origin.parse().unwrap());
        }
        let (stream, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(Socket { stream })
    }
}

/// A device's socket.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    pub(crate) async fn send(&mut self, frame: Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn send_bytes(&mut self, bytes: Vec<u8>) {
        self.stream.send(Message::binary(bytes)).await.unwrap();
    }

    /// Something to do with a call.
    /// Sends a frame on a line that may be dead.
    pub(crate) async fn try_send(&mut self, frame: Value) {
        let _ = self.stream.send(Message::text(frame.to_string())).await;
    }

    pub(crate) async fn press(&mut self, what: &str, call: &str) {
        self.send(json!({"type": what, "call": call})).await;
    }

    /// The next frame.
    pub(crate) async fn next(&mut self) -> Value {
        match self.next_or_close().await {
            Ok(frame) => frame,
            Err(code) => panic!("the socket was closed with {code:?}"),
        }
    }

    /// The next frame, or the close code.
    pub(crate) async fn next_or_close(&mut self) -> Result<Value, Option<u16>> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.stream.next())
                .await
                .expect("no frame came");
            match message {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|f| f.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    /// Frames are passed over until one of that type comes.
    pub(crate) async fn until(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["type"] == kind {
                return frame;
            }
            assert_ne!(frame["type"], "refused", "waiting for {kind}: {frame}");
        }
    }

    /// The code it is closed with, whatever is told before.
    pub(crate) async fn close_code(&mut self) -> Option<u16> {
        loop {
            if let Err(code) = self.next_or_close().await {
                return code;
            }
        }
    }

    /// Everything that has been told so far: a `pong` comes after what had happened before its `ping`.
    pub(crate) async fn so_far(&mut self) -> Vec<Value> {
        self.send(json!({"type": "ping"})).await;
        let mut frames = Vec::new();
        loop {
            let frame = self.next().await;
            if frame["type"] == "pong" {
                return frames;
            }
            frames.push(frame);
        }
    }

    /// Whether nothing has come: what the server has sent is there by now, since all of it runs on this thread.
    pub(crate) async fn is_silent(&mut self) -> bool {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        let next = std::future::poll_fn(|context| {
            std::task::Poll::Ready(self.stream.poll_next_unpin(context).is_pending())
        });
        next.await
    }

    /// The types of what has been told so far, without what concerns the feed.
    pub(crate) async fn call_frames(&mut self) -> Vec<String> {
        self.so_far()
            .await
            .iter()
            .map(|frame| frame["type"].as_str().unwrap().to_owned())
            .filter(|kind| !matches!(kind.as_str(), "entry" | "changed" | "read"))
            .collect()
    }

    /// The frame is refused with that code.
    pub(crate) async fn refused(&mut self, frame: Value, code: &str) {
        self.send(frame.clone()).await;
        loop {
            let answer = self.next().await;
            if answer["type"] == "refused" {
                assert_eq!(answer["code"], code, "{frame}");
                return;
            }
        }
    }
}
