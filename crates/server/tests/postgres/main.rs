//! The subjects of `tests/suite` that rest on the database, with servers on PostgreSQL: what they say has to hold there as
//! well. What is about files, certificates, the relay or the outside is not here.

#![expect(dead_code, reason = "helpers of subjects that are not here")]

mod database;
mod migrate;

#[path = "../suite/accounts.rs"]
mod accounts;
#[path = "../suite/address_book.rs"]
mod address_book;
#[path = "../suite/app.rs"]
mod app;
#[path = "../suite/deletion.rs"]
mod deletion;
#[path = "../suite/editing.rs"]
mod editing;
#[path = "../suite/gate.rs"]
mod gate;
#[path = "../suite/home.rs"]
mod home;
#[path = "../suite/message_search.rs"]
mod message_search;
#[path = "../suite/messages.rs"]
mod messages;
#[path = "../suite/passkeys.rs"]
mod passkeys;
#[path = "../suite/process.rs"]
mod process;
#[path = "../suite/push_service.rs"]
mod push_service;
#[path = "../suite/raced.rs"]
mod raced;
#[path = "../suite/reactions.rs"]
mod reactions;
#[path = "../suite/receipts.rs"]
mod receipts;
#[path = "../suite/rejoin.rs"]
mod rejoin;
#[path = "../suite/reports.rs"]
mod reports;
#[path = "../suite/requests.rs"]
mod requests;
#[path = "../suite/soft_key.rs"]
mod soft_key;

/// Where this run's servers keep what they keep.
const POSTGRES: bool = true;
