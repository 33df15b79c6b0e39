//! TLS of the relay's own, for whoever has no proxy before it: a certificate out of files, or one that the relay makes for itself.
//!
//! | module | what it is |
//! |---|---|
//! | [`files`] | certificates and keys on disk |
//! | [`self_signed`] | a certificate made here, and kept |
//! | [`names`] | what this machine is called |

mod files;
mod names;
mod self_signed;

use sha2::{Digest as _, Sha256};
use std::{
    fmt::Write as _,
    io,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{self, ServerConfig, crypto::CryptoProvider, pki_types::CertificateDer},
};

use crate::config::Settings;
use files::Pair;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// One of two.
    #[error("DUET_TLS_CERTIFICATE and DUET_TLS_KEY belong together: give both, or neither")]
    Half,
    /// Two wishes.
    #[error(
        "DUET_TLS_SELF_SIGNED makes a certificate by itself: give that, or DUET_TLS_CERTIFICATE and DUET_TLS_KEY, not both"
    )]
    Both,
    /// A file is not there, cannot be read or made.
    #[error("{what} {path}: {source}")]
    File {
        /// Which of the two.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{what} {path}: {reason}")]
    Malformed {
        /// Which of the two.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The key is another certificate's.
    #[error("the key {key} is not the one of the certificate {certificate}")]
    NotItsKey {
        /// The key's file.
        key: PathBuf,
        /// The certificate's file.
        certificate: PathBuf,
    },
    /// The certificate could not be made.
    #[error("making a certificate: {0}")]
    Make(#[from] rcgen::Error),
    /// rustls does not take it.
    #[error("certificate {path}: {source}")]
    Refused {
        /// The certificate's file.
        path: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

/// What the relay shows to clients; can be read again.
pub struct Tls {
    pair: Pair,
    current: RwLock<Arc<ServerConfig>>,
    self_signed: bool,
}

/// A certificate that was read, for the log.
pub struct Shown {
    /// SHA-256 of the certificate, as browsers show it.
    pub fingerprint: String,
    /// Where it is.
    pub certificate: PathBuf,
}

impl Tls {
    /// What the settings want; `None` where they want no TLS.
    ///
    /// # Errors
    /// [`TlsError`], in words for the operator.
    pub fn load(settings: &Settings) -> Result<Option<(Self, Shown)>, TlsError> {
        let Some(pair) = Pair::of(settings)? else {
            return Ok(None);
        };
        let (config, shown) = read(settings, &pair)?;
        let tls = Self {
            pair,
            current: RwLock::new(config),
            self_signed: settings.tls_self_signed,
        };
        Ok(Some((tls, shown)))
    }

    /// Reads what the settings want, if it is there already: a certificate of the relay's own is made at the start, also if the key
    /// that is there is another one's.
    ///
    /// # Errors
    /// [`TlsError`], in words for the operator.
    pub fn check(settings: &Settings) -> Result<(), TlsError> {
        match Pair::of(settings)? {
            Some(pair) if !settings.tls_self_signed || pair.exists() => match load(&pair) {
                Err(TlsError::NotItsKey { .. }) if settings.tls_self_signed => Ok(()),
                loaded => loaded.map(drop),
            },
            _ => Ok(()),
        }
    }

    /// Reads certificate and key again. Connections that are open keep theirs.
    ///
    /// # Errors
    /// [`TlsError`]; then the relay goes on with what it has.
    pub fn reload(&self, settings: &Settings) -> Result<Shown, TlsError> {
        let (config, shown) = read(settings, &self.pair)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(shown)
    }

    /// For the next handshake.
    #[must_use]
    pub fn acceptor(&self) -> TlsAcceptor {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&current))
    }

    /// Whether no authority stands behind the certificate.
    #[must_use]
    pub fn is_self_signed(&self) -> bool {
        self.self_signed
    }
}

/// The one implementation of the algorithms in this program.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn read(settings: &Settings, pair: &Pair) -> Result<(Arc<ServerConfig>, Shown), TlsError> {
    if settings.tls_self_signed {
        self_signed::keep(pair, &names::of_this_machine(settings))?;
    }
    load(pair)
}

fn load(pair: &Pair) -> Result<(Arc<ServerConfig>, Shown), TlsError> {
    let (chain, key) = pair.read()?;
    let refused = |source| TlsError::Refused {
        path: pair.certificate.clone(),
        source,
    };
    let shown = Shown {
        // `read` has found at least one.
        fingerprint: chain.first().map(fingerprint).unwrap_or_default(),
        certificate: pair.certificate.clone(),
    };
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(refused)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|source| match source {
            rustls::Error::InconsistentKeys(_) => TlsError::NotItsKey {
                key: pair.key.clone(),
                certificate: pair.certificate.clone(),
            },
            source => refused(source),
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((Arc::new(config), shown))
}

fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(certificate) {
        let colon = if text.is_empty() { "" } else { ":" };
        // Writing into a `String` does not fail.
        let _ = write!(text, "{colon}{byte:02X}");
    }
    text
}
