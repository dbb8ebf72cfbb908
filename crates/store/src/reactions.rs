//! What people feel about an entry: one emoji a person.

use crate::sql;
use crate::{StoreError, Tx};
use birdcall_protocol::body::{Entry, EntryBody};
use birdcall_protocol::{PersonId, Timestamp};

/// A choice of an emoji.
#[derive(Debug, Clone, Copy)]
pub struct NewReaction<'a> {
    /// Who chooses.
    pub me: PersonId,
    /// The other person of the conversation.
    pub other: PersonId,
    /// The entry's place.
    pub seq: u64,
    /// The emoji; `None` takes back the one before.
    pub emoji: Option<&'a str>,
    /// The other side has blocked who chooses: they alone see it (C-6).
    pub hidden: bool,
    /// Now.
    pub at: Timestamp,
}

impl Tx {
    /// Puts an emoji under an entry, in place of the person's own before, and tells those who see it. The same one again
    /// changes nothing. `None` if one does not see such an entry, or it was deleted.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn react(&mut self, new: &NewReaction<'_>) -> Result<Option<Entry>, StoreError> {
        let NewReaction { me, other, seq, .. } = *new;
        let Some((conversation, _)) = self.member(me, other).await? else {
            return Ok(None);
        };
        let place = i64::try_from(seq).unwrap_or(i64::MAX);
        let Some(entry) = self.entry_at(me, conversation, place).await? else {
            return Ok(None);
        };
        if entry.body == (EntryBody::Deleted {}) {
            return Ok(None);
        }
        let author = self.person_by_id(me).await?.handle;
        let before = entry
            .reactions
            .iter()
            .find(|one| one.by.contains(&author))
            .map(|one| one.emoji.as_str());
        // Who was blocked when they chose it, and is not any more, shows it by choosing it again.
        let apart: (i64,) = sql::query_as(
            "SELECT count(*) FROM reactions \
             WHERE conversation = $1 AND seq = $2 AND person = $3 AND apart = 1",
        )
        .bind(conversation)
        .bind(place)
        .bind(me.as_i64())
        .fetch_one(self.sql())
        .await?;
        if before == new.emoji && (new.hidden || apart.0 == 0) {
            return Ok(Some(entry));
        }
        self.forget_reaction(conversation, place, me, new.hidden)
            .await?;
        if new.hidden || new.emoji.is_some() {
            sql::query(
                "INSERT INTO reactions (conversation, seq, person, apart, emoji, at) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(conversation)
            .bind(place)
            .bind(me.as_i64())
            .bind(i64::from(new.hidden))
            .bind(new.emoji)
            .bind(new.at.0)
            .execute(self.sql())
            .await?;
        }
        let both = !new.hidden && self.entry_at(other, conversation, place).await?.is_some();
        self.changed(me, other, seq, both).await?;
        self.entry_at(me, conversation, place).await
    }

    /// What one chose before is gone. Of what the other side sees nothing goes while they have blocked one.
    async fn forget_reaction(
        &mut self,
        conversation: i64,
        seq: i64,
        person: PersonId,
        hidden: bool,
    ) -> Result<(), StoreError> {
        sql::query(
            "DELETE FROM reactions \
             WHERE conversation = $1 AND seq = $2 AND person = $3 AND apart >= $4",
        )
        .bind(conversation)
        .bind(seq)
        .bind(person.as_i64())
        .bind(i64::from(hidden))
        .execute(self.sql())
        .await?;
        Ok(())
    }
}
