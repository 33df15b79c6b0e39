//! wrap.json

use duet_crypto::identity::{AccountName, IdentityKey, IdentitySeed, Realm};
use duet_crypto::password::VaultSecret;
use duet_crypto::pins::{EarlierKey, PinState};
use duet_crypto::primitives::aead::{self, KEY_AND_NONCE, TAG_LENGTH};
use duet_crypto::primitives::{hash, labels};
use duet_crypto::vault::{
    self, Backup, IdentityRecord, Kdf, Passphrase, Protection, Secret, VerifiedPeer,
};
use serde_json::{Value, json};

use super::unknown;
use crate::case::{Failure, Input, Outputs, hex, outputs};
use crate::rng::Replay;

/// Bytes of an envelope before the sealed record.
const HEAD: usize = 96;

pub(super) fn wrap(case: Input<'_>) -> Result<Outputs, Failure> {
    match case.text("op")? {
        "wrap" => wrap_under_secret(case),
        "unwrap" => {
            let secret = VaultSecret::from_bytes(&case.array("secret")?);
            let secret = Secret::VaultSecret(&secret);
            Ok(read(&vault::open_identity(&case.hex("envelope")?, secret)?))
        }
        "generate" => {
            let mut rng = Replay::new(case.joined("rng")?);
            let passphrase = Passphrase::generate(&mut rng);
            if !rng.is_used_up() {
                return Err(Failure::case("draws more or less than its rng has"));
            }
            Ok(
                outputs! { "passphrase" => passphrase.expose(), "shown" => passphrase.grouped().as_str() },
            )
        }
        "typed" => Ok(outputs! { "passphrase" => Passphrase::typed(case.text("text")?)?.expose() }),
        "wrap_passphrase" => {
            let record = record(case)?;
            let sealed = Sealed::new(case, |protection, rng| {
                Ok(vault::seal_identity(&record, protection, rng)?)
            })?;
            let again = vault::open_identity(&sealed.envelope, sealed.secret())?;
            if read(&again) != read(&record) {
                return Err(Failure::case("does not open to what was wrapped"));
            }
            let mut out = outputs! { "ik" => hex(record.seed.public_key().as_bytes()) };
            out.extend(sealed.outputs()?);
            Ok(out)
        }
        "unwrap_passphrase" => {
            let passphrase = Passphrase::new(case.text("passphrase")?)?;
            let secret = Secret::Passphrase(&passphrase);
            Ok(read(&vault::open_identity(&case.hex("envelope")?, secret)?))
        }
        "backup" => {
            let backup = Backup {
                identity: record(case)?,
                peers: case.list("peers")?.map(peer).collect::<Result<_, _>>()?,
            };
            let sealed = Sealed::new(case, |protection, rng| {
                Ok(vault::seal_backup(&backup, protection, rng)?)
            })?;
            let again = vault::open_backup(&sealed.envelope, sealed.secret())?;
            if read_backup(&again) != read_backup(&backup) {
                return Err(Failure::case("does not open to what was wrapped"));
            }
            sealed.outputs()
        }
        "restore" => {
            let passphrase = Passphrase::new(case.text("passphrase")?)?;
            let secret = Secret::Passphrase(&passphrase);
            Ok(read_backup(&vault::open_backup(
                &case.hex("envelope")?,
                secret,
            )?))
        }
        op => Err(unknown(op)),
    }
}

fn wrap_under_secret(case: Input<'_>) -> Result<Outputs, Failure> {
    let (secret, record) = (case.array("secret")?, record(case)?);
    let mut rng = Replay::new(case.joined("rng")?);
    let vault_secret = VaultSecret::from_bytes(&secret);
    let protection = Protection::VaultSecret(&vault_secret);
    let envelope = vault::seal_identity(&record, protection, &mut rng)?;
    if !rng.is_used_up() || rng.drawn() != case.hex("salt")? {
        return Err(Failure::case("rng is not the salt"));
    }
    let again = vault::open_identity(&envelope, Secret::VaultSecret(&vault_secret))?;
    if read(&again) != read(&record) {
        return Err(Failure::case("does not open to what was wrapped"));
    }
    Ok(outputs! {
        "ik" => hex(record.seed.public_key().as_bytes()),
        "record" => hex(&plaintext(&secret, &envelope)?),
        "envelope" => hex(&envelope),
    })
}

