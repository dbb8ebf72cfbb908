//! E-mail addresses: what is taken for one, and when two are the same.

use crate::limits::{MAX_EMAIL, MAX_EMAIL_LOCAL};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// An e-mail address that mail can be sent to: `local@domain`, as it was typed but for the domain, which is kept as it
/// stands in the DNS (RFC 5891: `xn--…` for one in other letters).
///
/// Narrower than RFC 5321 where that harms nobody: the local part is a dot-string of ASCII (no quotes, no comments),
/// since any other needs SMTPUTF8 all the way; the domain has a dot, since a mail from here cannot mean a host of a
/// local network; there are no address literals.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email {
    text: String,
    at: usize,
}

/// A text that is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadEmail;

impl fmt::Display for BadEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("that is not an e-mail address")
    }
}

impl std::error::Error for BadEmail {}

impl Email {
    /// The address, as mail is sent to it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The folded form by which addresses are compared: two with the same key are one address.
    ///
    /// RFC 5321, 2.4, lets a mail server tell `Ann@` from `ann@`; no public one does, people type either, and two
    /// accounts on addresses that differ in case alone would be one person twice or a trap. Nothing else is folded:
    /// that dots or `+tags` mean nothing is a habit of single providers, and where it does not hold, folding them would
    /// give one person's address to another.
    #[must_use]
    pub fn key(&self) -> String {
        self.text.to_ascii_lowercase()
    }

    /// The domain, as it stands in the DNS.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }
}

impl FromStr for Email {
    type Err = BadEmail;

    fn from_str(text: &str) -> Result<Self, BadEmail> {
        let text = text.trim();
        // Long texts are not looked at: a domain in other letters may grow on its way to the DNS, not shrink below half.
        if text.len() > 2 * MAX_EMAIL {
            return Err(BadEmail);
        }
        let (local, domain) = text.split_once('@').ok_or(BadEmail)?;
        if local.is_empty() || local.len() > MAX_EMAIL_LOCAL || !local.split('.').all(is_atom) {
            return Err(BadEmail);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| BadEmail)?;
        let labels = domain.split('.').count();
        // A name that ends in digits is an IPv4 address to some.
        let numeric = domain
            .rsplit('.')
            .next()
            .is_none_or(|last| last.bytes().all(|b| b.is_ascii_digit()));
        if labels < 2 || numeric || domain.ends_with('.') {
            return Err(BadEmail);
        }
        let whole = format!("{local}@{domain}");
        if whole.len() > MAX_EMAIL {
            return Err(BadEmail);
        }
        Ok(Self {
            at: local.len(),
            text: whole,
        })
    }
}

/// RFC 5322, 3.2.3: the characters of an atom.
fn is_atom(part: &str) -> bool {
    let of_an_atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    !part.is_empty() && part.bytes().all(of_an_atom)
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // People do not get into logs by accident.
        f.write_str("…@…")
    }
}

impl Serialize for Email {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Email {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .max_length(Some(MAX_EMAIL))
            .into()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for Email {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_as_typed_and_compared_folded() {
        for (typed, kept, key) in [
            ("ann@example.org", "ann@example.org", "ann@example.org"),
            (
                " Ann.Lee+calls@Example.ORG ",
                "Ann.Lee+calls@example.org",
                "ann.lee+calls@example.org",
            ),
            (
                "o'hara@mail.example",
                "o'hara@mail.example",
                "o'hara@mail.example",
            ),
            (
                "ann@münchen.example",
                "ann@xn--mnchen-3ya.example",
                "ann@xn--mnchen-3ya.example",
            ),
            (
                "ann@MÜNCHEN.example",
                "ann@xn--mnchen-3ya.example",
                "ann@xn--mnchen-3ya.example",
            ),
            (
                "ann@XN--MNCHEN-3YA.example",
                "ann@xn--mnchen-3ya.example",
                "ann@xn--mnchen-3ya.example",
            ),
            (
                "ann@例え.テスト",
                "ann@xn--r8jz45g.xn--zckzah",
                "ann@xn--r8jz45g.xn--zckzah",
            ),
        ] {
            let email: Email = typed.parse().expect(typed);
            assert_eq!(
                (email.as_str(), email.key().as_str()),
                (kept, key),
                "{typed}"
            );
        }
        let same = |one: &str, other: &str| {
            one.parse::<Email>().unwrap().key() == other.parse::<Email>().unwrap().key()
        };
        assert!(same("ANN@example.org", "ann@EXAMPLE.org"));
        // What only some providers hold for the same.
        assert!(!same("a.nn@example.org", "ann@example.org"));
        assert!(!same("ann+x@example.org", "ann@example.org"));
    }

    #[test]
    fn what_is_no_address_or_could_be_more_than_one_is_refused() {
        let long = format!("{}@example.org", "x".repeat(65));
        let longer = format!("a@{}example.org", "x.".repeat(125));
        for bad in [
            "",
            "@",
            "ann",
            "ann@",
            "@example.org",
            "ann@localhost",
            "ann@example.org.",
            "ann@.org",
            "ann@exa mple.org",
            "an n@example.org",
            "ann@@example.org",
            "ann@bob@example.org",
            ".ann@example.org",
            "ann.@example.org",
            "a..n@example.org",
            "\"ann\"@example.org",
            "ann@[127.0.0.1]",
            "ann@127.0.0.1",
            "ann@example.org\r\nBcc: bob@example.org",
            "ann@example.org,bob@example.org",
            "ann@exam_ple.org",
            "ann@-example.org",
            "änn@example.org",
            "<ann@example.org>",
            "ann@example.org\0",
            "ann@xn--\u{fffd}.org",
            &long,
            &longer,
        ] {
            assert_eq!(
                bad.parse::<Email>().map(|e| e.to_string()),
                Err(BadEmail),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn debug_tells_nobody() {
        let email: Email = "ann@example.org".parse().unwrap();
        assert_eq!(format!("{email:?}"), "…@…");
        assert_eq!(email.domain(), "example.org");
    }
}
