//! Pages run from left to right and from right to left. A style that names a side of the glass stands on the wrong one
//! in half of the world, so styles say `start` and `end`. Where the glass is meant, the line before says why:
//! `/* physical: … */`.

use super::files::File;

/// The mark of a line that may name a side, with a reason after it.
const MEANT: &str = "/* physical: ";

/// One sentence for each side named.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut broken = Vec::new();
    for file in files.iter().filter(|file| is_style(&file.path)) {
        let mut meant = false;
        for (number, line) in styles(file) {
            let code = line.trim();
            if let Some(what) = physical(code)
                && !meant
                && !code.contains(MEANT)
            {
                broken.push(format!(
                    "{}:{number}: `{what}` is a side of the glass; say start or end, or `{MEANT}why */` before it",
                    file.path
                ));
            }
            meant = code.contains(MEANT);
        }
    }
    broken
}

fn is_style(path: &str) -> bool {
    path.starts_with("web/src/")
        && [".svelte", ".css"].iter().any(|end| path.ends_with(end))
        // Maps the sides of the glass to start and end, once.
        && path != "web/src/styles/tokens.css"
}

/// The numbered lines of a style sheet, or of the style of a component.
fn styles(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let sheet = file.path.ends_with(".css");
    let mut inside = sheet;
    file.text.lines().enumerate().filter_map(move |(at, line)| {
        if !sheet && line.starts_with("<style") {
            inside = true;
        }
        if !sheet && line.starts_with("</style") {
            inside = false;
        }
        inside.then_some((at + 1, line))
    })
}

/// The part of a declaration that names a side.
fn physical(code: &str) -> Option<&str> {
    let (property, value) = code.split_once(':')?;
    let property = property.trim();
    if is_physical(property) {
        return Some(property);
    }
    let value = value.trim().trim_end_matches(';');
    let sided = ["text-align", "float", "clear"].contains(&property);
    if sided && ["left", "right"].contains(&value) {
        return Some(value);
    }
    if value.contains("to left") || value.contains("to right") {
        return Some(value);
    }
    // "top right bottom left": fine as long as right is left.
    if [
        "margin",
        "padding",
        "inset",
        "border-width",
        "border-radius",
    ]
    .contains(&property)
    {
        let parts = top_level(value);
        if let [_, right, _, left] = parts.as_slice()
            && right != left
        {
            return Some(value);
        }
    }
    None
}

fn is_physical(property: &str) -> bool {
    let names = property.split('-').collect::<Vec<_>>();
    // `--left` would be a name of our own.
    !property.starts_with("--")
        && property
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter == '-')
        && names.iter().any(|name| ["left", "right"].contains(name))
}

/// The parts of a value between spaces that are in no brackets.
fn top_level(value: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut depth = 0;
    let mut begin = 0;
    for (at, letter) in value.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ' ' if depth == 0 => {
                parts.push(&value[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&value[begin..]);
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(style: &str) -> usize {
        let file = |path: &str, text: String| File {
            path: path.to_owned(),
            text,
        };
        let sheet = file("web/src/styles/base.css", style.to_owned());
        let component = file(
            "web/src/ui/Pane.svelte",
            format!("<p>left: 1</p>\n<style>\n{style}\n</style>\n"),
        );
        let both = [check(&[sheet]).len(), check(&[component]).len()];
        assert_eq!(both[0], both[1], "{style}");
        both[0]
    }

    #[test]
    fn sides_of_the_glass_are_found() {
        for style in [
            "left: 0;",
            "  margin-right: 4px;",
            "border-top-left-radius: 4px;",
            "text-align: left;",
            "padding: 1px 2px 3px 4px;",
            "padding: 0 max(1px, 2px) 0 max(1px, 3px);",
            "background: linear-gradient(to right, red, blue);",
        ] {
            assert_eq!(broken(style), 1, "{style}");
        }
    }

    #[test]
    fn start_and_end_are_not() {
        for style in [
            "inset-inline-start: 0;",
            "text-align: start;",
            "padding: 1px 2px 3px 2px;",
            "padding: 1px 2px;",
            "--left: 1px;",
            ".left {",
            ".notes:hover > .left {",
            "/* physical: measured on the glass */\nleft: 0;",
        ] {
            assert_eq!(broken(style), 0, "{style}");
        }
    }

    #[test]
    fn a_reason_is_for_one_line() {
        let style = "/* physical: measured */\nleft: 0;\nright: 0;";
        assert_eq!(broken(style), 1);
    }
}
