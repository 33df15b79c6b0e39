//! The JSON of the HTTP API: one Rust definition, from which the TypeScript of the messenger is generated
//! (`duet-relay types`). Bytes are base64url without padding, times are milliseconds since the Unix epoch.

pub mod passkeys;
pub mod second_factor;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use ts_rs::TS;
use utoipa::ToSchema;
use zeroize::Zeroizing;

/// Exactly `N` bytes, as base64url without padding. Any other length or spelling is refused while decoding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Bytes<const N: usize>(pub [u8; N]);

impl<const N: usize> Bytes<N> {
    /// The base64url text.
    #[must_use]
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Reads base64url text; `None` if it is not exactly `N` bytes in canonical spelling.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

impl<const N: usize> Serialize for Bytes<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.encode())
    }
}

impl<'de, const N: usize> Deserialize<'de> for Bytes<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<const N: usize>;
        impl<const N: usize> de::Visitor<'_> for Visitor<N> {
            type Value = Bytes<N>;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{N} bytes as base64url without padding")
            }
            // The value itself never enters the error: it may be a secret.
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Bytes<N>, E> {
                Bytes::decode(text)
                    .ok_or_else(|| E::custom(format_args!("expected {N} bytes as base64url")))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// Bytes of no fixed length, as base64url without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongBytes(pub Vec<u8>);

impl Serialize for LongBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for LongBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // Without the text: an error does not repeat what was sent.
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| de::Error::custom("expected base64url without padding"))?;
        Ok(Self(bytes))
    }
}

/// An account id, protocol.md section 3.1.
pub type AccountIdText = Bytes<32>;
/// A session id.
pub type SessionIdText = Bytes<16>;
/// An Ed25519 public key.
pub type IdentityKeyText = Bytes<32>;
/// An Ed25519 signature.
pub type SignatureText = Bytes<64>;

/// The login secret of protocol.md section 8.3: what the client sends in the place of a password. Gone from memory when it is
/// dropped.
pub struct LoginSecret(Zeroizing<[u8; 32]>);

impl LoginSecret {
    /// The bytes, to be hashed.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for LoginSecret {
    fn from(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for LoginSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_) = self;
        formatter.write_str("LoginSecret(..)")
    }
}

impl<'de> Deserialize<'de> for LoginSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Bytes::deserialize(deserializer).map(|Bytes(bytes)| Self::from(bytes))
    }
}

/// `GET /api/config`: what a client must know before it can log in.
#[derive(Debug, Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServerConfig {
    /// The deployment's public name; part of every account id. A client pins the first one it sees.
    pub realm: String,
    /// The largest file that people may send, in bytes. Advice for clients: the relay sees no files.
    pub max_file_bytes: u64,
    /// Life of an access token, in milliseconds.
    pub access_token_ttl_ms: u64,
    /// Version of the relay.
    pub version: String,
}

/// `POST /api/auth/register`.
#[derive(Deserialize, ToSchema, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterRequest {
    /// 3 to 32 of `a-z 0-9 _ - .`, starting with a letter.
    pub username: String,
    /// 32 bytes.
    #[ts(type = "string")]
    pub login_secret: LoginSecret,
    /// Ed25519 public key, 32 bytes; may be added later.
    #[serde(default)]
    #[ts(optional, type = "string | null")]
    pub identity_key: Option<IdentityKeyText>,
}

/// `POST /api/auth/login`; the answer is a [`second_factor::LoginAnswer`].
#[derive(Deserialize, ToSchema, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoginRequest {
    /// The login name.
    pub username: String,
    /// 32 bytes.
    #[ts(type = "string")]
    pub login_secret: LoginSecret,
}

/// An account as its owner sees it.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Account id, 32 bytes.
    #[ts(type = "string")]
    pub id: AccountIdText,
    /// The login name.
    pub username: String,
    /// Ed25519 public key, 32 bytes; null until one was stored.
    #[ts(type = "string | null")]
    pub identity_key: Option<IdentityKeyText>,
}

/// A login: answer of `login` and `refresh`. The refresh token travels in a cookie that scripts cannot read.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Whose session it is.
    pub user: User,
    /// Access token (JWT), to be sent as `Authorization: Bearer` and in the LOGIN frame.
    pub access_token: String,
    /// When the access token ends, epoch ms.
    pub expires_at: u64,
}

