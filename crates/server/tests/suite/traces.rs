//! What an OpenTelemetry collector is told of one call by two nodes: one trace, and nothing of a person in it.

use super::processes::{Processes, answered, at, pair};
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use prost::Message as _;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// A collector that keeps what it is sent.
struct Collector {
    url: String,
    got: Arc<Mutex<Vec<Bytes>>>,
}

impl Collector {
    async fn start() -> Self {
        let got = Arc::<Mutex<Vec<Bytes>>>::default();
        let kept = Arc::clone(&got);
        let take = post(move |body: Bytes| async move {
            kept.lock().unwrap().push(body);
            StatusCode::OK
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = axum::Router::new().route("/v1/traces", take);
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { url, got }
    }

    /// By trace, what happened where.
    fn traces(&self) -> BTreeMap<Vec<u8>, BTreeSet<(String, String)>> {
        let mut traces = BTreeMap::<_, BTreeSet<_>>::new();
        for bytes in self.got.lock().unwrap().iter() {
            let request = ExportTraceServiceRequest::decode(&bytes[..]).unwrap();
            for node in request.resource_spans {
                let place = node.resource.unwrap().attributes.into_iter();
                let mut place = place.filter(|one| one.key == "service.instance.id");
                let Some(Value::StringValue(place)) = place.next().unwrap().value.unwrap().value
                else {
                    panic!("a node has a name");
                };
                for span in node.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                    let trace = traces.entry(span.trace_id).or_default();
                    trace.insert((place.clone(), span.name));
                }
            }
        }
        traces
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_nodes_do_for_a_call_is_one_trace() {
    let collector = Collector::start().await;
    let nodes = Processes::start(2, &["--otlp-endpoint", &collector.url]).await;
    let (ann, bob) = pair(nodes.url(0), "annemarie", "bobolink").await;
    let bob = at(&bob, nodes.url(1));
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = answered(&mut b, &ann, &bob).await;
    a.until("call_started").await;
    b.press("call_hang_up", &call).await;
    a.until("call_ended").await;
    ann.invite("nobody", "audio")
        .await
        .refused(reqwest::StatusCode::NOT_FOUND, "not_found");
    drop((a, b));
    nodes.stop().await;

    let traces = collector.traces();
    let whole = traces.values().max_by_key(|spans| spans.len()).unwrap();
    let told = |node: &str, what: &str| {
        let span = (node.to_owned(), what.to_owned());
        assert!(whole.contains(&span), "{span:?} in {traces:?}");
    };
    told("node-0", "invite");
    told("node-1", "tell ring");
    told("node-1", "accept");
    told("node-0", "tell call_started");
    told("node-1", "hang_up");
    told("node-0", "tell call_ended");
    let other: Vec<_> = traces.values().filter(|spans| *spans != whole).collect();
    assert_eq!(
        other.len(),
        1,
        "a refused invite is a trace of its own: {traces:?}"
    );
    let everything = collector.got.lock().unwrap().concat();
    for secret in [
        "annemarie",
        "bobolink",
        &call,
        "hello",
        "127.0.0.1",
        "not_found",
    ] {
        let is_there = everything
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        // The last one shows that what is written there is found.
        assert_eq!(is_there, secret == "not_found", "{secret}");
    }
}
