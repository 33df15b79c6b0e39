//! Who is at the other end: the address and scheme, behind trusted proxies too.

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The client of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// Its address.
    pub ip: IpAddr,
    /// Whether it came over TLS, as the trusted proxy says. The relay itself speaks plain HTTP.
    pub https: bool,
}

impl Client {
    /// Forwarding headers count only from a proxy the operator trusts; of the addresses in X-Forwarded-For the last
    /// one that is not itself a trusted proxy. ⚔ a client that invents its address to get around rate limits.
    #[must_use]
    pub fn of(peer: SocketAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let peer = peer.ip().to_canonical();
        let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
        if !is_trusted(&peer) {
            return Self {
                ip: peer,
                https: false,
            };
        }
        let mut ip = peer;
        let values: Vec<&str> = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        for hop in values.iter().rev().flat_map(|value| value.rsplit(',')) {
            let Ok(address) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            ip = address.to_canonical();
            if !is_trusted(&ip) {
                break;
            }
        }
        let https = headers
            .get(FORWARDED_PROTO)
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"https"));
        Self { ip, https }
    }
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
        Client::of(peer.parse().unwrap(), &headers, &trusted)
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
}
