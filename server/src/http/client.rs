//! Who is at the other end: the address and scheme, behind trusted proxies too.

use axum::http::{HeaderMap, HeaderName, header};
use clap::ValueEnum;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// How a trusted proxy says whose request it passes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ForwardedHeader {
    /// X-Forwarded-For, with X-Forwarded-Proto.
    XForwardedFor,
    /// Forwarded (RFC 7239).
    Forwarded,
}

/// The client of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// Its address.
    pub ip: IpAddr,
    /// Whether it came over TLS, to the relay itself or as the trusted proxy says.
    pub https: bool,
}

/// A proxy on the way, as the one after it tells: who came to it, and how, if it says so.
struct Hop {
    ip: IpAddr,
    https: Option<bool>,
}

impl Client {
    /// Forwarding headers count only from a proxy the operator trusts; of the addresses in them the last one that is not
    /// itself a trusted proxy. `tls`: how the peer itself came. ⚔ a client that invents its address to get around rate limits.
    #[must_use]
    pub fn of(
        peer: SocketAddr,
        tls: bool,
        headers: &HeaderMap,
        trusted: &[IpNet],
        header: ForwardedHeader,
    ) -> Self {
        let peer = peer.ip().to_canonical();
        let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
        let mut client = Self {
            ip: peer,
            https: tls,
        };
        if !is_trusted(&peer) {
            return client;
        }
        let name = match header {
            ForwardedHeader::XForwardedFor => {
                client.https = headers
                    .get(FORWARDED_PROTO)
                    .map_or(tls, |value| value.as_bytes().eq_ignore_ascii_case(b"https"));
                FORWARDED_FOR
            }
            ForwardedHeader::Forwarded => header::FORWARDED,
        };
        let values: Vec<&str> = headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        for text in values.iter().rev().flat_map(|value| value.rsplit(',')) {
            let hop = match header {
                ForwardedHeader::XForwardedFor => address(text).map(|ip| Hop { ip, https: None }),
                ForwardedHeader::Forwarded => element(text),
            };
            let Some(hop) = hop else { break };
            client.ip = hop.ip;
            client.https = hop.https.unwrap_or(client.https);
            if !is_trusted(&client.ip) {
                break;
            }
        }
        client
    }
}

/// Whether a request says that it was passed on for somebody else, whoever says so.
#[must_use]
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED_FOR) || headers.contains_key(header::FORWARDED)
}

/// An address, with or without a port; one of IPv6 with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let ip = text
        .parse::<IpAddr>()
        .ok()
        .or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
        .or_else(|| {
            text.strip_prefix('[')?
                .strip_suffix(']')?
                .parse::<IpAddr>()
                .ok()
        })?;
    Some(ip.to_canonical())
}

/// An element of Forwarded, such as `for="[2001:db8::1]:4711";proto=https`.
fn element(text: &str) -> Option<Hop> {
    let (mut ip, mut https) = (None, None);
    for pair in text.split(';') {
        let (name, value) = pair.split_once('=')?;
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => ip = address(value),
            "proto" => https = Some(value.eq_ignore_ascii_case("https")),
            _ => {}
        }
    }
    Some(Hop { ip: ip?, https })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> Client {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        headers.insert(FORWARDED_PROTO, "https".parse().unwrap());
        let trusted: Vec<IpNet> = trusted
            .iter()
            .map(|network| network.parse().unwrap())
            .collect();
        Client::of(
            peer.parse().unwrap(),
            false,
            &headers,
            &trusted,
            ForwardedHeader::XForwardedFor,
        )
    }

    #[test]
    fn forwarding_headers_count_only_from_trusted_proxies() {
        let direct = client("198.51.100.7:9", &["203.0.113.1"], &["10.0.0.0/8"]);
        assert_eq!(
            direct,
            Client {
                ip: "198.51.100.7".parse().unwrap(),
                https: false
            }
        );
        let proxied = client("10.0.0.2:9", &["203.0.113.1"], &["10.0.0.0/8"]);
        assert_eq!(
            proxied,
            Client {
                ip: "203.0.113.1".parse().unwrap(),
                https: true
            }
        );
    }

    #[test]
    fn an_address_invented_by_the_client_is_ignored() {
        let client = client(
            "10.0.0.2:9",
            &["1.1.1.1, 203.0.113.1", "10.0.0.3"],
            &["10.0.0.0/8"],
        );
        assert_eq!(client.ip, "203.0.113.1".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn an_ipv4_address_in_ipv6_clothes_is_the_same_address() {
        let client = client(
            "[::ffff:10.0.0.2]:9",
            &["::ffff:203.0.113.1"],
            &["10.0.0.0/8"],
        );
        assert_eq!(client.ip, "203.0.113.1".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn a_port_is_no_part_of_an_address() {
        for (hop, ip) in [
            ("203.0.113.1:4711", "203.0.113.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
        ] {
            let client = client("10.0.0.2:9", &[hop], &["10.0.0.0/8"]);
            assert_eq!(client.ip, ip.parse::<IpAddr>().unwrap(), "{hop}");
        }
        for nonsense in ["unknown", "203.0.113.1:x", "[2001:db8::1", "", "_hidden"] {
            let client = client("10.0.0.2:9", &["1.1.1.1", nonsense], &["10.0.0.0/8"]);
            assert_eq!(
                client.ip,
                "10.0.0.2".parse::<IpAddr>().unwrap(),
                "{nonsense}"
            );
        }
    }

    #[test]
    fn forwarded_is_read_instead_where_the_operator_says_so() {
        let mut headers = HeaderMap::new();
        // What the client itself wrote into the header that this proxy does not set.
        headers.insert(FORWARDED_FOR, "198.51.100.1".parse().unwrap());
        headers.append(
            header::FORWARDED,
            "for=1.1.1.1;proto=http, For=\"[2001:db8::1]:4711\";Proto=https;by=10.0.0.3"
                .parse()
                .unwrap(),
        );
        headers.append(header::FORWARDED, "for=10.0.0.3".parse().unwrap());
        let of = |peer: &str, header| {
            let trusted = ["10.0.0.0/8".parse().unwrap()];
            Client::of(peer.parse().unwrap(), false, &headers, &trusted, header)
        };
        let expected = Client {
            ip: "2001:db8::1".parse().unwrap(),
            https: true,
        };
        assert_eq!(of("10.0.0.2:9", ForwardedHeader::Forwarded), expected);
        let other = of("10.0.0.2:9", ForwardedHeader::XForwardedFor);
        assert_eq!(other.ip, "198.51.100.1".parse::<IpAddr>().unwrap());
        let stranger = of("192.0.2.1:9", ForwardedHeader::Forwarded);
        assert_eq!(stranger.ip, "192.0.2.1".parse::<IpAddr>().unwrap());
    }
}
