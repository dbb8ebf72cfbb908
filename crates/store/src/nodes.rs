//! The nodes that share this database, whose sockets are where, and what their relays have to be told.

use crate::sql;
use crate::words::natural;
use crate::{CallRow, Reader, StoreError, Tx};
use birdcall_protocol::{CallId, DeviceId, NodeId, PersonId, Timestamp};

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRow {
    /// Its id, drawn at its start.
    pub id: NodeId,
    /// Its name, for people.
    pub name: String,
    /// The URLs of its relay, as browsers are to use them.
    pub relay_urls: Vec<String>,
    /// Its relay is there.
    pub relays: bool,
    /// It goes down.
    pub draining: bool,
    /// Until when it counts as there.
    pub lease: Timestamp,
}

/// A socket to be noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPresence {
    /// On which node.
    pub node: NodeId,
    /// Its number there.
    pub socket: u64,
    /// Whose.
    pub person: PersonId,
    /// On which device.
    pub device: DeviceId,
    /// Its page is before somebody's eyes.
    pub visible: bool,
}

/// A socket of a person, on a node that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present {
    /// On which device.
    pub device: DeviceId,
    /// At which node.
    pub node: NodeId,
    /// Its page is before somebody's eyes.
    pub visible: bool,
}

/// How far the feed and the signals of a person have got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stirred {
    /// Whose.
    pub person: PersonId,
    /// The newest cursor of the feed.
    pub feed: u64,
    /// The newest place of the signals.
    pub signal: u64,
}

impl Reader {
    /// The nodes that are there.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn nodes(&mut self, now: Timestamp) -> Result<Vec<NodeRow>, StoreError> {
        let rows: Vec<(i64, String, String, i64, i64, i64)> = sql::query_as(
            "SELECT id, name, relay_urls, relays, draining, lease FROM nodes WHERE lease > $1 \
             ORDER BY id",
        )
        .bind(now.0)
        .fetch_all(self.sql())
        .await?;
        rows.into_iter()
            .map(|(id, name, urls, relays, draining, lease)| {
                Ok(NodeRow {
                    id: NodeId::from_i64(id),
                    name,
                    relay_urls: serde_json::from_str(&urls)
                        .map_err(|error| StoreError::Broken(error.to_string()))?,
                    relays: relays != 0,
                    draining: draining != 0,
                    lease: Timestamp(lease),
                })
            })
            .collect()
    }

    /// The sockets of a person on nodes that are there.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn present(
        &mut self,
        person: PersonId,
        now: Timestamp,
    ) -> Result<Vec<Present>, StoreError> {
        let rows: Vec<(i64, i64, i64)> = sql::query_as(
            "SELECT s.device, s.node, s.visible FROM presence s JOIN nodes n ON n.id = s.node \
             WHERE s.person = $1 AND n.lease > $2 ORDER BY s.node, s.socket",
        )
        .bind(person.as_i64())
        .bind(now.0)
        .fetch_all(self.sql())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(device, node, visible)| Present {
                device: DeviceId::from_i64(device),
                node: NodeId::from_i64(node),
                visible: visible != 0,
            })
            .collect())
    }

    /// How far those have got who have a socket on a node.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn stirred(&mut self, node: NodeId) -> Result<Vec<Stirred>, StoreError> {
        let rows: Vec<(i64, i64, i64)> = sql::query_as(
            "SELECT p.id, p.feed, p.signal FROM people p WHERE p.id IN \
             (SELECT s.person FROM presence s WHERE s.node = $1)",
        )
        .bind(node.as_i64())
        .fetch_all(self.sql())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(person, feed, signal)| Stirred {
                person: PersonId::from_i64(person),
                feed: natural(feed),
                signal: natural(signal),
            })
            .collect())
    }

    /// The node whose relay a call uses.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn call_relay(&mut self, call: CallId) -> Result<Option<NodeId>, StoreError> {
        let row: Option<(Option<i64>,)> = sql::query_as("SELECT relay FROM calls WHERE id = $1")
            .bind(call.as_i64())
            .fetch_optional(self.sql())
            .await?;
        Ok(row.and_then(|(relay,)| relay).map(NodeId::from_i64))
    }

    /// The calls that have not ended and use a node's relay.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn calls_relayed_by(&mut self, node: NodeId) -> Result<Vec<CallRow>, StoreError> {
        let rows: Vec<(i64, i64, String)> = sql::query_as(
            "SELECT id, version, snapshot FROM calls WHERE relay = $1 AND deadline IS NOT NULL",
        )
        .bind(node.as_i64())
        .fetch_all(self.sql())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(id, version, snapshot)| CallRow {
                id: CallId::from_i64(id),
                version: natural(version),
                snapshot,
            })
            .collect())
    }

    /// The calls whose end a node's relay has to be told.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn revocations(&mut self, node: NodeId) -> Result<Vec<CallId>, StoreError> {
        let rows: Vec<(i64,)> = sql::query_as("SELECT call FROM revocations WHERE node = $1")
            .bind(node.as_i64())
            .fetch_all(self.sql())
            .await?;
        Ok(rows.into_iter().map(|(id,)| CallId::from_i64(id)).collect())
    }
}

