//! The people of the vectors: those of protocol.md's Appendix C, and some more.

use duet_crypto::identity::{AccountId, AccountName, IdentitySeed, Realm};
use serde_json::{Value, json};

use crate::case::{Failure, hex, unhex};
use crate::rng::array;

pub(super) const REALM: &str = "chat.example";

/// A person of Appendix C: the specification gives the seed.
pub(super) struct Person {
    seed: &'static str,
    pub(super) ik: &'static str,
    pub(super) name: &'static str,
}

pub(super) const ALICE: Person = Person {
    seed: "24f462ea17f1fe4575c43e08267c9011a65471a2d7bc8e7025aa56395efb1b60",
    ik: "3323847b9d45df87a01372bbc7a36ad31088d38096ad2720e51c7d1155c8c9ce",
    name: "alice",
};

pub(super) const BOB: Person = Person {
    seed: "848a09a4609bbb284c8a9eba633c1c05bd506a41c2799f4a76a71b6df60af0ca",
    ik: "1ab93cd14c869f839853050319cb5b2870da7b2349a4c6e4d74a7343654ca2ce",
    name: "bob",
};

impl Person {
    pub(super) fn seed(&self) -> Vec<u8> {
        unhex(self.seed).unwrap_or_default()
    }

    pub(super) fn party(&self) -> Result<Value, Failure> {
        Ok(json!({"aid": hex(account(self.name)?.as_bytes()), "ik": self.ik}))
    }
}

pub(super) fn account(name: &str) -> Result<AccountId, Failure> {
    Ok(AccountId::derive(
        &Realm::new(REALM)?,
        &AccountName::new(name)?,
    ))
}

/// Somebody else: a key pair from the vectors' blocks.
pub(super) fn seed(name: &str) -> IdentitySeed {
    IdentitySeed::from_bytes(&array(&format!("seed {name}")))
}

pub(super) fn party(name: &str) -> Result<Value, Failure> {
    Ok(
        json!({"aid": hex(account(name)?.as_bytes()), "ik": hex(seed(name).public_key().as_bytes())}),
    )
}
