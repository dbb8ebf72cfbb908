//! Exceptions from who may call, and the facts for counting who may.

use crate::people::{Listed, listed_columns};
use crate::sql::{self, columns};
use crate::words::{from_word, natural, to_word};
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::book::{CallException, CallRule};
use birdcall_protocol::{PersonId, Timestamp};

/// What the gate asks about somebody to whom one has written, as far as one may know it oneself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PossibleCaller {
    /// They are in one's address book, as one sees it.
    pub in_address_book: bool,
    /// One follows them.
    pub following: bool,
    /// They have the badge.
    pub verified: bool,
    /// One's exception for them.
    pub rule: Option<CallRule>,
    /// Their calls ring also while one does not want to be disturbed.
    pub breaks_through: bool,
}

columns! {
    struct Row {
        rule: String,
        listed: Listed,
    }
}

impl Reader {
    /// One's exceptions, by handle.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn exceptions(&mut self, owner: PersonId) -> Result<Vec<CallException>, StoreError> {
        let rows: Vec<Row> = sql::query_as(concat!(
            "SELECT x.rule, ",
            listed_columns!(),
            " FROM call_exceptions x JOIN people p ON p.id = x.person \
             WHERE x.owner = $1 AND p.deletes IS NULL AND p.gone = 0 ORDER BY p.handle"
        ))
        .bind(owner.as_i64())
        .fetch_all(self.sql())
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(CallException {
                    person: row.listed.person()?,
                    rule: from_word(row.rule)?,
                })
            })
            .collect()
    }

    /// How many exceptions one has.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn exceptions_size(&mut self, owner: PersonId) -> Result<u64, StoreError> {
        let (count,): (i64,) =
            sql::query_as("SELECT count(*) FROM call_exceptions WHERE owner = $1")
                .bind(owner.as_i64())
                .fetch_one(self.sql())
                .await?;
        Ok(natural(count))
    }

    /// Up to `limit` people to whom one has written (C-1), as one knows it oneself, those of the newest conversations first. Whom one has blocked
    /// is not among them. Who has blocked one is: that is not to be seen (C-6).
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn possible_callers(
        &mut self,
        owner: PersonId,
        limit: u32,
    ) -> Result<Vec<PossibleCaller>, StoreError> {
        let rows: Vec<(i64, i64, i64, Option<String>, i64)> = sql::query_as(
            "SELECT \
                 (SELECT count(*) FROM address_book b WHERE b.owner = $1 AND (b.person = p.id \
                     OR b.email_key = (SELECT e.key FROM emails e WHERE e.person = p.id AND e.findable = 1))), \
                 (SELECT count(*) FROM follows f WHERE f.follower = $1 AND f.followed = p.id), \
                 p.verified, \
                 (SELECT x.rule FROM call_exceptions x WHERE x.owner = $1 AND x.person = p.id), \
                 (SELECT count(*) FROM break_through t WHERE t.owner = $1 AND t.person = p.id) \
             FROM members m JOIN people p ON p.id = m.other \
             WHERE m.person = $1 AND m.typed = 1 AND p.deletes IS NULL AND p.gone = 0 \
                 AND NOT EXISTS (SELECT 1 FROM blocks k WHERE k.blocker = $1 AND k.blocked = p.id) \
             ORDER BY m.last_at DESC, m.other LIMIT $2",
        )
        .bind(owner.as_i64())
        .bind(i64::from(limit))
        .fetch_all(self.sql())
        .await?;
        rows.into_iter()
            .map(|(book, following, verified, rule, through)| {
                Ok(PossibleCaller {
                    in_address_book: book != 0,
                    following: following != 0,
                    verified: verified != 0,
                    rule: rule.map(from_word).transpose()?,
                    breaks_through: through != 0,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Makes or changes an exception.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_exception(
        &mut self,
        owner: PersonId,
        person: PersonId,
        rule: CallRule,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sql::query(
            "INSERT INTO call_exceptions (owner, person, rule, since) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (owner, person) DO UPDATE SET rule = excluded.rule, since = excluded.since",
        )
        .bind(owner.as_i64())
        .bind(person.as_i64())
        .bind(to_word(rule)?)
        .bind(at.0)
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// Takes an exception back; `false` if there was none.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn remove_exception(
        &mut self,
        owner: PersonId,
        person: PersonId,
    ) -> Result<bool, StoreError> {
        let done = sql::query("DELETE FROM call_exceptions WHERE owner = $1 AND person = $2")
            .bind(owner.as_i64())
            .bind(person.as_i64())
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
