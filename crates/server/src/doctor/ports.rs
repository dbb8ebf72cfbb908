//! Whether the ports answer, and as what they should.

use super::turn::{self, Outcome};
use super::{Report, State, web};
use crate::config::Config;
use crate::listen::certificate;
use birdcall_relay::credential::NodeKey;
use std::net::SocketAddr;
use tokio::net::lookup_host;

/// What is said where somebody should look into the log.
const LOOK: &str = "look into the log: journalctl -u birdcall -n 50";

/// The name that is asked for where only the address is known.
const NAME: &str = "localhost";

pub(super) async fn examine(config: &Config, key: Option<&NodeKey>, report: &mut Report) {
    let runs = web_port(config, report).await;
    if runs && let Some(listen) = config.metrics_listen {
        metrics(listen, report).await;
    }
    let Some(key) = key else { return };
    if runs && let Some(listen) = config.relay_listen {
        own_relay(config, listen, key, report).await;
    }
    for url in &config.relay_urls {
        named_relay(url, config.relay_listen.is_some(), key, report).await;
    }
}

/// Whether a server answers that is ours.
pub(super) async fn web_port(config: &Config, report: &mut Report) -> bool {
    let about = "web port";
    let listen = config.listen;
    if listen.port() == 0 {
        let says = "the system chooses a port at each start, so nobody can look at it";
        report.warning(about, says, "name one: listen = \"0.0.0.0:8443\"");
        return false;
    }
    let to = web::reachable(listen);
    let answers = asked(config, to, "/healthz").await;
    let healthy = match answers {
        Ok(answer) => answer.status == 200 && answer.body.contains("ok"),
        Err(Trouble::Connect) => {
            report.wrong(
                about,
                format!("nothing answers at {to}: the server does not run, or listens elsewhere"),
                "systemctl start birdcall, or birdcall serve; then journalctl -u birdcall -n 50",
            );
            return false;
        }
        Err(Trouble::Tls(kind)) => {
            report.wrong(
                about,
                format!("{to} takes connections, but not TLS ({kind}): another server, or one without this certificate"),
                "restart the server with this configuration: systemctl restart birdcall",
            );
            return false;
        }
        Err(Trouble::Http) => false,
    };
    let facts = asked(config, to, "/api/v1/server").await;
    if !healthy || !facts.is_ok_and(|facts| facts.body.contains("\"sign_up\"")) {
        report.wrong(
            about,
            format!("what answers at {to} is not birdcall"),
            format!(
                "find out who has the port: ss -ltnp 'sport = :{}'",
                to.port()
            ),
        );
        return false;
    }
    match asked(config, to, "/readyz").await {
        Ok(answer) if answer.status == 200 => {
            let how = if config.tls.is_some() {
                "HTTPS"
            } else {
                "HTTP"
            };
            report.ok(about, format!("{to} answers over {how} and is ready"));
        }
        Ok(answer) => report.wrong(
            about,
            format!("{to} answers and is not ready (status {})", answer.status),
            LOOK,
        ),
        Err(_) => report.wrong(
            about,
            format!("{to} does not say whether it is ready"),
            LOOK,
        ),
    }
    served_certificate(config, to, report).await;
    true
}

enum Trouble {
    Connect,
    Tls(String),
    Http,
}

async fn asked(config: &Config, to: SocketAddr, path: &str) -> Result<web::Answer, Trouble> {
    let stream = web::connect(to).await.map_err(|_| Trouble::Connect)?;
    let answer = if config.tls.is_some() {
        let stream = web::encrypt(stream, NAME)
            .await
            .map_err(|error| Trouble::Tls(error.kind().to_string()))?;
        web::get(stream, path).await
    } else {
        web::get(stream, path).await
    };
    answer.map_err(|_| Trouble::Http)
}

/// A file that was exchanged is no help while the old one is served.
async fn served_certificate(config: &Config, to: SocketAddr, report: &mut Report) {
    let Some((cert, key)) = &config.tls else {
        return;
    };
    let Ok(chain) = certificate::read(cert, key) else {
        return;
    };
    let Ok(stream) = web::connect(to).await else {
        return;
    };
    let Ok(stream) = web::encrypt(stream, NAME).await else {
        return;
    };
    let served = stream
        .get_ref()
        .1
        .peer_certificates()
        .and_then(<[_]>::first);
    if served != chain.first() {
        report.warning(
            "certificate",
            format!("{to} serves another one than {} holds", cert.display()),
            "it is taken within a minute; if not: systemctl restart birdcall",
        );
    }
}

async fn metrics(listen: SocketAddr, report: &mut Report) {
    let about = "metrics";
    let to = web::reachable(listen);
    let answer = match web::connect(to).await {
        Ok(stream) => web::get(stream, "/metrics").await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) if answer.body.contains("birdcall_sockets") => {
            report.ok(about, format!("{to} answers"));
        }
        _ if listen.port() == 0 => {}
        _ => report.warning(
            about,
            format!("{to} does not answer with figures of birdcall"),
            format!(
                "find out who has the port: ss -ltnp 'sport = :{}'",
                to.port()
            ),
        ),
    }
}

