//! People: accounts, profiles, calling settings. What a list shows of a person is read here for every statement that
//! joins people.

use crate::error::added;
use crate::sql::{self, columns};
use crate::words::handle;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::body::{Audience, Calling, Person};
use birdcall_protocol::{Handle, PersonId, Timestamp};

/// The columns of a person in a list, from `people p`; read by [`Listed`]. They stand here alone, so that a new one
/// reaches every list.
macro_rules! listed_columns {
    () => {
        "p.handle, p.name, p.verified, p.avatar"
    };
}
pub(crate) use listed_columns;

/// The columns of a profile, from `people p`; read by [`ProfileColumns`].
macro_rules! profile_columns {
    () => {
        concat!("p.id, p.bio, ", crate::people::listed_columns!())
    };
}
pub(crate) use profile_columns;

columns! {
    /// A person in a list, as the columns have it.
    pub(crate) struct Listed {
        handle: String,
        name: String,
        verified: i64,
        avatar: Option<String>,
    }
}

impl Listed {
    pub(crate) fn person(self) -> Result<Person, StoreError> {
        Ok(Person {
            handle: handle(&self.handle)?,
            name: self.name,
            verified: self.verified != 0,
            avatar: self.avatar,
        })
    }
}

columns! {
    /// A profile, as the columns have it.
    pub(crate) struct ProfileColumns {
        id: i64,
        bio: String,
        listed: Listed,
    }
}

impl ProfileColumns {
    pub(crate) fn row(self) -> Result<PersonRow, StoreError> {
        let person = self.listed.person()?;
        Ok(PersonRow {
            id: PersonId::from_i64(self.id),
            handle: person.handle,
            name: person.name,
            bio: self.bio,
            verified: person.verified,
            avatar: person.avatar,
        })
    }
}

/// A display name, with the foldings by which people are found and told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As it is shown.
    pub text: String,
    /// Each word without case and diacritics, a space before it.
    pub folded: String,
    /// How it looks: the same for names that are hard to tell apart.
    pub look: String,
}

/// The columns of calling settings, from `people p`; read by [`CallingColumns`].
macro_rules! calling_columns {
    () => {
        "p.calling_enabled, p.audience_address_book, p.audience_following, p.audience_verified, \
         p.audience_everyone, p.enhanced_privacy, p.calling_asked"
    };
}
pub(crate) use calling_columns;

columns! {
    /// Calling settings, as the columns have them.
    pub(crate) struct CallingColumns {
        calling_enabled: i64,
        audience_address_book: i64,
        audience_following: i64,
        audience_verified: i64,
        audience_everyone: i64,
        enhanced_privacy: i64,
        calling_asked: i64,
    }
}

impl CallingColumns {
    pub(crate) fn row(self) -> CallingRow {
        CallingRow {
            calling: Calling {
                enabled: self.calling_enabled != 0,
                audience: Audience {
                    address_book: self.audience_address_book != 0,
                    following: self.audience_following != 0,
                    verified: self.audience_verified != 0,
                    everyone: self.audience_everyone != 0,
                },
                enhanced_privacy: self.enhanced_privacy != 0,
            },
            asked: self.calling_asked != 0,
        }
    }
}

/// A person to add.
pub struct NewPerson<'a> {
    /// Their id.
    pub id: PersonId,
    /// Their handle.
    pub handle: &'a Handle,
    /// Display name.
    pub name: &'a Named,
    /// Password hash as a PHC string.
    pub password: &'a str,
    /// Calling settings to start with.
    pub calling: Calling,
    /// Now.
    pub at: Timestamp,
}

/// A person's profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Their id.
    pub id: PersonId,
    /// Their handle.
    pub handle: Handle,
    /// Display name.
    pub name: String,
    /// Their words about themselves.
    pub bio: String,
    /// The badge.
    pub verified: bool,
    /// The token of their picture.
    pub avatar: Option<String>,
}

impl PersonRow {
    /// As others see them in a list.
    #[must_use]
    pub fn summary(&self) -> Person {
        Person {
            handle: self.handle.clone(),
            name: self.name.clone(),
            verified: self.verified,
            avatar: self.avatar.clone(),
        }
    }
}

