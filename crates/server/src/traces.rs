//! What one call went through, on every node: spans of one OpenTelemetry trace.
//!
//! A node does not have to be told by another in which trace it writes: the trace's id is worked out from the call's. No
//! span names a person, a device, an address or what was said (P-6).

use birdcall_protocol::CallId;
use tracing::Span;

/// The target of spans that belong to a trace. The log leaves it alone.
const TARGET: &str = "birdcall_trace";

/// Something that is done for a call, from now until the span is dropped.
#[must_use]
pub fn of_call(call: CallId, what: &'static str) -> Span {
    let span = tracing::info_span!(target: TARGET, "call", otel.name = what, error.type = tracing::field::Empty);
    #[cfg(feature = "otel")]
    exporter::join(&span, call);
    #[cfg(not(feature = "otel"))]
    let _ = call;
    span
}

/// It was refused, for a reason that has a code.
pub fn refused(span: &Span, code: birdcall_protocol::Code) {
    span.record("error.type", code.as_str());
}

#[cfg(feature = "otel")]
pub use exporter::Traces;

#[cfg(not(feature = "otel"))]
pub use absent::Traces;

#[cfg(feature = "otel")]
mod exporter {
    use super::TARGET;
    use crate::config::Config;
    use birdcall_protocol::CallId;
    use opentelemetry::trace::{
        SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider,
    };
    use opentelemetry::{Context, KeyValue};
    use opentelemetry_otlp::{SpanExporter, WithExportConfig};
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use sha2::{Digest, Sha256};
    use tracing::{Level, Span, Subscriber};
    use tracing_opentelemetry::OpenTelemetrySpanExt;
    use tracing_subscriber::Layer;
    use tracing_subscriber::filter::Targets;
    use tracing_subscriber::registry::LookupSpan;

    /// Puts a span into the trace of a call, below a span that nobody writes: the call itself, which no node sees whole.
    pub(super) fn join(span: &Span, call: CallId) {
        if span.is_disabled() {
            return;
        }
        // Ids have to look like chance (W3C Trace Context, 3.2.2.3), and a call's own is for its two people.
        let hash = Sha256::digest(format!("birdcall trace {call}"));
        let (trace, root) = (&hash[..16], &hash[16..24]);
        let (Ok(trace), Ok(root)) = (trace.try_into(), root.try_into()) else {
            return;
        };
        let root = SpanContext::new(
            TraceId::from_bytes(trace),
            SpanId::from_bytes(root),
            TraceFlags::SAMPLED,
            true,
            TraceState::NONE,
        );
        // Fails where nobody takes spans.
        let _ = span.set_parent(Context::new().with_remote_span_context(root));
    }

    /// What takes spans to a collector. They wait in memory for some seconds, and are lost rather than in anybody's way
    /// when the collector does not take them.
    pub struct Traces(Option<SdkTracerProvider>);

    impl Traces {
        /// # Errors
        /// A sentence: the endpoint is no URL.
        pub fn start(config: &Config) -> Result<Self, String> {
            let Some(endpoint) = &config.otlp_endpoint else {
                return Ok(Self(None));
            };
            let exporter = SpanExporter::builder()
                .with_http()
                .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
                .build()
                .map_err(|error| format!("otlp_endpoint: {error}"))?;
            let resource = Resource::builder()
                .with_service_name("birdcall")
                .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
                .with_attributes(
                    config
                        .cluster
                        .as_ref()
                        .map(|node| KeyValue::new("service.instance.id", node.name.clone())),
                )
                .build();
            let provider = SdkTracerProvider::builder()
                .with_batch_exporter(exporter)
                .with_resource(resource)
                .build();
            Ok(Self(Some(provider)))
        }

        /// What the log is started with, so that spans come here.
        #[must_use]
        pub fn layer<S>(&self) -> Option<impl Layer<S> + use<S>>
        where
            S: Subscriber + for<'a> LookupSpan<'a>,
        {
            let tracer = self.0.as_ref()?.tracer("birdcall");
            let layer = tracing_opentelemetry::layer()
                .with_tracer(tracer)
                .with_location(false)
                .with_threads(false)
                .with_target(false);
            Some(layer.with_filter(Targets::new().with_target(TARGET, Level::INFO)))
        }

        /// Takes the last spans there, within the seconds that a collector is given.
        pub async fn finish(self) {
            let Some(provider) = self.0 else { return };
            let shut = tokio::task::spawn_blocking(move || provider.shutdown()).await;
            if !matches!(shut, Ok(Ok(()))) {
                tracing::warn!("the last spans did not reach the collector");
            }
        }
    }
}

#[cfg(not(feature = "otel"))]
mod absent {
    use crate::config::Config;
    use tracing_subscriber::layer::Identity;

    /// Nothing: this program is built without traces.
    pub struct Traces;

    impl Traces {
        /// # Errors
        /// A sentence: an endpoint is named.
        pub fn start(config: &Config) -> Result<Self, String> {
            match config.otlp_endpoint {
                None => Ok(Self),
                Some(_) => {
                    Err("otlp_endpoint: this program is built without the feature `otel`".into())
                }
            }
        }

        /// Nothing.
        #[must_use]
        pub fn layer(&self) -> Option<Identity> {
            None
        }

        /// Nothing.
        pub async fn finish(self) {}
    }
}
