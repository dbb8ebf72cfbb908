//! What only an export asks for: everybody one has talked with, and one's own picture.

use crate::people::{PersonRow, ProfileColumns, profile_columns};
use crate::sql;
use crate::{Reader, StoreError};
use birdcall_protocol::PersonId;

impl Reader {
    /// Everybody with whom one has a conversation in which one sees something, also those who are gone, by handle.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn talked_with(&mut self, me: PersonId) -> Result<Vec<PersonRow>, StoreError> {
        sql::query_as::<ProfileColumns>(concat!(
            "SELECT ",
            profile_columns!(),
            " FROM members m JOIN people p ON p.id = m.other \
             WHERE m.person = $1 AND m.last_seq > 0 ORDER BY p.handle"
        ))
        .bind(me.as_i64())
        .fetch_all(self.sql())
        .await?
        .into_iter()
        .map(ProfileColumns::row)
        .collect()
    }

    /// The picture of an entry of the conversation with `other` that one sees: what kind it is, and its bytes.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn picture_of(
        &mut self,
        me: PersonId,
        other: PersonId,
        seq: u64,
    ) -> Result<Option<(String, Vec<u8>)>, StoreError> {
        sql::query_as(
            "SELECT p.media_type, p.whole FROM pictures p \
             JOIN members m ON m.conversation = p.conversation \
             WHERE m.person = $1 AND m.other = $2 AND p.seq = $3",
        )
        .bind(me.as_i64())
        .bind(other.as_i64())
        .bind(i64::try_from(seq).unwrap_or(i64::MAX))
        .fetch_optional(self.sql())
        .await
    }

    /// One's own picture as JPEG, the larger one.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn avatar_of(&mut self, me: PersonId) -> Result<Option<Vec<u8>>, StoreError> {
        let row: Option<(Vec<u8>,)> = sql::query_as("SELECT large FROM avatars WHERE person = $1")
            .bind(me.as_i64())
            .fetch_optional(self.sql())
            .await?;
        Ok(row.map(|(bytes,)| bytes))
    }
}
