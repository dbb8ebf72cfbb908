//! PostgreSQL: several writers at once, each in a transaction of its own on a connection of its own.
//!
//! Transactions are serializable: what is committed is as if one had run after the other, which is what SQLite's one
//! writer gives, and what "look, then write" throughout this crate rests on. Two that cannot be put in an order are found
//! out by the database, and one of them is told so: `StoreError::Raced`. Many commits share one write to the disk; that is
//! the server's own business.
//!
//! What is read outside a transaction is read one statement at a time, each seeing what was committed before it.

use crate::StoreError;
use crate::commits::Commits;
use crate::database::PostgresUrl;
use crate::open::{Options, Sync};
use crate::queue::Queue;
use crate::schema;
use crate::sql::answered;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Transactions at once, of one node. More commit together and so write more in a second, until they are in each other's
/// way: then more of them have to be run again. Each is a connection, of which a server has 100 unless told otherwise.
/// Measured, with 32 pairs who write as fast as they can: among 20,000 people with 200,000 messages 1 transaction in 100 is
/// run again; among 64 people, whose rows share the few pages that are watched, 1 in 2.
const WRITERS: u32 = 8;

/// Connections that read, of one node.
const READERS: u32 = 8;

/// How long to wait for a connection: for one to be free, or for a server that is just being restarted.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection that was idle for longer is asked whether it is still there before it is used. Asking costs an errand to
/// the server, as each statement does; not asking costs whoever gets a connection that is gone an error.
const TRUSTED: Duration = Duration::from_secs(1);

/// A transaction in which nothing happens is ended by the server: its node hangs, and others wait for what it holds.
/// None of ours waits for anything but the database.
const IDLE: Duration = Duration::from_secs(30);

/// The number of the lock by which servers know of each other; any will do that nobody else uses in this database.
const CLAIM: i64 = 0x6269_7264_6361_6c6c;

/// What this was tried on first; older ones are refused.
const OLDEST: i64 = 15;

/// The connections to a PostgreSQL database.
#[derive(Clone)]
pub(crate) struct Postgres {
    readers: PgPool,
    writers: PgPool,
    connect: PgConnectOptions,
    /// Holds the lock by which servers know of each other.
    claim: Arc<Mutex<Option<PgConnection>>>,
    pub(crate) commits: Arc<Commits>,
    pub(crate) queue: Queue,
}

impl Postgres {
    pub(crate) async fn open(url: &PostgresUrl, options: &Options) -> Result<Self, StoreError> {
        let connect = url.connect()?;
        let mut first = connected(&connect).await?;
        check(&mut first).await?;
        schema::migrate_postgres(&mut first).await?;
        first.close().await?;
        let pool = |size: u32, settings: String| {
            PgPoolOptions::new()
                .max_connections(size)
                .acquire_timeout(PATIENCE)
                .test_before_acquire(false)
                .before_acquire(|connection, meta| {
                    Box::pin(async move {
                        if meta.idle_for > TRUSTED {
                            connection.ping().await?;
                        }
                        Ok(true)
                    })
                })
                .after_connect(move |connection, _| {
                    // Numbers and words of our own.
                    let settings = sqlx::raw_sql(AssertSqlSafe(settings.clone()));
                    Box::pin(async move {
                        connection.execute(settings).await?;
                        Ok(())
                    })
                })
                .connect_lazy_with(connect.clone())
        };
        Ok(Self {
            readers: pool(READERS, for_readers(options)),
            writers: pool(WRITERS, for_writers(options)),
            claim: Arc::default(),
            connect,
            commits: Arc::default(),
            queue: Queue::default(),
        })
    }

    pub(crate) async fn reader(&self) -> Result<PoolConnection<sqlx::Postgres>, StoreError> {
        Ok(self.readers.acquire().await?)
    }

    pub(crate) async fn begin(&self) -> Result<Session, StoreError> {
        let place = self.queue.join();
        let connection = self.writers.acquire().await?;
        drop(place);
        let mut session = Session {
            connection: Some(connection),
            state: State::Open,
        };
        answered(
            session
                .connection()
                .execute("BEGIN ISOLATION LEVEL SERIALIZABLE"),
        )
        .await?;
        Ok(session)
    }

    pub(crate) async fn claim(&self, alone: bool) -> Result<bool, StoreError> {
        let mut claim = self.claim.lock().await;
        let mut connection = connected(&self.connect).await?;
        // A machine that lost its power is noticed within the minute.
        connection
            .execute(sqlx::raw_sql(
                "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 10; \
                 SET tcp_keepalives_count = 3",
            ))
            .await?;
        let (granted,): (bool,) = sqlx::query_as(
            "SELECT CASE WHEN $1 THEN pg_try_advisory_lock($2) \
             ELSE pg_try_advisory_lock_shared($2) END",
        )
        .bind(alone)
        .bind(CLAIM)
        .fetch_one(&mut connection)
        .await?;
        *claim = granted.then_some(connection);
        Ok(claim.is_some())
    }

