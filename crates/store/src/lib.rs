//! All that Birdcall remembers: people, devices, ties between people, conversations, calls, and each person's feed.
//!
//! [`Store::read`] gives a [`Reader`], [`Store::write`] a [`Tx`], which can also read. What a `Tx` did is durable
//! when `commit` has returned `Ok`, and not there at all otherwise. Reading order: `database`, `open`, `sql`, `reader`,
//! `tx`, `queue`, `file` and `writer` (SQLite), `postgres`, `schema`, then one file a subject: `people`, `finding`,
//! `avatars`, `emails`, `mails`, `leaving`, `quiet`, `devices`, `ties`, `book`, `exceptions`, `asks`, `between`,
//! `conversations`, `entries`, `editing`, `reactions`, `pictures`, `pages`, `requests`, `receipts`, `fold`, `search`,
//! `voices`, `deleting`, `calls`, `feed`, `push`, `ring_tests`, `reports`. `races` loses commits on purpose, for tests.
//!
//! The text of the statements is the same for SQLite and PostgreSQL: TEXT and BIGINT only (and bytes, where sounds
//! and pictures are kept), `$N`, no string building. What it may not do: fail where something is there already
//! (`ON CONFLICT` instead, see `error`), and find capitals by small letters (`LIKE` does on SQLite alone). The two
//! drivers are hidden behind `sql`, which every statement goes through.
//! No rule lives here: the store gives facts, `birdcall-call` decides. No clock either: moments and ids are arguments.
//!
//! A copy of everything while others write, and what is in one, is the business of `snapshot`; from a file to PostgreSQL
//! it goes by `moving`. Ways in beside the password
//! stand in `ceremonies`, `passkeys` and `identities`. Several nodes on one database find each other by `nodes` and reach
//! each other's sockets by `signals`.

mod asks;
mod avatars;
mod between;
mod book;
mod calls;
mod ceremonies;
mod commits;
mod conversations;
mod database;
mod deleting;
mod devices;
mod editing;
mod emails;
mod entries;
mod error;
mod exceptions;
mod exporting;
mod feed;
mod file;
mod finding;
mod fold;
mod identities;
mod leaving;
mod mails;
pub mod moving;
mod nodes;
mod open;
mod pages;
mod passkeys;
mod people;
mod pictures;
mod postgres;
mod push;
mod queue;
mod quiet;
mod races;
mod reactions;
mod reader;
mod receipts;
mod reports;
mod requests;
mod ring_tests;
mod schema;
mod search;
mod signals;
pub mod snapshot;
mod sql;
mod ties;
mod tx;
mod voices;
mod words;
mod writer;

pub use avatars::{AvatarSize, NewAvatar};
pub use between::{Calls, Writes};
pub use book::{InBook, NewEntry, Whom};
pub use calls::{CallColumns, CallHistory, CallRow, Gone, NewCall, RingTimes};
pub use ceremonies::CeremonyKind;
pub use commits::CommitTimes;
pub use conversations::{Added, CallEntry, Content, Effect, Head, NewMessage, Shown};
pub use database::{Database, NoDatabase, PostgresUrl};
pub use devices::{DeviceRow, SignedIn};
pub use editing::OwnEntry;
pub use emails::EmailRow;
pub use error::StoreError;
pub use exceptions::PossibleCaller;
pub use feed::{FeedItem, FeedPage, News};
pub use finding::Sought;
pub use fold::Words;
pub use identities::{IdentityRow, NewIdentity, Ways};
pub use mails::{CodeRow, MailKind, MailRow, NewMail, Purpose};
pub use nodes::{NewPresence, NodeRow, Present, Stirred};
pub use open::{Options, Store, Sync};
pub use pages::{Page, Place};
pub use passkeys::{NewPasskey, PasskeyKey, PasskeyRow};
pub use people::{CallingRow, Named, NewPerson, PersonRow};
pub use pictures::{NewPicture, PictureFile, PictureSize};
pub use push::{NewPush, PushAbout, PushRow, Subscription, WokenBy, WokenDevice};
pub use races::Races;
pub use reactions::NewReaction;
pub use reader::Reader;
pub use reports::{Act, ActRow, Evidence, NewAct, NewReportRow, ReportRow};
pub use requests::{Side, Talk};
pub use search::{Found, Since};
pub use ties::{FollowCounts, FollowList, Tie, Ties};
pub use tx::Tx;
pub use voices::Sound;
