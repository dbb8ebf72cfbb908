//! The arrows of the architecture: the only dependencies allowed between our own crates.

use crate::Outcome;
use crate::process::Process;
use serde_json::Value;
use std::collections::BTreeMap;

/// A crate and those of ours it may depend on. A crate that is not listed may not exist.
const ALLOWED: &[(&str, &[&str])] = &[
    ("birdcall-protocol", &[]),
    ("birdcall-call", &["birdcall-protocol"]),
    (
        "birdcall-store",
        &["birdcall-protocol", "birdcall-testing-postgres"],
    ),
    // A server for tests; nothing of it is in the program.
    ("birdcall-testing-postgres", &[]),
    ("birdcall-relay", &[]),
    (
        "birdcall-server",
        &[
            "birdcall-call",
            "birdcall-store",
            "birdcall-relay",
            "birdcall-protocol",
            "birdcall-testing-postgres",
        ],
    ),
    // It measures the relay as a process of its own, and speaks to it with the relay's codec. People for the server are
    // written into the database before it starts, which may be a PostgreSQL that it tortures.
    (
        "birdcall-bench",
        &[
            "birdcall-relay",
            "birdcall-store",
            "birdcall-protocol",
            "birdcall-testing-postgres",
        ],
    ),
    (
        "birdcall-fuzz",
        &["birdcall-call", "birdcall-relay", "birdcall-protocol"],
    ),
    ("xtask", &[]),
];

/// Each of our crates with everything it depends on, for building, testing or running.
pub(super) type Graph = BTreeMap<String, Vec<String>>;

/// The graph as Cargo sees it.
pub(super) fn workspace() -> Outcome<Graph> {
    let text = Process::cargo(&["metadata", "--format-version", "1", "--no-deps"]).stdout()?;
    read(&text)
}

fn read(text: &str) -> Outcome<Graph> {
    let metadata: Value =
        serde_json::from_str(text).map_err(|error| format!("cargo metadata: {error}"))?;
    let list = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned();
    let name = |value: &Value| value.get("name").and_then(Value::as_str).map(str::to_owned);
    let packages = list(&metadata, "packages").ok_or("cargo metadata lists no packages")?;
    Ok(packages
        .iter()
        .filter_map(|package| {
            let dependencies = list(package, "dependencies")?;
            Some((
                name(package)?,
                dependencies.iter().filter_map(name).collect(),
            ))
        })
        .collect())
}

/// One sentence for each arrow that is not allowed.
pub(super) fn check(graph: &Graph) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, dependencies) in graph {
        let Some((_, allowed)) = ALLOWED.iter().find(|(listed, _)| listed == name) else {
            broken.push(format!(
                "{name} has no place in the architecture (xtask/src/rules/arrows.rs)"
            ));
            continue;
        };
        for dependency in dependencies {
            let ours = graph.contains_key(dependency)
                || ALLOWED.iter().any(|(listed, _)| listed == dependency);
            if ours && !allowed.contains(&dependency.as_str()) {
                broken.push(format!("{name} must not depend on {dependency}"));
            }
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(arrows: &[(&str, &[&str])]) -> Graph {
        arrows
            .iter()
            .map(|(name, to)| {
                (
                    (*name).to_owned(),
                    to.iter().map(|to| (*to).to_owned()).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn the_architecture_itself_is_allowed() {
        assert_eq!(check(&graph(ALLOWED)), Vec::<String>::new());
    }

    #[test]
    fn foreign_crates_are_no_concern_of_this_rule() {
        assert!(
            check(&graph(&[(
                "birdcall-call",
                &["serde", "birdcall-protocol"]
            )]))
            .is_empty()
        );
    }

    #[test]
    fn forbidden_arrows_are_found() {
        for (from, to) in [
            ("birdcall-call", "birdcall-store"),
            ("birdcall-store", "birdcall-call"),
            ("birdcall-protocol", "birdcall-call"),
            ("birdcall-relay", "birdcall-protocol"),
            ("birdcall-store", "birdcall-server"),
            ("birdcall-bench", "birdcall-server"),
            ("xtask", "birdcall-server"),
            ("birdcall-relay", "birdcall-fuzz"),
        ] {
            assert_eq!(
                check(&graph(&[(from, &[to])])),
                [format!("{from} must not depend on {to}")]
            );
        }
    }

    #[test]
    fn a_new_crate_has_to_be_given_a_place() {
        let broken = check(&graph(&[("birdcall-common", &[])]));
        assert_eq!(broken.len(), 1, "{broken:?}");
    }

    #[test]
    fn dependencies_of_every_kind_are_read() {
        let text = r#"{"packages": [{"name": "birdcall-call", "dependencies": [
            {"name": "serde", "kind": null}, {"name": "birdcall-store", "kind": "dev"}]}]}"#;
        let graph = read(text).unwrap();
        assert_eq!(graph["birdcall-call"], ["serde", "birdcall-store"]);
        assert_eq!(check(&graph).len(), 1);
    }
}
