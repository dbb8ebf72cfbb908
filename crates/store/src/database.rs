//! Where a database is: a file, or a PostgreSQL server.

use sqlx::postgres::PgConnectOptions;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use url::Url;

/// What stands for a password wherever a database is shown.
const HIDDEN: &str = "hidden";

/// Statements that a connection to PostgreSQL keeps prepared: more than there are in this crate (about 310). One that is
/// not kept costs a second errand to the server each time.
const PREPARED: usize = 512;

/// A database, by its URL: `sqlite:FILE` or `postgres://USER:PASSWORD@HOST:PORT/NAME`. Shown without the password.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// SQLite's, in a file.
    File(PathBuf),
    /// PostgreSQL's.
    Postgres(PostgresUrl),
}

/// The URL of a PostgreSQL database, as `libpq` has them: `?host=/run/postgresql` is a socket of the machine,
/// `?sslmode=`, `?user=`, `?password=` and others stand behind the `?` too. What it does not say, the environment of
/// `libpq` says (`PGHOST`, `PGUSER`, …) and a password also `~/.pgpass`.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

/// Why a text is no database's URL. It does not say the text: there may be a password in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoDatabase {
    /// It begins with something else.
    #[error("a database's URL begins with sqlite: or postgres://")]
    Kind,
    /// `sqlite:` and nothing behind it.
    #[error("sqlite: says no file")]
    NoFile,
    /// `postgres://` and something behind it that is no URL, or does not say which database.
    #[error("that is no URL of a PostgreSQL database, such as postgres://birdcall@host/birdcall")]
    Postgres,
}

impl Database {
    /// SQLite's, in that file.
    #[must_use]
    pub fn file(file: &Path) -> Self {
        Self::File(file.to_owned())
    }
}

impl FromStr for Database {
    type Err = NoDatabase;

    fn from_str(text: &str) -> Result<Self, NoDatabase> {
        if let Some(rest) = text.strip_prefix("sqlite:") {
            let file = rest.strip_prefix("//").unwrap_or(rest);
            return if file.is_empty() {
                Err(NoDatabase::NoFile)
            } else {
                Ok(Self::File(file.into()))
            };
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(NoDatabase::Kind);
        }
        let url = Url::parse(text).map_err(|_| NoDatabase::Postgres)?;
        let named = url.query_pairs().any(|(key, _)| key == "dbname");
        if url.path().trim_matches('/').is_empty() && !named {
            return Err(NoDatabase::Postgres);
        }
        Ok(Self::Postgres(PostgresUrl(text.to_owned())))
    }
}

impl PostgresUrl {
    /// What the driver connects with.
    pub(crate) fn connect(&self) -> Result<PgConnectOptions, sqlx::Error> {
        let mut options = PgConnectOptions::from_str(&self.0)?;
        let url = Url::parse(&self.0).ok();
        let said = |name: &str| {
            url.as_ref()
                .is_some_and(|url| url.query_pairs().any(|(key, _)| key == name))
        };
        if !said("statement-cache-capacity") {
            options = options.statement_cache_capacity(PREPARED);
        }
        if !said("application_name") {
            options = options.application_name("birdcall");
        }
        Ok(options)
    }

    /// The whole URL, with the password. Not to be shown.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It was one when it was read.
        let Ok(mut url) = Url::parse(&self.0) else {
            return f.write_str("postgres://");
        };
        if url.password().is_some() {
            let _ = url.set_password(Some(HIDDEN));
        }
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(key, value)| match &*key {
                "password" => (key.into_owned(), HIDDEN.to_owned()),
                _ => (key.into_owned(), value.into_owned()),
            })
            .collect();
        if !pairs.is_empty() {
            url.query_pairs_mut().clear().extend_pairs(pairs);
        }
        f.write_str(url.as_str())
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "sqlite:{}", file.display()),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_which_database_and_never_its_password() {
        let file = |text: &str| text.parse::<Database>();
        for text in ["sqlite:/var/lib/b.db", "sqlite:///var/lib/b.db"] {
            assert_eq!(file(text), Ok(Database::File("/var/lib/b.db".into())));
        }
        assert_eq!(file("sqlite:b.db"), Ok(Database::File("b.db".into())));
        for (text, shown) in [
            (
                "postgres://ann:s3cr3t@db.example.org:5433/birdcall?sslmode=require",
                "postgres://ann:hidden@db.example.org:5433/birdcall?sslmode=require",
            ),
            (
                "postgresql:///birdcall?host=/run/postgresql&user=ann&password=s3cr3t",
                "postgresql:///birdcall?host=%2Frun%2Fpostgresql&user=ann&password=hidden",
            ),
            ("postgres://db/birdcall", "postgres://db/birdcall"),
        ] {
            let database = file(text).unwrap();
            assert_eq!(database.to_string(), shown);
            assert_eq!(format!("{database:?}"), shown);
            let Database::Postgres(url) = database else {
                panic!("{text} is PostgreSQL's")
            };
            assert_eq!(url.secret(), text);
        }
    }

    #[test]
    fn what_is_no_database_is_refused_without_being_said_again() {
        for (text, why) in [
            ("mysql://ann:s3cr3t@db/birdcall", NoDatabase::Kind),
            ("birdcall.db", NoDatabase::Kind),
            ("sqlite:", NoDatabase::NoFile),
            ("sqlite://", NoDatabase::NoFile),
            ("postgres://ann:s3cr3t@db", NoDatabase::Postgres),
            (
                "postgres://ann:s3cr3t@db:port/birdcall",
                NoDatabase::Postgres,
            ),
        ] {
            let said = text.parse::<Database>().unwrap_err();
            assert_eq!(said, why, "{text}");
            assert!(!said.to_string().contains("s3cr3t"));
        }
    }
}
