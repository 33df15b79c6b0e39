//! wrap.json

use duet_crypto::identity::{AccountName, IdentitySeed, Realm};
use duet_crypto::password::VaultSecret;
use duet_crypto::primitives::aead::{self, KEY_AND_NONCE, TAG_LENGTH};
use duet_crypto::primitives::{hash, labels};
use duet_crypto::vault::{self, IdentityRecord};

use super::unknown;
use crate::case::{Failure, Input, Outputs, hex, outputs};
use crate::rng::Replay;

/// Bytes of an envelope before the sealed record.
const HEAD: usize = 96;

pub(super) fn wrap(case: Input<'_>) -> Result<Outputs, Failure> {
    let secret = case.array("secret")?;
    match case.text("op")? {
        "wrap" => {
            let record = IdentityRecord {
                seed: IdentitySeed::from_bytes(&case.array("seed")?),
                created: case.number("created")?,
                realm: Realm::new(case.text("realm")?)?,
                name: AccountName::new(case.text("name")?)?,
            };
            let mut rng = Replay::new(case.joined("rng")?);
            let envelope = vault::seal(&record, &VaultSecret::from_bytes(&secret), &mut rng)?;
            if !rng.is_used_up() || rng.drawn() != case.hex("salt")? {
                return Err(Failure::case("rng is not the salt"));
            }
            if read(&vault::open(&envelope, &VaultSecret::from_bytes(&secret))?) != read(&record) {
                return Err(Failure::case("does not open to what was wrapped"));
            }
            Ok(outputs! {
                "ik" => hex(record.seed.public_key().as_bytes()),
                "record" => hex(&plaintext(&secret, &envelope)?),
                "envelope" => hex(&envelope),
            })
        }
        "unwrap" => Ok(read(&vault::open(
            &case.hex("envelope")?,
            &VaultSecret::from_bytes(&secret),
        )?)),
        op => Err(unknown(op)),
    }
}

fn read(record: &IdentityRecord) -> Outputs {
    outputs! {
        "seed" => hex(record.seed.expose()),
        "created" => record.created,
        "realm" => record.realm.as_str(),
        "name" => record.name.as_str(),
    }
}

/// The keys of an envelope with this head: key and nonce, and the commitment.
pub(crate) fn keys(secret: &[u8; 32], head: &[u8]) -> ([u8; KEY_AND_NONCE], [u8; 32]) {
    let o = hash::expand::<76>(secret, &labels::WRAP, &[&head[..64]]);
    let (mut okm, mut commitment) = ([0; KEY_AND_NONCE], [0; 32]);
    okm.copy_from_slice(&o[..KEY_AND_NONCE]);
    commitment.copy_from_slice(&o[KEY_AND_NONCE..]);
    (okm, commitment)
}

fn plaintext(secret: &[u8; 32], envelope: &[u8]) -> Result<Vec<u8>, Failure> {
    let short = || Failure::case("shorter than an envelope");
    let (head, sealed) = envelope.split_at_checked(HEAD).ok_or_else(short)?;
    let (body, tag) = sealed.split_last_chunk::<TAG_LENGTH>().ok_or_else(short)?;
    let mut record = body.to_vec();
    aead::open(&keys(secret, head).0, head, &mut record, tag)
        .map_err(|_| Failure::case("sealed under other keys"))?;
    Ok(record)
}
