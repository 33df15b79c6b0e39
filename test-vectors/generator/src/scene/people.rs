//! The people of the vectors: those of protocol.md's Appendix C, and some more.

use duet_crypto::engine::{Engine as _, Software, block_on};
use duet_crypto::identity::{AccountId, AccountName, IdentitySeed, Realm};
use duet_crypto::primitives::labels::Label;
use serde_json::{Value, json};

use crate::case::{Failure, hex, unhex};
use crate::rng::array;

pub(crate) const REALM: &str = "chat.example";

/// A person of Appendix C: the specification gives the seed.
pub(crate) struct Person {
    seed: &'static str,
    pub(crate) ik: &'static str,
    pub(crate) name: &'static str,
}

pub(crate) const ALICE: Person = Person {
    seed: "24f462ea17f1fe4575c43e08267c9011a65471a2d7bc8e7025aa56395efb1b60",
    ik: "3323847b9d45df87a01372bbc7a36ad31088d38096ad2720e51c7d1155c8c9ce",
    name: "alice",
};

pub(crate) const BOB: Person = Person {
    seed: "848a09a4609bbb284c8a9eba633c1c05bd506a41c2799f4a76a71b6df60af0ca",
    ik: "1ab93cd14c869f839853050319cb5b2870da7b2349a4c6e4d74a7343654ca2ce",
    name: "bob",
};

impl Person {
    pub(crate) fn seed(&self) -> Vec<u8> {
        unhex(self.seed).unwrap_or_default()
    }

    pub(crate) fn identity(&self) -> Result<IdentitySeed, Failure> {
        let bytes = self.seed().try_into();
        let bytes = bytes.map_err(|_| Failure::case("a seed has 32 bytes"))?;
        Ok(IdentitySeed::from_bytes(&bytes))
    }

    pub(crate) fn party(&self) -> Result<Value, Failure> {
        Ok(json!({"aid": hex(account(self.name)?.as_bytes()), "ik": self.ik}))
    }
}

pub(crate) fn account(name: &str) -> Result<AccountId, Failure> {
    Ok(AccountId::derive(
        &Realm::new(REALM)?,
        &AccountName::new(name)?,
    ))
}

/// Somebody else: a key pair from the vectors' blocks.
pub(crate) fn seed(name: &str) -> IdentitySeed {
    IdentitySeed::from_bytes(&array(&format!("seed {name}")))
}

pub(crate) fn party(name: &str) -> Result<Value, Failure> {
    Ok(
        json!({"aid": hex(account(name)?.as_bytes()), "ik": hex(seed(name).public_key().as_bytes())}),
    )
}

/// A signature of `signer` over `hash` under `label`.
pub(crate) fn sign(
    signer: &IdentitySeed,
    label: &Label,
    hash: &[u8; 32],
) -> Result<[u8; 64], Failure> {
    Ok(block_on(
        Software.sign(signer, &[label.lp(), hash].concat()),
    )?)
}
