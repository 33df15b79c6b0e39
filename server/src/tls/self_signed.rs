//! A certificate that the relay makes for itself, to be tried on a network at home: browsers warn of it once, and then give the
//! page what they give to https. It is kept, so that its fingerprint is the same after a restart.

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio_rustls::rustls::{
    self, CertificateError, InconsistentKeys, RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier as _},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime},
    sign::CertifiedKey,
};

use super::{TlsError, files::Pair, provider};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// The longest that Apple's systems take.
const VALID: Duration = Duration::from_secs(825 * 24 * 3600);
/// Clocks of clients may be behind.
const EARLIER: Duration = DAY;
/// A new one is made so long before the end.
const BEFORE_THE_END: Duration = Duration::from_secs(30 * 24 * 3600);

/// Makes a certificate for these names if there is none, or the one that is there has run out.
pub(super) fn keep(pair: &Pair, names: &[String]) -> Result<(), TlsError> {
    if pair.exists() {
        let (chain, key) = pair.read()?;
        if !belong_together(&chain, key) {
            // A power cut between the two files.
            tracing::warn!(
                category = "security",
                "the self-signed certificate and its key are not of one making: making both anew, with another fingerprint"
            );
            return make(pair, names);
        }
        let kept = chain
            .first()
            .map(|certificate| Kept::new(pair, certificate));
        if let Some(kept) = kept.transpose()?
            && kept.is_good_for("localhost", BEFORE_THE_END) != Some(false)
        {
            let missing: Vec<&str> = names
                .iter()
                .map(String::as_str)
                .filter(|name| kept.is_good_for(name, Duration::ZERO).is_none())
                .collect();
            if !missing.is_empty() {
                tracing::info!(
                    category = "lifecycle",
                    missing = missing.join(", "),
                    "the self-signed certificate does not name all names of this machine; remove {} to have another made",
                    pair.certificate.display()
                );
            }
            return Ok(());
        }
        tracing::warn!(
            category = "security",
            "the self-signed certificate has run out: making another, with another fingerprint"
        );
    }
    make(pair, names)
}

/// Whether the key is the certificate's, as far as can be told.
fn belong_together(chain: &[CertificateDer<'static>], key: PrivateKeyDer<'static>) -> bool {
    let Ok(key) = provider().key_provider.load_private_key(key) else {
        return false;
    };
    let pair = CertifiedKey::new(chain.to_vec(), key).keys_match();
    !matches!(
        pair,
        Err(rustls::Error::InconsistentKeys(
            InconsistentKeys::KeyMismatch
        ))
    )
}

fn make(pair: &Pair, names: &[String]) -> Result<(), TlsError> {
    let now = now();
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "Duet relay, self-signed");
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + (now - EARLIER);
    params.not_after = epoch + (now - EARLIER + VALID);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.self_signed(&key)?;
    let key = zeroize::Zeroizing::new(key.serialize_pem());
    pair.write(&certificate.pem(), &key)?;
    tracing::info!(
        category = "security",
        path = %pair.certificate.display(),
        names = names.join(", "),
        "made a self-signed certificate"
    );
    Ok(())
}

/// What was made before.
struct Kept<'a> {
    certificate: &'a CertificateDer<'a>,
    verifier: Arc<WebPkiServerVerifier>,
}

impl<'a> Kept<'a> {
    fn new(pair: &Pair, certificate: &'a CertificateDer<'a>) -> Result<Self, TlsError> {
        let malformed = |reason: String| TlsError::Malformed {
            what: "certificate",
            path: pair.certificate.clone(),
            reason,
        };
        let mut roots = RootCertStore::empty();
        roots
            .add(certificate.clone().into_owned())
            .map_err(|error| malformed(error.to_string()))?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .map_err(|error| malformed(error.to_string()))?;
        Ok(Self {
            certificate,
            verifier,
        })
    }

    /// Whether a client that trusts it would take it for this name, so long from now: no after its end; `None` where it does not
    /// name it.
    fn is_good_for(&self, name: &str, later: Duration) -> Option<bool> {
        let name = ServerName::try_from(name).ok()?;
        let at = UnixTime::since_unix_epoch(now() + later);
        match self
            .verifier
            .verify_server_cert(self.certificate, &[], &name, &[], at)
        {
            Ok(_) => Some(true),
            Err(rustls::Error::InvalidCertificate(
                CertificateError::Expired | CertificateError::ExpiredContext { .. },
            )) => Some(false),
            Err(_) => None,
        }
    }
}

fn now() -> Duration {
    // A clock before 1970 makes a certificate that nobody takes, and no relay that does not start.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(2 * DAY)
}
