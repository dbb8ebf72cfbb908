//! Devices: signed-in browsers. A device is its session.

use crate::sql;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::{DeviceId, PersonId, Timestamp};

/// A device in its person's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// The device.
    pub id: DeviceId,
    /// Its name.
    pub name: String,
    /// When it signed in.
    pub created: Timestamp,
    /// When it was last heard of.
    pub last_seen: Timestamp,
    /// Calls and messages leave it alone.
    pub silenced: bool,
    /// The zone its clock was in when it was last used, as the IANA database calls it; empty: it did not say.
    pub zone: String,
}

/// Who is signed in by a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    /// The person.
    pub person: PersonId,
    /// On this device.
    pub device: DeviceId,
    /// When the device was last noted to be alive.
    pub last_seen: Timestamp,
    /// Their account will be deleted.
    pub leaving: bool,
}

impl Reader {
    /// Who is signed in by the token whose SHA-256 is `token`, in hexadecimal.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn signed_in(&mut self, token: &str) -> Result<Option<SignedIn>, StoreError> {
        let row: Option<(i64, i64, i64, Option<i64>)> = sql::query_as(
            "SELECT d.person, d.id, d.last_seen, p.deletes FROM devices d \
             JOIN people p ON p.id = d.person WHERE d.token = $1",
        )
        .bind(token)
        .fetch_optional(self.sql())
        .await?;
        Ok(row.map(|(person, device, seen, deletes)| SignedIn {
            person: PersonId::from_i64(person),
            device: DeviceId::from_i64(device),
            last_seen: Timestamp(seen),
            leaving: deletes.is_some(),
        }))
    }

    /// Whether a device is left alone.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn is_silenced(&mut self, device: DeviceId) -> Result<bool, StoreError> {
        let row: Option<(i64,)> = sql::query_as("SELECT silenced FROM devices WHERE id = $1")
            .bind(device.as_i64())
            .fetch_optional(self.sql())
            .await?;
        Ok(row.is_some_and(|(silenced,)| silenced != 0))
    }

    /// A person's devices, the one used last first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn devices(&mut self, person: PersonId) -> Result<Vec<DeviceRow>, StoreError> {
        let rows: Vec<(i64, String, i64, i64, i64, String)> = sql::query_as(
            "SELECT id, name, created, last_seen, silenced, zone FROM devices WHERE person = $1 \
             ORDER BY last_seen DESC, id",
        )
        .bind(person.as_i64())
        .fetch_all(self.sql())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(id, name, created, seen, silenced, zone)| DeviceRow {
                id: DeviceId::from_i64(id),
                name,
                created: Timestamp(created),
                last_seen: Timestamp(seen),
                silenced: silenced != 0,
                zone,
            })
            .collect())
    }
}

impl Tx {
    /// Signs a device in.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn add_device(
        &mut self,
        person: PersonId,
        device: DeviceId,
        name: &str,
        token: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sql::query(
            "INSERT INTO devices (id, person, name, token, created, last_seen) \
             VALUES ($1, $2, $3, $4, $5, $5)",
        )
        .bind(device.as_i64())
        .bind(person.as_i64())
        .bind(name)
        .bind(token)
        .bind(at.0)
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// Signs a device of `person` out; `false` if it was not theirs or not there.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn remove_device(
        &mut self,
        person: PersonId,
        device: DeviceId,
    ) -> Result<bool, StoreError> {
        let done = sql::query("DELETE FROM devices WHERE person = $1 AND id = $2")
            .bind(person.as_i64())
            .bind(device.as_i64())
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Signs out all devices of `person`, but for one that may stay; says which those were.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn remove_devices(
        &mut self,
        person: PersonId,
        but: Option<DeviceId>,
    ) -> Result<Vec<DeviceId>, StoreError> {
        let rows: Vec<(i64,)> = sql::query_as(
            "DELETE FROM devices WHERE person = $1 AND ($2 IS NULL OR id <> $2) RETURNING id",
        )
        .bind(person.as_i64())
        .bind(but.map(DeviceId::as_i64))
        .fetch_all(self.sql())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(id,)| DeviceId::from_i64(id))
            .collect())
    }

    /// Notes the zone that a device's clock is in; `false` if it was that before.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_device_zone(
        &mut self,
        device: DeviceId,
        zone: &str,
    ) -> Result<bool, StoreError> {
        let done = sql::query("UPDATE devices SET zone = $1 WHERE id = $2 AND zone <> $1")
            .bind(zone)
            .bind(device.as_i64())
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Changes a device of `person`; `None` leaves as it is. `false` if it is not theirs or not there.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn change_device(
        &mut self,
        person: PersonId,
        device: DeviceId,
        name: Option<&str>,
        silenced: Option<bool>,
    ) -> Result<bool, StoreError> {
        let done = sql::query(
            "UPDATE devices SET name = COALESCE($1, name), silenced = COALESCE($2, silenced) \
             WHERE person = $3 AND id = $4",
        )
        .bind(name)
        .bind(silenced.map(i64::from))
        .bind(person.as_i64())
        .bind(device.as_i64())
        .execute(self.sql())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes that a device is alive.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn touch_device(
        &mut self,
        device: DeviceId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sql::query("UPDATE devices SET last_seen = $1 WHERE id = $2")
            .bind(at.0)
            .bind(device.as_i64())
            .execute(self.sql())
            .await?;
        Ok(())
    }
}
