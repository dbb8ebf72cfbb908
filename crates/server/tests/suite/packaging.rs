//! What is packaged goes with the program: its example configuration, and what a service manager is told.

use super::process::{Program, birdcall};
use birdcall_server::config::Options;
use std::os::unix::net::UnixDatagram;
use std::process::Stdio;
use std::time::Duration;

const EXAMPLE: &str = include_str!("../../../../packaging/birdcall.toml");

/// Each key of the example is one that the program knows, in force or not, and so is each value.
#[test]
fn no_key_of_the_example_is_stale() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("birdcall.toml");
    let read = |text: &str| {
        std::fs::write(&file, text).unwrap();
        Options::default().with_file(Some(&file))
    };
    let in_force = read(EXAMPLE).unwrap().resolve().unwrap();
    assert_eq!(in_force.listen.port(), 443);
    let keys: Vec<String> = EXAMPLE
        .lines()
        .map(|line| line.trim_start_matches("# "))
        .filter(|line| {
            line.split_once(" = ")
                .is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
        })
        .map(str::to_owned)
        .collect();
    assert!(keys.len() > 30, "{keys:#?}");
    read(&keys.join("\n")).unwrap();
    // The positive control: one that is not known is noticed.
    assert!(read(&format!("{}\nrings = 3\n", keys.join("\n"))).is_err());
    // Each way to HTTPS fits together with what is in force.
    let line = |key: &str| {
        let found = keys.iter().find(|line| line.starts_with(key));
        found.unwrap_or_else(|| panic!("no {key}")).clone()
    };
    for way in [
        vec![
            line("acme_domains"),
            line("acme_email"),
            line("acme_http_listen"),
        ],
        vec![line("tls_cert"), line("tls_key")],
        vec![line("behind_proxy")],
    ] {
        let text = format!("{EXAMPLE}\n{}\n", way.join("\n"));
        assert!(read(&text).unwrap().resolve().unwrap().secure, "{way:?}");
    }
}

/// sd_notify(3), and in the right order.
#[test]
fn a_service_manager_is_told_when_it_is_ready_and_when_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let hear = || {
        let mut buffer = [0; 256];
        let read = manager.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..read].to_vec()).unwrap()
    };
    let program = Program::spawn(
        birdcall(&folder.path().join("data"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(["--relay-listen", "127.0.0.1:0"])
            .env("NOTIFY_SOCKET", &path)
            .stderr(Stdio::null()),
    );
    assert_eq!(hear(), "READY=1");
    let kill = std::process::Command::new("kill")
        .args(["-TERM", &program.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    assert_eq!(hear(), "STOPPING=1");
}
