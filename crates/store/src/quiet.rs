//! When a person does not want to be disturbed.

use crate::{Reader, StoreError, Tx};
use birdcall_protocol::quiet::Quiet;
use birdcall_protocol::{PersonId, Timestamp};

impl Reader {
    /// A person's "Do not disturb".
    ///
    /// # Errors
    /// `Unavailable`; `Broken` if there is no such person.
    pub async fn quiet(&mut self, id: PersonId) -> Result<Quiet, StoreError> {
        let row: Option<(i64, Option<i64>, Option<String>, String)> = sqlx::query_as(
            "SELECT quiet_on, quiet_until, quiet_hours, quiet_zone FROM people WHERE id = $1",
        )
        .bind(id.as_i64())
        .fetch_optional(self.sql())
        .await?;
        let Some((on, until, hours, zone)) = row else {
            return Err(StoreError::Broken("a person is gone".into()));
        };
        let hours = hours
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok(Quiet {
            on: on != 0,
            until: until.map(Timestamp),
            hours,
            zone,
        })
    }
}

impl Tx {
    /// Replaces it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_quiet(&mut self, id: PersonId, quiet: &Quiet) -> Result<(), StoreError> {
        let hours = quiet
            .hours
            .map(|hours| serde_json::to_string(&hours))
            .transpose()
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        sqlx::query(
            "UPDATE people SET quiet_on = $1, quiet_until = $2, quiet_hours = $3, quiet_zone = $4 \
             WHERE id = $5",
        )
        .bind(i64::from(quiet.on))
        .bind(quiet.until.map(|at| at.0))
        .bind(hours)
        .bind(&quiet.zone)
        .bind(id.as_i64())
        .execute(self.sql())
        .await?;
        Ok(())
    }
}
