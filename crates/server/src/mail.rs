//! Mail to people: optional, by the operator's SMTP server or into a folder (M-1).
//!
//! Whatever has to mail somebody writes a row into the outbox in its own transaction. The worker ([`run`]) takes rows
//! that are due, puts together what they say by then (`words`), and hands it to the [`port`]. So a slow mail server
//! keeps nobody waiting, and what was acknowledged is sent although the server was killed. [`codes`] makes the codes.

pub mod codes;
mod outbox;
pub mod port;
mod words;

pub use outbox::run;

use crate::app::App;
use crate::config::Config;
use crate::random;
use birdcall_protocol::{Email, PersonId};
use birdcall_store::{MailKind, NewMail, StoreError, Tx};
use codes::Codes;
use port::Port;
use std::time::Duration;
use tokio::sync::Notify;

/// For how long a notice that is no code is tried. Raising it sends news that is none any more.
const NOTICE: Duration = Duration::from_secs(24 * 60 * 60);

/// What is needed to mail people.
pub struct Mailing {
    /// Where mails go; `None`: e-mail is not offered.
    port: Option<Port>,
    /// Makes codes.
    pub codes: Codes,
    /// Wakes the worker: there is something in the outbox.
    pub wake: Notify,
}

impl Mailing {
    /// Gets ready.
    ///
    /// # Errors
    /// A sentence: the node key or the password cannot be read, or the folder cannot be made.
    pub fn start(config: &Config) -> Result<Self, String> {
        Ok(Self {
            port: config.mail.as_ref().map(Port::open).transpose()?,
            codes: Codes::new(&config.key_file)?,
            wake: Notify::new(),
        })
    }

    /// Whether this server sends mail.
    #[must_use]
    pub fn is_offered(&self) -> bool {
        self.port.is_some()
    }
}

/// Puts a mail about `person` into the outbox. Call `wake` after the commit.
///
/// # Errors
/// The store failed.
pub async fn add(
    app: &App,
    tx: &mut Tx,
    person: PersonId,
    address: &Email,
    kind: MailKind,
) -> Result<(), StoreError> {
    let at = app.clock.now();
    tx.add_mail(&NewMail {
        id: random::mail(),
        person,
        address,
        kind,
        seed: None,
        at,
        until: at + NOTICE,
    })
    .await
}

/// Tells a person something by mail, if there is mail and they have an address. Call `wake` after the commit.
///
/// # Errors
/// The store failed.
pub async fn tell(
    app: &App,
    tx: &mut Tx,
    person: PersonId,
    kind: MailKind,
) -> Result<(), StoreError> {
    if app.mail.is_offered()
        && let Some(email) = tx.email(person).await?
    {
        add(app, tx, person, &email.address, kind).await?;
    }
    Ok(())
}
