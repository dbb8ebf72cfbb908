//! What people type, checked and cleaned before it is kept.

use crate::names::line;
use crate::problem::ApiError;
use birdcall_protocol::Code;
use birdcall_protocol::limits::{MAX_DEVICE_NAME, MAX_KEY, MAX_MESSAGE, MAX_NAME};

pub use crate::names::{bio, name};

/// What somebody calls another in their address book; cut rather than refused, since files say what they like.
#[must_use]
pub fn book_name(text: &str) -> String {
    let cut: String = line(text).chars().take(MAX_NAME).collect();
    cut.trim_end().to_owned()
}

/// A direct message, as typed but for control characters.
///
/// # Errors
/// `bad_input` if it is blank, `too_large` if it is too long.
pub fn message(text: &str) -> Result<String, ApiError> {
    let clean = paragraph(text);
    let clean = clean.trim_end();
    if clean.chars().count() > MAX_MESSAGE {
        return Err(Code::TooLarge.into());
    }
    bounded(clean, 1, MAX_MESSAGE).and_then(|text| {
        if text.chars().all(|c| c.is_whitespace() || invisible(c)) {
            Err(Code::BadInput.into())
        } else {
            Ok(text)
        }
    })
}

/// Words for the operator, or from them: lines, without control characters.
///
/// # Errors
/// `bad_input` if it is longer than `most` characters.
pub fn words(text: &str, most: usize) -> Result<String, ApiError> {
    bounded(paragraph(text).trim(), 0, most)
}

/// What is written to a picture, or says what it shows; blank words are none.
///
/// # Errors
/// `too_large` if it is longer than `most` characters.
pub fn about_picture(text: Option<String>, most: usize) -> Result<Option<String>, ApiError> {
    let Some(text) = text.filter(|text| message(text) != Err(Code::BadInput.into())) else {
        return Ok(None);
    };
    let clean = message(&text)?;
    if clean.chars().count() > most {
        return Err(Code::TooLarge.into());
    }
    Ok(Some(clean))
}

/// What a person calls a device; cut rather than refused.
#[must_use]
pub fn device(text: Option<&str>) -> String {
    let clean: String = line(text.unwrap_or_default())
        .chars()
        .take(MAX_DEVICE_NAME)
        .collect();
    if clean.is_empty() {
        "A browser".to_owned()
    } else {
        clean
    }
}

/// A client's key: 1 to 36 visible ASCII characters.
///
/// # Errors
/// `bad_input`.
pub fn key(text: &str) -> Result<&str, ApiError> {
    let fits = !text.is_empty() && text.len() <= MAX_KEY;
    if fits && text.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(text)
    } else {
        Err(Code::BadInput.into())
    }
}

fn bounded(text: &str, least: usize, most: usize) -> Result<String, ApiError> {
    let length = text.chars().count();
    if (least..=most).contains(&length) {
        Ok(text.to_owned())
    } else {
        Err(Code::BadInput.into())
    }
}

fn paragraph(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .filter(|c| !c.is_control() || *c == '\n' || *c == '\t')
        .collect()
}

/// Characters that show nothing. The zero-width joiner is not among them: emoji need it.
fn invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{180E}' | '\u{115F}' | '\u{3164}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_keep_their_lines_and_are_bounded() {
        assert_eq!(message("a\r\n b\u{7}\n"), Ok("a\n b".into()));
        assert_eq!(message(" \n\u{200B} "), Err(Code::BadInput.into()));
        assert_eq!(message(&"ä".repeat(4_000)).map(|t| t.len()), Ok(8_000));
        assert_eq!(message(&"ä".repeat(4_001)), Err(Code::TooLarge.into()));
    }

    #[test]
    fn keys_are_short_and_visible() {
        assert!(key("0192-ab").is_ok());
        assert!(key("").is_err());
        assert!(key("a b").is_err());
        assert!(key(&"k".repeat(37)).is_err());
    }
}
