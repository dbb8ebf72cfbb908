//! Pictures of people (M-2), in the two sizes that are shown. They stand apart from the people, whom lists read.

use crate::sql;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::PersonId;

/// Which of the two sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AvatarSize {
    /// For lists.
    Small,
    /// For profiles and calls.
    Large,
}

/// A picture to keep.
pub struct NewAvatar<'a> {
    /// What it is asked for by; unguessable, and never used before.
    pub token: &'a str,
    /// JPEG for lists.
    pub small: &'a [u8],
    /// JPEG for profiles and calls.
    pub large: &'a [u8],
}

impl Reader {
    /// The picture with that token, if it is somebody's picture now.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn avatar(
        &mut self,
        token: &str,
        size: AvatarSize,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = match size {
            AvatarSize::Small => "SELECT small FROM avatars WHERE token = $1",
            AvatarSize::Large => "SELECT large FROM avatars WHERE token = $1",
        };
        let row: Option<(Vec<u8>,)> = sql::query_as(sql)
            .bind(token)
            .fetch_optional(self.sql())
            .await?;
        Ok(row.map(|(bytes,)| bytes))
    }
}

impl Tx {
    /// Replaces a person's picture.
    ///
    /// # Errors
    /// `Unavailable`; `Conflict` if the token was used.
    pub async fn set_avatar(
        &mut self,
        person: PersonId,
        new: &NewAvatar<'_>,
    ) -> Result<(), StoreError> {
        let other: Option<(i64,)> =
            sql::query_as("SELECT person FROM avatars WHERE token = $1 AND person <> $2")
                .bind(new.token)
                .bind(person.as_i64())
                .fetch_optional(self.sql())
                .await?;
        if other.is_some() {
            return Err(StoreError::Conflict);
        }
        sql::query(
            "INSERT INTO avatars (person, token, small, large) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (person) DO UPDATE SET token = excluded.token, small = excluded.small, \
             large = excluded.large",
        )
        .bind(person.as_i64())
        .bind(new.token)
        .bind(new.small)
        .bind(new.large)
        .execute(self.sql())
        .await?;
        self.name_avatar(person, Some(new.token)).await
    }

    /// Takes a person's picture away; nothing of it stays.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn drop_avatar(&mut self, person: PersonId) -> Result<(), StoreError> {
        sql::query("DELETE FROM avatars WHERE person = $1")
            .bind(person.as_i64())
            .execute(self.sql())
            .await?;
        self.name_avatar(person, None).await
    }

    async fn name_avatar(
        &mut self,
        person: PersonId,
        token: Option<&str>,
    ) -> Result<(), StoreError> {
        sql::query("UPDATE people SET avatar = $1 WHERE id = $2")
            .bind(token)
            .bind(person.as_i64())
            .execute(self.sql())
            .await?;
        Ok(())
    }
}
