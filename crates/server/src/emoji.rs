//! What is one emoji (UTS 51): known by the properties of its characters and by how they follow each other, so that an
//! emoji of next year's Unicode is one too once its characters are known.

use birdcall_protocol::Code;
use birdcall_protocol::limits::MAX_REACTION;
use unicode_properties::UnicodeEmoji;
use unicode_properties::emoji::{
    EmojiStatus, is_emoji_presentation_selector, is_regional_indicator, is_zwj,
};

use crate::problem::ApiError;

/// Emoji joined into one. Families and kisses with skin tones have four.
const JOINED: usize = 5;

/// U+FE0F asks for the picture where a character is a letter at first.
const AS_PICTURE: char = '\u{FE0F}';

/// The one emoji that a text is, with every part of it asked for as a picture, so that the same emoji is the same text.
///
/// # Errors
/// `bad_input` for anything else: nothing, letters, two emoji, or a sequence that UTS 51 does not know.
pub fn one(text: &str) -> Result<String, ApiError> {
    if text.len() > MAX_REACTION {
        return Err(Code::BadInput.into());
    }
    whole(text).ok_or(ApiError(Code::BadInput))
}

fn whole(text: &str) -> Option<String> {
    let all: Vec<char> = text.chars().collect();
    match *all.as_slice() {
        [a, b] if is_regional_indicator(a) && is_regional_indicator(b) => {
            return Some(text.to_owned());
        }
        [key @ ('0'..='9' | '#' | '*'), ref rest @ ..]
            if matches!(rest, ['\u{20E3}'] | [AS_PICTURE, '\u{20E3}']) =>
        {
            return Some([key, AS_PICTURE, '\u{20E3}'].iter().collect());
        }
        // A flag of a region: its name in characters that are not seen.
        ['\u{1F3F4}', ref name @ .., '\u{E007F}']
            if (3..=6).contains(&name.len())
                && name.iter().all(
                    |c| matches!(c, '\u{E0030}'..='\u{E0039}' | '\u{E0061}'..='\u{E007A}'),
                ) =>
        {
            return Some(text.to_owned());
        }
        _ => {}
    }
    let parts: Vec<&[char]> = all.split(|c| is_zwj(*c)).collect();
    if parts.len() > JOINED {
        return None;
    }
    let parts: Option<Vec<String>> = parts.into_iter().map(part).collect();
    Some(parts?.join("\u{200D}"))
}

/// One emoji without joiners: with a skin tone, or asked for as a picture, or a picture by itself.
fn part(chars: &[char]) -> Option<String> {
    let (first, rest) = chars.split_first()?;
    let status = first.emoji_status();
    let base = matches!(
        status,
        EmojiStatus::EmojiModifierBase | EmojiStatus::EmojiPresentationAndModifierBase
    );
    let picture = matches!(
        status,
        EmojiStatus::EmojiPresentation | EmojiStatus::EmojiPresentationAndModifierBase
    );
    let letter = matches!(
        status,
        EmojiStatus::EmojiOther | EmojiStatus::EmojiModifierBase
    );
    match rest {
        [tone] if base && is_tone(*tone) => Some([*first, *tone].iter().collect()),
        [] if picture => Some(first.to_string()),
        [] if letter => Some([*first, AS_PICTURE].iter().collect()),
        [selector] if is_emoji_presentation_selector(*selector) => {
            if picture {
                Some(first.to_string())
            } else if letter {
                Some([*first, AS_PICTURE].iter().collect())
            } else {
                None
            }
        }
        _ => None,
    }
}

fn is_tone(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_is_taken_in_one_form() {
        for (text, kept) in [
            ("👍", "👍"),
            ("👍🏽", "👍🏽"),
            ("❤", "❤\u{FE0F}"),
            ("❤\u{FE0F}", "❤\u{FE0F}"),
            ("❤\u{200D}🔥", "❤\u{FE0F}\u{200D}🔥"),
            ("🇩🇪", "🇩🇪"),
            ("1\u{20E3}", "1\u{FE0F}\u{20E3}"),
            (
                "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
                "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
            ),
            (
                "👩🏻\u{200D}❤\u{FE0F}\u{200D}💋\u{200D}👨🏼",
                "👩🏻\u{200D}❤\u{FE0F}\u{200D}💋\u{200D}👨🏼",
            ),
            ("☝🏿", "☝🏿"),
        ] {
            assert_eq!(one(text), Ok(kept.to_owned()), "{text}");
        }
    }

    #[test]
    fn whatever_else_is_refused() {
        for text in [
            "",
            "a",
            "1",
            "👍👍",
            "👍 ",
            "🇩",
            "🇩🇪🇫",
            "\u{200D}",
            "👍\u{200D}",
            "\u{200D}👍",
            "🚗🏽",
            "🏽",
            "👍\u{FE0F}\u{FE0F}",
            "👍\u{0301}",
            "🏴\u{E0067}\u{E007F}",
            "\u{202E}👍",
            "<b>",
            "👍\u{200D}👍\u{200D}👍\u{200D}👍\u{200D}👍\u{200D}👍",
        ] {
            assert_eq!(one(text), Err(Code::BadInput.into()), "{text:?}");
        }
    }
}
