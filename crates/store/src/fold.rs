//! A message's words as they are compared: without case, diacritics, kinds of apostrophes and compatibility forms.
//!
//! Folded text is words with one space before and one after each, so that `LIKE '% wor%'` finds the beginnings of words
//! and nothing else on any database. Scripts that are written without spaces (Han, kana, Thai and others) and pictures
//! are folded character by character, so that any part of them is found.

use birdcall_protocol::limits::MAX_SEARCH_WORDS;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

/// Folded text is cut here, in bytes. The longest message has 16,000 as it is; some characters fold into many.
const LONGEST: usize = 20_000;

/// Said of the rules of folding: raise it when they change, and every message is folded anew at the next start.
pub(crate) const RULES: &str = "1";

/// Folds a text.
pub(crate) fn fold(text: &str) -> String {
    Folded::of(text).text
}

/// What a search looks for: each of these at the beginning of some word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// Reads a query. `None` if there is nothing in it to look for.
    #[must_use]
    pub fn of(query: &str) -> Option<Self> {
        let words: Vec<String> = query
            .split_whitespace()
            .map(|word| fold(word).trim().to_owned())
            .filter(|word| !word.is_empty())
            .take(MAX_SEARCH_WORDS)
            .collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// One pattern for each place of the statement; those without a word fit everything.
    pub(crate) fn patterns(&self) -> [String; MAX_SEARCH_WORDS] {
        std::array::from_fn(|place| match self.0.get(place) {
            // Folded text has no `%`, `_` or `\`.
            Some(word) => format!("% {word}%"),
            None => "%".to_owned(),
        })
    }

    /// Where the words stand in a text: byte ranges in order, without overlap.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<Range<usize>> {
        let folded = Folded::of(text);
        let mut found: Vec<Range<usize>> = self
            .0
            .iter()
            .flat_map(|word| folded.find(&format!(" {word}")))
            .collect();
        found.sort_by_key(|range| (range.start, range.end));
        let mut merged: Vec<Range<usize>> = Vec::with_capacity(found.len());
        for range in found {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        merged
    }
}

/// A folded text and where each of its characters comes from.
struct Folded {
    text: String,
    /// Place in the folded text, and the bytes of the original that it stands for; by growing place.
    from: Vec<(usize, Range<usize>)>,
}

/// What a folded character does.
enum Kind {
    /// Part of a word.
    Letter,
    /// A word of its own.
    Alone,
    /// Between words.
    Gap,
}

impl Folded {
    fn of(text: &str) -> Self {
        let mut folded = Self {
            text: String::from(" "),
            from: Vec::new(),
        };
        let mut in_word = false;
        for (range, cluster) in clusters(text) {
            if folded.text.len() > LONGEST {
                break;
            }
            if cluster.chars().next().is_some_and(apostrophe) {
                // Between letters it is told apart, all kinds alike; elsewhere it is a quotation mark.
                let next = text[range.end..].chars().next();
                if in_word && next.is_some_and(char::is_alphanumeric) {
                    folded.alone('\'', range);
                } else {
                    folded.gap();
                }
                in_word = false;
                continue;
            }
            for c in simple(cluster).nfc() {
                match kind(c) {
                    Kind::Letter => {
                        folded.push(c, range.clone());
                        in_word = true;
                    }
                    Kind::Alone => {
                        folded.alone(c, range.clone());
                        in_word = false;
                    }
                    Kind::Gap => {
                        folded.gap();
                        in_word = false;
                    }
                }
            }
        }
        folded.gap();
        folded
    }

    fn push(&mut self, c: char, from: Range<usize>) {
        self.from.push((self.text.len(), from));
        self.text.push(c);
    }

    fn alone(&mut self, c: char, from: Range<usize>) {
        self.gap();
        self.push(c, from);
        self.gap();
    }

    fn gap(&mut self) {
        if !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    /// Where a needle, which begins with the space before a word, stands in the original.
    fn find(&self, needle: &str) -> Vec<Range<usize>> {
        self.text
            .match_indices(needle)
            .filter_map(|(at, _)| {
                let first = self.from.partition_point(|(place, _)| *place < at + 1);
                let last = self
                    .from
                    .partition_point(|(place, _)| *place < at + needle.len());
                let covered = self.from.get(first..last)?;
                Some(covered.first()?.1.start..covered.last()?.1.end)
            })
            .collect()
    }
}

/// Characters together with the marks that follow them, and their bytes.
fn clusters(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest;
        let mut chars = text[start..].char_indices();
        chars.next()?;
        rest = chars
            .find(|(_, c)| !is_combining_mark(*c))
            .map_or(text.len(), |(at, _)| start + at);
        Some((start..rest, &text[start..rest]))
    })
}

