//! Reactions: one emoji a person and entry, told live and pushed to nobody.

use crate::app::App;
use crate::emoji;
use crate::problem::ApiError;
use birdcall_protocol::body::Entry;
use birdcall_protocol::talk::Standing;
use birdcall_protocol::{Code, Handle, PersonId};
use birdcall_store::NewReaction;

/// Puts an emoji under an entry, or takes one's own back. It is no message: it allows nobody to call (C-1).
///
/// # Errors
/// `bad_input`, `too_many`, `not_found`, `you_blocked`, `unavailable`.
pub async fn react(
    app: &App,
    me: PersonId,
    with: &Handle,
    seq: u64,
    emoji: Option<&str>,
) -> Result<Entry, ApiError> {
    let emoji = emoji.map(emoji::one).transpose()?;
    app.doors.message(me)?;
    let mut tx = app.store.write().await?;
    let other = tx.person(with).await?.ok_or(ApiError(Code::NotFound))?;
    let ties = tx.ties(me, other.id).await?;
    if ties.blocked && emoji.is_some() {
        return Err(Code::YouBlocked.into());
    }
    let entry = tx
        .react(&NewReaction {
            me,
            other: other.id,
            seq,
            emoji: emoji.as_deref(),
            hidden: ties.blocked_by,
            at: app.clock.now(),
        })
        .await?
        .ok_or(ApiError(Code::NotFound))?;
    // Feeling something about what a stranger wrote is a yes to them (M-4).
    if emoji.is_some() {
        tx.set_standing(me, other.id, Standing::Accepted).await?;
    }
    tx.commit().await?;
    app.hub.news(me);
    app.hub.news(other.id);
    Ok(entry)
}
