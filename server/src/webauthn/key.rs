//! Public keys of passkeys, as authenticators write them (COSE, RFC 9053), and their signatures.
//!
//! CTAP2 prescribes one canonical form, so a key of a known kind is a fixed head, numbers of a fixed length and nothing else: it is
//! compared, and no CBOR is decoded.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

use super::Refusal;

/// What is asked for, the best first: ES256, which all can do; EdDSA; RS256 for Windows machines that can do nothing else. The
/// numbers are COSE's.
pub const ALGORITHMS: [i32; 3] = [-7, -8, -257];

const ES256_HEAD: &[u8] = &[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32];
const ES256_BETWEEN: &[u8] = &[0x22, 0x58, 32];
const EDDSA_HEAD: &[u8] = &[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32];
const RS256_HEAD: &[u8] = &[0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59, 1, 0];
/// The exponent is 65,537.
const RS256_TAIL: &[u8] = &[0x21, 0x43, 1, 0, 1];

/// The public key of a passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// ECDSA on P-256 with SHA-256: the point, uncompressed.
    Es256([u8; 65]),
    /// Ed25519.
    EdDsa([u8; 32]),
    /// RSA of 2,048 bits with SHA-256 in PKCS #1 v1.5: the modulus.
    Rs256(Box<[u8; 256]>),
}

impl PublicKey {
    /// Reads one that other bytes may follow, which are given back.
    ///
    /// # Errors
    /// [`Refusal::KeyUnsupported`].
    pub fn read(bytes: &[u8]) -> Result<(Self, &[u8]), Refusal> {
        let key = if let Some(rest) = bytes.strip_prefix(ES256_HEAD) {
            es256(rest)
        } else if let Some(rest) = bytes.strip_prefix(EDDSA_HEAD) {
            let key = rest.split_first_chunk();
            key.map(|(key, rest)| (Self::EdDsa(*key), rest))
        } else if let Some(rest) = bytes.strip_prefix(RS256_HEAD) {
            rs256(rest)
        } else {
            None
        };
        key.ok_or(Refusal::KeyUnsupported)
    }

    /// Reads one that stands alone.
    ///
    /// # Errors
    /// [`Refusal::KeyUnsupported`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        match Self::read(bytes)? {
            (key, []) => Ok(key),
            _ => Err(Refusal::KeyUnsupported),
        }
    }

    /// The bytes that [`PublicKey::parse`] takes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Es256(point) => {
                let (x, y) = point[1..].split_at(32);
                [ES256_HEAD, x, ES256_BETWEEN, y].concat()
            }
            Self::EdDsa(key) => [EDDSA_HEAD, key].concat(),
            Self::Rs256(modulus) => [RS256_HEAD, &modulus[..], RS256_TAIL].concat(),
        }
    }

    /// Checks a signature.
    ///
    /// # Errors
    /// [`Refusal::SignatureWrong`]; a point that is not on the curve is told so, too.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        match self {
            Self::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::EdDsa(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::Rs256(modulus) => RsaPublicKeyComponents {
                n: &modulus[..],
                e: &[1, 0, 1][..],
            }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        }
        .map_err(|_| Refusal::SignatureWrong)
    }
}

fn es256(bytes: &[u8]) -> Option<(PublicKey, &[u8])> {
    let (x, rest) = bytes.split_first_chunk::<32>()?;
    let (y, rest) = rest
        .strip_prefix(ES256_BETWEEN)?
        .split_first_chunk::<32>()?;
    let mut point = [4; 65];
    point[1..33].copy_from_slice(x);
    point[33..].copy_from_slice(y);
    Some((PublicKey::Es256(point), rest))
}

fn rs256(bytes: &[u8]) -> Option<(PublicKey, &[u8])> {
    let (modulus, rest) = bytes.split_first_chunk()?;
    let rest = rest.strip_prefix(RS256_TAIL)?;
    Some((PublicKey::Rs256(Box::new(*modulus)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> [PublicKey; 3] {
        let mut point = [9; 65];
        point[0] = 4;
        [
            PublicKey::Es256(point),
            PublicKey::EdDsa([7; 32]),
            PublicKey::Rs256(Box::new([8; 256])),
        ]
    }

    #[test]
    fn a_key_has_one_form() {
        for key in keys() {
            let bytes = key.encode();
            assert_eq!(PublicKey::parse(&bytes), Ok(key.clone()));
            let longer = [&bytes[..], &[1]].concat();
            assert_eq!(PublicKey::parse(&longer), Err(Refusal::KeyUnsupported));
            assert_eq!(PublicKey::read(&longer), Ok((key, &[1][..])));
            for length in 0..bytes.len() {
                let cut = PublicKey::parse(&bytes[..length]);
                assert_eq!(cut, Err(Refusal::KeyUnsupported), "{length}");
            }
        }
        // ES384, and a key whose members stand in another order.
        for refused in [
            [&[0xa5, 1, 2, 3, 0x38, 0x22, 0x20, 2][..], &[0; 100]].concat(),
            [
                &[0xa5, 3, 0x26, 1, 2, 0x20, 1, 0x21, 0x58, 32][..],
                &[0; 67],
            ]
            .concat(),
        ] {
            assert_eq!(PublicKey::parse(&refused), Err(Refusal::KeyUnsupported));
        }
    }

    /// RFC 8032, 7.1, test 2; the others have no vectors as small: `tests/it/passkeys.rs` makes signatures of P-256.
    #[test]
    fn a_signature_of_the_standard() {
        let hex = |text: &str| -> Vec<u8> {
            (0..text.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
                .collect()
        };
        let key = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        let key = PublicKey::EdDsa(key.try_into().unwrap());
        let signature = hex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
        assert_eq!(key.verify(&[0x72], &signature), Ok(()));
        for (message, key) in [(&[0x73][..], &key), (&[0x72][..], &keys()[1])] {
            let refused = key.verify(message, &signature);
            assert_eq!(refused, Err(Refusal::SignatureWrong));
        }
        for key in keys() {
            assert!(key.verify(&[0x72], &[]).is_err());
        }
    }
}
