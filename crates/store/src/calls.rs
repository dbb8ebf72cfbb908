//! Calls: a row each, with a version. The machine's value stands in `snapshot`; the other columns are copies of parts
//! of it that questions are asked about.

use crate::error::added;
use crate::people::{Listed, listed_columns};
use crate::sql::{self, columns};
use crate::words::{from_word, natural, small, to_word};
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::body::{CallFilter, CallRecord, UnrungCall};
use birdcall_protocol::call::{CallKind, CallOutcome, Phase, Role, UnrungReason};
use birdcall_protocol::{CallId, PersonId, Timestamp};

/// What is asked about a call; all of it follows from the snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallColumns {
    /// Where it stands.
    pub phase: Phase,
    /// When a sweep has to look at it; `None` once ended.
    pub deadline: Option<Timestamp>,
    /// The callee's devices were made to ring.
    pub rung: bool,
    /// Somebody accepted.
    pub answered: bool,
    /// How it turned out, once ended.
    pub outcome: Option<CallOutcome>,
    /// Seconds of talk.
    pub seconds: u32,
    /// The callee has it in the history too (C-6).
    pub callee_sees: bool,
    /// The machine's value as JSON.
    pub snapshot: String,
}

/// A call to add.
pub struct NewCall<'a> {
    /// The call.
    pub id: CallId,
    /// Who calls.
    pub caller: PersonId,
    /// Who is called.
    pub callee: PersonId,
    /// The key of the caller's client.
    pub key: &'a str,
    /// What it starts as.
    pub kind: CallKind,
    /// Now.
    pub at: Timestamp,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRow {
    /// The call.
    pub id: CallId,
    /// Grows with each change.
    pub version: u64,
    /// The machine's value as JSON.
    pub snapshot: String,
}

/// A page of one's history: the calls, newest first, and whether there are older ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallHistory {
    /// The calls.
    pub calls: Vec<CallRecord>,
    /// Whether there are older ones.
    pub more: bool,
}

/// Which calls leave a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// This one.
    One(CallId),
    /// All that were started until then.
    Until(Timestamp),
    /// All.
    All,
}

impl Gone {
    /// The one call, and when the last was started.
    const fn bounds(self) -> (Option<i64>, i64) {
        match self {
            Self::One(call) => (Some(call.as_i64()), i64::MAX),
            Self::Until(at) => (None, at.0),
            Self::All => (None, i64::MAX),
        }
    }
}

/// What C-5 looks at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RingTimes {
    /// When the caller's unanswered rings to this callee began, oldest first. A declined one is not among them.
    pub pair: Vec<Timestamp>,
    /// Rings to the callee, by anybody.
    pub callee: u32,
    /// Distinct people whom the caller made ring, this callee not counted.
    pub callees: u32,
}

/// The calls that go on, in that phase.
const IN_PHASE: &str =
    "SELECT id, version, snapshot FROM calls WHERE deadline IS NOT NULL AND phase = $1";

/// Ended calls that were answered.
const ANSWERED_SINCE: &str =
    "SELECT id FROM calls WHERE started >= $1 AND answered = 1 AND phase = $2";

/// The next deadline, and whether a call is in that phase.
const NEXT_SWEEP: &str = "SELECT (SELECT min(deadline) FROM calls WHERE deadline IS NOT NULL), \
     CASE WHEN EXISTS (SELECT 1 FROM calls WHERE deadline IS NOT NULL AND phase = $1) \
     THEN 1 ELSE 0 END";

