//! Deleting an entry for oneself (M-4). When nobody sees it any more, what it said is gone.

use crate::feed::News;
use crate::sql;
use crate::{StoreError, Tx};
use birdcall_protocol::PersonId;

impl Tx {
    /// Deletes the entry at `seq` of the conversation with `other` for `me`, and tells one's devices. `false` if one
    /// does not see such an entry.
    ///
    /// That one has written to the other (C-1) stays: a deleted message still counts.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn delete_entry(
        &mut self,
        me: PersonId,
        other: PersonId,
        seq: u64,
    ) -> Result<bool, StoreError> {
        if self.entry(me, other, seq).await?.is_none() {
            return Ok(false);
        }
        let Some((conversation, _)) = self.member(me, other).await? else {
            return Ok(false);
        };
        let place = i64::try_from(seq).unwrap_or(i64::MAX);
        sql::query(
            "INSERT INTO deleted_entries (person, conversation, seq) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING",
        )
        .bind(me.as_i64())
        .bind(conversation)
        .bind(place)
        .execute(self.sql())
        .await?;
        self.newest_again(me, other, conversation).await?;
        self.empty_if_unseen(conversation, place).await?;
        self.tell(me, News::Gone { other, seq }).await?;
        Ok(true)
    }

    /// The newest entry that one sees may be another one now, or none.
    async fn newest_again(
        &mut self,
        me: PersonId,
        other: PersonId,
        conversation: i64,
    ) -> Result<(), StoreError> {
        let newest: Option<(i64, i64)> = sql::query_as(
            "SELECT e.seq, e.at FROM entries e WHERE e.conversation = $1 \
             AND (e.only_for IS NULL OR e.only_for = $2) \
             AND NOT EXISTS (SELECT 1 FROM deleted_entries d WHERE d.person = $2 \
             AND d.conversation = e.conversation AND d.seq = e.seq) ORDER BY e.seq DESC LIMIT 1",
        )
        .bind(conversation)
        .bind(me.as_i64())
        .fetch_optional(self.sql())
        .await?;
        let (seq, at) = newest.unwrap_or((0, 0));
        sql::query(
            "UPDATE members SET last_seq = $1, last_at = $2 WHERE person = $3 AND other = $4",
        )
        .bind(seq)
        .bind(at)
        .bind(me.as_i64())
        .bind(other.as_i64())
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// Takes text and sound away when the last who saw the entry has deleted it.
    pub(crate) async fn empty_if_unseen(
        &mut self,
        conversation: i64,
        seq: i64,
    ) -> Result<(), StoreError> {
        let (seen,): (i64,) = sql::query_as(
            "SELECT count(*) FROM entries e JOIN members m ON m.conversation = e.conversation \
             WHERE e.conversation = $1 AND e.seq = $2 \
             AND (e.only_for IS NULL OR e.only_for = m.person) \
             AND NOT EXISTS (SELECT 1 FROM deleted_entries d WHERE d.person = m.person \
             AND d.conversation = e.conversation AND d.seq = e.seq)",
        )
        .bind(conversation)
        .bind(seq)
        .fetch_one(self.sql())
        .await?;
        if seen > 0 {
            return Ok(());
        }
        self.empty(conversation, seq).await
    }
}
