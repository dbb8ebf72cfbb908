//! The address book: entries of people and of addresses, private to their owner (M-3).

use crate::emails::email;
use crate::people::listed_columns;
use crate::sql;
use crate::words::{handle, natural, small};
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::body::Person;
use birdcall_protocol::book::BookEntry;
use birdcall_protocol::ids::BookEntryId;
use birdcall_protocol::{Email, PersonId, Timestamp};

/// Whom an entry is of.
#[derive(Debug, Clone, Copy)]
pub enum Whom<'a> {
    /// Somebody here.
    Person(PersonId),
    /// An address, whoever has it.
    Email(&'a Email),
}

/// An entry to put into a book.
pub struct NewEntry<'a> {
    /// Whose book.
    pub owner: PersonId,
    /// The entry.
    pub id: BookEntryId,
    /// What the owner calls them; may be empty.
    pub name: &'a str,
    /// Whom it is of.
    pub whom: Whom<'a>,
    /// Now.
    pub at: Timestamp,
    /// The import it comes with.
    pub import: Option<&'a str>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InBook {
    /// It is new.
    Added(BookEntryId),
    /// It was there, and came with the same import.
    Again(BookEntryId),
    /// It was there.
    There(BookEntryId),
}

impl InBook {
    /// The entry, new or not.
    #[must_use]
    pub fn id(self) -> BookEntryId {
        match self {
            Self::Added(id) | Self::Again(id) | Self::There(id) => id,
        }
    }
}

type Row = (
    i64,
    String,
    Option<String>,
    i64,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
);

fn entry(row: Row) -> Result<BookEntry, StoreError> {
    let (id, name, address, since, with, display, verified, avatar) = row;
    let person = match (with, display, verified) {
        (Some(with), Some(name), Some(verified)) => Some(Person {
            handle: handle(&with)?,
            name,
            verified: verified != 0,
            avatar,
        }),
        _ => None,
    };
    Ok(BookEntry {
        id: BookEntryId::from_i64(id),
        name,
        email: address.as_deref().map(email).transpose()?,
        person,
        since: Timestamp(since),
    })
}

impl Reader {
    /// All of a book, by name. Of an address its person is shown only if that person lets others find them by it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn book(&mut self, owner: PersonId) -> Result<Vec<BookEntry>, StoreError> {
        let rows: Vec<Row> = sql::query_as(concat!(
            "SELECT b.id, b.name, b.email, b.since, ",
            listed_columns!(),
            " FROM address_book b \
             LEFT JOIN emails e ON e.key = b.email_key AND e.findable = 1 \
             LEFT JOIN people p ON p.id = coalesce(b.person, e.person) \
                 AND p.deletes IS NULL AND p.gone = 0 \
             WHERE b.owner = $1 ORDER BY b.id"
        ))
        .bind(owner.as_i64())
        .fetch_all(self.sql())
        .await?;
        rows.into_iter().map(entry).collect()
    }

    /// One entry.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn book_entry(
        &mut self,
        owner: PersonId,
        id: BookEntryId,
    ) -> Result<Option<BookEntry>, StoreError> {
        let row: Option<Row> = sql::query_as(concat!(
            "SELECT b.id, b.name, b.email, b.since, ",
            listed_columns!(),
            " FROM address_book b \
             LEFT JOIN emails e ON e.key = b.email_key AND e.findable = 1 \
             LEFT JOIN people p ON p.id = coalesce(b.person, e.person) \
                 AND p.deletes IS NULL AND p.gone = 0 \
             WHERE b.owner = $1 AND b.id = $2"
        ))
        .bind(owner.as_i64())
        .bind(id.as_i64())
        .fetch_optional(self.sql())
        .await?;
        row.map(entry).transpose()
    }

    /// How many are in a book.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn address_book_size(&mut self, owner: PersonId) -> Result<u64, StoreError> {
        let (count,): (i64,) = sql::query_as("SELECT count(*) FROM address_book WHERE owner = $1")
            .bind(owner.as_i64())
            .fetch_one(self.sql())
            .await?;
        Ok(natural(count))
    }
}

impl Tx {
    /// Puts an entry into a book, unless it has one of the same person or address. Whether an address belongs to
    /// anybody is not looked at.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn add_to_book(&mut self, new: &NewEntry<'_>) -> Result<InBook, StoreError> {
        let (person, address) = match new.whom {
            Whom::Person(person) => (Some(person.as_i64()), None),
            Whom::Email(address) => (None, Some(address)),
        };
        let key = address.map(Email::key);
        let done = sql::query(
            "INSERT INTO address_book (owner, id, name, person, email, email_key, since, import) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        )
        .bind(new.owner.as_i64())
        .bind(new.id.as_i64())
        .bind(new.name)
        .bind(person)
        .bind(address.map(Email::as_str))
        .bind(key.as_deref())
        .bind(new.at.0)
        .bind(new.import)
        .execute(self.sql())
        .await?;
        if done.rows_affected() == 1 {
            return Ok(InBook::Added(new.id));
        }
        let (id, import): (i64, Option<String>) = sql::query_as(
            "SELECT id, import FROM address_book \
             WHERE owner = $1 AND (person = $2 OR email_key = $3)",
        )
        .bind(new.owner.as_i64())
        .bind(person)
        .bind(key.as_deref())
        .fetch_one(self.sql())
        .await?;
        let id = BookEntryId::from_i64(id);
        Ok(if new.import.is_some() && import.as_deref() == new.import {
            InBook::Again(id)
        } else {
            InBook::There(id)
        })
    }

    /// Changes what the owner calls them; `false` if there is no such entry.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn name_in_book(
        &mut self,
        owner: PersonId,
        id: BookEntryId,
        name: &str,
    ) -> Result<bool, StoreError> {
        let done = sql::query("UPDATE address_book SET name = $1 WHERE owner = $2 AND id = $3")
            .bind(name)
            .bind(owner.as_i64())
            .bind(id.as_i64())
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes an entry out; `false` if there is none.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn remove_from_book(
        &mut self,
        owner: PersonId,
        id: BookEntryId,
    ) -> Result<bool, StoreError> {
        let done = sql::query("DELETE FROM address_book WHERE owner = $1 AND id = $2")
            .bind(owner.as_i64())
            .bind(id.as_i64())
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes out every entry by which the owner sees that person in the book; `false` if there is none.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn remove_person_from_book(
        &mut self,
        owner: PersonId,
        person: PersonId,
    ) -> Result<bool, StoreError> {
        let done = sql::query(
            "DELETE FROM address_book WHERE owner = $1 AND (person = $2 OR email_key = \
                 (SELECT key FROM emails WHERE person = $2 AND findable = 1))",
        )
        .bind(owner.as_i64())
        .bind(person.as_i64())
        .execute(self.sql())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Takes out what an import brought; how many.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn undo_import(&mut self, owner: PersonId, import: &str) -> Result<u32, StoreError> {
        let done = sql::query("DELETE FROM address_book WHERE owner = $1 AND import = $2")
            .bind(owner.as_i64())
            .bind(import)
            .execute(self.sql())
            .await?;
        Ok(small(
            i64::try_from(done.rows_affected()).unwrap_or(i64::MAX),
        ))
    }

    /// Empties a book.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn clear_address_book(&mut self, owner: PersonId) -> Result<(), StoreError> {
        sql::query("DELETE FROM address_book WHERE owner = $1")
            .bind(owner.as_i64())
            .execute(self.sql())
            .await?;
        Ok(())
    }
}
