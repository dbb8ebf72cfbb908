//! How mail is sent, out of one URL.

use lettre::message::Mailbox;
use reqwest::Url;
use std::fmt;
use std::path::PathBuf;

/// Where mails go, and from whom they are.
#[derive(Clone)]
pub struct MailConfig {
    /// The URL without its password, as it may be printed.
    pub url: String,
    /// Where to.
    pub to: MailTo,
    /// From whom.
    pub from: Mailbox,
    /// The password that stood in the URL.
    pub password: Option<String>,
    /// The file the password is in.
    pub password_file: Option<PathBuf>,
    /// Authorities that are believed besides those of the system, PEM.
    pub ca: Option<PathBuf>,
}

/// A place for mails.
#[derive(Clone)]
pub enum MailTo {
    /// A folder, one file a mail.
    Folder(PathBuf),
    /// A mail server.
    Smtp {
        /// Its name or address.
        host: String,
        /// Its port: 587, and 465 for `smtps`, if the URL names none.
        port: u16,
        /// TLS from the first byte (RFC 8314, 3.3) instead of STARTTLS.
        wrapped: bool,
        /// Whom it knows us as.
        user: Option<String>,
    },
}

/// Without the password: a secret gets into no log.
impl fmt::Debug for MailConfig {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "MailConfig({})", self.url)
    }
}

/// Reads the options of mail.
///
/// # Errors
/// A sentence about what does not fit together; never with the password in it.
pub(super) fn read(
    url: &str,
    from: Option<&str>,
    password_file: Option<PathBuf>,
    ca: Option<PathBuf>,
) -> Result<MailConfig, String> {
    let from = from.ok_or("mail_url needs mail_from")?;
    let from: Mailbox = from.parse().map_err(
        |_| "mail_from is an address, as `calls@example.org` or `Calls <calls@example.org>`",
    )?;
    if let Some(folder) = url.strip_prefix("file:") {
        let folder = folder.strip_prefix("//").unwrap_or(folder);
        if folder.is_empty() {
            return Err("mail_url `file:` names a folder".into());
        }
        return Ok(MailConfig {
            url: url.to_owned(),
            to: MailTo::Folder(folder.into()),
            from,
            password: None,
            password_file: None,
            ca: None,
        });
    }
    let bad = "mail_url is `smtp://HOST`, `smtps://HOST` or `file:FOLDER`";
    let mut parsed = Url::parse(url).map_err(|_| bad)?;
    let wrapped = match parsed.scheme() {
        "smtp" => false,
        "smtps" => true,
        _ => return Err(bad.into()),
    };
    let host = parsed
        .host_str()
        .filter(|host| !host.is_empty())
        .ok_or(bad)?;
    let plain_path = matches!(parsed.path(), "" | "/");
    if !plain_path || parsed.query().is_some() || parsed.fragment().is_some() {
        return Err(bad.into());
    }
    let user = Some(parsed.username())
        .filter(|user| !user.is_empty())
        .map(unescaped)
        .transpose()?;
    let password = parsed.password().map(unescaped).transpose()?;
    if user.is_some() && password.is_none() && password_file.is_none() {
        return Err("mail_url names a user: its password goes into mail_password_file".into());
    }
    let to = MailTo::Smtp {
        host: host.to_owned(),
        port: parsed.port().unwrap_or(if wrapped { 465 } else { 587 }),
        wrapped,
        user,
    };
    // Fails only for URLs that cannot have one.
    let _ = parsed.set_password(None);
    Ok(MailConfig {
        url: parsed.to_string(),
        to,
        from,
        password,
        password_file,
        ca,
    })
}

/// RFC 3986, 2.1.
fn unescaped(text: &str) -> Result<String, String> {
    let bad = || "mail_url: what stands before the @ is not escaped as in a URL".to_owned();
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
            let (high, low) = (digit(rest.next()), digit(rest.next()));
            let (Some(high), Some(low)) = (high, low) else {
                return Err(bad());
            };
            bytes.push(u8::try_from(high * 16 + low).map_err(|_| bad())?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<MailConfig, String> {
        read(url, Some("Calls <calls@example.org>"), None, None)
    }

    #[test]
    fn a_url_says_how_mail_is_sent_and_its_password_is_not_printed() {
        let config = parse("smtps://calls%40example.org:p%3Aw%2F@mail.example").unwrap();
        let MailTo::Smtp {
            host,
            port,
            wrapped,
            user,
        } = &config.to
        else {
            panic!("{config:?}")
        };
        assert_eq!(
            (host.as_str(), *port, *wrapped),
            ("mail.example", 465, true)
        );
        assert_eq!(user.as_deref(), Some("calls@example.org"));
        assert_eq!(config.password.as_deref(), Some("p:w/"));
        for said in [&config.url, &format!("{config:?}")] {
            assert!(!said.contains("p:w") && !said.contains("p%3Aw"), "{said}");
        }
        let MailTo::Smtp { port, wrapped, .. } = parse("smtp://127.0.0.1:2525").unwrap().to else {
            panic!("no server")
        };
        assert_eq!((port, wrapped), (2525, false));
        let MailTo::Folder(folder) = parse("file:mails").unwrap().to else {
            panic!("no folder")
        };
        assert_eq!(folder, PathBuf::from("mails"));
    }

    #[test]
    fn what_does_not_fit_together_is_refused_without_telling_the_password() {
        for url in [
            "",
            "mail.example",
            "http://mail.example",
            "smtp://",
            "file:",
            "smtp://h/path",
            "smtp://h?tls=none",
            "smtp://user@h",
            "smtp://us%er:secret@h",
        ] {
            let error = parse(url).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(read("smtp://h", None, None, None).is_err());
        assert!(read("smtp://h", Some("nobody"), None, None).is_err());
        let file = Some(PathBuf::from("password"));
        assert!(read("smtp://user@h", Some("a@example.org"), file, None).is_ok());
    }
}
