//! The socket of a device: tells what happens, takes messages and the signalling of calls.
//!
//! One task a socket. It reads a frame, does what it asks, and answers; between, it sends what its mailbox has. What
//! stands in the person's feed is read from the store at each nudge, from the socket's own cursor on, so nothing is
//! lost, doubled or out of order.

mod answer;
mod catch_up;

use crate::app::App;
use crate::auth::Session;
use crate::bus::presence;
use crate::hub::{CloseReason, Mail, Mailbox};
use crate::problem::ApiError;
use crate::relay::Page;
use crate::{calls, clock};
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use birdcall_protocol::Code;
use birdcall_protocol::frame::{Changed, ClientFrame, ServerFrame};
use birdcall_protocol::limits::{MAX_FRAME, MAX_REFUSED_FRAMES, MAX_ZONE};
use birdcall_store::{News, StoreError};
use std::time::Duration;

/// Read buffer of a socket. axum's own is 128 KiB, which makes 10,000 idle sockets cost 1.3 GB.
/// Most frames of a client are shorter than this; for a longer one it grows, and stays so.
const READ_BUFFER: usize = 1024;

/// Frames gathered before a write; larger ones are written at once all the same.
const WRITE_BUFFER: usize = 1024;

/// How often the server asks an idle browser whether it is there; proxies cut silent lines after about a minute.
const PING_EVERY: Duration = Duration::from_secs(25);

/// A browser that has said nothing for this long is gone.
const GONE_AFTER: Duration = Duration::from_secs(60);

/// How long a frame may take to be written.
const WRITE_WAIT: Duration = Duration::from_secs(20);

#[derive(Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Start {
    /// The newest cursor that the device has processed; absent at the first start.
    cursor: Option<u64>,
    /// The time zone that the device is in, as the IANA database calls it, for the list of one's devices.
    zone: Option<String>,
}

/// The socket. Frames are JSON text: `ClientFrame` from the client, `ServerFrame` from the server.
#[utoipa::path(get, operation_id = "socket", path = "/socket", tag = "socket", params(Start), responses(
    (status = 101, description = "Open"),
    (status = "4XX", description = "not_signed_in, foreign_origin", body = birdcall_protocol::body::Problem),
    (status = 503, description = "going_down, overloaded", body = birdcall_protocol::body::Problem)))]
pub(crate) async fn open(
    State(app): State<App>,
    session: Session,
    query: axum::extract::RawQuery,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    let start: Start = match query.0 {
        None => Start::default(),
        Some(text) => serde_urlencoded::from_str(&text).map_err(|_| ApiError(Code::BadInput))?,
    };
    app.takes_new()?;
    app.takes_socket()?;
    app.doors.socket(session.person)?;
    if let Some(zone) = start.zone.as_deref() {
        note_zone(&app, session, zone).await?;
    }
    let page = Page::of(&headers, app.config.secure);
    let silenced = app.store.read().await?.is_silenced(session.device).await?;
    Ok(upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .on_upgrade(move |socket| async move {
            // Registered before anything is read: what happens from here on waits in the mailbox.
            let mailbox = app.hub.open(session.person, session.device, page, silenced);
            Connection {
                app,
                socket,
                mailbox,
                cursor: 0,
                refused: 0,
            }
            .run(start.cursor)
            .await;
        }))
}

/// Notes where a device is, as its person would say it: by the zone its clock is in. A zone that we do not know tells
/// nothing, and is no reason to keep a device out.
async fn note_zone(app: &App, session: Session, zone: &str) -> Result<(), ApiError> {
    let known = Some(zone).filter(|zone| !zone.is_empty() && zone.len() <= MAX_ZONE);
    let Some(zone) = known.and_then(clock::time_zone) else {
        return Ok(());
    };
    let name = zone.iana_name().unwrap_or_default();
    app.again(|| async {
        let mut tx = app.store.write().await?;
        if tx.set_device_zone(session.device, name).await? {
            tx.tell(session.person, News::Changed(Changed::Devices))
                .await?;
            tx.commit().await?;
            app.hub.news(session.person);
        }
        Ok(())
    })
    .await
}

struct Connection {
    app: App,
    socket: WebSocket,
    mailbox: Mailbox,
    cursor: u64,
    /// Refused frames in a row.
    refused: u32,
}

/// Why a connection ends.
enum End {
    /// The line is dead, or the client closed it.
    Gone,
    /// The server closes it.
    Close(u16, &'static str),
}

impl From<CloseReason> for End {
    fn from(reason: CloseReason) -> Self {
        Self::Close(reason.code(), reason.words())
    }
}

impl From<StoreError> for End {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a socket could not read the store");
        // 1013: try again later.
        Self::Close(1013, "unavailable")
    }
}

