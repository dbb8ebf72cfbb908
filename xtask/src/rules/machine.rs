//! The call's rules in the web app are a value too: `machine.ts` knows nothing of the browser (design: the split).

use super::files::File;

const MACHINE: &str = "web/src/call/machine.ts";

/// What only a browser has, and what would make the machine depend on the hour or on luck.
const FOREIGN: &[&str] = &[
    "window.",
    "document.",
    "navigator.",
    "globalThis",
    "RTCPeerConnection",
    "MediaStream",
    "WebSocket",
    "localStorage",
    "sessionStorage",
    "fetch(",
    "setTimeout(",
    "setInterval(",
    "Date.now(",
    "new Date(",
    "performance.",
    "Math.random(",
    "crypto.",
    "$state",
    "$effect",
];

/// One sentence for each line that breaks the rule.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut broken = Vec::new();
    for file in files.iter().filter(|file| file.path == MACHINE) {
        for (number, line) in file.text.lines().enumerate() {
            let code = line.trim_start();
            if code.starts_with("//") || code.starts_with('*') || code.starts_with("/*") {
                continue;
            }
            let mut tell = |what: &str| {
                broken.push(format!(
                    "{MACHINE}:{}: `{what}` is of the browser",
                    number + 1
                ));
            };
            for word in FOREIGN.iter().filter(|word| code.contains(**word)) {
                tell(word);
            }
            if let Some(from) = imported(code)
                && !from.starts_with('.')
            {
                tell(from);
            }
            if imported(code).is_some_and(|from| from.ends_with(".svelte")) {
                tell("a component");
            }
        }
    }
    broken
}

/// The module an `import` or `export … from` names.
fn imported(code: &str) -> Option<&str> {
    let rest = code
        .split_once(" from ")
        .map(|(_, rest)| rest)
        .or_else(|| code.strip_prefix("import "))?;
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(line: &str) -> usize {
        check(&[File {
            path: MACHINE.to_owned(),
            text: line.to_owned(),
        }])
        .len()
    }

    #[test]
    fn the_browser_is_kept_out() {
        assert_eq!(broken("const pc = new RTCPeerConnection();"), 1);
        assert_eq!(broken("import { tick } from \"svelte\";"), 1);
        assert_eq!(broken("import \"svelte\";"), 1);
        assert_eq!(broken("import Tile from './Tile.svelte';"), 1);
        assert_eq!(broken("setTimeout(ring, 5);"), 1);
    }

    #[test]
    fn its_own_words_are_not() {
        assert_eq!(broken("import type { Frame } from \"../api/frames\";"), 0);
        assert_eq!(broken("// The session makes the RTCPeerConnection."), 0);
        assert_eq!(broken("const next = { phase: \"ringing\" };"), 0);
    }
}
