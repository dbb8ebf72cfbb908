//! Where mails go: an SMTP server (RFC 5321), or a folder for trying it out.

use crate::config::{MailConfig, MailTo};
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// For how long one step of a conversation with the mail server may take. Raising it keeps others waiting longer behind
/// a server that hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// A place to send mails to.
pub struct Port {
    from: Mailbox,
    to: To,
}

enum To {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// One file a mail, as it would be sent.
    Folder(PathBuf),
}

/// What came of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It was taken.
    Taken,
    /// Not now: the server cannot be reached, or said so (4yz).
    Later,
    /// Never: the server refused it for good (5yz), or it is no mail.
    Refused,
}

impl Port {
    /// Gets ready; connects to nothing.
    ///
    /// # Errors
    /// A sentence: a file cannot be read or the folder cannot be made.
    pub fn open(config: &MailConfig) -> Result<Self, String> {
        let to = match &config.to {
            MailTo::Folder(folder) => {
                std::fs::create_dir_all(folder)
                    .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
                To::Folder(folder.clone())
            }
            MailTo::Smtp {
                host,
                port,
                wrapped,
                user,
            } => {
                let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
                    .port(*port)
                    .timeout(Some(PATIENCE))
                    .tls(tls(host, *wrapped, config.ca.as_deref())?);
                if let Some(user) = user {
                    let password = match &config.password_file {
                        Some(file) => std::fs::read_to_string(file)
                            .map_err(|error| format!("cannot read {}: {error}", file.display()))?
                            .trim_end_matches(['\r', '\n'])
                            .to_owned(),
                        None => config.password.clone().unwrap_or_default(),
                    };
                    builder = builder.credentials(Credentials::new(user.clone(), password));
                }
                To::Smtp(builder.build())
            }
        };
        Ok(Self {
            from: config.from.clone(),
            to,
        })
    }

    /// Who the mails are from.
    #[must_use]
    pub fn from(&self) -> &Mailbox {
        &self.from
    }

    /// Connects, greets and signs in, and sends nothing.
    ///
    /// # Errors
    /// In a few words, what kind of trouble it is.
    pub async fn greet(&self) -> Result<(), &'static str> {
        let To::Smtp(transport) = &self.to else {
            return Ok(());
        };
        match transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it answers and is not ready"),
            Err(error) if error.is_tls() => Err("TLS with it does not come about"),
            Err(error) if error.is_timeout() => Err("it takes too long"),
            Err(error) if error.status().is_some() => Err("it refuses, the password perhaps"),
            Err(_) => Err("it cannot be reached"),
        }
    }

    /// Sends a mail, once. `name` is the same for each try.
    pub async fn send(&self, mail: Message, name: &str) -> Sent {
        match &self.to {
            To::Smtp(transport) => match transport.send(mail).await {
                Ok(_) => Sent::Taken,
                Err(error) => {
                    // Its words may repeat the address (P-6): its kind says enough.
                    let status = error.status().map(|code| code.to_string());
                    let timeout = error.is_timeout();
                    let tls = error.is_tls();
                    tracing::warn!(?status, timeout, tls, "the mail server did not take a mail");
                    if error.is_permanent() || error.is_client() {
                        Sent::Refused
                    } else {
                        Sent::Later
                    }
                }
            },
            To::Folder(folder) => match write(folder, name, &mail.formatted()).await {
                Ok(()) => Sent::Taken,
                Err(error) => {
                    tracing::error!(%error, "a mail was not written");
                    Sent::Later
                }
            },
        }
    }
}

/// A mail is encrypted on its way, except to this machine itself, whose certificate mostly is of nobody.
fn tls(host: &str, wrapped: bool, ca: Option<&Path>) -> Result<Tls, String> {
    if !wrapped && ca.is_none() && is_loopback(host) {
        return Ok(Tls::None);
    }
    let say = |error: lettre::transport::smtp::Error| format!("TLS to the mail server: {error}");
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(file) = ca {
        let pem = std::fs::read(file)
            .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(say)?);
    }
    let parameters = builder.build_rustls().map_err(say)?;
    Ok(if wrapped {
        Tls::Wrapper(parameters)
    } else {
        Tls::Required(parameters)
    })
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Written whole under another name first, so that nobody reads half of one.
async fn write(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let draft = folder.join(format!(".{name}"));
    tokio::fs::write(&draft, bytes).await?;
    tokio::fs::rename(&draft, folder.join(format!("{name}.eml"))).await
}
