//! Search in all of one's conversations (M-4): where a page of it goes on, what of a message is shown, and folding what
//! an older version has written.

use crate::app::App;
use birdcall_protocol::Timestamp;
use birdcall_protocol::talk::{Hit, Mark};
use birdcall_store::{Found, Since, StoreError, Words};
use std::ops::Range;
use std::time::Duration;

/// Characters of a message that are shown before the first word found.
const BEFORE: usize = 40;

/// Characters shown in all. Raising it makes rows of results longer than two lines.
const SHOWN: usize = 160;

/// Messages folded in one transaction. Raising it makes others wait longer for the writer.
const SLICE: u32 = 500;

/// A pause between slices, so that what people do comes first.
const PAUSE: Duration = Duration::from_millis(20);

/// What is shown of a message that was found.
#[must_use]
pub(crate) fn hit(found: Found, words: &Words) -> Hit {
    let (snippet, marks) = snippet(&found.text, &words.find(&found.text));
    let mut with = found.with;
    // M-4: nobody's picture is shown before one has said yes to them.
    with.avatar = with.avatar.filter(|_| !found.request);
    Hit {
        with,
        from: found.from,
        seq: found.seq,
        at: found.at,
        snippet,
        marks,
    }
}

/// Where the page after a message begins, as a client hands it back.
pub(crate) fn place(found: &Found) -> String {
    format!("{}-{}-{}", found.at.0, found.seq, found.with.handle)
}

/// Reads such a place; nothing if it is none.
pub(crate) fn since(place: &str) -> Option<Since> {
    let mut parts = place.splitn(3, '-');
    Some(Since {
        at: Timestamp(parts.next()?.parse().ok()?),
        seq: parts.next()?.parse().ok()?,
        with: parts.next()?.parse().ok()?,
    })
}

/// A piece of a text around the first range, on one line, and the ranges within it in UTF-16 code units.
fn snippet(text: &str, found: &[Range<usize>]) -> (String, Vec<Mark>) {
    let first = found.first().map_or(0, |range| range.start);
    let start = start_of(text, first);
    let end = text[start..]
        .char_indices()
        .nth(SHOWN)
        .map_or(text.len(), |(at, _)| start + at);
    let mut shown = String::new();
    if start > 0 {
        shown.push('…');
    }
    let lead = units(&shown);
    shown.extend(
        text[start..end]
            .chars()
            .map(|c| if c.is_whitespace() { ' ' } else { c }),
    );
    if end < text.len() {
        shown.push('…');
    }
    let marks = found
        .iter()
        .filter(|range| range.start < end)
        .map(|range| Mark {
            start: lead + units(&text[start..range.start]),
            end: lead + units(&text[start..range.end.min(end)]),
        })
        .collect();
    (shown, marks)
}

/// Where to begin, so that `first` is in sight: at the beginning of a word, or at the beginning of all.
fn start_of(text: &str, first: usize) -> usize {
    let earliest = text[..first]
        .char_indices()
        .rev()
        .nth(BEFORE)
        .map(|(at, _)| at);
    let Some(earliest) = earliest else { return 0 };
    text[earliest..first]
        .char_indices()
        .find(|(_, c)| c.is_whitespace())
        .map_or(first, |(at, c)| earliest + at + c.len_utf8())
}

fn units(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// Folds what an older version has written, in slices, so that search finds it too.
pub(crate) async fn fold_what_is_older(app: App) {
    if let Err(error) = fold_all(&app).await {
        tracing::error!(%error, "older messages could not be made ready for search; the next start goes on");
    }
}

async fn fold_all(app: &App) -> Result<(), StoreError> {
    if app.store.read().await?.all_folded().await? {
        return Ok(());
    }
    let mut after = (0, 0);
    loop {
        let fold = || async {
            let mut tx = app.store.write().await?;
            let next = tx.fold_some(after, SLICE).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(next)
        };
        match app.again(fold).await? {
            Some(place) => after = place,
            None => return Ok(()),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, query: &str) -> (String, Vec<String>) {
        let words = Words::of(query).unwrap();
        let (snippet, marks) = snippet(text, &words.find(text));
        let units: Vec<u16> = snippet.encode_utf16().collect();
        let marked = marks
            .iter()
            .map(|mark| String::from_utf16(&units[mark.start as usize..mark.end as usize]).unwrap())
            .collect();
        (snippet, marked)
    }

    #[test]
    fn a_snippet_shows_what_was_found_and_counts_as_javascript_does() {
        let (text, marked) = shown("🎉 Café\nat noon", "cafe noon");
        assert_eq!(text, "🎉 Café at noon");
        assert_eq!(marked, ["Café", "noon"]);
    }

    #[test]
    fn a_long_message_is_cut_at_words_around_the_first_one_found() {
        let long = format!("{} needle {}", "straw ".repeat(100), "hay ".repeat(100));
        let (text, marked) = shown(&long, "needle");
        assert!(text.starts_with("…straw ") && text.ends_with('…'), "{text}");
        assert!(text.chars().count() <= SHOWN + 2);
        assert_eq!(marked, ["needle"]);
        // Without a space to cut at, and with a word longer than what is shown.
        let (text, marked) = shown(&format!("{}🎉", "天".repeat(300)), "🎉");
        assert_eq!((text.as_str(), marked[0].as_str()), ("…🎉", "🎉"));
        let (text, marked) = shown(&"x".repeat(400), &"x".repeat(100));
        assert_eq!(text.chars().count(), SHOWN + 1);
        assert_eq!(marked, ["x".repeat(100)]);
    }

    #[test]
    fn a_place_is_read_as_it_was_written_and_nothing_else_is() {
        let since = since("17-4-ann_b").unwrap();
        assert_eq!(
            (since.at.0, since.seq, since.with.as_str()),
            (17, 4, "ann_b")
        );
        for bad in ["", "17", "17-4", "17-4-", "a-4-ann", "17-4-ann-b"] {
            assert!(super::since(bad).is_none(), "{bad}");
        }
    }
}
