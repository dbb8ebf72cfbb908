//! Rate limits at every door (M-1). Limits of ringing are rules and live in `birdcall-call` (C-5).
//!
//! Two kinds. Budgets stand before everything: so many reads, writes and frames a person (taken where the session is
//! looked up), so many requests a network of whoever is not signed in. Narrow doors stand before single things that
//! cost more, or are worth guessing at. What is asked for of somebody else's behalf (a handle, an address) counts by
//! that, too, so that many networks together do not get further than one.
//!
//! What lost a race in the database is run again (`raced`), and counts once all the same.

use crate::clock::Clock;
use crate::problem::ApiError;
use crate::raced::{note_passed, passed_before};
use axum::http::Method;
use birdcall_protocol::{Code, Email, Handle, PersonId, Timestamp};
use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::cell::Cell;
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

/// Typing hints of one person. A page sends one in three seconds.
const TYPING: (NonZeroU32, Duration) = (most(10), Duration::from_secs(1));

/// Invites of one person, allowed or not; how often a phone rings is C-5.
const INVITES: (NonZeroU32, Duration) = (most(20), Duration::from_secs(3));

/// Pictures of one person, to show or to send. Each takes a processor for up to a second, so raising it lets one person
/// keep the others waiting.
const PICTURES: (NonZeroU32, Duration) = (most(20), Duration::from_secs(5));
/// Requests of whoever is not signed in, from one network; many people can share one. Raising it lets strangers keep the
/// database busy.
const VISITS: (NonZeroU32, Duration) = (most(300), Duration::from_millis(100));

/// What one person asks for. A page asks for some ten things, a list of faces for a hundred.
const READS: (NonZeroU32, Duration) = (most(1_000), Duration::from_millis(20));

/// What one person changes over HTTP. Each is a write to the disk.
const WRITES: (NonZeroU32, Duration) = (most(300), Duration::from_millis(200));

/// Frames of one person, on all sockets. A call that is set up sends some fifty within a second.
const FRAMES: (NonZeroU32, Duration) = (most(1_000), Duration::from_millis(20));

/// Sockets that one person opens. A device that comes back after each loss of its network opens one a few seconds.
const SOCKETS: (NonZeroU32, Duration) = (most(120), Duration::from_secs(1));

/// Passwords given as a proof, wrong or right, by one person.
const PROOFS: (NonZeroU32, Duration) = (most(10), Duration::from_secs(20));

/// Mails that one person causes, and mails to one address. Raising it lets somebody fill a stranger's mailbox.
const MAILS: (NonZeroU32, Duration) = (most(5), Duration::from_secs(10 * 60));

/// Codes given by one person, wrong or right. A code bears five; this bounds what a fresh code each time would allow.
const CODES: (NonZeroU32, Duration) = (most(10), Duration::from_secs(60));

/// New passwords asked for, and codes given for one, from one network.
const RESETS: (NonZeroU32, Duration) = (most(20), Duration::from_secs(30));

/// New passwords asked for of one account, by the handle or address that was given. As many for one that is nobody's.
const RESETS_OF: (NonZeroU32, Duration) = (most(3), Duration::from_secs(10 * 60));

/// Codes for a new password given for one account. Each try is one of five for a code.
const FINISHES_OF: (NonZeroU32, Duration) = (most(10), Duration::from_secs(3 * 60));

/// Exports of one person. Each reads all that they have.
const EXPORTS: (NonZeroU32, Duration) = (most(3), Duration::from_secs(10 * 60));

/// How long to wait where it is not known better: the queue of password hashes is full.
const A_WHILE: Duration = Duration::from_secs(5);

/// Reports of one person. Raising it lets one person fill the operator's list.
const REPORTS: (NonZeroU32, Duration) = (most(10), Duration::from_secs(600));

/// Asks for a first message, of one person: 20 at once, then one in five minutes. Raising it lets one account bother more
/// people.
const ASKS: (NonZeroU32, Duration) = (most(20), Duration::from_secs(300));

/// Entries put into one person's address book one by one, and parts of imports: 100 at once, then ten a second. Raising it
/// makes trying out addresses faster, each of which costs an entry.
const BOOK: (NonZeroU32, Duration) = (most(100), Duration::from_millis(100));

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, Clock, NoOpMiddleware<Nanos>>;

