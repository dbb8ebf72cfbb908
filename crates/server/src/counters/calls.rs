//! What becomes of calls, in figures that tell nothing of anybody.

use birdcall_call::Call;
use birdcall_protocol::call::{EndReason, Phase, UnrungReason};
use birdcall_protocol::{Code, Timestamp};
use birdcall_store::Store;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::fmt;
use std::time::Duration;

/// From an invite to its ring, in seconds. A person notices a tenth.
const RING: [f64; 10] = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// From an answer to media on both sides, in seconds. A call that takes three feels broken.
const CONNECT: [f64; 10] = [0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 15.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByReason {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByCode {
    code: &'static str,
}

/// Figures of calls.
pub struct CallFigures {
    invites: Counter,
    rings: Counter,
    unrung: Family<ByReason, Counter>,
    refused: Family<ByCode, Counter>,
    answers: Counter,
    ends: Family<ByReason, Counter>,
    talked: Counter,
    ring: Histogram,
    connect: Histogram,
}

impl CallFigures {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let figures = Self {
            invites: Counter::default(),
            rings: Counter::default(),
            unrung: Family::default(),
            refused: Family::default(),
            answers: Counter::default(),
            ends: Family::default(),
            talked: Counter::default(),
            ring: Histogram::new(RING),
            connect: Histogram::new(CONNECT),
        };
        let mut add =
            |name, help, counter: &Counter| registry.register(name, help, counter.clone());
        add("calls", "Calls created", &figures.invites);
        add("rings", "Calls that rang", &figures.rings);
        add("answers", "Calls that were answered", &figures.answers);
        add(
            "talked_seconds",
            "Seconds of talk of calls that are over",
            &figures.talked,
        );
        registry.register(
            "unrung",
            "Calls that were kept from ringing, by reason (C-6)",
            figures.unrung.clone(),
        );
        registry.register(
            "refused_invites",
            "Calls that were not made, by code",
            figures.refused.clone(),
        );
        registry.register(
            "ends",
            "Calls that ended, by what really ended them",
            figures.ends.clone(),
        );
        registry.register(
            "ring_seconds",
            "From the invite until the ring was handed to the callee's sockets",
            figures.ring.clone(),
        );
        registry.register(
            "connect_seconds",
            "From the answer until both sides had media",
            figures.connect.clone(),
        );
        figures
    }

    /// A call was made, and its ring handed on, so long after it was asked for.
    pub fn invited(&self, call: &Call, took: Duration) {
        self.invites.inc();
        if call.rung() {
            self.rings.inc();
            self.ring.observe(took.as_secs_f64());
        }
    }

    /// A call was kept from ringing.
    pub fn unrung(&self, reason: UnrungReason) {
        let reason = match reason {
            UnrungReason::Blocked => "blocked",
            UnrungReason::Off => "off",
            UnrungReason::Exception => "exception",
            UnrungReason::Audience => "audience",
            UnrungReason::DoNotDisturb => "do_not_disturb",
            UnrungReason::Limits => "limits",
        };
        self.unrung.get_or_create(&ByReason { reason }).inc();
    }

    /// A call was not made.
    pub fn refused(&self, code: Code) {
        let code = code.as_str();
        self.refused.get_or_create(&ByCode { code }).inc();
    }

    /// A call was changed and what changed is on disk.
    pub fn stepped(&self, before: &Call, after: &Call, now: Timestamp) {
        if !before.answered() && after.answered() {
            self.answers.inc();
        }
        if before.phase() == Phase::Connecting && after.phase() == Phase::Active {
            let since = before.connecting_since().unwrap_or(now);
            self.connect.observe(now.since(since).as_secs_f64());
        }
        if let (None, Some(reason)) = (before.end_reason(), after.end_reason()) {
            let reason = name(reason);
            self.ends.get_or_create(&ByReason { reason }).inc();
            self.talked.inc_by(u64::from(after.seconds()));
        }
    }
}

fn name(reason: EndReason) -> &'static str {
    match reason {
        EndReason::HungUp => "hung_up",
        EndReason::Declined => "declined",
        EndReason::NoAnswer => "no_answer",
        EndReason::Cancelled => "cancelled",
        EndReason::Busy => "busy",
        EndReason::Failed => "failed",
        EndReason::Expired => "expired",
        EndReason::Blocked => "blocked",
    }
}

/// How long commits take: the store counts, and is asked when figures are wanted.
pub(super) struct CommitFigures(pub(super) Store);

impl fmt::Debug for CommitFigures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("CommitFigures")
    }
}

impl Collector for CommitFigures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let times = self.0.commits();
        let count = times.buckets.iter().map(|(_, count)| count).sum();
        encoder
            .encode_descriptor(
                "commit_seconds",
                "From the wish to commit until it is on disk",
                None,
                MetricType::Histogram,
            )?
            .encode_histogram::<NoLabelSet>(times.seconds, count, &times.buckets, None)
    }
}
