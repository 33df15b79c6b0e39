//! Security headers, on every response: pages, API answers and errors alike.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

use super::{origin::Origin, request_id};

/// The policy of every page but the viewer's. The same for every host, so that a release can state it: `'self'` is also the
/// WebSocket of the page's own host (decision 19).
pub const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self'; font-src 'self'; manifest-src 'self'; \
     frame-src 'self'; \
     base-uri 'none'; frame-ancestors 'none'; form-action 'none'; require-trusted-types-for 'script'; \
     trusted-types duet; connect-src 'self'";

/// What a peer sent is drawn in a document of its own (docs/threat-model.md): an origin like no other, scripts and style of
/// the site, pictures and sounds that it makes itself, and no network. `'self'` is where the document came from, also for
/// one without an origin.
pub const VIEWER_POLICY: &str = "sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src blob:; media-src blob:; connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

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

/// Sets them. `viewer`: the request was for [the viewer](is_viewer).
pub fn apply(response: &mut Response, request_id: &str, viewer: bool) {
    let headers = response.headers_mut();
    for (name, value) in &FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if viewer {
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(VIEWER_POLICY),
        );
        // Its files are asked for by a document without an origin. They are the same for everybody.
        let name = HeaderName::from_static("cross-origin-resource-policy");
        headers.insert(name, HeaderValue::from_static("cross-origin"));
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
    } else {
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        );
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
