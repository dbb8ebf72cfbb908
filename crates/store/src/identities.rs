//! Accounts at a provider of the community's own (OpenID Connect) that are ways in, and which ways in a person has.

use crate::error::added;
use crate::sql;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::{DeviceId, PersonId, Timestamp};

/// An account at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRow {
    /// The provider.
    pub issuer: String,
    /// The account, as the provider names it for ever.
    pub subject: String,
    /// What the provider calls it, for its owner to see.
    pub name: String,
    /// Since when it is a way in.
    pub created: Timestamp,
    /// When somebody last came in by it.
    pub last_used: Timestamp,
}

/// An account at a provider to add.
pub struct NewIdentity<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// The account there.
    pub subject: &'a str,
    /// Whose way in it becomes.
    pub person: PersonId,
    /// What the provider calls it.
    pub name: &'a str,
    /// Now.
    pub at: Timestamp,
}

/// How a person can come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// By a password.
    pub password: bool,
    /// Passkeys, in number.
    pub passkeys: u32,
    /// Accounts at providers, in number.
    pub identities: u32,
}

impl Reader {
    /// Who comes in by an account at a provider.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn identified(
        &mut self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<PersonId>, StoreError> {
        let row: Option<(i64,)> =
            sql::query_as("SELECT person FROM identities WHERE issuer = $1 AND subject = $2")
                .bind(issuer)
                .bind(subject)
                .fetch_optional(self.sql())
                .await?;
        Ok(row.map(|(person,)| PersonId::from_i64(person)))
    }

    /// The account at a provider by which a person comes in.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn identity(
        &mut self,
        person: PersonId,
        issuer: &str,
    ) -> Result<Option<IdentityRow>, StoreError> {
        let row: Option<(String, String, i64, i64)> = sql::query_as(
            "SELECT subject, name, created, last_used FROM identities \
             WHERE person = $1 AND issuer = $2",
        )
        .bind(person.as_i64())
        .bind(issuer)
        .fetch_optional(self.sql())
        .await?;
        Ok(row.map(|(subject, name, created, last_used)| IdentityRow {
            issuer: issuer.to_owned(),
            subject,
            name,
            created: Timestamp(created),
            last_used: Timestamp(last_used),
        }))
    }

    /// How a person can come in, at the provider `issuer` if there is one; accounts at a provider that this server no
    /// longer asks are no way in.
    ///
    /// # Errors
    /// `Unavailable`; `Broken` if there is no such person.
    pub async fn ways_in(
        &mut self,
        person: PersonId,
        issuer: Option<&str>,
    ) -> Result<Ways, StoreError> {
        let row: Option<(String, i64, i64)> = sql::query_as(
            "SELECT password, \
             (SELECT COUNT(*) FROM passkeys WHERE passkeys.person = people.id), \
             (SELECT COUNT(*) FROM identities WHERE identities.person = people.id \
              AND identities.issuer = $2) \
             FROM people WHERE id = $1",
        )
        .bind(person.as_i64())
        .bind(issuer.unwrap_or_default())
        .fetch_optional(self.sql())
        .await?;
        let Some((password, passkeys, identities)) = row else {
            return Err(StoreError::Broken("a person is gone".into()));
        };
        Ok(Ways {
            password: !password.is_empty(),
            passkeys: crate::words::small(passkeys),
            identities: crate::words::small(identities),
        })
    }

    /// When somebody last showed on a device who they are, with a passkey or at the provider; `None`: never.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn proved(&mut self, device: DeviceId) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<(i64,)> = sql::query_as("SELECT proved FROM devices WHERE id = $1")
            .bind(device.as_i64())
            .fetch_optional(self.sql())
            .await?;
        Ok(row.and_then(|(at,)| (at > 0).then_some(Timestamp(at))))
    }
}

impl Tx {
    /// Makes an account at a provider a way in.
    ///
    /// # Errors
    /// `Conflict`: it is somebody's already, or the person has another there.
    pub async fn add_identity(&mut self, new: &NewIdentity<'_>) -> Result<(), StoreError> {
        let done = sql::query(
            "INSERT INTO identities (issuer, subject, person, name, created, last_used) \
             VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING",
        )
        .bind(new.issuer)
        .bind(new.subject)
        .bind(new.person.as_i64())
        .bind(new.name)
        .bind(new.at.0)
        .execute(self.sql())
        .await?;
        added(done)
    }

    /// Notes that somebody came in by it, and what the provider calls it now.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn use_identity(
        &mut self,
        issuer: &str,
        subject: &str,
        name: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sql::query(
            "UPDATE identities SET name = $1, last_used = $2 WHERE issuer = $3 AND subject = $4",
        )
        .bind(name)
        .bind(at.0)
        .bind(issuer)
        .bind(subject)
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// It is a way in no longer; `false` if it was none.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn remove_identity(
        &mut self,
        person: PersonId,
        issuer: &str,
    ) -> Result<bool, StoreError> {
        let done = sql::query("DELETE FROM identities WHERE person = $1 AND issuer = $2")
            .bind(person.as_i64())
            .bind(issuer)
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes that somebody showed on a device who they are.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn prove(&mut self, device: DeviceId, at: Timestamp) -> Result<(), StoreError> {
        sql::query("UPDATE devices SET proved = $1 WHERE id = $2")
            .bind(at.0)
            .bind(device.as_i64())
            .execute(self.sql())
            .await?;
        Ok(())
    }
}
