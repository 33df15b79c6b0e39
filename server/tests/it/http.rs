//! What holds for every request: headers, origins, limits, ids, unknown addresses; health and metrics.

use serde_json::json;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::support::{Http, NEVER, Person, Relay, eventually, pass};

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let relay = Relay::start().await;
    let http = relay.http();
    let replies = [
        http.get("/healthz").await,
        http.get("/api/config").await,
        http.get("/api/nothing").await,
        http.get("/api/chat/me").await,
        http.send("DELETE", "/api/config", b"").await,
        http.post("/api/auth/login", &json!({})).await,
        http.without("Origin")
            .post("/api/auth/login", &json!({}))
            .await,
    ];
    for reply in replies {
        let csp = reply.header("content-security-policy").unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "require-trusted-types-for 'script'",
            "frame-ancestors 'none'",
        ] {
            assert!(csp.contains(part), "{csp}");
        }
        assert!(
            !csp.contains("unsafe-inline") && !csp.contains("'unsafe-eval'"),
            "{csp}"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(reply.header(name), Some(value), "{}", reply.status);
        }
        assert!(
            reply.header("permissions-policy").is_some() && reply.header("x-request-id").is_some()
        );
        assert_eq!(
            reply.header("strict-transport-security"),
            None,
            "this is plain http"
        );
    }
}

#[tokio::test]
async fn the_policy_is_the_same_for_every_host() {
    let relay = Relay::start().await;
    for path in ["/", "/api/config", "/viewer/index.html"] {
        let own = relay.http().get(path).await;
        let policy = own.header("content-security-policy").unwrap();
        assert!(!policy.contains("127.0.0.1"), "{policy}");
        for host in ["chat.example", "[2001:db8::1]:8443", "localhost", "no host"] {
            let reply = relay.http().header("Host", host).get(path).await;
            let same = reply.header("content-security-policy");
            assert_eq!(same, Some(policy), "{path} of {host:?}");
        }
    }
}

#[tokio::test]
async fn behind_a_trusted_tls_proxy_the_site_is_https() {
    let relay = Relay::start_with(|settings| {
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]
    })
    .await;
    let http = relay
        .http()
        .header("Host", "chat.example")
        .header("Origin", "https://chat.example")
        .header("X-Forwarded-Proto", "https")
        .header("X-Forwarded-For", "203.0.113.9");
    let reply = http
        .post("/api/auth/register", &Person::new("alice").credentials())
        .await;
    assert_eq!(reply.status, 201);
    assert!(
        reply
            .header("strict-transport-security")
            .unwrap()
            .starts_with("max-age=31536000")
    );
    assert!(reply.cookie().unwrap().starts_with("__Host-duet_refresh="));
    let plain = http
        .header("Origin", "http://chat.example")
        .post("/api/auth/login", &json!({}))
        .await;
    assert_eq!(plain.error(), "origin_refused");
}

#[tokio::test]
async fn pages_of_other_sites_change_nothing() {
    let relay = Relay::start_with(|settings| {
        settings.origins = vec!["https://chat.example".parse().unwrap()]
    })
    .await;
    let alice = Person::registered(&relay, "alice").await;
    let port = relay.address.port();
    let refused = [
        None,
        Some("null".to_owned()),
        Some(format!("https://127.0.0.1:{port}")),
        Some(format!("http://localhost:{port}")),
        Some("http://127.0.0.1".to_owned()),
        Some(format!("http://127.0.0.1:{port}.evil.example")),
        Some(format!("http://evil.127.0.0.1:{port}")),
        Some("https://chat.example.evil".to_owned()),
        Some("http://chat.example".to_owned()),
    ];
    for origin in refused {
        let http = match &origin {
            Some(origin) => alice.http(&relay).header("Origin", origin),
            None => alice.http(&relay).without("Origin"),
        };
        for path in ["register", "login", "refresh", "logout", "revoke"] {
            let reply = http
                .post(&format!("/api/auth/{path}"), &alice.credentials())
                .await;
            assert_eq!(
                (reply.status, reply.error().as_str()),
                (403, "origin_refused"),
                "{origin:?} {path}"
            );
        }
        assert_eq!(
            http.put("/api/identity/key", &json!({})).await.error(),
            "origin_refused",
            "{origin:?}"
        );
    }
    alice.http(&relay).get("/api/chat/me").await.ok();
    alice
        .http(&relay)
        .header("Origin", "https://chat.example")
        .post("/api/auth/refresh", &json!({}))
        .await
        .ok();
}

#[tokio::test]
async fn addresses_that_do_not_exist_are_told_as_such() {
    let relay = Relay::start().await;
    let http = relay.http();
    for path in [
        "/api",
        "/api/",
        "/api/auth",
        "/api/auth/login/",
        "/api/../etc/passwd",
        "/api/%2e%2e",
        "/x.js",
        "/metrics",
    ] {
        assert_eq!(http.get(path).await.error(), "not_found", "{path}");
    }
    for (method, path) in [
        ("GET", "/api/auth/login"),
        ("POST", "/api/chat/me"),
        ("DELETE", "/api/identity/key"),
        ("POST", "/ws"),
    ] {
        assert_eq!(
            http.send(method, path, b"").await.error(),
            "method_not_allowed",
            "{method} {path}"
        );
    }
    assert_eq!(http.get("/ws").await.error(), "upgrade_required");
}

#[tokio::test]
async fn a_request_id_is_taken_over_if_it_is_harmless() {
    let relay = Relay::start().await;
    let reply = relay
        .http()
        .header("X-Request-ID", "trace-7")
        .get("/api/chat/me")
        .await;
    assert_eq!(reply.header("x-request-id"), Some("trace-7"));
    reply.error();
    let reply = relay
        .http()
        .header("X-Request-ID", "a b")
        .get("/api/config")
        .await;
    assert_eq!(reply.header("x-request-id").unwrap().len(), 16);
}

