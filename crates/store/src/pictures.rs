//! Pictures in messages. Their bytes stand apart from the entries, which are read by the page.

use crate::sql;
use crate::words::natural;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::PersonId;
use birdcall_protocol::body::EntryBody;

/// A picture to keep, in both its sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPicture<'a> {
    /// How wide the whole one is, in pixels.
    pub width: u32,
    /// How high.
    pub height: u32,
    /// What its sender wrote to it.
    pub text: Option<&'a str>,
    /// What it shows, in words.
    pub alt: Option<&'a str>,
    /// What kind of file both are.
    pub media_type: &'a str,
    /// The whole picture.
    pub whole: &'a [u8],
    /// As the conversation shows it.
    pub thumb: &'a [u8],
}

/// Which of its sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureSize {
    /// The whole picture.
    Whole,
    /// As the conversation shows it.
    Thumb,
}

/// A picture's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureFile {
    /// What kind it is.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Reader {
    /// The picture at `seq` of the conversation with `other`, if one may see it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn picture(
        &mut self,
        me: PersonId,
        other: PersonId,
        seq: u64,
        size: PictureSize,
    ) -> Result<Option<PictureFile>, StoreError> {
        let Some((conversation, _)) = self.member(me, other).await? else {
            return Ok(None);
        };
        let place = i64::try_from(seq).unwrap_or(i64::MAX);
        let row = self.row_at(me, conversation, place).await?;
        let Some(entry) = row.map(crate::entries::Row::bare).transpose()? else {
            return Ok(None);
        };
        if !matches!(entry.body, EntryBody::Picture { .. }) {
            return Ok(None);
        }
        let statement = match size {
            PictureSize::Whole => {
                "SELECT media_type, whole FROM pictures WHERE conversation = $1 AND seq = $2"
            }
            PictureSize::Thumb => {
                "SELECT media_type, thumb FROM pictures WHERE conversation = $1 AND seq = $2"
            }
        };
        let row: Option<(String, Vec<u8>)> = sql::query_as(statement)
            .bind(conversation)
            .bind(place)
            .fetch_optional(self.sql())
            .await?;
        Ok(row.map(|(media_type, bytes)| PictureFile { media_type, bytes }))
    }

    /// All pictures that a person has sent and that somebody can still see, in bytes.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn pictures_of(&mut self, author: PersonId) -> Result<u64, StoreError> {
        let (bytes,): (i64,) = sql::query_as(
            "SELECT CAST(COALESCE(sum(size), 0) AS BIGINT) FROM pictures WHERE author = $1",
        )
        .bind(author.as_i64())
        .fetch_one(self.sql())
        .await?;
        Ok(natural(bytes))
    }
}

impl Tx {
    pub(crate) async fn add_picture(
        &mut self,
        conversation: i64,
        seq: i64,
        author: PersonId,
        picture: &NewPicture<'_>,
    ) -> Result<(), StoreError> {
        sql::query(
            "UPDATE entries SET picture_width = $1, picture_height = $2, picture_alt = $3 \
             WHERE conversation = $4 AND seq = $5",
        )
        .bind(i64::from(picture.width))
        .bind(i64::from(picture.height))
        .bind(picture.alt)
        .bind(conversation)
        .bind(seq)
        .execute(self.sql())
        .await?;
        let size = picture.whole.len() + picture.thumb.len();
        sql::query(
            "INSERT INTO pictures (conversation, seq, author, media_type, size, whole, thumb) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(conversation)
        .bind(seq)
        .bind(author.as_i64())
        .bind(picture.media_type)
        .bind(i64::try_from(size).unwrap_or(i64::MAX))
        .bind(picture.whole)
        .bind(picture.thumb)
        .execute(self.sql())
        .await?;
        Ok(())
    }
}
