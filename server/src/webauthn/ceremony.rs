//! A registration and a login, checked as a whole.

use sha2::{Digest as _, Sha256};

use super::{
    Refusal,
    authenticator_data::{AuthenticatorData, NewCredential},
    client_data::{self, Ceremony},
    key::PublicKey,
    relying_party::RelyingParty,
};

/// What a browser answers `navigator.credentials.create`.
pub struct Registration<'a> {
    /// `clientDataJSON`.
    pub client_data: &'a [u8],
    /// `getAuthenticatorData()`: with no attestation asked for, nothing else is in the attestation object.
    pub authenticator_data: &'a [u8],
}

impl Registration<'_> {
    /// What was made, with its first count.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn check(
        &self,
        challenge: &[u8; 32],
        party: &RelyingParty,
    ) -> Result<(NewCredential, u32), Refusal> {
        client_data::check(self.client_data, Ceremony::Registration, challenge, party)?;
        let data = AuthenticatorData::read(self.authenticator_data, party)?;
        let credential = data.credential.ok_or(Refusal::AuthenticatorDataMalformed)?;
        Ok((credential, data.counter))
    }
}

/// What a browser answers `navigator.credentials.get`.
pub struct Assertion<'a> {
    /// `clientDataJSON`.
    pub client_data: &'a [u8],
    /// `authenticatorData`.
    pub authenticator_data: &'a [u8],
    /// `signature`.
    pub signature: &'a [u8],
}

impl Assertion<'_> {
    /// The authenticator's count, if the passkey with this key signed it.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn check(
        &self,
        key: &PublicKey,
        challenge: &[u8; 32],
        party: &RelyingParty,
    ) -> Result<u32, Refusal> {
        client_data::check(self.client_data, Ceremony::Login, challenge, party)?;
        let data = AuthenticatorData::read(self.authenticator_data, party)?;
        let signed = [
            self.authenticator_data,
            Sha256::digest(self.client_data).as_slice(),
        ]
        .concat();
        key.verify(&signed, self.signature)?;
        Ok(data.counter)
    }
}
