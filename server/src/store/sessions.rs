//! Logins: refresh-token families and revoked access tokens.

use super::{Store, StoreError, fixed};
use crate::{
    clock::Millis,
    ids::{AccountId, SessionId, TokenId},
};

/// What became of a refresh token that a client presented.
pub enum Rotation {
    /// It was good; it is used up now, and the new one stored in its place.
    Rotated {
        /// The session it belongs to.
        session: SessionId,
        /// Whose session.
        user: AccountId,
    },
    /// It was used before. Somebody holds a copy: the session is revoked.
    Reused {
        /// The session that was revoked.
        session: SessionId,
        /// Whose session.
        user: AccountId,
    },
    /// Unknown, expired, or of a session that has ended.
    Refused,
}

impl Store {
    /// Starts a session with its first refresh token.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn start_session(
        &self,
        session: &SessionId,
        user: &AccountId,
        refresh_hash: &[u8; 32],
        expires_at: Millis,
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut write = self.writer.begin().await?;
        sqlx::query(
            "INSERT INTO sessions (id, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        )
        .bind(session.0.as_slice())
        .bind(user.0.as_slice())
        .bind(now)
        .bind(expires_at)
        .execute(write.connection())
        .await?;
        sqlx::query(
            "INSERT INTO refresh_tokens (hash, session_id, expires_at) VALUES ($1, $2, $3)",
        )
        .bind(refresh_hash.as_slice())
        .bind(session.0.as_slice())
        .bind(expires_at)
        .execute(write.connection())
        .await?;
        write.commit().await
    }

    /// Uses up the token `old` and stores `new` for the same session, atomically: of many requests with one
    /// token exactly one is answered with [`Rotation::Rotated`].
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; then nothing has changed.
    pub async fn rotate_refresh(
        &self,
        old: &[u8; 32],
        new: &[u8; 32],
        expires_at: Millis,
        now: Millis,
    ) -> Result<Rotation, StoreError> {
        let mut write = self.writer.begin().await?;
        let used = sqlx::query_as::<_, (Vec<u8>, Vec<u8>)>(
            "UPDATE refresh_tokens SET used_at = $1 \
             WHERE hash = $2 AND used_at IS NULL AND expires_at > $1 \
               AND session_id IN (SELECT id FROM sessions WHERE revoked_at IS NULL) \
             RETURNING session_id, (SELECT user_id FROM sessions WHERE id = session_id)",
        )
        .bind(now)
        .bind(old.as_slice())
        .fetch_optional(write.connection())
        .await?;
        if let Some((session, user)) = used {
            let (session, user) = ids(session, user)?;
            insert_rotated(write.connection(), &session, new, expires_at).await?;
            write.commit().await?;
            return Ok(Rotation::Rotated { session, user });
        }
        let revoked = sqlx::query_as::<_, (Vec<u8>, Vec<u8>)>(
            "UPDATE sessions SET revoked_at = $1 WHERE revoked_at IS NULL AND id = \
               (SELECT session_id FROM refresh_tokens WHERE hash = $2 AND used_at IS NOT NULL) \
             RETURNING id, user_id",
        )
        .bind(now)
        .bind(old.as_slice())
        .fetch_optional(write.connection())
        .await?;
        write.commit().await?;
        Ok(match revoked {
            Some((session, user)) => {
                let (session, user) = ids(session, user)?;
                Rotation::Reused { session, user }
            }
            None => Rotation::Refused,
        })
    }

    /// Ends the session that a refresh token belongs to. `None` if there is no such live session.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn end_session_of_refresh(
        &self,
        refresh_hash: &[u8; 32],
        now: Millis,
    ) -> Result<Option<(SessionId, AccountId)>, StoreError> {
        let mut write = self.writer.begin().await?;
        let ended = sqlx::query_as::<_, (Vec<u8>, Vec<u8>)>(
            "UPDATE sessions SET revoked_at = $1 WHERE revoked_at IS NULL AND id = \
               (SELECT session_id FROM refresh_tokens WHERE hash = $2) RETURNING id, user_id",
        )
        .bind(now)
        .bind(refresh_hash.as_slice())
        .fetch_optional(write.connection())
        .await?;
        write.commit().await?;
        ended.map(|(session, user)| ids(session, user)).transpose()
    }

    /// Ends a session by its id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn end_session(&self, session: &SessionId, now: Millis) -> Result<(), StoreError> {
        let mut write = self.writer.begin().await?;
        sqlx::query("UPDATE sessions SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
            .bind(now)
            .bind(session.0.as_slice())
            .execute(write.connection())
            .await?;
        write.commit().await
    }

    /// Ends one access token before its time.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn revoke_token(&self, jti: &TokenId, expires_at: Millis) -> Result<(), StoreError> {
        let mut write = self.writer.begin().await?;
        sqlx::query(
            "INSERT INTO revoked_tokens (jti, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .bind(jti.0.as_slice())
        .bind(expires_at)
        .execute(write.connection())
        .await?;
        write.commit().await
    }

    /// Whether an access token may still be used: not revoked itself, and its session alive.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn token_is_live(
        &self,
        jti: &TokenId,
        session: &SessionId,
    ) -> Result<bool, StoreError> {
        let (live,) = sqlx::query_as::<_, (bool,)>(
            "SELECT EXISTS (SELECT 1 FROM sessions WHERE id = $1 AND revoked_at IS NULL) \
                AND NOT EXISTS (SELECT 1 FROM revoked_tokens WHERE jti = $2)",
        )
        .bind(session.0.as_slice())
        .bind(jti.0.as_slice())
        .fetch_one(&self.reader)
        .await?;
        Ok(live)
    }
}

fn ids(session: Vec<u8>, user: Vec<u8>) -> Result<(SessionId, AccountId), StoreError> {
    Ok((
        SessionId(fixed(session, "session_id")?),
        AccountId(fixed(user, "user_id")?),
    ))
}

/// The second half of a rotation; the session lives as long as its newest token.
async fn insert_rotated(
    connection: &mut sqlx::SqliteConnection,
    session: &SessionId,
    hash: &[u8; 32],
    expires_at: Millis,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO refresh_tokens (hash, session_id, expires_at) VALUES ($1, $2, $3)")
        .bind(hash.as_slice())
        .bind(session.0.as_slice())
        .bind(expires_at)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE sessions SET expires_at = $1 WHERE id = $2")
        .bind(expires_at)
        .bind(session.0.as_slice())
        .execute(&mut *connection)
        .await?;
    Ok(())
}
