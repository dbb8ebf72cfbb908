//! What every part of the server holds on to.

use crate::bus::Bus;
use crate::calls::later::Later;
use crate::calls::turns::Turns;
use crate::clock::Clock;
use crate::config::Config;
use crate::counters::Counters;
use crate::doors::Doors;
use crate::export::Exports;
use crate::files;
use crate::hub::Hub;
use crate::mail::Mailing;
use crate::oidc::Provider;
use crate::overload::{Admission, Beat};
use crate::password::Passwords;
use crate::picture::Studio;
use crate::problem::ApiError;
use crate::push::Push;
use crate::raced::{self, Outcome};
use crate::relay::Relaying;
use birdcall_protocol::Code;
use birdcall_store::Store;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// The running server. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// Its parts.
pub struct Parts {
    /// How it was told to be.
    pub config: Config,
    /// All that is remembered.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// The sockets.
    pub hub: Hub,
    /// What reaches those of other nodes.
    pub bus: Bus,
    /// The relay.
    pub relay: Relaying,
    /// Password hashing.
    pub passwords: Passwords,
    /// The provider whose accounts are good here, if there is one.
    pub provider: Option<Provider>,
    /// Rate limits.
    pub doors: Doors,
    /// Whether there is too much to do.
    pub admission: Admission,
    /// How late tasks run.
    pub beat: Beat,
    /// Sockets that devices may have, by the files that this process may.
    most_sockets: u64,
    /// Figures.
    pub counters: Counters,
    /// One change of a call at a time.
    pub turns: Turns,
    /// What callers are told on the next beat (C-6).
    pub later: Later,
    /// What wakes closed apps.
    pub push: Push,
    /// Where pictures are made.
    pub pictures: Studio,
    /// What mails people.
    pub mail: Mailing,
    /// Who is having an export made.
    pub exports: Exports,
    /// It goes down: nothing new begins here.
    pub going_down: AtomicBool,
    /// Wakes the sweeper: there may be an earlier deadline.
    pub sweeper: Notify,
    /// Wakes what deletes accounts: there may be an earlier one.
    pub leaving: Notify,
}

impl App {
    /// # Errors
    /// A sentence: password hashing does not work, the relay cannot be started, mail cannot be sent as configured, or the
    /// provider's secret cannot be read.
    pub fn new(
        config: Config,
        store: Store,
        clock: Clock,
        push: Push,
        bus: Bus,
    ) -> Result<Self, String> {
        let relay = Relaying::start(&config)?;
        let mail = Mailing::start(&config)?;
        let provider = Provider::of(&config)?;
        let counters = Counters::new(
            relay.here().cloned(),
            store.clone(),
            bus.cluster().map(|cluster| cluster.connected()),
        );
        Ok(Self(Arc::new(Parts {
            config,
            store,
            hub: Hub::new(counters.sockets(), bus.clone()),
            bus,
            relay,
            passwords: Passwords::new()?,
            provider,
            doors: Doors::new(&clock),
            admission: Admission::default(),
            beat: Beat::default(),
            most_sockets: files::for_sockets(),
            clock,
            counters,
            turns: Turns::default(),
            later: Later::default(),
            push,
            pictures: Studio::default(),
            mail,
            exports: Exports::default(),
            going_down: AtomicBool::new(false),
            sweeper: Notify::new(),
            leaving: Notify::new(),
        })))
    }
}

impl App {
    /// Whether something new may begin here: a socket, a call.
    ///
    /// # Errors
    /// `going_down`.
    pub fn takes_new(&self) -> Result<(), ApiError> {
        if self.going_down.load(Ordering::Relaxed) {
            Err(ApiError(Code::GoingDown))
        } else {
            Ok(())
        }
    }

    /// Whether a new call is taken. It depends on what this server has to do, and on nothing else (C-6).
    ///
    /// # Errors
    /// `overloaded`.
    pub fn takes_call(&self) -> Result<(), ApiError> {
        let taken = self.admission.takes_call(self.clock.now(), self.wait());
        taken.then_some(()).ok_or(ApiError(Code::Overloaded))
    }

    /// Whether a new socket is taken.
    ///
    /// # Errors
    /// `overloaded`.
    pub fn takes_socket(&self) -> Result<(), ApiError> {
        let free = self.most_sockets.saturating_sub(self.hub.count());
        let taken = self
            .admission
            .takes_socket(self.clock.now(), self.wait(), free);
        taken.then_some(()).ok_or(ApiError(Code::Overloaded))
    }

    /// How long whoever waits longest waits now: for the database, or for a processor.
    fn wait(&self) -> Duration {
        self.store.queue().max(self.beat.late())
    }
}

impl App {
    /// Runs work until it loses no race ([`raced::again`]).
    pub async fn again<F: Future<Output: Outcome>>(&self, work: impl FnMut() -> F) -> F::Output {
        raced::again(self.config.tries, work).await
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
