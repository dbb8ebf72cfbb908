//! What has begun and waits for the browser's answer. Each is taken once, on whichever node the answer arrives.

use crate::sql;
use crate::words::{from_word, to_word};
use crate::{StoreError, Tx};
use birdcall_protocol::Timestamp;
use serde::{Deserialize, Serialize};

/// What was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CeremonyKind {
    /// A passkey is made.
    MakePasskey,
    /// A passkey is asked for, to sign in.
    UsePasskey,
    /// A passkey is asked for, to show that it is still the same person.
    ProvePasskey,
    /// The browser is at the provider.
    AtProvider,
    /// The provider has said who it is, and the person has to choose a handle.
    ChooseHandle,
}

impl Tx {
    /// Remembers what was begun, until `expires`. Forgets what nobody came back for by `now`.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn begin_ceremony(
        &mut self,
        id: &str,
        kind: CeremonyKind,
        state: &str,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        sql::query("DELETE FROM ceremonies WHERE expires <= $1")
            .bind(now.0)
            .execute(self.sql())
            .await?;
        sql::query("INSERT INTO ceremonies (id, kind, state, expires) VALUES ($1, $2, $3, $4)")
            .bind(id)
            .bind(to_word(kind)?)
            .bind(state)
            .bind(expires.0)
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// Takes what was begun, once: of two that ask only one gets it. `None` if there is no such thing, if it was taken,
    /// if it is of another kind or if it has expired.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn take_ceremony(
        &mut self,
        id: &str,
        kind: CeremonyKind,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let row: Option<(String, String, i64)> =
            sql::query_as("DELETE FROM ceremonies WHERE id = $1 RETURNING kind, state, expires")
                .bind(id)
                .fetch_optional(self.sql())
                .await?;
        let Some((word, state, expires)) = row else {
            return Ok(None);
        };
        let fits = from_word::<CeremonyKind>(word)? == kind && now.0 < expires;
        Ok(fits.then_some(state))
    }
}

impl crate::Reader {
    /// Looks at what was begun without taking it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn ceremony(
        &mut self,
        id: &str,
        kind: CeremonyKind,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let row: Option<(String,)> = sql::query_as(
            "SELECT state FROM ceremonies WHERE id = $1 AND kind = $2 AND expires > $3",
        )
        .bind(id)
        .bind(to_word(kind)?)
        .bind(now.0)
        .fetch_optional(self.sql())
        .await?;
        Ok(row.map(|(state,)| state))
    }
}
