//! A device that its owner has logged in on before (FEATURES.md A5).
//!
//! The lockout of a name would let anybody keep anybody out. So a device that has once logged in gets a cookie, and with it
//! its attempts are counted by themselves: a stranger's failures do not lock it out, and whoever stole the cookie has no more
//! guesses than a stranger (OWASP's device cookies).

use axum::http::{HeaderMap, HeaderValue};
use sha2::{Digest as _, Sha256};
use std::fmt;
use zeroize::Zeroizing;

use super::cookie::{self, Names};
use crate::{api::Bytes, http::origin::Origin, ids::DeviceHash, store::DEVICE_LIFE};

const NAMES: Names = Names {
    secure: "__Host-duet_device",
    plain: "duet_device",
};

/// What the cookie holds; what is stored is its [`KnownDevice::hash`].
pub struct KnownDevice(Zeroizing<[u8; 32]>);

impl KnownDevice {
    /// One that has not logged in before.
    #[must_use]
    pub fn new() -> Self {
        Self(Zeroizing::new(crate::random()))
    }

    /// The one that sends a request, if it says so.
    #[must_use]
    pub fn read(headers: &HeaderMap, origin: &Origin) -> Option<Self> {
        let Bytes(bytes) = Bytes::decode(cookie::value(headers, NAMES, origin)?)?;
        Some(Self(Zeroizing::new(bytes)))
    }

    /// `Set-Cookie` for it.
    #[must_use]
    pub fn cookie(&self, origin: &Origin) -> HeaderValue {
        let value = Zeroizing::new(Bytes(*self.0).encode());
        cookie::make(&value, NAMES, origin, DEVICE_LIFE)
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> DeviceHash {
        DeviceHash(Sha256::digest(&self.0[..]).into())
    }
}

impl Default for KnownDevice {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for KnownDevice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_) = self;
        formatter.write_str("KnownDevice(..)")
    }
}
