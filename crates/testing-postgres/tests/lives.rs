//! A server lives as long as whoever started it, and keeps what it has to over every end but that one.

use birdcall_testing_postgres::{Disk, Server};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Set where this program is to be the one that is killed.
const VICTIM: &str = "BIRDCALL_TEST_VICTIM";

/// How long what is killed may take to be gone.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn it_is_gone_with_who_started_it_also_when_that_is_killed() {
    if std::env::var_os(VICTIM).is_some() {
        let server = Server::start(Disk::Skipped).unwrap();
        println!("\nserves {}", server.url("postgres"));
        loop {
            thread::park();
        }
    }
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "it_is_gone_with_who_started_it_also_when_that_is_killed",
        ])
        .arg("--nocapture")
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let url = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("serves ").map(str::to_owned))
        .unwrap();
    let folder = url
        .split("host=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let folder = Path::new(folder);
    assert!(folder.exists());
    victim.kill().unwrap();
    victim.wait().unwrap();
    let begun = Instant::now();
    while folder.exists() {
        assert!(
            begun.elapsed() < PATIENCE,
            "{} is still there",
            folder.display()
        );
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_was_committed_is_there_however_it_ended() {
    let mut server = Server::start(Disk::Synced).unwrap();
    server.empty("kept");
    server.sql_in("kept", "CREATE TABLE kept (n INT)");
    let ends: [fn(&mut Server); 3] = [Server::stop, Server::crash, Server::kill];
    for (n, end) in ends.into_iter().enumerate() {
        server.sql_in("kept", &format!("INSERT INTO kept VALUES ({n})"));
        end(&mut server);
        server.again().unwrap();
        let kept = server.sql_in("kept", "SELECT count(*) FROM kept");
        assert_eq!(kept.trim(), (n + 1).to_string());
    }
}
