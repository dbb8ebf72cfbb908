//! The whole server in this process, spoken to over HTTP and sockets; its clock is turned by hand.

mod abuse;
mod account;
mod accounts;
mod app;
mod avatars;
mod calls;
#[path = "../../../relay/tests/loopback/client.rs"]
mod client;
mod deletion;
mod doors;
mod foreign;
mod frames;
mod gate;
mod keeping;
mod mail;
mod message_search;
mod messages;
mod names;
mod passkeys;
mod people;
mod pictures;
mod process;
mod push;
mod push_service;
mod quiet;
mod receipts;
mod rejoin;
mod relay;
mod reports;
mod requests;
mod search;
mod signalling;
mod smtp;
mod soft_key;
mod tls;
mod turn;
