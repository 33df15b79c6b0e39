//! What Prometheus may know. Labels come from closed lists, so their number is bounded.

use axum::http::{Method, StatusCode};
use duet_crypto::relay::CloseCode;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use std::time::Duration;

use super::{nodes::NodeMetrics, store::StoreMetrics};
use crate::limits::Limited;

/// The rate limit of messages on one connection, beside those of [`Limited`].
const MESSAGE: &str = "message";

/// Labels of an HTTP request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    method: &'static str,
    route: &'static str,
    status: u16,
}

impl RequestLabels {
    /// The route is the pattern, never the address.
    #[must_use]
    pub fn new(method: &Method, route: &'static str, status: StatusCode) -> Self {
        let method = match *method {
            Method::GET => "GET",
            Method::HEAD => "HEAD",
            Method::POST => "POST",
            Method::PUT => "PUT",
            Method::DELETE => "DELETE",
            _ => "other",
        };
        Self {
            method,
            route,
            status: status.as_u16(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

macro_rules! auth_events {
    ($($(#[doc = $doc:literal])+ $name:ident = $label:literal;)+) => {
        /// What became of an attempt to get or use a session.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum AuthEvent { $($(#[doc = $doc])+ $name,)+ }

        impl AuthEvent {
            const ALL: &'static [Self] = &[$(Self::$name),+];

            fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)+ }
            }
        }
    };
}

auth_events! {
    /// An account was made.
    Registered = "registered";
    /// The login secret was right.
    LoggedIn = "logged_in";
    /// It was wrong, or the name unknown.
    LoginFailed = "login_failed";
    /// The name was locked.
    LockedOut = "locked_out";
    /// The login secret was right, and the second factor was asked for.
    SecondFactorAsked = "second_factor_asked";
    /// It was wrong.
    SecondFactorFailed = "second_factor_failed";
    /// It was a recovery code.
    RecoveryCodeUsed = "recovery_code_used";
    /// The second factor was turned on or off, or recovery codes were made anew.
    SecondFactorChanged = "second_factor_changed";
    /// A refresh token was rotated.
    Refreshed = "refreshed";
    /// A refresh token came again at once, and got the same successor.
    RefreshRepeated = "refresh_repeated";
    /// A used refresh token came again.
    RefreshReused = "refresh_reused";
    /// A refresh token was refused.
    RefreshRefused = "refresh_refused";
    /// A session was ended by its owner.
    LoggedOut = "logged_out";
    /// An access token was ended by its owner.
    Revoked = "revoked";
    /// An access token named a key that the relay does not have.
    UnknownKey = "unknown_key";
    /// A session ended because its account had too many.
    Displaced = "displaced";
    /// A password was changed.
    PasswordChanged = "password_changed";
    /// An account was deleted by its owner.
    Deleted = "deleted";
    /// A key was stored or replaced.
    KeySet = "key_set";
    /// A key replacement was refused.
    KeyRefused = "key_refused";
    /// Somebody asked for a person whom they may not reach.
    NotReachable = "not_reachable";
}

/// What is counted of sockets; its copies are one.
#[derive(Clone, Default)]
pub struct SocketMetrics {
    /// Open sockets of clients, WebSockets and others.
    pub open: Gauge,
    refused: Family<KindLabels, Counter>,
}

impl SocketMetrics {
    /// The room of one address was full.
    pub const ADDRESS: &'static str = "address";
    /// The room of all was full.
    pub const TOTAL: &'static str = "total";
    /// There was room, and no TLS handshake in time.
    pub const TLS: &'static str = "tls";

    /// Counts a socket that was closed before a request. `kind` is one of a fixed list.
    pub fn refuse(&self, kind: &'static str) {
        self.refused.get_or_create(&KindLabels { kind }).inc();
    }
}

/// All metrics of one relay, with their registry: nothing global, so tests run side by side.
pub struct Metrics {
    registry: Registry,
    /// When this relay started, in seconds since the Unix epoch.
    pub started: Gauge,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram>,
    limited: Family<KindLabels, Counter>,
    auth: Family<KindLabels, Counter>,
    /// Login secrets hashed to be compared, for names that exist or not.
    pub password_checks: Counter,
    /// Sockets of clients.
    pub sockets: SocketMetrics,
    /// The database.
    pub store: StoreMetrics,
    /// Other nodes.
    pub nodes: NodeMetrics,
    /// Open WebSockets that are logged in.
    pub connections: Gauge,
    handshakes: Family<KindLabels, Counter>,
    closed: Family<KindLabels, Counter>,
    /// Bytes of payloads that are being received or wait to be written.
    pub queued: Gauge,
    memory_waits: Counter,
    frames: Family<KindLabels, Counter>,
    acks: Family<KindLabels, Counter>,
    prekeys: Family<KindLabels, Counter>,
    /// Handshakes and messages received; one of the frames, looked up once because it is counted so often.
    pub messages: Counter,
    /// File frames received, likewise.
    pub chunks: Counter,
    /// Payloads written to their recipients; one of the acks.
    pub written: Counter,
    /// Payloads that came again on their connection while the first one was on its way.
    pub repeated_waiting: Counter,
    /// The same after it was written: acknowledged again, and not written again.
    pub repeated_written: Counter,
    /// Payloads that came again over another connection, and met the first one at their recipient's.
    pub repeated_elsewhere: Counter,
}

impl Metrics {
    /// All of them; those of other nodes are told only where there can be some (`joined`): a relay that stands alone would look like one
    /// that has lost the others.
    #[must_use]
    pub fn new(joined: bool) -> Self {
        let mut registry = Registry::with_prefix("duet");
        let started = Gauge::default();
        registry.register_with_unit(
            "process_start_time",
            "When this relay started, since the Unix epoch",
            Unit::Seconds,
            started.clone(),
        );
        let requests = Family::<RequestLabels, Counter>::default();
        registry.register("http_requests", "HTTP requests answered", requests.clone());
        let durations = Family::<RouteLabels, Histogram>::new_with_constructor(|| {
            Histogram::new([
                0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
            ])
        });
        registry.register_with_unit(
            "http_request_duration",
            "Time to answer",
            Unit::Seconds,
            durations.clone(),
        );
        let limited = Family::<KindLabels, Counter>::default();
        registry.register(
            "rate_limited",
            "Requests and messages refused by a rate limit",
            limited.clone(),
        );
        let auth = Family::<KindLabels, Counter>::default();
        registry.register(
            "auth_events",
            "Logins, refreshes, revocations and key changes",
            auth.clone(),
        );
        let password_checks = Counter::default();
        registry.register(
            "password_checks",
            "Login secrets hashed to be compared",
            password_checks.clone(),
        );
        let sockets = SocketMetrics::default();
        registry.register(
            "sockets",
            "Open sockets of clients, WebSockets and others",
            sockets.open.clone(),
        );
        registry.register(
            "sockets_refused",
            "Sockets closed before a request, for want of room, by whose room it was, or of a TLS handshake",
            sockets.refused.clone(),
        );
        let store = StoreMetrics::default();
        store.register(&mut registry);
        let nodes = NodeMetrics::default();
        if joined {
            nodes.register(&mut registry);
        }
        let connections = Gauge::default();
        registry.register(
            "ws_connections",
            "Open WebSockets that are logged in",
            connections.clone(),
        );
        let handshakes = Family::<KindLabels, Counter>::default();
        registry.register(
            "ws_handshakes",
            "Requests for a WebSocket, accepted or refused, and why",
            handshakes.clone(),
        );
        let queued = Gauge::default();
        registry.register(
            "ws_queued_bytes",
            "Bytes of payloads that are being received or wait to be written",
            queued.clone(),
        );
        let memory_waits = Counter::default();
        registry.register(
            "ws_memory_waits",
            "Times that a client had to wait, or was refused, for want of memory",
            memory_waits.clone(),
        );
        let closed = Family::<KindLabels, Counter>::default();
        registry.register(
            "ws_closed",
            "WebSockets closed by the relay, by reason",
            closed.clone(),
        );
        let frames = Family::<KindLabels, Counter>::default();
        registry.register("ws_frames", "Frames received, by type", frames.clone());
        let acks = Family::<KindLabels, Counter>::default();
        registry.register("ws_acks", "What became of payloads", acks.clone());
        let repeats = Family::<KindLabels, Counter>::default();
        registry.register(
            "ws_repeats",
            "Payloads that were sent again, and by that not written twice, by where the first one was",
            repeats.clone(),
        );
        let prekeys = Family::<KindLabels, Counter>::default();
        registry.register(
            "prekeys",
            "One-time prekeys taken in and handed out, and why not",
            prekeys.clone(),
        );
        let counter = |family: &Family<KindLabels, Counter>, kind| {
            family.get_or_create(&KindLabels { kind }).clone()
        };
        // What has not happened yet is 0 and not missing: a rate over it has data, and an alert its first event.
        for event in AuthEvent::ALL {
            counter(&auth, event.label());
        }
        for (code, ..) in CloseCode::ALL {
            counter(&closed, code.reason());
        }
        for limit in Limited::COUNTED {
            counter(&limited, limit.label());
        }
        counter(&limited, MESSAGE);
        for kind in [
            SocketMetrics::ADDRESS,
            SocketMetrics::TOTAL,
            SocketMetrics::TLS,
        ] {
            counter(&sockets.refused, kind);
        }
        Self {
            messages: counter(&frames, "message"),
            chunks: counter(&frames, "chunk"),
            written: counter(&acks, "written"),
            repeated_waiting: counter(&repeats, "waiting"),
            repeated_written: counter(&repeats, "written"),
            repeated_elsewhere: counter(&repeats, "elsewhere"),
            registry,
            started,
            requests,
            durations,
            limited,
            auth,
            password_checks,
            sockets,
            store,
            nodes,
            connections,
            handshakes,
            closed,
            queued,
            memory_waits,
            frames,
            acks,
            prekeys,
        }
    }
}

impl Metrics {
    /// Counts an answered request.
    pub fn request(&self, labels: RequestLabels, elapsed: Duration) {
        self.durations
            .get_or_create(&RouteLabels {
                route: labels.route,
            })
            .observe(elapsed.as_secs_f64());
        self.requests.get_or_create(&labels).inc();
    }

    /// Counts a request that a rate limit refused.
    pub fn limited(&self, limited: Limited) {
        self.limited
            .get_or_create(&KindLabels {
                kind: limited.label(),
            })
            .inc();
    }

    /// Counts a message that its connection's rate limit refused.
    pub fn limited_message(&self) {
        self.limited
            .get_or_create(&KindLabels { kind: MESSAGE })
            .inc();
    }

    /// Counts an event of accounts and sessions.
    pub fn auth(&self, event: AuthEvent) {
        self.auth
            .get_or_create(&KindLabels {
                kind: event.label(),
            })
            .inc();
    }

    /// Counts a request for a WebSocket. `kind` is one of a fixed list.
    pub fn handshake(&self, kind: &'static str) {
        self.handshakes.get_or_create(&KindLabels { kind }).inc();
    }

    /// Counts that a client had to wait, or was refused, for want of memory.
    pub fn waited_for_memory(&self) {
        self.memory_waits.inc();
    }

    /// Counts a WebSocket that the relay closed.
    pub fn closed(&self, code: CloseCode) {
        self.closed
            .get_or_create(&KindLabels {
                kind: code.reason(),
            })
            .inc();
    }

    /// Counts a frame from a client. `kind` is one of a fixed list.
    pub fn frame(&self, kind: &'static str) {
        self.frames.get_or_create(&KindLabels { kind }).inc();
    }

    /// Counts an ACK. `kind` is one of a fixed list.
    pub fn ack(&self, kind: &'static str) {
        self.acks.get_or_create(&KindLabels { kind }).inc();
    }

    /// Counts prekeys. `kind` is one of a fixed list.
    pub fn prekeys(&self, kind: &'static str, count: u64) {
        self.prekeys
            .get_or_create(&KindLabels { kind })
            .inc_by(count);
    }

    /// The text that Prometheus reads (OpenMetrics).
    ///
    /// # Errors
    /// Never in practice: writing into a `String` does not fail.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
