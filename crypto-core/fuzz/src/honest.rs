//! What an honest client made: targets accept it and nothing else, and seeds begin with it.

use std::vec::Vec;

use duet_crypto::engine::block_on;
use duet_crypto::files::{Descriptor, FileKey, Salt, TransferCipher};
use duet_crypto::handshake::Listener;
use duet_crypto::prekeys::frame::PREKEY_LENGTH;
use rand_core::CryptoRng;

use super::common::{PRESENCE, TestRng, descriptor, person};

/// A PREKEY of Bob's.
pub(crate) fn prekey(rng: &mut dyn CryptoRng) -> [u8; PREKEY_LENGTH] {
    let mut listener = Listener::new(person("bob"), PRESENCE);
    block_on(listener.publish_prekeys(1, rng)).unwrap()[0]
}

/// The only CHUNK of [`three_bytes`].
pub(crate) fn honest_frame(file: &TransferCipher) -> Vec<u8> {
    let run = file.layout().run(0, 1).unwrap();
    file.seal(run, b"abc").unwrap()
}

/// A file of three bytes, which the target `chunk` expects.
pub(crate) fn three_bytes() -> TransferCipher {
    TransferCipher::new(&Descriptor {
        key: FileKey::from_bytes(&[1; 32]),
        salt: Salt([2; 24]),
        ..descriptor(3, &mut TestRng::new(0))
    })
    .unwrap()
}
