//! Passkeys: credentials of authenticators that are ways in, and what authenticators know a person by.

use crate::error::added;
use crate::sql;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::{PasskeyId, PersonId, Timestamp};

/// A passkey in its person's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyRow {
    /// The passkey.
    pub id: PasskeyId,
    /// Its name.
    pub name: String,
    /// The host it works at.
    pub host: String,
    /// What the authenticator calls it, base64url.
    pub credential_id: String,
    /// When it was made.
    pub created: Timestamp,
    /// When somebody last signed in with it.
    pub last_used: Option<Timestamp>,
}

/// A passkey as it is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyKey {
    /// The passkey.
    pub id: PasskeyId,
    /// Whose it is.
    pub person: PersonId,
    /// What its authenticator knows them by, in hexadecimal.
    pub user_handle: String,
    /// The host it works at.
    pub host: String,
    /// Public key, count of uses and what else is known of it, as JSON.
    pub credential: String,
}

/// A passkey to add.
pub struct NewPasskey<'a> {
    /// Its id.
    pub id: PasskeyId,
    /// Whose it is.
    pub person: PersonId,
    /// Its name.
    pub name: &'a str,
    /// The host it works at.
    pub host: &'a str,
    /// What the authenticator calls it, base64url.
    pub credential_id: &'a str,
    /// Public key, count of uses and what else is known of it, as JSON.
    pub credential: &'a str,
    /// Now.
    pub at: Timestamp,
}

impl Reader {
    /// A person's passkeys, the newest first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn passkeys(&mut self, person: PersonId) -> Result<Vec<PasskeyRow>, StoreError> {
        let rows: Vec<(i64, String, String, String, i64, Option<i64>)> = sql::query_as(
            "SELECT id, name, host, credential_id, created, last_used FROM passkeys \
             WHERE person = $1 ORDER BY created DESC, id",
        )
        .bind(person.as_i64())
        .fetch_all(self.sql())
        .await?;
        Ok(rows
            .into_iter()
            .map(
                |(id, name, host, credential_id, created, last_used)| PasskeyRow {
                    id: PasskeyId::from_i64(id),
                    name,
                    host,
                    credential_id,
                    created: Timestamp(created),
                    last_used: last_used.map(Timestamp),
                },
            )
            .collect())
    }

    /// The passkey that an authenticator calls so.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn passkey(&mut self, credential_id: &str) -> Result<Option<PasskeyKey>, StoreError> {
        let row: Option<(i64, i64, String, String, String)> = sql::query_as(
            "SELECT passkeys.id, passkeys.person, passkey_owners.user_handle, passkeys.host, \
             passkeys.credential FROM passkeys \
             JOIN passkey_owners ON passkey_owners.person = passkeys.person \
             WHERE passkeys.credential_id = $1",
        )
        .bind(credential_id)
        .fetch_optional(self.sql())
        .await?;
        Ok(
            row.map(|(id, person, user_handle, host, credential)| PasskeyKey {
                id: PasskeyId::from_i64(id),
                person: PersonId::from_i64(person),
                user_handle,
                host,
                credential,
            }),
        )
    }
}

impl Tx {
    /// What authenticators know a person by; `fresh` from now on, if there was nothing yet.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn passkey_owner(
        &mut self,
        person: PersonId,
        fresh: &str,
    ) -> Result<String, StoreError> {
        sql::query(
            "INSERT INTO passkey_owners (person, user_handle) VALUES ($1, $2) \
             ON CONFLICT (person) DO NOTHING",
        )
        .bind(person.as_i64())
        .bind(fresh)
        .execute(self.sql())
        .await?;
        let row: (String,) =
            sql::query_as("SELECT user_handle FROM passkey_owners WHERE person = $1")
                .bind(person.as_i64())
                .fetch_one(self.sql())
                .await?;
        Ok(row.0)
    }

    /// Adds a passkey.
    ///
    /// # Errors
    /// `Conflict`: this credential is there already, whoever has it.
    pub async fn add_passkey(&mut self, new: &NewPasskey<'_>) -> Result<(), StoreError> {
        let done = sql::query(
            "INSERT INTO passkeys \
             (id, person, name, host, credential_id, credential, created) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(new.id.as_i64())
        .bind(new.person.as_i64())
        .bind(new.name)
        .bind(new.host)
        .bind(new.credential_id)
        .bind(new.credential)
        .bind(new.at.0)
        .execute(self.sql())
        .await?;
        added(done)
    }

    /// Notes a use of the passkey that was read as `key`. `false` if it was counted on or removed since: of two uses with
    /// the same count one is not good.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn use_passkey(
        &mut self,
        key: &PasskeyKey,
        credential: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sql::query(
            "UPDATE passkeys SET credential = $1, last_used = $2 \
             WHERE id = $3 AND credential = $4",
        )
        .bind(credential)
        .bind(at.0)
        .bind(key.id.as_i64())
        .bind(&key.credential)
        .execute(self.sql())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Renames a passkey of `person`; `false` if it is not theirs or not there.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn rename_passkey(
        &mut self,
        person: PersonId,
        passkey: PasskeyId,
        name: &str,
    ) -> Result<bool, StoreError> {
        let done = sql::query("UPDATE passkeys SET name = $1 WHERE person = $2 AND id = $3")
            .bind(name)
            .bind(person.as_i64())
            .bind(passkey.as_i64())
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Removes a passkey of `person`; `false` if it was not theirs or not there.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn remove_passkey(
        &mut self,
        person: PersonId,
        passkey: PasskeyId,
    ) -> Result<bool, StoreError> {
        let done = sql::query("DELETE FROM passkeys WHERE person = $1 AND id = $2")
            .bind(person.as_i64())
            .bind(passkey.as_i64())
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
