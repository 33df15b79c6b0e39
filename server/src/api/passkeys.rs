//! Passkeys: what `navigator.credentials` is asked for, and what it answers.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{Bytes, LongBytes};

/// What the owner of a passkey names it by, 16 bytes.
pub type PasskeyIdText = Bytes<16>;

/// A passkey in the list of its owner.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyInfo {
    /// 16 bytes.
    #[ts(type = "string")]
    pub id: PasskeyIdText,
    /// As its owner calls it.
    pub name: String,
    /// The host that it is good for: a site with several names has passkeys for each.
    pub host: String,
    /// Since when, epoch ms.
    pub created_at: u64,
    /// When it last let somebody in, epoch ms.
    pub last_used_at: Option<u64>,
}

/// Answer of `POST /api/auth/second-factor/passkeys`: for `navigator.credentials.create`. Nothing is on until what it made was
/// shown.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct PasskeySetup {
    /// 32 bytes.
    #[ts(type = "string")]
    pub ticket: Bytes<32>,
    /// To be signed, 32 bytes.
    #[ts(type = "string")]
    pub challenge: Bytes<32>,
    /// The host that it will be good for (`rp.id`).
    pub host: String,
    /// The handle of the account (`user.id`), 32 bytes.
    #[ts(type = "string")]
    pub user_id: Bytes<32>,
    /// The login name.
    pub username: String,
    /// Kinds of keys that the relay can check, the best first: COSE's numbers.
    pub algorithms: Vec<i32>,
    /// Passkeys that the account has (`excludeCredentials`).
    #[ts(type = "Array<string>")]
    pub known: Vec<LongBytes>,
}

/// `PUT /api/auth/second-factor/passkeys`; the answer is a [`PasskeyAdded`].
#[derive(Deserialize, ToSchema, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddPasskeyRequest {
    /// Out of the [`PasskeySetup`], 32 bytes.
    #[ts(type = "string")]
    pub ticket: Bytes<32>,
    /// As its owner calls it: 1 to 64 characters.
    pub name: String,
    /// `response.clientDataJSON`.
    #[ts(type = "string")]
    pub client_data: LongBytes,
    /// `response.getAuthenticatorData()`.
    #[ts(type = "string")]
    pub authenticator_data: LongBytes,
}

/// A passkey was added.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyAdded {
    /// It.
    pub passkey: PasskeyInfo,
    /// Ten, each good once, shown once; none if it is not the account's first second factor: those of before are good.
    pub recovery_codes: Vec<String>,
}

/// `PUT /api/auth/second-factor/passkeys/{id}`.
#[derive(Deserialize, ToSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct RenamePasskeyRequest {
    /// 1 to 64 characters.
    pub name: String,
}

/// A passkey that a login can be answered with: for `navigator.credentials.get`.
#[derive(Serialize, ToSchema, TS)]
pub struct PasskeyQuestion {
    /// To be signed, 32 bytes.
    #[ts(type = "string")]
    pub challenge: Bytes<32>,
    /// The host that they are good for (`rpId`).
    pub host: String,
    /// The account's passkeys for it (`allowCredentials`).
    #[ts(type = "Array<string>")]
    pub known: Vec<LongBytes>,
}
