//! Which pages may use the relay: the Origin header against the site's own origin and the operator's list.
//!
//! A browser sends Origin with every WebSocket handshake and every request that changes something, and no page can
//! forge it. ⚔ cross-site request forgery, cross-site WebSocket hijacking.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use std::str::FromStr;

use crate::error::{ApiError, ErrorCode};

/// An origin as browsers write it: `scheme://host[:port]`, lower case, no default port, no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// The text is not an origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an origin such as https://chat.example or http://192.168.1.5:8080, in lower case, without a path"
)]
pub struct NotAnOrigin;

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let (default_port, authority) = match text.split_once("://") {
            Some(("https", authority)) => (":443", authority),
            Some(("http", authority)) => (":80", authority),
            _ => return Err(NotAnOrigin),
        };
        let good = !authority.is_empty()
            && !authority.ends_with(default_port)
            && authority.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b':' | b'[' | b']'));
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnOrigin)
        }
    }
}

impl Origin {
    /// The text, as in the header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the page came over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The host, without a port.
    #[must_use]
    pub fn host(&self) -> &str {
        let authority = self
            .0
            .split_once("://")
            .map_or("", |(_, authority)| authority);
        match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => authority,
        }
    }

    /// Whether browsers treat the origin as trustworthy, and so keep `Secure` cookies of it.
    #[must_use]
    pub fn keeps_secure_cookies(&self) -> bool {
        let host = self.host();
        self.is_https()
            || matches!(host, "localhost" | "127.0.0.1" | "[::1]")
            || host.ends_with(".localhost")
    }
}

/// The origin of the site that this request was sent to, from the Host header and the scheme.
#[must_use]
pub fn own_origin(headers: &HeaderMap, https: bool) -> Option<Origin> {
    let host = single(headers, &header::HOST)?.to_str().ok()?;
    let (scheme, port) = if https {
        ("https", ":443")
    } else {
        ("http", ":80")
    };
    // Of http://host:443 it has the port, which https://host has not.
    let host = host.strip_suffix(port).unwrap_or(host);
    format!("{scheme}://{}", host.to_ascii_lowercase())
        .parse()
        .ok()
}

/// The request's Origin if it may use the relay: the site's own, or one of `allowed`.
#[must_use]
pub fn accepted(headers: &HeaderMap, https: bool, allowed: &[Origin]) -> Option<Origin> {
    let origin: Origin = single(headers, &header::ORIGIN)?
        .to_str()
        .ok()?
        .parse()
        .ok()?;
    let good =
        own_origin(headers, https).is_some_and(|own| own == origin) || allowed.contains(&origin);
    good.then_some(origin)
}

/// The answer to a page of another site, with what an operator can do about it.
pub fn refused_origin() -> ApiError {
    ApiError::new(
        ErrorCode::OriginRefused,
        "the Origin header is missing or is not this site's; if the site is behind a TLS proxy, name its origin in \
         DUET_ORIGINS or the proxy in DUET_TRUSTED_PROXIES",
    )
}

/// The value of a header that must appear once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    values.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, origin: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        headers.insert(header::ORIGIN, origin.parse().unwrap());
        headers
    }

    #[test]
    fn only_the_same_origin_is_accepted() {
        let good = |host, origin| accepted(&headers(host, origin), false, &[]).is_some();
        assert!(good("duet.test:8080", "http://duet.test:8080"));
        assert!(good("duet.test", "http://duet.test"));
        assert!(good("[::1]:8080", "http://[::1]:8080"));
        assert!(good("DUET.test:8080", "http://duet.test:8080"));
        for refused in [
            "null",
            "https://duet.test:8080",
            "http://duet.test",
            "http://duet.test:80",
            "http://duet.test:8081",
            "http://evil.duet.test:8080",
            "http://duet.test:8080.evil.example",
            "http://duet.test:8080/",
            "http://DUET.test:8080",
            "http://user@duet.test:8080",
            "duet.test:8080",
            "file://",
            "",
        ] {
            assert!(!good("duet.test:8080", refused), "{refused:?}");
        }
    }

    #[test]
    fn the_list_of_the_operator_is_accepted_too() {
        let allowed = ["https://chat.example".parse().unwrap()];
        assert!(
            accepted(
                &headers("10.0.0.1:8080", "https://chat.example"),
                false,
                &allowed
            )
            .is_some()
        );
        assert!(
            accepted(
                &headers("10.0.0.1:8080", "http://chat.example"),
                false,
                &allowed
            )
            .is_none()
        );
    }

    #[test]
    fn two_origin_headers_are_refused() {
        let mut two = headers("duet.test", "http://duet.test");
        two.append(header::ORIGIN, "http://duet.test".parse().unwrap());
        assert!(accepted(&two, false, &[]).is_none());
    }

    #[test]
    fn two_host_headers_are_no_host() {
        let mut two = headers("duet.test", "http://duet.test");
        two.append(header::HOST, "duet.test".parse().unwrap());
        assert!(own_origin(&two, false).is_none());
        assert!(accepted(&two, false, &[]).is_none());
    }

    #[test]
    fn secure_cookies_stay_where_browsers_keep_them() {
        let keeps = |origin: &str| origin.parse::<Origin>().unwrap().keeps_secure_cookies();
        for kept in [
            "https://chat.example",
            "http://localhost:8080",
            "http://127.0.0.1:1",
            "http://[::1]:8080",
            "http://a.localhost",
        ] {
            assert!(keeps(kept), "{kept}");
        }
        for dropped in [
            "http://duet.test:8080",
            "http://192.168.1.5:8080",
            "http://localhost.example",
        ] {
            assert!(!keeps(dropped), "{dropped}");
        }
    }
}
