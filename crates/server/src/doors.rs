//! Rate limits where anybody can knock (M-1). Limits of ringing are rules and live in `birdcall-call` (C-5).

use crate::clock::Clock;
use crate::problem::ApiError;
use birdcall_protocol::{Code, Handle, PersonId, Timestamp};
use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

const fn most(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

/// Wrong or right, sign-ins for one handle: 10 at once, then one in 20 seconds. Raising it makes guessing faster;
/// lowering it makes it easier to keep a person out.
const HANDLE: (NonZeroU32, Duration) = (most(10), Duration::from_secs(20));

/// Sign-ins from one address; many people can share one.
const ADDRESS: (NonZeroU32, Duration) = (most(100), Duration::from_secs(1));

/// Passkeys asked for and errands to the provider, from one address: every look at the sign-in page is one. Each stands in
/// the database for some minutes.
const CEREMONIES: (NonZeroU32, Duration) = (most(100), Duration::from_secs(1));

/// Sign-ups from one address. Raising it lets one machine make accounts faster.
const SIGN_UPS: (NonZeroU32, Duration) = (most(40), Duration::from_secs(20));

/// Searches of one person. Raising it makes listing everybody faster.
const SEARCHES: (NonZeroU32, Duration) = (most(60), Duration::from_millis(500));

/// Messages of one person.
const MESSAGES: (NonZeroU32, Duration) = (most(60), Duration::from_millis(100));

/// Invites of one person, allowed or not; how often a phone rings is C-5.
const INVITES: (NonZeroU32, Duration) = (most(20), Duration::from_secs(3));

/// Pictures of one person, to show or to send. Each takes a processor for up to a second, so raising it lets one person
/// keep the others waiting.
const PICTURES: (NonZeroU32, Duration) = (most(20), Duration::from_secs(5));

/// Reports of one person. Raising it lets one person fill the operator's list.
const REPORTS: (NonZeroU32, Duration) = (most(10), Duration::from_secs(600));

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, Clock, NoOpMiddleware<Nanos>>;

/// All rate limits.
pub struct Doors {
    handle: Limiter<Handle>,
    address: Limiter<IpAddr>,
    ceremonies: Limiter<IpAddr>,
    sign_ups: Limiter<IpAddr>,
    searches: Limiter<PersonId>,
    messages: Limiter<PersonId>,
    invites: Limiter<PersonId>,
    pictures: Limiter<PersonId>,
    reports: Limiter<PersonId>,
}

impl Doors {
    /// All doors, open.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        Self {
            handle: limiter(HANDLE, clock),
            address: limiter(ADDRESS, clock),
            ceremonies: limiter(CEREMONIES, clock),
            sign_ups: limiter(SIGN_UPS, clock),
            searches: limiter(SEARCHES, clock),
            messages: limiter(MESSAGES, clock),
            invites: limiter(INVITES, clock),
            pictures: limiter(PICTURES, clock),
            reports: limiter(REPORTS, clock),
        }
    }

    /// Before a sign-in.
    ///
    /// # Errors
    /// `too_many`.
    pub fn sign_in(&self, handle: &Handle, from: IpAddr) -> Result<(), ApiError> {
        check(&self.address, &network(from))?;
        check(&self.handle, handle)
    }

    /// Before a ceremony begins: a passkey is asked for, or somebody goes to the provider.
    ///
    /// # Errors
    /// `too_many`.
    pub fn ceremony(&self, from: IpAddr) -> Result<(), ApiError> {
        check(&self.ceremonies, &network(from))
    }

    /// Before the answer to a ceremony is looked at; it counts like a sign-in from that address.
    ///
    /// # Errors
    /// `too_many`.
    pub fn answer(&self, from: IpAddr) -> Result<(), ApiError> {
        check(&self.address, &network(from))
    }

    /// Before a sign-up.
    ///
    /// # Errors
    /// `too_many`.
    pub fn sign_up(&self, from: IpAddr) -> Result<(), ApiError> {
        check(&self.sign_ups, &network(from))
    }

    /// Before a search.
    ///
    /// # Errors
    /// `too_many`.
    pub fn search(&self, person: PersonId) -> Result<(), ApiError> {
        check(&self.searches, &person)
    }

    /// Before a message.
    ///
    /// # Errors
    /// `too_many`.
    pub fn message(&self, person: PersonId) -> Result<(), ApiError> {
        check(&self.messages, &person)
    }

    /// Before an invite.
    ///
    /// # Errors
    /// `too_many`.
    pub fn invite(&self, person: PersonId) -> Result<(), ApiError> {
        check(&self.invites, &person)
    }

    /// Before a picture is decoded.
    ///
    /// # Errors
    /// `too_many`.
    pub fn picture(&self, person: PersonId) -> Result<(), ApiError> {
        check(&self.pictures, &person)
    }

    /// Before a report.
    ///
    /// # Errors
    /// `too_many`.
    pub fn report(&self, person: PersonId) -> Result<(), ApiError> {
        check(&self.reports, &person)
    }

    /// Forgets who has not knocked for long.
    pub fn forget(&self) {
        self.handle.retain_recent();
        self.address.retain_recent();
        self.ceremonies.retain_recent();
        self.sign_ups.retain_recent();
        self.searches.retain_recent();
        self.messages.retain_recent();
        self.invites.retain_recent();
        self.pictures.retain_recent();
        self.reports.retain_recent();
    }
}

fn limiter<K: Clone + Eq + std::hash::Hash>(
    (burst, one_in): (NonZeroU32, Duration),
    clock: &Clock,
) -> Limiter<K> {
    let quota = Quota::with_period(one_in).unwrap_or_else(|| Quota::per_second(burst));
    RateLimiter::dashmap_with_clock(quota.allow_burst(burst), clock.clone())
}

impl GovernorClock for Clock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let now = Self::now(self).since(Timestamp(0));
        Nanos::new(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX))
    }
}

fn check<K: Clone + Eq + std::hash::Hash>(door: &Limiter<K>, who: &K) -> Result<(), ApiError> {
    door.check_key(who).map_err(|_| ApiError(Code::TooMany))
}

/// One subscriber of IPv6 has a /64 at least.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let mut bits = v6.to_bits();
            bits &= !u128::from(u64::MAX);
            IpAddr::V6(bits.into())
        }
    }
}
