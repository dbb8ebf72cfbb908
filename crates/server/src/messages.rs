//! Direct messages, by text, by voice or by a picture (M-4, M-5): kept, then acknowledged, then told.

use crate::app::App;
use crate::picture::Shape;
use crate::problem::ApiError;
use crate::{push, random, receipts, sound, text};
use axum::body::Bytes;
use birdcall_call::talk::{Opening, Telling, may_tell, standing};
use birdcall_protocol::body::Entry;
use birdcall_protocol::limits::{
    MAX_ALT, MAX_CAPTION, MAX_PICTURE_TOTAL, MAX_VOICE_SECONDS, MAX_VOICE_TOTAL,
};
use birdcall_protocol::talk::Standing;
use birdcall_protocol::{Code, Handle, PersonId};
use birdcall_store::{Added, Content, Effect, NewMessage, NewPicture, Writes};

/// The longer edge of a picture as it can be looked at, in pixels: a large screen, or print on a page. Raising it makes
/// each picture larger on the disk, by the square.
const WHOLE: u32 = 2_048;

/// The longer edge of a picture in the conversation, in pixels: 320 points on most screens.
const THUMB: u32 = 480;

/// What every message has beside what it says.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// Who writes it.
    pub from: PersonId,
    /// To whom.
    pub to: &'a Handle,
    /// Chosen by the client: the same key again is the same message.
    pub key: &'a str,
    /// The place of the entry that it answers.
    pub reply_to: Option<u64>,
}

/// Keeps a message; returns when it is on disk.
///
/// # Errors
/// `bad_input` (also where it answers what one does not see), `too_large`, `too_many`, `not_found`, `yourself`,
/// `you_blocked`, `key_reused`, `unavailable`.
pub async fn send(app: &App, sent: Sent<'_>, text: &str) -> Result<Entry, ApiError> {
    let text = text::message(text)?;
    keep(app, sent, Content::Text(&text)).await
}

/// Keeps a voice message; returns when it is on disk.
///
/// # Errors
/// As [`send`], `bad_sound`, and `full` when the author has too much sound that can still be heard.
pub async fn send_voice(
    app: &App,
    sent: Sent<'_>,
    seconds: u32,
    sound: &[u8],
) -> Result<Entry, ApiError> {
    if !(1..=MAX_VOICE_SECONDS).contains(&seconds) {
        return Err(Code::BadInput.into());
    }
    let media_type = sound::media_type(sound).ok_or(ApiError(Code::BadSound))?;
    let content = Content::Voice {
        seconds,
        media_type,
        sound,
    };
    keep(app, sent, content).await
}

/// Keeps a picture, made anew in two sizes; returns when it is on disk.
///
/// # Errors
/// As [`send`], `bad_picture`, and `full` when the author has too many pictures that can still be seen.
pub async fn send_picture(
    app: &App,
    sent: Sent<'_>,
    file: Bytes,
    text: Option<String>,
    alt: Option<String>,
) -> Result<Entry, ApiError> {
    text::key(sent.key)?;
    let text = text::about_picture(text, MAX_CAPTION)?;
    let alt = text::about_picture(alt, MAX_ALT)?;
    app.doors.picture(sent.from)?;
    let sizes = &[Shape::Within(WHOLE), Shape::Within(THUMB)];
    let made = app.pictures.make(file, sizes).await?;
    let [whole, thumb] = made.as_slice() else {
        return Err(Code::Internal.into());
    };
    let content = Content::Picture(NewPicture {
        width: whole.width,
        height: whole.height,
        text: text.as_deref(),
        alt: alt.as_deref(),
        media_type: "image/jpeg",
        whole: &whole.bytes,
        thumb: &thumb.bytes,
    });
    keep(app, sent, content).await
}

async fn keep(app: &App, sent: Sent<'_>, content: Content<'_>) -> Result<Entry, ApiError> {
    text::key(sent.key)?;
    app.doors.message(sent.from)?;
    // Here and not around all of it: a picture is made once.
    app.again(|| write(app, sent, content)).await
}

