//! What an authenticator says of a ceremony (Web Authentication, section 6.1).

use super::{Refusal, key::PublicKey, relying_party::RelyingParty};

/// The longest id of a passkey that the standard allows.
pub const CREDENTIAL_ID_MAX: usize = 1023;

const USER_PRESENT: u8 = 1;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

/// Model of the authenticator: anybody's, since no attestation is asked for.
const AAGUID_LENGTH: usize = 16;

/// A passkey that has just been made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCredential {
    /// What the authenticator calls it.
    pub id: Vec<u8>,
    /// Its public key.
    pub key: PublicKey,
}

/// What was read, once it was seen that somebody was there, for this site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatorData {
    /// How often the passkey was used, by its authenticator's count; 0 if it does not count.
    pub counter: u32,
    /// What was made, if something was.
    pub credential: Option<NewCredential>,
}

impl AuthenticatorData {
    /// Reads it. Whether the person was recognised, by a finger or a PIN, is not asked: they gave their password.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn read(bytes: &[u8], party: &RelyingParty) -> Result<Self, Refusal> {
        let mut reader = Reader(bytes);
        if reader.take::<32>()? != party.hash() {
            return Err(Refusal::OtherRelyingParty);
        }
        let [flags] = reader.take()?;
        let has = |flag| flags & flag != 0;
        if !has(USER_PRESENT) {
            return Err(Refusal::NobodyPresent);
        }
        if has(BACKED_UP) && !has(BACKUP_ELIGIBLE) {
            return Err(Refusal::AuthenticatorDataMalformed);
        }
        let counter = u32::from_be_bytes(reader.take()?);
        let credential = has(HAS_CREDENTIAL)
            .then(|| reader.credential())
            .transpose()?;
        // None were asked for, and what they say is not looked at; but nothing else stands at the end.
        if reader.0.is_empty() == has(HAS_EXTENSIONS) {
            return Err(Refusal::AuthenticatorDataMalformed);
        }
        Ok(Self {
            counter,
            credential,
        })
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let (head, rest) = self
            .0
            .split_first_chunk()
            .ok_or(Refusal::AuthenticatorDataMalformed)?;
        self.0 = rest;
        Ok(*head)
    }

    fn bytes(&mut self, length: usize) -> Result<&'a [u8], Refusal> {
        let (head, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(Refusal::AuthenticatorDataMalformed)?;
        self.0 = rest;
        Ok(head)
    }

    fn credential(&mut self) -> Result<NewCredential, Refusal> {
        self.take::<AAGUID_LENGTH>()?;
        let length = usize::from(u16::from_be_bytes(self.take()?));
        if length == 0 || length > CREDENTIAL_ID_MAX {
            return Err(Refusal::AuthenticatorDataMalformed);
        }
        let id = self.bytes(length)?.to_vec();
        let (key, rest) = PublicKey::read(self.0)?;
        self.0 = rest;
        Ok(NewCredential { id, key })
    }
}
