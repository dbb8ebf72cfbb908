//! The relay as this server uses it: whether there is one, credentials and URLs for it, and the end of a call at it.
//!
//! The relay itself is `birdcall_relay`, in threads of its own. It knows calls by their numbers and nothing of people.

mod elsewhere;
mod figures;
pub mod key;
mod page;

pub use elsewhere::Elsewhere;
pub use figures::Figures;
pub use page::Page;

use crate::app::App;
use crate::config::Config;
use birdcall_call::RelayState;
use birdcall_protocol::call::{IceServer, Role};
use birdcall_protocol::{CallId, DeviceId, Timestamp};
use birdcall_relay::Relay;
use birdcall_relay::credential::{Claim, Issuer, Leg, NodeKey};
use birdcall_relay::engine::RELAYED_ADDRESSES;
use birdcall_store::StoreError;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// For how long a credential is good; a call that lasts longer gets new ones when it is joined again. Below the relay's
/// own limit by the hour that two clocks may differ. Raising it makes the relay remember ended calls for longer.
pub const CREDENTIAL_LIFE: Duration = Duration::from_secs(23 * 60 * 60);

/// What the server holds of its relay.
pub struct Relaying {
    issuer: Issuer,
    here: Option<Arc<Relay>>,
    elsewhere: Option<Elsewhere>,
    /// The relay's URLs, where the configuration names them.
    urls: Vec<String>,
    /// The port of the page leads to this program, so it takes TURN too.
    on_web_port: bool,
}

impl Relaying {
    /// Starts the relay, if the configuration wants one here.
    ///
    /// # Errors
    /// A sentence: the key or the port cannot be had.
    pub fn start(config: &Config) -> Result<Self, String> {
        let key = key::read_or_make(&config.key_file)?;
        let here = match config.relay_listen {
            None => None,
            Some(listen) => Some(Arc::new(own(listen, key.clone())?)),
        };
        // A relay here is the one meant, whatever name it goes by.
        let elsewhere = match &here {
            None => Elsewhere::at(&config.relay_urls, &key),
            Some(_) => None,
        };
        if here.is_none() && elsewhere.is_none() && !config.relay_urls.is_empty() {
            return Err("relay_urls need a `turn:` URL for UDP among them".into());
        }
        Ok(Self {
            issuer: Issuer::new(&key),
            here,
            elsewhere,
            urls: config.relay_urls.clone(),
            on_web_port: !config.trust_proxy,
        })
    }

    /// The relay in this program, if there is one.
    #[must_use]
    pub fn here(&self) -> Option<&Arc<Relay>> {
        self.here.as_ref()
    }

    /// Whether a call can be relayed now (P-5).
    #[must_use]
    pub fn state(&self) -> RelayState {
        let here = self.here.as_ref().is_some_and(|relay| relay.is_running());
        let elsewhere = self.elsewhere.as_ref().is_some_and(Elsewhere::is_there);
        if here || elsewhere {
            RelayState::Available
        } else {
            RelayState::Absent
        }
    }

    /// What one device in a call is given (P-2): our relay's URLs as seen from its page, and a credential for its leg.
    /// Empty without a relay.
    #[must_use]
    pub fn ice_servers(
        &self,
        call: CallId,
        role: Role,
        device: DeviceId,
        page: Option<&Page>,
        now: Timestamp,
    ) -> Vec<IceServer> {
        let urls = match (&self.here, page) {
            (_, _) if !self.urls.is_empty() => self.urls.clone(),
            (Some(relay), Some(page)) => page.urls(relay.address().port(), self.on_web_port),
            (Some(_), None) | (None, _) => return Vec::new(),
        };
        self.at(urls, call, role, device, now)
    }

    /// The same at a relay of another node, which shares the key. Nothing where it has no URLs.
    #[must_use]
    pub fn at(
        &self,
        urls: Vec<String>,
        call: CallId,
        role: Role,
        device: DeviceId,
        now: Timestamp,
    ) -> Vec<IceServer> {
        if urls.is_empty() {
            return Vec::new();
        }
        let credential = self.issuer.issue(&Claim {
            call: number(call),
            leg: leg(role),
            device: self.issuer.alias(number(call), device_number(device)),
            expires: (now + CREDENTIAL_LIFE).0.unsigned_abs() / 1000,
        });
        vec![IceServer {
            urls,
            username: credential.username,
            credential: credential.password,
        }]
    }

    /// Ends a call at the relay: its credentials are worth nothing from now on, its allocations are gone (C-19).
    pub fn revoke(&self, call: CallId) {
        if let Some(relay) = &self.here {
            relay.revoke(number(call));
        }
        if let Some(relay) = &self.elsewhere {
            relay.revoke(number(call));
        }
    }
}

/// What goes on beside the calls: a relay elsewhere is kept told. Runs until the server goes down.
pub async fn keep_told(app: App) {
    if let Some(relay) = &app.relay.elsewhere {
        relay.keep_told(&app).await;
    }
}

/// Calls that are over and whose credentials may not be. A relay knows them while it runs; a new one has to be told.
///
/// # Errors
/// `Unavailable`.
pub async fn over_lately(app: &App) -> Result<Vec<CallId>, StoreError> {
    // A call may have got its last credential long after it began.
    let since = Timestamp(app.clock.now().0 - 2 * CREDENTIAL_LIFE.as_millis() as i64);
    app.store.read().await?.answered_since(since).await
}

/// The relayed address of a side, the same in every call; its ports count that side's allocations.
#[must_use]
pub fn address_of(role: Role) -> IpAddr {
    RELAYED_ADDRESSES[usize::from(leg(role).number())].into()
}

/// Starts a relay in this program.
///
/// # Errors
/// A sentence: the port cannot be had.
pub fn own(listen: SocketAddr, key: NodeKey) -> Result<Relay, String> {
    let options = birdcall_relay::Options {
        listen,
        key,
        limits: birdcall_relay::engine::Limits {
            #[cfg(feature = "broken-protections")]
            unpaired: crate::broken::without("P-4"),
            ..birdcall_relay::engine::Limits::default()
        },
        gather: birdcall_relay::GATHER,
    };
    Relay::start(options).map_err(|error| format!("the relay cannot listen on {listen}: {error}"))
}

/// A call as the relay knows it. Ids have 63 bits, so the number is the same either way.
#[must_use]
pub fn number(call: CallId) -> u64 {
    call.as_i64().unsigned_abs()
}

/// A device's number, which no relay is told: see [`Issuer::alias`].
#[must_use]
pub fn device_number(device: DeviceId) -> u64 {
    device.as_i64().unsigned_abs()
}

fn leg(role: Role) -> Leg {
    match role {
        Role::Caller => Leg::Caller,
        Role::Callee => Leg::Callee,
    }
}
