//! Read receipts (M-4): what an author was told of how far the other side has read, and the switch. Whether anything is
//! told is decided in `birdcall_call::talk`.

use crate::feed::News;
use crate::words::natural;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::talk::Seen;
use birdcall_protocol::{PersonId, Timestamp};

impl Reader {
    /// Whether a person gives and sees receipts.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn receipts(&mut self, person: PersonId) -> Result<bool, StoreError> {
        let (on,): (i64,) = sqlx::query_as("SELECT receipts FROM people WHERE id = $1")
            .bind(person.as_i64())
            .fetch_one(self.sql())
            .await?;
        Ok(on != 0)
    }

    /// How far `me` was told that `other` has read; nothing while one's own switch is off.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn seen(
        &mut self,
        me: PersonId,
        other: PersonId,
    ) -> Result<Option<Seen>, StoreError> {
        let row: Option<(i64, i64)> = sqlx::query_as(
            "SELECT m.seen_seq, m.seen_at FROM members m JOIN people p ON p.id = m.person \
             WHERE m.person = $1 AND m.other = $2 AND m.seen_seq > 0 AND p.receipts = 1",
        )
        .bind(me.as_i64())
        .bind(other.as_i64())
        .fetch_optional(self.sql())
        .await?;
        Ok(row.map(|(seq, at)| Seen {
            seq: natural(seq),
            at: Timestamp(at),
        }))
    }
}

impl Tx {
    /// Tells `author` that `reader` has read as far as `reader`'s own mark stands. It never goes back, and names a
    /// message of the author's that the reader could see. `false` if that is no news.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn tell_seen(
        &mut self,
        author: PersonId,
        reader: PersonId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some((conversation, read)) = self.member(reader, author).await? else {
            return Ok(false);
        };
        let newest: Option<(i64,)> = sqlx::query_as(
            "SELECT e.seq FROM entries e WHERE e.conversation = $1 AND e.seq <= $2 \
             AND e.author = $3 AND e.only_for IS NULL AND e.call IS NULL \
             ORDER BY e.seq DESC LIMIT 1",
        )
        .bind(conversation)
        .bind(read)
        .bind(author.as_i64())
        .fetch_optional(self.sql())
        .await?;
        let Some((seq,)) = newest else {
            return Ok(false);
        };
        let done = sqlx::query(
            "UPDATE members SET seen_seq = $1, seen_at = $2 \
             WHERE person = $3 AND other = $4 AND seen_seq < $1",
        )
        .bind(seq)
        .bind(at.0)
        .bind(author.as_i64())
        .bind(reader.as_i64())
        .execute(self.sql())
        .await?;
        let moved = done.rows_affected() == 1;
        if moved {
            self.tell(author, News::Seen { other: reader }).await?;
        }
        Ok(moved)
    }

    /// Switches a person's receipts.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_receipts(&mut self, person: PersonId, on: bool) -> Result<(), StoreError> {
        sqlx::query("UPDATE people SET receipts = $1 WHERE id = $2")
            .bind(i64::from(on))
            .bind(person.as_i64())
            .execute(self.sql())
            .await?;
        Ok(())
    }
}