/// Answer of `register`, status 201.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct Registered {
    /// The new account.
    pub user: User,
    /// Access token (JWT).
    pub access_token: String,
    /// When the access token ends, epoch ms.
    pub expires_at: u64,
    /// Whether the identity key of the request was stored; if not, it can be added with `PUT /api/identity/key`.
    pub key_stored: bool,
}

/// One session in the list of its owner: one login on one device.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionInfo {
    /// Session id, 16 bytes.
    #[ts(type = "string")]
    pub id: SessionIdText,
    /// What its browser called itself, if it did.
    pub user_agent: Option<String>,
    /// The address that it came from.
    pub address: String,
    /// When it began, epoch ms.
    pub created_at: u64,
    /// When it was last used, epoch ms, to the minute. A WebSocket counts when it is opened or renews its token.
    pub last_seen_at: u64,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// `GET /api/auth/sessions`: the one used last first. `DELETE /api/auth/sessions/{id}` ends one of them,
/// `DELETE /api/auth/sessions` all.
#[derive(Serialize, ToSchema, TS)]
pub struct SessionList {
    /// The live sessions.
    pub sessions: Vec<SessionInfo>,
}

/// `PUT /api/auth/password`; the answer is a [`Session`]. Every other session ends.
#[derive(Deserialize, ToSchema, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangePasswordRequest {
    /// The login secret as it is, 32 bytes.
    #[ts(type = "string")]
    pub login_secret: LoginSecret,
    /// What it shall be, 32 bytes.
    #[ts(type = "string")]
    pub new_login_secret: LoginSecret,
}

/// `DELETE /api/auth/account`. Nobody can register the name again.
#[derive(Deserialize, ToSchema, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteAccountRequest {
    /// The login secret once more, 32 bytes.
    #[ts(type = "string")]
    pub login_secret: LoginSecret,
}

/// Who may reach an account. Whoever it blocked may not in any case.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReachPolicy {
    /// Everybody.
    Anyone,
    /// Whom its owner knows (`POST /api/reach/known`) or allows.
    Known,
    /// Whom its owner allows.
    Allowed,
}

/// A list of people that the owner of an account edits.
#[derive(Clone, Copy, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReachList {
    /// They may reach the account.
    Allowed,
    /// They may not.
    Blocked,
}

/// Somebody on a list.
#[derive(Serialize, ToSchema, TS)]
pub struct ReachPerson {
    /// Account id, 32 bytes.
    #[ts(type = "string")]
    pub id: AccountIdText,
    /// The login name.
    pub username: String,
}

/// `GET /api/reach`, and the answer of everything that changes it. `PUT` and `DELETE /api/reach/{list}/{id}` put somebody
/// on a list and take them off. Lists are in alphabetical order, with at most 1,000 people each.
#[derive(Serialize, ToSchema, TS)]
pub struct ReachSettings {
    /// Who may reach the account.
    pub policy: ReachPolicy,
    /// How many people its devices know.
    pub known: usize,
    /// Who may reach it, unless everybody may.
    pub allowed: Vec<ReachPerson>,
    /// Who may not.
    pub blocked: Vec<ReachPerson>,
}

/// `PUT /api/reach`.
#[derive(Deserialize, ToSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct SetReachRequest {
    /// Who may reach the account.
    pub policy: ReachPolicy,
}

/// `POST /api/reach/known`: people whom the owner of the account knows, in addition to those said before.
#[derive(Deserialize, ToSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct KnownPeopleRequest {
    /// Account ids, at most 256.
    #[ts(type = "Array<string>")]
    pub people: Vec<AccountIdText>,
}

/// What an invitation is known by, 16 bytes.
pub type InvitationToken = Bytes<16>;

/// `POST /api/invitations`: whoever says the token may reach the account until then. Of an account the latest 20 are good.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct InvitationRecord {
    /// Goes into the link, 16 bytes.
    #[ts(type = "string")]
    pub token: InvitationToken,
    /// When it ends, epoch ms.
    pub expires_at: u64,
}