/// Without compatibility forms, case and diacritics.
fn simple(cluster: &str) -> impl Iterator<Item = char> {
    cluster
        .nfkd()
        .filter(|c| !shows_nothing(*c))
        // Up and down again folds what has no lower form of its own: ß, final sigma, dotless i.
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .filter(|c| !diacritic(*c))
}

/// Accents, vowel points and tone marks. Signs without which a script says something else stay: nukta, the marks of
/// kana, virama (UAX 44, classes 7 to 9).
fn diacritic(c: char) -> bool {
    !matches!(canonical_combining_class(c), 0 | 7..=9)
}

/// Joiners, direction marks, variation selectors, and the stroke that only lengthens an Arabic word.
fn shows_nothing(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{061C}' | '\u{0640}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
    )
}

fn apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '\u{2019}' | '\u{2018}' | '\u{02BC}' | '\u{02B9}' | '\u{FF07}' | '`' | '\u{00B4}'
    )
}

fn kind(c: char) -> Kind {
    if written_together(c) || picture(c) {
        Kind::Alone
    } else if c.is_alphanumeric() || is_combining_mark(c) {
        Kind::Letter
    } else {
        Kind::Gap
    }
}

/// Scripts without spaces between words.
fn written_together(c: char) -> bool {
    matches!(
        c,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
            | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
            | '\u{20000}'..='\u{3FFFF}'
    )
}

fn picture(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27BF}' | '\u{1F000}'..='\u{1FAFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_alike_however_they_are_typed() {
        for (typed, folded) in [
            ("Héllo, WORLD!", " hello world "),
            ("he\u{301}llo", " hello "),
            ("Straße STRASSE", " strasse strasse "),
            ("Don\u{2019}t don't 'quoted'", " don ' t don ' t quoted "),
            ("ﬁn Ⅳ ｆｕｌｌ", " fin iv full "),
            ("ΟΔΟΣ οδός", " οδοσ οδοσ "),
            ("İstanbul ıstanbul", " istanbul istanbul "),
            ("مُحَمَّد أحمد مـحـمـد", " محمد احمد محمد "),
            ("がか", " が か "),
            ("한국", " 한국 "),
            ("今日は", " 今 日 は "),
            ("हिंदी में", " हिंदी में "),
            ("ok🎉🎉 50% a_b\\c", " ok 🎉 🎉 50 a b c "),
            ("", " "),
            ("\u{200B}", " "),
        ] {
            assert_eq!(fold(typed), folded, "{typed}");
        }
    }

    #[test]
    fn a_folded_text_is_bounded() {
        assert!(fold(&"\u{FDFA}".repeat(4_000)).len() < LONGEST + 200);
    }

    #[test]
    fn a_query_without_words_looks_for_nothing() {
        assert_eq!(Words::of("  … %_ "), None);
        assert_eq!(Words::of("a b c d e f g h i j").unwrap().0.len(), 8);
    }

    #[test]
    fn found_words_are_ranges_of_the_text_as_it_was_typed() {
        let find = |query: &str, text: &str| -> Vec<String> {
            let found = Words::of(query).unwrap().find(text);
            found
                .into_iter()
                .map(|range| text[range].to_owned())
                .collect()
        };
        assert_eq!(
            find("cafe", "Le Cafe\u{301} noir, CAFÉS"),
            ["Cafe\u{301}", "CAFÉ"]
        );
        assert_eq!(find("no cafe", "Café: no"), ["Café", "no"]);
        assert_eq!(find("天気", "今日は天気がいい"), ["天気"]);
        assert_eq!(find("homme", "l’homme"), ["homme"]);
        assert_eq!(find("l'homme", "L’HOMME"), ["L’HOMME"]);
        assert_eq!(find("ing", "singing ingot"), ["ing"]);
        // Words that overlap are one mark.
        assert_eq!(find("he hell", "hello"), ["hell"]);
        assert_eq!(find("strasse", "Straße"), ["Straße"]);
    }
}
