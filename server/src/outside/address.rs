//! Where a relay is: its origin, as people write it into an address bar.

use axum::http::{HeaderValue, Uri, uri::Scheme};
use std::str::FromStr;

use crate::http::origin::{NotAnOrigin, Origin};

/// The origin of a relay, taken apart.
#[derive(Debug, Clone)]
pub struct Address {
    /// Scheme, host and port, as browsers write them.
    pub origin: Origin,
    /// Name or address, an IPv6 address without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Host and port as in the Host header.
    pub authority: HeaderValue,
}

impl FromStr for Address {
    type Err = NotAnOrigin;

    /// A slash at the end is forgiven, a path is not.
    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let uri: Uri = text
            .strip_suffix('/')
            .unwrap_or(text)
            .to_ascii_lowercase()
            .parse()
            .map_err(|_| NotAnOrigin)?;
        let (scheme, authority) = uri.scheme().zip(uri.authority()).ok_or(NotAnOrigin)?;
        let default_port = if *scheme == Scheme::HTTPS { 443 } else { 80 };
        let port = authority.port_u16().unwrap_or(default_port);
        let host = authority.host();
        let authority = if port == default_port {
            host.to_owned()
        } else {
            format!("{host}:{port}")
        };
        // The rest of the address may only be "/" or nothing.
        if !uri.path().trim_matches('/').is_empty() || uri.query().is_some() || text.contains('@') {
            return Err(NotAnOrigin);
        }
        Ok(Self {
            origin: format!("{scheme}://{authority}").parse()?,
            host: host
                .trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned(),
            port,
            authority: HeaderValue::from_str(&authority).map_err(|_| NotAnOrigin)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_as_people_write_it() {
        for (text, origin, host, port) in [
            (
                "https://chat.example",
                "https://chat.example",
                "chat.example",
                443,
            ),
            (
                "https://Chat.Example:443/",
                "https://chat.example",
                "chat.example",
                443,
            ),
            (
                "http://localhost:8080",
                "http://localhost:8080",
                "localhost",
                8080,
            ),
            ("http://[::1]:81", "http://[::1]:81", "::1", 81),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.origin.as_str(), origin);
            assert_eq!((address.host.as_str(), address.port), (host, port));
        }
        for refused in [
            "chat.example",
            "ftp://chat.example",
            "https://chat.example/duet",
            "https://chat.example/?x",
            "https://a@chat.example",
            "https://",
            "",
        ] {
            assert!(refused.parse::<Address>().is_err(), "{refused:?}");
        }
    }
}
