//! The primitives of Duet behind byte strings: one hash, one AEAD, one signature, one agreement, one KEM, and what
//! stretches passwords.
//!
//! Nothing here knows the protocol: labels, frames and limits stand above, in `duet-crypto`. What these functions refuse
//! (keys of low order, encodings that are not canonical, results that are zero) is section 2 and Appendix B of
//! `protocol.md`; secrets wipe themselves and show nothing in `Debug`.
//!
//! | module | what it is |
//! |---|---|
//! | [`hash`] | SHA-256, HMAC, HKDF over labels |
//! | [`label`] | the length-prefixed names that keep uses apart |
//! | [`aead`] | AES-256-GCM in place |
//! | [`ed25519`], [`x25519`] | filtered signatures and agreements |
//! | [`kem`] | ML-KEM-768 |
//! | [`argon2`], [`pbkdf2`] | passwords into keys |
//! | [`padding`] | lengths that say little |
#![no_std]
// Loads and stores of vectors, in one file that no other build has.
#![cfg_attr(
    not(all(target_arch = "wasm32", target_feature = "simd128")),
    forbid(unsafe_code)
)]

extern crate alloc;

pub mod aead;
pub mod argon2;
pub mod ed25519;
pub mod hash;
pub mod kem;
pub mod label;
pub mod padding;
pub mod pbkdf2;
pub mod x25519;

/// Declares an error enum: why an input is refused, as the documentation of each variant says it.
macro_rules! errors {
    (
        $(#[$doc:meta])*
        pub enum $name:ident {
            $($(#[$variant_doc:meta])* $variant:ident => $message:literal,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(match self { $(Self::$variant => $message,)+ })
            }
        }

        impl core::error::Error for $name {}
    };
}
pub(crate) use errors;

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
