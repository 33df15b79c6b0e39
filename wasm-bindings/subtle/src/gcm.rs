//! GCM (NIST SP 800-38D) around any AES of the library, with initial values of every length: the library's own GCM has that length
//! in its type, and is written out once more for each length of a key.

use aes::cipher::array::Array;
use aes::cipher::{BlockCipherEncrypt as _, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use ghash::universal_hash::UniversalHash as _;
use ghash::{Block, GHash};
use zeroize::Zeroize as _;

/// Bytes of a whole tag.
pub(crate) const TAG: usize = 16;

/// Blocks that are encrypted together: as many as the library does at once.
const TOGETHER: usize = 4;

/// An expanded key of AES. Wipes itself.
pub(crate) enum Aes {
    Aes128(Aes128),
    Aes192(Aes192),
    Aes256(Aes256),
}

impl Aes {
    /// Expands a key. Nothing for one of a wrong length.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Aes128::new_from_slice(key).ok().map(Self::Aes128),
            24 => Aes192::new_from_slice(key).ok().map(Self::Aes192),
            _ => Aes256::new_from_slice(key).ok().map(Self::Aes256),
        }
    }

    #[inline(never)]
    fn encrypt(&self, blocks: &mut [Block; TOGETHER]) {
        match self {
            Self::Aes128(aes) => aes.encrypt_blocks(blocks),
            Self::Aes192(aes) => aes.encrypt_blocks(blocks),
            Self::Aes256(aes) => aes.encrypt_blocks(blocks),
        }
    }
}

/// An expanded key. Its parts wipe themselves.
pub(crate) struct Gcm {
    aes: Aes,
    ghash: GHash,
}

impl Gcm {
    /// Expands a key of 16, 24 or 32 bytes. Nothing for any other length.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        let aes = Aes::new(key)?;
        let mut blocks = [Block::default(); TOGETHER];
        aes.encrypt(&mut blocks);
        let [hash_key, ..] = &mut blocks;
        let ghash = GHash::new(hash_key);
        blocks.iter_mut().for_each(|block| block.zeroize());
        Some(Self { aes, ghash })
    }

    /// Encrypts in place and returns the whole tag.
    pub(crate) fn seal(&self, iv: &[u8], aad: &[u8], buffer: &mut [u8]) -> [u8; TAG] {
        let first = self.first(iv);
        self.apply(&first, buffer);
        self.tag(&first, aad, buffer)
    }

    /// The whole tag of a ciphertext.
    pub(crate) fn tag_of(&self, iv: &[u8], aad: &[u8], ciphertext: &[u8]) -> [u8; TAG] {
        self.tag(&self.first(iv), aad, ciphertext)
    }

    /// Decrypts in place, for whoever has compared the tag.
    pub(crate) fn decrypt(&self, iv: &[u8], buffer: &mut [u8]) {
        self.apply(&self.first(iv), buffer);
    }

    /// The first counter block (section 7.1, step 2).
    fn first(&self, iv: &[u8]) -> Block {
        let mut block = Block::default();
        if iv.len() == 12 {
            block[..12].copy_from_slice(iv);
            block[15] = 1;
            return block;
        }
        let mut hash = self.ghash.clone();
        hash.update_padded(iv);
        block[8..].copy_from_slice(&bits(iv));
        hash.update(&[block]);
        hash.finalize()
    }

    /// Adds the key stream that begins after the first counter block.
    fn apply(&self, first: &Block, buffer: &mut [u8]) {
        let mut counter = counter_of(first);
        let mut blocks = [*first; TOGETHER];
        for bytes in buffer.chunks_mut(TOGETHER * TAG) {
            blocks.fill(*first);
            for block in &mut blocks {
                counter = counter.wrapping_add(1);
                block[12..].copy_from_slice(&counter.to_be_bytes());
            }
            self.aes.encrypt(&mut blocks);
            for (bytes, block) in bytes.chunks_mut(TAG).zip(&blocks) {
                add(bytes, block);
            }
        }
        blocks.iter_mut().for_each(|block| block.zeroize());
    }

    fn tag(&self, first: &Block, aad: &[u8], ciphertext: &[u8]) -> [u8; TAG] {
        let mut hash = self.ghash.clone();
        hash.update_padded(aad);
        hash.update_padded(ciphertext);
        let mut lengths = Block::default();
        lengths[..8].copy_from_slice(&bits(aad));
        lengths[8..].copy_from_slice(&bits(ciphertext));
        hash.update(&[lengths]);
        let mut tag: [u8; TAG] = hash.finalize().into();
        let mut masks = [*first; TOGETHER];
        self.aes.encrypt(&mut masks);
        let [mask, ..] = &masks;
        add(&mut tag, mask);
        tag
    }
}

