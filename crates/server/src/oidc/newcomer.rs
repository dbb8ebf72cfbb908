//! A handle for somebody whom the provider knows by a name of its own.

use birdcall_protocol::Handle;
use birdcall_protocol::limits::MAX_HANDLE;
use unicode_normalization::UnicodeNormalization;

/// A handle to begin with, made of what the provider calls somebody; `None` if nothing of it can be one. The second value
/// is whether it is that name and no other, so that nobody needs to be asked.
#[must_use]
pub fn proposed(username: &str) -> Option<(Handle, bool)> {
    // Some providers call people by an address: its first part is the name.
    let local = username.split('@').find(|part| !part.is_empty())?;
    let mut text = String::new();
    for sign in local.nfkd() {
        match sign {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => text.push(sign.to_ascii_lowercase()),
            '.' | '-' | ' ' | '+' => text.push('_'),
            _ => {}
        }
    }
    let text = text.trim_matches('_');
    let text = text.get(..MAX_HANDLE).unwrap_or(text).trim_end_matches('_');
    let handle: Handle = text.parse().ok()?;
    let same = handle.as_str() == username.to_ascii_lowercase();
    Some((handle, same))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_made_of_what_there_is() {
        for (username, handle, same) in [
            ("ann", "ann", true),
            ("Ann_7", "ann_7", true),
            ("ann.lee", "ann_lee", false),
            ("ann@id.example", "ann", false),
            ("@ann", "ann", false),
            ("Änn Lee", "ann_lee", false),
            ("a-very-long-name-of-somebody", "a_very_long_name_of", false),
            ("_", "", false),
            ("李", "", false),
            ("", "", false),
            ("@", "", false),
        ] {
            let found = proposed(username);
            match found {
                Some((found, exact)) => {
                    assert_eq!((found.as_str(), exact), (handle, same), "{username}");
                }
                None => assert_eq!(handle, "", "{username}"),
            }
        }
    }
}
