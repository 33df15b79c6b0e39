//! Access tokens: signed, 15 minutes, of one realm, endable before their time.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use super::{hs256, refresh_token::RefreshToken, signing_key::KeyRing};
use crate::{
    api::Bytes,
    clock::{self, Millis},
    ids::{AccountId, SessionId, TokenId},
    store::sessions::Owner,
};

/// `typ` of RFC 9068: a token of another kind, even one signed with the same key, is no access token.
const TOKEN_TYPE: &str = "at+jwt";
const AUDIENCE: &str = "duet-relay";

/// Clocks of several machines differ, and a clock may be set back: a token is good for so long before its time, and after it.
pub const LEEWAY: Duration = Duration::from_secs(30);

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Bytes<32>,
    jti: Bytes<16>,
    /// The session that this token came from.
    sid: Bytes<16>,
    /// The version of the account's tokens.
    ver: i64,
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
    /// The version of the account's tokens that it is of.
    pub version: i64,
    /// When it ends, as its owner is told.
    pub expires_at: Millis,
}

impl Access {
    /// When it is refused, at the latest.
    #[must_use]
    pub fn dead_at(&self) -> Millis {
        self.expires_at.saturating_add(clock::millis(LEEWAY))
    }

    /// The session, and whose it is.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner {
            session: self.session,
            user: self.user,
        }
    }
}

/// Why a token is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRefusal {
    /// It was good once.
    Expired,
    /// It names a key that this relay does not have.
    UnknownKey,
    /// Anything else.
    Refused,
}

/// Signs and checks access tokens, and derives refresh tokens.
pub struct Tokens {
    keys: RwLock<Arc<Keys>>,
    validation: Validation,
    realm: String,
    ttl: Duration,
}

struct Keys {
    ring: KeyRing,
    encoding: EncodingKey,
    decoding: HashMap<String, DecodingKey>,
}

impl Keys {
    fn of(ring: KeyRing) -> Self {
        Self {
            encoding: EncodingKey::from_secret(&ring.newest().bytes[..]),
            decoding: ring
                .iter()
                .map(|key| (key.id.clone(), DecodingKey::from_secret(&key.bytes[..])))
                .collect(),
            ring,
        }
    }
}

impl Tokens {
    /// Tokens of one realm under the newest key of a ring.
    #[must_use]
    pub fn new(ring: KeyRing, realm: &str, ttl: Duration) -> Self {
        hs256::install();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[realm]);
        // The times are compared in `check`, with the relay's clock instead of the crate's.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self {
            keys: RwLock::new(Arc::new(Keys::of(ring))),
            validation,
            realm: realm.to_owned(),
            ttl,
        }
    }

    /// Goes on with other keys, without forgetting what the old ones signed if they are among them.
    pub fn replace_keys(&self, ring: KeyRing) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Keys::of(ring));
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A new token and what it says.
    ///
    /// # Errors
    /// Never in practice: the claims are plain data and the key has the right kind.
    pub fn issue(
        &self,
        owner: &Owner,
        version: i64,
        now: Millis,
    ) -> Result<(String, Access), jsonwebtoken::errors::Error> {
        let seconds = |millis: Millis| u64::try_from(millis / 1000).unwrap_or(0);
        let jti = TokenId::random();
        let exp = seconds(now + clock::millis(self.ttl));
        let claims = Claims {
            iss: self.realm.clone(),
            aud: AUDIENCE.to_owned(),
            sub: Bytes(owner.user.0),
            jti: Bytes(jti.0),
            sid: Bytes(owner.session.0),
            ver: version,
            iat: seconds(now),
            nbf: seconds(now),
            exp,
        };
        let keys = self.keys();
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TOKEN_TYPE.to_owned());
        header.kid = Some(keys.ring.newest().id.clone());
        let token = jsonwebtoken::encode(&header, &claims, &keys.encoding)?;
        Ok((
            token,
            Access {
                user: owner.user,
                jti,
                session: owner.session,
                version,
                expires_at: millis(exp),
            },
        ))
    }

    /// Checks everything about a token but whether it was revoked.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn check(&self, token: &str, now: Millis) -> Result<Access, TokenRefusal> {
        let refused = |_| TokenRefusal::Refused;
        let header = jsonwebtoken::decode_header(token).map_err(refused)?;
        let (Some(TOKEN_TYPE), Some(key)) = (header.typ.as_deref(), header.kid) else {
            return Err(TokenRefusal::Refused);
        };
        let keys = self.keys();
        let key = keys.decoding.get(&key).ok_or(TokenRefusal::UnknownKey)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation)
            .map_err(refused)?
            .claims;
        let access = Access {
            user: AccountId(claims.sub.0),
            jti: TokenId(claims.jti.0),
            session: SessionId(claims.sid.0),
            version: claims.ver,
            expires_at: millis(claims.exp),
        };
        if millis(claims.nbf) > now.saturating_add(clock::millis(LEEWAY)) {
            return Err(TokenRefusal::Refused);
        }
        if access.dead_at() <= now {
            return Err(TokenRefusal::Expired);
        }
        Ok(access)
    }

    /// What may follow a refresh token: under each key, the newest first.
    #[must_use]
    pub fn successors(&self, token: &RefreshToken) -> Vec<RefreshToken> {
        self.keys()
            .ring
            .iter()
            .map(|key| token.successor(key))
            .collect()
    }
}

