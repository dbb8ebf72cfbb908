//! Messages that are not what they were: changed by their author, or deleted for both (M-4). When that may be done is
//! `birdcall_call::editing`; what was there before is gone from the database with it.

use crate::feed::News;
use crate::sql;
use crate::{StoreError, Tx};
use birdcall_protocol::body::Entry;
use birdcall_protocol::{PersonId, Timestamp};

/// An entry that its author changes.
#[derive(Debug, Clone, Copy)]
pub struct OwnEntry {
    /// The author.
    pub me: PersonId,
    /// The other person of the conversation.
    pub other: PersonId,
    /// Its place.
    pub seq: u64,
    /// The other side has blocked the author: of what both see, the author alone sees the change (C-6).
    pub hidden: bool,
    /// Now.
    pub at: Timestamp,
}

impl Tx {
    /// Gives a message another text and tells those who see it. `None` if the author does not see such an entry.
    ///
    /// That they have written to each other (C-1) and what is unread stays as it is.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn edit_message(
        &mut self,
        which: &OwnEntry,
        text: &str,
    ) -> Result<Option<Entry>, StoreError> {
        self.change_own(which, Some(text)).await
    }

    /// Deletes an entry for both: its text, sound, picture and reactions are gone, and a mark of it stays. `None` if
    /// the author does not see such an entry.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn delete_for_both(&mut self, which: &OwnEntry) -> Result<Option<Entry>, StoreError> {
        self.change_own(which, None).await
    }

    async fn change_own(
        &mut self,
        which: &OwnEntry,
        text: Option<&str>,
    ) -> Result<Option<Entry>, StoreError> {
        let OwnEntry { me, other, seq, .. } = *which;
        let place = i64::try_from(seq).unwrap_or(i64::MAX);
        let Some((conversation, _)) = self.member(me, other).await? else {
            return Ok(None);
        };
        let row: Option<(Option<i64>,)> = sql::query_as(
            "SELECT only_for FROM entries WHERE conversation = $1 AND seq = $2 AND author = $3",
        )
        .bind(conversation)
        .bind(place)
        .bind(me.as_i64())
        .fetch_optional(self.sql())
        .await?;
        let Some((only_for,)) = row else {
            return Ok(None);
        };
        let apart = which.hidden && only_for.is_none();
        self.forget_private_change(conversation, place).await?;
        if apart {
            sql::query(
                "INSERT INTO private_changes (conversation, seq, text, at) VALUES ($1, $2, $3, $4)",
            )
            .bind(conversation)
            .bind(place)
            .bind(text)
            .bind(which.at.0)
            .execute(self.sql())
            .await?;
        } else if let Some(text) = text {
            sql::query(
                "UPDATE entries SET text = $1, edited = $2 WHERE conversation = $3 AND seq = $4",
            )
            .bind(text)
            .bind(which.at.0)
            .bind(conversation)
            .bind(place)
            .execute(self.sql())
            .await?;
            self.set_folded(conversation, place, Some(text)).await?;
        } else {
            sql::query("UPDATE entries SET deleted = $1 WHERE conversation = $2 AND seq = $3")
                .bind(which.at.0)
                .bind(conversation)
                .bind(place)
                .execute(self.sql())
                .await?;
            self.empty(conversation, place).await?;
        }
        self.changed(me, other, seq, !apart && only_for.is_none())
            .await?;
        self.entry_at(me, conversation, place).await
    }

    /// Tells those who see an entry that it is not what it was.
    pub(crate) async fn changed(
        &mut self,
        me: PersonId,
        other: PersonId,
        seq: u64,
        both: bool,
    ) -> Result<(), StoreError> {
        if both {
            self.tell(other, News::EntryChanged { other: me, seq })
                .await?;
        }
        self.tell(me, News::EntryChanged { other, seq }).await
    }

    /// Takes all that an entry said out of the database. Its place stays, so that a client that repeats it does not
    /// bring it back.
    pub(crate) async fn empty(&mut self, conversation: i64, seq: i64) -> Result<(), StoreError> {
        self.forget_private_change(conversation, seq).await?;
        for statement in [
            "DELETE FROM voices WHERE conversation = $1 AND seq = $2",
            "DELETE FROM pictures WHERE conversation = $1 AND seq = $2",
            "DELETE FROM reactions WHERE conversation = $1 AND seq = $2",
            "UPDATE entries SET text = NULL, voice = NULL, picture_width = NULL, \
             picture_height = NULL, picture_alt = NULL, reply_to = NULL, edited = NULL \
             WHERE conversation = $1 AND seq = $2",
        ] {
            sql::query(statement)
                .bind(conversation)
                .bind(seq)
                .execute(self.sql())
                .await?;
        }
        self.set_folded(conversation, seq, None).await
    }

    async fn forget_private_change(
        &mut self,
        conversation: i64,
        seq: i64,
    ) -> Result<(), StoreError> {
        sql::query("DELETE FROM private_changes WHERE conversation = $1 AND seq = $2")
            .bind(conversation)
            .bind(seq)
            .execute(self.sql())
            .await?;
        Ok(())
    }
}
