//! All that is one's own, as one zip (M-1).
//!
//! It is read from the store page by page and written to a file by a thread of its own, with a few pages between them at
//! most: memory does not grow with what somebody has. The file has no name any more when it is sent, so it is gone with
//! the last who reads it, also when the server is killed.
//!
//! What is in it is what its person sees in the app, by the same statements: nothing hidden from them, nothing private of
//! another.

use crate::app::App;
use crate::problem::ApiError;
use crate::random;
use birdcall_protocol::body::EntryBody;
use birdcall_protocol::limits::MAX_PAGE;
use birdcall_protocol::{Code, PersonId, Timestamp};
use birdcall_store::{PersonRow, StoreError, Tie};
use serde::Serialize;
use serde_json::json;
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Pages between the reader and the writer. Raising it costs memory for each export.
const BETWEEN: usize = 4;

/// Unrung calls, which have no pages.
const UNRUNG: u32 = 10_000;

/// What the file says of itself.
const README: &str = "All that Birdcall keeps of you, as of the day of this file.\n\n\
    profile.json            who you are, your settings, your address, your ways to sign in\n\
    picture.jpg             your picture, if you have one\n\
    devices.json            where you are signed in\n\
    people.json             whom you follow, have blocked, let through\n\
    address-book.json       your address book\n\
    call-exceptions.json    who may always call you, and who never\n\
    calls.json              your calls, the newest first\n\
    unrung-calls.json       calls that your settings kept from ringing\n\
    conversations/X.json    your conversation with @X, the newest first\n\
    conversations/X/N.*     what was said or shown in its entry number N\n\n\
    Moments are milliseconds since 1 January 1970, UTC. What you have deleted is not in it, and what others keep to \
    themselves neither. The same names and forms are described at /api/v1/openapi.json.\n";

/// Who is having one made: one at a time.
#[derive(Default)]
pub struct Exports(Arc<Mutex<HashSet<PersonId>>>);

/// A person's turn; over when dropped.
struct Turn(Arc<Mutex<HashSet<PersonId>>>, PersonId);

impl Drop for Turn {
    fn drop(&mut self) {
        let mut busy = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        busy.remove(&self.1);
    }
}

impl Exports {
    fn turn(&self, person: PersonId) -> Option<Turn> {
        let mut busy = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = busy
            .insert(person)
            .then(|| Turn(Arc::clone(&self.0), person));
        drop(busy);
        turn
    }
}

/// What the writer is told.
enum Part {
    /// A file begins, to be pressed or not.
    Begin(String, CompressionMethod),
    /// More of it.
    Bytes(Vec<u8>),
}

/// Writes a person's export; the file is open at its beginning and nowhere in the folder any more.
///
/// # Errors
/// `too_many`: one is being made; `unavailable`.
pub async fn make(app: &App, person: PersonId) -> Result<(File, u64), ApiError> {
    let turn = app.exports.turn(person).ok_or(ApiError(Code::TooMany))?;
    let path = app
        .config
        .data
        .join(format!("export-{:016x}.part", random::mail()));
    let (parts, receive) = mpsc::channel(BETWEEN);
    let at = app.clock.now();
    let writer = tokio::task::spawn_blocking(move || {
        // Until the file is whole or given up.
        let _turn = turn;
        write(&path, receive, at)
    });
    let read = gather(app, person, &Sink(parts)).await;
    let written = writer.await.map_err(|error| {
        tracing::error!(%error, "an export was not written");
        ApiError(Code::Internal)
    })?;
    match (read, written) {
        (Ok(()), Ok(done)) => Ok(done),
        // The writer went first: the disk is full.
        (_, Err(error)) => {
            tracing::error!(%error, "an export was not written");
            Err(Code::Unavailable.into())
        }
        (Err(Stop::Store(error)), Ok(_)) => Err(error.into()),
        (Err(Stop::Gone), Ok(_)) => Err(Code::Unavailable.into()),
    }
}