fn millis(seconds: u64) -> Millis {
    Millis::try_from(seconds.saturating_mul(1000)).unwrap_or(Millis::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    /// A whole second.
    const NOW: Millis = 1_800_000_000_000;
    const ALICE: Owner = Owner {
        session: SessionId([8; 16]),
        user: AccountId([7; 32]),
    };

    fn tokens(keys: &[u8], realm: &str) -> Tokens {
        Tokens::new(KeyRing::of_test(keys), realm, Duration::from_secs(900))
    }

    #[test]
    fn a_token_says_what_it_was_issued_for() {
        let tokens = tokens(&[1], "duet.test");
        let (token, access) = tokens.issue(&ALICE, 3, NOW).unwrap();
        assert_eq!((access.owner(), access.version), (ALICE, 3));
        assert_eq!(access.expires_at, NOW + 900_000);
        assert_eq!(tokens.check(&token, NOW), Ok(access));
    }

    #[test]
    fn a_token_lives_until_its_last_millisecond_and_thirty_seconds_more_either_way() {
        let tokens = tokens(&[1], "duet.test");
        // Issued within a second: the claims count whole ones, downwards.
        let (token, access) = tokens.issue(&ALICE, 0, NOW + 999).unwrap();
        assert_eq!(access.expires_at, NOW + 900_000);
        let check = |now| tokens.check(&token, now).map(|access| access.owner());
        assert_eq!(check(NOW - 30_000), Ok(ALICE));
        assert_eq!(check(NOW - 30_001), Err(TokenRefusal::Refused));
        assert_eq!(check(access.expires_at + 29_999), Ok(ALICE));
        assert_eq!(
            check(access.expires_at + 30_000),
            Err(TokenRefusal::Expired)
        );
        assert_eq!(access.dead_at(), access.expires_at + 30_000);
    }

    #[test]
    fn after_a_rotation_old_tokens_are_good_until_their_key_goes() {
        let tokens = tokens(&[1], "duet.test");
        let issue = || tokens.issue(&ALICE, 0, NOW).unwrap().0;
        let old = issue();
        tokens.replace_keys(KeyRing::of_test(&[2, 1]));
        assert!(tokens.check(&old, NOW).is_ok());
        let new = issue();
        assert!(tokens.check(&new, NOW).is_ok());
        tokens.replace_keys(KeyRing::of_test(&[3, 2]));
        assert_eq!(tokens.check(&old, NOW), Err(TokenRefusal::UnknownKey));
        assert!(tokens.check(&new, NOW).is_ok());
    }

    #[test]
    fn tokens_of_other_keys_realms_times_and_kinds_are_refused() {
        let ours = tokens(&[1], "duet.test");
        let refused = |token: &str| {
            assert_eq!(
                ours.check(token, NOW),
                Err(TokenRefusal::Refused),
                "{token}"
            )
        };
        let issue = |tokens: &Tokens, now| tokens.issue(&ALICE, 0, now).unwrap().0;
        let good = issue(&ours, NOW);

        assert_eq!(
            ours.check(&issue(&tokens(&[2], "duet.test"), NOW), NOW),
            Err(TokenRefusal::UnknownKey)
        );
        refused(&issue(&tokens(&[1], "other.test"), NOW));
        refused(&issue(&ours, NOW + 3_600_000));
        assert_eq!(
            ours.check(&issue(&ours, NOW - 931_000), NOW),
            Err(TokenRefusal::Expired)
        );

        let [header, claims, tag] = good.split('.').collect::<Vec<_>>()[..] else {
            panic!("three parts")
        };
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let id = KeyRing::of_test(&[1]).newest().id.clone();
        for header in [
            format!(r#"{{"alg":"none","typ":"at+jwt","kid":"{id}"}}"#),
            format!(r#"{{"alg":"HS384","typ":"at+jwt","kid":"{id}"}}"#),
            format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{id}"}}"#),
            r#"{"alg":"HS256","typ":"at+jwt"}"#.to_owned(),
            "{}".to_owned(),
            String::new(),
        ] {
            refused(&format!("{}.{claims}.{tag}", encode(&header)));
            refused(&format!("{}.{claims}.", encode(&header)));
        }
        refused(&format!("{header}.{}.{tag}", encode("{}")));
        for junk in ["", ".", "..", "a.b.c", "a.b.c.d", "\u{1F600}"] {
            refused(junk);
        }
    }
}
