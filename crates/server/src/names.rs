//! What people are called and say of themselves, cleaned before it is kept (M-2): nothing in it may rearrange the page,
//! hide from the eye, climb out of its line or look like the badge.
//!
//! Cleaned, not refused: people paste names with odd characters in them and do not see what is odd. Refused is only what
//! has nothing left, or is too long. Names of every script pass; `tests/suite/names.rs` has a few dozen of them.

use crate::looks;
use crate::problem::ApiError;
use crate::raced;
use birdcall_protocol::Code;
use birdcall_protocol::limits::{MAX_BIO, MAX_NAME};
use birdcall_store::{Named, Store, StoreError};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

/// Marks that stack above or below one letter. Vietnamese and Hebrew transcriptions need two; from three on they reach
/// into the lines around.
const STACKED: usize = 2;

/// Marks of one letter in all. Burmese and Tibetan syllables need four.
const MARKS: usize = 4;

/// Lines of a text about oneself. Raising it lets 200 characters fill a screen.
const LINES: usize = 8;

/// A display name: one line, with a base for every mark, nothing invisible, and no badge of its own at its edges.
///
/// # Errors
/// `bad_input` if nothing is left or it is too long.
pub fn name(text: &str) -> Result<Named, ApiError> {
    let name = line(text);
    let name = without_badges(&name);
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(Code::BadInput.into());
    }
    Ok(named(name.to_owned()))
}

/// Folds the names that were not folded yet, or by older rules: at the start of a server.
///
/// # Errors
/// `Unavailable`.
pub async fn fold_all(store: &Store) -> Result<(), StoreError> {
    let mark = format!("names_folded_{}", looks::VERSION);
    if store.read().await?.server_key(&mark).await?.is_none() {
        let unfold = || async {
            let mut tx = store.write().await?;
            tx.unfold_names().await?;
            tx.keep_server_key(&mark, "").await?;
            tx.commit().await
        };
        raced::again(raced::TRIES, unfold).await?;
    }
    while raced::again(raced::TRIES, || fold_some(store)).await? {}
    Ok(())
}

/// Whether there were some.
async fn fold_some(store: &Store) -> Result<bool, StoreError> {
    let mut tx = store.write().await?;
    // Few enough not to keep writers waiting.
    let some = tx.unfolded(500).await?;
    if some.is_empty() {
        return Ok(false);
    }
    for (id, handle, text) in some {
        tx.fold_name(id, &handle, &named(text)).await?;
    }
    tx.commit().await?;
    Ok(true)
}

fn named(text: String) -> Named {
    Named {
        folded: looks::folded(&text),
        look: looks::look(&text),
        text,
    }
}

/// A text about oneself: as a name, with its lines.
///
/// # Errors
/// `bad_input` if it is too long.
pub fn bio(text: &str) -> Result<String, ApiError> {
    let mut lines: Vec<String> = Vec::new();
    for one in text
        .replace("\r\n", "\n")
        .split(['\n', '\r', '\u{2028}', '\u{2029}'])
    {
        let one = line(one);
        // One empty line says as much as five.
        if !(one.is_empty() && lines.last().is_none_or(String::is_empty)) {
            lines.push(one);
        }
    }
    let mut last = lines.split_off(lines.len().min(LINES - 1));
    last.retain(|one| !one.is_empty());
    lines.push(last.join(" "));
    let bio = lines.join("\n").trim_end().to_owned();
    if bio.chars().count() > MAX_BIO {
        return Err(Code::BadInput.into());
    }
    Ok(bio)
}

/// One line, composed (NFC), without what cannot be seen or reaches out of it, words apart by one space.
#[must_use]
pub fn line(text: &str) -> String {
    // What is longer by far is refused later anyway; nobody normalizes a megabyte.
    let composed: Vec<char> = text.chars().take(MAX_BIO * 8).nfc().collect();
    let mut kept = Kept::default();
    for (at, &c) in composed.iter().enumerate() {
        kept.take(c, composed.get(at + 1).copied());
    }
    // What was taken out may have stood between a letter and its mark.
    let whole = kept.text.trim_end_matches([' ', JOINER, NON_JOINER]);
    whole.nfc().collect()
}

const JOINER: char = '\u{200D}';
const NON_JOINER: char = '\u{200C}';

/// What was kept of a line so far.
#[derive(Default)]
struct Kept {
    text: String,
    /// The last character that is no mark, if one stands there for marks to sit on.
    base: Option<char>,
    /// The marks on it.
    marks: Vec<char>,
}