/// Removes what a server that was killed left behind.
pub fn sweep(data: &Path) {
    let left = std::fs::read_dir(data).into_iter().flatten().flatten();
    for file in left.map(|entry| entry.path()) {
        let name = file.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with("export-") && name.ends_with(".part")) {
            // Left behind it harms nobody; the next start tries again.
            let _ = std::fs::remove_file(file);
        }
    }
}

fn write(
    path: &PathBuf,
    mut parts: mpsc::Receiver<Part>,
    at: Timestamp,
) -> std::io::Result<(File, u64)> {
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(path)?;
    // Its name was only needed to make it.
    std::fs::remove_file(path)?;
    let mut zip = ZipWriter::new(BufWriter::new(file));
    let moment = time::OffsetDateTime::UNIX_EPOCH + at.since(Timestamp(0));
    let stamp = zip::DateTime::try_from(time::PrimitiveDateTime::new(moment.date(), moment.time()))
        .unwrap_or_default();
    while let Some(part) = parts.blocking_recv() {
        match part {
            Part::Begin(name, method) => {
                let options = SimpleFileOptions::default()
                    .compression_method(method)
                    .last_modified_time(stamp)
                    .large_file(false);
                zip.start_file(name, options)?;
            }
            Part::Bytes(bytes) => zip.write_all(&bytes)?,
        }
    }
    let mut file = zip
        .finish()?
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    Ok((file, length))
}

/// Why gathering stopped.
enum Stop {
    Store(StoreError),
    /// The writer takes nothing more.
    Gone,
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

struct Sink(mpsc::Sender<Part>);

impl Sink {
    async fn put(&self, part: Part) -> Result<(), Stop> {
        self.0.send(part).await.map_err(|_| Stop::Gone)
    }

    async fn file(
        &self,
        name: &str,
        bytes: Vec<u8>,
        method: CompressionMethod,
    ) -> Result<(), Stop> {
        self.put(Part::Begin(name.to_owned(), method)).await?;
        self.put(Part::Bytes(bytes)).await
    }

