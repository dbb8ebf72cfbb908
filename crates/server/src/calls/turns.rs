//! One change of a call at a time on this node, with its frames sent before the next change begins.
//!
//! The version of the row keeps the truth right without this. It is for the order of frames: an accept and a hang-up
//! that follow each other closely must not reach a device the other way round.
//!
//! Calls wait for themselves alone. Were turns shared, calls would queue here once commits take a while, where admission
//! (`overload`) does not look.

use birdcall_protocol::CallId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OwnedMutexGuard;

/// The turns of all calls that are being changed.
#[derive(Default)]
pub struct Turns(Mutex<HashMap<CallId, Lane>>);

/// Whose turn it is, and who waits, in the order they came.
type Lane = Arc<tokio::sync::Mutex<()>>;

/// A call's turn; the next one's when dropped.
pub struct Turn<'t> {
    // First, so that nobody keeps the lane when the place is left.
    _turn: OwnedMutexGuard<()>,
    _place: Place<'t>,
}

/// Somebody who waits for a call's turn, or has it.
struct Place<'t> {
    turns: &'t Turns,
    call: CallId,
    /// There until it is dropped.
    lane: Option<Lane>,
}

impl Turns {
    /// Waits for the call's turn.
    pub async fn of(&self, call: CallId) -> Turn<'_> {
        let lane = Arc::clone(self.lanes().entry(call).or_default());
        let place = Place {
            turns: self,
            call,
            lane: Some(Arc::clone(&lane)),
        };
        Turn {
            _turn: lane.lock_owned().await,
            _place: place,
        }
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<CallId, Lane>> {
        // Nothing panics while it holds this.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut lanes = self.turns.lanes();
        // Under the lock: of two that leave at once the second sees that it is the last.
        self.lane.take();
        if lanes
            .get(&self.call)
            .is_some_and(|lane| Arc::strong_count(lane) == 1)
        {
            lanes.remove(&self.call);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn a_call_waits_for_itself_alone_and_leaves_nothing() {
        let turns = Turns::default();
        let (one, other) = (CallId::new(1), CallId::new(2));
        let first = turns.of(one).await;
        let mut second = Box::pin(turns.of(one));
        let mut third = Box::pin(turns.of(one));
        assert!(second.as_mut().now_or_never().is_none());
        assert!(third.as_mut().now_or_never().is_none());
        assert!(turns.of(other).now_or_never().is_some());
        drop(first);
        // Given up before it was noticed: the turn goes on to the next.
        drop(second);
        let third = third.now_or_never().expect("it is the third's turn");
        assert_eq!(turns.lanes().len(), 1);
        drop(third);
        assert_eq!(turns.lanes().len(), 0);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_many_at_once_one_has_the_turn_and_the_last_leaves_nothing() {
        let turns = Arc::new(Turns::default());
        let inside = Arc::new(std::sync::atomic::AtomicU32::new(0));
        let tasks: Vec<_> = (0..64)
            .map(|number: u64| {
                let (turns, inside) = (Arc::clone(&turns), Arc::clone(&inside));
                tokio::spawn(async move {
                    let call = number % 2;
                    for _ in 0..50 {
                        let turn = turns.of(CallId::new(call)).await;
                        if call == 0 {
                            let before = inside.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                            assert_eq!(before, 0);
                            tokio::task::yield_now().await;
                            inside.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                        }
                        drop(turn);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(turns.lanes().len(), 0);
    }
}
