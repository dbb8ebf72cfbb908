//! The program `birdcall`, built for development.

use crate::process::Process;
use crate::{Outcome, root};
use std::fs;
use std::path::{Path, PathBuf};

/// What tests start: the program as it is, the one whose protections can be switched off, and the bench.
pub(crate) struct Programs {
    pub(crate) whole: PathBuf,
    pub(crate) broken: PathBuf,
    pub(crate) bench: PathBuf,
}

/// Builds all three.
pub(crate) fn build_all() -> Outcome<Programs> {
    let broken = build_broken()?;
    Ok(Programs {
        whole: build()?,
        broken,
        bench: build_bench()?,
    })
}

/// Builds it. The web app has to be built before, because it is put into the program.
pub(crate) fn build() -> Outcome<PathBuf> {
    built("birdcall", &[])
}

/// Builds the program of the packet tests, whose protections can be switched off, and puts it aside: the next build has
/// the same name.
pub(crate) fn build_broken() -> Outcome<PathBuf> {
    let program = built(
        "birdcall",
        &["--features", "birdcall-server/broken-protections"],
    )?;
    let aside = target().join("broken-protections");
    let say = |error: std::io::Error| format!("{}: {error}", aside.display());
    fs::create_dir_all(&aside).map_err(say)?;
    let copy = aside.join("birdcall");
    fs::copy(program, &copy).map_err(say)?;
    Ok(copy)
}

/// Builds it as it is released, and the bench, and tells the folder of both.
pub(crate) fn build_release() -> Outcome<PathBuf> {
    let words = ["build", "--quiet", "--release", "--locked"];
    let packages = [
        "--package",
        "birdcall-server",
        "--package",
        "birdcall-bench",
    ];
    Process::cargo(&[&words[..], &packages].concat()).go()?;
    Ok(target().join("release"))
}

/// The same of the program whose protections can be switched off, as it is released otherwise.
pub(crate) fn build_broken_release() -> Outcome<PathBuf> {
    let words = [
        "build",
        "--quiet",
        "--release",
        "--locked",
        "--package",
        "birdcall-server",
    ];
    let apart = target().join("broken-protections");
    let apart = apart.to_str().ok_or("the folder's name is not UTF-8")?;
    let more = ["--features", "broken-protections", "--target-dir", apart];
    Process::cargo(&[&words[..], &more].concat()).go()?;
    Ok(Path::new(apart).join("release").join("birdcall"))
}

/// Builds the bench for development: it makes the weather in tests.
pub(crate) fn build_bench() -> Outcome<PathBuf> {
    built("birdcall-bench", &[])
}

/// Builds one program of the workspace. Chosen out of the whole workspace and not by its package: libraries then have
/// the features that they have in the checks before, and are not built a second time. For the same reason with all
/// examples, of which there are none: as soon as Cargo is to build some, libraries have what tests want of them too.
fn built(name: &str, more: &[&str]) -> Outcome<PathBuf> {
    let mut words = vec![
        "build",
        "--quiet",
        "--workspace",
        "--bin",
        name,
        "--examples",
    ];
    words.extend(more);
    Process::cargo(&words).go()?;
    Ok(program(name))
}

fn program(name: &str) -> PathBuf {
    target()
        .join("debug")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |folder| root().join(folder))
}