    async fn json(&self, name: &str, value: &impl Serialize) -> Result<(), Stop> {
        let mut text = pretty(value)?;
        text.push('\n');
        self.file(name, text.into_bytes(), CompressionMethod::Deflated)
            .await
    }
}

fn pretty(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string_pretty(value).map_err(|error| StoreError::Broken(error.to_string()))
}

async fn gather(app: &App, me: PersonId, sink: &Sink) -> Result<(), Stop> {
    let deflated = CompressionMethod::Deflated;
    sink.file("README.txt", README.into(), deflated).await?;
    let mut reader = app.store.read().await?;
    let person = reader.person_by_id(me).await?;
    let email = reader.email(me).await?;
    let calling = reader.calling(me).await?;
    let passkeys: Vec<_> = reader
        .passkeys(me)
        .await?
        .into_iter()
        .map(|key| json!({"name": key.name, "host": key.host, "created": key.created, "last_used": key.last_used}))
        .collect();
    let profile = json!({
        "handle": person.handle,
        "name": person.name,
        "bio": person.bio,
        "verified": person.verified,
        "signed_up": reader.signed_up(me).await?,
        "email": email.map(|email| json!({
            "address": email.address,
            "verified": email.verified,
            "findable": email.findable,
        })),
        "password": reader.password_of(me).await?.is_some(),
        "passkeys": passkeys,
        "calling": calling.calling,
        "quiet": reader.quiet(me).await?,
    });
    sink.json("profile.json", &profile).await?;
    if let Some(picture) = reader.avatar_of(me).await? {
        sink.file("picture.jpg", picture, CompressionMethod::Stored)
            .await?;
    }
    let devices: Vec<_> = reader
        .devices(me)
        .await?
        .into_iter()
        .map(|device| {
            json!({
                "name": device.name,
                "created": device.created,
                "last_seen": device.last_seen,
                "silenced": device.silenced,
                "zone": device.zone,
            })
        })
        .collect();
    sink.json("devices.json", &devices).await?;
    let mut lists = serde_json::Map::new();
    for (name, tie) in [
        ("following", Tie::Follow),
        ("blocked", Tie::Block),
        ("let_through", Tie::BreakThrough),
    ] {
        let people = reader.tied(me, tie).await?;
        let people: Vec<_> = people
            .iter()
            .map(|one| json!({"handle": one.handle, "name": one.name}))
            .collect();
        lists.insert(name.to_owned(), people.into());
    }
    sink.json("people.json", &lists).await?;
    sink.json("address-book.json", &reader.book(me).await?)
        .await?;
    sink.json("call-exceptions.json", &reader.exceptions(me).await?)
        .await?;
    drop(reader);
    calls(app, me, sink).await?;
    let unrung = app.store.read().await?.unrung_calls(me, UNRUNG).await?;
    sink.json("unrung-calls.json", &unrung).await?;
    let with = app.store.read().await?.talked_with(me).await?;
    for other in &with {
        conversation(app, me, other, sink).await?;
    }
    Ok(())
}

async fn calls(app: &App, me: PersonId, sink: &Sink) -> Result<(), Stop> {
    let mut list = List::begin(sink, "calls.json".to_owned()).await?;
    let mut before = None;
    loop {
        let mut reader = app.store.read().await?;
        let page = reader.call_history(me, before, None, MAX_PAGE).await?;
        drop(reader);
        list.add(&page.calls).await?;
        before = page.calls.last().map(|call| call.at);
        if !page.more || before.is_none() {
            return list.end().await;
        }
    }
}

async fn conversation(app: &App, me: PersonId, other: &PersonRow, sink: &Sink) -> Result<(), Stop> {
    let handle = &other.handle;
    let mut list = List::begin(sink, format!("conversations/{handle}.json")).await?;
    let mut media = Vec::new();
    let mut before = None;
    loop {
        let mut reader = app.store.read().await?;
        let (mut entries, more) = reader.entries(me, other.id, before, MAX_PAGE).await?;
        drop(reader);
        before = entries.first().map(|entry| entry.seq);
        entries.reverse();
        for entry in &entries {
            match entry.body {
                EntryBody::Voice { .. } => media.push((entry.seq, false)),
                EntryBody::Picture { .. } => media.push((entry.seq, true)),
                EntryBody::Message { .. } | EntryBody::Call { .. } | EntryBody::Deleted {} => {}
            }
        }
        list.add(&entries).await?;
        if !more || before.is_none() {
            break;
        }
    }
    list.end().await?;
    for (seq, is_picture) in media {
        let mut reader = app.store.read().await?;
        let found = if is_picture {
            reader.picture_of(me, other.id, seq).await?
        } else {
            let sound = reader.sound(me, other.id, seq).await?;
            sound.map(|sound| (sound.media_type, sound.bytes))
        };
        drop(reader);
        // Deleted since.
        let Some((media_type, bytes)) = found else {
            continue;
        };
        let end = match media_type.as_str() {
            "audio/mp4" => "m4a",
            "audio/ogg" => "ogg",
            "audio/webm" => "webm",
            "image/png" => "png",
            "image/webp" => "webp",
            _ => "jpg",
        };
        let name = format!("conversations/{handle}/{seq}.{end}");
        sink.file(&name, bytes, CompressionMethod::Stored).await?;
    }
    Ok(())
}

/// A JSON list that is written page by page.
struct List<'a> {
    sink: &'a Sink,
    empty: bool,
}

impl<'a> List<'a> {
    async fn begin(sink: &'a Sink, name: String) -> Result<Self, Stop> {
        sink.put(Part::Begin(name, CompressionMethod::Deflated))
            .await?;
        sink.put(Part::Bytes(b"[".to_vec())).await?;
        Ok(Self { sink, empty: true })
    }

    async fn add(&mut self, items: &[impl Serialize]) -> Result<(), Stop> {
        let mut text = String::new();
        for item in items {
            text.push_str(if self.empty { "\n" } else { ",\n" });
            text.push_str(&pretty(item)?);
            self.empty = false;
        }
        self.sink.put(Part::Bytes(text.into_bytes())).await
    }

    async fn end(self) -> Result<(), Stop> {
        self.sink.put(Part::Bytes(b"\n]\n".to_vec())).await
    }
}
