//! Ids: 63 random bits, written as 16 hexadecimal digits.
//!
//! Ids are drawn by the server and passed in; nothing here makes one up. 63 bits fit a database's signed integer.
//! In JSON they are strings, because JavaScript numbers end at 2^53. `Debug` prints the first digits only, so that
//! a log line tells calls apart without being a handle on them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// A text that is not an id: not exactly 16 lower-case hexadecimal digits, or larger than 63 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadId;

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is 16 lower-case hexadecimal digits")
    }
}

impl std::error::Error for BadId {}

fn parse(text: &str) -> Result<u64, BadId> {
    let digits = text.len() == 16
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !digits {
        return Err(BadId);
    }
    match u64::from_str_radix(text, 16) {
        Ok(value) if value <= i64::MAX as u64 => Ok(value),
        _ => Err(BadId),
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// Makes an id of 63 bits; the top bit is dropped.
            #[must_use]
            pub const fn new(bits: u64) -> Self {
                Self(bits & (i64::MAX as u64))
            }

            /// The id as a database keeps it.
            #[must_use]
            pub const fn as_i64(self) -> i64 {
                self.0 as i64
            }

            /// The id from a database's column.
            #[must_use]
            pub const fn from_i64(value: i64) -> Self {
                Self::new(value as u64)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:016x}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:04x}…)", stringify!($name), self.0 >> 48)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                parse(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }

        #[cfg(feature = "schema")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some("^[0-9a-f]{16}$"))
                    .into()
            }
        }

        #[cfg(feature = "schema")]
        impl utoipa::ToSchema for $name {}
    };
}

id! {
    /// A person; never leaves the server, which names people to each other by [`Handle`](crate::Handle).
    PersonId
}
id! {
    /// One signed-in browser or app of a person.
    DeviceId
}
id! {
    /// One attempt to talk, from invite to its end.
    CallId
}
id! {
    /// One server of a cluster, from its start to its end; never leaves the servers.
    NodeId
}
id! {
    /// One passkey of a person.
    PasskeyId
}
id! {
    /// One self-test of a device's ring.
    TestId
}
id! {
    /// One entry of an address book, private to its owner.
    BookEntryId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_text_and_refuses_everything_else() {
        let id = CallId::new(0x0123_4567_89ab_cdef);
        assert_eq!(id.to_string(), "0123456789abcdef");
        assert_eq!("0123456789abcdef".parse::<CallId>(), Ok(id));
        for bad in [
            "",
            "123",
            "0123456789ABCDEF",
            "0123456789abcdeg",
            "ffffffffffffffff",
            "+123456789abcdef",
        ] {
            assert_eq!(bad.parse::<CallId>(), Err(BadId), "{bad}");
        }
    }

    #[test]
    fn debug_does_not_tell_the_whole_id() {
        assert_eq!(
            format!("{:?}", PersonId::new(0x0123_4567_89ab_cdef)),
            "PersonId(0123…)"
        );
    }
}
