//! The files of a folder as a disk has them, from what strace notes: what was written, and what of it was synced.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A file.
#[derive(Default, Clone)]
struct File {
    /// As programs see it.
    seen: Vec<u8>,
    /// As it is after a loss of power; nothing if it was never synced.
    kept: Option<Vec<u8>>,
}

/// The files of one folder, by path.
pub(super) struct Disk {
    folder: PathBuf,
    files: BTreeMap<PathBuf, File>,
    /// Where each thread's file descriptor stands, as `write` counts.
    places: BTreeMap<String, usize>,
    /// The beginnings of lines that end later.
    begun: BTreeMap<String, String>,
}

impl Disk {
    /// A folder as it is, all of it synced.
    pub(super) fn of(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let seen = fs::read(&path).unwrap();
            let kept = Some(seen.clone());
            files.insert(path, File { seen, kept });
        }
        Self {
            folder: folder.to_owned(),
            files,
            places: BTreeMap::new(),
            begun: BTreeMap::new(),
        }
    }

    /// Does what was noted, up to where `mark` is written to standard output; whether it was.
    pub(super) fn replay(&mut self, notes: &str, mark: &str) -> bool {
        for line in notes.lines() {
            let Some((thread, rest)) = line.split_once(' ') else {
                continue;
            };
            let rest = rest.trim_start();
            if let Some(begin) = rest.strip_suffix("<unfinished ...>") {
                self.begun.insert(thread.to_owned(), begin.to_owned());
                continue;
            }
            let whole = match rest.split_once(" resumed>") {
                Some((_, end)) => self.begun.remove(thread).unwrap_or_default() + end,
                None => rest.to_owned(),
            };
            if self.call(&whole, mark) {
                return true;
            }
        }
        false
    }

    /// One system call; whether it writes the mark.
    fn call(&mut self, call: &str, mark: &str) -> bool {
        let Some((name, rest)) = call.split_once('(') else {
            return false;
        };
        let result = rest.rsplit_once(" = ").map_or("", |(_, result)| result);
        if result.starts_with('-') {
            return false;
        }
        let texts: Vec<Vec<u8>> = rest.split('"').skip(1).step_by(2).map(bytes).collect();
        if name == "write" && rest.starts_with("1<") {
            return texts
                .first()
                .is_some_and(|text| text.windows(mark.len()).any(|part| part == mark.as_bytes()));
        }
        if name == "unlink" {
            let path = texts.first().map(|path| path_of(path));
            if let Some(path) = path {
                self.files.remove(&path);
            }
            return false;
        }
        // `3<path>`: paths are noted as bytes too.
        let Some((number, path)) = rest
            .split_once('<')
            .and_then(|(number, rest)| Some((number, rest.split_once('>')?.0)))
        else {
            return false;
        };
        let path = path_of(&bytes(path));
        if path.parent() != Some(&self.folder) || name == "openat" {
            return false;
        }
        let last = |words: &str| -> usize {
            let word = words.rsplit_once(", ").map_or(words, |(_, word)| word);
            word.trim_end_matches([')', ' ']).parse().unwrap()
        };
        let arguments = rest.rsplit_once(" = ").map_or(rest, |(words, _)| words);
        match name {
            "lseek" => {
                self.places.insert(number.to_owned(), first_number(result));
            }
            "write" => {
                let text = texts.first().unwrap();
                let place = self.places.entry(number.to_owned()).or_default();
                put(&mut self.files.entry(path).or_default().seen, *place, text);
                *place += text.len();
            }
            "pwrite64" => {
                let text = texts.first().unwrap();
                let seen = &mut self.files.entry(path).or_default().seen;
                put(seen, last(arguments), text);
            }
            "ftruncate" => {
                let seen = &mut self.files.entry(path).or_default().seen;
                seen.resize(last(arguments), 0);
            }
            "fsync" | "fdatasync" => {
                let file = self.files.entry(path).or_default();
                file.kept = Some(file.seen.clone());
            }
            _ => {}
        }
        false
    }

    /// Puts what is left into a fresh folder.
    pub(super) fn write_to(&self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        for (path, file) in &self.files {
            // The index of the log is in memory, and made anew from the log.
            let name = path.file_name().unwrap();
            if let Some(kept) = &file.kept
                && !name.to_string_lossy().ends_with("-shm")
            {
                fs::write(folder.join(name), kept).unwrap();
            }
        }
    }
}

fn put(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[at..end].copy_from_slice(bytes);
}

/// `\x41\x42`.
fn bytes(text: &str) -> Vec<u8> {
    text.split("\\x")
        .skip(1)
        .filter_map(|hex| u8::from_str_radix(hex.get(..2)?, 16).ok())
        .collect()
}

fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

fn first_number(text: &str) -> usize {
    let word = text.split_whitespace().next().unwrap_or_default();
    word.parse().unwrap_or_default()
}
