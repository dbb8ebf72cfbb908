//! Rules in the web app are values too: a file `….pure.ts` knows nothing of the browser, the hour or luck. The
//! type checker sees such files without the browser's types; this rule finds what types do not show.

use super::files::File;

/// The ending that promises it.
const PURE: &str = ".pure.ts";

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
    for file in files.iter().filter(|file| file.path.ends_with(PURE)) {
        // An import may go over several lines; its first one says whether it is of types.
        let mut opened = "";
        for (number, line) in file.text.lines().enumerate() {
            let code = line.trim_start();
            if ["//", "*", "/*"]
                .iter()
                .any(|comment| code.starts_with(comment))
            {
                continue;
            }
            let mut tell = |what: &str| {
                broken.push(format!(
                    "{}:{}: `{what}` in a pure file",
                    file.path,
                    number + 1
                ));
            };
            for word in FOREIGN.iter().filter(|word| code.contains(**word)) {
                tell(word);
            }
            if code.starts_with("import ") || code.starts_with("export ") {
                opened = code;
            }
            if let Some(from) = imported(code)
                && !may_import(opened, from)
            {
                tell(from);
            }
        }
    }
    broken
}

/// A pure file uses other pure files; of the rest it may know types.
fn may_import(code: &str, from: &str) -> bool {
    let pure = from.ends_with(".pure") || from.ends_with(PURE);
    from.starts_with('.')
        && (pure || code.starts_with("import type ") || code.starts_with("export type "))
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
            path: "web/src/call/machine.pure.ts".to_owned(),
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
        assert_eq!(broken("import { socket } from '../live/socket';"), 1);
        assert_eq!(broken("setTimeout(ring, 5);"), 1);
    }

    #[test]
    fn its_own_words_are_not() {
        assert_eq!(broken("import type { Frame } from \"../api/types\";"), 0);
        assert_eq!(broken("import { step } from \"./step.pure\";"), 0);
        assert_eq!(
            broken("import type {\n  Frame,\n} from \"../api/types\";"),
            0
        );
        assert_eq!(broken("import {\n  socket,\n} from \"../live/socket\";"), 1);
        assert_eq!(broken("// The session makes the RTCPeerConnection."), 0);
        assert_eq!(broken("const next = { phase: \"ringing\" };"), 0);
    }
}
