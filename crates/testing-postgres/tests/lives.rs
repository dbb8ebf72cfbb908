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

/// A server that does not end when it is told to, as on a full disk, holds nobody up who gives it up.
#[test]
fn one_that_is_given_up_is_waited_for_no_longer_and_does_not_come_back() {
    let mut server = Server::start(Disk::Skipped).unwrap();
    let url = server.url("postgres");
    let folder = url.split("host=").nth(1).unwrap();
    let folder = folder.split('&').next().unwrap().to_owned();
    let file = std::fs::read_to_string(format!("{folder}/data/postmaster.pid")).unwrap();
    let process = file.lines().next().unwrap().to_owned();
    // It does not hear what it is told.
    let still = Command::new("kill").args(["-STOP", &process]).status();
    assert!(still.unwrap().success());
    let stopper = server.stopper();
    let waits = thread::spawn(move || {
        server.stop();
        (server.again(), server)
    });
    thread::sleep(Duration::from_millis(500));
    assert!(!waits.is_finished());
    let begun = Instant::now();
    stopper.give_up();
    let (again, server) = waits.join().unwrap();
    assert_eq!(again, Err("it was given up".to_owned()));
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    drop(server);
    assert!(!Path::new(&folder).exists());
    // Who takes its end note is not this program.
    let stat = format!("/proc/{process}/stat");
    while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
        assert!(begun.elapsed() < PATIENCE, "PostgreSQL lives on");
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
