//! The id that follows a request through logs, headers and error bodies.

use axum::http::{HeaderMap, HeaderName};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::future::Future;

/// The header, both ways.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Its other name; where both are given, the first one counts.
pub const TRACE: HeaderName = HeaderName::from_static("x-trace-id");
/// Longest id that is taken over from a client or proxy.
const MAX_LENGTH: usize = 64;

tokio::task_local! {
    static CURRENT: String;
}

/// The id a proxy or client gave, if it is harmless in a log; else a new one.
#[must_use]
pub fn of(headers: &HeaderMap) -> String {
    [HEADER, TRACE]
        .iter()
        .filter_map(|name| headers.get(name)?.to_str().ok())
        .find(|id| (1..=MAX_LENGTH).contains(&id.len()) && id.bytes().all(is_plain))
        .map_or_else(
            || URL_SAFE_NO_PAD.encode(crate::random::<12>()),
            str::to_owned,
        )
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Runs `future` under the id.
pub async fn scope<F: Future>(id: String, future: F) -> F::Output {
    CURRENT.scope(id, future).await
}

/// The id of the request that this task works on; empty outside requests.
#[must_use]
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_could_forge_a_log_line_is_replaced() {
        for refused in ["", "a b", "a\"b", "{}", &"x".repeat(65)] {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, refused.parse().unwrap());
            assert_ne!(of(&headers), refused);
        }
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, "trace-1.a_B".parse().unwrap());
        assert_eq!(of(&headers), "trace-1.a_B");
        headers.insert(TRACE, "trace-2".parse().unwrap());
        assert_eq!(of(&headers), "trace-1.a_B");
        headers.insert(HEADER, "a b".parse().unwrap());
        assert_eq!(of(&headers), "trace-2");
        assert_eq!(of(&HeaderMap::new()).len(), 16);
    }
}