impl Connection {
    async fn run(mut self, cursor: Option<u64>) {
        // What is done now and then is kept in a box while it is done: an idle socket is then only as large as its wait.
        let end = match Box::pin(self.welcome(cursor)).await {
            Ok(()) => self.serve().await,
            Err(end) => end,
        };
        if let End::Close(code, reason) = end {
            let close = Message::Close(Some(CloseFrame {
                code,
                reason: reason.into(),
            }));
            let _ = tokio::time::timeout(WRITE_WAIT, self.socket.send(close)).await;
        }
    }

    /// The first frames: `welcome`, rings that go on, and what was missed.
    async fn welcome(&mut self, cursor: Option<u64>) -> Result<(), End> {
        let (person, device) = (self.mailbox.person(), self.mailbox.device());
        presence::arrive(&self.app, &mut self.mailbox).await?;
        let mut reader = self.app.store.read().await?;
        let newest = reader.cursor(person).await?;
        let silenced = reader.is_silenced(device).await?;
        drop(reader);
        let known = match cursor {
            None => Some(newest),
            Some(cursor) => self.is_known(cursor).await?.then_some(cursor),
        };
        self.cursor = known.unwrap_or(newest);
        let resumed = calls::resume(&self.app, person, device).await?;
        let (mut views, mut rings) = (Vec::new(), Vec::new());
        for one in resumed {
            views.extend(one.view);
            rings.extend(one.ring.filter(|_| !silenced));
        }
        self.send(&ServerFrame::Welcome {
            device,
            now: self.app.clock.now(),
            cursor: self.cursor,
            reset: known.is_none(),
            calls: views,
        })
        .await?;
        for ring in rings {
            self.send(&ring).await?;
        }
        // A leg that comes back is alive (C-19).
        answer::alive(&self.app, person, device).await;
        self.catch_up().await
    }

    async fn serve(&mut self) -> End {
        let mut heard = tokio::time::Instant::now();
        let mut ping = tokio::time::interval(PING_EVERY);
        ping.tick().await;
        loop {
            // The mailbox first: a `pong` comes after everything that had happened before its `ping`.
            let step = tokio::select! {
                biased;
                mail = self.mailbox.next() => match mail {
                    Mail::Frame(text) => self.write(Message::Text(text)).await,
                    Mail::News => Box::pin(self.catch_up()).await,
                    Mail::Close(reason) => Err(reason.into()),
                },
                message = self.socket.recv() => {
                    heard = tokio::time::Instant::now();
                    match message {
                        Some(Ok(message)) => Box::pin(self.take(message)).await,
                        // Also what is larger than allowed or not UTF-8: the line cannot be read on from there.
                        Some(Err(_)) | None => Err(End::Gone),
                    }
                }
                _ = ping.tick() => {
                    if heard.elapsed() > GONE_AFTER {
                        Err(End::Gone)
                    } else {
                        self.write(Message::Ping(Default::default())).await
                    }
                }
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// One frame from the client. A refused one changes nothing and leaves the socket open, until too many come in a
    /// row (C-17).
    async fn take(&mut self, message: Message) -> Result<(), End> {
        let text = match message {
            Message::Text(text) => text,
            Message::Close(_) => return Err(End::Gone),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Binary(_) => return self.refuse(None, Code::BadInput).await,
        };
        let Ok(frame) = serde_json::from_str::<ClientFrame>(&text) else {
            return self.refuse(answer::key_of(&text), Code::BadInput).await;
        };
        let re = answer::re(&frame);
        let answered = || answer::answer(&self.app, &self.mailbox, frame.clone());
        match self.app.again(answered).await {
            Ok(reply) => {
                self.refused = 0;
                match reply {
                    Some(reply) => self.send(&reply).await,
                    None => Ok(()),
                }
            }
            Err(ApiError(code)) => {
                if code == Code::Busy {
                    tracing::warn!("a frame lost a race every time");
                }
                self.refuse(re, code).await
            }
        }
    }

    async fn refuse(&mut self, re: Option<String>, code: Code) -> Result<(), End> {
        self.app.counters.refused(code);
        let (_, title) = ApiError(code).describe();
        self.send(&ServerFrame::Refused {
            re,
            code,
            title: title.to_owned(),
        })
        .await?;
        self.refused += 1;
        if self.refused >= MAX_REFUSED_FRAMES {
            // 1008: policy violation.
            return Err(End::Close(1008, "too_many_refused_frames"));
        }
        Ok(())
    }

    async fn send(&mut self, frame: &ServerFrame) -> Result<(), End> {
        match serde_json::to_string(frame) {
            Ok(text) => self.write(Message::Text(text.into())).await,
            Err(_) => Err(End::Close(1011, "internal")),
        }
    }

    async fn write(&mut self, message: Message) -> Result<(), End> {
        match tokio::time::timeout(WRITE_WAIT, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}