/// Adds a block of key stream to as many bytes or fewer.
fn add(bytes: &mut [u8], block: &Block) {
    for (byte, key) in bytes.iter_mut().zip(block) {
        *byte ^= key;
    }
}

/// The last four bytes, which are counted up (section 6.2).
fn counter_of(block: &Block) -> u32 {
    let Array([.., a, b, c, d]) = *block;
    u32::from_be_bytes([a, b, c, d])
}

fn bits(bytes: &[u8]) -> [u8; 8] {
    (8 * bytes.len() as u64).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use aes_gcm::aead::inout::InOutBuf;
    use aes_gcm::aead::{AeadInOut as _, KeyInit as _, Nonce};
    use aes_gcm::aes::Aes192;
    use aes_gcm::aes::cipher::consts::{U1, U8, U12, U16, U60};
    use aes_gcm::{AesGcm, aes};

    use super::Gcm;

    fn reference<A, N>(key: &[u8], iv: &[u8], aad: &[u8], data: &[u8]) -> (Vec<u8>, Vec<u8>)
    where
        AesGcm<A, N>: aes_gcm::aead::AeadInOut + aes_gcm::KeyInit,
    {
        let gcm = AesGcm::<A, N>::new_from_slice(key).unwrap();
        let nonce = Nonce::<AesGcm<A, N>>::try_from(iv).unwrap();
        let mut out = data.to_vec();
        let tag = gcm
            .encrypt_inout_detached(&nonce, aad, InOutBuf::from(&mut out[..]))
            .unwrap();
        (out, tag.to_vec())
    }

    fn compare<A, N>(key_length: usize, iv_length: usize)
    where
        AesGcm<A, N>: aes_gcm::aead::AeadInOut + aes_gcm::KeyInit,
    {
        let bytes: Vec<u8> = (0..=255)
            .cycle()
            .map(|i: u8| i.wrapping_mul(i) ^ i)
            .take(1200)
            .collect();
        let (key, iv) = (&bytes[..key_length], &bytes[100..100 + iv_length]);
        let gcm = Gcm::new(key).unwrap();
        for length in (0..150).chain([1024, 1100]) {
            for aad in [&bytes[..0], &bytes[..1], &bytes[..length]] {
                let data = &bytes[..length];
                let mut sealed = data.to_vec();
                let tag = gcm.seal(iv, aad, &mut sealed);
                let (wanted, wanted_tag) = reference::<A, N>(key, iv, aad, data);
                assert_eq!((&sealed, &tag[..]), (&wanted, &wanted_tag[..]));
                assert_eq!(gcm.tag_of(iv, aad, &sealed), tag);
                gcm.decrypt(iv, &mut sealed);
                assert_eq!(sealed, data);
            }
        }
    }

    #[test]
    fn every_length_as_the_library_does_it() {
        compare::<aes::Aes128, U12>(16, 12);
        compare::<aes::Aes128, U1>(16, 1);
        compare::<Aes192, U12>(24, 12);
        compare::<Aes192, U8>(24, 8);
        compare::<Aes192, U16>(24, 16);
        compare::<aes::Aes256, U12>(32, 12);
        compare::<aes::Aes256, U60>(32, 60);
    }

    #[test]
    fn the_counter_wraps() {
        // The counter is the initial value's hash: of many, one begins close enough to 2^32.
        let gcm = Gcm::new(&[7; 16]).unwrap();
        let iv = (0_u32..)
            .map(|i| [i.to_be_bytes(), [0; 4]].concat())
            .find(|iv| super::counter_of(&gcm.first(iv)) > u32::MAX - 4096)
            .unwrap();
        let data = vec![0; 16 * 8192];
        let mut sealed = data.clone();
        let tag = gcm.seal(&iv, b"", &mut sealed);
        let wanted = reference::<aes::Aes128, U8>(&[7; 16], &iv, b"", &data);
        assert_eq!((sealed, tag.to_vec()), wanted);
    }
}
