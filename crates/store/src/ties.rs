//! Ties between two people: follow, block, who breaks through. The other direction of it, what ties them, also counts
//! address book and exception.

use crate::people::{PersonRow, ProfileColumns, profile_columns};
use crate::sql::{self, columns};
use crate::words::from_word;
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::book::CallRule;
use birdcall_protocol::{Handle, PersonId, Timestamp};

/// A kind of tie from one person to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    /// One follows the other.
    Follow,
    /// One has blocked the other.
    Block,
    /// The other's calls ring also while one does not want to be disturbed.
    BreakThrough,
}

/// What ties one person and another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ties {
    /// One follows the other.
    pub following: bool,
    /// The other follows one.
    pub followed: bool,
    /// One has blocked the other.
    pub blocked: bool,
    /// The other has blocked one.
    pub blocked_by: bool,
    /// The other is in one's address book, by handle or by verified address (M-3). For the gate alone.
    pub in_address_book: bool,
    /// The same, as far as one may see it: an address whose person does not want to be found by it shows nothing.
    pub seen_in_address_book: bool,
    /// The other's calls ring also while one does not want to be disturbed.
    pub breaks_through: bool,
    /// One's exception for the other from who may call (C-3).
    pub rule: Option<CallRule>,
}

/// Which of a person's two public lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowList {
    /// Those who follow them.
    Followers,
    /// Those whom they follow.
    Following,
}

/// How long a person's two public lists are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FollowCounts {
    /// Those who follow them.
    pub followers: u32,
    /// Those whom they follow.
    pub following: u32,
}

/// The columns of what ties one person and another, given by their ids; read by [`TiesColumns`].
macro_rules! ties_columns {
    ($one:literal, $other:literal) => {
        concat!(
            "(SELECT count(*) FROM follows WHERE follower = ",
            $one,
            " AND followed = ",
            $other,
            ") AS following, (SELECT count(*) FROM follows WHERE follower = ",
            $other,
            " AND followed = ",
            $one,
            ") AS followed, (SELECT count(*) FROM blocks WHERE blocker = ",
            $one,
            " AND blocked = ",
            $other,
            ") AS blocked, (SELECT count(*) FROM blocks WHERE blocker = ",
            $other,
            " AND blocked = ",
            $one,
            ") AS blocked_by, (SELECT count(*) FROM address_book WHERE owner = ",
            $one,
            " AND (person = ",
            $other,
            " OR email_key = (SELECT key FROM emails WHERE person = ",
            $other,
            "))) AS in_book, (SELECT count(*) FROM address_book WHERE owner = ",
            $one,
            " AND (person = ",
            $other,
            " OR email_key = (SELECT key FROM emails WHERE person = ",
            $other,
            " AND findable = 1))) AS seen_in_book, \
             (SELECT count(*) FROM break_through WHERE owner = ",
            $one,
            " AND person = ",
            $other,
            ") AS breaks_through, (SELECT rule FROM call_exceptions WHERE owner = ",
            $one,
            " AND person = ",
            $other,
            ") AS call_rule"
        )
    };
}
pub(crate) use ties_columns;

columns! {
    /// Ties, as the columns have them.
    pub(crate) struct TiesColumns {
        following: i64,
        followed: i64,
        blocked: i64,
        blocked_by: i64,
        in_book: i64,
        seen_in_book: i64,
        breaks_through: i64,
        call_rule: Option<String>,
    }
}

impl TiesColumns {
    pub(crate) fn ties(self) -> Result<Ties, StoreError> {
        Ok(Ties {
            following: self.following != 0,
            followed: self.followed != 0,
            blocked: self.blocked != 0,
            blocked_by: self.blocked_by != 0,
            in_address_book: self.in_book != 0,
            seen_in_address_book: self.seen_in_book != 0,
            breaks_through: self.breaks_through != 0,
            rule: self.call_rule.map(from_word).transpose()?,
        })
    }
}

