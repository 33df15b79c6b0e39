//! Cookies: the refresh token's, and how others are made.

use axum::http::{HeaderMap, HeaderValue, header};
use std::{sync::Once, time::Duration};

use super::refresh_token::RefreshToken;
use crate::http::origin::Origin;

/// Browsers drop `Secure` cookies of plain-http sites (other than localhost), so such a site gets a cookie without
/// it, under a name that promises nothing. Which one it is follows from the Origin that was checked before.
#[derive(Clone, Copy)]
pub(super) struct Names {
    pub(super) secure: &'static str,
    pub(super) plain: &'static str,
}

impl Names {
    fn at(self, origin: &Origin) -> &'static str {
        if origin.keeps_secure_cookies() {
            self.secure
        } else {
            self.plain
        }
    }
}

const REFRESH: Names = Names {
    secure: "__Host-duet_refresh",
    plain: "duet_refresh",
};

/// The refresh token of a request, if there is one in the right form.
#[must_use]
pub fn read(headers: &HeaderMap, origin: &Origin) -> Option<RefreshToken> {
    RefreshToken::decode(value(headers, REFRESH, origin)?)
}

/// `Set-Cookie` for a new refresh token.
#[must_use]
pub fn set(token: &RefreshToken, origin: &Origin, ttl: Duration) -> HeaderValue {
    if !origin.keeps_secure_cookies() {
        warn_once();
    }
    make(&token.encode(), REFRESH, origin, ttl)
}

/// `Set-Cookie` that removes it.
#[must_use]
pub fn clear(origin: &Origin) -> HeaderValue {
    make("", REFRESH, origin, Duration::ZERO)
}

/// The value of a request's cookie.
pub(super) fn value<'a>(headers: &'a HeaderMap, names: Names, origin: &Origin) -> Option<&'a str> {
    let name = names.at(origin);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(cookie, _)| *cookie == name)
        .map(|(_, value)| value)
}

/// `Set-Cookie`.
pub(super) fn make(value: &str, names: Names, origin: &Origin, ttl: Duration) -> HeaderValue {
    let secure = if origin.keeps_secure_cookies() {
        "; Secure"
    } else {
        ""
    };
    let name = names.at(origin);
    let age = ttl.as_secs();
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}"
    ))
    .unwrap_or(HeaderValue::from_static(""))
}

fn warn_once() {
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        tracing::warn!(
            category = "security",
            "the site is used over plain http on a host that is not localhost: logins travel unencrypted, and the \
             refresh cookie cannot be Secure. Give the relay a certificate (DUET_TLS_CERTIFICATE, DUET_TLS_SELF_SIGNED) or put a \
             TLS proxy in front"
        );
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        text.parse().unwrap()
    }

    #[test]
    fn a_cookie_is_found_again_by_the_site_that_set_it() {
        for site in [
            "https://chat.example",
            "http://localhost:8080",
            "http://duet.test:8080",
        ] {
            let token = RefreshToken::first();
            let set = set(&token, &origin(site), Duration::from_secs(60));
            let text = set.to_str().unwrap();
            assert!(text.contains("HttpOnly; SameSite=Strict"), "{text}");
            assert_eq!(
                text.contains("; Secure"),
                site != "http://duet.test:8080",
                "{text}"
            );
            assert_eq!(
                text.starts_with("__Host-"),
                site != "http://duet.test:8080",
                "{text}"
            );
            let pair = text.split(';').next().unwrap();
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, format!("a=b; {pair}; c=d").parse().unwrap());
            let found = read(&headers, &origin(site)).unwrap();
            assert_eq!(found.hash(), token.hash());
        }
    }

    #[test]
    fn a_secure_site_does_not_take_the_plain_cookie() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            format!("duet_refresh={}", *RefreshToken::first().encode())
                .parse()
                .unwrap(),
        );
        assert!(read(&headers, &origin("https://chat.example")).is_none());
    }
}
