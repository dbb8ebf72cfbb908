//! The unique name of a person.

use crate::limits::MAX_HANDLE;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;
use std::str::FromStr;

/// A handle: 1 to 20 ASCII letters, digits or `_`. Compared without case, so it is kept in lower case; a leading
/// `@` is accepted when reading and not kept.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Handle(String);

/// A text that is not a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadHandle;

impl fmt::Display for BadHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a handle is 1 to 20 letters, digits or underscores")
    }
}

impl std::error::Error for BadHandle {}

impl Handle {
    /// The handle without `@`, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How it looks: the same for handles that are hard to tell apart. UTS 39's skeleton, as far as letters, digits and
    /// `_` go, which is left out.
    #[must_use]
    pub fn look(&self) -> String {
        let mut look = String::with_capacity(self.0.len());
        for c in self.0.chars() {
            match c {
                '_' => {}
                '0' => look.push('o'),
                '1' | 'i' => look.push('l'),
                'm' => look.push_str("rn"),
                other => look.push(other),
            }
        }
        if look.is_empty() {
            self.0.clone()
        } else {
            look
        }
    }

    /// The handle of somebody who is gone, which nobody can sign up with. Of `bits` 48 count.
    #[must_use]
    pub fn tombstone(bits: u64) -> Self {
        Self(format!("{GONE}{:012x}", bits & 0xffff_ffff_ffff))
    }

    /// Whether it is the handle of somebody who is gone.
    #[must_use]
    pub fn is_tombstone(&self) -> bool {
        self.0.starts_with(GONE)
    }
}

/// How handles of people who are gone begin.
const GONE: &str = "deleted_";

impl FromStr for Handle {
    type Err = BadHandle;
    fn from_str(text: &str) -> Result<Self, BadHandle> {
        let text = text.strip_prefix('@').unwrap_or(text);
        let fits = !text.is_empty() && text.len() <= MAX_HANDLE;
        if fits && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(BadHandle)
        }
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // People do not get into logs by accident.
        f.write_str("@…")
    }
}

impl<'de> Deserialize<'de> for Handle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Handle {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[a-z0-9_]{1,20}$"))
            .into()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for Handle {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_who_is_gone_has_a_handle_like_others() {
        let handle = Handle::tombstone(u64::MAX);
        assert_eq!(handle.as_str().len(), MAX_HANDLE);
        assert_eq!(handle.as_str().parse(), Ok(handle.clone()));
        assert!(handle.is_tombstone());
        assert!(!"ann".parse::<Handle>().unwrap().is_tombstone());
    }

    #[test]
    fn handles_are_bounded_and_have_no_case() {
        let parse = |text: &str| text.parse::<Handle>().map(|h| h.to_string());
        assert_eq!(parse("Ann_7"), Ok("ann_7".into()));
        assert_eq!(parse("@ann"), Ok("ann".into()));
        for bad in [
            "",
            "@",
            "ann lee",
            "änn",
            "a-b",
            "abcdefghijklmnopqrstu",
            "@@ann",
        ] {
            assert_eq!(parse(bad), Err(BadHandle), "{bad}");
        }
    }
}
