//! What tests and the bench need of the machine.

use crate::Outcome;
use crate::process::{Process, on_path};
use std::fs;
use std::path::Path;

/// A program, and the Debian package it comes from.
const NEEDED: &[(&str, &str)] = &[
    ("chromium", "chromium"),
    ("firefox-esr", "firefox-esr"),
    ("fc-list", "fontconfig"),
    // A desktop's notification area, where presses on notifications are made.
    ("dbus-daemon", "dbus-daemon"),
    // Networks of namespaces, and what passes in them.
    ("ip", "iproute2"),
    ("nft", "nftables"),
    ("tcpdump", "tcpdump"),
    ("openssl", "openssl"),
    // Notes what is written and synced, for the test of lost power.
    ("strace", "strace"),
    ("certutil", "libnss3-tools"),
    // Between several nodes.
    ("nats-server", "nats-server"),
];

/// Fonts are no programs, and a page without any is no page.
const FONTS: &[&str] = &[
    "fonts-dejavu-core",
    "fonts-liberation",
    "fonts-noto-color-emoji",
];

/// Installs what is missing where that is possible: on Debian, as root. Elsewhere it says what is missing.
pub(crate) fn for_browsers() -> Outcome {
    let missing = missing_packages();
    if missing.is_empty() {
        println!("what the browser tests need is here");
        return Ok(());
    }
    install("the browser tests", &missing)
}

/// Installs coturn where it is missing, and sees to it that Debian does not run it as a service.
pub(crate) fn coturn() -> Outcome {
    if on_path("turnserver").is_some() {
        return Ok(());
    }
    install("the tests of the relay and its bench", &["coturn"])?;
    if on_path("systemctl").is_some() {
        Process::new("systemctl", &["disable", "--now", "coturn"]).go()?;
    }
    Ok(())
}

/// Installs pebble where it is missing: an authority for certificates that is not ours.
pub(crate) fn pebble() -> Outcome {
    if on_path("pebble").is_some() {
        return Ok(());
    }
    install("the tests of certificates", &["pebble"])
}

/// Installs PostgreSQL where it is missing, and sees to it that Debian makes no database of its own and runs no service:
/// tests start servers in folders of their own.
pub(crate) fn postgres() -> Outcome {
    // Debian puts servers beside the path, each version in a folder; one with a client alone has no `initdb`.
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let server = debian
        .flatten()
        .any(|version| version.path().join("bin/initdb").exists());
    if on_path("initdb").is_some() || server {
        return Ok(());
    }
    let settings = Path::new("/etc/postgresql-common");
    if is_root() && on_path("apt-get").is_some() && !settings.exists() {
        let say = |error: std::io::Error| format!("{}: {error}", settings.display());
        fs::create_dir_all(settings).map_err(say)?;
        fs::write(
            settings.join("createcluster.conf"),
            "create_main_cluster = false\n",
        )
        .map_err(say)?;
    }
    install("the tests on PostgreSQL", &["postgresql"])?;
    if on_path("systemctl").is_some() {
        Process::new("systemctl", &["disable", "--now", "postgresql"]).go()?;
    }
    Ok(())
}

/// Installs what several nodes need between them, where it is missing: NATS and PostgreSQL.
pub(crate) fn for_nodes() -> Outcome {
    if on_path("nats-server").is_none() {
        install("several nodes", &["nats-server"])?;
    }
    postgres()
}

fn install(whom: &str, missing: &[&str]) -> Outcome {
    let list = missing.join(" ");
    let may = on_path("apt-get").is_some() && is_root();
    if !may {
        return Err(format!(
            "missing for {whom}: {list}\non Debian: sudo apt-get install --no-install-recommends {list}"
        ));
    }
    println!("installing {list}");
    Process::new("apt-get", &["update", "-q"]).go()?;
    let mut arguments = vec!["install", "-q", "-y", "--no-install-recommends"];
    arguments.extend(missing);
    Process::new("apt-get", &arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .go()
}

fn missing_packages() -> Vec<&'static str> {
    let mut missing: Vec<&str> = NEEDED
        .iter()
        .filter(|(program, _)| on_path(program).is_none())
        .map(|(_, package)| *package)
        .collect();
    let fonts = Process::new("fc-list", &["--format", "%{family}\n"])
        .stdout()
        .unwrap_or_default();
    if !fonts.contains("DejaVu")
        || !fonts.contains("Liberation")
        || !fonts.contains("Noto Color Emoji")
    {
        missing.extend(FONTS);
    }
    missing
}

fn is_root() -> bool {
    Process::new("id", &["-u"])
        .stdout()
        .is_ok_and(|id| id.trim() == "0")
}
