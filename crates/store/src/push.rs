//! Web Push: the server's keys, the devices' subscriptions, and the outbox of what is still to be sent.
//!
//! Whoever sends a row claims it first, by moving its `due`; of two that try, one does. The claim is also what says
//! later that the row is still the same: a ring that was over in the meantime has become another row.

use crate::sql::{self, columns};
use crate::words::{from_word, natural, small, to_word};
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::body::PushState;
use birdcall_protocol::call::RingStop;
use birdcall_protocol::{CallId, DeviceId, PersonId, Timestamp};

/// A device's subscription.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The device.
    pub device: DeviceId,
    /// Whose it is.
    pub person: PersonId,
    /// Where its pushes go; a secret.
    pub endpoint: String,
    /// The browser's public key, base64url.
    pub p256dh: String,
    /// The secret that both share, base64url.
    pub auth: String,
    /// Where its page came from.
    pub origin: Option<String>,
}

/// What a push is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushAbout {
    /// A call rings.
    Ring(CallId),
    /// It does not ring any more.
    RingStopped(CallId, RingStop),
    /// It was missed; `woken`: the device was sent the ring.
    Missed {
        /// The call.
        call: CallId,
        /// The device was sent the ring.
        woken: bool,
    },
    /// There is an entry at `seq` of the conversation with `other`.
    Message {
        /// The other person.
        other: PersonId,
        /// Its place.
        seq: u64,
    },
    /// The entry at `seq` of the conversation with `other`, of which the device may have been told, was deleted.
    MessageGone {
        /// The other person.
        other: PersonId,
        /// Its place.
        seq: u64,
    },
}

impl PushAbout {
    /// A message's place, for statements that ask whether another has joined it.
    fn seq(self) -> i64 {
        match self {
            Self::Message { seq, .. } | Self::MessageGone { seq, .. } => place(seq),
            Self::Ring(_) | Self::RingStopped(..) | Self::Missed { .. } => 0,
        }
    }
}

/// A push to add.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPush {
    /// 63 random bits.
    pub id: u64,
    /// To which device.
    pub device: DeviceId,
    /// What it is about.
    pub about: PushAbout,
    /// Now.
    pub at: Timestamp,
    /// From then on it is of no use.
    pub until: Timestamp,
}

/// A push in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PushRow {
    /// The row.
    pub id: u64,
    /// To which device.
    pub device: DeviceId,
    /// What it is about.
    pub about: PushAbout,
    /// When it was made.
    pub made: Timestamp,
    /// When to look at it.
    pub due: Timestamp,
    /// From then on it is of no use.
    pub until: Timestamp,
    /// How often it was tried.
    pub tries: u32,
}

/// A ring of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WokenBy {
    /// The call.
    pub call: CallId,
    /// The device was, or may have been, sent the ring.
    pub woken: bool,
}

/// A device that a ring was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WokenDevice {
    /// The device.
    pub device: DeviceId,
    /// It was, or may have been, sent the ring.
    pub woken: bool,
}

columns! {
    struct Row {
        id: i64,
        device: i64,
        kind: String,
        call: Option<i64>,
        reason: Option<String>,
        woken: i64,
        other: Option<i64>,
        seq: Option<i64>,
        made: i64,
        due: i64,
        until: i64,
        tries: i64,
    }
}

