//! Known-answer probes of Web Crypto: the very functions that the engine uses, with answers that the core checks.
//!
//! Keys and results are those of RFC 8032 section 7.1 (test 2) and RFC 7748 section 6.1. Signatures of the platform
//! are verified, never compared: some platforms randomise them.

use duet_crypto::engine::{Engine as _, EngineError, Software};
use duet_crypto::primitives::x25519;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::platform::{self, Algorithm};
use crate::random::Random;
use crate::task::Task;

const ED25519_SEED: [u8; 32] =
    hex(b"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
const ED25519_PUBLIC: [u8; 32] =
    hex(b"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
const ED25519_MESSAGE: [u8; 1] = [0x72];
const ED25519_SIGNATURE: [u8; 64] = hex(
    b"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
      085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
);

const X25519_SECRET: [u8; 32] =
    hex(b"77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
const X25519_PEER: [u8; 32] =
    hex(b"de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
const X25519_SHARED: [u8; 32] =
    hex(b"4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");

/// Reads the constants above; a wrong digit does not compile.
const fn hex<const IN: usize, const OUT: usize>(digits: &[u8; IN]) -> [u8; OUT] {
    assert!(IN == 2 * OUT);
    let mut out = [0; OUT];
    let mut i = 0;
    while i < OUT {
        out[i] = digit(digits[2 * i]) << 4 | digit(digits[2 * i + 1]);
        i += 1;
    }
    out
}

const fn digit(character: u8) -> u8 {
    match character {
        b'0'..=b'9' => character - b'0',
        b'a'..=b'f' => character - b'a' + 10,
        _ => 0xff,
    }
}

fn expect(holds: bool) -> Result<(), EngineError> {
    if holds {
        Ok(())
    } else {
        Err(EngineError::Failed)
    }
}

/// Ed25519: verifies a known signature, refuses a changed one, signs with an imported and with a generated key.
#[wasm_bindgen(js_name = probeEd25519)]
#[must_use]
pub fn probe_ed25519() -> Task {
    Task::new(async {
        let known = (&ED25519_PUBLIC, &ED25519_MESSAGE, &ED25519_SIGNATURE);
        expect(platform::verify(known.0, known.1, known.2).await?)?;
        expect(!platform::verify(known.0, &[0x73], known.2).await?)?;

        let imported = platform::import_private(Algorithm::Ed25519, &ED25519_SEED).await?;
        let signature = platform::sign(&imported, &ED25519_MESSAGE).await?;
        expect(
            Software
                .verify(&ED25519_PUBLIC, &ED25519_MESSAGE, &signature)
                .await?,
        )?;

        let (private, public) = platform::generate(Algorithm::Ed25519).await?;
        let signature = platform::sign(&private, &ED25519_MESSAGE).await?;
        expect(
            Software
                .verify(&public, &ED25519_MESSAGE, &signature)
                .await?,
        )?;
        Ok(JsValue::UNDEFINED)
    })
}

/// X25519: a known agreement, and one of a generated key with a key of the core.
#[wasm_bindgen(js_name = probeX25519)]
#[must_use]
pub fn probe_x25519() -> Task {
    Task::new(async {
        let imported = platform::import_private(Algorithm::X25519, &X25519_SECRET).await?;
        let shared = platform::agree(&imported, &X25519_PEER).await?;
        expect(*shared.expose() == X25519_SHARED)?;

        let (private, public) = platform::generate(Algorithm::X25519).await?;
        let ours = x25519::Secret::generate(&mut Random::Platform);
        let theirs = platform::agree(&private, &ours.public_key()).await?;
        expect(ours.agree(&public).map_err(EngineError::from)?.expose() == theirs.expose())?;
        Ok(JsValue::UNDEFINED)
    })
}