/// An envelope under a passphrase, and what it was made with.
struct Sealed {
    passphrase: Passphrase,
    key: [u8; 32],
    envelope: Vec<u8>,
}

impl Sealed {
    fn new(
        case: Input<'_>,
        seal: impl FnOnce(Protection<'_>, &mut Replay) -> Result<Vec<u8>, Failure>,
    ) -> Result<Self, Failure> {
        let passphrase = Passphrase::new(case.text("passphrase")?)?;
        let kdf = kdf(case.object("kdf")?)?;
        let mut rng = Replay::new(case.joined("rng")?);
        let salt = case.array("salt")?;
        let envelope = seal(Protection::Passphrase(&passphrase, kdf), &mut rng)?;
        if !rng.is_used_up() || rng.drawn() != salt {
            return Err(Failure::case("rng is not the salt"));
        }
        let key = *kdf.stretch(&passphrase, &salt)?;
        Ok(Self {
            passphrase,
            key,
            envelope,
        })
    }

    fn secret(&self) -> Secret<'_> {
        Secret::Passphrase(&self.passphrase)
    }

    fn outputs(&self) -> Result<Outputs, Failure> {
        Ok(outputs! {
            "key" => hex(&self.key),
            "record" => hex(&plaintext(&self.key, &self.envelope)?),
            "envelope" => hex(&self.envelope),
        })
    }
}

fn kdf(case: Input<'_>) -> Result<Kdf, Failure> {
    Ok(match case.text("name")? {
        "argon2id" => Kdf::argon2id(
            case.number("memoryKiB")?,
            case.number("passes")?,
            case.number("lanes")?,
        )?,
        "pbkdf2" => Kdf::pbkdf2(case.number("iterations")?)?,
        name => return Err(unknown(name)),
    })
}

fn record(case: Input<'_>) -> Result<IdentityRecord, Failure> {
    Ok(IdentityRecord {
        seed: IdentitySeed::from_bytes(&case.array("seed")?),
        created: case.number("created")?,
        realm: Realm::new(case.text("realm")?)?,
        name: AccountName::new(case.text("name")?)?,
    })
}

/// States of pins by the names that the npm package gives them.
const STATES: [(&str, PinState); 4] = [
    ("first-use", PinState::FirstUse),
    ("compared", PinState::Compared),
    ("sas", PinState::Sas),
    ("qr", PinState::Qr),
];

fn state(case: Input<'_>) -> Result<PinState, Failure> {
    let name = case.text("state")?;
    STATES
        .iter()
        .find_map(|(other, state)| (*other == name).then_some(*state))
        .ok_or_else(|| unknown(name))
}

fn state_name(state: PinState) -> Option<&'static str> {
    STATES
        .iter()
        .find_map(|(name, other)| (*other == state).then_some(*name))
}

fn peer(case: Input<'_>) -> Result<VerifiedPeer, Failure> {
    let earlier = |key: Input<'_>| -> Result<EarlierKey, Failure> {
        Ok(EarlierKey {
            key: IdentityKey::from_bytes(&key.array("publicKey")?)?,
            state: state(key)?,
            first_seen: key.number("firstSeen")?,
        })
    };
    Ok(VerifiedPeer {
        name: AccountName::new(case.text("name")?)?,
        key: IdentityKey::from_bytes(&case.array("publicKey")?)?,
        state: state(case)?,
        first_seen: case.number("firstSeen")?,
        earlier: case
            .list("earlier")?
            .map(earlier)
            .collect::<Result<_, _>>()?,
    })
}

fn read_backup(backup: &Backup) -> Outputs {
    let mut out = read(&backup.identity);
    let peers: Vec<Value> = backup
        .peers
        .iter()
        .map(|peer| {
            let earlier: Vec<Value> = peer
                .earlier
                .iter()
                .map(|old| {
                    json!({
                        "publicKey": hex(old.key.as_bytes()), "state": state_name(old.state), "firstSeen": old.first_seen,
                    })
                })
                .collect();
            json!({
                "name": peer.name.as_str(), "publicKey": hex(peer.key.as_bytes()), "state": state_name(peer.state),
                "firstSeen": peer.first_seen, "earlier": earlier,
            })
        })
        .collect();
    out.insert("peers".into(), peers.into());
    out
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
