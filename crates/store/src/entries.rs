//! How an entry is read: what of it one may see, what it answers, and what people feel about it.

use crate::sql::{self, columns};
use crate::words::{from_word, handle, natural, small};
use crate::{Reader, StoreError};
use birdcall_protocol::body::{Entry, EntryBody, Quote, Reaction};
use birdcall_protocol::limits::MAX_QUOTE;
use birdcall_protocol::{CallId, PersonId, Timestamp};
use std::collections::HashMap;

/// The statement that reads entries `e` as `$1` may see them: nothing that is only for the other, nothing `$1` has
/// deleted, and what `$1` has changed while the other side had blocked them. Conditions and order follow.
macro_rules! entries_seen {
    ($rest:literal) => {
        concat!(
            "SELECT e.seq, e.at, p.handle AS author, e.voice, e.call, e.call_kind, e.outcome, \
             e.seconds, e.picture_width, e.picture_height, e.picture_alt, e.reply_to, \
             CASE WHEN EXISTS (SELECT 1 FROM reactions r WHERE r.conversation = e.conversation \
             AND r.seq = e.seq) THEN 1 ELSE 0 END AS felt, \
             CASE WHEN c.at IS NULL THEN e.text ELSE c.text END AS text, \
             CASE WHEN c.at IS NULL THEN e.edited ELSE c.at END AS edited, \
             CASE WHEN c.at IS NOT NULL AND c.text IS NULL THEN c.at ELSE e.deleted END AS deleted \
             FROM entries e JOIN people p ON p.id = e.author \
             LEFT JOIN private_changes c ON c.conversation = e.conversation AND c.seq = e.seq \
             AND e.author = $1 WHERE (e.only_for IS NULL OR e.only_for = $1) \
             AND NOT EXISTS (SELECT 1 FROM deleted_entries d WHERE d.person = $1 \
             AND d.conversation = e.conversation AND d.seq = e.seq) ",
            $rest
        )
    };
}
pub(crate) use entries_seen;

columns! {
    /// What [`entries_seen`] reads.
    pub(crate) struct Row {
        seq: i64,
        at: i64,
        author: String,
        text: Option<String>,
        voice: Option<i64>,
        call: Option<i64>,
        call_kind: Option<String>,
        outcome: Option<String>,
        seconds: Option<i64>,
        picture_width: Option<i64>,
        picture_height: Option<i64>,
        picture_alt: Option<String>,
        edited: Option<i64>,
        deleted: Option<i64>,
        reply_to: Option<i64>,
        /// Somebody has, or had, a feeling about it.
        felt: i64,
    }
}

impl Row {
    /// The entry without what it answers and without reactions, as a list of conversations shows it.
    pub(crate) fn bare(self) -> Result<Entry, StoreError> {
        let deleted = self.deleted.is_some();
        Ok(Entry {
            seq: natural(self.seq),
            at: Timestamp(self.at),
            from: handle(&self.author)?,
            edited: self.edited.filter(|_| !deleted).map(Timestamp),
            body: self.body()?,
            reply_to: None,
            reactions: Vec::new(),
        })
    }

    fn body(self) -> Result<EntryBody, StoreError> {
        if self.deleted.is_some() {
            return Ok(EntryBody::Deleted {});
        }
        Ok(
            match (self.text, self.voice, self.picture_width, self.call) {
                (Some(text), None, None, None) => EntryBody::Message { text },
                (None, Some(seconds), None, None) => EntryBody::Voice {
                    seconds: small(seconds),
                },
                (text, None, Some(width), None) => EntryBody::Picture {
                    width: small(width),
                    height: small(self.picture_height.unwrap_or(0)),
                    text,
                    alt: self.picture_alt,
                },
                (None, None, None, Some(call)) => EntryBody::Call {
                    call: CallId::from_i64(call),
                    kind: from_word(self.call_kind.unwrap_or_default())?,
                    outcome: from_word(self.outcome.unwrap_or_default())?,
                    seconds: small(self.seconds.unwrap_or(0)),
                },
                _ => {
                    return Err(StoreError::Broken(
                        "an entry that is neither message nor picture nor voice nor call".into(),
                    ));
                }
            },
        )
    }
}

