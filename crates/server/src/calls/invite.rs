//! Starting a call: gate and path in the transaction that creates the row.

use super::facts;
use super::step::{self, Press};
use crate::app::App;
use crate::auth::Session;
use crate::bus;
use crate::problem::ApiError;
use crate::{random, text, traces};
use birdcall_call::beat::beat;
use birdcall_call::{Call, Invite, Party, RelayState, Timing, Verdict};
use birdcall_protocol::body;
use birdcall_protocol::call::{CallView, Path, Phase, Role};
use birdcall_protocol::{CallId, Code, PersonId};
use birdcall_store::{NewCall, PersonRow, Reader};
use std::time::Instant;

/// What became of an invite.
pub enum Invited {
    /// A call, made now.
    Fresh(CallView),
    /// The call that was made with this key before.
    Again(CallView),
}

/// Calls somebody, and answers on the beat that counts from now, however long the work takes (C-6). Refusals wait like
/// the rest: one that the caller provokes beside a call that is being made would else tell how long that takes.
///
/// # Errors
/// Only what the caller could know: C-1, that they are in a call or calling already, that there is no relay. Anything
/// else that keeps the call from ringing makes it ring out (C-6).
pub async fn invite(app: &App, session: Session, body: &body::Invite) -> Result<Invited, ApiError> {
    let asked = app.clock.now();
    let begun = Instant::now();
    let id = random::call();
    let span = traces::of_call(id, "invite");
    // Within the beat: that others were faster is not to be seen in when the answer comes.
    let invited = app.again(|| make(app, session, body, id, begun)).await;
    if let Err(error) = &invited {
        app.counters.calls.refused(error.0);
        traces::refused(&span, error.0);
    }
    drop(span);
    if !app.config.beat.is_zero() {
        let moment = beat(asked, app.config.beat, app.clock.now());
        app.clock.sleep_until(moment).await;
    }
    invited
}

async fn make(
    app: &App,
    session: Session,
    body: &body::Invite,
    id: CallId,
    begun: Instant,
) -> Result<Invited, ApiError> {
    let key = text::key(&body.key)?;
    let me = session.person;
    let mut not_to_be_joined = None;
    let (caller, callee, mut tx, _turn) = loop {
        match glare(app, session, body, key).await? {
            Glare::Joined(view) => return Ok(Invited::Fresh(view)),
            Glare::Refused(call) => not_to_be_joined = Some(call),
            Glare::No => app.takes_call()?,
            Glare::Known => {}
        }
        // The turn before the database: whoever has the database must not wait for a turn.
        let turn = app.turns.of(id).await;
        let mut tx = app.store.write().await?;
        if let Some(row) = tx.call_by_key(me, key).await? {
            let call = step::machine(&row)?;
            let same = call.callee().handle == body.with && call.kind() == body.kind;
            if !same {
                return Err(Code::KeyReused.into());
            }
            // The first may still wait for its commit, in the same group as this.
            tx.commit().await?;
            return Ok(Invited::Again(call.view(Role::Caller)));
        }
        // A call that is there goes on; a new one would hardly outlive the server.
        app.takes_new()?;
        let callee = find(&mut tx, body).await?;
        if callee.id == me {
            return Err(Code::Yourself.into());
        }
        match busy_with(&mut tx, me, callee.id).await? {
            Busy::No => {}
            Busy::CalledBy(call) if not_to_be_joined == Some(call.id()) => {}
            // They have called since: the same as if they had called before.
            Busy::CalledBy(_) => continue,
            Busy::Calling => return Err(Code::AlreadyCalling.into()),
            Busy::InCall => return Err(Code::AlreadyInCall.into()),
        }
        break (tx.person_by_id(me).await?, callee, tx, turn);
    };
    let now = app.clock.now();
    let decision = facts::decide_invite(&mut tx, me, callee.id, now).await?;
    // The caller's own block, which the caller can see.
    if decision.ties.blocked_by {
        return Err(Code::YouBlocked.into());
    }
    let silent = match decision.verdict {
        Verdict::Ring => None,
        Verdict::Silent(reason) => Some(reason),
        Verdict::FirstMessageNeeded => return Err(Code::FirstMessageNeeded.into()),
    };
    // Depends on follows and privacy alone, never on the gate, so it tells nothing about it (C-6, P-5).
    if decision.path == Path::Relay && bus::relay_state(app, &mut tx).await? == RelayState::Absent {
        return Err(Code::NoRelay.into());
    }
    let callee_busy = in_call(&mut tx, callee.id).await?;
    let mut call = Call::invite(
        Invite {
            id,
            caller: Party {
                person: me,
                handle: caller.handle,
            },
            caller_device: session.device,
            callee: Party {
                person: callee.id,
                handle: callee.handle,
            },
            kind: body.kind,
            path: decision.path,
            silent,
            mutual: decision.ties.following && decision.ties.followed,
            callee_busy,
            timing: Timing {
                ring: app.config.ring,
                ..Timing::default()
            },
        },
        now,
    );
    let actions = step::drain(&mut call);
    tx.add_call(
        &NewCall {
            id,
            caller: me,
            callee: callee.id,
            key,
            kind: body.kind,
            at: now,
        },
        &step::columns(&call)?,
    )
    .await?;
    let told = step::remember(app, &mut tx, &call, &actions, Some(session.device)).await?;
    tx.commit().await?;
    step::perform(app, &call, actions, told);
    app.counters.calls.invited(&call, begun.elapsed());
    app.sweeper.notify_one();
    Ok(Invited::Fresh(call.view(Role::Caller)))
}

