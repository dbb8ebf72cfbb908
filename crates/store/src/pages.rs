//! Pages of a conversation in both directions, so that it can be opened anywhere in it.

use crate::sql;
use crate::words::natural;
use crate::{Reader, StoreError};
use birdcall_protocol::PersonId;
use birdcall_protocol::body::Entry;

/// Where a page of a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At the end.
    Newest,
    /// Right before an entry.
    Before(u64),
    /// Right after an entry.
    After(u64),
    /// With this entry in its middle, or where it would be.
    Around(u64),
}

/// A page of a conversation, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its entries.
    pub entries: Vec<Entry>,
    /// Whether there are older ones.
    pub older: bool,
    /// Whether there are newer ones.
    pub newer: bool,
}

impl Reader {
    /// Up to `limit` entries of the conversation with `other`. However long it is, no more rows than that are read.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn page(
        &mut self,
        me: PersonId,
        other: PersonId,
        place: Place,
        limit: u32,
    ) -> Result<Page, StoreError> {
        let before = match place {
            Place::Newest => None,
            Place::Before(seq) => Some(seq),
            Place::After(seq) => self.place_after(me, other, seq, limit).await?,
            Place::Around(seq) => {
                self.place_after(me, other, seq.saturating_sub(1), limit.div_ceil(2))
                    .await?
            }
        };
        let (mut entries, mut older) = self.entries(me, other, before, limit).await?;
        if let Place::After(seq) = place {
            let first = entries.partition_point(|entry| entry.seq <= seq);
            older |= first > 0;
            entries.drain(..first);
        }
        let newer = match before {
            None => false,
            Some(before) => self
                .place_after(me, other, before.saturating_sub(1), 1)
                .await?
                .is_some(),
        };
        Ok(Page {
            entries,
            older,
            newer,
        })
    }

    /// The place behind the `count` visible entries that follow `seq`, or behind the last there is; nothing where none
    /// follow.
    async fn place_after(
        &mut self,
        me: PersonId,
        other: PersonId,
        seq: u64,
        count: u32,
    ) -> Result<Option<u64>, StoreError> {
        let Some((conversation, _)) = self.member(me, other).await? else {
            return Ok(None);
        };
        let row: Option<(i64,)> = sql::query_as(
            "SELECT few.seq FROM (SELECT e.seq AS seq FROM entries e WHERE e.conversation = $1 \
             AND e.seq > $2 AND (e.only_for IS NULL OR e.only_for = $3) \
             AND NOT EXISTS (SELECT 1 FROM deleted_entries d WHERE d.person = $3 \
             AND d.conversation = e.conversation AND d.seq = e.seq) ORDER BY e.seq LIMIT $4) AS few \
             ORDER BY few.seq DESC LIMIT 1",
        )
        .bind(conversation)
        .bind(i64::try_from(seq).unwrap_or(i64::MAX))
        .bind(me.as_i64())
        .bind(i64::from(count))
        .fetch_optional(self.sql())
        .await?;
        Ok(row.map(|(last,)| natural(last) + 1))
    }
}
