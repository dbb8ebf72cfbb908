//! Self-tests of rings: the last one of each device, for as long as somebody looks.

use crate::sql;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::ring_test::RingTest;
use birdcall_protocol::{DeviceId, Timestamp};

impl Reader {
    /// The last test of a device.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn ring_test(&mut self, device: DeviceId) -> Result<Option<RingTest>, StoreError> {
        let row: Option<(String,)> = sql::query_as("SELECT test FROM ring_tests WHERE device = $1")
            .bind(device.as_i64())
            .fetch_optional(self.sql())
            .await?;
        row.map(|(test,)| serde_json::from_str(&test))
            .transpose()
            .map_err(|error| StoreError::Broken(error.to_string()))
    }
}

impl Tx {
    /// Keeps a device's test instead of the one before.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_ring_test(
        &mut self,
        device: DeviceId,
        test: &RingTest,
    ) -> Result<(), StoreError> {
        let text =
            serde_json::to_string(test).map_err(|error| StoreError::Broken(error.to_string()))?;
        sql::query(
            "INSERT INTO ring_tests (device, at, test) VALUES ($1, $2, $3) \
             ON CONFLICT (device) DO UPDATE SET at = excluded.at, test = excluded.test",
        )
        .bind(device.as_i64())
        .bind(test.at.0)
        .bind(text)
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// Throws away tests that rang before a moment.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sweep_ring_tests(&mut self, before: Timestamp) -> Result<(), StoreError> {
        sql::query("DELETE FROM ring_tests WHERE at < $1")
            .bind(before.0)
            .execute(self.sql())
            .await?;
        Ok(())
    }
}
