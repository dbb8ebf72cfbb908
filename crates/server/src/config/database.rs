//! Where the database is.

use birdcall_store::Database;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// The file in the data folder, unless the database is somewhere else.
pub(crate) const FILE: &str = "birdcall.db";

/// A database's URL as it was typed. It may hold a password, and even one that is wrong is not shown: so it is read where
/// the other options are, and not by what reads flags, which repeats what it does not understand.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// What it says.
    ///
    /// # Errors
    /// A sentence, without what was typed.
    pub(crate) fn read(&self) -> Result<Database, String> {
        self.0.parse().map_err(|error| format!("database: {error}"))
    }

    /// What it says; the file in the data folder where nobody said anything.
    pub(super) fn resolve(url: Option<Self>, data: &Path) -> Result<Database, String> {
        match url {
            None => Ok(Database::file(&data.join(FILE))),
            Some(url) => url.read(),
        }
    }

    /// As it may be printed.
    pub(super) fn shown(database: &Database) -> Self {
        Self(database.to_string())
    }
}

impl From<String> for DatabaseUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl FromStr for DatabaseUrl {
    type Err = Infallible;

    fn from_str(url: &str) -> Result<Self, Infallible> {
        Ok(Self(url.to_owned()))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.parse::<Database>() {
            Ok(database) => database.fmt(f),
            Err(error) => error.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::*;

    #[test]
    fn the_database_is_in_the_data_folder_unless_it_is_said_to_be_elsewhere() {
        let of = |url: Option<&str>| {
            DatabaseUrl::resolve(
                url.map(|url| DatabaseUrl(url.to_owned())),
                Path::new("/srv"),
            )
        };
        assert_eq!(of(None).unwrap().to_string(), "sqlite:/srv/birdcall.db");
        let elsewhere = of(Some("sqlite:/var/lib/b.db")).unwrap();
        assert_eq!(elsewhere, Database::file(Path::new("/var/lib/b.db")));
        assert!(of(Some("mysql://ann:s3cr3t@db/b")).is_err());
    }

    #[test]
    fn its_password_is_shown_nowhere() {
        for url in [
            "postgres://ann:s3cr3t@db/birdcall",
            "mysql://ann:s3cr3t@db/b",
        ] {
            let options = Options {
                database: Some(url.parse().unwrap()),
                ..Options::default()
            };
            assert!(!format!("{options:?}").contains("s3cr3t"));
            match options.resolve() {
                Ok(config) => {
                    assert!(!format!("{config:?}").contains("s3cr3t"));
                    let toml = config.to_toml().unwrap();
                    assert!(toml.contains("postgres://ann:hidden@db/birdcall"), "{toml}");
                }
                Err(error) => assert!(!error.contains("s3cr3t")),
            }
        }
    }
}
