//! People who leave: for a while as if gone, then gone.
//!
//! Of somebody who is gone a tombstone stays, a row of `people` with nothing of them in it: the other side's copy of
//! messages and calls is the other side's, and has to be from somebody. `deletes` is set from the wish on, so that
//! "is there" is `deletes IS NULL` everywhere.

use crate::sql;
use crate::words::natural;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::{Handle, PersonId, Timestamp};
use serde_json::Value;

/// Calls that are rewritten in one transaction; raising it keeps other writers waiting longer.
const BATCH: i64 = 500;

/// What stands for the name of somebody who is gone.
const NAME: &str = "Deleted account";

/// What is removed, each by the person alone. A table with a person in it that is not here has a reason in
/// `tests/accounts`.
const REMOVED: &[&str] = &[
    "DELETE FROM pushes WHERE device IN (SELECT id FROM devices WHERE person = $1)",
    "DELETE FROM push_subscriptions WHERE device IN (SELECT id FROM devices WHERE person = $1)",
    "DELETE FROM devices WHERE person = $1",
    "DELETE FROM follows WHERE follower = $1 OR followed = $1",
    "DELETE FROM blocks WHERE blocker = $1 OR blocked = $1",
    "DELETE FROM address_book WHERE owner = $1 OR person = $1",
    "DELETE FROM call_exceptions WHERE owner = $1 OR person = $1",
    "DELETE FROM asks WHERE asker = $1 OR asked = $1",
    "DELETE FROM break_through WHERE owner = $1 OR person = $1",
    "DELETE FROM avatars WHERE person = $1",
    "DELETE FROM passkeys WHERE person = $1",
    "DELETE FROM passkey_owners WHERE person = $1",
    "DELETE FROM identities WHERE person = $1",
    // What they have told the operator, and what was told of them: there is nobody left to act on.
    "DELETE FROM report_entries WHERE report IN (SELECT id FROM reports WHERE reporter = $1 OR about = $1)",
    "DELETE FROM reports WHERE reporter = $1 OR about = $1",
    "DELETE FROM warnings WHERE person = $1",
    "DELETE FROM emails WHERE person = $1",
    "DELETE FROM mailed_codes WHERE person = $1",
    "DELETE FROM mails WHERE person = $1",
    "DELETE FROM feed WHERE person = $1",
    "DELETE FROM signals WHERE person = $1",
    "DELETE FROM presence WHERE person = $1",
    "DELETE FROM reactions WHERE person = $1",
    "DELETE FROM private_changes WHERE EXISTS (SELECT 1 FROM entries e \
     WHERE e.conversation = private_changes.conversation AND e.seq = private_changes.seq AND e.author = $1)",
    // What they alone could see: hidden from the other side, or deleted by it.
    "DELETE FROM pictures WHERE EXISTS (SELECT 1 FROM entries e WHERE e.conversation = pictures.conversation \
     AND e.seq = pictures.seq AND e.only_for = $1)",
    "DELETE FROM voices WHERE EXISTS (SELECT 1 FROM entries e WHERE e.conversation = voices.conversation \
     AND e.seq = voices.seq AND e.only_for = $1)",
    "DELETE FROM entries WHERE only_for = $1",
    "DELETE FROM voices WHERE EXISTS (SELECT 1 FROM members m JOIN deleted_entries d \
     ON d.person = m.other AND d.conversation = m.conversation WHERE m.person = $1 \
     AND d.conversation = voices.conversation AND d.seq = voices.seq)",
    "DELETE FROM pictures WHERE EXISTS (SELECT 1 FROM members m JOIN deleted_entries d \
     ON d.person = m.other AND d.conversation = m.conversation WHERE m.person = $1 \
     AND d.conversation = pictures.conversation AND d.seq = pictures.seq)",
    "DELETE FROM reactions WHERE EXISTS (SELECT 1 FROM members m JOIN deleted_entries d \
     ON d.person = m.other AND d.conversation = m.conversation WHERE m.person = $1 \
     AND d.conversation = reactions.conversation AND d.seq = reactions.seq)",
    "DELETE FROM entries WHERE EXISTS (SELECT 1 FROM members m JOIN deleted_entries d \
     ON d.person = m.other AND d.conversation = m.conversation WHERE m.person = $1 \
     AND d.conversation = entries.conversation AND d.seq = entries.seq)",
    "DELETE FROM deleted_entries WHERE person = $1",
    "DELETE FROM members WHERE person = $1",
    "DELETE FROM calls WHERE deadline IS NULL AND ((caller = $1 AND callee_sees = 0 AND unrung IS NULL) \
     OR (caller = $1 AND callee_deleted = 1 AND unrung IS NULL) \
     OR (callee = $1 AND caller_deleted = 1))",
];

impl Reader {
    /// When somebody's account is deleted; `None`: they stay.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn leaving(&mut self, person: PersonId) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<(Option<i64>,)> =
            sql::query_as("SELECT deletes FROM people WHERE id = $1 AND gone = 0")
                .bind(person.as_i64())
                .fetch_optional(self.sql())
                .await?;
        Ok(row.and_then(|(at,)| at).map(Timestamp))
    }

    /// Whether somebody is there: neither gone nor about to be.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn is_there(&mut self, person: PersonId) -> Result<bool, StoreError> {
        let row: Option<(i64,)> =
            sql::query_as("SELECT 1 FROM people WHERE id = $1 AND deletes IS NULL")
                .bind(person.as_i64())
                .fetch_optional(self.sql())
                .await?;
        Ok(row.is_some())
    }

    /// Those whose time has come, at most `limit`.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn due_leavings(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<PersonId>, StoreError> {
        let rows: Vec<(i64,)> = sql::query_as(
            "SELECT id FROM people WHERE deletes <= $1 AND gone < 2 ORDER BY deletes LIMIT $2",
        )
        .bind(now.0)
        .bind(i64::from(limit))
        .fetch_all(self.sql())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(id,)| PersonId::from_i64(id))
            .collect())
    }

    /// When the next one's time comes.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn next_leaving(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let (at,): (Option<i64>,) =
            sql::query_as("SELECT min(deletes) FROM people WHERE deletes IS NOT NULL AND gone < 2")
                .fetch_one(self.sql())
                .await?;
        Ok(at.map(Timestamp))
    }
}

