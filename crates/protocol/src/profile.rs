//! Bodies of finding people: who somebody could be mistaken for, and the two public lists of each person.

use crate::body::Person;
use serde::{Deserialize, Serialize};

/// Somebody whom one follows or has in one's address book, and for whom the person in question could be mistaken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LookAlike {
    /// The one who is known.
    #[serde(flatten)]
    pub person: Person,
    /// One follows them; else they are in one's address book.
    pub following: bool,
}

/// A page of those who follow a person, or whom that person follows; by handle. The same for whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FollowPage {
    /// The people.
    pub people: Vec<Person>,
    /// Whether there are more: ask again with `after` = the last handle.
    pub more: bool,
}
