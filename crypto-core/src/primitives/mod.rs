//! The primitives of section 2: one hash, one AEAD, one signature, one agreement, one KEM.

pub mod aead;
pub mod ed25519;
pub mod hash;
pub mod kem;
pub mod labels;
pub mod x25519;

#[cfg(test)]
mod tests {
    use zeroize::ZeroizeOnDrop;

    fn wipes_itself<T: ZeroizeOnDrop>() {}

    /// Wiping is a feature of each dependency: if one is switched off, this does not compile.
    #[test]
    fn secrets_of_dependencies_wipe_themselves() {
        wipes_itself::<super::hash::Secret32>();
        // An HMAC is two states of its hash.
        wipes_itself::<sha2::Sha256>();
        wipes_itself::<sha2::Sha512>();
        wipes_itself::<aes_gcm::Aes256Gcm>();
        wipes_itself::<ed25519_dalek::SigningKey>();
        wipes_itself::<x25519_dalek::StaticSecret>();
        wipes_itself::<ml_kem::ml_kem_768::DecapsulationKey>();
    }
}
