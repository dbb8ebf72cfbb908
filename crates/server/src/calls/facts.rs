//! Facts for the gate and the path, read in the transaction that acts on them.

use crate::clock::wall_clock;
use birdcall_call::limits::{CALLEE_WINDOW, CALLEES_WINDOW, PAIR_HISTORY};
use birdcall_call::quiet::is_quiet;
use birdcall_call::{GateFacts, PathFacts, RingHistory, Verdict, gate, path};
use birdcall_protocol::body::{Audience, Calling};
use birdcall_protocol::book::CallingPreview;
use birdcall_protocol::call::Path;
use birdcall_protocol::limits::MAX_PREVIEW;
use birdcall_protocol::{PersonId, Timestamp};
use birdcall_store::{Reader, StoreError, Ties};

/// The gate's and the path's answer for a call from one person to another, and what they rest on.
pub(super) struct Decision {
    pub(super) verdict: Verdict,
    pub(super) path: Path,
    /// The callee's ties to the caller.
    pub(super) ties: Ties,
}

/// Decides without the limits of C-5: for accept, and while it rings.
pub(super) async fn decide(
    reader: &mut Reader,
    caller: PersonId,
    callee: PersonId,
    now: Timestamp,
) -> Result<Decision, StoreError> {
    gather(reader, caller, callee, now, false).await
}

/// Decides with the limits: for an invite.
pub(super) async fn decide_invite(
    reader: &mut Reader,
    caller: PersonId,
    callee: PersonId,
    now: Timestamp,
) -> Result<Decision, StoreError> {
    let times = reader
        .ring_times(
            caller,
            callee,
            now - PAIR_HISTORY,
            now - CALLEE_WINDOW,
            now - CALLEES_WINDOW,
        )
        .await?;
    let history = RingHistory {
        pair: &times.pair,
        callee_rings: times.callee,
        callees: times.callees,
    };
    let over = history.over_limit(now);
    gather(reader, caller, callee, now, over).await
}

async fn gather(
    reader: &mut Reader,
    caller: PersonId,
    callee: PersonId,
    now: Timestamp,
    over_limit: bool,
) -> Result<Decision, StoreError> {
    let facts = reader.calls_between(caller, callee).await?;
    let ties = facts.ties;
    let quiet = is_quiet(&facts.quiet, now, wall_clock(&facts.quiet.zone, now));
    let verdict = gate(&GateFacts {
        first_message: facts.wrote,
        calling_on: facts.callee.enabled,
        audience: facts.callee.audience,
        in_address_book: ties.in_address_book,
        callee_follows: ties.following,
        caller_verified: facts.caller_verified,
        rule: ties.rule,
        blocked: ties.blocked || ties.blocked_by,
        quiet: quiet && !ties.breaks_through,
        over_limit,
    });
    Ok(Decision {
        verdict,
        path: path(PathFacts {
            caller_private: facts.caller_private,
            callee_private: facts.callee.enhanced_privacy,
            caller_follows: ties.followed,
            callee_follows: ties.following,
        }),
        ties,
    })
}

/// How many could call with these settings, of the people to whom `person` has written, by the gate itself (C-1 to C-4).
/// Rests on nothing that `person` may not know: neither on who has blocked them, nor on whose address is in the book
/// without wanting to be found by it.
pub async fn preview(
    reader: &mut Reader,
    person: PersonId,
    calling: &Calling,
    now: Timestamp,
) -> Result<CallingPreview, StoreError> {
    let quiet = reader.quiet(person).await?;
    let quiet = is_quiet(&quiet, now, wall_clock(&quiet.zone, now));
    let callers = reader.possible_callers(person, MAX_PREVIEW + 1).await?;
    let mut preview = CallingPreview {
        quiet,
        more: callers.len() > MAX_PREVIEW as usize,
        ..CallingPreview::default()
    };
    for caller in callers.iter().take(MAX_PREVIEW as usize) {
        let facts = GateFacts {
            first_message: true,
            calling_on: calling.enabled,
            audience: calling.audience,
            in_address_book: caller.in_address_book,
            callee_follows: caller.following,
            caller_verified: caller.verified,
            rule: caller.rule,
            blocked: false,
            quiet: false,
            over_limit: false,
        };
        let rings = |facts: GateFacts| u32::from(gate(&facts) == Verdict::Ring);
        let alone = |audience: Audience| {
            rings(GateFacts {
                audience,
                rule: None,
                calling_on: true,
                ..facts
            })
        };
        preview.people += rings(facts);
        preview.now += rings(GateFacts {
            quiet: quiet && !caller.breaks_through,
            ..facts
        });
        preview.boxes.address_book += alone(Audience {
            address_book: true,
            ..NO_BOX
        });
        preview.boxes.following += alone(Audience {
            following: true,
            ..NO_BOX
        });
        preview.boxes.verified += alone(Audience {
            verified: true,
            ..NO_BOX
        });
        preview.boxes.everyone += alone(Audience {
            everyone: true,
            ..NO_BOX
        });
    }
    Ok(preview)
}

const NO_BOX: Audience = Audience {
    address_book: false,
    following: false,
    verified: false,
    everyone: false,
};
