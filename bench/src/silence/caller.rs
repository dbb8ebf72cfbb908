//! A device, and what it notes while it calls.

use super::{Event, Heard, Plan};
use crate::Outcome;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long anything that has to come is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a caller who gives up has let it ring.
const RINGS: Duration = Duration::from_millis(300);

/// A signed-in device.
pub(super) struct Device {
    client: reqwest::Client,
    base: String,
    cookie: String,
    pub(super) handle: String,
}

/// Its socket.
pub(super) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

fn say(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Device {
    /// Signs up from an address of its own: a server takes only so many from one.
    pub(super) async fn sign_up(url: &str, from: Ipv4Addr, handle: &str) -> Outcome<Self> {
        let client = reqwest::Client::builder()
            .local_address(Some(from.into()))
            .build()
            .map_err(say)?;
        let base = format!("{url}/api/v1");
        let body = json!({"handle": handle, "password": "correct horse", "device": "bench"});
        let answer = client
            .post(format!("{base}/accounts"))
            .json(&body)
            .send()
            .await
            .map_err(say)?;
        let cookie = answer.headers().get("set-cookie").cloned();
        let cookie = cookie.ok_or_else(|| format!("no account: {}", answer.status()))?;
        let cookie = cookie.to_str().map_err(say)?.split(';').next();
        Ok(Self {
            client,
            base,
            cookie: cookie.unwrap_or_default().to_owned(),
            handle: handle.to_owned(),
        })
    }

    pub(super) async fn get(&self, path: &str) -> Outcome<Value> {
        let request = self.client.get(format!("{}{path}", self.base));
        let answer = request
            .header("cookie", &self.cookie)
            .send()
            .await
            .map_err(say)?;
        answer.json().await.map_err(say)
    }

    pub(super) async fn put(&self, path: &str, body: Option<Value>) -> Outcome {
        let mut request = self.client.put(format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request
            .header("cookie", &self.cookie)
            .send()
            .await
            .map_err(say)?;
        answer.error_for_status().map(|_| ()).map_err(say)
    }

    /// Calls; the call's id, when its whole answer was there.
    async fn call(&self, whom: &str) -> Outcome<String> {
        let key = format!("{:016x}", rand::random::<u64>());
        let body = json!({"with": whom, "kind": "audio", "key": key});
        let request = self.client.post(format!("{}/calls", self.base)).json(&body);
        let answer = request
            .header("cookie", &self.cookie)
            .send()
            .await
            .map_err(say)?;
        let status = answer.status();
        let text = answer.text().await.map_err(say)?;
        let view: Value = serde_json::from_str(&text).map_err(say)?;
        match view["call"].as_str() {
            Some(call) => Ok(call.to_owned()),
            None => Err(format!("no call: {status} {text}")),
        }
    }

    /// Opens a socket, past its `welcome`.
    pub(super) async fn socket(&self) -> Outcome<Socket> {
        let url = format!("{}/socket", self.base.replacen("http", "ws", 1));
        let mut request = url.into_client_request().map_err(say)?;
        request
            .headers_mut()
            .insert("cookie", self.cookie.parse().map_err(say)?);
        let (stream, _) = tokio_tungstenite::connect_async(request)
            .await
            .map_err(say)?;
        let mut socket = Socket { stream };
        socket.until("welcome").await?;
        Ok(socket)
    }
}

impl Socket {
    async fn send(&mut self, frame: Value) -> Outcome {
        let message = Message::text(frame.to_string());
        self.stream.send(message).await.map_err(say)
    }

    /// The next frame, and when it came.
    async fn next(&mut self) -> Outcome<(Instant, Value)> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.stream.next()).await;
            let at = Instant::now();
            match message.map_err(say)? {
                Some(Ok(Message::Text(text))) => {
                    return Ok((at, serde_json::from_str(&text).map_err(say)?));
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => {
                    return Err("a socket was closed".to_owned());
                }
                Some(Ok(_)) => {}
            }
        }
    }

    async fn until(&mut self, kind: &str) -> Outcome<Instant> {
        loop {
            let (at, frame) = self.next().await?;
            if frame["type"] == kind {
                return Ok(at);
            }
        }
    }

    /// Writes to somebody.
    pub(super) async fn say(&mut self, to: &str, text: &str) -> Outcome {
        let key = format!("{:016x}", rand::random::<u64>());
        self.send(json!({"type": "send", "key": key, "to": to, "text": text}))
            .await?;
        self.until("sent").await.map(|_| ())
    }

    /// Stays open, as a page does.
    pub(super) async fn stay(mut self) {
        while let Some(Ok(_)) = self.stream.next().await {}
    }
}

/// Makes the calls one after the other: a person has one ring going out at a time (C-5).
pub(super) async fn call_all(device: Arc<Device>, plans: Vec<Plan>) -> Outcome<Vec<Heard>> {
    let mut socket = device.socket().await?;
    let mut heard = Vec::new();
    for plan in plans {
        tokio::time::sleep(plan.pause).await;
        let mut start = Instant::now();
        let call = device.call(&plan.callee).await?;
        let mut note = |event: Event, start: Instant, at: Instant| {
            heard.push(Heard {
                kind: plan.kind,
                event,
                millis: at.duration_since(start).as_secs_f64() * 1_000.0,
            });
        };
        if plan.gives_up {
            tokio::time::sleep(RINGS).await;
            start = Instant::now();
            socket
                .send(json!({"type": "call_cancel", "call": call}))
                .await?;
        } else {
            note(Event::Answer, start, Instant::now());
        }
        // In this order on one socket: the frame, then the feed.
        let (end, entry) = if plan.gives_up {
            (Event::GivenUp, Event::EntryAfter)
        } else {
            (Event::End, Event::Entry)
        };
        note(end, start, socket.until("call_ended").await?);
        note(entry, start, socket.until("entry").await?);
        let changed = socket.until("changed").await?;
        if !plan.gives_up {
            note(Event::Changed, start, changed);
        }
    }
    Ok(heard)
}
