//! The rules of calling, as values and pure functions.
//!
//! Nothing here reads a clock, draws a random number, sleeps, or touches a network or a disk: time, ids and facts are
//! arguments, and what has to happen comes back as a value. `clippy.toml` beside this crate holds it to that.
//!
//! Reading order: [`mod@gate`] decides whether a call may ring, [`quiet`] when nobody is to be disturbed,
//! [`limits`] how often, [`mod@path`] how its media travels, [`machine`] what a call is from its invite to its end,
//! [`mod@beat`] when its caller is told something,
//! [`filter`] what of a session description may pass from one side to the other. [`talk`] has the rules of messages that
//! are no calls: requests, receipts; [`editing`] says until when one can be changed. [`wake`] says whom a push service
//! wakes for a ring or a message.
//!
//! Deliberately absent: session descriptions in the machine (they pass by it, through the filter), credentials of the
//! relay (the driver adds them to `call_started`), and push in the machine (a ring is a frame to a person; how it is
//! delivered is the driver's, by the rules in [`wake`]).
#![deny(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

pub mod beat;
pub mod editing;
pub mod filter;
pub mod gate;
pub mod limits;
pub mod machine;
pub mod path;
pub mod quiet;
pub mod talk;
pub mod wake;

pub use gate::{GateFacts, Verdict, gate};
pub use limits::RingHistory;
pub use machine::{
    Act, Action, Call, Event, Invite, Party, Record, Refusal, RelayState, Resume, Timing, To,
    Visible,
};
pub use path::{PathFacts, path};