impl Kept {
    fn take(&mut self, c: char, next: Option<char>) {
        if blank(c) {
            if !self.text.is_empty() && !self.text.ends_with(' ') {
                self.text.push(' ');
            }
            self.base = None;
        } else if c == JOINER || c == NON_JOINER {
            if self.joins(c, next) {
                self.text.push(c);
            }
        } else if selects(c) {
            if self.selectable(c) {
                self.text.push(c);
                self.marks.push(c);
            }
        } else if invisible(c) {
            // Dropped.
        } else if is_combining_mark(c) {
            if self.base.is_some() && self.fits(c) {
                self.text.push(c);
                self.marks.push(c);
            }
        } else {
            self.text.push(c);
            self.base = Some(c);
            self.marks.clear();
        }
    }

    /// Joiners make one emoji of several, and choose the form of letters in scripts that join (UAX 31, 2.3).
    fn joins(&self, c: char, next: Option<char>) -> bool {
        let (Some(before), Some(next)) = (self.base, next) else {
            return false;
        };
        if self.text.ends_with([JOINER, NON_JOINER]) {
            return false;
        }
        (joining(before) && joining(next)) || (c == JOINER && pictorial(before) && pictorial(next))
    }

    /// A selector is of use once, right behind what has variants: emoji (UTS 51) and ideographs (UTS 37).
    fn selectable(&self, c: char) -> bool {
        let chosen = self.marks.iter().any(|mark| selects(*mark));
        let fits = |base| match c {
            '\u{FE0E}' | '\u{FE0F}' => pictorial(base) || matches!(base, '0'..='9' | '#' | '*'),
            '\u{E0100}'..='\u{E01EF}' => ideographic(base),
            _ => false,
        };
        !chosen && self.base.is_some_and(fits)
    }

    fn fits(&self, mark: char) -> bool {
        let class = canonical_combining_class(mark);
        let same = |other: &&char| canonical_combining_class(**other) == class;
        let alike = self.marks.iter().filter(same).count();
        let stacked = |other: &&char| stacks(**other);
        match class {
            // Vowels and medials of Indic scripts, each once. Those of Thai and Lao pile up where a renderer lets them.
            0 if encloses(mark) => mark == '\u{20E3}' && self.marks == ['\u{FE0F}'],
            0 if thai_or_lao(mark) => {
                self.marks
                    .iter()
                    .filter(|other| thai_or_lao(**other))
                    .count()
                    < STACKED
                    && !self.marks.contains(&mark)
            }
            0 => self.marks.len() < MARKS && !self.marks.contains(&mark),
            // A place of their own beside or inside the letter: Hebrew points, Arabic vowels, tones, nukta, virama.
            1..=199 if !stacks(mark) => alike == 0 && self.marks.len() < MARKS + 1,
            _ => {
                self.marks.iter().filter(stacked).count() < STACKED && self.marks.len() < MARKS + 1
            }
        }
    }
}

/// Marks that are put on top of each other: those that any letter may have, above, below or through it.
fn stacks(mark: char) -> bool {
    matches!(canonical_combining_class(mark), 1 | 200..=240)
}

fn thai_or_lao(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0EFF}')
}

/// Circles and squares around a letter, which would also go around the page's own.
fn encloses(mark: char) -> bool {
    matches!(mark, '\u{0488}' | '\u{0489}' | '\u{1ABE}' | '\u{20DD}'..='\u{20E0}' | '\u{20E2}'..='\u{20E4}' | '\u{A670}'..='\u{A672}')
}

fn blank(c: char) -> bool {
    // The last is the braille pattern without dots, which is a space to the eye.
    c.is_whitespace() || c == '\u{2800}'
}

fn selects(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{180B}'..='\u{180D}' | '\u{180F}')
}

/// What shows nothing, turns the direction (UAX 9), tags, annotates, or means something only where it was made.
fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
                | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
                | '\u{3164}' | '\u{E000}'..='\u{F8FF}' | '\u{FDD0}'..='\u{FDEF}' | '\u{FEFF}' | '\u{FFA0}'
                | '\u{FFF0}'..='\u{FFFF}' | '\u{13430}'..='\u{1343F}' | '\u{1BCA0}'..='\u{1BCA3}'
                | '\u{1D159}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E00FF}' | '\u{E01F0}'..='\u{10FFFF}'
        )
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// Letters of scripts in which joiners are spelling: Arabic, Syriac, N'Ko, Mongolian, and those of India and around.
fn joining(c: char) -> bool {
    matches!(
        c,
        '\u{0600}'..='\u{07FF}' | '\u{0840}'..='\u{0DFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{18AF}'
            | '\u{A8E0}'..='\u{A8FF}' | '\u{11000}'..='\u{11FFF}' | '\u{FB50}'..='\u{FDCF}' | '\u{FE70}'..='\u{FEFC}'
    )
}

