//! The address book (M-3), exceptions from who may call (C-3), how many that is, and asks for a first message (C-1).

use crate::body::Person;
use crate::ids::BookEntryId;
use crate::{Email, Handle, Timestamp};
use serde::{Deserialize, Serialize};

/// An entry of one's address book. It is of one person here, or of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BookEntry {
    /// The entry.
    pub id: BookEntryId,
    /// What one calls them; empty is what they call themselves.
    pub name: String,
    /// The address, if that is what it is of.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<Email>,
    /// Who it is here: always where the entry is of a person; of an address only if its owner lets others find them by it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub person: Option<Person>,
    /// Since when.
    pub since: Timestamp,
}

/// An entry to put in: exactly one of handle and e-mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewBookEntry {
    /// What one calls them; cut where it is too long.
    #[serde(default)]
    pub name: String,
    /// Somebody here.
    #[serde(default)]
    pub handle: Option<String>,
    /// An address.
    #[serde(default)]
    pub email: Option<String>,
}

/// `PATCH /address-book/entries/{entry}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BookName {
    /// What one calls them; empty is what they call themselves.
    pub name: String,
}

/// `POST /address-book/imports/{key}`: a part of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BookImport {
    /// Up to 200 entries.
    pub entries: Vec<NewBookEntry>,
}

/// What became of a part of an import. The same part again answers the same, so a lost answer can be asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BookImported {
    /// New, by this import.
    pub added: u32,
    /// In the book before.
    pub there: u32,
    /// Neither an address nor the handle of somebody here.
    pub refused: u32,
    /// Left out because the book is full.
    pub full: u32,
}

/// `DELETE /address-book/imports/{key}`: what was undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BookUndone {
    /// Entries that are gone again.
    pub removed: u32,
}

/// An exception from the boxes, for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallRule {
    /// They may call whatever boxes are ticked.
    Always,
    /// They may not, whatever boxes are ticked.
    Never,
}

/// One of one's exceptions; `PUT /me/calling/exceptions/{handle}` takes the rule alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallException {
    /// For whom.
    pub person: Person,
    /// Which.
    pub rule: CallRule,
}

/// `PUT /me/calling/exceptions/{handle}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCallRule {
    /// Which.
    pub rule: CallRule,
}

/// `POST /me/calling/preview`: how many could call with these settings, of the people one has written to (C-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallingPreview {
    /// How many may call by the settings.
    pub people: u32,
    /// How many of them would ring now: fewer only while one does not want to be disturbed.
    pub now: u32,
    /// One does not want to be disturbed now.
    pub quiet: bool,
    /// How many each box lets in by itself, without exceptions.
    pub boxes: AudienceCount,
    /// There are more than were looked at, the newest 1,000.
    pub more: bool,
}

/// A number for each box of C-3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AudienceCount {
    /// "People in your address book".
    pub address_book: u32,
    /// "People you follow".
    pub following: u32,
    /// "Verified people".
    pub verified: u32,
    /// "Everyone".
    pub everyone: u32,
}

/// `POST /people/{handle}/ask`: one has asked them for a first message. It says nothing about whether it reached them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Asked {
    /// When; one ask a week.
    pub at: Timestamp,
    /// From when on one may ask again.
    pub again: Timestamp,
}

/// Somebody who would like to call, and asks for a message first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Ask {
    /// Who.
    pub from: Person,
    /// When.
    pub at: Timestamp,
}

/// A handle as people type it, with or without an `@`.
#[must_use]
pub fn handle(text: &str) -> Option<Handle> {
    let text = text.trim();
    text.strip_prefix('@').unwrap_or(text).parse().ok()
}