impl Tx {
    /// Notes that a node is there; `false` if it was not, or not any more.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn renew_node(&mut self, node: &NodeRow) -> Result<bool, StoreError> {
        let urls = serde_json::to_string(&node.relay_urls)
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        let renewed = sql::query(
            "UPDATE nodes SET name = $1, relay_urls = $2, relays = $3, draining = $4, lease = $5 \
             WHERE id = $6",
        )
        .bind(&node.name)
        .bind(&urls)
        .bind(i64::from(node.relays))
        .bind(i64::from(node.draining))
        .bind(node.lease.0)
        .bind(node.id.as_i64())
        .execute(self.sql())
        .await?;
        if renewed.rows_affected() == 1 {
            return Ok(true);
        }
        sql::query(
            "INSERT INTO nodes (id, name, relay_urls, relays, draining, lease) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(node.id.as_i64())
        .bind(&node.name)
        .bind(&urls)
        .bind(i64::from(node.relays))
        .bind(i64::from(node.draining))
        .bind(node.lease.0)
        .execute(self.sql())
        .await?;
        Ok(false)
    }

    /// Removes nodes that are gone, with their sockets; says which those were. What their relays had to be told is
    /// `heir`'s to tell from then on: a relay on a machine of its own may be the same.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sweep_nodes(
        &mut self,
        now: Timestamp,
        heir: NodeId,
    ) -> Result<Vec<NodeId>, StoreError> {
        let gone: Vec<(i64,)> =
            sql::query_as("DELETE FROM nodes WHERE lease <= $1 AND id <> $2 RETURNING id")
                .bind(now.0)
                .bind(heir.as_i64())
                .fetch_all(self.sql())
                .await?;
        let gone: Vec<NodeId> = gone.into_iter().map(|(id,)| NodeId::from_i64(id)).collect();
        for node in &gone {
            self.remove_node(*node, Some(heir)).await?;
        }
        Ok(gone)
    }

    /// Removes a node and its sockets. `heir` takes over what its relay has to be told; without one that goes too.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn remove_node(
        &mut self,
        node: NodeId,
        heir: Option<NodeId>,
    ) -> Result<(), StoreError> {
        if let Some(heir) = heir {
            sql::query(
                "INSERT INTO revocations (node, call) SELECT $1, call FROM revocations \
                 WHERE node = $2 ON CONFLICT (node, call) DO NOTHING",
            )
            .bind(heir.as_i64())
            .bind(node.as_i64())
            .execute(self.sql())
            .await?;
        }
        for sql in [
            "DELETE FROM revocations WHERE node = $1",
            "DELETE FROM presence WHERE node = $1",
            "DELETE FROM nodes WHERE id = $1",
        ] {
            sql::query(sql)
                .bind(node.as_i64())
                .execute(self.sql())
                .await?;
        }
        Ok(())
    }

    /// Notes a socket; one with its number is replaced.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn add_presence(&mut self, new: &NewPresence) -> Result<(), StoreError> {
        // By what is in `people`: somebody whose account is being deleted has no row to refer to any more.
        sql::query(
            "INSERT INTO presence (node, socket, person, device, visible) \
             SELECT $1, $2, p.id, $3, $4 FROM people p WHERE p.id = $5 \
             ON CONFLICT (node, socket) DO UPDATE SET person = excluded.person, \
             device = excluded.device, visible = excluded.visible",
        )
        .bind(new.node.as_i64())
        .bind(i64::try_from(new.socket).unwrap_or(i64::MAX))
        .bind(new.device.as_i64())
        .bind(i64::from(new.visible))
        .bind(new.person.as_i64())
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// A socket is gone.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn remove_presence(&mut self, node: NodeId, socket: u64) -> Result<(), StoreError> {
        sql::query("DELETE FROM presence WHERE node = $1 AND socket = $2")
            .bind(node.as_i64())
            .bind(i64::try_from(socket).unwrap_or(i64::MAX))
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// A call uses a node's relay from now on.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_call_relay(
        &mut self,
        call: CallId,
        node: Option<NodeId>,
    ) -> Result<(), StoreError> {
        sql::query("UPDATE calls SET relay = $1 WHERE id = $2")
            .bind(node.map(NodeId::as_i64))
            .bind(call.as_i64())
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// A node's relay has to be told that a call is over.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn add_revocation(&mut self, node: NodeId, call: CallId) -> Result<(), StoreError> {
        sql::query(
            "INSERT INTO revocations (node, call) VALUES ($1, $2) \
             ON CONFLICT (node, call) DO NOTHING",
        )
        .bind(node.as_i64())
        .bind(call.as_i64())
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// A node's relay was told that a call is over.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn finish_revocation(
        &mut self,
        node: NodeId,
        call: CallId,
    ) -> Result<(), StoreError> {
        sql::query("DELETE FROM revocations WHERE node = $1 AND call = $2")
            .bind(node.as_i64())
            .bind(call.as_i64())
            .execute(self.sql())
            .await?;
        Ok(())
    }
}
