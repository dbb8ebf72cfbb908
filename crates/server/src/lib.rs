//! Birdcall's server: HTTP, the sockets, and the driving of calls.
//!
//! Reading order: [`config`] (how it is told to be), [`serve`] (start to end), [`app`] (what everything holds on to),
//! [`http`] (the route table), [`socket`], [`messages`], [`receipts`], [`search`], [`calls`] (the driver around
//! `birdcall_call`). `hub` has the sockets of this node, [`push`] wakes closed apps, [`mail`] writes to people, `auth` the
//! sessions, [`passkeys`] other ways in than passwords, `doors` the rate limits, `problem` the one error that becomes a
//! response, [`leaving`] the end of accounts.
//!
//! For operators: [`logging`], [`counters`], [`traces`], [`doctor`], [`backup`].
//!
//! With the accounts that a community has at a provider of its own deals [`oidc`].

pub mod acme;
pub mod app;
pub mod auth;
pub mod backup;
#[cfg(feature = "broken-protections")]
pub mod broken;
pub mod bus;
pub mod calls;
pub mod clock;
pub mod command;
pub mod config;
pub mod counters;
pub mod demo;
pub mod doctor;
pub mod doors;
pub mod drain;
pub mod editing;
pub mod emoji;
pub mod export;
pub mod files;
pub mod http;
pub mod hub;
pub mod leaving;
pub mod listen;
pub mod logging;
pub mod looks;
pub mod mail;
pub mod manager;
pub mod messages;
pub mod names;
pub mod oidc;
pub mod operator;
mod overload;
pub mod passkeys;
pub mod password;
pub mod picture;
pub mod problem;
pub mod push;
pub mod raced;
pub mod random;
pub mod reactions;
pub mod receipts;
pub mod relay;
pub mod ring_test;
pub mod search;
pub mod serve;
pub mod socket;
pub mod sound;
pub mod text;
pub mod traces;
