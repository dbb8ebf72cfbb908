//! Rules that no compiler knows: who may depend on whom, and how the house is kept. Each is checked by
//! `cargo xtask check` and by `cargo test -p xtask`, and each has a test that sees it fail.

mod arrows;
mod files;
mod links;
mod locks;
mod pure;
mod sides;
mod tidy;

use crate::Outcome;

/// The arrows between our own crates.
pub(crate) fn dependencies() -> Outcome {
    tell(&arrows::check(&arrows::workspace()?))
}

/// All other rules.
pub(crate) fn tidy() -> Outcome {
    let files = files::all()?;
    let mut broken = tidy::check(&files);
    broken.extend(pure::check(&files));
    broken.extend(sides::check(&files));
    broken.extend(links::check(&files));
    broken.extend(locks::check()?);
    tell(&broken)
}

fn tell(broken: &[String]) -> Outcome {
    if broken.is_empty() {
        return Ok(());
    }
    Err(broken.join("\n"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_workspace_keeps_the_dependency_rules() {
        assert_eq!(super::dependencies(), Ok(()));
    }

    #[test]
    fn the_workspace_is_tidy() {
        assert_eq!(super::tidy(), Ok(()));
    }
}
