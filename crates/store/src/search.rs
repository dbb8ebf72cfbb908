//! Search in all of one's conversations (M-4), over the folded text of `fold`.
//!
//! It looks at one's own messages only, newest first, so its time grows with how many one has: about 0.1 s for 100,000.

use crate::fold::{RULES, Words, fold};
use crate::people::{Listed, listed_columns};
use crate::sql::{self, columns};
use crate::words::{from_word, handle, natural};
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::body::Person;
use birdcall_protocol::talk::Standing;
use birdcall_protocol::{Handle, PersonId, Timestamp};

/// The name of the note that all messages are folded, and by which rules.
const NOTE: &str = "folded";

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The other person of the conversation.
    pub with: Person,
    /// The conversation is a message request.
    pub request: bool,
    /// Who wrote it.
    pub from: Handle,
    /// Its place.
    pub seq: u64,
    /// When it was taken.
    pub at: Timestamp,
    /// What it says.
    pub text: String,
}

/// A place in what a search finds: what comes after it is older.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The moment of the last message found.
    pub at: Timestamp,
    /// The other person of its conversation.
    pub with: Handle,
    /// Its place there.
    pub seq: u64,
}

columns! {
    struct Row {
        seq: i64,
        at: i64,
        author: String,
        text: String,
        state: String,
        with: Listed,
    }
}

impl Reader {
    /// Messages that `me` sees and that hold all the words, the newest first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn search_messages(
        &mut self,
        me: PersonId,
        words: &Words,
        since: Option<&Since>,
        limit: u32,
    ) -> Result<Vec<Found>, StoreError> {
        let mut query = sql::query_as::<Row>(concat!(
            "SELECT e.seq, e.at, a.handle AS author, e.text, m.state, ",
            listed_columns!(),
            " FROM members m JOIN entries e ON e.conversation = m.conversation \
             JOIN people p ON p.id = m.other JOIN people a ON a.id = e.author \
             WHERE m.person = $1 AND e.folded LIKE $2 AND e.folded LIKE $3 AND e.folded LIKE $4 \
             AND e.folded LIKE $5 AND e.folded LIKE $6 AND e.folded LIKE $7 AND e.folded LIKE $8 \
             AND e.folded LIKE $9 AND e.text IS NOT NULL \
             AND (e.at < $10 OR (e.at = $10 AND (p.handle < $11 OR (p.handle = $11 AND e.seq < $12)))) \
             AND (e.only_for IS NULL OR e.only_for = $1) \
             AND NOT EXISTS (SELECT 1 FROM deleted_entries d WHERE d.person = $1 \
             AND d.conversation = e.conversation AND d.seq = e.seq) \
             AND NOT EXISTS (SELECT 1 FROM private_changes c WHERE c.conversation = e.conversation \
             AND c.seq = e.seq AND e.author = $1) \
             AND (m.state = 'accepted' OR NOT EXISTS \
             (SELECT 1 FROM blocks b WHERE b.blocker = m.person AND b.blocked = m.other)) \
             ORDER BY e.at DESC, p.handle DESC, e.seq DESC LIMIT $13",
        ))
        .long()
        .bind(me.as_i64());
        for pattern in words.patterns() {
            query = query.bind(pattern);
        }
        let rows = query
            .bind(since.map_or(i64::MAX, |since| since.at.0))
            .bind(since.map_or("", |since| since.with.as_str()).to_owned())
            .bind(since.map_or(0, |since| i64::try_from(since.seq).unwrap_or(i64::MAX)))
            .bind(i64::from(limit))
            .fetch_all(self.sql())
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Found {
                    request: from_word::<Standing>(row.state)? == Standing::Request,
                    with: row.with.person()?,
                    from: handle(&row.author)?,
                    seq: natural(row.seq),
                    at: Timestamp(row.at),
                    text: row.text,
                })
            })
            .collect()
    }

    /// Whether every message can be found: those written by an older version are folded at start.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn all_folded(&mut self) -> Result<bool, StoreError> {
        Ok(self
            .server_key(NOTE)
            .await?
            .is_some_and(|rules| rules == RULES))
    }
}

impl Tx {
    /// Folds up to `limit` messages behind a place (conversation and `seq`; zeros are the start). Answers with the
    /// place to go on from; nothing when all are done, which is then noted.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn fold_some(
        &mut self,
        after: (i64, i64),
        limit: u32,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        let rows: Vec<(i64, i64, Option<String>)> = sql::query_as(
            "SELECT conversation, seq, text FROM entries WHERE (conversation, seq) > ($1, $2) \
             ORDER BY conversation, seq LIMIT $3",
        )
        .bind(after.0)
        .bind(after.1)
        .bind(i64::from(limit))
        .fetch_all(self.sql())
        .await?;
        let last = rows
            .last()
            .map(|(conversation, seq, _)| (*conversation, *seq));
        for (conversation, seq, text) in rows {
            let Some(text) = text else { continue };
            self.set_folded(conversation, seq, Some(&text)).await?;
        }
        if last.is_none() {
            sql::query(
                "INSERT INTO server_keys (name, value) VALUES ($1, $2) \
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )
            .bind(NOTE)
            .bind(RULES)
            .execute(self.sql())
            .await?;
        }
        Ok(last)
    }

    /// What a search looks through at a place that says something else now; nothing where it says nothing any more.
    pub(crate) async fn set_folded(
        &mut self,
        conversation: i64,
        seq: i64,
        text: Option<&str>,
    ) -> Result<(), StoreError> {
        sql::query("UPDATE entries SET folded = $1 WHERE conversation = $2 AND seq = $3")
            .bind(text.map(fold))
            .bind(conversation)
            .bind(seq)
            .execute(self.sql())
            .await?;
        Ok(())
    }
}