#[tokio::test]
async fn limits_are_per_address_and_say_when_to_come_back() {
    let relay = Relay::start_with(|settings| {
        settings.limits.rate_login = 5;
        settings.limits.rate_register = 2;
        settings.limits.rate_requests = 10;
        settings.limits.rate_handshakes = 3;
        settings.trusted_proxies = vec!["127.0.0.1".parse::<std::net::IpAddr>().unwrap().into()];
    })
    .await;
    let from = |address: &str| relay.http().header("X-Forwarded-For", address);
    let refused = async |http: Http, path: &str, count: u32| {
        for _ in 0..count {
            assert_ne!(http.post(path, &json!({})).await.status, 429, "{path}");
        }
        let reply = http.post(path, &json!({})).await;
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (429, "rate_limited"),
            "{path}"
        );
        assert_eq!(reply.header("retry-after"), Some("1"));
    };
    refused(from("192.0.2.1"), "/api/auth/login", 5).await;
    refused(from("192.0.2.1"), "/api/auth/register", 2).await;
    refused(from("192.0.2.1"), "/api/auth/logout", 10).await;
    refused(from("2001:db8::1"), "/api/auth/register", 2).await;
    assert_eq!(
        from("2001:db8::2")
            .post("/api/auth/register", &json!({}))
            .await
            .status,
        429
    );
    assert_ne!(
        from("192.0.2.2")
            .post("/api/auth/register", &json!({}))
            .await
            .status,
        429
    );
    for _ in 0..3 {
        assert_eq!(from("192.0.2.1").get("/ws").await.status, 426);
    }
    // Three a minute: one every twenty seconds.
    let reply = from("192.0.2.1").get("/ws").await;
    assert_eq!(reply.status, 429);
    assert_eq!(reply.header("retry-after"), Some("20"));
    relay.clock.advance(Duration::from_secs(20));
    assert_eq!(from("192.0.2.1").get("/ws").await.status, 426);
    assert_eq!(from("192.0.2.1").get("/ws").await.status, 429);
    // Health checks are never refused.
    for _ in 0..50 {
        assert_eq!(from("192.0.2.1").get("/healthz").await.status, 200);
    }
    assert!(
        relay
            .metric("duet_rate_limited_total{kind=\"login\"}")
            .await
            >= 1.0
    );
}

#[tokio::test]
async fn health_readiness_and_metrics() {
    let mut relay = Relay::start_with(|settings| settings.limits.drain = NEVER).await;
    assert_eq!(relay.http().get("/healthz").await.text(), "ok\n");
    assert_eq!(relay.http().get("/readyz").await.text(), "ready\n");
    let alice = Person::registered(&relay, "alice").await;
    alice
        .http(&relay)
        .get(&format!("/api/identity/users/{}/key", alice.id()))
        .await
        .ok();
    assert!(
        relay
            .metric("duet_auth_events_total{kind=\"registered\"}")
            .await
            >= 1.0
    );
    assert!(relay.metric("duet_process_start_time_seconds").await > 1.7e9);
    // Labels are patterns: neither ids nor names can get in.
    let text = Http::new(relay.metrics).get("/metrics").await.text();
    assert!(
        text.contains("route=\"/api/identity/users/{id}/key\""),
        "{text}"
    );
    assert!(
        !text.contains(&alice.id()) && !text.contains("alice"),
        "{text}"
    );
    assert!(text.ends_with("# EOF\n"));

    let _socket = alice.connect(&relay).await;
    relay.ask_to_stop();
    eventually("not ready while draining", async || {
        relay.http().get("/readyz").await.status == 503
    })
    .await;
    assert_eq!(relay.http().get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let relay = Relay::start().await;
    let started = Instant::now();
    let mut stream = TcpStream::connect(relay.address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let mut end = Box::pin(stream.read_to_end(&mut answer));
    // The relay counts from when it sees the connection, which may be later than our connecting.
    while timeout(Duration::from_millis(5), &mut end).await.is_err() {
        pass(Duration::from_secs(1));
        assert!(started.elapsed() < NEVER, "never cut off");
    }
    let patience = started.elapsed();
    assert!(patience >= Duration::from_secs(10), "{patience:?}");
}

#[tokio::test]
async fn a_head_that_is_larger_than_any_is_refused() {
    let relay = Relay::start().await;
    let status = async |address, length: usize| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: {}\r\n\r\n",
            "x".repeat(length)
        );
        // The relay may close before it has read all of it.
        let _ = stream.write_all(head.as_bytes()).await;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer[9..]).into_owned()
    };
    for (address, found) in [(relay.address, "404"), (relay.metrics, "200")] {
        // What a proxy lets through, and a cookie, and a token.
        assert_eq!(status(address, 15_000).await, found);
        assert_eq!(status(address, 17_000).await, "431");
    }
}

#[tokio::test]
async fn a_taken_port_names_the_setting() {
    use duet_relay::{
        config::{MetricsListen, Settings},
        server::Server,
    };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let free = Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        metrics_listen: MetricsListen::Off,
        database: directory.path().join("duet.db"),
        ..Settings::defaults()
    };
    let address = taken.local_addr().unwrap();
    let error = Server::bind(Settings {
        listen: address,
        ..free.clone()
    })
    .await
    .err()
    .unwrap();
    assert!(error.to_string().contains("DUET_LISTEN"), "{error}");
    let error = Server::bind(Settings {
        metrics_listen: MetricsListen::At(address),
        ..free
    })
    .await
    .err()
    .unwrap();
    assert!(error.to_string().contains("DUET_METRICS_LISTEN"), "{error}");
    // It failed before it touched any file.
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}
