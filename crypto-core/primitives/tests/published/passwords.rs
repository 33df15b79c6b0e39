//! Argon2id and PBKDF2.

use duet_primitives::argon2::{Argon2Error, Cost, argon2id};
use duet_primitives::hash::Secret32;
use duet_primitives::pbkdf2::pbkdf2;

use crate::common::hex_array;

/// From the tests of the reference implementation (phc-winner-argon2, `test.c`), version 0x13.
#[test]
fn argon2id_of_the_reference() {
    for (passes, memory, lanes, password, salt, expected) in [
        (
            2,
            1 << 16,
            1,
            "password",
            "somesalt",
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7",
        ),
        (
            2,
            1 << 8,
            1,
            "password",
            "somesalt",
            "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe",
        ),
        (
            2,
            1 << 8,
            2,
            "password",
            "somesalt",
            "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037",
        ),
    ] {
        let cost = Cost {
            memory,
            passes,
            lanes,
        };
        let mut out = Secret32::default();
        argon2id(password.as_bytes(), salt.as_bytes(), cost, &mut out).unwrap();
        assert_eq!(*out, hex_array::<32>(expected), "{cost:?}");
    }
}

#[test]
fn costs_that_argon2_cannot_have_are_refused() {
    for (memory, passes, lanes) in [(0, 2, 1), (1 << 8, 0, 1), (1 << 8, 2, 0)] {
        let cost = Cost {
            memory,
            passes,
            lanes,
        };
        let result = argon2id(b"password", b"somesalt", cost, &mut Secret32::default());
        assert_eq!(result, Err(Argon2Error::OutOfMemory), "{cost:?}");
    }
}

/// RFC 7914 section 11, the first block of each output.
#[test]
fn rfc_7914() {
    for (password, salt, iterations, expected) in [
        (
            "passwd",
            "salt",
            1,
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc",
        ),
        (
            "Password",
            "NaCl",
            80_000,
            "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56",
        ),
    ] {
        let mut out = Secret32::default();
        pbkdf2(password.as_bytes(), salt.as_bytes(), iterations, &mut out);
        assert_eq!(*out, hex_array::<32>(expected));
    }
}
