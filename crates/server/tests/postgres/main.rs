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
#[path = "../suite/calls.rs"]
mod calls;
#[path = "../suite/deletion.rs"]
mod deletion;
#[path = "../suite/draining.rs"]
mod draining;
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
#[path = "../suite/nats.rs"]
mod nats;
#[path = "../suite/nodes.rs"]
mod nodes;
#[path = "../suite/passkeys.rs"]
mod passkeys;
#[path = "../suite/process.rs"]
mod process;
#[path = "../suite/processes.rs"]
mod processes;
#[path = "../suite/push.rs"]
mod push;
#[path = "../suite/push_service.rs"]
mod push_service;
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

/// Races here are real; `tests/suite` has those that are made.
mod raced {
    use birdcall_server::config::Options;
    use birdcall_store::Races;

    pub(crate) fn wanted(_: &mut Options) -> Races {
        Races::default()
    }
}
