//! Spans for a collector of OpenTelemetry's: what they say, and what they must not (O4).

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::{Span, span::SpanKind, status::StatusCode as Outcome},
};
use prost::Message as _;
use serde_json::json;
use std::{
    fs,
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

#[cfg(target_os = "linux")]
use crate::full_disk::limit_files;
use crate::support::{Http, Person, Program, Relay, eventually};

/// Takes batches of spans, as any collector does.
#[derive(Clone, Default)]
struct Collector {
    batches: Arc<Mutex<Vec<Bytes>>>,
}

impl Collector {
    async fn listen(&self) -> SocketAddr {
        let take = |State(this): State<Self>, headers: HeaderMap, body: Bytes| async move {
            assert_eq!(headers["content-type"], "application/x-protobuf");
            this.batches.lock().unwrap().push(body);
            StatusCode::OK
        };
        let app = Router::new()
            .route("/v1/traces", post(take))
            .with_state(self.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, app).await });
        address
    }

    fn bytes(&self) -> Vec<Bytes> {
        self.batches.lock().unwrap().clone()
    }

    fn batches(&self) -> Vec<ExportTraceServiceRequest> {
        let read = |body: &Bytes| ExportTraceServiceRequest::decode(body.clone()).unwrap();
        self.bytes().iter().map(read).collect()
    }

    fn spans(&self) -> Vec<Span> {
        let scopes = self
            .batches()
            .into_iter()
            .flat_map(|batch| batch.resource_spans);
        scopes
            .flat_map(|resource| resource.scope_spans)
            .flat_map(|scope| scope.spans)
            .collect()
    }
}

/// An attribute as text.
fn attribute(attributes: &[KeyValue], name: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == name)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_gets_routes_and_nobodys_names() {
    let collector = Collector::default();
    let endpoint = format!("http://{}", collector.listen().await);
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["--otlp-endpoint", &endpoint, "--log", "trace"];
    let mut program = Program::start(directory.path(), &arguments).await;
    let relay = Relay::at(program.address);
    let (alice, bob) = (
        Person::registered(&relay, "canaryalice").await,
        Person::registered(&relay, "canarybob").await,
    );
    alice
        .http(&relay)
        .header("X-Request-ID", "asked-for-a-key")
        .get(&format!("/api/identity/users/{}/key", bob.id()))
        .await
        .ok();
    let search = "/api/chat/users?username=canaryb";
    alice.http(&relay).get(search).await.ok();
    let http = Http::new(program.address);
    http.send("CANARY", "/api/canary-path", b"").await;
    http.post("/api/auth/login", &json!({ "username": "canarynobody" }))
        .await
        .error();
    http.get("/healthz").await;
    let line = alice.connect(&relay).await;
    drop(line);
    // What is left is sent before the program ends.
    program.terminate();

    let spans = collector.spans();
    let named = |name: &str| {
        let mut found = spans.iter().filter(|span| span.name == name);
        found.next().unwrap_or_else(|| {
            let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
            panic!("{name} is not among {names:?}")
        })
    };
    let key = named("GET /api/identity/users/{id}/key");
    for (name, value) in [
        ("http.request.method", "GET"),
        ("http.route", "/api/identity/users/{id}/key"),
        ("http.response.status_code", "200"),
        ("duet.request_id", "asked-for-a-key"),
    ] {
        assert_eq!(attribute(&key.attributes, name).as_deref(), Some(value));
    }
    assert_eq!(key.attributes.len(), 4, "{:?}", key.attributes);
    assert_eq!(key.kind, SpanKind::Server as i32);
    assert!(key.end_time_unix_nano > key.start_time_unix_nano);
    assert_eq!((key.parent_span_id.len(), key.events.len()), (0, 0));
    named("POST /api/auth/register");
    named("GET /ws");
    assert!(spans.iter().any(|span| span.name.starts_with("_OTHER ")));
    assert!(!spans.iter().any(|span| span.name.contains("healthz")));

    let resource = collector.batches()[0].resource_spans[0]
        .resource
        .clone()
        .unwrap();
    let service = attribute(&resource.attributes, "service.name");
    assert_eq!(service.as_deref(), Some("duet-relay"));

    // Nothing of anybody: in the bytes themselves, whatever field it would be in.
    let (alice, bob) = (alice.id(), bob.id());
    for forbidden in [
        "canary",
        "CANARY",
        alice.as_str(),
        bob.as_str(),
        // Where they came from.
        "127.0.0.1",
    ] {
        for batch in collector.bytes() {
            let found = batch
                .windows(forbidden.len())
                .any(|part| part == forbidden.as_bytes());
            assert!(!found, "{forbidden} is in a batch");
        }
    }
    // The log is as it would be without.
    let entries = program.entries();
    let request = entries
        .iter()
        .find(|entry| entry["route"] == "/api/identity/users/{id}/key")
        .unwrap();
    assert_eq!(request["span"]["request_id"], "asked-for-a-key");
    assert!(request["span"].get("http.route").is_none(), "{request}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_the_relay_fails_at_is_an_error_for_the_collector() {
    let collector = Collector::default();
    let endpoint = format!("http://{}/", collector.listen().await);
    let directory = tempfile::tempdir().unwrap();
    let mut program = Program::start(directory.path(), &["--otlp-endpoint", &endpoint]).await;
    let relay = Relay::at(program.address);
    relay.http().get("/api/chat/me").await.error();
    let database = directory.path().join(".data/duet.db-wal");
    limit_files(&program, Some(fs::metadata(database).unwrap().len()));
    let credentials = Person::new("alice").credentials();
    let reply = relay.http().post("/api/auth/register", &credentials).await;
    assert_eq!(reply.status, 503);
    limit_files(&program, None);
    program.terminate();
    let spans = collector.spans();
    for (name, status, failed) in [
        ("GET /api/chat/me", "401", false),
        ("POST /api/auth/register", "503", true),
    ] {
        let span = spans.iter().find(|span| span.name == name).unwrap();
        let said = attribute(&span.attributes, "http.response.status_code");
        assert_eq!(said.as_deref(), Some(status), "{name}");
        let outcome = span.status.as_ref().map_or(0, |status| status.code);
        assert_eq!(outcome == Outcome::Error as i32, failed, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_hinders_nobody_and_is_said_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let directory = tempfile::tempdir().unwrap();
    let before = "export OTEL_BSP_SCHEDULE_DELAY=20;";
    let arguments = ["--otlp-endpoint", &endpoint];
    let mut program = Program::start_after(before, directory.path(), &arguments).await;
    let http = Http::new(program.address);
    http.get("/api/config").await.ok();
    let warnings = |program: &Program| {
        let entries = program.entries();
        let warned = entries.iter().filter(|entry| entry["category"] == "traces");
        warned.count()
    };
    eventually("it is said", async || warnings(&program) == 1).await;
    http.get("/api/config").await.ok();
    program.terminate();
    assert_eq!(warnings(&program), 1);
}
