//! ML-KEM-768 (FIPS 203). A private key is its seed `d || z`, which is expanded for each operation.

use core::convert::Infallible;

use duet_primitives::kem::{DecapsulationKey, EncapsulationKey};
use rand_core::{TryCryptoRng, TryRng};
use wasm_bindgen::prelude::wasm_bindgen;

/// The public key of a seed. Nothing unless it has 64 bytes.
#[wasm_bindgen(js_name = mlKemPublic)]
#[must_use]
pub fn public(seed: &[u8]) -> Option<Vec<u8>> {
    Some(expanded(seed)?.encapsulation_key().to_vec())
}

/// Whether it is a public key: its length, and the check of FIPS 203, section 7.2.
#[wasm_bindgen(js_name = mlKemIsPublic)]
#[must_use]
pub fn is_public(key: &[u8]) -> bool {
    let key = key.try_into().ok();
    key.is_some_and(|key| EncapsulationKey::new(key).is_ok())
}

/// Ciphertext and shared secret, one after the other, with `m` as what FIPS 203 draws. Nothing unless that has 32 bytes and the key
/// passes the check of its section 7.2.
#[wasm_bindgen(js_name = mlKemEncapsulate)]
#[must_use]
pub fn encapsulate(key: &[u8], m: &[u8]) -> Option<Vec<u8>> {
    let key = EncapsulationKey::new(key.try_into().ok()?).ok()?;
    let made = key.encapsulate(&mut Given(m.try_into().ok()?));
    Some([&made.ciphertext[..], &made.secret[..]].concat())
}

/// The shared secret of a ciphertext. Nothing unless both have the right length; of a wrong ciphertext an unrelated secret.
#[wasm_bindgen(js_name = mlKemDecapsulate)]
#[must_use]
pub fn decapsulate(seed: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
    let secret = expanded(seed)?.decapsulate(ciphertext.try_into().ok()?);
    Some(secret.to_vec())
}

fn expanded(seed: &[u8]) -> Option<DecapsulationKey> {
    Some(DecapsulationKey::from_seed(seed.try_into().ok()?))
}

/// Bytes that the caller drew, for what draws once.
struct Given<'a>(&'a [u8; 32]);

impl TryRng for Given<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for (out, byte) in out.iter_mut().zip(self.0.iter().cycle()) {
            *out = *byte;
        }
        Ok(())
    }
}

impl TryCryptoRng for Given<'_> {}
