//! A link in a document leads somewhere.

use super::files::File;
use crate::root;
use std::path::Path;

/// One sentence for each link between our own files that leads nowhere.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut broken = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".md")) {
        let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
        for target in targets(&file.text) {
            let inside = target.split('#').next().unwrap_or_default();
            let outside = inside.contains("://") || inside.starts_with("mailto:");
            if !inside.is_empty() && !outside && !root().join(folder).join(inside).exists() {
                broken.push(format!("{}: the link to {target} leads nowhere", file.path));
            }
        }
    }
    broken
}

/// What stands in the round brackets of `[words](target)`.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str) -> usize {
        check(&[File {
            path: "xtask/README.md".to_owned(),
            text: text.to_owned(),
        }])
        .len()
    }

    #[test]
    fn a_link_into_nothing_is_found() {
        assert_eq!(broken("see [the command](src/nowhere.rs)"), 1);
        assert_eq!(
            broken("see [the command](src/main.rs#L1) and [this](#here)"),
            0
        );
        assert_eq!(
            broken("![picture](../Cargo.toml) and [RFC](https://example.org/x)"),
            0
        );
    }
}
