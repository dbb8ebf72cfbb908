//! When a person does not want to be disturbed.

use crate::sql::{self, columns};
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::quiet::Quiet;
use birdcall_protocol::{PersonId, Timestamp};

/// The columns of "Do not disturb", from `people p`; read by [`QuietColumns`].
macro_rules! quiet_columns {
    () => {
        "p.quiet_on, p.quiet_until, p.quiet_hours, p.quiet_zone"
    };
}
pub(crate) use quiet_columns;

columns! {
    /// "Do not disturb", as the columns have it.
    pub(crate) struct QuietColumns {
        quiet_on: i64,
        quiet_until: Option<i64>,
        quiet_hours: Option<String>,
        quiet_zone: String,
    }
}

impl QuietColumns {
    pub(crate) fn quiet(self) -> Result<Quiet, StoreError> {
        let hours = self
            .quiet_hours
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok(Quiet {
            on: self.quiet_on != 0,
            until: self.quiet_until.map(Timestamp),
            hours,
            zone: self.quiet_zone,
        })
    }
}

impl Reader {
    /// A person's "Do not disturb".
    ///
    /// # Errors
    /// `Unavailable`; `Broken` if there is no such person.
    pub async fn quiet(&mut self, id: PersonId) -> Result<Quiet, StoreError> {
        let row: Option<QuietColumns> = sql::query_as(concat!(
            "SELECT ",
            quiet_columns!(),
            " FROM people p WHERE p.id = $1"
        ))
        .bind(id.as_i64())
        .fetch_optional(self.sql())
        .await?;
        row.ok_or_else(|| StoreError::Broken("a person is gone".into()))?
            .quiet()
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
        sql::query(
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
