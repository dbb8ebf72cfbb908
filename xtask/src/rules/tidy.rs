//! How the house is kept: small files, plain names, nothing put off.

use super::files::File;

/// Lines of code past which a file becomes a folder.
const MAX_LINES: usize = 800;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &[
    "util", "utils", "common", "helper", "helpers", "core", "misc",
];

/// Words that put something off or hush something up, with why they are not wanted. They are put together here,
/// so that this file does not hold them.
const UNWANTED: &[(&[&str], &str)] = &[
    (&["TO", "DO"], "do it, or write an issue"),
    (&["FIX", "ME"], "do it, or write an issue"),
    (&["todo", "!("], "do it, or write an issue"),
    (&["#[ig", "nore"], "a test that does not run is none"),
    (
        &["#[al", "low("],
        "`#[expect]` says when it is no longer needed",
    ),
    (
        &["#![al", "low("],
        "`#![expect]` says when it is no longer needed",
    ),
    (&["it.sk", "ip("], "a test that does not run is none"),
    (&["test.sk", "ip("], "a test that does not run is none"),
    (&["describe.sk", "ip("], "a test that does not run is none"),
    (&["it.on", "ly("], "it keeps all other tests from running"),
    (&["test.on", "ly("], "it keeps all other tests from running"),
    (
        &["describe.on", "ly("],
        "it keeps all other tests from running",
    ),
    (
        &["@ts-ig", "nore"],
        "`@ts-expect-error` says when it is no longer needed",
    ),
];

/// One sentence for each rule broken.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut broken = Vec::new();
    for file in files.iter().filter(|file| is_code(&file.path)) {
        let lines = lines_of_code(file);
        if lines > MAX_LINES {
            broken.push(format!(
                "{}: {lines} lines of code; past {MAX_LINES} it becomes a folder",
                file.path
            ));
        }
        if let Some(name) = empty_name(&file.path) {
            broken.push(format!(
                "{}: `{name}` does not say what is inside",
                file.path
            ));
        }
        for (number, line) in file.text.lines().enumerate() {
            for (parts, reason) in UNWANTED {
                let word = parts.concat();
                if line.contains(&word) {
                    broken.push(format!("{}:{}: `{word}`: {reason}", file.path, number + 1));
                }
            }
        }
    }
    broken
}

fn is_code(path: &str) -> bool {
    let inside = ["crates/", "bench/", "fuzz/", "web/", "e2e/", "xtask/"];
    inside.iter().any(|folder| path.starts_with(folder)) && !path.ends_with(".md")
}

/// Lines that are neither empty nor a comment alone. Unit tests at the end of a Rust file do not count.
fn lines_of_code(file: &File) -> usize {
    file.text
        .lines()
        .map(str::trim)
        .take_while(|line| *line != "mod tests {")
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .count()
}

fn empty_name(path: &str) -> Option<&str> {
    path.split('/')
        .map(|part| part.split('.').next().unwrap_or(part))
        .find(|name| EMPTY_NAMES.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(path: &str, text: &str) -> usize {
        check(&[File {
            path: path.to_owned(),
            text: text.to_owned(),
        }])
        .len()
    }

    #[test]
    fn long_files_are_found_and_comments_do_not_count() {
        let code = "let a = 1;\n".repeat(MAX_LINES + 1);
        assert_eq!(broken("crates/call/src/call.rs", &code), 1);
        let talk = "// Why.\n\n".repeat(MAX_LINES + 1);
        assert_eq!(broken("crates/call/src/call.rs", &talk), 0);
        let tests = format!("mod tests {{\n{code}");
        assert_eq!(broken("crates/call/src/call.rs", &tests), 0);
    }

    #[test]
    fn empty_names_are_found_as_file_and_folder() {
        assert_eq!(broken("web/src/utils.ts", ""), 1);
        assert_eq!(broken("crates/server/tests/common/mod.rs", ""), 1);
        assert_eq!(broken("web/src/call/machine.ts", ""), 0);
    }

    #[test]
    fn every_unwanted_word_is_found() {
        for (parts, _) in UNWANTED {
            let line = format!("x {} y", parts.concat());
            assert_eq!(broken("e2e/tests/call.test.mjs", &line), 1, "{line}");
            assert_eq!(broken("README.md", &line), 0, "{line}");
        }
    }
}
