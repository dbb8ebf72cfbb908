//! Signals: what the sockets of a person are to be sent, in one order for all nodes.
//!
//! Places are given out by counting up in the person's row, in the transaction that writes the signal. So they are
//! committed in their order, have no gaps, and whoever has read up to one never finds an earlier one later. What a
//! signal says is sealed by whoever writes it.

use crate::sql;
use crate::words::natural;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::{PersonId, Timestamp};

impl Reader {
    /// The newest cursor of a person's feed, and the newest place of their signals.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn places(&mut self, person: PersonId) -> Result<(u64, u64), StoreError> {
        let (feed, signal): (i64, i64) =
            sql::query_as("SELECT feed, signal FROM people WHERE id = $1")
                .bind(person.as_i64())
                .fetch_one(self.sql())
                .await?;
        Ok((natural(feed), natural(signal)))
    }

    /// A person's signals after a place, in order, at most `limit`: place and what it says, sealed.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn signals_after(
        &mut self,
        person: PersonId,
        place: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let rows: Vec<(i64, Vec<u8>)> = sql::query_as(
            "SELECT n, sealed FROM signals WHERE person = $1 AND n > $2 ORDER BY n LIMIT $3",
        )
        .bind(person.as_i64())
        .bind(i64::try_from(place).unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(self.sql())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(n, sealed)| (natural(n), sealed))
            .collect())
    }
}

impl Tx {
    /// Gives out the next places of a person's signals; the last of them.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn next_signals(&mut self, person: PersonId, count: u32) -> Result<u64, StoreError> {
        let (last,): (i64,) =
            sql::query_as("UPDATE people SET signal = signal + $1 WHERE id = $2 RETURNING signal")
                .bind(i64::from(count))
                .bind(person.as_i64())
                .fetch_one(self.sql())
                .await?;
        Ok(natural(last))
    }

    /// Writes a signal into its place.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn add_signal(
        &mut self,
        person: PersonId,
        place: u64,
        sealed: &[u8],
        made: Timestamp,
    ) -> Result<(), StoreError> {
        sql::query("INSERT INTO signals (person, n, sealed, made) VALUES ($1, $2, $3, $4)")
            .bind(person.as_i64())
            .bind(i64::try_from(place).unwrap_or(i64::MAX))
            .bind(sealed)
            .bind(made.0)
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// Throws away signals that were made before a moment.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sweep_signals(&mut self, before: Timestamp) -> Result<(), StoreError> {
        sql::query("DELETE FROM signals WHERE made < $1")
            .bind(before.0)
            .execute(self.sql())
            .await?;
        Ok(())
    }
}
