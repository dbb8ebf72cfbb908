//! How what happens reaches sockets, on this node and on others.
//!
//! One node alone sends frames straight to its sockets ([`Bus::Local`]). Of several nodes on one database ([`Cluster`])
//! any may act, and each has sockets of its own. There the database is the truth and the bus is a hint: a frame for a
//! person is a row of `signals`, written in the transaction that makes it true, and every node reads in order what
//! follows its own cursor for each person with a socket here ([`desk`]). NATS only says whom to look at (`hints`). What
//! it loses, doubles or turns around changes nothing, and without it every node looks by itself (`poll`).

mod deliver;
pub mod desk;
mod hints;
mod lease;
mod line;
mod poll;
pub mod presence;
mod relays;
mod seal;
mod signal;

pub use relays::{choose, relay_state};
pub use signal::{Signal, send};

use crate::app::App;
use crate::clock::Clock;
use crate::{config, raced};
use birdcall_protocol::{NodeId, PersonId, Timestamp};
use birdcall_relay::credential::NodeKey;
use birdcall_store::{Store, StoreError};
use desk::Desk;
use hints::Hint;
use line::Line;
use prometheus_client::metrics::gauge::Gauge;
use seal::Seal;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How long a node counts as there after it last said so. Raising it lets a node that was killed count as there for
/// longer, with the sockets it had; lowering it takes a node that was only busy for gone.
const LEASE: Duration = Duration::from_secs(10);

/// How often a node says that it is there: three times a lease.
const RENEW_EVERY: Duration = Duration::from_secs(3);

/// How long outboxes rest among several nodes. Lowering it asks the database more often for nothing.
const IDLE: Duration = Duration::from_secs(2);

/// What reaches the sockets.
#[derive(Clone)]
pub enum Bus {
    /// One node: its sockets are all there are.
    Local,
    /// One of several nodes.
    Cluster(Arc<Cluster>),
}

/// This node among others.
pub struct Cluster {
    /// This node.
    pub id: NodeId,
    name: String,
    relay_urls: Vec<String>,
    seal: Seal,
    draining: AtomicBool,
    desks: Mutex<HashMap<PersonId, Desk>>,
    /// Persons whose signals are to be read out here.
    reading: Line<PersonId>,
    /// Sockets that come, change and go.
    presence: Line<presence::Change>,
    /// What is to be said by NATS.
    hints: Option<Line<Hint>>,
    nats: Vec<String>,
    /// NATS is there.
    connected: Gauge,
    /// Whether the last poll found it away, for the poll's pace.
    hears: AtomicBool,
    /// Wakes the poll: the relay may have to be told something.
    look: Notify,
}

impl Bus {
    /// The bus of a configuration.
    ///
    /// # Errors
    /// A sentence: the node key is not the one of the other nodes, or the database cannot say.
    pub async fn start(
        config: &config::Config,
        store: &Store,
        key: &NodeKey,
    ) -> Result<Self, String> {
        let Some(cluster) = &config.cluster else {
            return Ok(Self::Local);
        };
        let say = |error: StoreError| error.to_string();
        let ours = seal::mark(key);
        let kept = raced::again(config.tries, || async {
            let mut tx = store.write().await?;
            let kept = tx.keep_server_key("node_key", &ours).await?;
            tx.commit().await?;
            Ok(kept)
        });
        let kept = kept.await.map_err(say)?;
        if kept != ours {
            return Err(format!(
                "the node key in {} is not the one of the other nodes on this database; copy theirs to it",
                config.key_file.display()
            ));
        }
        Ok(Self::Cluster(Arc::new(Cluster {
            id: NodeId::new(rand::random()),
            name: cluster.name.clone(),
            relay_urls: config.relay_urls.clone(),
            seal: Seal::new(key)?,
            draining: AtomicBool::new(false),
            desks: Mutex::default(),
            reading: Line::default(),
            presence: Line::default(),
            hints: (!cluster.nats.is_empty()).then(Line::default),
            nats: cluster.nats.clone(),
            connected: Gauge::default(),
            hears: AtomicBool::new(false),
            look: Notify::new(),
        })))
    }