impl Row {
    fn push(self) -> Result<PushRow, StoreError> {
        let call = self.call.map(CallId::from_i64);
        let about = match (self.kind.as_str(), call, self.reason, self.other, self.seq) {
            ("ring", Some(call), ..) => PushAbout::Ring(call),
            ("ring_stopped", Some(call), Some(reason), ..) => {
                PushAbout::RingStopped(call, from_word(reason)?)
            }
            ("missed", Some(call), ..) => PushAbout::Missed {
                call,
                woken: self.woken != 0,
            },
            ("message", _, _, Some(other), Some(seq)) => PushAbout::Message {
                other: PersonId::from_i64(other),
                seq: natural(seq),
            },
            ("message_gone", _, _, Some(other), Some(seq)) => PushAbout::MessageGone {
                other: PersonId::from_i64(other),
                seq: natural(seq),
            },
            _ => return Err(StoreError::Broken(format!("a push of kind {}", self.kind))),
        };
        Ok(PushRow {
            id: natural(self.id),
            device: DeviceId::from_i64(self.device),
            about,
            made: Timestamp(self.made),
            due: Timestamp(self.due),
            until: Timestamp(self.until),
            tries: small(self.tries),
        })
    }
}

impl Reader {
    /// A key of this server.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn server_key(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        let row: Option<(String,)> = sql::query_as("SELECT value FROM server_keys WHERE name = $1")
            .bind(name)
            .fetch_optional(self.sql())
            .await?;
        Ok(row.map(|(value,)| value))
    }

    /// A device's subscription.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn subscription(
        &mut self,
        device: DeviceId,
    ) -> Result<Option<Subscription>, StoreError> {
        let row: Option<(i64, String, String, String, Option<String>)> = sql::query_as(
            "SELECT d.person, s.endpoint, s.p256dh, s.auth, s.origin FROM push_subscriptions s \
             JOIN devices d ON d.id = s.device WHERE s.device = $1",
        )
        .bind(device.as_i64())
        .fetch_optional(self.sql())
        .await?;
        Ok(
            row.map(|(person, endpoint, p256dh, auth, origin)| Subscription {
                device,
                person: PersonId::from_i64(person),
                endpoint,
                p256dh,
                auth,
                origin,
            }),
        )
    }

    /// A person's devices that have a subscription, and how the last push to each went.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn push_states(
        &mut self,
        person: PersonId,
    ) -> Result<Vec<(DeviceId, PushState)>, StoreError> {
        let rows: Vec<(i64, String)> = sql::query_as(
            "SELECT s.device, s.state FROM push_subscriptions s \
             JOIN devices d ON d.id = s.device WHERE d.person = $1 ORDER BY s.device",
        )
        .bind(person.as_i64())
        .fetch_all(self.sql())
        .await?;
        rows.into_iter()
            .map(|(device, state)| Ok((DeviceId::from_i64(device), from_word(state)?)))
            .collect()
    }

    /// The first push that is due on each of up to `limit` devices, the longest due first. So a device that cannot be
    /// reached keeps no other waiting, however much there is for it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn due_pushes(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<PushRow>, StoreError> {
        let rows: Vec<Row> = sql::query_as(
            "SELECT id, device, kind, call, reason, woken, other, seq, made, due, until, tries \
             FROM pushes p WHERE due <= $1 AND NOT EXISTS (SELECT 1 FROM pushes f \
             WHERE f.device = p.device AND f.due <= $1 \
             AND (f.due < p.due OR (f.due = p.due AND f.id < p.id))) ORDER BY due, id LIMIT $2",
        )
        .bind(now.0)
        .bind(i64::from(limit))
        .fetch_all(self.sql())
        .await?;
        rows.into_iter().map(Row::push).collect()
    }

    /// When the next push after `now` is due.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn next_push(&mut self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<(i64,)> =
            sql::query_as("SELECT due FROM pushes WHERE due > $1 ORDER BY due LIMIT 1")
                .bind(now.0)
                .fetch_optional(self.sql())
                .await?;
        Ok(row.map(|(at,)| Timestamp(at)))
    }
}

impl Tx {
    /// Keeps a key of this server, unless there is one of that name; hands back the one that is kept.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn keep_server_key(&mut self, name: &str, value: &str) -> Result<String, StoreError> {
        sql::query(
            "INSERT INTO server_keys (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(value)
        .execute(self.sql())
        .await?;
        self.server_key(name)
            .await?
            .ok_or_else(|| StoreError::Broken("a key that was not kept".into()))
    }

