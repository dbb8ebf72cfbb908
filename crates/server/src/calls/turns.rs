//! One change of a call at a time on this node, with its frames sent before the next change begins.
//!
//! The version of the row keeps the truth right without this. It is for the order of frames: an accept and a hang-up
//! that follow each other closely must not reach a device the other way round.

use birdcall_protocol::CallId;
use tokio::sync::{Mutex, MutexGuard};

/// Calls share a turn by their id's lowest bits; raising it costs a few bytes, lowering it makes calls wait for others.
const LANES: usize = 64;

/// The turns of all calls.
pub struct Turns([Mutex<()>; LANES]);

impl Default for Turns {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::new(())))
    }
}

impl Turns {
    /// Waits for the call's turn.
    pub async fn of(&self, call: CallId) -> MutexGuard<'_, ()> {
        let lane = call.as_i64().unsigned_abs() as usize % LANES;
        self.0[lane].lock().await
    }
}
