//! Changing what one wrote, and deleting it for both, as long as that may be done (M-4).

use crate::app::App;
use crate::problem::ApiError;
use crate::{push, text};
use birdcall_call::editing::may_change;
use birdcall_protocol::body::{Entry, EntryBody};
use birdcall_protocol::{Code, Handle, PersonId};
use birdcall_store::{OwnEntry, Tx};

/// Gives one's own message another text. The same text again changes nothing.
///
/// # Errors
/// `bad_input`, `too_large`, `too_many`, `not_found` (also what is no message of one's own), `you_blocked`, `too_late`,
/// `unavailable`.
pub async fn edit(
    app: &App,
    me: PersonId,
    with: &Handle,
    seq: u64,
    text: &str,
) -> Result<Entry, ApiError> {
    let text = text::message(text)?;
    app.doors.message(me)?;
    let mut tx = app.store.write().await?;
    let (which, entry) = own(app, &mut tx, me, with, seq).await?;
    let EntryBody::Message { text: before } = &entry.body else {
        return Err(Code::NotFound.into());
    };
    if tx.ties(me, which.other).await?.blocked {
        return Err(Code::YouBlocked.into());
    }
    if !may_change(entry.at, which.at) {
        return Err(Code::TooLate.into());
    }
    if *before == text {
        return Ok(entry);
    }
    let changed = tx.edit_message(&which, &text).await?;
    finish(app, tx, which, changed).await
}

/// Deletes one's own message, sound or picture for both. What is deleted already stays so.
///
/// # Errors
/// `too_many`, `not_found` (also what is not one's own, and calls), `too_late`, `unavailable`.
pub async fn delete_for_both(
    app: &App,
    me: PersonId,
    with: &Handle,
    seq: u64,
) -> Result<Entry, ApiError> {
    app.doors.message(me)?;
    let mut tx = app.store.write().await?;
    let (which, entry) = own(app, &mut tx, me, with, seq).await?;
    match entry.body {
        EntryBody::Message { .. } | EntryBody::Voice { .. } | EntryBody::Picture { .. } => {}
        EntryBody::Call { .. } => return Err(Code::NotFound.into()),
        EntryBody::Deleted {} => return Ok(entry),
    }
    if !may_change(entry.at, which.at) {
        return Err(Code::TooLate.into());
    }
    let changed = tx.delete_for_both(&which).await?;
    if !which.hidden {
        push::message_gone(app, &mut tx, which.other, me, seq).await?;
    }
    finish(app, tx, which, changed).await
}

async fn own(
    app: &App,
    tx: &mut Tx,
    me: PersonId,
    with: &Handle,
    seq: u64,
) -> Result<(OwnEntry, Entry), ApiError> {
    let other = tx.person(with).await?.ok_or(ApiError(Code::NotFound))?;
    let entry = tx.entry(me, other.id, seq).await?;
    let author = tx.person_by_id(me).await?.handle;
    let entry = entry
        .filter(|entry| entry.from == author)
        .ok_or(ApiError(Code::NotFound))?;
    let which = OwnEntry {
        me,
        other: other.id,
        seq,
        hidden: tx.ties(me, other.id).await?.blocked_by,
        at: app.clock.now(),
    };
    Ok((which, entry))
}

async fn finish(
    app: &App,
    tx: Tx,
    which: OwnEntry,
    changed: Option<Entry>,
) -> Result<Entry, ApiError> {
    let entry = changed.ok_or(ApiError(Code::NotFound))?;
    tx.commit().await?;
    app.push.wake.notify_one();
    app.hub.news(which.me);
    app.hub.news(which.other);
    Ok(entry)
}
