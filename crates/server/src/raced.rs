//! Work that lost a race is run again, from the start, so that nobody is told of it.
//!
//! A database with several writers (PostgreSQL) may find that two transactions at the same time have no order in which
//! both make sense, and takes one of them back: `StoreError::Raced`, at any statement and at the commit. What was read in
//! it no longer holds, so the work begins again with everything that it reads. SQLite has one writer and never says so.
//!
//! There is one policy. Whoever can repeat its work says so with [`again`]: the layer around HTTP (`repeat`) and the
//! socket repeat what is asked for as a whole. Work that must not be repeated as a whole, because something before its
//! transaction counts once (a code at the provider is good once, a picture takes a second to make, an answer is due on a
//! beat), repeats its own transaction within. All of them draw on one number of tries for what was asked, so that
//! repeats within repeats do not multiply. Rate limits know it too: a door that was passed is not knocked at again
//! (`passed_before`).
//!
//! So whatever cannot be taken back (a frame, a hint, a figure, a wake-up, a socket that is closed) comes after the commit.

mod body;

use crate::calls::CallError;
use crate::problem::ApiError;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use birdcall_protocol::Code;
use birdcall_store::StoreError;
use body::Kept;
use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// How often work is run before its person is told `busy`. Where each try loses every second time, one piece of work in a
/// thousand comes to that. Raising it keeps people waiting for up to half a second more a try.
pub const TRIES: u32 = 10;

/// The most that is waited before the third run; twice as much before each one after. The second comes at once: whoever
/// was faster is done. Raising it keeps people waiting, lowering it lets the same two meet again.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// The most that is ever waited. Raising it spreads many who want the same row further.
const LONGEST_PAUSE: Duration = Duration::from_millis(320);

/// What work came to, as far as a race is concerned.
pub trait Outcome {
    /// It lost a race: nothing was changed, and the same again may go well.
    fn is_raced(&self) -> bool;
}

impl<T> Outcome for Result<T, StoreError> {
    fn is_raced(&self) -> bool {
        self.as_ref().is_err_and(StoreError::is_raced)
    }
}

impl<T> Outcome for Result<T, ApiError> {
    fn is_raced(&self) -> bool {
        self.as_ref().is_err_and(|error| error.0 == Code::Busy)
    }
}

impl<T> Outcome for Result<T, CallError> {
    fn is_raced(&self) -> bool {
        matches!(self, Err(CallError::Store(error)) if error.is_raced())
    }
}

impl Outcome for Response {
    fn is_raced(&self) -> bool {
        self.extensions().get::<Raced>().is_some()
    }
}

/// Marks a response whose work lost a race.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raced;

tokio::task_local! {
    static RUN: RefCell<Run>;
}

/// What is known of one thing that was asked for, over all the times it is run.
#[derive(Debug, Default)]
struct Run {
    /// Times that something of it was run again.
    repeats: u32,
    /// Doors that were passed, by the door and by who passed it.
    passed: Vec<(usize, u64)>,
}

/// Runs work until it loses no race, at most `tries` times with all that runs within it. What it came to the last time.
pub async fn again<F: Future<Output: Outcome>>(tries: u32, work: impl FnMut() -> F) -> F::Output {
    if RUN.try_with(|_| ()).is_ok() {
        rounds(tries, work).await
    } else {
        RUN.scope(RefCell::default(), rounds(tries, work)).await
    }
}

async fn rounds<F: Future<Output: Outcome>>(tries: u32, mut work: impl FnMut() -> F) -> F::Output {
    loop {
        let done = work().await;
        if !done.is_raced() {
            return done;
        }
        let repeats = RUN.with(|run| run.borrow().repeats);
        if repeats + 1 >= tries {
            return done;
        }
        RUN.with(|run| run.borrow_mut().repeats += 1);
        // By the machine's clock, as the races are, also where a test has stopped the app's.
        tokio::time::sleep(pause(repeats, rand::random())).await;
    }
}

/// How long to wait after so many repeats; `share`, from 0 to 1, is drawn, so that those who met do not meet again.
fn pause(repeats: u32, share: f64) -> Duration {
    let Some(doublings) = repeats.checked_sub(1) else {
        return Duration::ZERO;
    };
    let most = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(doublings));
    most.min(LONGEST_PAUSE).mul_f64(share)
}