/// All rate limits.
pub struct Doors {
    clock: Clock,
    visits: Limiter<IpAddr>,
    reads: Limiter<PersonId>,
    writes: Limiter<PersonId>,
    frames: Limiter<PersonId>,
    sockets: Limiter<PersonId>,
    handle: Limiter<Handle>,
    address: Limiter<IpAddr>,
    ceremonies: Limiter<IpAddr>,
    sign_ups: Limiter<IpAddr>,
    searches: Limiter<PersonId>,
    messages: Limiter<PersonId>,
    invites: Limiter<PersonId>,
    pictures: Limiter<PersonId>,
    reports: Limiter<PersonId>,
    proofs: Limiter<PersonId>,
    mails: Limiter<PersonId>,
    mails_to: Limiter<String>,
    codes: Limiter<PersonId>,
    resets: Limiter<IpAddr>,
    resets_of: Limiter<String>,
    finishes_of: Limiter<String>,
    exports: Limiter<PersonId>,
    typing: Limiter<PersonId>,
    asks: Limiter<PersonId>,
    book: Limiter<PersonId>,
}

impl Doors {
    /// All doors, open.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        Self {
            visits: limiter(VISITS, clock),
            reads: limiter(READS, clock),
            writes: limiter(WRITES, clock),
            frames: limiter(FRAMES, clock),
            sockets: limiter(SOCKETS, clock),
            handle: limiter(HANDLE, clock),
            address: limiter(ADDRESS, clock),
            ceremonies: limiter(CEREMONIES, clock),
            sign_ups: limiter(SIGN_UPS, clock),
            searches: limiter(SEARCHES, clock),
            messages: limiter(MESSAGES, clock),
            invites: limiter(INVITES, clock),
            pictures: limiter(PICTURES, clock),
            reports: limiter(REPORTS, clock),
            proofs: limiter(PROOFS, clock),
            mails: limiter(MAILS, clock),
            mails_to: limiter(MAILS, clock),
            codes: limiter(CODES, clock),
            resets: limiter(RESETS, clock),
            resets_of: limiter(RESETS_OF, clock),
            finishes_of: limiter(FINISHES_OF, clock),
            exports: limiter(EXPORTS, clock),
            clock: clock.clone(),
            typing: limiter(TYPING, clock),
            asks: limiter(ASKS, clock),
            book: limiter(BOOK, clock),
        }
    }

    /// Before whatever somebody who is not signed in asks for.
    ///
    /// # Errors
    /// `too_many`.
    pub fn visit(&self, from: IpAddr) -> Result<(), ApiError> {
        self.check(&self.visits, &network(from))
    }

    /// Before whatever somebody who is signed in asks for.
    ///
    /// # Errors
    /// `too_many`.
    pub fn request(&self, person: PersonId, method: &Method) -> Result<(), ApiError> {
        let reads = matches!(*method, Method::GET | Method::HEAD);
        self.check(if reads { &self.reads } else { &self.writes }, &person)
    }

    /// Before a frame of any kind.
    ///
    /// # Errors
    /// `too_many`.
    pub fn frame(&self, person: PersonId) -> Result<(), ApiError> {
        self.check(&self.frames, &person)
    }

    /// Before a socket.
    ///
    /// # Errors
    /// `too_many`.
    pub fn socket(&self, person: PersonId) -> Result<(), ApiError> {
        self.check(&self.sockets, &person)
    }

    /// Before a sign-in.
    ///
    /// # Errors
    /// `too_many`.
    pub fn sign_in(&self, handle: &Handle, from: IpAddr) -> Result<(), ApiError> {
        self.check(&self.address, &network(from))?;
        self.check(&self.handle, handle)
    }

    /// Before a ceremony begins: a passkey is asked for, or somebody goes to the provider.
    ///
    /// # Errors
    /// `too_many`.
    pub fn ceremony(&self, from: IpAddr) -> Result<(), ApiError> {
        self.check(&self.ceremonies, &network(from))
    }

    /// Before the answer to a ceremony is looked at; it counts like a sign-in from that address.
    ///
    /// # Errors
    /// `too_many`.
    pub fn answer(&self, from: IpAddr) -> Result<(), ApiError> {
        self.check(&self.address, &network(from))
    }

    /// Before a sign-up.
    ///
    /// # Errors
    /// `too_many`.
    pub fn sign_up(&self, from: IpAddr) -> Result<(), ApiError> {
        self.check(&self.sign_ups, &network(from))
    }

    /// Before a search.
    ///
    /// # Errors
    /// `too_many`.
    pub fn search(&self, person: PersonId) -> Result<(), ApiError> {
        self.check(&self.searches, &person)
    }

    /// Before a message.
    ///
    /// # Errors
    /// `too_many`.
    pub fn message(&self, person: PersonId) -> Result<(), ApiError> {
        self.check(&self.messages, &person)
    }

    /// Before an invite.
    ///
    /// # Errors
    /// `too_many`.
    pub fn invite(&self, person: PersonId) -> Result<(), ApiError> {
        self.check(&self.invites, &person)
    }

    /// Before a password is looked at that shows who somebody is who is signed in.
    ///
    /// # Errors
    /// `too_many`.
    pub fn proof(&self, person: PersonId) -> Result<(), ApiError> {
        self.check(&self.proofs, &person)
    }

    /// Before a mail to an address that a person named.
    ///
    /// # Errors
    /// `too_many`.
    pub fn mail(&self, person: PersonId, to: &Email) -> Result<(), ApiError> {
        self.check(&self.mails, &person)?;
        self.check(&self.mails_to, &to.key())
    }

    /// Before a code is looked at that was mailed to a person.
    ///
    /// # Errors
    /// `too_many`.
    pub fn code(&self, person: PersonId) -> Result<(), ApiError> {
        self.check(&self.codes, &person)
    }

    /// Before a new password is asked for of the account that `who` names, be there one or not.
    ///
    /// # Errors
    /// `too_many`.
    pub fn reset(&self, who: &str, from: IpAddr) -> Result<(), ApiError> {
        self.check(&self.resets, &network(from))?;
        self.check(&self.resets_of, &who.to_owned())
    }

    /// Before a code for a new password is looked at.
    ///
    /// # Errors
    /// `too_many`.
    pub fn finish_reset(&self, who: &str, from: IpAddr) -> Result<(), ApiError> {
        self.check(&self.resets, &network(from))?;
        self.check(&self.finishes_of, &who.to_owned())
    }

    /// Before an export.
    ///
    /// # Errors
    /// `too_many`.
    pub fn export(&self, person: PersonId) -> Result<(), ApiError> {
        self.check(&self.exports, &person)
    }

    /// Before a picture is decoded.
    ///
    /// # Errors
    /// `too_many`.
    pub fn picture(&self, person: PersonId) -> Result<(), ApiError> {
        self.check(&self.pictures, &person)
    }

    /// Before a report.
    ///
    /// # Errors
    /// `too_many`.
    pub fn report(&self, person: PersonId) -> Result<(), ApiError> {
        self.check(&self.reports, &person)
    }

    /// Before a typing hint. One too many is no error: it is not passed on.
    pub fn typing(&self, person: PersonId) -> bool {
        self.check(&self.typing, &person).is_ok()
    }

    /// Before asking for a first message.
    ///
    /// # Errors
    /// `too_many`.
    pub fn ask(&self, person: PersonId) -> Result<(), ApiError> {
        self.check(&self.asks, &person)
    }

    /// Before something goes into an address book.
    ///
    /// # Errors
    /// `too_many`.
    pub fn book(&self, person: PersonId) -> Result<(), ApiError> {
        self.check(&self.book, &person)
    }

    /// Forgets who has not knocked for long.
    pub fn forget(&self) {
        for door in [
            &self.reads,
            &self.writes,
            &self.frames,
            &self.sockets,
            &self.searches,
            &self.messages,
            &self.invites,
            &self.proofs,
            &self.mails,
            &self.codes,
            &self.exports,
            &self.pictures,
            &self.reports,
            &self.typing,
            &self.asks,
            &self.book,
        ] {
            door.retain_recent();
        }
        for door in [
            &self.visits,
            &self.address,
            &self.ceremonies,
            &self.sign_ups,
            &self.resets,
        ] {
            door.retain_recent();
        }
        for door in [&self.mails_to, &self.resets_of, &self.finishes_of] {
            door.retain_recent();
        }
        self.handle.retain_recent();
    }

    fn check<K: Clone + Eq + std::hash::Hash>(
        &self,
        door: &Limiter<K>,
        who: &K,
    ) -> Result<(), ApiError> {
        if passed_before(door, who) {
            return Ok(());
        }
        door.check_key(who).map_err(|not_until| {
            let wait = not_until.wait_time_from(GovernorClock::now(&self.clock));
            // Outside of a request nobody asks for it.
            let _ = WAIT.try_with(|told| told.set(Some(wait)));
            ApiError(Code::TooMany)
        })?;
        note_passed(door, who);
        Ok(())
    }
}

tokio::task_local! {
    /// How long whoever was refused last in this request has to wait. An error is a code and nothing else, so that this
    /// goes beside it.
    static WAIT: Cell<Option<Duration>>;
}

/// Runs a request; says beside its answer how many seconds to wait, should it be `too_many` (RFC 9110, 10.2.3).
pub async fn with_wait<T>(request: impl Future<Output = T>) -> (T, u64) {
    WAIT.scope(Cell::new(None), async {
        let answer = request.await;
        let wait = WAIT.with(Cell::get).unwrap_or(A_WHILE);
        (answer, wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
    })
    .await
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
