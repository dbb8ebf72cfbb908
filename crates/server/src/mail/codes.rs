//! Codes that are mailed: eight characters that follow from a random seed under the node key.
//!
//! The database has the seed alone. Whoever reads a copy of it learns no code, and the outbox can still put one into a
//! mail after the server was killed.

use crate::relay::key;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use birdcall_protocol::PersonId;
use birdcall_store::Purpose;
use std::path::Path;

/// 40 bits. With five tries for a code, that is a chance of one in 200 thousand million to guess it.
const LENGTH: usize = 8;

/// Crockford's 32: no I, L, O or U, which look like others or spell what nobody wants to read.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Wrong codes, after which a code is good for nothing.
pub const TRIES: u32 = 5;

/// Makes codes and compares them.
pub struct Codes {
    key: hmac::Key,
}

impl Codes {
    /// Under the node key in that file.
    ///
    /// # Errors
    /// A sentence: it cannot be read or made.
    pub fn new(file: &Path) -> Result<Self, String> {
        let secret = key::read_or_make(file)?.derive("birdcall mailed code 1");
        Ok(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &secret),
        })
    }

    /// The code of a seed, without its hyphen.
    #[must_use]
    pub fn code(&self, person: PersonId, purpose: Purpose, seed: &str) -> String {
        let purpose = match purpose {
            Purpose::Email => "email",
            Purpose::Password => "password",
        };
        let text = format!("{purpose} {person} {seed}");
        hmac::sign(&self.key, text.as_bytes())
            .as_ref()
            .iter()
            .take(LENGTH)
            .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
            .collect()
    }

    /// Whether that is the code, however it was typed.
    #[must_use]
    pub fn fits(&self, person: PersonId, purpose: Purpose, seed: &str, typed: &str) -> bool {
        let right = self.code(person, purpose, seed);
        verify_slices_are_equal(right.as_bytes(), plain(typed).as_bytes()).is_ok()
    }
}

/// As people are to read it.
#[must_use]
pub fn in_two(code: &str) -> String {
    let (first, second) = code.split_at(code.len() / 2);
    format!("{first}-{second}")
}

/// As it was made: Crockford reads O as 0, I and L as 1.
fn plain(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}'))
        .take(LENGTH + 1)
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_one_persons_for_one_purpose_however_it_is_typed() {
        let folder = tempfile::tempdir().unwrap();
        let codes = Codes::new(&folder.path().join("node.key")).unwrap();
        let ann = PersonId::new(1);
        let code = codes.code(ann, Purpose::Email, "seed");
        assert_eq!(code.len(), LENGTH);
        let typed = format!(" {} ", in_two(&code).to_lowercase());
        assert!(codes.fits(ann, Purpose::Email, "seed", &typed));
        let sloppy = code.replace('0', "o").replace('1', "l");
        assert!(codes.fits(ann, Purpose::Email, "seed", &sloppy));
        assert!(!codes.fits(ann, Purpose::Password, "seed", &code));
        assert!(!codes.fits(ann, Purpose::Email, "other", &code));
        assert!(!codes.fits(PersonId::new(2), Purpose::Email, "seed", &code));
        for wrong in ["", &code[1..], &format!("{code}0")] {
            assert!(!codes.fits(ann, Purpose::Email, "seed", wrong), "{wrong}");
        }
        // Another server's key makes other codes.
        let other = Codes::new(&folder.path().join("other.key")).unwrap();
        assert!(!other.fits(ann, Purpose::Email, "seed", &code));
    }
}