impl Reader {
    /// Up to `limit` of the people in a public list of `person`, by handle, from behind `after`, and whether there are
    /// more. The same for whoever asks.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn follow_list(
        &mut self,
        person: PersonId,
        list: FollowList,
        after: Option<&Handle>,
        limit: u32,
    ) -> Result<(Vec<PersonRow>, bool), StoreError> {
        let sql = match list {
            FollowList::Followers => concat!(
                "SELECT ",
                profile_columns!(),
                " FROM follows t JOIN people p ON p.id = t.follower \
                 WHERE t.followed = $1 AND p.handle > $2 AND p.deletes IS NULL AND p.gone = 0 \
                 ORDER BY p.handle LIMIT $3",
            ),
            FollowList::Following => concat!(
                "SELECT ",
                profile_columns!(),
                " FROM follows t JOIN people p ON p.id = t.followed \
                 WHERE t.follower = $1 AND p.handle > $2 AND p.deletes IS NULL AND p.gone = 0 \
                 ORDER BY p.handle LIMIT $3",
            ),
        };
        let mut rows = sql::query_as::<ProfileColumns>(sql)
            .bind(person.as_i64())
            .bind(after.map_or("", Handle::as_str))
            .bind(i64::from(limit) + 1)
            .fetch_all(self.sql())
            .await?
            .into_iter()
            .map(ProfileColumns::row)
            .collect::<Result<Vec<_>, _>>()?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        Ok((rows, more))
    }

    /// How long the public lists of `person` are.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn follow_counts(&mut self, person: PersonId) -> Result<FollowCounts, StoreError> {
        let (followers, following): (i64, i64) = sql::query_as(
            "SELECT (SELECT count(*) FROM follows t JOIN people p ON p.id = t.follower \
             WHERE t.followed = $1 AND p.deletes IS NULL AND p.gone = 0), \
             (SELECT count(*) FROM follows t JOIN people p ON p.id = t.followed \
             WHERE t.follower = $1 AND p.deletes IS NULL AND p.gone = 0)",
        )
        .bind(person.as_i64())
        .fetch_one(self.sql())
        .await?;
        Ok(FollowCounts {
            followers: crate::words::small(followers),
            following: crate::words::small(following),
        })
    }

    /// What ties `one` and `other`.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn ties(&mut self, one: PersonId, other: PersonId) -> Result<Ties, StoreError> {
        sql::query_as::<TiesColumns>(concat!("SELECT ", ties_columns!("$1", "$2")))
            .bind(one.as_i64())
            .bind(other.as_i64())
            .fetch_one(self.sql())
            .await?
            .ties()
    }

    /// Those to whom `one` has that tie, by handle.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn tied(&mut self, one: PersonId, tie: Tie) -> Result<Vec<PersonRow>, StoreError> {
        let sql = match tie {
            Tie::Follow => concat!(
                "SELECT ",
                profile_columns!(),
                " FROM follows t JOIN people p ON p.id = t.followed WHERE t.follower = $1 \
                 AND p.deletes IS NULL ORDER BY p.handle"
            ),
            Tie::Block => concat!(
                "SELECT ",
                profile_columns!(),
                " FROM blocks t JOIN people p ON p.id = t.blocked WHERE t.blocker = $1 \
                 AND p.deletes IS NULL ORDER BY p.handle"
            ),
            Tie::BreakThrough => concat!(
                "SELECT ",
                profile_columns!(),
                " FROM break_through t JOIN people p ON p.id = t.person WHERE t.owner = $1 \
                 AND p.deletes IS NULL ORDER BY p.handle"
            ),
        };
        sql::query_as::<ProfileColumns>(sql)
            .bind(one.as_i64())
            .fetch_all(self.sql())
            .await?
            .into_iter()
            .map(ProfileColumns::row)
            .collect()
    }

    /// How many may break through `owner`'s "Do not disturb".
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn break_through_size(&mut self, owner: PersonId) -> Result<u64, StoreError> {
        let (count,): (i64,) = sql::query_as("SELECT count(*) FROM break_through WHERE owner = $1")
            .bind(owner.as_i64())
            .fetch_one(self.sql())
            .await?;
        Ok(crate::words::natural(count))
    }
}

impl Tx {
    /// Ties `one` to `other`; `false` if they were so tied before.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn tie(
        &mut self,
        one: PersonId,
        other: PersonId,
        tie: Tie,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = match tie {
            Tie::Follow => {
                "INSERT INTO follows (follower, followed, since) VALUES ($1, $2, $3) \
                 ON CONFLICT DO NOTHING"
            }
            Tie::Block => {
                "INSERT INTO blocks (blocker, blocked, since) VALUES ($1, $2, $3) \
                 ON CONFLICT DO NOTHING"
            }
            Tie::BreakThrough => {
                "INSERT INTO break_through (owner, person, since) VALUES ($1, $2, $3) \
                 ON CONFLICT DO NOTHING"
            }
        };
        let done = sql::query(sql)
            .bind(one.as_i64())
            .bind(other.as_i64())
            .bind(at.0)
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Unties `one` from `other`; `false` if they were not so tied.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn untie(
        &mut self,
        one: PersonId,
        other: PersonId,
        tie: Tie,
    ) -> Result<bool, StoreError> {
        let sql = match tie {
            Tie::Follow => "DELETE FROM follows WHERE follower = $1 AND followed = $2",
            Tie::Block => "DELETE FROM blocks WHERE blocker = $1 AND blocked = $2",
            Tie::BreakThrough => "DELETE FROM break_through WHERE owner = $1 AND person = $2",
        };
        let done = sql::query(sql)
            .bind(one.as_i64())
            .bind(other.as_i64())
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
