//! Read receipts and typing (M-4). Nothing that is not told can be told from somebody who is away.

use crate::app::App;
use crate::bus;
use crate::problem::ApiError;
use birdcall_call::To;
use birdcall_call::talk::{Telling, may_tell};
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::talk::Standing;
use birdcall_protocol::{Code, Handle, PersonId};
use birdcall_store::{Reader, StoreError, Tx};

/// After `reader` has read on: tells `author`, if they tell each other such things. What is not told now is not made up
/// for later, when a switch is turned on or a block is gone.
///
/// # Errors
/// `Unavailable`.
pub(crate) async fn give(
    app: &App,
    tx: &mut Tx,
    reader: PersonId,
    author: PersonId,
) -> Result<bool, StoreError> {
    if !tell_each_other(tx, reader, author).await? {
        return Ok(false);
    }
    tx.tell_seen(author, reader, app.clock.now()).await
}

/// Somebody types. A hint: it goes to sockets that are open, and is never answered.
///
/// # Errors
/// `not_found`, `yourself`, `unavailable`.
pub(crate) async fn typing(app: &App, from: PersonId, with: &Handle) -> Result<(), ApiError> {
    if !app.doors.typing(from) {
        return Ok(());
    }
    let mut reader = app.store.read().await?;
    let other = reader.person(with).await?.ok_or(ApiError(Code::NotFound))?;
    if other.id == from {
        return Err(Code::Yourself.into());
    }
    if tell_each_other(&mut reader, from, other.id).await? {
        let with = reader.person_by_id(from).await?.handle;
        drop(reader);
        bus::send(app, To::Person(other.id), &ServerFrame::Typing { with }).await?;
    }
    Ok(())
}

async fn tell_each_other(
    reader: &mut Reader,
    one: PersonId,
    other: PersonId,
) -> Result<bool, StoreError> {
    let Some(talk) = reader.talk(one, other).await? else {
        return Ok(false);
    };
    let ties = reader.ties(one, other).await?;
    let sides = [talk.one, talk.other];
    Ok(may_tell(Telling {
        answered: sides.iter().all(|side| side.wrote),
        accepted: sides.iter().all(|side| side.standing == Standing::Accepted),
        blocked: ties.blocked || ties.blocked_by,
        wanted: sides.iter().all(|side| side.receipts),
    }))
}
