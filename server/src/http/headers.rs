//! Security headers, on every response: pages, API answers and errors alike.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

use super::{origin::Origin, request_id};

/// DESIGN.md section 7. `connect-src` gets the WebSocket of the same host added: older browsers do not count it as
/// `'self'`.
const POLICY_BEFORE_CONNECT: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self'; font-src 'self'; manifest-src 'self'; \
     frame-src 'self'; \
     base-uri 'none'; frame-ancestors 'none'; form-action 'none'; require-trusted-types-for 'script'; \
     trusted-types duet; connect-src 'self'";

/// What a peer sent is drawn in a document of its own (docs/threat-model.md): an origin like no other, scripts and style of
/// the site, pictures and sounds that it makes itself, and no network. Its origin is not `'self'` for every browser, so
/// the address is named.
fn viewer_policy(own: Option<&Origin>) -> HeaderValue {
    HeaderValue::from_str(&viewer_policy_of(own.map_or("", Origin::as_str))).unwrap_or(
        HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'"),
    )
}

/// The viewer's policy at an origin.
#[must_use]
pub fn viewer_policy_of(own: &str) -> String {
    format!(
        "sandbox allow-scripts; default-src 'none'; script-src 'self' {own}; style-src 'self' {own}; img-src blob:; \
         media-src blob:; connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// Whether a path belongs to the viewer's document.
#[must_use]
pub fn is_viewer(path: &str) -> bool {
    path.starts_with("/viewer/")
}

static FIXED: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        "require-corp",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(self), display-capture=(), geolocation=(), payment=(), usb=(), serial=(), \
             midi=(), browsing-topics=()",
    ),
];

/// Sets them. `own` is the origin that the request was sent to; `viewer`: it was for [the viewer](is_viewer).
pub fn apply(response: &mut Response, request_id: &str, own: Option<&Origin>, viewer: bool) {
    let headers = response.headers_mut();
    for (name, value) in &FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if viewer {
        headers.insert(header::CONTENT_SECURITY_POLICY, viewer_policy(own));
        // Its files are asked for by a document without an origin. They are the same for everybody.
        let name = HeaderName::from_static("cross-origin-resource-policy");
        headers.insert(name, HeaderValue::from_static("cross-origin"));
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
    } else {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy(own));
    }
    // API answers are for one person and one moment; the site sets its own rule.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(request_id::TRACE, id.clone());
        headers.insert(request_id::HEADER, id);
    }
}

/// Browsers remember for a year that a site with https is one.
pub fn insist(response: &mut Response, own: Option<&Origin>) {
    if own.is_some_and(Origin::is_https) {
        response.headers_mut().insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
}

fn policy(own: Option<&Origin>) -> HeaderValue {
    // `Origin` has checked the characters: nothing in it can end the directive.
    own.and_then(|own| HeaderValue::from_str(&policy_of(&own.socket())).ok())
        .unwrap_or(HeaderValue::from_static(POLICY_BEFORE_CONNECT))
}

/// The policy of every page but the viewer's, with the origin of the WebSocket.
#[must_use]
pub fn policy_of(socket: &str) -> String {
    format!("{POLICY_BEFORE_CONNECT} {socket}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_socket_of_the_same_host_only() {
        let policy = |origin: &str| {
            policy(Some(&origin.parse().unwrap()))
                .to_str()
                .unwrap()
                .to_owned()
        };
        assert!(
            policy("http://duet.test:8080").ends_with("connect-src 'self' ws://duet.test:8080")
        );
        assert!(policy("https://chat.example").ends_with("connect-src 'self' wss://chat.example"));
        assert!(
            super::policy(None)
                .to_str()
                .unwrap()
                .ends_with("connect-src 'self'")
        );
    }
}
