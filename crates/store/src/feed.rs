//! Each person's feed: the order of what they are told, for their devices to catch up by cursor.
//!
//! A row only points at what changed. What a device is sent is read from where it stands at the moment of sending,
//! so that a device that was away gets the truth of now, and a deleted thing is nowhere.

use crate::sql;
use crate::words::natural;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::PersonId;
use birdcall_protocol::frame::Changed;

/// Rows kept for each person. A device that missed more loads everything anew. Each row costs about 60 bytes.
const KEPT: i64 = 4_096;

/// How often rows are thrown away; between, up to this many more are there.
const SWEEP_EVERY: i64 = 256;

/// Rows written by one statement. Each number of them is a text of its own, which the database keeps prepared.
const ROWS_AT_ONCE: usize = 4;

macro_rules! insert_rows {
    () => {
        "INSERT INTO feed (person, cursor, kind, other, seq) VALUES "
    };
}

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
        let (cursor,): (i64,) = sql::query_as("SELECT feed FROM people WHERE id = $1")
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
        let Ok(after) = i64::try_from(cursor) else {
            return Ok(FeedPage::Unknown);
        };
        type Row = (i64, Option<i64>, Option<String>, Option<i64>, Option<i64>);
        let rows: Vec<Row> = sql::query_as(
            "SELECT p.feed, f.cursor, f.kind, f.other, f.seq FROM people p \
             LEFT JOIN feed f ON f.person = p.id AND f.cursor > $2 \
             WHERE p.id = $1 ORDER BY f.cursor LIMIT $3",
        )
        .bind(person.as_i64())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(self.sql())
        .await?;
        let Some(first) = rows.first() else {
            return Err(StoreError::Broken("a person is gone".into()));
        };
        if first.0 == after {
            return Ok(FeedPage::Items(Vec::new()));
        }
        // Cursors have no gaps, so a gap is what was thrown away; and one that is ahead is not from this feed.
        if first.1 != Some(after + 1) {
            return Ok(FeedPage::Unknown);
        }
        let rows = rows
            .into_iter()
            .filter_map(|(_, cursor, kind, other, seq)| {
                let (cursor, kind) = cursor.zip(kind)?;
                Some((cursor, kind, other, seq))
            });
        rows.map(|(cursor, kind, other, seq)| {
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
        self.tell_all(&[(person, news)]).await
    }

    /// Tells one or two people several things, each in this order.
    ///
    /// # Errors
    /// `Unavailable`.
    pub(crate) async fn tell_all(&mut self, all: &[(PersonId, News)]) -> Result<(), StoreError> {
        let Some((one, _)) = all.first() else {
            return Ok(());
        };
        let other = all.iter().map(|(person, _)| person).find(|who| *who != one);
        let many = |who: &PersonId| all.iter().filter(|(person, _)| person == who).count() as i64;
        let of_one = many(one);
        let of_other = other.map_or(0, many);
        let newest: Vec<(i64, i64)> = match other {
            None => {
                sql::query_as("UPDATE people SET feed = feed + $2 WHERE id = $1 RETURNING id, feed")
                    .bind(one.as_i64())
                    .bind(of_one)
            }
            Some(other) => sql::query_as(
                "UPDATE people SET feed = feed + CASE WHEN id = $1 THEN $2 ELSE $4 END \
                 WHERE id IN ($1, $3) RETURNING id, feed",
            )
            .bind(one.as_i64())
            .bind(of_one)
            .bind(other.as_i64())
            .bind(of_other),
        }
        .fetch_all(self.sql())
        .await?;
        let mut next: Vec<(i64, i64)> = newest
            .iter()
            .map(|(id, feed)| {
                (
                    *id,
                    feed - if *id == one.as_i64() {
                        of_one
                    } else {
                        of_other
                    },
                )
            })
            .collect();
        let mut rows = Vec::with_capacity(all.len());
        for (person, news) in all {
            let place = next.iter_mut().find(|(id, _)| *id == person.as_i64());
            let (id, cursor) =
                place.ok_or_else(|| StoreError::Broken("a person is gone".into()))?;
            *cursor += 1;
            rows.push((*id, *cursor, columns(*news)));
        }
        for some in rows.chunks(ROWS_AT_ONCE) {
            let mut statement = sql::query(match some.len() {
                1 => concat!(insert_rows!(), "($1, $2, $3, $4, $5)"),
                2 => concat!(
                    insert_rows!(),
                    "($1, $2, $3, $4, $5), ($6, $7, $8, $9, $10)"
                ),
                3 => concat!(
                    insert_rows!(),
                    "($1, $2, $3, $4, $5), ($6, $7, $8, $9, $10), ($11, $12, $13, $14, $15)"
                ),
                _ => concat!(
                    insert_rows!(),
                    "($1, $2, $3, $4, $5), ($6, $7, $8, $9, $10), ($11, $12, $13, $14, $15), \
                     ($16, $17, $18, $19, $20)"
                ),
            });
            for (person, cursor, (kind, other, seq)) in some {
                statement = statement
                    .bind(*person)
                    .bind(*cursor)
                    .bind(*kind)
                    .bind(*other)
                    .bind(*seq);
            }
            statement.execute(self.sql()).await?;
        }
        for (person, cursor, _) in rows.iter().filter(|row| row.1 % SWEEP_EVERY == 0) {
            sql::query("DELETE FROM feed WHERE person = $1 AND cursor <= $2")
                .bind(*person)
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
