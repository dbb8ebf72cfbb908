//! Finding people and telling them apart (M-2): search by the beginning of handle or name, look-alikes, and the foldings
//! of names that both rest on.

use crate::people::{PersonRow, ProfileColumns, profile_columns};
use crate::sql;
use crate::{Named, Reader, StoreError, Tx};
use birdcall_protocol::{Handle, PersonId};

/// What is searched for, folded.
pub struct Sought<'a> {
    /// What a handle has to begin with: lower case.
    pub handle: &'a str,
    /// What words of a name have to begin with, each; at most three. None: only handles are looked at.
    pub words: &'a [String],
}

impl Reader {
    /// People whose handle begins with what is sought, or whose name has a word for each that does. First the one with
    /// that very handle, then those whom `me` follows, those in their address book, those who follow them, the rest; by
    /// handle within each. Nothing depends on who has blocked whom.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn search(
        &mut self,
        me: PersonId,
        sought: &Sought<'_>,
        limit: u32,
    ) -> Result<Vec<PersonRow>, StoreError> {
        let word = |at: usize| match (sought.words.get(at), at) {
            (Some(word), _) => format!("% {}%", literal(word)),
            // No name is folded to a space alone, so nothing matches.
            (None, 0) => " ".to_owned(),
            (None, _) => "%".to_owned(),
        };
        sql::query_as::<ProfileColumns>(concat!(
            "SELECT ",
            profile_columns!(),
            " FROM people p \
             WHERE (p.handle LIKE $2 ESCAPE '\\' OR (p.name_folded LIKE $3 ESCAPE '\\' \
             AND p.name_folded LIKE $4 ESCAPE '\\' AND p.name_folded LIKE $5 ESCAPE '\\')) \
             AND p.deletes IS NULL AND p.gone = 0 AND p.disabled IS NULL \
             ORDER BY CASE WHEN p.handle = $6 THEN 0 \
             WHEN EXISTS (SELECT 1 FROM follows f WHERE f.follower = $1 AND f.followed = p.id) THEN 1 \
             WHEN EXISTS (SELECT 1 FROM address_book b WHERE b.owner = $1 AND b.person = p.id) THEN 2 \
             WHEN EXISTS (SELECT 1 FROM follows f WHERE f.follower = p.id AND f.followed = $1) THEN 3 \
             ELSE 4 END, p.handle LIMIT $7",
        ))
        .bind(me.as_i64())
        .bind(match sought.handle {
            "" => String::new(),
            // Handles are in small letters, and only SQLite finds them by capitals.
            start => format!("{}%", literal(&start.to_ascii_lowercase())),
        })
        .bind(word(0))
        .bind(word(1))
        .bind(word(2))
        .bind(sought.handle.to_ascii_lowercase())
        .long()
        .bind(i64::from(limit))
        .fetch_all(self.sql())
        .await?
        .into_iter()
        .map(ProfileColumns::row)
        .collect()
    }

    /// Somebody whom `me` follows or has in their address book, and whom `other` could be taken for by name or handle:
    /// one of `looks` is that of theirs. Nobody else's lists are looked at.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn look_alike(
        &mut self,
        me: PersonId,
        other: PersonId,
        looks: [&str; 2],
    ) -> Result<Option<PersonRow>, StoreError> {
        sql::query_as::<ProfileColumns>(concat!(
            "SELECT ",
            profile_columns!(),
            " FROM people p \
             WHERE (p.handle_look IN ($3, $4) OR p.name_look IN ($3, $4)) \
             AND p.id <> $1 AND p.id <> $2 AND p.deletes IS NULL AND p.gone = 0 AND p.disabled IS NULL \
             AND (EXISTS (SELECT 1 FROM follows f WHERE f.follower = $1 AND f.followed = p.id) \
             OR EXISTS (SELECT 1 FROM address_book b WHERE b.owner = $1 AND b.person = p.id)) \
             ORDER BY p.handle LIMIT 1",
        ))
        .bind(me.as_i64())
        .bind(other.as_i64())
        .bind(looks[0])
        .bind(looks[1])
        .fetch_optional(self.sql())
        .await?
        .map(ProfileColumns::row)
        .transpose()
    }

    /// Up to `limit` people whose name was not folded yet.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn unfolded(
        &mut self,
        limit: u32,
    ) -> Result<Vec<(PersonId, Handle, String)>, StoreError> {
        let rows: Vec<(i64, String, String)> = sql::query_as(
            "SELECT id, handle, name FROM people WHERE handle_look = '' AND gone = 0 LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(self.sql())
        .await?;
        rows.into_iter()
            .map(|(id, handle, name)| {
                Ok((PersonId::from_i64(id), crate::words::handle(&handle)?, name))
            })
            .collect()
    }
}

impl Tx {
    /// Puts in the foldings of a name that stands there already.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn fold_name(
        &mut self,
        id: PersonId,
        handle: &Handle,
        name: &Named,
    ) -> Result<(), StoreError> {
        sql::query(
            "UPDATE people SET name_folded = $1, name_look = $2, handle_look = $3 WHERE id = $4",
        )
        .bind(&name.folded)
        .bind(&name.look)
        .bind(handle.look())
        .bind(id.as_i64())
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// Forgets all foldings: how names are folded has changed.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn unfold_names(&mut self) -> Result<(), StoreError> {
        sql::query("UPDATE people SET handle_look = ''")
            .execute(self.sql())
            .await?;
        Ok(())
    }
}

/// Text for LIKE, each character standing for itself.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
