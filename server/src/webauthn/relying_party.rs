//! For which name of a site a passkey is good.

use sha2::{Digest as _, Sha256};
use std::net::IpAddr;

use crate::http::origin::Origin;

/// The page that asks, and the name that its passkeys are for: its host. A site with several names has passkeys for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    origin: Origin,
    id: String,
}

impl RelyingParty {
    /// That of a page; `None` where browsers offer no passkeys: without TLS, except on the machine itself, and at an address that
    /// is a number.
    #[must_use]
    pub fn of(origin: &Origin) -> Option<Self> {
        let id = origin.host();
        let is_number = id.starts_with('[') || id.parse::<IpAddr>().is_ok();
        (origin.keeps_secure_cookies() && !is_number).then(|| Self {
            id: id.to_owned(),
            origin: origin.clone(),
        })
    }

    /// The page.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// As an authenticator says it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.id).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_for_hosts_that_have_a_name_and_are_reached_safely() {
        let id = |origin: &str| {
            RelyingParty::of(&origin.parse().unwrap()).map(|party| party.id().to_owned())
        };
        for (origin, expected) in [
            ("https://chat.example", Some("chat.example")),
            ("https://chat.example:8443", Some("chat.example")),
            ("http://localhost:8080", Some("localhost")),
            ("http://duet.localhost", Some("duet.localhost")),
            ("http://chat.example", None),
            ("http://127.0.0.1:8080", None),
            ("https://192.168.1.5", None),
            ("https://[2001:db8::1]:8443", None),
            ("http://[::1]:8080", None),
        ] {
            assert_eq!(id(origin).as_deref(), expected, "{origin}");
        }
    }
}
