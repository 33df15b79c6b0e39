//! Spans of HTTP requests for a collector of OpenTelemetry's, where the operator names one. A span has the method, the route's
//! pattern, the status and the request's id, which the log has too: no address, no name, no id of an account.

use async_trait::async_trait;
use axum::{
    body::{Body, to_bytes},
    http::{HeaderValue, Method, Request, Response, StatusCode, header},
};
use bytes::Bytes;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{
    ExporterBuildError, Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::runtime::Handle;
use tracing::{Span, Subscriber, field::Empty, level_filters::LevelFilter};
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

use crate::outside::{address::Address, link::Link};

/// The target of the spans: the log leaves it out, and the collector gets nothing else.
pub const TARGET: &str = "traces";
/// What the relay calls itself, unless `OTEL_SERVICE_NAME` says otherwise.
const SERVICE: &str = "duet-relay";
/// Where a collector takes spans over HTTP (OTLP).
const PATH: &str = "/v1/traces";
/// The longest answer of a collector that is read.
const MOST_OF_AN_ANSWER: usize = 64 * 1024;

/// Why spans cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// The address is https, and nothing can vouch for it.
    #[error("OTEL_EXPORTER_OTLP_ENDPOINT: {0}")]
    Link(#[from] io::Error),
    /// One of the other variables of OpenTelemetry's cannot be used.
    #[error("OpenTelemetry: {0}")]
    Exporter(#[from] ExporterBuildError),
}

/// What takes spans in and sends them, some at a time.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Prepares for a collector. Headers, sampling and the sizes of batches are those of OpenTelemetry's own variables. `runtime`
    /// is where it sends.
    ///
    /// # Errors
    /// [`TracesError`].
    pub fn new(collector: &Address, runtime: Handle) -> Result<Self, TracesError> {
        let client = Client {
            link: Arc::new(Link::new(collector.clone())?),
            runtime,
            is_lost: AtomicBool::new(false),
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}{PATH}", collector.origin.as_str()))
            .build()?;
        let mut resource = Resource::builder();
        if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name(SERVICE);
        }
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        Ok(Self(provider))
    }

    /// What a subscriber hands its spans to: those of [`request`], and no line of the log.
    pub fn layer<S>(&self) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync + 'static,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_context_activation(false)
            .with_filter(Targets::new().with_target(TARGET, LevelFilter::INFO))
            .boxed()
    }

    /// Sends what is left; the runtime must still be there.
    pub fn finish(self) {
        // What is wrong with the collector was said when it began.
        let _ = self.0.shutdown();
    }
}

/// The span of a request: nothing, where there is no collector.
#[must_use]
pub fn request(method: &Method, route: &'static str, id: &str) -> Span {
    // Load balancers and Docker ask for these several times a minute.
    if matches!(route, "/healthz" | "/readyz") {
        return Span::none();
    }
    let method = known(method);
    tracing::info_span!(
        target: TARGET,
        parent: None,
        "request",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        duet.request_id = id,
    )
}

/// What became of it.
pub fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// Methods are what a client writes; others have the name that OpenTelemetry gives them.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}

/// Sends batches the way the relay asks other servers. The exporter has a thread of its own, so the work is done in the runtime.
struct Client {
    link: Arc<Link>,
    runtime: Handle,
    is_lost: AtomicBool,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// Tells the operator once that spans get lost, and once that they arrive again.
    fn note(&self, outcome: Result<StatusCode, &HttpError>) {
        let is_lost = !matches!(outcome, Ok(status) if status.is_success());
        let was_lost = self.is_lost.swap(is_lost, Ordering::Relaxed);
        match outcome {
            _ if is_lost == was_lost => {}
            Err(error) => {
                tracing::warn!(category = "traces", %error, "the collector cannot be reached: spans are lost");
            }
            Ok(status) if is_lost => {
                let status = status.as_u16();
                tracing::warn!(
                    category = "traces",
                    status,
                    "the collector refuses spans: they are lost"
                );
            }
            Ok(_) => tracing::info!(category = "traces", "the collector takes spans again"),
        }
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let link = Arc::clone(&self.link);
        let sending = self.runtime.spawn(send(link, request));
        let outcome = match sending.await {
            Ok(outcome) => outcome,
            Err(stopped) => Err(stopped.into()),
        };
        self.note(outcome.as_ref().map(Response::status));
        outcome
    }
}

async fn send(link: Arc<Link>, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let mut request = request.map(Body::from);
    *request.uri_mut() = PATH.parse()?;
    let headers = request.headers_mut();
    headers.insert(header::HOST, link.address.authority.clone());
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    let (head, body) = link.send(request).await?.into_parts();
    let body = to_bytes(Body::new(body), MOST_OF_AN_ANSWER).await?;
    Ok(Response::from_parts(head, body))
}
