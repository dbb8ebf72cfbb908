//! Message requests (M-4): how a conversation stands on each side. What it means is decided in `birdcall_call::talk`.

use crate::feed::News;
use crate::sql;
use crate::words::{from_word, natural, to_word};
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::PersonId;
use birdcall_protocol::body::ConversationSummary;
use birdcall_protocol::frame::Changed;
use birdcall_protocol::talk::Standing;

/// One person's side of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    /// How it stands there.
    pub standing: Standing,
    /// This person has typed a message to the other, who could see it.
    pub wrote: bool,
    /// The newest place read.
    pub read: u64,
    /// The newest place this person sees; 0 where there is nothing to see.
    pub last: u64,
    /// This person's "Read receipts and typing" is on.
    pub receipts: bool,
}

/// Both sides of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Talk {
    /// The side that was asked for.
    pub one: Side,
    /// The other.
    pub other: Side,
}

impl Reader {
    /// Both sides of the conversation between `one` and `other`, if there is any.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn talk(
        &mut self,
        one: PersonId,
        other: PersonId,
    ) -> Result<Option<Talk>, StoreError> {
        let rows: Vec<(i64, String, i64, i64, i64, i64)> = sql::query_as(
            "SELECT m.person, m.state, m.wrote, m.read_seq, m.last_seq, p.receipts \
             FROM members m JOIN people p ON p.id = m.person \
             WHERE (m.person = $1 AND m.other = $2) OR (m.person = $2 AND m.other = $1)",
        )
        .bind(one.as_i64())
        .bind(other.as_i64())
        .fetch_all(self.sql())
        .await?;
        let (mut mine, mut theirs) = (None, None);
        for (person, state, wrote, read, last, receipts) in rows {
            let side = Side {
                standing: from_word(state)?,
                wrote: wrote != 0,
                read: natural(read),
                last: natural(last),
                receipts: receipts != 0,
            };
            if person == one.as_i64() {
                mine = Some(side);
            } else {
                theirs = Some(side);
            }
        }
        Ok(mine.zip(theirs).map(|(one, other)| Talk { one, other }))
    }

    /// Whether the conversation with `other` waits for one's yes.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn is_request(&mut self, me: PersonId, other: PersonId) -> Result<bool, StoreError> {
        let row: Option<(i64,)> = sql::query_as(
            "SELECT last_seq FROM members WHERE person = $1 AND other = $2 AND state = 'request'",
        )
        .bind(me.as_i64())
        .bind(other.as_i64())
        .fetch_optional(self.sql())
        .await?;
        Ok(row.is_some_and(|(last,)| last > 0))
    }

    /// One's message requests, the newest first, without those of people one has blocked.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn requests(
        &mut self,
        me: PersonId,
        limit: u32,
    ) -> Result<Vec<ConversationSummary>, StoreError> {
        self.listed(me, Standing::Request, limit).await
    }
}

impl Tx {
    /// How the conversation with `other` stands for `me` from now on; tells one's devices of a yes (of a request they
    /// hear by its entry). `false` if it stood so, or there is none.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_standing(
        &mut self,
        me: PersonId,
        other: PersonId,
        standing: Standing,
    ) -> Result<bool, StoreError> {
        let done = sql::query(
            "UPDATE members SET state = $1 WHERE person = $2 AND other = $3 AND state <> $1",
        )
        .bind(to_word(standing)?)
        .bind(me.as_i64())
        .bind(other.as_i64())
        .execute(self.sql())
        .await?;
        let changed = done.rows_affected() == 1;
        if changed && standing == Standing::Accepted {
            self.tell(me, News::Changed(Changed::Requests)).await?;
        }
        Ok(changed)
    }

    /// Deletes all entries of a message request for `me`; the other side keeps theirs and is not told. `false` if there
    /// is no such request.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn delete_request(
        &mut self,
        me: PersonId,
        other: PersonId,
    ) -> Result<bool, StoreError> {
        if !self.is_request(me, other).await? {
            return Ok(false);
        }
        let Some((conversation, _)) = self.member(me, other).await? else {
            return Ok(false);
        };
        sql::query(
            "INSERT INTO deleted_entries (person, conversation, seq) \
             SELECT $1, e.conversation, e.seq FROM entries e WHERE e.conversation = $2 \
             AND (e.only_for IS NULL OR e.only_for = $1) ON CONFLICT DO NOTHING",
        )
        .bind(me.as_i64())
        .bind(conversation)
        .execute(self.sql())
        .await?;
        sql::query("UPDATE members SET last_seq = 0, last_at = 0 WHERE person = $1 AND other = $2")
            .bind(me.as_i64())
            .bind(other.as_i64())
            .execute(self.sql())
            .await?;
        // What its author has deleted as well, nobody sees any more.
        let unseen: Vec<(i64,)> = sql::query_as(
            "SELECT seq FROM deleted_entries WHERE person = $1 AND conversation = $2",
        )
        .bind(other.as_i64())
        .bind(conversation)
        .fetch_all(self.sql())
        .await?;
        for (seq,) in unseen {
            self.empty_if_unseen(conversation, seq).await?;
        }
        self.tell(me, News::Changed(Changed::Requests)).await?;
        Ok(true)
    }
}
