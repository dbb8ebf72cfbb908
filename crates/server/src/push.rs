//! Web Push (RFC 8030): a device whose app is closed is woken through its browser's push service.
//!
//! Whatever has to wake somebody writes a row into the outbox in its own transaction (`note`). The worker ([`run`])
//! takes rows that are due, reads what is true by then (`plan`), encrypts it for the device ([`encrypt`]), signs it as
//! this server ([`vapid`]) and sends it ([`post`]) to where it may go ([`endpoint`]). Who is woken when, and what an
//! answer means, is decided in `birdcall_call::wake`.

pub mod encrypt;
pub mod endpoint;
mod note;
mod outbox;
mod plan;
pub mod post;
pub mod vapid;
pub(crate) mod words;

pub use note::{message, message_gone, ring, silenced};
pub use outbox::run;

use crate::config::Config;
use birdcall_call::wake::Answer;
use birdcall_protocol::Timestamp;
use birdcall_store::{Store, StoreError, Subscription};
use encrypt::Keys;
use endpoint::Endpoint;
use post::{Parcel, Post, Urgency};
use std::time::Duration;
use tokio::sync::Notify;
use vapid::{Vapid, is_contact};

/// What is needed to send pushes.
pub struct Push {
    vapid: Vapid,
    post: Post,
    /// Whom push services may turn to, if the operator said so.
    contact: Option<String>,
    /// Origins that may be in a private network.
    inside: Vec<String>,
    /// Wakes the worker: there is something in the outbox.
    pub wake: Notify,
}

/// What is to be sent to one device.
pub(crate) struct Letter {
    /// The message, as JSON.
    pub(crate) text: Vec<u8>,
    /// What it is about: of two about the same the later one counts.
    pub(crate) topic: Vec<String>,
    /// For how long it is of use.
    pub(crate) keep: Duration,
    /// How soon it is wanted.
    pub(crate) urgency: Urgency,
}

impl Push {
    /// Gets ready, with the key in the store.
    ///
    /// # Errors
    /// The store failed.
    pub async fn start(config: &Config, store: &Store) -> Result<Self, StoreError> {
        Ok(Self {
            vapid: Vapid::read_or_make(store).await?,
            post: Post::new(),
            contact: config.contact.clone(),
            inside: config.push_origins.clone(),
            wake: Notify::new(),
        })
    }

    /// Our public key, for browsers that subscribe.
    #[must_use]
    pub fn key(&self) -> &str {
        self.vapid.public()
    }

    /// Whether a subscription is one that we would send to.
    #[must_use]
    pub fn takes(&self, endpoint: &str, p256dh: &str, auth: &str) -> bool {
        Endpoint::parse(endpoint, &self.inside).is_some() && Keys::parse(p256dh, auth).is_some()
    }

    /// Sends a letter, once.
    pub(crate) async fn send(&self, to: &Subscription, letter: &Letter, now: Timestamp) -> Answer {
        if letter.text.len() > encrypt::MOST {
            return Answer::Status(413, None);
        }
        let Some((endpoint, parcel)) = self.pack(to, letter, now) else {
            // It was a subscription when it came; since then the operator has taken an origin away.
            return Answer::Status(400, None);
        };
        self.post.send(&endpoint, parcel, now).await
    }

    fn pack(
        &self,
        to: &Subscription,
        letter: &Letter,
        now: Timestamp,
    ) -> Option<(Endpoint, Parcel)> {
        let endpoint = Endpoint::parse(&to.endpoint, &self.inside)?;
        let body = Keys::parse(&to.p256dh, &to.auth)?.encrypt(&letter.text)?;
        // RFC 8292, 2.1. Without a contact of the operator's the page is one, if others can reach it.
        let page = to.origin.as_deref().filter(|origin| is_contact(origin));
        let sub = self.contact.as_deref().or(page);
        let device = to.device.to_string();
        let topic: Vec<&str> = std::iter::once(device.as_str())
            .chain(letter.topic.iter().map(String::as_str))
            .collect();
        let parcel = Parcel {
            authorization: self.vapid.authorization(&endpoint.origin(), sub, now)?,
            topic: self.vapid.topic(&topic),
            keep: letter.keep,
            urgency: letter.urgency,
            body,
        };
        Some((endpoint, parcel))
    }
}