impl Reader {
    /// A call.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn call(&mut self, id: CallId) -> Result<Option<CallRow>, StoreError> {
        let row: Option<(i64, i64, String)> =
            sql::query_as("SELECT id, version, snapshot FROM calls WHERE id = $1")
                .bind(id.as_i64())
                .fetch_optional(self.sql())
                .await?;
        Ok(row.map(call_row))
    }

    /// The call that the caller's client has given this key.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn call_by_key(
        &mut self,
        caller: PersonId,
        key: &str,
    ) -> Result<Option<CallRow>, StoreError> {
        let row: Option<(i64, i64, String)> = sql::query_as(
            "SELECT id, version, snapshot FROM calls WHERE caller = $1 AND client_key = $2",
        )
        .bind(caller.as_i64())
        .bind(key)
        .fetch_optional(self.sql())
        .await?;
        Ok(row.map(call_row))
    }

    /// The calls of a person that have not ended.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn open_calls(&mut self, person: PersonId) -> Result<Vec<CallRow>, StoreError> {
        let rows: Vec<(i64, i64, String)> = sql::query_as(
            "SELECT id, version, snapshot FROM calls WHERE caller = $1 AND deadline IS NOT NULL \
             UNION SELECT id, version, snapshot FROM calls \
             WHERE callee = $1 AND deadline IS NOT NULL",
        )
        .bind(person.as_i64())
        .fetch_all(self.sql())
        .await?;
        Ok(rows.into_iter().map(call_row).collect())
    }

    /// The calls in that phase, for a sweep.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn calls_in(&mut self, phase: Phase) -> Result<Vec<CallRow>, StoreError> {
        let rows: Vec<(i64, i64, String)> = sql::query_as(IN_PHASE)
            .bind(to_word(phase)?)
            .fetch_all(self.sql())
            .await?;
        Ok(rows.into_iter().map(call_row).collect())
    }

    /// The ended calls that were answered and began since then.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn answered_since(&mut self, since: Timestamp) -> Result<Vec<CallId>, StoreError> {
        let rows: Vec<(i64,)> = sql::query_as(ANSWERED_SINCE)
            .bind(since.0)
            .bind(to_word(Phase::Ended)?)
            .fetch_all(self.sql())
            .await?;
        Ok(rows.into_iter().map(|(id,)| CallId::from_i64(id)).collect())
    }

    /// Up to `limit` calls whose deadline has passed, the longest past first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn due_calls(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<CallId>, StoreError> {
        let rows: Vec<(i64,)> =
            sql::query_as("SELECT id FROM calls WHERE deadline <= $1 ORDER BY deadline LIMIT $2")
                .bind(now.0)
                .bind(i64::from(limit))
                .fetch_all(self.sql())
                .await?;
        Ok(rows.into_iter().map(|(id,)| CallId::from_i64(id)).collect())
    }

    /// The next deadline of all calls.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn next_deadline(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<(i64,)> = sql::query_as(
            "SELECT deadline FROM calls WHERE deadline IS NOT NULL ORDER BY deadline LIMIT 1",
        )
        .fetch_optional(self.sql())
        .await?;
        Ok(row.map(|(at,)| Timestamp(at)))
    }

    /// The next deadline of all calls, and whether any call rings.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn next_sweep(&mut self) -> Result<(Option<Timestamp>, bool), StoreError> {
        let (deadline, ringing): (Option<i64>, i64) = sql::query_as(NEXT_SWEEP)
            .bind(to_word(Phase::Ringing)?)
            .fetch_one(self.sql())
            .await?;
        Ok((deadline.map(Timestamp), ringing != 0))
    }

    /// What C-5 looks at, for a call from `caller` to `callee`: the pair's unanswered rings since `pair`, the
    /// callee's rings since `callee_since`, the caller's callees since `callees_since`.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn ring_times(
        &mut self,
        caller: PersonId,
        callee: PersonId,
        pair_since: Timestamp,
        callee_since: Timestamp,
        callees_since: Timestamp,
    ) -> Result<RingTimes, StoreError> {
        let pair: Vec<(i64,)> = sql::query_as(
            "SELECT started FROM calls WHERE caller = $1 AND started > $3 AND callee = $2 \
             AND rung = 1 AND answered = 0 AND (outcome IS NULL OR outcome <> 'declined') \
             ORDER BY started",
        )
        .bind(caller.as_i64())
        .bind(callee.as_i64())
        .bind(pair_since.0)
        .fetch_all(self.sql())
        .await?;
        let (rings, callees): (i64, i64) = sql::query_as(
            "SELECT (SELECT count(*) FROM calls WHERE callee = $2 AND started > $3 AND rung = 1), \
             (SELECT count(DISTINCT callee) FROM calls WHERE caller = $1 AND started > $4 \
             AND callee <> $2 AND rung = 1)",
        )
        .bind(caller.as_i64())
        .bind(callee.as_i64())
        .bind(callee_since.0)
        .bind(callees_since.0)
        .fetch_one(self.sql())
        .await?;
        Ok(RingTimes {
            pair: pair.into_iter().map(|(at,)| Timestamp(at)).collect(),
            callee: small(rings),
            callees: small(callees),
        })
    }

    /// One's finished calls before `before` (or the newest), newest first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn call_history(
        &mut self,
        me: PersonId,
        before: Option<Timestamp>,
        only: Option<CallFilter>,
        limit: u32,
    ) -> Result<CallHistory, StoreError> {
        columns! {
            struct Row {
                id: i64,
                caller: i64,
                kind: String,
                started: i64,
                outcome: String,
                seconds: i64,
                with: Listed,
            }
        }
        let rows: Vec<Row> = sql::query_as(concat!(
            "SELECT c.id, c.caller, c.kind, c.started, c.outcome, c.seconds, ",
            listed_columns!(),
            " FROM calls c \
             JOIN people p ON p.id = CASE WHEN c.caller = $1 THEN c.callee ELSE c.caller END \
             WHERE ((c.caller = $1 AND c.caller_deleted = 0 AND $4 = 1) \
             OR (c.callee = $1 AND c.callee_sees = 1 AND c.callee_deleted = 0 AND ($5 = 1 \
             OR ($6 = 1 AND c.outcome IN ('no_answer', 'cancelled', 'busy'))))) \
             AND c.outcome IS NOT NULL AND c.started < $2 \
             ORDER BY c.started DESC, c.id LIMIT $3",
        ))
        .bind(me.as_i64())
        .bind(before.map_or(i64::MAX, |at| at.0))
        .bind(i64::from(limit) + 1)
        .bind(i64::from(matches!(only, None | Some(CallFilter::Outgoing))))
        .bind(i64::from(matches!(only, None | Some(CallFilter::Incoming))))
        .bind(i64::from(only == Some(CallFilter::Missed)))
        .fetch_all(self.sql())
        .await?;
        let more = rows.len() > limit as usize;
        let calls = rows
            .into_iter()
            .take(limit as usize)
            .map(|row| {
                Ok(CallRecord {
                    call: CallId::from_i64(row.id),
                    with: row.with.person()?,
                    role: if row.caller == me.as_i64() {
                        Role::Caller
                    } else {
                        Role::Callee
                    },
                    kind: from_word(row.kind)?,
                    at: Timestamp(row.started),
                    outcome: from_word(row.outcome)?,
                    seconds: small(row.seconds),
                })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(CallHistory { calls, more })
    }

    /// Calls that one's own settings kept from ringing, newest first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn unrung_calls(
        &mut self,
        me: PersonId,
        limit: u32,
    ) -> Result<Vec<UnrungCall>, StoreError> {
        columns! {
            struct Row {
                id: i64,
                kind: String,
                started: i64,
                unrung: String,
                from: Listed,
            }
        }
        let rows: Vec<Row> = sql::query_as(concat!(
            "SELECT c.id, c.kind, c.started, c.unrung, ",
            listed_columns!(),
            " FROM calls c JOIN people p ON p.id = c.caller WHERE c.callee = $1 AND c.unrung IS NOT NULL \
             AND c.answered = 0 ORDER BY c.started DESC, c.id LIMIT $2",
        ))
        .bind(me.as_i64())
        .bind(i64::from(limit))
        .fetch_all(self.sql())
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(UnrungCall {
                    call: CallId::from_i64(row.id),
                    from: row.from.person()?,
                    kind: from_word(row.kind)?,
                    at: Timestamp(row.started),
                    reason: from_word(row.unrung)?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Adds a call, with version 1.
    ///
    /// # Errors
    /// `Conflict`: the caller's key is taken.
    pub async fn add_call(
        &mut self,
        new: &NewCall<'_>,
        columns: &CallColumns,
    ) -> Result<(), StoreError> {
        let done = sql::query(
            "INSERT INTO calls (id, version, caller, callee, client_key, kind, started, phase, \
             deadline, rung, answered, outcome, seconds, callee_sees, snapshot) \
             VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
             ON CONFLICT DO NOTHING",
        )
        .bind(new.id.as_i64())
        .bind(new.caller.as_i64())
        .bind(new.callee.as_i64())
        .bind(new.key)
        .bind(to_word(new.kind)?)
        .bind(new.at.0)
        .bind(to_word(columns.phase)?)
        .bind(columns.deadline.map(|at| at.0))
        .bind(i64::from(columns.rung))
        .bind(i64::from(columns.answered))
        .bind(columns.outcome.map(to_word).transpose()?)
        .bind(i64::from(columns.seconds))
        .bind(i64::from(columns.callee_sees))
        .bind(&columns.snapshot)
        .execute(self.sql())
        .await?;
        added(done)
    }

    /// Writes a call back if it still has `version`; `false` if somebody was faster.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn update_call(
        &mut self,
        id: CallId,
        version: u64,
        columns: &CallColumns,
    ) -> Result<bool, StoreError> {
        let done = sql::query(
            "UPDATE calls SET version = version + 1, phase = $1, deadline = $2, rung = $3, \
             answered = $4, outcome = $5, seconds = $6, callee_sees = $7, snapshot = $8 \
             WHERE id = $9 AND version = $10",
        )
        .bind(to_word(columns.phase)?)
        .bind(columns.deadline.map(|at| at.0))
        .bind(i64::from(columns.rung))
        .bind(i64::from(columns.answered))
        .bind(columns.outcome.map(to_word).transpose()?)
        .bind(i64::from(columns.seconds))
        .bind(i64::from(columns.callee_sees))
        .bind(&columns.snapshot)
        .bind(id.as_i64())
        .bind(i64::try_from(version).unwrap_or(i64::MAX))
        .execute(self.sql())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes finished calls out of one's history; the other side keeps theirs. How many there were.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn delete_calls(&mut self, me: PersonId, calls: Gone) -> Result<u64, StoreError> {
        let (call, until) = calls.bounds();
        let called = sql::query(
            "UPDATE calls SET caller_deleted = 1 WHERE caller = $1 AND caller_deleted = 0 \
             AND outcome IS NOT NULL AND ($2 IS NULL OR id = $2) AND started <= $3",
        )
        .bind(me.as_i64())
        .bind(call)
        .bind(until)
        .execute(self.sql())
        .await?;
        let was_called = sql::query(
            "UPDATE calls SET callee_deleted = 1 WHERE callee = $1 AND callee_deleted = 0 \
             AND callee_sees = 1 AND outcome IS NOT NULL AND ($2 IS NULL OR id = $2) AND started <= $3",
        )
        .bind(me.as_i64())
        .bind(call)
        .bind(until)
        .execute(self.sql())
        .await?;
        Ok(called.rows_affected() + was_called.rows_affected())
    }

    /// Takes calls off one's quiet list. How many there were.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn delete_unrung(&mut self, me: PersonId, calls: Gone) -> Result<u64, StoreError> {
        let (call, until) = calls.bounds();
        let done = sql::query(
            "UPDATE calls SET unrung = NULL WHERE callee = $1 AND unrung IS NOT NULL \
             AND ($2 IS NULL OR id = $2) AND started <= $3",
        )
        .bind(me.as_i64())
        .bind(call)
        .bind(until)
        .execute(self.sql())
        .await?;
        Ok(done.rows_affected())
    }

    /// Puts a call on the callee's quiet list (C-6).
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_unrung(&mut self, id: CallId, reason: UnrungReason) -> Result<(), StoreError> {
        sql::query("UPDATE calls SET unrung = $1 WHERE id = $2")
            .bind(to_word(reason)?)
            .bind(id.as_i64())
            .execute(self.sql())
            .await?;
        Ok(())
    }
}

fn call_row((id, version, snapshot): (i64, i64, String)) -> CallRow {
    CallRow {
        id: CallId::from_i64(id),
        version: natural(version),
        snapshot,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::migrate_file;

    /// Asked again and again while calls go on, or at every start: what was ever called must not be read for it.
    #[test]
    fn calls_that_go_on_are_found_by_an_index() {
        let mut file = rusqlite::Connection::open_in_memory().unwrap();
        migrate_file(&mut file).unwrap();
        let steps = |text: &str| {
            let mut explain = file.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
            let steps = explain.raw_query().mapped(|row| row.get::<_, String>(3));
            steps.collect::<Result<Vec<_>, _>>().unwrap()
        };
        let reads_all = |text: &str| steps(text).iter().any(|step| step == "SCAN calls");
        for text in [IN_PHASE, NEXT_SWEEP, ANSWERED_SINCE] {
            assert!(!reads_all(text), "{:?}", steps(text));
        }
        assert!(reads_all("SELECT id FROM calls WHERE answered = 1"));
    }
}
