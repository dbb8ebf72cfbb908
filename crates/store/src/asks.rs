//! Who asked whom for a first message (C-1).

use crate::people::{Listed, listed_columns};
use crate::sql::{self, columns};
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::book::Ask;
use birdcall_protocol::{PersonId, Timestamp};

columns! {
    struct Row {
        at: i64,
        listed: Listed,
    }
}

impl Reader {
    /// When `asker` last asked `asked`.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn asked_at(
        &mut self,
        asker: PersonId,
        asked: PersonId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<(i64,)> =
            sql::query_as("SELECT at FROM asks WHERE asker = $1 AND asked = $2")
                .bind(asker.as_i64())
                .bind(asked.as_i64())
                .fetch_optional(self.sql())
                .await?;
        Ok(row.map(|(at,)| Timestamp(at)))
    }

    /// Who asks a person and was neither answered nor dismissed, newest first; nobody whom the person has blocked. Who has
    /// blocked them since is still among them: a question that went away would tell of it (C-6).
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn asks(
        &mut self,
        asked: PersonId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Ask>, StoreError> {
        let rows: Vec<Row> = sql::query_as(concat!(
            "SELECT a.at, ",
            listed_columns!(),
            " FROM asks a JOIN people p ON p.id = a.asker \
             WHERE a.asked = $1 AND a.shown = 1 AND a.at >= $2 \
                 AND p.deletes IS NULL AND p.gone = 0 \
                 AND NOT EXISTS (SELECT 1 FROM members m \
                     WHERE m.person = $1 AND m.other = a.asker AND m.typed = 1) \
                 AND NOT EXISTS (SELECT 1 FROM blocks k WHERE k.blocker = $1 AND k.blocked = a.asker) \
             ORDER BY a.at DESC, p.handle LIMIT $3"
        ))
        .bind(asked.as_i64())
        .bind(since.0)
        .bind(i64::from(limit))
        .fetch_all(self.sql())
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Ask {
                    from: row.listed.person()?,
                    at: Timestamp(row.at),
                })
            })
            .collect()
    }
}

impl Tx {
    /// Notes that `asker` asks `asked` now, and whether it is to be seen.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn add_ask(
        &mut self,
        asker: PersonId,
        asked: PersonId,
        at: Timestamp,
        shown: bool,
    ) -> Result<(), StoreError> {
        sql::query(
            "INSERT INTO asks (asker, asked, at, shown) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (asker, asked) DO UPDATE SET at = excluded.at, shown = excluded.shown",
        )
        .bind(asker.as_i64())
        .bind(asked.as_i64())
        .bind(at.0)
        .bind(i64::from(shown))
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// The asked person does not want to see it any more; `false` if there is none. The asker's week goes on.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn dismiss_ask(
        &mut self,
        asker: PersonId,
        asked: PersonId,
    ) -> Result<bool, StoreError> {
        let done =
            sql::query("UPDATE asks SET shown = 0 WHERE asker = $1 AND asked = $2 AND shown = 1")
                .bind(asker.as_i64())
                .bind(asked.as_i64())
                .execute(self.sql())
                .await?;
        Ok(done.rows_affected() == 1)
    }
}