impl Reader {
    /// The entry at `seq` of the conversation with `other`, if one may see it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn entry(
        &mut self,
        me: PersonId,
        other: PersonId,
        seq: u64,
    ) -> Result<Option<Entry>, StoreError> {
        let Some((conversation, _)) = self.member(me, other).await? else {
            return Ok(None);
        };
        self.entry_at(me, conversation, i64::try_from(seq).unwrap_or(i64::MAX))
            .await
    }

    pub(crate) async fn entry_at(
        &mut self,
        me: PersonId,
        conversation: i64,
        seq: i64,
    ) -> Result<Option<Entry>, StoreError> {
        let Some(row) = self.row_at(me, conversation, seq).await? else {
            return Ok(None);
        };
        Ok(self.whole(me, conversation, vec![row]).await?.pop())
    }

    pub(crate) async fn row_at(
        &mut self,
        me: PersonId,
        conversation: i64,
        seq: i64,
    ) -> Result<Option<Row>, StoreError> {
        sql::query_as(entries_seen!("AND e.conversation = $2 AND e.seq = $3"))
            .bind(me.as_i64())
            .bind(conversation)
            .bind(seq)
            .fetch_optional(self.sql())
            .await
    }

    /// Rows of a conversation as whole entries: with what they answer and what people feel about them, read in two
    /// statements for all of them together, where there is any.
    pub(crate) async fn whole(
        &mut self,
        me: PersonId,
        conversation: i64,
        rows: Vec<Row>,
    ) -> Result<Vec<Entry>, StoreError> {
        let (Some(first), Some(last)) = (
            rows.iter().map(|row| row.seq).min(),
            rows.iter().map(|row| row.seq).max(),
        ) else {
            return Ok(Vec::new());
        };
        let mut reactions = if rows.iter().any(|row| row.felt != 0) {
            self.reactions(me, conversation, first, last).await?
        } else {
            HashMap::new()
        };
        let quotes = if rows.iter().any(|row| row.reply_to.is_some()) {
            self.quotes(me, conversation, first, last).await?
        } else {
            HashMap::new()
        };
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            let (seq, answers) = (row.seq, row.reply_to);
            let mut entry = row.bare()?;
            if entry.body != (EntryBody::Deleted {}) {
                entry.reactions = reactions.remove(&seq).unwrap_or_default();
                entry.reply_to = answers.map(|place| {
                    quotes.get(&place).cloned().unwrap_or(Quote {
                        seq: natural(place),
                        from: None,
                        body: EntryBody::Deleted {},
                    })
                });
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    /// What the entries from `first` to `last` answer, by place.
    async fn quotes(
        &mut self,
        me: PersonId,
        conversation: i64,
        first: i64,
        last: i64,
    ) -> Result<HashMap<i64, Quote>, StoreError> {
        let rows: Vec<Row> = sql::query_as(entries_seen!(
            "AND e.conversation = $2 AND e.seq IN (SELECT a.reply_to FROM entries a \
             WHERE a.conversation = $2 AND a.seq BETWEEN $3 AND $4 AND a.reply_to IS NOT NULL)"
        ))
        .bind(me.as_i64())
        .bind(conversation)
        .bind(first)
        .bind(last)
        .fetch_all(self.sql())
        .await?;
        rows.into_iter()
            .map(|row| {
                let place = row.seq;
                let entry = row.bare()?;
                let quote = Quote {
                    seq: entry.seq,
                    from: Some(entry.from),
                    body: in_short(entry.body),
                };
                Ok((place, quote))
            })
            .collect()
    }

    /// What people feel about the entries from `first` to `last`, by place.
    async fn reactions(
        &mut self,
        me: PersonId,
        conversation: i64,
        first: i64,
        last: i64,
    ) -> Result<HashMap<i64, Vec<Reaction>>, StoreError> {
        let rows: Vec<(i64, String, String)> = sql::query_as(
            "SELECT r.seq, r.emoji, p.handle FROM reactions r JOIN people p ON p.id = r.person \
             WHERE r.conversation = $1 AND r.seq BETWEEN $2 AND $3 AND r.emoji IS NOT NULL \
             AND ((r.apart = 1 AND r.person = $4) OR (r.apart = 0 AND (r.person <> $4 \
             OR NOT EXISTS (SELECT 1 FROM reactions o WHERE o.conversation = r.conversation \
             AND o.seq = r.seq AND o.person = r.person AND o.apart = 1)))) \
             ORDER BY r.seq, r.at, r.person",
        )
        .bind(conversation)
        .bind(first)
        .bind(last)
        .bind(me.as_i64())
        .fetch_all(self.sql())
        .await?;
        let mut found: HashMap<i64, Vec<Reaction>> = HashMap::new();
        for (seq, emoji, who) in rows {
            let list = found.entry(seq).or_default();
            let by = handle(&who)?;
            match list.iter_mut().find(|one| one.emoji == emoji) {
                Some(one) => one.by.push(by),
                None => list.push(Reaction {
                    emoji,
                    by: vec![by],
                }),
            }
        }
        Ok(found)
    }
}

fn in_short(body: EntryBody) -> EntryBody {
    match body {
        EntryBody::Message { text } => EntryBody::Message {
            text: beginning(text),
        },
        EntryBody::Picture {
            width,
            height,
            text,
            alt,
        } => EntryBody::Picture {
            width,
            height,
            text: text.map(beginning),
            alt: alt.map(beginning),
        },
        other @ (EntryBody::Voice { .. } | EntryBody::Call { .. } | EntryBody::Deleted {}) => other,
    }
}

fn beginning(text: String) -> String {
    match text.char_indices().nth(MAX_QUOTE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
