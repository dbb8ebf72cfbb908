//! The socket of one person, opened as the web app opens it.

use super::stage::Stage;
use crate::Outcome;
use crate::people::token;
use crate::socket::{Socket, connect};
use futures_util::{SinkExt, StreamExt};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Bytes, Message};

/// Sockets being opened at once.
const AT_ONCE: usize = 32;

/// How long a socket may take to be open.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often somebody comes back whom a busy server has not let in, and after how long.
const TRIES: u32 = 60;
const AGAIN: Duration = Duration::from_secs(1);

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
        let tried = timeout(
            PATIENCE,
            connect(stage.node(who), who, &token(who, 0), None),
        )
        .await;
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
