//! What is sent for a row of the outbox: a row only points, and what it points at is read when it is due. A ring that is
//! over, a message that was read and whatever is for a device that is to be left alone is not sent.

use super::post::Urgency;
use super::{Letter, words};
use crate::app::App;
use crate::bus::presence;
use crate::calls::machine;
use crate::clock::wall_clock;
use birdcall_call::Call;
use birdcall_call::quiet::is_quiet;
use birdcall_call::wake::{self, MessagePush, RingPush, Turn};
use birdcall_protocol::body::{Entry, EntryBody};
use birdcall_protocol::limits::MAX_PAGE;
use birdcall_protocol::push::PushEvent;
use birdcall_protocol::{CallId, PersonId, Timestamp};
use birdcall_store::{PushAbout, PushRow, Reader, StoreError, Subscription};

/// Where the message of a push was deleted, one among this many before it is told instead. Raising it reads more for
/// each push.
const LOOKED_BACK: u32 = 20;

/// What is done about a row.
pub(super) enum Plan {
    /// This goes out.
    Send(Subscription, Letter),
    /// It is looked at again then.
    Later(Timestamp),
    /// It is not to be sent any more.
    Drop,
}

/// Decides about a row. `short`: with as little in it as can be.
pub(super) async fn plan(app: &App, row: &PushRow, short: bool) -> Result<Plan, StoreError> {
    let now = app.clock.now();
    let mut reader = app.store.read().await?;
    let Some(to) = reader.subscription(row.device).await? else {
        return Ok(Plan::Drop);
    };
    // What takes something away disturbs nobody.
    let takes_away = matches!(
        row.about,
        PushAbout::RingStopped(..) | PushAbout::MessageGone { .. }
    );
    if row.until <= now || (!takes_away && reader.is_silenced(row.device).await?) {
        return Ok(Plan::Drop);
    }
    let turn = match row.about {
        PushAbout::Ring(call) => ring(app, &mut reader, &to, row, call, now).await?,
        PushAbout::RingStopped(call, reason) => {
            let stopped = |call: &Call| PushEvent::RingStopped {
                call: call.id(),
                caller: call.caller().handle.clone(),
                kind: call.kind(),
                reason,
            };
            news_of_call(&mut reader, call, stopped).await?
        }
        PushAbout::Missed { call, woken } => {
            let missed = |call: &Call| PushEvent::Missed {
                call: call.id(),
                caller: call.caller().handle.clone(),
                kind: call.kind(),
                at: call.started_at(),
            };
            // A page that showed the ring shows that it was missed.
            if !woken && looks(app, &mut reader, &to).await? {
                Err(Turn::Never)
            } else {
                let found = news_of_call(&mut reader, call, missed).await?;
                // Nothing is shown that it would have to take away.
                found.map(|(event, urgency)| {
                    let urgency = if woken { urgency } else { Urgency::Normal };
                    (event, urgency)
                })
            }
        }
        PushAbout::Message { .. } => message(app, &mut reader, &to, row, short, now).await?,
        PushAbout::MessageGone { other, seq } => {
            message_gone(app, &mut reader, &to, other, seq).await?
        }
    };
    let (event, urgency) = match turn {
        Ok(found) => found,
        Err(Turn::At(moment)) => return Ok(Plan::Later(moment)),
        Err(Turn::Now | Turn::Never) => return Ok(Plan::Drop),
    };
    let silent = match row.about {
        PushAbout::Ring(_) | PushAbout::Missed { .. } => false,
        PushAbout::RingStopped(..) | PushAbout::MessageGone { .. } => true,
        PushAbout::Message { .. } => {
            let quiet = reader.quiet(to.person).await?;
            is_quiet(&quiet, now, wall_clock(&quiet.zone, now))
        }
    };
    let badge = match row.about {
        PushAbout::Message { .. } | PushAbout::MessageGone { .. } | PushAbout::Missed { .. } => {
            let conversations = reader.conversations(to.person, MAX_PAGE).await?;
            let unread = conversations.iter().filter(|one| one.unread > 0).count();
            u32::try_from(unread).ok()
        }
        PushAbout::Ring(_) | PushAbout::RingStopped(..) => None,
    };
    let message = words::message(event, to.origin.as_deref(), silent, badge);
    let letter = Letter {
        text: serde_json::to_vec(&message)
            .map_err(|error| StoreError::Broken(error.to_string()))?,
        topic: topic(row.about),
        keep: row.until.since(now),
        urgency,
    };
    Ok(Plan::Send(to, letter))
}

/// What is told and how soon it is wanted; or when to look again.
type Found = Result<(PushEvent, Urgency), Turn>;

