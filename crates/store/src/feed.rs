//! Each person's feed: the order of what they are told, for their devices to catch up by cursor.
//!
//! A row only points at what changed. What a device is sent is read from where it stands at the moment of sending,
//! so that a device that was away gets the truth of now, and a deleted thing is nowhere.

use crate::words::natural;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::PersonId;
use birdcall_protocol::frame::Changed;

/// Rows kept for each person. A device that missed more loads everything anew. Each row costs about 60 bytes.
const KEPT: i64 = 4_096;

/// How often rows are thrown away; between, up to this many more are there.
const SWEEP_EVERY: i64 = 256;

/// What a person is told about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// There is an entry at `seq` of the conversation with `other`.
    Entry {
        /// The other person.
        other: PersonId,
        /// Its place.
        seq: u64,
    },
    /// The conversation with `other` was read up to `seq`.
    Read {
        /// The other person.
        other: PersonId,
        /// The newest place read.
        seq: u64,
    },
    /// The entry at `seq` of the conversation with `other` is not what it was.
    EntryChanged {
        /// The other person.
        other: PersonId,
        /// Its place.
        seq: u64,
    },
    /// The entry at `seq` of the conversation with `other` was deleted for this person.
    Gone {
        /// The other person.
        other: PersonId,
        /// Its place.
        seq: u64,
    },
    /// The other side has read on, and this person is to be told.
    Seen {
        /// The other person.
        other: PersonId,
    },
    /// Something to load anew.
    Changed(Changed),
}

/// A row of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedItem {
    /// Its place.
    pub cursor: u64,
    /// What it is about.
    pub news: News,
}

/// What follows a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedPage {
    /// The next rows, oldest first; fewer than asked for means there are no more.
    Items(Vec<FeedItem>),
    /// The cursor is not from this feed, or rows after it are thrown away.
    Unknown,
}

impl Reader {
    /// The newest cursor of a person.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn cursor(&mut self, person: PersonId) -> Result<u64, StoreError> {
        let (cursor,): (i64,) = sqlx::query_as("SELECT feed FROM people WHERE id = $1")
            .bind(person.as_i64())
            .fetch_one(self.sql())
            .await?;
        Ok(natural(cursor))
    }

    /// What `person` is told after `cursor`.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn feed_after(
        &mut self,
        person: PersonId,
        cursor: u64,
        limit: u32,
    ) -> Result<FeedPage, StoreError> {
        let newest = self.cursor(person).await?;
        if cursor == newest {
            return Ok(FeedPage::Items(Vec::new()));
        }
        let Ok(after) = i64::try_from(cursor) else {
            return Ok(FeedPage::Unknown);
        };
        if cursor > newest {
            return Ok(FeedPage::Unknown);
        }
        let rows: Vec<(i64, String, Option<i64>, Option<i64>)> = sqlx::query_as(
            "SELECT cursor, kind, other, seq FROM feed WHERE person = $1 AND cursor > $2 \
             ORDER BY cursor LIMIT $3",
        )
        .bind(person.as_i64())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(self.sql())
        .await?;
        // Cursors have no gaps, so a gap is what was thrown away.
        if rows.first().is_none_or(|row| row.0 != after + 1) {
            return Ok(FeedPage::Unknown);
        }
        rows.into_iter()
            .map(|(cursor, kind, other, seq)| {
                Ok(FeedItem {
                    cursor: natural(cursor),
                    news: news(&kind, other, seq)?,
                })
            })
            .collect::<Result<_, _>>()
            .map(FeedPage::Items)
    }
}

impl Tx {
    /// Tells a person something, on all their devices.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn tell(&mut self, person: PersonId, news: News) -> Result<(), StoreError> {
        let (cursor,): (i64,) =
            sqlx::query_as("UPDATE people SET feed = feed + 1 WHERE id = $1 RETURNING feed")
                .bind(person.as_i64())
                .fetch_one(self.sql())
                .await?;
        let (kind, other, seq) = columns(news);
        sqlx::query(
            "INSERT INTO feed (person, cursor, kind, other, seq) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(person.as_i64())
        .bind(cursor)
        .bind(kind)
        .bind(other)
        .bind(seq)
        .execute(self.sql())
        .await?;
        if cursor % SWEEP_EVERY == 0 {
            sqlx::query("DELETE FROM feed WHERE person = $1 AND cursor <= $2")
                .bind(person.as_i64())
                .bind(cursor - KEPT)
                .execute(self.sql())
                .await?;
        }
        Ok(())
    }
}

fn columns(news: News) -> (&'static str, Option<i64>, Option<i64>) {
    let place = |seq: u64| i64::try_from(seq).unwrap_or(i64::MAX);
    match news {
        News::Entry { other, seq } => ("entry", Some(other.as_i64()), Some(place(seq))),
        News::EntryChanged { other, seq } => {
            ("entry_changed", Some(other.as_i64()), Some(place(seq)))
        }
        News::Read { other, seq } => ("read", Some(other.as_i64()), Some(place(seq))),
        News::Gone { other, seq } => ("gone", Some(other.as_i64()), Some(place(seq))),
        News::Seen { other } => ("seen", Some(other.as_i64()), None),
        News::Changed(Changed::Me) => ("me", None, None),
        News::Changed(Changed::People) => ("people", None, None),
        News::Changed(Changed::AddressBook) => ("address_book", None, None),
        News::Changed(Changed::Calls) => ("calls", None, None),
        News::Changed(Changed::Devices) => ("devices", None, None),
        News::Changed(Changed::Requests) => ("requests", None, None),
        News::Changed(Changed::Asks) => ("asks", None, None),
    }
}

fn news(kind: &str, other: Option<i64>, seq: Option<i64>) -> Result<News, StoreError> {
    Ok(match (kind, other, seq) {
        ("entry", Some(other), Some(seq)) => News::Entry {
            other: PersonId::from_i64(other),
            seq: natural(seq),
        },
        ("entry_changed", Some(other), Some(seq)) => News::EntryChanged {
            other: PersonId::from_i64(other),
            seq: natural(seq),
        },
        ("read", Some(other), Some(seq)) => News::Read {
            other: PersonId::from_i64(other),
            seq: natural(seq),
        },
        ("gone", Some(other), Some(seq)) => News::Gone {
            other: PersonId::from_i64(other),
            seq: natural(seq),
        },
        ("seen", Some(other), None) => News::Seen {
            other: PersonId::from_i64(other),
        },
        ("me", None, None) => News::Changed(Changed::Me),
        ("people", None, None) => News::Changed(Changed::People),
        ("address_book", None, None) => News::Changed(Changed::AddressBook),
        ("calls", None, None) => News::Changed(Changed::Calls),
        ("devices", None, None) => News::Changed(Changed::Devices),
        ("requests", None, None) => News::Changed(Changed::Requests),
        ("asks", None, None) => News::Changed(Changed::Asks),
        _ => return Err(StoreError::Broken(format!("news of kind {kind}"))),
    })
}
