//! identity.json, qr_reject.json

use duet_crypto::fingerprint::{self, Emoji, Fingerprint, SafetyHalf};
use duet_crypto::identity::{AccountId, AccountName, IdentityKey, IdentitySeed, Party, Realm};

use super::unknown;
use crate::case::{Failure, Input, Outputs, hex, outputs};

pub(super) fn account(case: Input<'_>) -> Result<AccountId, Failure> {
    named(case, "name")
}

/// The account of `realm` and the name that stands under `key`.
pub(super) fn named(case: Input<'_>, key: &str) -> Result<AccountId, Failure> {
    Ok(AccountId::derive(
        &Realm::new(case.text("realm")?)?,
        &AccountName::new(case.text(key)?)?,
    ))
}

pub(super) fn party(case: Input<'_>) -> Result<Party, Failure> {
    Ok(Party {
        account: AccountId(case.array("aid")?),
        key: IdentityKey::from_bytes(&case.array("ik")?)?,
    })
}

pub(super) fn symbols(emoji: &[&Emoji]) -> String {
    emoji.iter().map(|emoji| emoji.symbol).collect()
}

pub(super) fn identity(case: Input<'_>) -> Result<Outputs, Failure> {
    match case.text("op")? {
        "account_id" => Ok(outputs! { "aid" => hex(account(case)?.as_bytes()) }),
        "identity" => {
            let key = IdentitySeed::from_bytes(&case.array("seed")?).public_key();
            let party = Party {
                account: account(case)?,
                key,
            };
            let fingerprint = Fingerprint::of(&key);
            Ok(outputs! {
                "ik" => hex(key.as_bytes()),
                "aid" => hex(party.account.as_bytes()),
                "fingerprint" => hex(fingerprint.as_bytes()),
                "hex" => fingerprint.hex(),
                "emoji" => symbols(&fingerprint.emoji()),
                "safety_half" => SafetyHalf::derive(&party).as_str(),
            })
        }
        "safety_code" => {
            let mine = SafetyHalf::derive(&party(case.object("mine")?)?);
            let theirs = SafetyHalf::derive(&party(case.object("theirs")?)?);
            Ok(outputs! { "out" => fingerprint::safety_code(&mine, &theirs) })
        }
        "qr" => {
            let (me, peer) = (party(case.object("me")?)?, party(case.object("peer")?)?);
            let text = fingerprint::qr_text(&me, &peer);
            fingerprint::verify_qr_text(&text, &peer, &me)?;
            Ok(outputs! { "text" => text })
        }
        "sas" => {
            Ok(outputs! { "emoji" => symbols(&fingerprint::sas_emoji(&case.array("bytes")?)) })
        }
        op => Err(unknown(op)),
    }
}

pub(super) fn qr_reject(case: Input<'_>) -> Result<Outputs, Failure> {
    let (me, peer) = (party(case.object("me")?)?, party(case.object("peer")?)?);
    fingerprint::verify_qr_text(case.text("text")?, &me, &peer)?;
    Ok(outputs! {})
}
