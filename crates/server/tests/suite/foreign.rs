//! The relay, in a process of its own, through coturn's client: it allocates, binds a channel or sends indications, and
//! gets back what the other leg, a client of another make, echoes.

use super::client::Client;
use super::relay::RelayProgram;
use std::process::{Command, Stdio};

/// More than three are numbered with bytes that nothing in a call begins with (RFC 7983).
const MESSAGES: &str = "3";

/// How coturn's client is asked to do it, and what that is. It pads ChannelData over TCP when asked for it.
const WAYS: &[(&[&str], &str)] = &[
    (&[], "channels over UDP"),
    (&["-s"], "indications over UDP"),
    (&["-t", "-D"], "channels over TCP"),
    (&["-t", "-s"], "indications over TCP"),
];

#[test]
fn coturns_client_talks_to_the_other_leg() {
    for (flags, way) in WAYS {
        let relay = RelayProgram::start();
        let [caller, callee] = relay.credentials();
        let mut echo = Client::new("127.0.0.1:0", relay.address, &callee);
        let own = echo.allocate();
        assert!(echo.permit("203.0.113.1:9".parse().unwrap()));
        let mut client = Command::new("turnutils_uclient")
            .args(*flags)
            // No second port for RTCP.
            .arg("-c")
            .args(["-n", MESSAGES, "-l", "160"])
            .args(["-e", &own.ip().to_string()])
            .args(["-r", &own.port().to_string()])
            .args(["-u", &caller.username, "-w", &caller.password])
            .args(["-p", &relay.address.port().to_string()])
            .arg(relay.address.ip().to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("turnutils_uclient, of Debian's package coturn");
        while client.try_wait().unwrap().is_none() {
            if let Some((from, payload)) = echo.hears() {
                echo.say(from, &payload);
            }
        }
        let said = client.wait_with_output().unwrap().stdout;
        let said = String::from_utf8_lossy(&said);
        let count = format!("tot_send_msgs={MESSAGES}, tot_recv_msgs={MESSAGES}");
        assert!(said.contains(&count), "{way}: {said}");
    }
}
