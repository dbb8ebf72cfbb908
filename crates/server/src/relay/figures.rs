//! What the relay did, for Prometheus.

use birdcall_relay::Relay;
use birdcall_relay::engine::Refusal;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use std::fmt;
use std::sync::Arc;

/// Asks a running relay each time figures are wanted, so that counting costs the packets nothing.
#[derive(Debug)]
pub struct Figures(pub Arc<Relay>);

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let now = self.0.counters();
        let count = now.counters;
        let streams = now.streams;
        for (name, help, value) in [
            ("relay_allocations", "Allocations held", now.allocations),
            (
                "relay_streams",
                "TCP and TLS connections held",
                streams.open,
            ),
        ] {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        for (name, help, value) in [
            ("relay_received", "Datagrams taken", now.received),
            (
                "relay_unsent",
                "Datagrams that could not be sent",
                now.unsent,
            ),
            ("relay_batches", "System calls that received", now.batches),
            ("relay_relayed", "Payloads sent on", count.relayed),
            ("relay_relayed_bytes", "Bytes of them", count.relayed_bytes),
            ("relay_replies", "Answers given", count.replies),
            ("relay_reply_bytes", "Bytes of them", count.reply_bytes),
            ("relay_allocated", "Allocations made", count.allocated),
            (
                "relay_ended_calls",
                "Calls it was told the end of",
                count.revoked,
            ),
            (
                "relay_streams_joined",
                "TCP and TLS connections taken",
                streams.joined,
            ),
            (
                "relay_stream_received",
                "Messages taken from them",
                streams.received,
            ),
            (
                "relay_stream_dropped",
                "Packets they did not take in time",
                streams.dropped,
            ),
        ] {
            let counter = ConstCounter::new(value);
            counter.encode(encoder.encode_descriptor(
                name,
                help,
                None,
                counter.metric_type(),
            )?)?;
        }
        let mut refused = encoder.encode_descriptor(
            "relay_refused",
            "What the relay did not do, by reason (P-4)",
            None,
            ConstCounter::new(0_u64).metric_type(),
        )?;
        for reason in Refusal::ALL {
            let counter = ConstCounter::new(count.refused(reason));
            counter.encode(refused.encode_family(&[("reason", reason.name())])?)?;
        }
        let mut closed = encoder.encode_descriptor(
            "relay_streams_closed",
            "TCP and TLS connections that the relay closed, by reason",
            None,
            ConstCounter::new(0_u64).metric_type(),
        )?;
        for (reason, value) in [
            ("crowded", streams.crowded),
            ("timed_out", streams.timed_out),
            ("malformed", streams.malformed),
            ("revoked", streams.revoked),
        ] {
            let counter = ConstCounter::new(value);
            counter.encode(closed.encode_family(&[("reason", reason)])?)?;
        }
        Ok(())
    }
}