async fn write(app: &App, sent: Sent<'_>, content: Content<'_>) -> Result<Entry, ApiError> {
    let Sent {
        from,
        to,
        key,
        reply_to,
    } = sent;
    let mut tx = app.store.write().await?;
    let facts = tx.writes_to(from, to, key).await?;
    let facts = facts.ok_or(ApiError(Code::NotFound))?;
    let (other, ties) = (facts.reader, facts.ties);
    if other == from {
        return Err(Code::Yourself.into());
    }
    if ties.blocked_by {
        return Err(Code::YouBlocked.into());
    }
    if let Content::Voice { sound, .. } = content
        && tx.sound_of(from).await? + sound.len() as u64 > MAX_VOICE_TOTAL
    {
        return Err(Code::Full.into());
    }
    if let Content::Picture(picture) = content
        && tx.pictures_of(from).await? + (picture.whole.len() + picture.thumb.len()) as u64
            > MAX_PICTURE_TOTAL
    {
        return Err(Code::Full.into());
    }
    let effect = effect(&facts, content);
    let added = tx
        .add_message_with(
            &NewMessage {
                from,
                to: other,
                key,
                content,
                reply_to,
                // Who is blocked is not told so (C-6): the message stands in their own view alone.
                hidden: ties.blocked,
                at: app.clock.now(),
                conversation: random::conversation(),
            },
            &facts,
            effect,
        )
        .await?;
    match added {
        Added::Fresh(entry) => {
            let wakes = facts.wakes && !ties.blocked && effect.reader == Standing::Accepted;
            if wakes {
                push::message(app, &mut tx, other, from, entry.seq).await?;
            }
            #[cfg(feature = "broken-protections")]
            if crate::broken::without("M-4") {
                let (server, people) = (app.clone(), [from, other]);
                tokio::spawn(async move {
                    tokio::time::sleep(crate::broken::AFTERWARDS).await;
                    if tx.commit().await.is_ok() {
                        for person in people {
                            server.hub.news(person);
                        }
                    }
                });
                return Ok(entry);
            }
            tx.commit().await?;
            if wakes {
                app.push.wake.notify_one();
            }
            app.counters.message_kept();
            app.hub.news(from);
            app.hub.news(other);
            Ok(entry)
        }
        Added::Again(entry) => {
            // The first may still wait for its commit, in the same group as this: until then it is not on disk.
            tx.commit().await?;
            Ok(entry)
        }
        Added::KeyReused => Err(Code::KeyReused.into()),
        Added::NothingToAnswer => Err(Code::BadInput.into()),
    }
}

/// What a message does to the conversation (M-4): writing is a yes to what the other has written, and says that it was
/// read. What is not told now is not made up for later, when a switch is turned on or a block is gone.
fn effect(facts: &Writes, content: Content<'_>) -> Effect {
    let ties = facts.ties;
    let before = facts.talk.map(|talk| talk.other);
    let reader = standing(Opening {
        standing: before.map_or(Standing::Accepted, |side| side.standing),
        empty: before.is_none_or(|side| side.last == 0),
        wrote: before.is_some_and(|side| side.wrote),
        knows: ties.following || ties.in_address_book,
    });
    let typed = match content {
        Content::Text(_) => true,
        Content::Voice { .. } => false,
        Content::Picture(picture) => picture.text.is_some(),
    };
    let blocked = ties.blocked || ties.blocked_by;
    Effect {
        author: Standing::Accepted,
        reader,
        tells_seen: facts.talk.is_some_and(|talk| {
            may_tell(Telling {
                answered: talk.other.wrote && (talk.one.wrote || typed && !blocked),
                accepted: reader == Standing::Accepted,
                blocked,
                wanted: talk.one.receipts && talk.other.receipts,
            })
        }),
    }
}

/// Marks a conversation read, on all of one's devices.
///
/// # Errors
/// `not_found`, `unavailable`.
pub async fn read(app: &App, me: PersonId, with: &Handle, seq: u64) -> Result<(), ApiError> {
    let mut tx = app.store.write().await?;
    let other = tx.person(with).await?.ok_or(ApiError(Code::NotFound))?;
    if tx.mark_read(me, other.id, seq).await? {
        let given = receipts::give(app, &mut tx, me, other.id).await?;
        tx.commit().await?;
        app.hub.news(me);
        if given {
            app.hub.news(other.id);
        }
    }
    Ok(())
}
