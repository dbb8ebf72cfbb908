//! The server's clock: the only place that reads one. Tests turn it by hand.

use birdcall_protocol::Timestamp;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;

/// What time it is, and how to wait.
#[derive(Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until a test turns it.
    Manual(watch::Sender<Timestamp>),
}

impl Clock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(watch::Sender::new(start))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now()
                    .duration_since(SystemTime::UNIX_EPOCH)
                    .unwrap_or_default();
                Timestamp(0) + since
            }
            Self::Manual(hand) => *hand.borrow(),
        }
    }

    /// Waits until `moment`.
    pub async fn sleep_until(&self, moment: Timestamp) {
        match self {
            Self::System => tokio::time::sleep(moment.since(self.now())).await,
            Self::Manual(hand) => {
                let mut turned = hand.subscribe();
                // Cannot fail: `self` holds the sender.
                let _ = turned.wait_for(|now| *now >= moment).await;
            }
        }
    }

    /// Turns a manual clock on; the machine's clock turns by itself.
    pub fn advance(&self, span: Duration) {
        if let Self::Manual(hand) = self {
            hand.send_modify(|now| *now = *now + span);
        }
    }
}