/// What became of an invite to somebody who may be calling.
enum Glare {
    /// Nobody is calling.
    No,
    /// The call was made before, with this key.
    Known,
    /// One call, both having asked for it.
    Joined(CallView),
    /// That call cannot be joined: it is over in the meantime, or a block stands against it.
    Refused(CallId),
}

/// C-15: if the other person is calling, this is an accept.
async fn glare(
    app: &App,
    session: Session,
    body: &body::Invite,
    key: &str,
) -> Result<Glare, ApiError> {
    let mut reader = app.store.read().await?;
    if reader.call_by_key(session.person, key).await?.is_some() {
        return Ok(Glare::Known);
    }
    let other = find(&mut reader, body).await?;
    let busy = busy_with(&mut reader, session.person, other.id).await?;
    drop(reader);
    let Busy::CalledBy(call) = busy else {
        return Ok(Glare::No);
    };
    match step::act(app, call.id(), session.person, session.device, Press::Glare).await {
        Ok(call) if call.is_open() && call.leg(Role::Callee) == Some(session.device) => {
            Ok(Glare::Joined(call.view(Role::Callee)))
        }
        Ok(_) | Err(step::CallError::Refused(_) | step::CallError::InAnotherCall) => {
            Ok(Glare::Refused(call.id()))
        }
        Err(error @ step::CallError::Store(_)) => Err(error.into()),
    }
}

async fn find(reader: &mut Reader, body: &body::Invite) -> Result<PersonRow, ApiError> {
    reader
        .person(&body.with)
        .await?
        .ok_or(ApiError(Code::NotFound))
}

enum Busy {
    No,
    /// A ring of one's own is going out (C-5).
    Calling,
    /// One is in a call.
    InCall,
    /// The person one wants to call is calling.
    CalledBy(Box<Call>),
}

async fn busy_with(reader: &mut Reader, me: PersonId, callee: PersonId) -> Result<Busy, ApiError> {
    let mut called_by = None;
    for call in super::open_calls(reader, me).await? {
        match (call.role_of(me), call.phase()) {
            (Some(Role::Caller), Phase::Ringing) => return Ok(Busy::Calling),
            (Some(_), Phase::Connecting | Phase::Active) => return Ok(Busy::InCall),
            (Some(Role::Callee), Phase::Ringing) if call.caller().person == callee => {
                called_by = Some(call);
            }
            (Some(Role::Callee), Phase::Ringing) | (_, Phase::Ended) | (None, _) => {}
        }
    }
    Ok(called_by.map_or(Busy::No, |call| Busy::CalledBy(Box::new(call))))
}

async fn in_call(reader: &mut Reader, person: PersonId) -> Result<bool, ApiError> {
    Ok(super::open_calls(reader, person)
        .await?
        .iter()
        .any(|call| matches!(call.phase(), Phase::Connecting | Phase::Active)))
}