/// Whether a door was passed by `who` in an earlier run of what is asked for now: a repeat is no new attempt.
pub(crate) fn passed_before<D, K: Hash>(door: &D, who: &K) -> bool {
    let pass = pass(door, who);
    RUN.try_with(|run| {
        let run = run.borrow();
        run.repeats > 0 && run.passed.contains(&pass)
    })
    .unwrap_or(false)
}

/// A door was passed by `who`.
pub(crate) fn note_passed<D, K: Hash>(door: &D, who: &K) {
    // Outside of everything that is repeated nobody asks for it.
    let _ = RUN.try_with(|run| run.borrow_mut().passed.push(pass(door, who)));
}

fn pass<D, K: Hash>(door: &D, who: &K) -> (usize, u64) {
    let mut hasher = DefaultHasher::new();
    who.hash(&mut hasher);
    (std::ptr::from_ref(door).addr(), hasher.finish())
}

/// Says that work nobody waits for failed. One that lost its races is taken up again by itself, and worth no word.
pub(crate) fn say(error: &StoreError, what: &str) {
    if error.is_raced() {
        tracing::debug!(%error, "{what}");
    } else {
        tracing::error!(%error, "{what}");
    }
}

/// The layer around every handler: a request whose work lost a race is handled again, with the same head and body.
pub(crate) async fn repeat(State(tries): State<u32>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let body = Kept::new(body);
    let handled = again(tries, || async {
        let request = Request::from_parts(head.clone(), body.anew());
        let mut response = next.clone().run(request).await;
        if !body.is_whole() {
            // What takes more than is kept here repeats its transaction itself, and has done so.
            response.extensions_mut().remove::<Raced>();
        }
        response
    });
    let response = handled.await;
    if response.is_raced() {
        tracing::warn!(tries, "a request lost a race every time");
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn of<T>(error: StoreError) -> Result<T, StoreError> {
        Err(error)
    }

    #[tokio::test]
    async fn what_lost_a_race_is_run_again_and_nothing_else_is() {
        let runs = Cell::new(0);
        let done = again(TRIES, || async {
            runs.set(runs.get() + 1);
            match runs.get() {
                runs @ 4 => Ok(runs),
                _ => of(StoreError::Raced),
            }
        });
        assert_eq!(done.await.unwrap(), 4);
        runs.set(0);
        let done = again(TRIES, || async {
            runs.set(runs.get() + 1);
            of::<()>(StoreError::Unavailable("full".into()))
        });
        assert!(done.await.is_err());
        assert_eq!(runs.get(), 1);
    }

    #[tokio::test]
    async fn repeats_within_repeats_have_the_same_tries() {
        let runs = Cell::new(0);
        let done = again(TRIES, || async {
            again(TRIES, || async {
                runs.set(runs.get() + 1);
                of::<()>(StoreError::Raced)
            })
            .await
        });
        assert!(done.await.is_err());
        assert_eq!(runs.get(), TRIES);
    }

    #[tokio::test]
    async fn a_door_that_was_passed_is_not_knocked_at_again() {
        let (door, other) = (1_u8, 2_u8);
        let knocks = RefCell::new(Vec::new());
        let runs = Cell::new(0);
        let knock = |door: &u8, who| {
            if !passed_before(door, &who) {
                knocks.borrow_mut().push((runs.get(), *door, who));
                note_passed(door, &who);
            }
        };
        let done = again(TRIES, || async {
            runs.set(runs.get() + 1);
            knock(&door, "ann");
            // Twice in one run is twice.
            knock(&door, "ann");
            knock(&other, "ann");
            if runs.get() < 3 {
                return of(StoreError::Raced);
            }
            knock(&door, "bob");
            Ok(())
        });
        done.await.unwrap();
        let once = [(1, 1, "ann"), (1, 1, "ann"), (1, 2, "ann"), (3, 1, "bob")];
        assert_eq!(*knocks.borrow(), once);
    }

    #[test]
    fn pauses_begin_at_nothing_and_grow_to_a_bound() {
        let most = |repeats| pause(repeats, 1.0);
        assert_eq!(most(0), Duration::ZERO);
        assert_eq!(most(1), FIRST_PAUSE);
        assert_eq!(most(3), FIRST_PAUSE * 4);
        assert_eq!(most(TRIES), LONGEST_PAUSE);
        assert_eq!(most(u32::MAX), LONGEST_PAUSE);
        assert_eq!(pause(4, 0.0), Duration::ZERO);
        let all: Duration = (0..TRIES - 1).map(most).sum();
        assert!(all < Duration::from_secs(1), "{all:?}");
    }
}
