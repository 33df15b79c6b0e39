//! HMAC-SHA-256 for `jsonwebtoken`, as its crypto provider.
//!
//! The crate's own providers are aws-lc-rs, which compiles C and assembly for minutes, and RustCrypto with `rsa`,
//! which has an open timing advisory (RUSTSEC-2023-0071). The relay signs and checks its own tokens: one MAC is
//! all it needs.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
};
use sha2::Sha256;
use signature::{Signer, Verifier};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        only_hs256(*algorithm, key.family())?;
        Ok(Box::new(Hs256::new(EncodingKey::as_bytes(key))?))
    },
    verifier_factory: |algorithm, key| {
        only_hs256(*algorithm, key.family())?;
        Ok(Box::new(Hs256::new(DecodingKey::try_get_as_bytes(key)?)?))
    },
    key_utils: KeyUtils::new_unimplemented(),
};

/// Installs the provider for this process; calling it again changes nothing.
pub(super) fn install() {
    // An error says that one is installed already: ours, since nothing else in this program installs any.
    let _ = PROVIDER.install_default();
}

fn only_hs256(algorithm: Algorithm, family: AlgorithmFamily) -> Result<()> {
    if algorithm == Algorithm::HS256 && family == AlgorithmFamily::Hmac {
        Ok(())
    } else {
        Err(ErrorKind::InvalidAlgorithm.into())
    }
}

struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(key: &[u8]) -> Result<Self> {
        Hmac::new_from_slice(key)
            .map(Self)
            .map_err(|_| ErrorKind::InvalidKeyFormat.into())
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        Ok(self
            .0
            .clone()
            .chain_update(message)
            .finalize()
            .into_bytes()
            .to_vec())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], tag: &Vec<u8>) -> std::result::Result<(), signature::Error> {
        // Compares in constant time.
        self.0
            .clone()
            .chain_update(message)
            .verify_slice(tag)
            .map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    /// RFC 7515, Appendix A.1.
    #[test]
    fn the_example_of_the_standard() {
        install();
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let message = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
             eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let tag = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let signer = EncodingKey::from_secret(&URL_SAFE_NO_PAD.decode(key).unwrap());
        assert_eq!(
            jsonwebtoken::crypto::sign(message.as_bytes(), &signer, Algorithm::HS256).unwrap(),
            tag
        );
        let verifier = DecodingKey::from_secret(signer.as_bytes());
        let verify = |tag: &str| {
            jsonwebtoken::crypto::verify(tag, message.as_bytes(), &verifier, Algorithm::HS256)
                .unwrap()
        };
        assert!(verify(tag));
        assert!(!verify("eBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!verify(""));
        assert!(jsonwebtoken::crypto::sign(b"", &signer, Algorithm::HS384).is_err());
    }
}