/// A person's calling settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallingRow {
    /// The settings.
    pub calling: Calling,
    /// Whether the first sign-in's question was answered (C-2).
    pub asked: bool,
}

impl Reader {
    /// The person with that handle, if they are there: neither gone nor about to be.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn person(&mut self, handle: &Handle) -> Result<Option<PersonRow>, StoreError> {
        sql::query_as::<ProfileColumns>(concat!(
            "SELECT ",
            profile_columns!(),
            " FROM people p WHERE p.handle = $1 AND p.deletes IS NULL"
        ))
        .bind(handle.as_str())
        .fetch_optional(self.sql())
        .await?
        .map(ProfileColumns::row)
        .transpose()
    }

    /// The person with that handle, also if only what others keep of them is there. For reading that, and nothing else.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn person_or_tombstone(
        &mut self,
        handle: &Handle,
    ) -> Result<Option<PersonRow>, StoreError> {
        sql::query_as::<ProfileColumns>(concat!(
            "SELECT ",
            profile_columns!(),
            " FROM people p WHERE p.handle = $1"
        ))
        .bind(handle.as_str())
        .fetch_optional(self.sql())
        .await?
        .map(ProfileColumns::row)
        .transpose()
    }

    /// Whose account a handle names, also if it is about to be deleted: they can still come back.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn account(&mut self, handle: &Handle) -> Result<Option<PersonId>, StoreError> {
        let row: Option<(i64,)> =
            sql::query_as("SELECT id FROM people WHERE handle = $1 AND gone = 0")
                .bind(handle.as_str())
                .fetch_optional(self.sql())
                .await?;
        Ok(row.map(|(id,)| PersonId::from_i64(id)))
    }

    /// When a person signed up.
    ///
    /// # Errors
    /// `Unavailable`; `Broken` if there is no such person.
    pub async fn signed_up(&mut self, id: PersonId) -> Result<Timestamp, StoreError> {
        let row: Option<(i64,)> = sql::query_as("SELECT created FROM people WHERE id = $1")
            .bind(id.as_i64())
            .fetch_optional(self.sql())
            .await?;
        row.map(|(at,)| Timestamp(at))
            .ok_or_else(|| StoreError::Broken("a person is gone".into()))
    }

    /// The person with that id.
    ///
    /// # Errors
    /// `Unavailable`; `Broken` if there is none.
    pub async fn person_by_id(&mut self, id: PersonId) -> Result<PersonRow, StoreError> {
        sql::query_as::<ProfileColumns>(concat!(
            "SELECT ",
            profile_columns!(),
            " FROM people p WHERE p.id = $1"
        ))
        .bind(id.as_i64())
        .fetch_optional(self.sql())
        .await?
        .ok_or_else(|| StoreError::Broken("a person is gone".into()))?
        .row()
    }

    /// Everybody who is not gone, by handle; for the operator's list.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn everybody(&mut self) -> Result<Vec<PersonRow>, StoreError> {
        sql::query_as::<ProfileColumns>(concat!(
            "SELECT ",
            profile_columns!(),
            " FROM people p WHERE p.gone = 0 ORDER BY p.handle"
        ))
        .fetch_all(self.sql())
        .await?
        .into_iter()
        .map(ProfileColumns::row)
        .collect()
    }

    /// Id and password hash of a handle.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn password(
        &mut self,
        handle: &Handle,
    ) -> Result<Option<(PersonId, String)>, StoreError> {
        let row: Option<(i64, String)> =
            sql::query_as("SELECT id, password FROM people WHERE handle = $1 AND gone = 0")
                .bind(handle.as_str())
                .fetch_optional(self.sql())
                .await?;
        Ok(row.map(|(id, hash)| (PersonId::from_i64(id), hash)))
    }

    /// The password hash of a person; `None`: they have no password.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn password_of(&mut self, id: PersonId) -> Result<Option<String>, StoreError> {
        let row: Option<(String,)> =
            sql::query_as("SELECT password FROM people WHERE id = $1 AND password <> ''")
                .bind(id.as_i64())
                .fetch_optional(self.sql())
                .await?;
        Ok(row.map(|(hash,)| hash))
    }

    /// A person's calling settings.
    ///
    /// # Errors
    /// `Unavailable`; `Broken` if there is no such person.
    pub async fn calling(&mut self, id: PersonId) -> Result<CallingRow, StoreError> {
        let row: Option<CallingColumns> = sql::query_as(concat!(
            "SELECT ",
            calling_columns!(),
            " FROM people p WHERE p.id = $1"
        ))
        .bind(id.as_i64())
        .fetch_optional(self.sql())
        .await?;
        row.map(CallingColumns::row)
            .ok_or_else(|| StoreError::Broken("a person is gone".into()))
    }
}