fn pictorial(c: char) -> bool {
    matches!(
        c,
        '\u{00A9}' | '\u{00AE}' | '\u{203C}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21FF}'
            | '\u{2300}'..='\u{23FF}' | '\u{24C2}' | '\u{25A0}'..='\u{27BF}' | '\u{2900}'..='\u{2BFF}' | '\u{3030}'
            | '\u{303D}' | '\u{3297}' | '\u{3299}' | '\u{1F000}'..='\u{1FAFF}'
    )
}

fn ideographic(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// What draws like the verified badge: ticks, and round or many-cornered shapes in its blue.
fn badge(c: char) -> bool {
    matches!(
        c,
        '\u{221A}'
            | '\u{237B}'
            | '\u{24CB}'
            | '\u{24E5}'
            | '\u{2611}'
            | '\u{2705}'
            | '\u{2713}'
            | '\u{2714}'
            | '\u{272A}'
            | '\u{10102}'
            | '\u{1F12F}'
            | '\u{1F145}'
            | '\u{1F165}'
            | '\u{1F185}'
            | '\u{1F4A0}'
            | '\u{1F518}'
            | '\u{1F535}'
            | '\u{1F537}'
            | '\u{1F539}'
            | '\u{1F5F8}'
            | '\u{1F5F9}'
            | '\u{1F7E6}'
            | '\u{1FBB1}'
    )
}

/// The name without badges at its edges, where the real one stands. Within a name they are words.
fn without_badges(mut name: &str) -> &str {
    let sits = |c| selects(c) || is_combining_mark(c);
    loop {
        let bare = name
            .trim_end_matches([' ', JOINER])
            .trim_start_matches(|c| {
                // What sits on a badge goes with it; nothing else begins so.
                badge(c) || sits(c) || c == ' ' || c == JOINER
            });
        let unmarked = bare.trim_end_matches(sits);
        let next = if unmarked.ends_with(badge) {
            unmarked.trim_end_matches(badge)
        } else {
            bare
        };
        if next.len() == name.len() {
            return name;
        }
        name = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> Result<String, ApiError> {
        name(text).map(|named| named.text)
    }

    #[test]
    fn what_cannot_be_seen_goes() {
        assert_eq!(cleaned("  Ann\u{202E}\u{0}  Lee\n"), Ok("Ann Lee".into()));
        assert_eq!(
            cleaned("A\u{200B}n\u{2060}n\u{E0041}\u{E007F}"),
            Ok("Ann".into())
        );
        assert_eq!(cleaned("A\u{200D}nn\u{200C} \u{200D}"), Ok("Ann".into()));
        assert_eq!(cleaned("e\u{200B}\u{301}"), Ok("é".into()));
        for empty in [
            "",
            " ",
            "\u{200B}\u{FEFF}",
            "\u{2800}",
            "\u{3164}\u{115F}",
            "\u{301}\u{302}",
            "\u{F8FF}",
        ] {
            assert_eq!(cleaned(empty), Err(Code::BadInput.into()), "{empty:?}");
        }
    }

    #[test]
    fn marks_sit_on_letters_two_high() {
        let tower = |count| format!("Z{}", "\u{348}\u{34B}".repeat(count));
        assert_eq!(cleaned(&tower(1)), Ok(tower(1)));
        assert_eq!(cleaned(&tower(20)), Ok("Z\u{348}\u{348}".into()));
        assert_eq!(cleaned("ก็็็็็็็"), Ok("ก็".into()));
        assert_eq!(cleaned("\u{301}Ann"), Ok("Ann".into()));
        assert_eq!(cleaned("A\u{20DD}nn\u{489}"), Ok("Ann".into()));
    }

    #[test]
    fn badges_of_ones_own_are_not_where_the_real_one_is() {
        for text in [
            "Ann ✓",
            "Ann✔\u{FE0F}",
            "✅ Ann ☑",
            "🔵Ann🔷 ✓✓",
            "Ann \u{1F5F8} \u{2705}\u{FE0F} ",
        ] {
            assert_eq!(cleaned(text), Ok("Ann".into()), "{text}");
        }
        assert_eq!(cleaned("Ann ✓ Lee"), Ok("Ann ✓ Lee".into()));
        assert_eq!(cleaned("Ann ❤\u{FE0F}"), Ok("Ann ❤\u{FE0F}".into()));
        assert_eq!(cleaned("✓✔"), Err(Code::BadInput.into()));
    }

    #[test]
    fn a_bio_keeps_its_lines_but_not_without_end() {
        assert_eq!(bio("a\r\n\n\n\n b\u{7}\n\n"), Ok("a\n\nb".into()));
        assert_eq!(
            bio(&"x\n".repeat(60)).map(|bio| bio.lines().count()),
            Ok(LINES)
        );
        assert_eq!(bio(&"x".repeat(201)), Err(Code::BadInput.into()));
        assert_eq!(bio(" "), Ok(String::new()));
    }
}
