//! What the browser says of a ceremony (`clientDataJSON`): no page can make it say another origin.

use serde::Deserialize;

use super::{Refusal, relying_party::RelyingParty};
use crate::api::Bytes;

/// What a passkey is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// It is made.
    Registration,
    /// It lets somebody in.
    Login,
}

impl Ceremony {
    fn name(self) -> &'static str {
        match self {
            Self::Registration => "webauthn.create",
            Self::Login => "webauthn.get",
        }
    }
}

/// Browsers add members as they please, which are not looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// Checks that a browser asked for this ceremony, with this challenge, on a page of ours.
///
/// # Errors
/// [`Refusal`].
pub fn check(
    json: &[u8],
    ceremony: Ceremony,
    challenge: &[u8; 32],
    party: &RelyingParty,
) -> Result<(), Refusal> {
    let data: ClientData =
        serde_json::from_slice(json).map_err(|_| Refusal::ClientDataMalformed)?;
    if data.r#type != ceremony.name() {
        return Err(Refusal::OtherCeremony);
    }
    if Bytes::decode(&data.challenge) != Some(Bytes(*challenge)) {
        return Err(Refusal::OtherChallenge);
    }
    if data.origin != party.origin().as_str() {
        return Err(Refusal::OtherOrigin);
    }
    if data.cross_origin {
        return Err(Refusal::Framed);
    }
    Ok(())
}
