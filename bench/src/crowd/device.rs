//! The socket of one person, opened as the web app opens it.

use super::people::token;
use super::stage::Stage;
use crate::Outcome;
use futures_util::{SinkExt, StreamExt};
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// Sockets being opened at once.
const AT_ONCE: usize = 32;

/// People on one address of this machine: one has fewer ports than there are people.
const ON_ONE_ADDRESS: usize = 5_000;

/// How long a socket may take to be open.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often somebody comes back whom a busy server has not let in, and after how long.
const TRIES: u32 = 60;
const AGAIN: Duration = Duration::from_secs(1);

type Socket = WebSocketStream<TcpStream>;

/// Opens the sockets of these people; comes back when each has had its `welcome`.
pub(super) async fn open_all(stage: &Arc<Stage>, people: Range<usize>) -> Outcome {
    let mut opening = JoinSet::new();
    for who in people {
        if opening.len() >= AT_ONCE
            && let Some(opened) = opening.join_next().await
        {
            opened.map_err(|error| error.to_string())??;
        }
        opening.spawn(open(Arc::clone(stage), who));
    }
    while let Some(opened) = opening.join_next().await {
        opened.map_err(|error| error.to_string())??;
    }
    Ok(())
}

async fn open(stage: Arc<Stage>, who: usize) -> Outcome {
    let failed = |why: &dyn std::fmt::Display| format!("the socket of person {who}: {why}");
    let mut tries = 0;
    let mut socket = loop {
        let tried = timeout(PATIENCE, connect(stage.node(who), who)).await;
        match tried.map_err(|error| failed(&error))? {
            Ok(socket) => break socket,
            // As the web app does: a server that has too much to do takes so many sockets a second and no more.
            Err(why) if why.contains("503") && tries < TRIES => {
                tries += 1;
                tokio::time::sleep(AGAIN).await;
            }
            Err(why) => return Err(failed(&why)),
        }
    };
    let welcome = timeout(PATIENCE, socket.next()).await;
    match welcome.map_err(|error| failed(&error))? {
        Some(Ok(Message::Text(text))) if text.starts_with(r#"{"type":"welcome""#) => {}
        other => return Err(failed(&format!("no welcome, but {other:?}"))),
    }
    let (outbox, wants) = unbounded_channel();
    stage.joins(who, outbox);
    tokio::spawn(live(stage, who, socket, wants));
    Ok(())
}

async fn connect(node: SocketAddr, who: usize) -> Outcome<Socket> {
    let say = |error: std::io::Error| error.to_string();
    let socket = TcpSocket::new_v4().map_err(say)?;
    let from = Ipv4Addr::new(127, 0, 1, 1 + (who / ON_ONE_ADDRESS) as u8);
    socket.bind((from, 0).into()).map_err(say)?;
    let stream = socket.connect(node).await.map_err(say)?;
    stream.set_nodelay(true).map_err(say)?;
    let mut request = format!("ws://{node}/api/v1/socket")
        .into_client_request()
        .map_err(|error| error.to_string())?;
    for (name, value) in [
        ("cookie", format!("birdcall={}", token(who))),
        ("origin", format!("http://{node}")),
    ] {
        let value = value.parse().map_err(|_| "a header".to_owned())?;
        request.headers_mut().insert(name, value);
    }
    // As small as they go: there are many of them here.
    let config = WebSocketConfig::default()
        .read_buffer_size(1_024)
        .write_buffer_size(0);
    client_async_with_config(request, stream, Some(config))
        .await
        .map(|(socket, _)| socket)
        .map_err(|error| error.to_string())
}

async fn live(
    stage: Arc<Stage>,
    who: usize,
    mut socket: Socket,
    mut wants: UnboundedReceiver<String>,
) {
    loop {
        let done = tokio::select! {
            heard = socket.next() => match heard {
                Some(Ok(Message::Text(text))) => {
                    stage.hears(who, &text);
                    Ok(())
                }
                Some(Ok(Message::Ping(_))) => socket.send(Message::Pong(Bytes::new())).await,
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => Ok(()),
            },
            frame = wants.recv() => match frame {
                Some(frame) => socket.send(Message::text(frame)).await,
                // Nobody is left who could want something.
                None => return,
            },
        };
        if done.is_err() {
            break;
        }
    }
    stage.lost();
}