impl Tx {
    /// Adds a person.
    ///
    /// # Errors
    /// `Conflict`: the handle is taken, or was lately by somebody who is gone.
    pub async fn add_person(&mut self, new: &NewPerson<'_>) -> Result<(), StoreError> {
        if self.is_kept(new.handle, new.at).await? {
            return Err(StoreError::Conflict);
        }
        let done = sql::query(
            "INSERT INTO people (id, handle, name, bio, verified, password, created, \
             calling_enabled, audience_address_book, audience_following, audience_verified, \
             audience_everyone, enhanced_privacy, calling_asked, feed, name_folded, name_look, \
             handle_look) \
             VALUES ($1, $2, $3, '', 0, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, $12, $13, $14) \
             ON CONFLICT DO NOTHING",
        )
        .bind(new.id.as_i64())
        .bind(new.handle.as_str())
        .bind(&new.name.text)
        .bind(new.password)
        .bind(new.at.0)
        .bind(i64::from(new.calling.enabled))
        .bind(i64::from(new.calling.audience.address_book))
        .bind(i64::from(new.calling.audience.following))
        .bind(i64::from(new.calling.audience.verified))
        .bind(i64::from(new.calling.audience.everyone))
        .bind(i64::from(new.calling.enhanced_privacy))
        .bind(&new.name.folded)
        .bind(&new.name.look)
        .bind(new.handle.look())
        .execute(self.sql())
        .await?;
        added(done)
    }

    /// Changes the display name.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_name(&mut self, id: PersonId, name: &Named) -> Result<(), StoreError> {
        sql::query("UPDATE people SET name = $1, name_folded = $2, name_look = $3 WHERE id = $4")
            .bind(&name.text)
            .bind(&name.folded)
            .bind(&name.look)
            .bind(id.as_i64())
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// Changes what a person says of themselves.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_bio(&mut self, id: PersonId, bio: &str) -> Result<(), StoreError> {
        sql::query("UPDATE people SET bio = $1 WHERE id = $2")
            .bind(bio)
            .bind(id.as_i64())
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// Gives a person another password, or a first one.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_password(&mut self, id: PersonId, hash: &str) -> Result<(), StoreError> {
        sql::query("UPDATE people SET password = $1 WHERE id = $2")
            .bind(hash)
            .bind(id.as_i64())
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// Gives or takes the badge; `false` if there is no such person.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_verified(
        &mut self,
        handle: &Handle,
        verified: bool,
    ) -> Result<bool, StoreError> {
        let done = sql::query("UPDATE people SET verified = $1 WHERE handle = $2")
            .bind(i64::from(verified))
            .bind(handle.as_str())
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Replaces calling settings, and notes that the question of C-2 was answered.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_calling(&mut self, id: PersonId, calling: &Calling) -> Result<(), StoreError> {
        sql::query(
            "UPDATE people SET calling_enabled = $1, audience_address_book = $2, \
             audience_following = $3, audience_verified = $4, audience_everyone = $5, \
             enhanced_privacy = $6, calling_asked = 1 WHERE id = $7",
        )
        .bind(i64::from(calling.enabled))
        .bind(i64::from(calling.audience.address_book))
        .bind(i64::from(calling.audience.following))
        .bind(i64::from(calling.audience.verified))
        .bind(i64::from(calling.audience.everyone))
        .bind(i64::from(calling.enhanced_privacy))
        .bind(id.as_i64())
        .execute(self.sql())
        .await?;
        Ok(())
    }
}
