//! How names look and how they are found: two foldings, both kept beside the name.
//!
//! One is for finding: without case and diacritics, by the beginning of any word. The other is for telling people apart:
//! UTS 39 skeletons, in which what looks the same is the same. The rule of look-alikes is [`alike`]; the store asks the
//! same question over columns that [`look`] filled.

use birdcall_protocol::Handle;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;
use unicode_security::skeleton;

/// Counts up when a folding below changes: names that were folded before are folded anew at the next start.
pub const VERSION: &str = "1";

/// Words of a search that count; more make it no narrower for a person who reads.
pub const WORDS: usize = 3;

/// A name as searches see it: each word, folded, with a space before it.
#[must_use]
pub fn folded(name: &str) -> String {
    words(name).fold(String::new(), |mut all, word| {
        all.push(' ');
        all.push_str(&word);
        all
    })
}

/// The first words of a search, folded as names are. Each has to begin a word of the name.
#[must_use]
pub fn sought(query: &str) -> Vec<String> {
    words(query).take(WORDS).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| c.is_whitespace() || c.is_ascii_punctuation() || punctuation(c))
        .map(fold)
        .filter(|word| !word.is_empty())
}

fn punctuation(c: char) -> bool {
    matches!(c, '\u{00B7}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}' | '\u{3000}'..='\u{3003}' | '\u{30FB}')
}

/// Without case, without marks that readers may leave out, and without what Unicode only keeps for older sets (NFKD).
fn fold(word: &str) -> String {
    let bare = word
        .chars()
        .flat_map(char::to_lowercase)
        .nfkd()
        // Nukta, kana marks and virama are letters' own; everything else with a place above or below is left out.
        .filter(|c| matches!(canonical_combining_class(*c), 0 | 7..=9))
        .flat_map(char::to_lowercase);
    bare.fold(String::new(), |mut folded, c| {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            '\u{0640}' | '\u{200C}' | '\u{200D}' | '\u{FE0E}' | '\u{FE0F}' => {}
            other => folded.push(other),
        }
        folded
    })
}

/// How a name looks: the same for names that are hard to tell apart (UTS 39, 4), whatever their case, spaces and
/// diacritics.
#[must_use]
pub fn look(name: &str) -> String {
    let once: String = skeleton(name).flat_map(char::to_lowercase).collect();
    let twice: String = skeleton(&once).flat_map(char::to_lowercase).collect();
    let like = |c: char| match c {
        // In many faces they are one stroke all.
        'i' | 'ı' | '|' | '1' => 'l',
        other => other,
    };
    let seen = twice
        .chars()
        .filter(|c| !matches!(c, '\u{0300}'..='\u{036F}'));
    let letters: String = seen
        .clone()
        .filter(|c| c.is_alphanumeric())
        .map(like)
        .collect();
    if letters.is_empty() {
        // Names of pictures alone.
        seen.filter(|c| !c.is_whitespace()).collect()
    } else {
        letters
    }
}

/// Whether somebody could be taken for somebody else by name or handle.
#[must_use]
pub fn alike(one: (&Handle, &str), other: (&Handle, &str)) -> bool {
    let ours = [one.0.look(), look(one.1)];
    let theirs = [other.0.look(), look(other.1)];
    ours.iter().any(|look| theirs.contains(look))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_are_told_from_namesakes_of_the_eye() {
        for (one, other, expected) in [
            (("ann", "Ann Lee"), ("ann_", "Somebody"), true),
            (("ann", "Ann Lee"), ("x", "Ann Lee"), true),
            (("ann", "Ann Lee"), ("x", "\u{0410}nn Lee"), true),
            (("ann", "Ann Lee"), ("x", "ANN LEE"), true),
            (("ann", "Ann Lee"), ("x", "Änn  Leé"), true),
            (("ann", "Ann Lee"), ("x", "@ann"), true),
            (("ann", "Ann Lee"), ("annlee", "Somebody"), true),
            (("ann", "Ann Lee"), ("x", "𝐀𝐧𝐧 𝐋𝐞𝐞"), true),
            (("ann", "Ann Lee"), ("x", "Ａｎｎ Ｌｅｅ"), true),
            (("bob", "Bob"), ("b0b", "Somebody"), true),
            (("alice", "Alice"), ("x", "AIice"), true),
            (("alice", "Alice"), ("a1ice", "Somebody"), true),
            (("alice", "Alice"), ("allce", "Somebody"), true),
            (("modern", "Modern"), ("rnodern", "Somebody"), true),
            (
                ("paypal", "PayPal"),
                ("x", "Р\u{0430}у\u{0420}\u{0430}l"),
                true,
            ),
            (("ann", "Ann Lee"), ("anna", "Anna Lee"), false),
            (("ann", "Ann Lee"), ("x", "Ann"), true),
            (("annlee2", "Ann Lee"), ("x", "Ann"), false),
            (("bob", "Bob"), ("rob", "Rob"), false),
            (("x", "李明"), ("y", "李明"), true),
            (("x", "李明"), ("y", "李朋"), false),
            (("x", "สมชาย"), ("y", "สมหญิง"), false),
            (("x", "🐦"), ("y", "🐦"), true),
            (("x", "🐦"), ("y", "🐧"), false),
        ] {
            let handle = |text: &str| text.parse::<Handle>().unwrap();
            let (a, b) = (handle(one.0), handle(other.0));
            assert_eq!(
                alike((&a, one.1), (&b, other.1)),
                expected,
                "{one:?} {other:?}"
            );
            assert_eq!(
                alike((&b, other.1), (&a, one.1)),
                expected,
                "{other:?} {one:?}"
            );
        }
    }

    /// The store has the look of a handle from `Handle` itself, and that of a name from here: they have to agree.
    #[test]
    fn a_handle_looks_the_same_as_a_name_of_the_same_letters() {
        for byte in b"abcdefghijklmnopqrstuvwxyz0123456789_" {
            let text = format!("{}x", char::from(*byte));
            let handle: Handle = text.parse().unwrap();
            assert_eq!(handle.look(), look(&text), "{text}");
        }
        for text in ["_", "___", "m1_0l"] {
            assert_eq!(text.parse::<Handle>().unwrap().look(), look(text), "{text}");
        }
    }

    #[test]
    fn names_are_found_without_case_and_diacritics() {
        assert_eq!(folded("Ánn-Marie  O’Neil"), " ann marie o neil");
        assert_eq!(folded("Łukasz Straße Ægir"), " lukasz strasse aegir");
        assert_eq!(folded("İstanbul ΟΔΥΣΣΕΥΣ"), " istanbul οδυσσευσ");
        assert_eq!(folded("Nguyễn Văn Đức"), " nguyen van duc");
        assert_eq!(folded("محمَّد"), folded("محمد"));
        // While a syllable is typed it begins the whole one.
        assert!(folded("김").starts_with(&folded("기")));
        assert_eq!(sought(" Ann  le x y"), ["ann", "le", "x"]);
        assert!(sought("%_@").is_empty());
    }
}
