//! The words that values are made of. None of the alphabets has a `.`, a `:` or an `@`: neither an address nor a host
//! name can be written with them.

use std::fmt;
use std::str::FromStr;

/// A number without sign; leading zeros are not kept.
pub(super) fn number<T: FromStr>(text: &str) -> Option<T> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// A name: 1 to 32 letters, digits, `-` or `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word(String);

impl Word {
    pub(super) fn parse(text: &str) -> Option<Self> {
        within(text, 1, 32, |b| {
            b.is_ascii_alphanumeric() || b == b'-' || b == b'_'
        })
        .map(Self)
    }
}

/// A random name that a browser draws, for example of a stream: 1 to 64 characters of base64, or a UUID in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DrawnName(String);

impl DrawnName {
    pub(super) fn parse(text: &str) -> Option<Self> {
        within(text, 1, 64, |b| {
            b.is_ascii_alphanumeric() || b"-_+/={}".contains(&b)
        })
        .map(Self)
    }
}

/// `ice-char`s (RFC 8839, 5.4), up to 256 of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IceChars(String);

impl IceChars {
    pub(super) fn parse(text: &str, at_least: usize) -> Option<Self> {
        within(text, at_least, 256, |b| {
            b.is_ascii_alphanumeric() || b == b'+' || b == b'/'
        })
        .map(Self)
    }
}

fn within(text: &str, least: usize, most: usize, fits: impl Fn(u8) -> bool) -> Option<String> {
    let fits = (least..=most).contains(&text.len()) && text.bytes().all(fits);
    fits.then(|| text.to_owned())
}

macro_rules! display {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}
display!(Word, DrawnName, IceChars);
