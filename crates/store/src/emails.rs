//! Verified e-mail addresses, at most one a person.

use crate::sql;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::{Email, PersonId, Timestamp};

/// A person's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailRow {
    /// Where mail goes.
    pub address: Email,
    /// When its person showed that it is theirs.
    pub verified: Timestamp,
    /// Whoever has it in their address book finds its person by it (M-3).
    pub findable: bool,
}

impl Reader {
    /// The address of a person.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn email(&mut self, person: PersonId) -> Result<Option<EmailRow>, StoreError> {
        let row: Option<(String, i64, i64)> =
            sql::query_as("SELECT address, verified, findable FROM emails WHERE person = $1")
                .bind(person.as_i64())
                .fetch_optional(self.sql())
                .await?;
        row.map(|(address, verified, findable)| {
            Ok(EmailRow {
                address: email(&address)?,
                verified: Timestamp(verified),
                findable: findable != 0,
            })
        })
        .transpose()
    }

    /// Whose verified address it is, findable or not.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn person_by_email(
        &mut self,
        address: &Email,
    ) -> Result<Option<PersonId>, StoreError> {
        let row: Option<(i64,)> = sql::query_as("SELECT person FROM emails WHERE key = $1")
            .bind(address.key())
            .fetch_optional(self.sql())
            .await?;
        Ok(row.map(|(person,)| PersonId::from_i64(person)))
    }
}

impl Tx {
    /// Gives a person a verified address, in place of the one before; the choice whether it finds them stays.
    ///
    /// # Errors
    /// `Conflict`: somebody else has it.
    pub async fn set_email(
        &mut self,
        person: PersonId,
        address: &Email,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let other: Option<(i64,)> =
            sql::query_as("SELECT person FROM emails WHERE key = $1 AND person <> $2")
                .bind(address.key())
                .bind(person.as_i64())
                .fetch_optional(self.sql())
                .await?;
        if other.is_some() {
            return Err(StoreError::Conflict);
        }
        sql::query(
            "INSERT INTO emails (person, address, key, verified, findable) \
             VALUES ($1, $2, $3, $4, 1) ON CONFLICT (person) DO UPDATE SET \
             address = excluded.address, key = excluded.key, verified = excluded.verified",
        )
        .bind(person.as_i64())
        .bind(address.as_str())
        .bind(address.key())
        .bind(at.0)
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// Whether whoever has the address in their address book finds the person by it; `false` if there is no address.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_findable(
        &mut self,
        person: PersonId,
        findable: bool,
    ) -> Result<bool, StoreError> {
        let done = sql::query("UPDATE emails SET findable = $1 WHERE person = $2")
            .bind(i64::from(findable))
            .bind(person.as_i64())
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes a person's address away; `false` if there was none.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn remove_email(&mut self, person: PersonId) -> Result<bool, StoreError> {
        let done = sql::query("DELETE FROM emails WHERE person = $1")
            .bind(person.as_i64())
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

pub(crate) fn email(text: &str) -> Result<Email, StoreError> {
    text.parse()
        .map_err(|_| StoreError::Broken("an address that is none".into()))
}