    /// Waits for what is under way.
    pub(crate) async fn close(&self) {
        if let Some(mut connection) = self.claim.lock().await.take() {
            // The server lets go of the lock however this ends, but of a connection that is closed only some time later.
            let _ = connection.execute("SELECT pg_advisory_unlock_all()").await;
            let _ = connection.close().await;
        }
        self.readers.close().await;
        self.writers.close().await;
    }
}

/// A transaction and the connection it is on. Dropped without a commit it is rolled back, and the connection is free after
/// that.
pub(crate) struct Session {
    /// There until it is dropped.
    connection: Option<PoolConnection<sqlx::Postgres>>,
    state: State,
}

/// ```text
/// Open ── COMMIT is sent ──▶ Ending ── done ──▶ Ended
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// `BEGIN` was sent.
    Open,
    /// `COMMIT` was sent and not answered with yes. It is over if that lost a race, and open if a statement before it had
    /// failed.
    Ending,
    Ended,
}

impl Session {
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        match &mut self.connection {
            Some(connection) => connection,
            None => unreachable!("it is taken where it is dropped"),
        }
    }

    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        // A transaction in which a statement has failed is rolled back by `COMMIT`, which then says nothing: the statement
        // before it, on the same errand, does.
        let end = sqlx::raw_sql("SELECT 1; COMMIT");
        self.state = State::Ending;
        answered(self.connection().execute(end)).await?;
        self.state = State::Ended;
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let state = self.state;
        let Some(mut connection) = self.connection.take().filter(|_| state != State::Ended) else {
            return;
        };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            // Without one nothing can be said to the server any more: it rolls back when the connection ends.
            drop(connection.detach());
            return;
        };
        runtime.spawn(async move {
            // Where it is over already, PostgreSQL notes a warning at `ROLLBACK`: one for each race that was lost. A
            // transaction that waits for its end with a failure in it answers nothing else.
            if state == State::Ending && answered(connection.execute("SELECT 1")).await.is_ok() {
                return;
            }
            if answered(connection.execute("ROLLBACK")).await.is_err() {
                // It is gone, or in a state that nobody knows.
                let _ = connection.detach().close_hard().await;
            }
        });
    }
}

/// A connection, or an error within a bounded time.
pub(crate) async fn connected(connect: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    tokio::time::timeout(PATIENCE, PgConnection::connect_with(connect))
        .await
        .map_err(|_| StoreError::Unavailable("the database server does not answer".into()))?
        .map_err(StoreError::from)
}

/// Refuses a server that is too old, and a database that does not keep every text.
pub(crate) async fn check(connection: &mut PgConnection) -> Result<(), StoreError> {
    let (version, encoding): (String, String) = sqlx::query_as(
        "SELECT current_setting('server_version_num'), current_setting('server_encoding')",
    )
    .fetch_one(connection)
    .await?;
    if version.parse::<i64>().unwrap_or(0) / 10_000 < OLDEST {
        return Err(StoreError::Unavailable(format!(
            "PostgreSQL {OLDEST} or newer is needed, and this is {version}"
        )));
    }
    if encoding != "UTF8" {
        return Err(StoreError::Unavailable(format!(
            "the database's encoding is {encoding} and has to be UTF8: CREATE DATABASE … \
             TEMPLATE template0 ENCODING 'UTF8'"
        )));
    }
    Ok(())
}

fn for_readers(options: &Options) -> String {
    format!(
        "SET default_transaction_read_only = on; {}",
        shared(options)
    )
}

fn for_writers(options: &Options) -> String {
    let sync = match options.sync {
        // As the server is set up, unless that is not to wait for the disk: "done" has to be true (M-4).
        Sync::Full => {
            "SELECT set_config('synchronous_commit', 'on', false) \
             WHERE current_setting('synchronous_commit') = 'off'"
        }
        Sync::Normal => "SET synchronous_commit = off",
    };
    // A table that is read from end to end is in the way of everybody who writes into it, and small tables are read so
    // unless the planner is told not to: PostgreSQL's manual, "Serializable Isolation Level".
    format!(
        "SET enable_seqscan = off; SET idle_in_transaction_session_timeout = {}; {sync}; {}",
        IDLE.as_millis(),
        shared(options)
    )
}

fn shared(options: &Options) -> String {
    // Backslashes in texts are what they are, also where a server was set up otherwise (`LIKE … ESCAPE '\'`).
    format!(
        "SET lock_timeout = {}; SET standard_conforming_strings = on",
        options.lock_wait.as_millis()
    )
}
