//! An npm lock file names every package that any package in it asks for, also those of other platforms. npm writes
//! one that does not where a package could not be had, and then `npm ci` fails on a fresh clone.

use crate::{Outcome, root};
use serde_json::{Map, Value};
use std::fs;

const LOCKS: &[&str] = &["web/package-lock.json", "e2e/package-lock.json"];

/// One sentence for each package that is asked for and not there.
pub(super) fn check() -> Outcome<Vec<String>> {
    let mut broken = Vec::new();
    for path in LOCKS {
        let text =
            fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
        broken.extend(
            missing(&text)?
                .iter()
                .map(|name| format!("{path}: {name} is missing")),
        );
    }
    Ok(broken)
}

fn missing(lock: &str) -> Outcome<Vec<String>> {
    let lock: Value =
        serde_json::from_str(lock).map_err(|error| format!("a lock file: {error}"))?;
    let packages = lock
        .get("packages")
        .and_then(Value::as_object)
        .ok_or("a lock file lists no packages")?;
    let mut missing = Vec::new();
    for package in packages.values() {
        for kind in ["dependencies", "devDependencies", "optionalDependencies"] {
            let asked = package.get(kind).and_then(Value::as_object);
            for name in asked.into_iter().flat_map(Map::keys) {
                let end = format!("node_modules/{name}");
                if !packages.keys().any(|path| path.ends_with(&end)) {
                    missing.push(name.clone());
                }
            }
        }
    }
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_of_another_platform_may_not_be_missing() {
        let lock = r#"{"packages": {
            "": {"devDependencies": {"linter": "1"}},
            "node_modules/linter": {"optionalDependencies": {"@linter/linux": "1", "@linter/mac": "1"}},
            "node_modules/@linter/linux": {}
        }}"#;
        assert_eq!(missing(lock), Ok(vec!["@linter/mac".to_owned()]));
    }
}
