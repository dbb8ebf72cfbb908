//! The files of the repository, as the rules read them.

use crate::{Outcome, root};
use std::fs;
use std::path::Path;

/// A text file.
pub(super) struct File {
    /// Below the root, with `/`.
    pub(super) path: String,
    /// Its text.
    pub(super) text: String,
}

/// Folders that are made, not written.
const MADE: &[&str] = &[".git", "target", "data", "node_modules", "dist", "out"];

/// Files that are made, not written.
const GENERATED: &[&str] = &["web/src/api/schema.ts"];

/// Endings of what people write here.
const WRITTEN: &[&str] = &[
    "rs", "ts", "svelte", "css", "mjs", "js", "sql", "md", "toml", "html",
];

/// Every file somebody wrote.
pub(super) fn all() -> Outcome<Vec<File>> {
    let mut files = Vec::new();
    walk(&root(), "", &mut files)
        .map_err(|error| format!("the repository cannot be read: {error}"))?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn walk(folder: &Path, below: &str, files: &mut Vec<File>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() {
            name.clone()
        } else {
            format!("{below}/{name}")
        };
        if entry.file_type()?.is_dir() {
            if !MADE.contains(&name.as_str()) {
                walk(&entry.path(), &path, files)?;
            }
        } else if name
            .rsplit_once('.')
            .is_some_and(|(_, end)| WRITTEN.contains(&end))
            && !GENERATED.contains(&path.as_str())
        {
            files.push(File {
                text: fs::read_to_string(entry.path())?,
                path,
            });
        }
    }
    Ok(())
}
