//! Access tokens: signed, 15 minutes, of one realm, endable before their time.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::time::Duration;

use super::{hs256, signing_key::SigningKey};
use crate::{
    api::Bytes,
    clock::{self, Millis},
    error::ErrorCode,
    ids::{AccountId, SessionId, TokenId},
};

/// `typ` of RFC 9068: a token of another kind, even one signed with the same key, is no access token.
const TOKEN_TYPE: &str = "at+jwt";
const AUDIENCE: &str = "duet-relay";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Bytes<32>,
    jti: Bytes<16>,
    /// The session: the family of refresh tokens that this token came from.
    sid: Bytes<16>,
    iat: u64,
    nbf: u64,
    exp: u64,
}

/// What a token that verified says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Whose token.
    pub user: AccountId,
    /// The token's own id.
    pub jti: TokenId,
    /// The session it belongs to.
    pub session: SessionId,
    /// When it ends.
    pub expires_at: Millis,
}

/// Signs and checks access tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    key_id: String,
    validation: Validation,
    realm: String,
    ttl: Duration,
}

impl Tokens {
    /// Tokens of one realm under one key.
    #[must_use]
    pub fn new(key: &SigningKey, realm: &str, ttl: Duration) -> Self {
        hs256::install();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[realm]);
        // The times are compared in `check`, with the relay's clock instead of the crate's.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self {
            encoding: EncodingKey::from_secret(&key.bytes[..]),
            decoding: DecodingKey::from_secret(&key.bytes[..]),
            key_id: key.id.clone(),
            validation,
            realm: realm.to_owned(),
            ttl,
        }
    }

    /// A new token and what it says.
    ///
    /// # Errors
    /// Never in practice: the claims are plain data and the key has the right kind.
    pub fn issue(
        &self,
        user: &AccountId,
        session: &SessionId,
        now: Millis,
    ) -> Result<(String, Access), jsonwebtoken::errors::Error> {
        let seconds = |millis: Millis| u64::try_from(millis / 1000).unwrap_or(0);
        let jti = TokenId::random();
        let exp = seconds(now + clock::millis(self.ttl));
        let claims = Claims {
            iss: self.realm.clone(),
            aud: AUDIENCE.to_owned(),
            sub: Bytes(user.0),
            jti: Bytes(jti.0),
            sid: Bytes(session.0),
            iat: seconds(now),
            nbf: seconds(now),
            exp,
        };
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TOKEN_TYPE.to_owned());
        header.kid = Some(self.key_id.clone());
        let token = jsonwebtoken::encode(&header, &claims, &self.encoding)?;
        Ok((
            token,
            Access {
                user: *user,
                jti,
                session: *session,
                expires_at: millis(exp),
            },
        ))
    }

    /// Checks everything about a token but whether it was revoked.
    ///
    /// # Errors
    /// [`ErrorCode::TokenExpired`] for a token that was good once, [`ErrorCode::Unauthenticated`] for any other.
    pub fn check(&self, token: &str, now: Millis) -> Result<Access, ErrorCode> {
        let refused = |_| ErrorCode::Unauthenticated;
        let header = jsonwebtoken::decode_header(token).map_err(refused)?;
        if header.typ.as_deref() != Some(TOKEN_TYPE) || header.kid.as_deref() != Some(&*self.key_id)
        {
            return Err(ErrorCode::Unauthenticated);
        }
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation)
            .map_err(refused)?
            .claims;
        // Issuer and checker are one machine with one clock: no leeway. "On or after" its `exp` a token is dead
        // (RFC 7519).
        if millis(claims.nbf) > now {
            return Err(ErrorCode::Unauthenticated);
        }
        if millis(claims.exp) <= now {
            return Err(ErrorCode::TokenExpired);
        }
        Ok(Access {
            user: AccountId(claims.sub.0),
            jti: TokenId(claims.jti.0),
            session: SessionId(claims.sid.0),
            expires_at: millis(claims.exp),
        })
    }
}

fn millis(seconds: u64) -> Millis {
    Millis::try_from(seconds.saturating_mul(1000)).unwrap_or(Millis::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use zeroize::Zeroizing;

    /// A whole second.
    const NOW: Millis = 1_800_000_000_000;
    const ALICE: AccountId = AccountId([7; 32]);

    fn tokens(key: u8, realm: &str) -> Tokens {
        let key = SigningKey {
            bytes: Zeroizing::new([key; 32]),
            id: format!("key-{key}"),
        };
        Tokens::new(&key, realm, Duration::from_secs(900))
    }

    #[test]
    fn a_token_says_what_it_was_issued_for() {
        let tokens = tokens(1, "duet.test");
        let (token, access) = tokens.issue(&ALICE, &SessionId([8; 16]), NOW).unwrap();
        assert_eq!(access.expires_at, NOW + 900_000);
        assert_eq!(tokens.check(&token, NOW), Ok(access));
    }

    #[test]
    fn a_token_lives_until_its_last_millisecond() {
        let tokens = tokens(1, "duet.test");
        // Issued within a second: the claims count whole ones, downwards.
        let (token, access) = tokens
            .issue(&ALICE, &SessionId([8; 16]), NOW + 999)
            .unwrap();
        assert_eq!(access.expires_at, NOW + 900_000);
        let check = |now| tokens.check(&token, now).map(|access| access.user);
        assert_eq!(check(NOW), Ok(ALICE));
        assert_eq!(check(NOW - 1), Err(ErrorCode::Unauthenticated));
        assert_eq!(check(access.expires_at - 1), Ok(ALICE));
        assert_eq!(check(access.expires_at), Err(ErrorCode::TokenExpired));
    }

    #[test]
    fn tokens_of_other_keys_realms_times_and_kinds_are_refused() {
        let ours = tokens(1, "duet.test");
        let refused = |token: &str| {
            assert_eq!(
                ours.check(token, NOW),
                Err(ErrorCode::Unauthenticated),
                "{token}"
            )
        };
        let issue =
            |tokens: &Tokens, now| tokens.issue(&ALICE, &SessionId([8; 16]), now).unwrap().0;
        let good = issue(&ours, NOW);

        refused(&issue(&tokens(2, "duet.test"), NOW));
        refused(&issue(&tokens(1, "other.test"), NOW));
        refused(&issue(&ours, NOW + 3_600_000));
        assert_eq!(
            ours.check(&issue(&ours, NOW - 901_000), NOW),
            Err(ErrorCode::TokenExpired)
        );

        let [header, claims, tag] = good.split('.').collect::<Vec<_>>()[..] else {
            panic!("three parts")
        };
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for header in [
            r#"{"alg":"none","typ":"at+jwt","kid":"key-1"}"#,
            r#"{"alg":"HS384","typ":"at+jwt","kid":"key-1"}"#,
            r#"{"alg":"HS256","typ":"JWT","kid":"key-1"}"#,
            r#"{"alg":"HS256","typ":"at+jwt"}"#,
            "{}",
            "",
        ] {
            refused(&format!("{}.{claims}.{tag}", encode(header)));
            refused(&format!("{}.{claims}.", encode(header)));
        }
        refused(&format!("{header}.{}.{tag}", encode("{}")));
        for junk in ["", ".", "..", "a.b.c", "a.b.c.d", "\u{1F600}"] {
            refused(junk);
        }
    }
}
