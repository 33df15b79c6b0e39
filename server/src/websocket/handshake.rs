//! The request that opens a WebSocket (RFC 6455 section 4).

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Headers that must be there once, or not at all.
const ONCE: [HeaderName; 3] = [
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_VERSION,
    header::UPGRADE,
];

/// Why a request opens no WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It does not ask for one, or for a version that nobody speaks here: 426.
    NotAsked,
    /// It asks, and breaks the rules: 400.
    Malformed,
}

/// The answer that makes the connection a WebSocket.
///
/// # Errors
/// [`Refusal`].
pub fn accept(request: &Request<()>) -> Result<Response<Body>, Refusal> {
    let headers = request.headers();
    if !headers.contains_key(header::UPGRADE)
        || headers
            .get(header::SEC_WEBSOCKET_VERSION)
            .is_some_and(|version| version != "13")
    {
        return Err(Refusal::NotAsked);
    }
    let once = |name| headers.get_all(name).iter().count() <= 1;
    if !ONCE.iter().all(once) || !has_key(headers) {
        return Err(Refusal::Malformed);
    }
    tungstenite::handshake::server::create_response_with_body(request, Body::empty)
        .map_err(|_| Refusal::Malformed)
}

/// What a refused client may ask for instead.
pub fn advertise(headers: &mut HeaderMap) {
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(
        header::SEC_WEBSOCKET_VERSION,
        HeaderValue::from_static("13"),
    );
}

/// Sixteen bytes in base64.
fn has_key(headers: &HeaderMap) -> bool {
    headers
        .get(header::SEC_WEBSOCKET_KEY)
        .and_then(|key| STANDARD.decode(key).ok())
        .is_some_and(|key| key.len() == 16)
}
