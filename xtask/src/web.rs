//! The web app: its packages, its build, its own checks.

use crate::counts::Counts;
use crate::process::{Process, on_path};
use crate::{Outcome, root};
use serde_json::{Map, Value};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// What the build reads, below `web/`.
const SOURCES: &[&str] = &[
    "src",
    "public",
    "scripts",
    "index.html",
    "package-lock.json",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
];

/// Installs the packages of a folder unless what is there is what the lock file says.
pub(crate) fn packages(folder: &str) -> Outcome {
    needs_node()?;
    let installed = read_packages(&format!("{folder}/node_modules/.package-lock.json"));
    let wanted = read_packages(&format!("{folder}/package-lock.json"))?;
    if installed.is_ok_and(|installed| fits(&wanted, &installed)) {
        println!("packages of {folder}: as locked");
        return Ok(());
    }
    Process::npm(folder, &["ci", "--no-audit", "--no-fund"]).go()
}

fn needs_node() -> Outcome {
    let wanted = "Node.js 20.19 or newer with npm";
    if on_path("node").is_none() || on_path("npm").is_none() {
        return Err(format!("install {wanted}"));
    }
    let version = Process::new("node", &["--version"]).stdout()?;
    let version = version.trim();
    if is_new_enough(version) {
        Ok(())
    } else {
        Err(format!("this is Node.js {version}; install {wanted}"))
    }
}

/// `v20.19.0` is, `v20.18.3` is not.
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version
        .trim_start_matches('v')
        .split('.')
        .map_while(|number| number.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(20), Some(19))
}

/// Builds the app unless nothing it is made of has changed.
pub(crate) fn build_if_changed() -> Outcome {
    let stamp = root().join("target/xtask/web.stamp");
    let now = fingerprint()?;
    let built = root().join("web/dist/index.html").is_file();
    if built && fs::read_to_string(&stamp).is_ok_and(|then| then == now) {
        println!("web app: unchanged");
        return Ok(());
    }
    build()
}

/// Builds the app and checks its size.
pub(crate) fn build() -> Outcome {
    let stamp = root().join("target/xtask/web.stamp");
    let now = fingerprint()?;
    Process::npm("web", &["run", "build"]).go()?;
    fs::create_dir_all(root().join("target/xtask"))
        .and_then(|()| fs::write(&stamp, now))
        .map_err(|error| format!("{} cannot be written: {error}", stamp.display()))
}

/// One of the scripts in `web/package.json`.
pub(crate) fn script(name: &str) -> Outcome {
    Process::npm("web", &["run", name]).go()
}

/// The browser tests are JavaScript too; the linter that is here reads them by rules of their own.
pub(crate) fn lint_browser_tests() -> Outcome {
    Process::npm(
        "web",
        &[
            "exec",
            "--",
            "biome",
            "ci",
            "--error-on-warnings",
            "--config-path=../e2e/biome.json",
            "../e2e",
        ],
    )
    .go()
}

/// The unit tests.
pub(crate) fn unit_tests() -> Outcome<Counts> {
    let shown = Process::npm("web", &["run", "test"]).shown()?;
    Ok(Counts::of_vitest(&shown))
}

fn read_packages(path: &str) -> Outcome<Map<String, Value>> {
    let text = fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
    let lock: Value = serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
    match lock.get("packages") {
        Some(Value::Object(packages)) => Ok(packages.clone()),
        Some(_) | None => Err(format!("{path} lists no packages")),
    }
}

/// Whether the installed packages are the wanted ones. Optional ones may be absent: those of other platforms are.
fn fits(wanted: &Map<String, Value>, installed: &Map<String, Value>) -> bool {
    let hash = |package: &Value| package.get("integrity").cloned();
    let complete = wanted.iter().all(|(path, package)| {
        let may_be_absent = path.is_empty() || package.get("optional") == Some(&Value::Bool(true));
        match installed.get(path) {
            Some(there) => hash(there) == hash(package),
            None => may_be_absent,
        }
    });
    complete && installed.keys().all(|path| wanted.contains_key(path))
}

fn fingerprint() -> Outcome<String> {
    let mut hasher = DefaultHasher::new();
    for source in SOURCES {
        hash_below(&root().join("web").join(source), &mut hasher)
            .map_err(|error| format!("web/{source} cannot be read: {error}"))?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn hash_below(path: &Path, hasher: &mut DefaultHasher) -> std::io::Result<()> {
    if path.is_dir() {
        let mut inside = fs::read_dir(path)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()?;
        inside.sort();
        for path in inside {
            hash_below(&path, hasher)?;
        }
    } else if path.is_file() {
        path.hash(hasher);
        fs::read(path)?.hash(hasher);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(text: &str) -> Map<String, Value> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn an_old_node_is_told_from_a_new_one() {
        for (version, enough) in [
            ("v20.19.0", true),
            ("v22.1.0", true),
            ("v20.18.3", false),
            ("v9.30.0", false),
        ] {
            assert_eq!(is_new_enough(version), enough, "{version}");
        }
        assert!(!is_new_enough("?"));
    }

    #[test]
    fn only_what_the_lock_says_counts_as_installed() {
        let wanted = packages(
            r#"{"": {}, "node_modules/a": {"integrity": "1"},
                "node_modules/mac": {"integrity": "2", "optional": true}}"#,
        );
        let exact = packages(r#"{"node_modules/a": {"integrity": "1"}}"#);
        let other = packages(r#"{"node_modules/a": {"integrity": "9"}}"#);
        let more = packages(
            r#"{"node_modules/a": {"integrity": "1"}, "node_modules/b": {"integrity": "3"}}"#,
        );
        assert!(fits(&wanted, &exact));
        assert!(!fits(&wanted, &other));
        assert!(!fits(&wanted, &more));
        assert!(!fits(&wanted, &packages("{}")));
    }
}
