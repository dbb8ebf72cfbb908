//! The sound of voice messages (M-5). It stands apart from the entries, which are read by the page.

use crate::sql;
use crate::words::natural;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::PersonId;
use birdcall_protocol::body::EntryBody;

/// A voice message's sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// What kind it is.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Reader {
    /// The sound at `seq` of the conversation with `other`, if one may hear it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sound(
        &mut self,
        me: PersonId,
        other: PersonId,
        seq: u64,
    ) -> Result<Option<Sound>, StoreError> {
        let entry = self.entry(me, other, seq).await?;
        if !entry.is_some_and(|entry| matches!(entry.body, EntryBody::Voice { .. })) {
            return Ok(None);
        }
        let Some((conversation, _)) = self.member(me, other).await? else {
            return Ok(None);
        };
        let row: Option<(String, Vec<u8>)> = sql::query_as(
            "SELECT media_type, sound FROM voices WHERE conversation = $1 AND seq = $2",
        )
        .bind(conversation)
        .bind(i64::try_from(seq).unwrap_or(i64::MAX))
        .fetch_optional(self.sql())
        .await?;
        Ok(row.map(|(media_type, bytes)| Sound { media_type, bytes }))
    }

    /// All sound that a person has sent and that somebody can still hear, in bytes.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sound_of(&mut self, author: PersonId) -> Result<u64, StoreError> {
        // The sum of no rows is null, and of rows a decimal on PostgreSQL.
        let (bytes,): (i64,) = sql::query_as(
            "SELECT CAST(COALESCE(sum(size), 0) AS BIGINT) FROM voices WHERE author = $1",
        )
        .bind(author.as_i64())
        .fetch_one(self.sql())
        .await?;
        Ok(natural(bytes))
    }
}

impl Tx {
    pub(crate) async fn add_sound(
        &mut self,
        conversation: i64,
        seq: i64,
        author: PersonId,
        media_type: &str,
        sound: &[u8],
    ) -> Result<(), StoreError> {
        sql::query(
            "INSERT INTO voices (conversation, seq, author, media_type, size, sound) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(conversation)
        .bind(seq)
        .bind(author.as_i64())
        .bind(media_type)
        .bind(i64::try_from(sound.len()).unwrap_or(i64::MAX))
        .bind(sound)
        .execute(self.sql())
        .await?;
        Ok(())
    }
}
