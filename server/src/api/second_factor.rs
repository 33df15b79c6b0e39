//! The second factor: codes of an app, passkeys, and recovery codes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{
    Bytes, LoginSecret, LongBytes, Session,
    passkeys::{PasskeyInfo, PasskeyQuestion},
};

/// What a second half of something is asked for by, 32 bytes. Good for five minutes and five wrong answers.
pub type TicketText = Bytes<32>;

/// Answer of `login`: in, or asked for the second factor.
#[derive(Serialize, ToSchema, TS)]
#[serde(untagged)]
pub enum LoginAnswer {
    /// In.
    In(Session),
    /// The password was right, and is not enough.
    Asked(SecondFactorNeeded),
}

/// The second factor that a login needs: `POST /api/auth/login/second-factor`.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct SecondFactorNeeded {
    /// 32 bytes; it is no token.
    #[ts(type = "string")]
    pub ticket: TicketText,
    /// When the ticket ends, epoch ms.
    pub ticket_expires_at: u64,
    /// Whether the account has codes of an app.
    pub totp: bool,
    /// If the account has passkeys for the host that asks.
    pub passkey: Option<PasskeyQuestion>,
    /// Other hosts that the account has passkeys for, in alphabetical order.
    pub passkey_hosts: Vec<String>,
}

/// What somebody shows in the place of a second factor, or as it.
#[derive(Deserialize, ToSchema, TS)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum SecondFactorProof {
    /// A code of their app: six digits.
    Totp {
        /// As it was typed.
        code: String,
    },
    /// A passkey, as `navigator.credentials.get` answers for it.
    #[serde(rename_all = "camelCase")]
    Passkey {
        /// `rawId`.
        #[ts(type = "string")]
        credential: LongBytes,
        /// `response.clientDataJSON`.
        #[ts(type = "string")]
        client_data: LongBytes,
        /// `response.authenticatorData`.
        #[ts(type = "string")]
        authenticator_data: LongBytes,
        /// `response.signature`.
        #[ts(type = "string")]
        signature: LongBytes,
    },
    /// A recovery code, which is used up.
    Recovery {
        /// As it was typed.
        code: String,
    },
}

/// `POST /api/auth/login/second-factor`; the answer is a [`Session`].
#[derive(Deserialize, ToSchema, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecondFactorRequest {
    /// Out of the answer of `login`, 32 bytes.
    #[ts(type = "string")]
    pub ticket: TicketText,
    /// What is shown.
    pub proof: SecondFactorProof,
    /// This device is not asked again for 30 days, unless the password changes.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub trust_device: bool,
}

/// The login secret once more: body of everything that changes the second factor, and of `POST /api/auth/password/check`.
#[derive(Deserialize, ToSchema, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasswordProof {
    /// 32 bytes.
    #[ts(type = "string")]
    pub login_secret: LoginSecret,
}

/// `GET /api/auth/second-factor`.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct SecondFactorSettings {
    /// Codes of an app, if that is on.
    pub totp: Option<TotpInfo>,
    /// At most ten, the oldest first.
    pub passkeys: Vec<PasskeyInfo>,
    /// Recovery codes that were not used yet.
    pub recovery_codes: usize,
}

/// Codes of an app.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct TotpInfo {
    /// Since when, epoch ms.
    pub created_at: u64,
    /// When a code was last taken, epoch ms.
    pub last_used_at: Option<u64>,
}

/// Answer of `POST /api/auth/second-factor/totp`. Nothing is on until a code was shown.
#[derive(Serialize, ToSchema, TS)]
pub struct TotpSetup {
    /// 32 bytes.
    #[ts(type = "string")]
    pub ticket: TicketText,
    /// To be typed into an app: base32, 32 letters.
    pub secret: String,
    /// To be scanned by it: an `otpauth:` address.
    pub address: String,
}

/// `PUT /api/auth/second-factor/totp`; the answer is [`RecoveryCodes`].
#[derive(Deserialize, ToSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct ConfirmTotpRequest {
    /// Out of the [`TotpSetup`], 32 bytes.
    #[ts(type = "string")]
    pub ticket: TicketText,
    /// A code that the app made.
    pub code: String,
}

/// Answer of `PUT /api/auth/second-factor/totp` and `POST /api/auth/second-factor/recovery-codes`.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCodes {
    /// Ten, each good once, shown once; those of before are void. None if codes of an app are not the account's first second
    /// factor: those of before are good.
    pub recovery_codes: Vec<String>,
}
