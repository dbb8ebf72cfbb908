//! Figures, served in Prometheus' text form on a listener of their own when one is configured.

use birdcall_protocol::Code;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByCode {
    code: &'static str,
}

impl From<Code> for ByCode {
    fn from(code: Code) -> Self {
        Self {
            code: code.as_str(),
        }
    }
}

/// All figures.
pub struct Counters {
    registry: Registry,
    refused: Family<ByCode, Counter>,
    sockets: Gauge,
    invites: Counter,
    messages: Counter,
}

impl Default for Counters {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("birdcall");
        let refused = Family::<ByCode, Counter>::default();
        registry.register(
            "refused_frames",
            "Frames refused, by code (C-17)",
            refused.clone(),
        );
        let sockets = Gauge::default();
        registry.register("sockets", "Sockets open", sockets.clone());
        let invites = Counter::default();
        registry.register("calls", "Calls created", invites.clone());
        let messages = Counter::default();
        registry.register("messages", "Messages made durable", messages.clone());
        Self {
            registry,
            refused,
            sockets,
            invites,
            messages,
        }
    }
}

impl Counters {
    /// A frame was refused.
    pub fn refused(&self, code: Code) {
        self.refused.get_or_create(&code.into()).inc();
    }

    /// How many frames were refused with that code.
    #[must_use]
    pub fn refused_so_far(&self, code: Code) -> u64 {
        self.refused.get_or_create(&code.into()).get()
    }

    /// The sockets open; the hub counts them.
    #[must_use]
    pub fn sockets(&self) -> Gauge {
        self.sockets.clone()
    }

    /// A call was created.
    pub fn invited(&self) {
        self.invites.inc();
    }

    /// A message is on disk.
    pub fn message_kept(&self) {
        self.messages.inc();
    }

    /// All figures as text.
    ///
    /// # Errors
    /// Never in practice: a `String` takes everything.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