async fn own_relay(config: &Config, listen: SocketAddr, key: &NodeKey, report: &mut Report) {
    if listen.port() == 0 {
        let says = "the system chooses the relay's port at each start, so no firewall can be opened for it";
        report.warning("relay UDP", says, "name one: relay_listen = \"[::]:3478\"");
        return;
    }
    let to = web::reachable(listen);
    let port = to.port();
    say(
        "relay UDP",
        &to,
        turn::over_udp(to, key).await,
        State::Wrong,
        report,
    );
    let tcp = over_tcp(to, key).await;
    say("relay TCP", &to, tcp, State::Warning, report);
    if config.tls.is_some() {
        let tls = over_tls(to, NAME, key).await;
        say("relay TLS", &to, tls, State::Warning, report);
    }
    // A proxy in front passes no TURN on, so nobody is told of that way.
    if config.trust_proxy || config.listen.port() == 0 {
        return;
    }
    let web = web::reachable(config.listen);
    let outcome = if config.tls.is_some() {
        over_tls(web, NAME, key).await
    } else {
        over_tcp(web, key).await
    };
    say("relay on web", &web, outcome, State::Warning, report);
    if listen.ip().is_loopback() && !config.listen.ip().is_loopback() {
        report.wrong(
            "relay UDP",
            format!("the web port can be reached from outside, the relay at {listen} cannot"),
            format!("relay_listen = \"[::]:{port}\""),
        );
    }
}

/// A relay by its URL, as browsers get it.
async fn named_relay(url: &str, here_too: bool, key: &NodeKey, report: &mut Report) {
    let about = "relay URL";
    let Some(place) = Place::of(url) else {
        report.wrong(
            about,
            format!("{url} names no place"),
            "write it as turn:relay.example:3478?transport=udp",
        );
        return;
    };
    let host = place.host.trim_matches(['[', ']']);
    let to = match lookup_host((host, place.port))
        .await
        .map(|mut found| found.next())
    {
        Ok(Some(to)) => to,
        _ => {
            report.wrong(
                about,
                format!("{} in {url} has no address", place.host),
                format!("mend the name: host {}", place.host),
            );
            return;
        }
    };
    let outcome = match (place.tls, place.tcp) {
        (true, _) => over_tls(to, host, key).await,
        (false, true) => over_tcp(to, key).await,
        (false, false) => turn::over_udp(to, key).await,
    };
    // The name of this very machine may lead nowhere from inside, behind address translation.
    let worst = if here_too {
        State::Warning
    } else {
        State::Wrong
    };
    say(about, &url, outcome, worst, report);
}

async fn over_tcp(to: SocketAddr, key: &NodeKey) -> Outcome {
    match web::connect(to).await {
        Ok(stream) => turn::over(stream, key).await,
        Err(error) => Outcome::Silent(error.kind().to_string()),
    }
}

async fn over_tls(to: SocketAddr, name: &str, key: &NodeKey) -> Outcome {
    let shaken = async { web::encrypt(web::connect(to).await?, name).await };
    match shaken.await {
        Ok(stream) => turn::over(stream, key).await,
        Err(error) => Outcome::Silent(error.kind().to_string()),
    }
}

fn say(
    about: &'static str,
    place: &impl std::fmt::Display,
    outcome: Outcome,
    worst: State,
    report: &mut Report,
) {
    let (says, mend) = match outcome {
        Outcome::Allocated => {
            report.ok(about, format!("{place} gives an address"));
            return;
        }
        Outcome::OtherKey => {
            let says = format!("{place} takes no credential of this server: its node key is another");
            let mend = "copy node.key from the server to the relay, and restart the relay";
            report.wrong(about, says, mend);
            return;
        }
        Outcome::Refused(code) => (
            format!("{place} answers and refuses (code {code})"),
            LOOK.to_owned(),
        ),
        Outcome::Silent(kind) => (
            format!("{place} does not answer as a relay ({kind})"),
            "open the port in the firewall, UDP and TCP, and see that the relay runs: ss -lunp; ss -ltnp"
                .to_owned(),
        ),
    };
    report.add(about, worst, says, Some(mend));
}

/// Where a TURN URL leads (RFC 7065).
#[derive(Debug, PartialEq, Eq)]
struct Place {
    host: String,
    port: u16,
    tcp: bool,
    tls: bool,
}

impl Place {
    fn of(url: &str) -> Option<Self> {
        let (tls, rest) = match url.strip_prefix("turns:") {
            Some(rest) => (true, rest),
            None => (false, url.strip_prefix("turn:")?),
        };
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let usual = if tls { 5349 } else { 3478 };
        let behind_brackets = place.rfind(']').unwrap_or(0);
        let (host, port) = match place[behind_brackets..].rfind(':') {
            Some(at) => {
                let at = behind_brackets + at;
                (&place[..at], place[at + 1..].parse().ok()?)
            }
            None => (place, usual),
        };
        (!host.is_empty()).then(|| Self {
            host: host.to_owned(),
            port,
            tcp: query == "transport=tcp",
            tls,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_leads_to_a_place() {
        let of = |url| Place::of(url).map(|place| (place.host, place.port, place.tcp, place.tls));
        let there = |host: &str, port, tcp, tls| Some((host.to_owned(), port, tcp, tls));
        assert_eq!(of("turn:a.example"), there("a.example", 3478, false, false));
        assert_eq!(
            of("turn:a.example:9?transport=tcp"),
            there("a.example", 9, true, false)
        );
        assert_eq!(
            of("turns:a.example?transport=tcp"),
            there("a.example", 5349, true, true)
        );
        assert_eq!(
            of("turn:[2001:db8::1]:9?transport=udp"),
            there("[2001:db8::1]", 9, false, false)
        );
        assert_eq!(
            of("turn:[2001:db8::1]"),
            there("[2001:db8::1]", 3478, false, false)
        );
        assert_eq!(of("turn::9"), None);
        assert_eq!(of("turn:a:b"), None);
    }
}