impl Tx {
    /// Somebody's account is deleted at that moment; until then they are as if gone.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn leave(&mut self, person: PersonId, at: Timestamp) -> Result<(), StoreError> {
        sql::query("UPDATE people SET deletes = $1 WHERE id = $2 AND gone = 0")
            .bind(at.0)
            .bind(person.as_i64())
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// Somebody stays after all; `false` if it is too late, or they had no wish to leave.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn stay(&mut self, person: PersonId) -> Result<bool, StoreError> {
        let done = sql::query(
            "UPDATE people SET deletes = NULL WHERE id = $1 AND gone = 0 AND deletes IS NOT NULL",
        )
        .bind(person.as_i64())
        .execute(self.sql())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Removes all of a person but their tombstone, and keeps their handle from others until a moment. Afterwards
    /// [`Tx::rewrite_calls`] has to be called until it says that nothing is left.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn bury(
        &mut self,
        person: PersonId,
        tombstone: &Handle,
        now: Timestamp,
        kept_until: Timestamp,
    ) -> Result<(), StoreError> {
        for sql in REMOVED {
            sql::query(sql)
                .long()
                .bind(person.as_i64())
                .execute(self.sql())
                .await?;
        }
        sql::query(
            "INSERT INTO kept_handles (handle, until) SELECT handle, $1 FROM people \
             WHERE id = $2 AND gone = 0 \
             ON CONFLICT (handle) DO UPDATE SET until = excluded.until",
        )
        .bind(kept_until.0)
        .bind(person.as_i64())
        .execute(self.sql())
        .await?;
        sql::query("DELETE FROM kept_handles WHERE until <= $1")
            .bind(now.0)
            .execute(self.sql())
            .await?;
        sql::query(
            "UPDATE people SET handle = $1, name = $2, bio = '', verified = 0, password = '', \
             created = 0, calling_enabled = 0, audience_address_book = 0, audience_following = 0, \
             audience_verified = 0, audience_everyone = 0, enhanced_privacy = 0, \
             calling_asked = 0, feed = 0, signal = 0, quiet_on = 0, quiet_until = NULL, quiet_hours = NULL, \
             quiet_zone = '', avatar = NULL, name_folded = '', name_look = '', \
             handle_look = '', disabled = NULL, receipts = 1, gone = 1 WHERE id = $3 AND gone = 0",
        )
        .bind(tombstone.as_str())
        .bind(NAME)
        .bind(person.as_i64())
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// Takes the handle of somebody who is gone out of the calls they were in, a few hundred at a time. `false`: nothing
    /// is left, and they are done with.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn rewrite_calls(&mut self, person: PersonId) -> Result<bool, StoreError> {
        let me = self.person_by_id(person).await?;
        let told = person.to_string();
        // The tombstone's handle is nobody else's, so a snapshot that has it is done.
        let rows: Vec<(i64, String)> = sql::query_as(
            "SELECT id, snapshot FROM calls WHERE (caller = $1 OR callee = $1) \
             AND snapshot NOT LIKE $2 AND deadline IS NULL LIMIT $3",
        )
        .bind(person.as_i64())
        .bind(format!("%{}%", me.handle))
        .bind(BATCH)
        .fetch_all(self.sql())
        .await?;
        if rows.is_empty() {
            sql::query("UPDATE people SET gone = 2 WHERE id = $1 AND gone = 1")
                .bind(person.as_i64())
                .execute(self.sql())
                .await?;
            return Ok(false);
        }
        for (id, snapshot) in rows {
            let mut value: Value = serde_json::from_str(&snapshot)
                .map_err(|error| StoreError::Broken(error.to_string()))?;
            if !rename(&mut value, &told, me.handle.as_str()) {
                return Err(StoreError::Broken("a call without its people".into()));
            }
            sql::query("UPDATE calls SET snapshot = $1, client_key = $2 WHERE id = $3")
                .bind(value.to_string())
                .bind(format!("{id:016x}"))
                .bind(id)
                .execute(self.sql())
                .await?;
        }
        Ok(true)
    }
}

/// Gives the person with that id another handle, wherever both stand together. Whether it did anywhere.
fn rename(value: &mut Value, person: &str, handle: &str) -> bool {
    match value {
        Value::Object(fields) => {
            let theirs = fields.get("person").and_then(Value::as_str) == Some(person);
            let mut done = false;
            if let Some(old) = fields.get_mut("handle").filter(|_| theirs) {
                *old = Value::String(handle.to_owned());
                done = true;
            }
            for inner in fields.values_mut() {
                done |= rename(inner, person, handle);
            }
            done
        }
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |done, inner| rename(inner, person, handle) | done),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

impl Reader {
    /// Whether a handle may not be had, although nobody has it: it was that of somebody who is gone.
    pub(crate) async fn is_kept(
        &mut self,
        handle: &Handle,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (kept,): (i64,) =
            sql::query_as("SELECT count(*) FROM kept_handles WHERE handle = $1 AND until > $2")
                .bind(handle.as_str())
                .bind(now.0)
                .fetch_one(self.sql())
                .await?;
        Ok(handle.is_tombstone() || natural(kept) > 0)
    }
}
