//! The request to a push service (RFC 8030, 5), and what it answered.

use super::endpoint::{Endpoint, Outside};
use birdcall_call::wake::Answer;
use birdcall_protocol::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response};
use std::time::{Duration, UNIX_EPOCH};

/// How long a push service may take from name to answer. Raising it leaves a ring with fewer tries; lowering it tries
/// twice where the network is slow.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// How long a connection that nothing uses is kept.
const IDLE: Duration = Duration::from_secs(60);

/// Unused connections kept, for each push service.
const SPARE: usize = 4;

/// How soon a push is wanted (RFC 8030, 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// It may wait until the device is awake.
    Normal,
    /// Also on a device that saves its battery.
    High,
}

impl Urgency {
    fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

/// One push, ready to go.
pub struct Parcel {
    /// Who we are.
    pub authorization: String,
    /// It takes the place of one with the same topic that was not delivered yet (RFC 8030, 5.4).
    pub topic: String,
    /// For how long the push service keeps it.
    pub keep: Duration,
    /// How soon it is wanted.
    pub urgency: Urgency,
    /// The encrypted message.
    pub body: Vec<u8>,
}

/// Sends pushes.
pub struct Post {
    /// To public addresses only; `None` on a machine without a single certificate authority.
    outside: Option<Client>,
    /// To where the operator says.
    inside: Option<Client>,
}

impl Post {
    /// Gets ready to send. Without certificate authorities on this machine no push service can be told from somebody
    /// else, and none is reached.
    #[must_use]
    pub fn new() -> Self {
        let outside = client().dns_resolver(Outside).https_only(true).build();
        let inside = client().build();
        if outside.is_err() || inside.is_err() {
            tracing::warn!("no push service can be reached: no certificate authorities are known");
        }
        Self {
            outside: outside.ok(),
            inside: inside.ok(),
        }
    }

    /// Sends one, once.
    pub async fn send(&self, to: &Endpoint, parcel: Parcel, now: Timestamp) -> Answer {
        let client = if to.is_inside() {
            &self.inside
        } else {
            &self.outside
        };
        let Some(client) = client else {
            return Answer::Silence;
        };
        let sent = client
            .post(to.url().clone())
            .header(AUTHORIZATION, parcel.authorization)
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(CONTENT_ENCODING, "aes128gcm")
            .header("ttl", parcel.keep.as_secs())
            .header("urgency", parcel.urgency.word())
            .header("topic", parcel.topic)
            .body(parcel.body)
            .send();
        match sent.await {
            // What else it says is not read.
            Ok(response) => Answer::Status(response.status().as_u16(), rest(&response, now)),
            // The error names the endpoint, so it is not told.
            Err(_) => Answer::Silence,
        }
    }
}

impl Default for Post {
    fn default() -> Self {
        Self::new()
    }
}

/// A client that goes where it is sent and nowhere else: no proxy that the environment names, no redirection.
fn client() -> ClientBuilder {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .timeout(PATIENCE)
        .connect_timeout(PATIENCE)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(SPARE)
}

/// For how long a push service asks to be left alone, in seconds or until a date (RFC 9110, 10.2.3).
fn rest(response: &Response, now: Timestamp) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    retry_after(text, now)
}

fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let then = Timestamp(0) + date.duration_since(UNIX_EPOCH).ok()?;
    Some(then.since(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = Timestamp(784_111_777_000);
        let seconds = |text| retry_after(text, now).map(|rest| rest.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds("0"), Some(0));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:50:07 GMT"), Some(30));
        assert_eq!(seconds("Sunday, 06-Nov-94 08:50:07 GMT"), Some(30));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0));
        for wrong in ["", "-1", "soon", "1.5"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    fn parcel() -> Parcel {
        Parcel {
            authorization: "vapid".into(),
            topic: "topic".into(),
            keep: Duration::from_secs(45),
            urgency: Urgency::High,
            body: vec![1, 2, 3],
        }
    }

    /// A name may stand for a public address when it is checked and for a private one when it is used. What counts is
    /// the connection: this one is not made, although the endpoint says nothing wrong.
    #[tokio::test]
    async fn no_connection_is_made_to_a_private_address_whatever_name_it_has() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = format!("https://localhost:{port}/x");
        let post = Post::new();
        assert!(post.outside.is_some(), "nothing would be shown");
        let outside = Endpoint::unchecked(&url, false);
        let refused = post.send(&outside, parcel(), Timestamp(0)).await;
        assert_eq!(refused, Answer::Silence);
        let knock = tokio::time::timeout(Duration::from_millis(200), listener.accept());
        assert!(knock.await.is_err(), "somebody knocked");
        // Positive control: without the check somebody does.
        let inside = Endpoint::unchecked(&url, true);
        let (_, knock) = tokio::join!(
            tokio::time::timeout(
                Duration::from_millis(500),
                post.send(&inside, parcel(), Timestamp(0))
            ),
            tokio::time::timeout(Duration::from_secs(10), listener.accept()),
        );
        assert!(knock.unwrap().is_ok());
    }
}
