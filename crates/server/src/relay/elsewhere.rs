//! A relay on another machine: whether it is there (P-5), and the end of calls told to it until it has heard.

use crate::app::App;
use birdcall_relay::control::{Control, MOST_CALLS, Seal};
use birdcall_relay::credential::NodeKey;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{UdpSocket, lookup_host};
use tokio::sync::Notify;
use tokio::time::Instant;

/// How often the relay is asked whether it is there. Lowering it notices a lost relay sooner.
const HELLO_EVERY: Duration = Duration::from_secs(3);

/// How soon what was not answered is said again.
const AGAIN_AFTER: Duration = Duration::from_millis(250);

/// A relay that was not heard of for this long is not there: three times hello, and a moment.
const GONE_AFTER: Duration = Duration::from_secs(10);

/// The port of `turn:` URLs that name none (RFC 7065).
const TURN_PORT: u16 = 3478;

/// The server's end of the line to its relay.
pub struct Elsewhere {
    /// Host and port, for a look-up at each try: it may move.
    host: String,
    seal: Seal,
    heard: Mutex<Heard>,
    work: Notify,
}

#[derive(Default)]
struct Heard {
    last: Option<Instant>,
    boot: Option<u64>,
    /// Calls that the relay may not know to be over.
    over: Vec<u64>,
}

impl Elsewhere {
    /// The relay that the URLs name; the first that is reached over UDP.
    #[must_use]
    pub fn at(urls: &[String], key: &NodeKey) -> Option<Self> {
        Some(Self {
            host: urls.iter().find_map(|url| host_and_port(url))?,
            seal: Seal::new(key),
            heard: Mutex::default(),
            work: Notify::new(),
        })
    }

    /// Whether it was heard of lately.
    #[must_use]
    pub fn is_there(&self) -> bool {
        let last = self.heard().last;
        last.is_some_and(|at| at.elapsed() < GONE_AFTER)
    }

    /// Tells it that a call is over, from now on until it has answered.
    pub fn revoke(&self, call: u64) {
        self.heard().over.push(call);
        self.work.notify_one();
    }

    /// Runs until the server goes down. A relay that was started anew is told again which calls are over.
    pub async fn keep_told(&self, app: &App) {
        let mut said = false;
        loop {
            let end = self.talk(app).await;
            if !self.is_there() && !said {
                // The kind alone: no address gets into the log (P-6).
                let kind = end.err().map(|error| error.kind());
                tracing::warn!(?kind, "the relay is not there, so no call can be relayed");
            }
            said = !self.is_there();
            tokio::time::sleep(HELLO_EVERY).await;
        }
    }

    /// Over one socket, until something is wrong with it.
    async fn talk(&self, app: &App) -> std::io::Result<()> {
        let there = lookup_host(&self.host)
            .await?
            .next()
            .ok_or(std::io::ErrorKind::NotFound)?;
        let any: std::net::IpAddr = match there {
            std::net::SocketAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
            std::net::SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((any, 0)).await?;
        socket.connect(there).await?;
        let mut sequence = rand::random::<u64>();
        let mut unanswered: HashMap<u64, usize> = HashMap::new();
        let mut asked = Instant::now();
        let mut buffer = [0; 256];
        loop {
            let calls = self.untold();
            let wait = if calls.is_empty() {
                HELLO_EVERY
            } else {
                AGAIN_AFTER
            };
            sequence = sequence.wrapping_add(1);
            unanswered.insert(sequence, calls.len());
            let bytes = self.seal.write(&Control::Revoke { sequence, calls });
            socket.send(&bytes).await?;
            let next = Instant::now() + wait;
            loop {
                let answer = tokio::select! {
                    answer = socket.recv(&mut buffer) => answer?,
                    () = tokio::time::sleep_until(next) => break,
                    () = self.work.notified() => break,
                };
                let Some(Control::Done { sequence, boot }) = self.seal.read(&buffer[..answer])
                else {
                    continue;
                };
                let Some(count) = unanswered.remove(&sequence) else {
                    continue;
                };
                // Older ones were of the same calls.
                unanswered.clear();
                asked = Instant::now();
                let new = self.note(boot, count);
                if new {
                    self.tell_again(app).await;
                }
                if !self.heard().over.is_empty() {
                    break;
                }
            }
            if asked.elapsed() > GONE_AFTER {
                // Perhaps its address has changed.
                return Ok(());
            }
        }
    }

    /// A relay that was started anew knows of no end. What cannot be read now is read at its next answer.
    async fn tell_again(&self, app: &App) {
        match super::over_lately(app).await {
            Ok(calls) => self
                .heard()
                .over
                .extend(calls.into_iter().map(super::number)),
            Err(error) => {
                tracing::error!(%error, "the relay was not told which calls are over");
                self.heard().boot = None;
            }
        }
    }

    /// The next calls that it has to be told of.
    fn untold(&self) -> Vec<u64> {
        self.heard().over.iter().copied().take(MOST_CALLS).collect()
    }

    /// Notes an answer; true if the relay has been started since the last one.
    fn note(&self, boot: u64, told: usize) -> bool {
        let mut heard = self.heard();
        heard.last = Some(Instant::now());
        let told = told.min(heard.over.len());
        heard.over.drain(..told);
        heard.boot.replace(boot) != Some(boot)
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `turn:host:port?transport=udp` (RFC 7065): what UDP can be sent to.
fn host_and_port(url: &str) -> Option<String> {
    let rest = url.strip_prefix("turn:")?;
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    if query == "transport=tcp" {
        return None;
    }
    let bare = place.rsplit_once(']').map_or(place, |(_, port)| port);
    Some(if bare.contains(':') {
        place.to_owned()
    } else {
        format!("{place}:{TURN_PORT}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_relay_is_spoken_to_where_its_urls_say() {
        let of = |url: &str| host_and_port(url);
        assert_eq!(
            of("turn:relay.example").as_deref(),
            Some("relay.example:3478")
        );
        assert_eq!(
            of("turn:relay.example:9?transport=udp").as_deref(),
            Some("relay.example:9")
        );
        assert_eq!(
            of("turn:[2001:db8::1]").as_deref(),
            Some("[2001:db8::1]:3478")
        );
        assert_eq!(
            of("turn:[2001:db8::1]:9").as_deref(),
            Some("[2001:db8::1]:9")
        );
        assert_eq!(of("turn:relay.example?transport=tcp"), None);
        assert_eq!(of("turns:relay.example:443"), None);
    }
}
