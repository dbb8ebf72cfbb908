//! The node key: what the relay's credentials are issued and checked under.

use birdcall_relay::credential::NodeKey;
use std::fs::{File, OpenOptions, hard_link, read_to_string, remove_file};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const BYTES: usize = 32;

/// Reads the key.
///
/// # Errors
/// A sentence: the file cannot be read, or holds something else.
pub fn read(path: &Path) -> Result<NodeKey, String> {
    let text =
        read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    parse(path, &text)
}

/// Reads the key, or makes one if there is no file: 64 hexadecimal digits, for its owner's eyes only.
///
/// # Errors
/// A sentence: the file cannot be read or made, or holds something else.
pub fn read_or_make(path: &Path) -> Result<NodeKey, String> {
    match read_to_string(path) {
        Ok(text) => parse(path, &text),
        Err(error) if error.kind() == ErrorKind::NotFound => make(path),
        Err(error) => Err(format!("cannot read {}: {error}", path.display())),
    }
}

fn parse(path: &Path, text: &str) -> Result<NodeKey, String> {
    let digits = text.trim_end().as_bytes();
    let mut bytes = [0; BYTES];
    let whole = digits.len() == 2 * BYTES
        && digits.chunks_exact(2).zip(&mut bytes).all(|(pair, byte)| {
            let number = std::str::from_utf8(pair)
                .ok()
                .filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()))
                .and_then(|pair| u8::from_str_radix(pair, 16).ok());
            *byte = number.unwrap_or_default();
            number.is_some()
        });
    if !whole {
        return Err(format!(
            "{} is not a node key (64 hexadecimal digits)",
            path.display()
        ));
    }
    Ok(NodeKey::new(bytes))
}

/// Made whole under another name and then linked to its own, so that of two programs that start at once both get the
/// key of the first, and nobody ever reads half of one.
fn make(path: &Path) -> Result<NodeKey, String> {
    let say = |error: std::io::Error| format!("cannot make {}: {error}", path.display());
    let bytes: [u8; BYTES] = rand::random();
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let draft = PathBuf::from(name);
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut file| {
            writeln!(file, "{}", crate::random::hex(&bytes))?;
            file.sync_all()?;
            match hard_link(&draft, path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                linked => linked?,
            }
            path.parent()
                .filter(|folder| !folder.as_os_str().is_empty())
                .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
        });
    // Left behind it would harm nobody.
    let _ = remove_file(&draft);
    written.map_err(say)?;
    let text = read_to_string(path).map_err(say)?;
    parse(path, &text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use birdcall_relay::credential::{Claim, Issuer, Leg};
    use std::os::unix::fs::PermissionsExt;

    fn password(key: &NodeKey) -> String {
        let claim = Claim {
            call: 1,
            leg: Leg::Caller,
            device: 1,
            expires: 1,
        };
        Issuer::new(key).issue(&claim).password
    }

    #[test]
    fn a_key_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("node.key");
        let made = password(&read_or_make(&path).unwrap());
        assert_eq!(password(&read_or_make(&path).unwrap()), made);
        assert_eq!(password(&make(&path).unwrap()), made, "the first one stays");
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("node.key");
        for wrong in ["", "00", &"g".repeat(64), &"0".repeat(63), &"+0".repeat(32)] {
            std::fs::write(&path, wrong).unwrap();
            assert!(read_or_make(&path).unwrap_err().contains("node key"));
        }
    }
}
