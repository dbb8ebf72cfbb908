//! Read receipts (M-4): what an author was told of how far the other side has read, and the switch. Whether anything is
//! told is decided in `birdcall_call::talk`.

use crate::feed::News;
use crate::sql;
use crate::words::{handle, natural};
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::talk::Seen;
use birdcall_protocol::{Handle, PersonId, Timestamp};

/// The newest message of `$2` that `$3` could see and has read.
macro_rules! newest_seen {
    () => {
        "(SELECT e.seq FROM members r JOIN entries e ON e.conversation = r.conversation \
         WHERE r.person = $3 AND r.other = $2 AND e.seq <= r.read_seq AND e.author = $2 \
         AND e.only_for IS NULL AND e.call IS NULL ORDER BY e.seq DESC LIMIT 1)"
    };
}

impl Reader {
    /// Whether a person gives and sees receipts.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn receipts(&mut self, person: PersonId) -> Result<bool, StoreError> {
        let (on,): (i64,) = sql::query_as("SELECT receipts FROM people WHERE id = $1")
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
        Ok(self.seen_by(me, other).await?.map(|(_, seen)| seen))
    }

    /// The same, with who that is.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn seen_by(
        &mut self,
        me: PersonId,
        other: PersonId,
    ) -> Result<Option<(Handle, Seen)>, StoreError> {
        let row: Option<(String, i64, i64)> = sql::query_as(
            "SELECT o.handle, m.seen_seq, m.seen_at FROM members m \
             JOIN people p ON p.id = m.person JOIN people o ON o.id = m.other \
             WHERE m.person = $1 AND m.other = $2 AND m.seen_seq > 0 AND p.receipts = 1",
        )
        .bind(me.as_i64())
        .bind(other.as_i64())
        .fetch_optional(self.sql())
        .await?;
        row.map(|(who, seq, at)| {
            let seen = Seen {
                seq: natural(seq),
                at: Timestamp(at),
            };
            Ok((handle(&who)?, seen))
        })
        .transpose()
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
        let moved = self.move_seen(author, reader, at).await?;
        if moved {
            self.tell(author, News::Seen { other: reader }).await?;
        }
        Ok(moved)
    }

    /// Moves the mark without telling.
    pub(crate) async fn move_seen(
        &mut self,
        author: PersonId,
        reader: PersonId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sql::query(concat!(
            "UPDATE members SET seen_at = $1, seen_seq = ",
            newest_seen!(),
            " WHERE person = $2 AND other = $3 AND seen_seq < ",
            newest_seen!()
        ))
        .bind(at.0)
        .bind(author.as_i64())
        .bind(reader.as_i64())
        .execute(self.sql())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Switches a person's receipts.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_receipts(&mut self, person: PersonId, on: bool) -> Result<(), StoreError> {
        sql::query("UPDATE people SET receipts = $1 WHERE id = $2")
            .bind(i64::from(on))
            .bind(person.as_i64())
            .execute(self.sql())
            .await?;
        Ok(())
    }
}