async fn ring(
    app: &App,
    reader: &mut Reader,
    to: &Subscription,
    row: &PushRow,
    call: CallId,
    now: Timestamp,
) -> Result<Found, StoreError> {
    let Some(call) = read(reader, call).await? else {
        return Ok(Err(Turn::Never));
    };
    let push = RingPush {
        made: row.made,
        deadline: row.until,
        rings: call.rings(),
        visible: looks(app, reader, to).await?,
        shown: call.is_shown_on(to.device),
    };
    Ok(match wake::ring(push, now) {
        Turn::Now => Ok((
            PushEvent::Ring {
                call: call.id(),
                caller: call.caller().handle.clone(),
                kind: call.kind(),
                deadline: row.until,
            },
            Urgency::High,
        )),
        turn @ (Turn::At(_) | Turn::Never) => Err(turn),
    })
}

/// What follows a ring is as urgent as the ring: it takes it away.
async fn news_of_call(
    reader: &mut Reader,
    call: CallId,
    event: impl Fn(&Call) -> PushEvent,
) -> Result<Found, StoreError> {
    Ok(match read(reader, call).await? {
        Some(call) => Ok((event(&call), Urgency::High)),
        None => Err(Turn::Never),
    })
}

async fn message(
    app: &App,
    reader: &mut Reader,
    to: &Subscription,
    row: &PushRow,
    short: bool,
    now: Timestamp,
) -> Result<Found, StoreError> {
    let PushAbout::Message { other, seq } = row.about else {
        return Ok(Err(Turn::Never));
    };
    let read = reader.head(to.person, other).await?.read;
    let entry = newest_said(reader, to.person, other, read, seq).await?;
    let request = reader.is_request(to.person, other).await?;
    let push = MessagePush {
        made: row.made,
        // M-4: a message request wakes nobody, not even without its text; it waits in its list.
        unread: entry.is_some() && !request,
        visible: !presence::of(app, reader, to.person)
            .await?
            .visible
            .is_empty(),
    };
    let turn = wake::message(push, now);
    let (Turn::Now, Some(entry)) = (turn, entry) else {
        return Ok(Err(turn));
    };
    let (text, voice, picture) = match entry.body {
        EntryBody::Message { text } => (Some(text), None, false),
        EntryBody::Voice { seconds } => (None, Some(seconds), false),
        EntryBody::Picture { text, .. } => (text, None, true),
        EntryBody::Call { .. } | EntryBody::Deleted {} => return Ok(Err(Turn::Never)),
    };
    let event = PushEvent::Message {
        from: entry.from,
        seq: entry.seq,
        text: text.filter(|_| !short).as_deref().map(words::beginning),
        voice,
        picture,
    };
    Ok(Ok((event, Urgency::High)))
}

/// The newest message up to `seq` that is there and unread: the one a push is about, or one before it if that was
/// deleted meanwhile.
async fn newest_said(
    reader: &mut Reader,
    me: PersonId,
    other: PersonId,
    read: u64,
    seq: u64,
) -> Result<Option<Entry>, StoreError> {
    let author = reader.person_by_id(other).await?.handle;
    let (entries, _) = reader
        .entries(me, other, Some(seq.saturating_add(1)), LOOKED_BACK)
        .await?;
    Ok(entries.into_iter().rev().find(|entry| {
        let said = match entry.body {
            EntryBody::Message { .. } | EntryBody::Voice { .. } | EntryBody::Picture { .. } => true,
            EntryBody::Call { .. } | EntryBody::Deleted {} => false,
        };
        said && entry.seq > read && entry.from == author
    }))
}

async fn message_gone(
    app: &App,
    reader: &mut Reader,
    to: &Subscription,
    other: PersonId,
    seq: u64,
) -> Result<Found, StoreError> {
    let read = reader.head(to.person, other).await?.read;
    // A page that is looked at takes it away itself.
    let request = reader.is_request(to.person, other).await?;
    if request || read >= seq || looks(app, reader, to).await? {
        return Ok(Err(Turn::Never));
    }
    let from = reader.person_by_id(other).await?.handle;
    Ok(Ok((PushEvent::MessageGone { from, seq }, Urgency::Normal)))
}

/// Whether somebody looks at a page of the device, on any node.
async fn looks(app: &App, reader: &mut Reader, to: &Subscription) -> Result<bool, StoreError> {
    let there = presence::of(app, reader, to.person).await?;
    Ok(there.visible.contains(&to.device))
}

async fn read(reader: &mut Reader, call: CallId) -> Result<Option<Call>, StoreError> {
    reader.call(call).await?.as_ref().map(machine).transpose()
}

/// One a call: what is said later of it takes the place of what was not delivered yet. One a conversation likewise.
fn topic(about: PushAbout) -> Vec<String> {
    match about {
        PushAbout::Ring(call)
        | PushAbout::RingStopped(call, _)
        | PushAbout::Missed { call, .. } => vec!["call".to_owned(), call.to_string()],
        PushAbout::Message { other, .. } | PushAbout::MessageGone { other, .. } => {
            vec!["message".to_owned(), other.to_string()]
        }
    }
}
