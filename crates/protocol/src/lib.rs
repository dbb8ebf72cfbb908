//! What Birdcall's server and its clients say to each other.
//!
//! Reading order: [`ids`], [`handle`] and [`email`] name things, [`limits`] bounds them, [`call`] has the words of a call,
//! [`body`], [`account`], [`book`], [`profile`], [`talk`] and [`report`] the HTTP bodies, [`entry`] what stands in a conversation,
//! [`frame`] the WebSocket frames, [`push`] what a closed app is told, [`quiet`] and [`ring_test`] two subjects that stand
//! in several of them, [`ways_in`] how a person comes in, [`code`] the stable error codes.
//!
//! This crate holds types and their syntax. It has no rules (those are in `birdcall-call`), no I/O and no clock.
//! With the feature `schema` every type also describes itself for the OpenAPI document, from which the TypeScript
//! types are generated: nobody writes a type twice.

pub mod account;
pub mod body;
pub mod book;
pub mod call;
pub mod code;
pub mod email;
pub mod entry;
pub mod frame;
pub mod handle;
pub mod ids;
pub mod limits;
pub mod profile;
pub mod push;
pub mod quiet;
pub mod report;
pub mod ring_test;
pub mod talk;
pub mod time;
pub mod ways_in;

pub use code::Code;
pub use email::Email;
pub use handle::Handle;
pub use ids::{CallId, DeviceId, NodeId, PasskeyId, PersonId, TestId};
pub use time::Timestamp;