/// `POST /api/invitations/redeem`.
#[derive(Deserialize, ToSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct RedeemRequest {
    /// Out of the link, 16 bytes.
    #[ts(type = "string")]
    pub token: InvitationToken,
}

/// Whose invitation it is. Their key is in the link.
#[derive(Serialize, ToSchema, TS)]
pub struct InvitedBy {
    /// Account id, 32 bytes.
    #[ts(type = "string")]
    pub id: AccountIdText,
    /// The login name.
    pub username: String,
}

/// One line of a search.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct UserSummary {
    /// Account id, 32 bytes.
    #[ts(type = "string")]
    pub id: AccountIdText,
    /// The login name.
    pub username: String,
    /// Whether the account has an identity key: without one it cannot be written to.
    pub has_key: bool,
}

/// `GET /api/chat/users?username=<prefix>`: at most 20, in alphabetical order, without the one who asks.
#[derive(Serialize, ToSchema, TS)]
pub struct UserList {
    /// The accounts found.
    pub users: Vec<UserSummary>,
}

/// `GET /api/identity/users/{id}/key`, and the answer of `PUT /api/identity/key`.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyRecord {
    /// Account id, 32 bytes.
    #[ts(type = "string")]
    pub id: AccountIdText,
    /// The login name.
    pub username: String,
    /// Ed25519 public key, 32 bytes.
    #[ts(type = "string")]
    pub identity_key: IdentityKeyText,
    /// Since when this key is the account's, epoch ms.
    pub since: u64,
}

/// How a key came to be an account's.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyProof {
    /// The account had none before.
    First,
    /// The key before it signed it.
    Signed,
    /// The owner declared the key before it lost, with the password.
    Lost,
}

/// One key in the history of an account.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyHistoryEntry {
    /// Ed25519 public key, 32 bytes.
    #[ts(type = "string")]
    pub identity_key: IdentityKeyText,
    /// Since when it is, or was, the account's, epoch ms.
    pub since: u64,
    /// How it came to be.
    pub proof: KeyProof,
}

/// `GET /api/identity/users/{id}/history`. What the relay says: a hint of what happened, and no proof.
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyHistory {
    /// Account id, 32 bytes.
    #[ts(type = "string")]
    pub id: AccountIdText,
    /// Every key, the newest first.
    pub keys: Vec<KeyHistoryEntry>,
}

/// `GET /api/identity/users/{id}/fingerprint`.
#[derive(Serialize, ToSchema, TS)]
pub struct FingerprintRecord {
    /// Account id, 32 bytes.
    #[ts(type = "string")]
    pub id: AccountIdText,
    /// SHA-256 of the public key, 64 lower-case hex digits (protocol.md section 3.2).
    pub fingerprint: String,
}

/// `PUT /api/identity/key`. The first key needs nothing more; replacing one needs `loginSecret`, and either a
/// signature by the old key or `lost: true`.
#[derive(Deserialize, ToSchema, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetKeyRequest {
    /// The new Ed25519 public key, 32 bytes.
    #[ts(type = "string")]
    pub identity_key: IdentityKeyText,
    /// The login secret once more, 32 bytes.
    #[serde(default)]
    #[ts(optional, type = "string | null")]
    pub login_secret: Option<LoginSecret>,
    /// `Sign(ik_old, "sig replace", LH("replace", aid || IK_old || IK_new))`, 64 bytes.
    #[serde(default)]
    #[ts(optional, type = "string | null")]
    pub signature: Option<SignatureText>,
    /// The device with the old key is lost, so there is no signature. The key's history says so.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub lost: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_spelling() {
        assert!(Bytes::<2>::decode("AAA").is_some());
        for refused in ["AAB", "AAA=", "AA", "AAAA", "A A", "A+A", ""] {
            assert!(Bytes::<2>::decode(refused).is_none(), "{refused:?}");
        }
        assert_eq!(Bytes([0xff, 0xfe]).encode(), "__4");
    }

    #[test]
    fn an_error_about_a_secret_does_not_repeat_it() {
        let error =
            serde_json::from_str::<LoginRequest>(r#"{"username":"a","loginSecret":"Y2FuYXJ5"}"#)
                .err()
                .expect("too short");
        assert!(!error.to_string().contains("Y2FuYXJ5"), "{error}");
    }
}