    /// This node among others, if there may be others.
    #[must_use]
    pub fn cluster(&self) -> Option<&Arc<Cluster>> {
        match self {
            Self::Local => None,
            Self::Cluster(cluster) => Some(cluster),
        }
    }

    /// How long an outbox rests with nothing due, where one node alone rests for `alone`. Among several it looks sooner
    /// for what one that was killed has noted and not sent.
    #[must_use]
    pub fn idle(&self, alone: Duration) -> Duration {
        match self {
            Self::Local => alone,
            Self::Cluster(_) => alone.min(IDLE),
        }
    }

    /// A person's feed has grown: nodes with sockets of theirs look at it. This node's own were told.
    pub fn stirred(&self, person: PersonId) {
        if let Self::Cluster(cluster) = self {
            cluster.hint(Hint::Feed(person));
        }
    }

    /// There are signals for a person, and they are committed.
    pub fn signalled(&self, person: PersonId) {
        if let Self::Cluster(cluster) = self {
            cluster.nudge(person);
            cluster.hint(Hint::Signals(person));
        }
    }

    /// A node has something to tell its relay.
    pub fn ended_at(&self, node: NodeId) {
        if let Self::Cluster(cluster) = self {
            cluster.hint(Hint::Node(node));
        }
    }
}

impl Cluster {
    /// The moment that leases and signals count by: the machine's, also where a test has turned the app's clock.
    fn now() -> Timestamp {
        Clock::System.now()
    }

    /// Signals of a person are to be read out, if anybody is here to hear them.
    fn nudge(&self, person: PersonId) {
        let mut desks = self.desks();
        if let Some(desk) = desks.get_mut(&person)
            && desk.nudge()
        {
            self.reading.say(person);
        }
    }

    /// 1 while NATS is there.
    #[must_use]
    pub fn connected(&self) -> Gauge {
        self.connected.clone()
    }

    fn hint(&self, hint: Hint) {
        if let Some(line) = &self.hints {
            line.say(hint);
        }
    }

    /// Whether this node goes down.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Others are to give nothing new to this node from now on. Whether there are others.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn begin_draining(&self, app: &App) -> Result<bool, StoreError> {
        self.draining.store(true, Ordering::Relaxed);
        lease::renew(app, self).await?;
        let nodes = app.store.read().await?.nodes(Self::now()).await?;
        Ok(nodes
            .iter()
            .any(|node| node.id != self.id && !node.draining))
    }

    fn desks(&self) -> MutexGuard<'_, HashMap<PersonId, Desk>> {
        // Nothing panics while it holds this.
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a cluster does beside: reads out signals, keeps the lease, notes sockets, looks for what no hint told of. Runs
/// until the server goes down.
pub async fn run(app: App) {
    let Some(cluster) = app.bus.cluster() else {
        return;
    };
    tokio::join!(
        deliver::run(&app, cluster),
        lease::run(&app, cluster),
        presence::run(&app, cluster),
        poll::run(&app, cluster),
        hints::run(&app, cluster),
    );
}

/// Before it serves anybody: this node is there.
///
/// # Errors
/// `Unavailable`.
pub async fn arrive(app: &App) -> Result<(), StoreError> {
    match app.bus.cluster() {
        None => Ok(()),
        Some(cluster) => lease::renew(app, cluster).await,
    }
}

/// After its last socket: this node is gone.
///
/// # Errors
/// `Unavailable`; then its lease runs out.
pub async fn depart(app: &App) -> Result<(), StoreError> {
    match app.bus.cluster() {
        None => Ok(()),
        Some(cluster) => lease::depart(app, cluster).await,
    }
}
