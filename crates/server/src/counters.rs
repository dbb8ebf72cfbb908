//! Figures, served in Prometheus' text form on a listener of their own when one is configured.

mod calls;

pub use calls::CallFigures;

use crate::mail::port::Sent;
use crate::relay::Figures;
use birdcall_call::wake::Answer;
use birdcall_protocol::Code;
use birdcall_relay::Relay;
use birdcall_store::Store;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByCode {
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByAnswer {
    kind: &'static str,
    answer: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BySent {
    answer: &'static str,
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
    registry: Arc<Registry>,
    refused: Family<ByCode, Counter>,
    filtered: Counter,
    sockets: Gauge,
    /// What becomes of calls.
    pub calls: CallFigures,
    messages: Counter,
    pushes: Family<ByAnswer, Counter>,
    mails: Family<BySent, Counter>,
}

/// The figures of a program that is nothing but a relay.
#[must_use]
pub fn of_relay(relay: Arc<Relay>) -> Registry {
    let mut registry = Registry::with_prefix("birdcall");
    registry.register_collector(Box::new(Figures(relay)));
    registry
}

impl Counters {
    /// All at zero; those of the relay, if there is one here, as it counts.
    #[must_use]
    pub fn new(relay: Option<Arc<Relay>>, store: Store, nats: Option<Gauge>) -> Self {
        let mut registry = relay.map_or_else(|| Registry::with_prefix("birdcall"), of_relay);
        if let Some(nats) = nats {
            registry.register("nats", "Whether NATS is there, of several nodes", nats);
        }
        let refused = Family::<ByCode, Counter>::default();
        registry.register(
            "refused_frames",
            "Frames refused, by code (C-17)",
            refused.clone(),
        );
        let filtered = Counter::default();
        registry.register(
            "filtered_candidates",
            "Candidates that were not passed on (P-3)",
            filtered.clone(),
        );
        let sockets = Gauge::default();
        registry.register("sockets", "Sockets open", sockets.clone());
        let calls = CallFigures::register(&mut registry);
        registry.register_collector(Box::new(calls::CommitFigures(store)));
        let messages = Counter::default();
        registry.register("messages", "Messages made durable", messages.clone());
        let pushes = Family::<ByAnswer, Counter>::default();
        registry.register(
            "pushes",
            "Pushes tried, by kind and by what the push service answered",
            pushes.clone(),
        );
        let mails = Family::<BySent, Counter>::default();
        registry.register(
            "mails",
            "Mails tried, by what the mail server answered",
            mails.clone(),
        );
        Self {
            registry: Arc::new(registry),
            refused,
            filtered,
            sockets,
            calls,
            messages,
            pushes,
            mails,
        }
    }

    /// A mail was tried.
    pub fn mailed(&self, sent: Sent) {
        let answer = match sent {
            Sent::Taken => "taken",
            Sent::Later => "later",
            Sent::Refused => "refused",
        };
        self.mails.get_or_create(&BySent { answer }).inc();
    }

    /// A frame was refused.
    pub fn refused(&self, code: Code) {
        self.refused.get_or_create(&code.into()).inc();
    }

    /// How many frames were refused with that code.
    #[must_use]
    pub fn refused_so_far(&self, code: Code) -> u64 {
        self.refused.get_or_create(&code.into()).get()
    }

    /// Candidates were left out by the filter.
    pub fn filtered(&self, candidates: usize) {
        self.filtered
            .inc_by(u64::try_from(candidates).unwrap_or(u64::MAX));
    }

    /// How many candidates were left out so far.
    #[must_use]
    pub fn filtered_so_far(&self) -> u64 {
        self.filtered.get()
    }

    /// The sockets open; the hub counts them.
    #[must_use]
    pub fn sockets(&self) -> Gauge {
        self.sockets.clone()
    }

    /// A message is on disk.
    pub fn message_kept(&self) {
        self.messages.inc();
    }

    /// A push was tried.
    pub fn pushed(&self, kind: &'static str, answer: Answer) {
        let answer = match answer {
            Answer::Status(200..=299, _) => "taken",
            Answer::Status(404 | 410, _) => "gone",
            Answer::Status(413, _) => "too_large",
            Answer::Status(429, _) => "busy",
            Answer::Status(500..=599, _) => "failing",
            Answer::Status(..) => "refused",
            Answer::Silence => "none",
        };
        self.pushes.get_or_create(&ByAnswer { kind, answer }).inc();
    }

    /// All figures, for [`text`].
    #[must_use]
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry)
    }
}

/// All figures as text. Waits for the relay's.
///
/// # Errors
/// Never in practice: a `String` takes everything.
pub fn text(registry: &Registry) -> Result<String, fmt::Error> {
    let mut text = String::new();
    encode(&mut text, registry)?;
    Ok(text)
}
