//! What stands between two people when one calls or writes to the other: everything a rule asks about, in one statement.
//! A statement is an errand to the thread that has the connection, and costs more than the database's own work.

use crate::people::{CallingColumns, calling_columns};
use crate::quiet::{QuietColumns, quiet_columns};
use crate::requests::{Side, Talk};
use crate::sql::{self, columns};
use crate::ties::{Ties, TiesColumns, ties_columns};
use crate::words::{from_word, handle, natural};
use crate::{Reader, StoreError};
use birdcall_protocol::body::Calling;
use birdcall_protocol::quiet::Quiet;
use birdcall_protocol::{Handle, PersonId};

/// What the gate and the path ask about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calls {
    /// The callee's ties to the caller.
    pub ties: Ties,
    /// The callee's settings.
    pub callee: Calling,
    /// The callee's "Do not disturb".
    pub quiet: Quiet,
    /// The callee has typed a message to the caller, who could see it (C-1).
    pub wrote: bool,
    /// The caller is verified.
    pub caller_verified: bool,
    /// The caller's Enhanced call privacy is on.
    pub caller_private: bool,
}

/// What is asked when somebody writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writes {
    /// The author's handle.
    pub author: Handle,
    /// To whom.
    pub reader: PersonId,
    /// The reader's ties to the author.
    pub ties: Ties,
    /// Both sides of their conversation, the author's first, if there is one.
    pub talk: Option<Talk>,
    /// A push wakes some device of the reader.
    pub wakes: bool,
    /// The author has used the key before.
    pub(crate) known: bool,
    pub(crate) conversation: Option<i64>,
}

columns! {
    struct CallsRow {
        ties: TiesColumns,
        callee: CallingColumns,
        quiet: QuietColumns,
        wrote: i64,
        caller_verified: i64,
        caller_private: i64,
    }
}

columns! {
    struct WritesRow {
        author: String,
        reader: i64,
        ties: TiesColumns,
        conversation: Option<i64>,
        author_state: Option<String>,
        author_wrote: Option<i64>,
        author_read: Option<i64>,
        author_last: Option<i64>,
        author_receipts: i64,
        reader_state: Option<String>,
        reader_wrote: Option<i64>,
        reader_read: Option<i64>,
        reader_last: Option<i64>,
        reader_receipts: i64,
        wakes: i64,
        known: i64,
    }
}

/// The statement that reads a [`WritesRow`], for an author `$1` and a key `$3`; who reads is said by the condition.
macro_rules! writes {
    ($reader:literal) => {
        concat!(
            "SELECT a.handle AS author, p.id AS reader, ",
            ties_columns!("p.id", "a.id"),
            ", m.conversation, m.state AS author_state, m.wrote AS author_wrote, \
             m.read_seq AS author_read, m.last_seq AS author_last, \
             a.receipts AS author_receipts, o.state AS reader_state, o.wrote AS reader_wrote, \
             o.read_seq AS reader_read, o.last_seq AS reader_last, \
             p.receipts AS reader_receipts, \
             CASE WHEN EXISTS (SELECT 1 FROM push_subscriptions s JOIN devices d \
             ON d.id = s.device WHERE d.person = p.id) THEN 1 ELSE 0 END AS wakes, \
             CASE WHEN EXISTS (SELECT 1 FROM entries k WHERE k.author = a.id \
             AND k.client_key = $3) THEN 1 ELSE 0 END AS known \
             FROM people a JOIN people p ON ",
            $reader,
            " LEFT JOIN members m ON m.person = a.id AND m.other = p.id \
             LEFT JOIN members o ON o.person = p.id AND o.other = a.id WHERE a.id = $1"
        )
    };
}

impl WritesRow {
    fn writes(self) -> Result<Writes, StoreError> {
        let side =
            |state: Option<String>, wrote: Option<i64>, read: Option<i64>, last, receipts| {
                let Some(state) = state else {
                    return Ok::<_, StoreError>(None);
                };
                Ok(Some(Side {
                    standing: from_word(state)?,
                    wrote: wrote.unwrap_or(0) != 0,
                    read: natural(read.unwrap_or(0)),
                    last: natural(Option::unwrap_or(last, 0)),
                    receipts: receipts != 0,
                }))
            };
        let one = side(
            self.author_state,
            self.author_wrote,
            self.author_read,
            self.author_last,
            self.author_receipts,
        )?;
        let other = side(
            self.reader_state,
            self.reader_wrote,
            self.reader_read,
            self.reader_last,
            self.reader_receipts,
        )?;
        Ok(Writes {
            author: handle(&self.author)?,
            reader: PersonId::from_i64(self.reader),
            ties: self.ties.ties()?,
            talk: one.zip(other).map(|(one, other)| Talk { one, other }),
            wakes: self.wakes != 0,
            known: self.known != 0,
            conversation: self.conversation,
        })
    }
}

impl Reader {
    /// What stands between a caller and a callee.
    ///
    /// # Errors
    /// `Unavailable`; `Broken` if either is not there.
    pub async fn calls_between(
        &mut self,
        caller: PersonId,
        callee: PersonId,
    ) -> Result<Calls, StoreError> {
        let row: Option<CallsRow> = sql::query_as(concat!(
            "SELECT ",
            ties_columns!("p.id", "a.id"),
            ", ",
            calling_columns!(),
            ", ",
            quiet_columns!(),
            ", COALESCE((SELECT m.wrote FROM members m WHERE m.person = p.id \
             AND m.other = a.id), 0) AS wrote, \
             a.verified AS caller_verified, a.enhanced_privacy AS caller_private \
             FROM people a JOIN people p ON p.id = $2 WHERE a.id = $1"
        ))
        .bind(caller.as_i64())
        .bind(callee.as_i64())
        .fetch_optional(self.sql())
        .await?;
        let row = row.ok_or_else(|| StoreError::Broken("a person is gone".into()))?;
        Ok(Calls {
            ties: row.ties.ties()?,
            callee: row.callee.row().calling,
            quiet: row.quiet.quiet()?,
            wrote: row.wrote != 0,
            caller_verified: row.caller_verified != 0,
            caller_private: row.caller_private != 0,
        })
    }

    /// What stands between `author` and whom the handle names, if they are there: neither gone nor about to be.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn writes_to(
        &mut self,
        author: PersonId,
        reader: &Handle,
        key: &str,
    ) -> Result<Option<Writes>, StoreError> {
        sql::query_as::<WritesRow>(writes!("p.handle = $2 AND p.deletes IS NULL"))
            .bind(author.as_i64())
            .bind(reader.as_str())
            .bind(key)
            .fetch_optional(self.sql())
            .await?
            .map(WritesRow::writes)
            .transpose()
    }

    pub(crate) async fn writes_between(
        &mut self,
        author: PersonId,
        reader: PersonId,
        key: &str,
    ) -> Result<Writes, StoreError> {
        sql::query_as::<WritesRow>(writes!("p.id = $2"))
            .bind(author.as_i64())
            .bind(reader.as_i64())
            .bind(key)
            .fetch_optional(self.sql())
            .await?
            .ok_or_else(|| StoreError::Broken("a person is gone".into()))?
            .writes()
    }
}