    /// Gives a device its subscription, instead of the one it had; another device that had this endpoint loses it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn subscribe(&mut self, new: &Subscription) -> Result<(), StoreError> {
        sql::query("DELETE FROM push_subscriptions WHERE endpoint = $1 AND device <> $2")
            .bind(&new.endpoint)
            .bind(new.device.as_i64())
            .execute(self.sql())
            .await?;
        sql::query(
            "INSERT INTO push_subscriptions (device, endpoint, p256dh, auth, origin, state, tried) \
             VALUES ($1, $2, $3, $4, $5, $6, NULL) ON CONFLICT (device) DO UPDATE SET \
             endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth, \
             origin = excluded.origin, state = excluded.state, tried = NULL \
             WHERE push_subscriptions.endpoint <> excluded.endpoint \
             OR push_subscriptions.p256dh <> excluded.p256dh \
             OR push_subscriptions.auth <> excluded.auth",
        )
        .bind(new.device.as_i64())
        .bind(&new.endpoint)
        .bind(&new.p256dh)
        .bind(&new.auth)
        .bind(new.origin.as_deref())
        .bind(to_word(PushState::Untried)?)
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// Takes a device's subscription away; `false` if it has none.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn unsubscribe(&mut self, device: DeviceId) -> Result<bool, StoreError> {
        let done = sql::query("DELETE FROM push_subscriptions WHERE device = $1")
            .bind(device.as_i64())
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes a subscription away that its push service does not know any more, unless the device has another by now.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn forget_subscription(&mut self, gone: &Subscription) -> Result<bool, StoreError> {
        let done = sql::query("DELETE FROM push_subscriptions WHERE device = $1 AND endpoint = $2")
            .bind(gone.device.as_i64())
            .bind(&gone.endpoint)
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes how a push to a subscription went; `true` if that is news.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn note_push(
        &mut self,
        to: &Subscription,
        state: PushState,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let known: Option<(String,)> = sql::query_as(
            "SELECT state FROM push_subscriptions WHERE device = $1 AND endpoint = $2",
        )
        .bind(to.device.as_i64())
        .bind(&to.endpoint)
        .fetch_optional(self.sql())
        .await?;
        let state = to_word(state)?;
        sql::query(
            "UPDATE push_subscriptions SET state = $1, tried = $2 \
             WHERE device = $3 AND endpoint = $4",
        )
        .bind(&state)
        .bind(at.0)
        .bind(to.device.as_i64())
        .bind(&to.endpoint)
        .execute(self.sql())
        .await?;
        Ok(known.is_some_and(|(known,)| known != state))
    }

    /// Puts a push into the outbox, due at once. A message joins one about the same conversation that was not tried
    /// yet, so that a device is woken once for many. What would take back a message of which the device was not told is
    /// left out.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn add_push(&mut self, new: &NewPush) -> Result<(), StoreError> {
        if let PushAbout::Message { other, seq } = new.about {
            let joined = sql::query(
                "UPDATE pushes SET seq = $1, until = $2 \
                 WHERE device = $3 AND other = $4 AND kind = 'message' AND tries = 0",
            )
            .bind(place(seq))
            .bind(new.until.0)
            .bind(new.device.as_i64())
            .bind(other.as_i64())
            .execute(self.sql())
            .await?;
            if joined.rows_affected() > 0 {
                return Ok(());
            }
        }
        if let PushAbout::MessageGone { other, .. } = new.about {
            let waiting: Option<(i64,)> = sql::query_as(
                "SELECT id FROM pushes \
                 WHERE device = $1 AND other = $2 AND kind = 'message' AND tries = 0",
            )
            .bind(new.device.as_i64())
            .bind(other.as_i64())
            .fetch_optional(self.sql())
            .await?;
            if waiting.is_some() {
                return Ok(());
            }
        }
        let (kind, call, reason, woken, other, seq) = match new.about {
            PushAbout::Ring(call) => ("ring", Some(call), None, false, None, None),
            PushAbout::RingStopped(call, stop) => {
                ("ring_stopped", Some(call), Some(stop), false, None, None)
            }
            PushAbout::Missed { call, woken } => ("missed", Some(call), None, woken, None, None),
            PushAbout::Message { other, seq } => {
                ("message", None, None, false, Some(other), Some(seq))
            }
            PushAbout::MessageGone { other, seq } => {
                ("message_gone", None, None, false, Some(other), Some(seq))
            }
        };
        sql::query(
            "INSERT INTO pushes \
             (id, device, kind, call, reason, woken, other, seq, made, due, until, tries) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, 0)",
        )
        .bind(place(new.id))
        .bind(new.device.as_i64())
        .bind(kind)
        .bind(call.map(CallId::as_i64))
        .bind(reason.map(to_word).transpose()?)
        .bind(i64::from(woken))
        .bind(other.map(PersonId::as_i64))
        .bind(seq.map(place))
        .bind(new.at.0)
        .bind(new.until.0)
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// Claims a push until `until`, as one more try; `false` if somebody else has it, or it is another by now.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn claim_push(
        &mut self,
        row: &PushRow,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sql::query(
            "UPDATE pushes SET due = $1, tries = tries + 1 \
             WHERE id = $2 AND due = $3 AND tries = $4 AND COALESCE(seq, 0) = $5",
        )
        .bind(until.0)
        .bind(place(row.id))
        .bind(row.due.0)
        .bind(i64::from(row.tries))
        .bind(row.about.seq())
        .execute(self.sql())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Puts a push off, if it is still the same.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn put_push_off(&mut self, row: &PushRow, due: Timestamp) -> Result<(), StoreError> {
        sql::query("UPDATE pushes SET due = $1 WHERE id = $2 AND due = $3")
            .bind(due.0)
            .bind(place(row.id))
            .bind(row.due.0)
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// A push is done, if it is still the same. A ring that was `sent` is kept until it is over.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn finish_push(&mut self, row: &PushRow, sent: bool) -> Result<(), StoreError> {
        let statement = match row.about {
            PushAbout::Ring(_) if sent => {
                "UPDATE pushes SET due = NULL WHERE id = $1 AND due = $2 AND COALESCE(seq, 0) = $3"
            }
            PushAbout::Ring(_)
            | PushAbout::RingStopped(..)
            | PushAbout::Missed { .. }
            | PushAbout::Message { .. }
            | PushAbout::MessageGone { .. } => {
                "DELETE FROM pushes WHERE id = $1 AND due = $2 AND COALESCE(seq, 0) = $3"
            }
        };
        sql::query(statement)
            .bind(place(row.id))
            .bind(row.due.0)
            .bind(row.about.seq())
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// Takes the rings of a call out of the outbox; says which devices they were for.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn take_rings(&mut self, call: CallId) -> Result<Vec<WokenDevice>, StoreError> {
        let rows: Vec<(i64, i64)> = sql::query_as(
            "DELETE FROM pushes WHERE call = $1 AND kind = 'ring' RETURNING device, tries",
        )
        .bind(call.as_i64())
        .fetch_all(self.sql())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(device, tries)| WokenDevice {
                device: DeviceId::from_i64(device),
                woken: tries > 0,
            })
            .collect())
    }

    /// Takes the rings of a device out of the outbox; says of which calls they were.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn take_rings_of(&mut self, device: DeviceId) -> Result<Vec<WokenBy>, StoreError> {
        let rows: Vec<(i64, i64)> = sql::query_as(
            "DELETE FROM pushes WHERE device = $1 AND kind = 'ring' RETURNING call, tries",
        )
        .bind(device.as_i64())
        .fetch_all(self.sql())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(call, tries)| WokenBy {
                call: CallId::from_i64(call),
                woken: tries > 0,
            })
            .collect())
    }
}

fn place(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
