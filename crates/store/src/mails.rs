//! Codes that were mailed, and the outbox of mails.
//!
//! A mail is written in the transaction of the thing it is about, and points at it; what it says is put together at the
//! moment of sending. The worker claims a row before it sends, so that each is sent by one.

use crate::emails::email;
use crate::sql::{self, columns};
use crate::words::{from_word, small, to_word};
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::{Email, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a mailed code is good for. A person has one of each at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Shows that an address is theirs.
    Email,
    /// Sets a new password.
    Password,
}

/// A code that was mailed. What it is follows from the seed, under a key that is not in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// Where it was sent to.
    pub address: Email,
    /// What it is made from.
    pub seed: String,
    /// Until when it is good.
    pub until: Timestamp,
    /// Wrong codes that were given for it.
    pub tries: u32,
}

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// The code that shows that the address is theirs.
    EmailCode,
    /// The code that sets a new password.
    PasswordCode,
    /// Somebody else wanted this address.
    EmailTaken,
    /// The address is no longer theirs.
    EmailRemoved,
    /// The password is another one.
    PasswordChanged,
    /// The account will be deleted.
    Deletion,
}

/// A mail to add.
pub struct NewMail<'a> {
    /// Its id: 63 random bits.
    pub id: u64,
    /// Whom it is about.
    pub person: PersonId,
    /// Where it goes.
    pub address: &'a Email,
    /// What it is about.
    pub kind: MailKind,
    /// A code's seed.
    pub seed: Option<&'a str>,
    /// Now.
    pub at: Timestamp,
    /// When it is of no use any more.
    pub until: Timestamp,
}

/// A mail in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    /// Its id.
    pub id: u64,
    /// Whom it is about.
    pub person: PersonId,
    /// Where it goes.
    pub address: Email,
    /// What it is about.
    pub kind: MailKind,
    /// A code's seed.
    pub seed: Option<String>,
    /// When to send it, or to try again.
    pub due: Timestamp,
    /// When it is of no use any more.
    pub until: Timestamp,
    /// How often it was tried.
    pub tries: u32,
}

columns! {
    struct Row {
        id: i64,
        person: i64,
        address: String,
        kind: String,
        seed: Option<String>,
        due: i64,
        until: i64,
        tries: i64,
    }
}

impl Row {
    fn mail(self) -> Result<MailRow, StoreError> {
        Ok(MailRow {
            id: crate::words::natural(self.id),
            person: PersonId::from_i64(self.person),
            address: email(&self.address)?,
            kind: from_word(self.kind)?,
            seed: self.seed,
            due: Timestamp(self.due),
            until: Timestamp(self.until),
            tries: small(self.tries),
        })
    }
}

impl MailRow {
    fn column(&self) -> i64 {
        i64::try_from(self.id).unwrap_or(i64::MAX)
    }
}

impl Reader {
    /// The code of that purpose that was mailed to a person last, also when its time is over.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn mailed_code(
        &mut self,
        person: PersonId,
        purpose: Purpose,
    ) -> Result<Option<CodeRow>, StoreError> {
        let row: Option<(String, String, i64, i64)> = sql::query_as(
            "SELECT address, seed, until, tries FROM mailed_codes \
             WHERE person = $1 AND purpose = $2",
        )
        .bind(person.as_i64())
        .bind(to_word(purpose)?)
        .fetch_optional(self.sql())
        .await?;
        row.map(|(address, seed, until, tries)| {
            Ok(CodeRow {
                address: email(&address)?,
                seed,
                until: Timestamp(until),
                tries: small(tries),
            })
        })
        .transpose()
    }

    /// Up to `limit` mails that are due, the longest due first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn due_mails(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<MailRow>, StoreError> {
        sql::query_as::<Row>(
            "SELECT id, person, address, kind, seed, due, until, tries FROM mails \
             WHERE due <= $1 ORDER BY due, id LIMIT $2",
        )
        .bind(now.0)
        .bind(i64::from(limit))
        .fetch_all(self.sql())
        .await?
        .into_iter()
        .map(Row::mail)
        .collect()
    }

    /// When the first mail after `now` is due.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn next_mail(&mut self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let (due,): (Option<i64>,) = sql::query_as("SELECT min(due) FROM mails WHERE due > $1")
            .bind(now.0)
            .fetch_one(self.sql())
            .await?;
        Ok(due.map(Timestamp))
    }
}

impl Tx {
    /// Remembers a code that is mailed, in place of the one before it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn put_code(
        &mut self,
        person: PersonId,
        purpose: Purpose,
        address: &Email,
        seed: &str,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        sql::query(
            "INSERT INTO mailed_codes (person, purpose, address, seed, until, tries) \
             VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (person, purpose) DO UPDATE SET \
             address = excluded.address, seed = excluded.seed, until = excluded.until, tries = 0",
        )
        .bind(person.as_i64())
        .bind(to_word(purpose)?)
        .bind(address.as_str())
        .bind(seed)
        .bind(until.0)
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// Counts a wrong code. Without a person it writes as much, so that the time does not tell whether there is one.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn count_wrong_code(
        &mut self,
        person: Option<PersonId>,
        purpose: Purpose,
    ) -> Result<(), StoreError> {
        // A row that is written as it was goes to the disk all the same.
        sql::query("UPDATE server_keys SET value = value")
            .execute(self.sql())
            .await?;
        sql::query("UPDATE mailed_codes SET tries = tries + 1 WHERE person = $1 AND purpose = $2")
            .bind(person.map(PersonId::as_i64))
            .bind(to_word(purpose)?)
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// The code of that purpose is good for nothing any more.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn forget_code(
        &mut self,
        person: PersonId,
        purpose: Purpose,
    ) -> Result<(), StoreError> {
        sql::query("DELETE FROM mailed_codes WHERE person = $1 AND purpose = $2")
            .bind(person.as_i64())
            .bind(to_word(purpose)?)
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// Puts a mail into the outbox.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn add_mail(&mut self, new: &NewMail<'_>) -> Result<(), StoreError> {
        sql::query(
            "INSERT INTO mails (id, person, address, kind, seed, due, until, tries) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
        )
        .bind(i64::try_from(new.id).unwrap_or(i64::MAX))
        .bind(new.person.as_i64())
        .bind(new.address.as_str())
        .bind(to_word(new.kind)?)
        .bind(new.seed)
        .bind(new.at.0)
        .bind(new.until.0)
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// Claims a mail until a moment; `false` if another one was faster, or it is gone.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn claim_mail(
        &mut self,
        row: &MailRow,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sql::query(
            "UPDATE mails SET due = $1, tries = tries + 1 WHERE id = $2 AND due = $3 AND tries = $4",
        )
        .bind(until.0)
        .bind(row.column())
        .bind(row.due.0)
        .bind(i64::from(row.tries))
        .execute(self.sql())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Tries a claimed mail again later.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn put_mail_off(&mut self, row: &MailRow, due: Timestamp) -> Result<(), StoreError> {
        sql::query("UPDATE mails SET due = $1 WHERE id = $2")
            .bind(due.0)
            .bind(row.column())
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// A mail is sent, or of no use any more.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn finish_mail(&mut self, row: &MailRow) -> Result<(), StoreError> {
        sql::query("DELETE FROM mails WHERE id = $1")
            .bind(row.column())
            .execute(self.sql())
            .await?;
        Ok(())
    }
}
