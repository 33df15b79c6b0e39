//! Sessions with their refresh tokens, and revoked access tokens.
//!
//! A session is a row. Its refresh tokens have a part in common, the *family*, by which the row is found, and of them only
//! the newest and the one before are remembered: any other token of a known family is one that was used long ago, so
//! somebody holds a copy.

use std::time::Duration;

use super::{
    Store, StoreError, Write, changes, known_devices,
    operator::Standing,
    sql::{Row, Statement},
};
use crate::{
    clock::{Millis, millis},
    ids::{AccountId, SessionId, TokenId},
};

/// A refresh token that comes again so soon after its use was not stolen: the answer was lost, or two tabs asked at once. It
/// gets the same successor.
pub const GRACE: Duration = Duration::from_secs(20);
/// A session's last use is written at most so often.
pub const SEEN_EVERY: Duration = Duration::from_secs(60);

/// What is stored of a refresh token: SHA-256 of its two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshHash {
    /// Of the part that all tokens of the session share.
    pub family: [u8; 32],
    /// Of the whole token.
    pub token: [u8; 32],
}

/// Where a session is used, as its owner sees it in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The browser's own description, if it gave one.
    pub user_agent: Option<String>,
    /// The address it came from.
    pub address: String,
}

/// A session in its owner's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Its id.
    pub id: SessionId,
    /// Where it is used.
    pub device: Device,
    /// When it began.
    pub created_at: Millis,
    /// When it was last used, to the minute.
    pub last_seen_at: Millis,
}

/// What became of a session that was to begin.
pub enum Start {
    /// It has begun.
    Begun(Started),
    /// An operator has closed the account.
    Closed,
    /// There is no such account.
    NoAccount,
}

/// A session that has begun.
pub struct Started {
    /// What its access tokens must say.
    pub token_version: i64,
    /// Older sessions that ended to make room for it.
    pub ended: Vec<SessionId>,
}

/// Whose session a refresh token belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The session.
    pub session: SessionId,
    /// Whose.
    pub user: AccountId,
}

/// What became of a refresh token that a client presented.
#[derive(Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It was good: the client gets a successor.
    Rotated {
        /// Whose it was.
        owner: Owner,
        /// What access tokens of the owner must say.
        token_version: i64,
        /// Which of the successors that were offered is the session's token now.
        successor: usize,
        /// When that one ends.
        expires_at: Millis,
        /// Whether it was given before.
        repeated: bool,
    },
    /// It was used before, and not just now. Somebody holds a copy: the session has ended.
    Reused(Owner),
    /// It is good, but an operator has closed the account: nothing has changed, and it is as good later.
    Closed,
    /// Unknown, expired, or of a session that has ended.
    Refused,
}

impl Store {
    /// Starts a session with its first refresh token. Of more than `limit` sessions of one account the oldest end.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn start_session(
        &self,
        owner: &Owner,
        refresh: &RefreshHash,
        device: &Device,
        limit: usize,
        expires_at: Millis,
        now: Millis,
    ) -> Result<Start, StoreError> {
        self.write("start_session", async |write| {
            // Locks the account, so that of two logins at once the second sees the first.
            let lock = Statement::new(
                "UPDATE users SET token_version = token_version WHERE id = $1 RETURNING token_version, standing",
            )
            .bytes(&owner.user.0);
            let Some(user) = write.row(lock).await? else {
                return Ok(Start::NoAccount);
            };
            if Standing::of(&user)? != Standing::Open {
                return Ok(Start::Closed);
            }
            let others = Statement::new(
                "SELECT id FROM sessions WHERE user_id = $1 ORDER BY created_at DESC, id",
            )
            .bytes(&owner.user.0);
            let others = write.rows(others).await?;
            let mut ended = Vec::new();
            for row in others.iter().skip(limit.saturating_sub(1)) {
                let id = SessionId(row.bytes("id")?);
                end(write, &id).await?;
                ended.push(id);
            }
            let insert = Statement::new(
                "INSERT INTO sessions (id, user_id, family_hash, token_hash, user_agent, address, created_at, last_seen_at, \
                   expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
            )
            .bytes(&owner.session.0)
            .bytes(&owner.user.0)
            .bytes(&refresh.family)
            .bytes(&refresh.token)
            .maybe_text(device.user_agent.as_deref())
            .text(&device.address)
            .integer(now)
            .integer(expires_at);
            write.execute(insert).await?;
            Ok(Start::Begun(Started {
                token_version: user.integer("token_version")?,
                ended,
            }))
        })
        .await
    }

    /// Uses up a refresh token and stores the first of its `successors` in its place, atomically. One that comes again within
    /// [`GRACE`], while its successor has not been used, gets the same one: `successors` holds what it may be, since only
    /// its hash is known here.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; then nothing has changed.
    pub async fn rotate_refresh(
        &self,
        presented: &RefreshHash,
        successors: &[RefreshHash],
        device: &Device,
        expires_at: Millis,
        now: Millis,
    ) -> Result<Rotation, StoreError> {
        self.write("rotate_refresh", async |write| {
            // Locks the session, so that nothing read of it can change before it is written.
            let lock = Statement::new(
                "UPDATE sessions SET family_hash = family_hash WHERE family_hash = $1 \
                 RETURNING id, user_id, token_hash, previous_hash, rotated_at, expires_at, \
                   (SELECT token_version FROM users WHERE users.id = user_id) AS token_version, \
                   (SELECT standing FROM users WHERE users.id = user_id) AS standing",
            )
            .bytes(&presented.family);
            let Some(row) = write.row(lock).await? else {
                return Ok(Rotation::Refused);
            };
            let owner = owner(&row)?;
            let (current, previous) = (
                row.bytes::<32>("token_hash")?,
                row.maybe_bytes::<32>("previous_hash")?,
            );
            let old_expiry = row.integer("expires_at")?;
            if old_expiry <= now {
                return Ok(Rotation::Refused);
            }
            let token_version = row.integer("token_version")?;
            let is_known = presented.token == current || previous == Some(presented.token);
            if is_known && Standing::of(&row)? != Standing::Open {
                return Ok(Rotation::Closed);
            }
            if presented.token == current
                && let Some(successor) = successors.first()
            {
                let update = Statement::new(
                    "UPDATE sessions SET token_hash = $1, previous_hash = $2, rotated_at = $3, last_seen_at = $3, \
                       expires_at = $4, user_agent = $5, address = $6 WHERE id = $7",
                )
                .bytes(&successor.token)
                .bytes(&current)
                .integer(now)
                .integer(expires_at)
                .maybe_text(device.user_agent.as_deref())
                .text(&device.address)
                .bytes(&owner.session.0);
                write.execute(update).await?;
                return Ok(Rotation::Rotated {
                    owner,
                    token_version,
                    successor: 0,
                    expires_at,
                    repeated: false,
                });
            }
            let just_used = previous == Some(presented.token)
                && row
                    .maybe_integer("rotated_at")?
                    .is_some_and(|at| now - at < millis(GRACE));
            if just_used {
                // A key that has gone since may have made it: then nobody can say it again.
                let given = successors.iter().position(|one| one.token == current);
                return Ok(given.map_or(Rotation::Refused, |successor| Rotation::Rotated {
                    owner,
                    token_version,
                    successor,
                    expires_at: old_expiry,
                    repeated: true,
                }));
            }
            end(write, &owner.session).await?;
            Ok(Rotation::Reused(owner))
        })
        .await
    }

    /// Ends the session that a refresh token belongs to, whichever of its tokens it is; with `of`, only if it is that account's.
    /// `None` if there is no such session.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn end_session_of_refresh(
        &self,
        refresh: &RefreshHash,
        of: Option<&AccountId>,
    ) -> Result<Option<Owner>, StoreError> {
        self.write("end_session", async |write| {
            let delete = match of {
                None => Statement::new(
                    "DELETE FROM sessions WHERE family_hash = $1 RETURNING id, user_id",
                )
                .bytes(&refresh.family),
                Some(user) => Statement::new(
                    "DELETE FROM sessions WHERE family_hash = $1 AND user_id = $2 RETURNING id, user_id",
                )
                .bytes(&refresh.family)
                .bytes(&user.0),
            };
            write.row(delete).await?.as_ref().map(owner).transpose()
        })
        .await
    }

    /// Ends a session of an account; false if it has none of this id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn end_session(&self, owner: &Owner) -> Result<bool, StoreError> {
        self.write("end_session", async |write| {
            let delete = Statement::new("DELETE FROM sessions WHERE id = $1 AND user_id = $2")
                .bytes(&owner.session.0)
                .bytes(&owner.user.0);
            Ok(write.execute(delete).await? == 1)
        })
        .await
    }

    /// Ends every session of an account, and every access token.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn end_all_sessions(&self, user: &AccountId) -> Result<(), StoreError> {
        self.write("end_all_sessions", async |write| {
            let tokens =
                Statement::new("UPDATE users SET token_version = token_version + 1 WHERE id = $1")
                    .bytes(&user.0);
            write.execute(tokens).await?;
            let sessions = Statement::new("DELETE FROM sessions WHERE user_id = $1").bytes(&user.0);
            write.execute(sessions).await?;
            known_devices::forget_all(write, user).await?;
            changes::note(write, Some(user)).await
        })
        .await
    }

    /// Ends every session of an account but this one, and forgets on which devices it was used.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn end_other_sessions(&self, keep: &Owner) -> Result<(), StoreError> {
        self.write("end_other_sessions", async |write| {
            end_others(write, keep).await?;
            known_devices::forget_all(write, &keep.user).await
        })
        .await
    }

    /// The live sessions of an account, the one used last first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn sessions_of(
        &self,
        user: &AccountId,
        now: Millis,
    ) -> Result<Vec<SessionRecord>, StoreError> {
        let select = Statement::new(
            "SELECT id, user_agent, address, created_at, last_seen_at FROM sessions \
             WHERE user_id = $1 AND expires_at > $2 ORDER BY last_seen_at DESC, created_at DESC, id",
        )
        .bytes(&user.0)
        .integer(now);
        self.read("sessions_of", select)
            .await?
            .iter()
            .map(|row| {
                Ok(SessionRecord {
                    id: SessionId(row.bytes("id")?),
                    device: Device {
                        user_agent: row.maybe_text("user_agent")?,
                        address: row.text("address")?,
                    },
                    created_at: row.integer("created_at")?,
                    last_seen_at: row.integer("last_seen_at")?,
                })
            })
            .collect()
    }

    /// Ends one access token before its time. It is forgotten at `forget_at`, when it is dead by itself.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn revoke_token(&self, token: &TokenId, forget_at: Millis) -> Result<(), StoreError> {
        self.write("revoke_token", async |write| {
            let insert = Statement::new(
                "INSERT INTO revoked_tokens (jti, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            )
            .bytes(&token.0)
            .integer(forget_at);
            write.execute(insert).await?;
            Ok(())
        })
        .await
    }

    /// When the session of an access token was last seen; `None` if the token may not be used any more: revoked itself, of a
    /// session that has ended, of an older version than the account's, or of an account that an operator has closed.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn live_token(
        &self,
        token: &TokenId,
        owner: &Owner,
        version: i64,
    ) -> Result<Option<Millis>, StoreError> {
        let select = Statement::new(
            "SELECT sessions.last_seen_at FROM sessions JOIN users ON users.id = sessions.user_id \
             WHERE sessions.id = $1 AND users.id = $2 AND users.token_version = $3 AND users.standing = 'open' \
               AND NOT EXISTS (SELECT 1 FROM revoked_tokens WHERE jti = $4)",
        )
        .bytes(&owner.session.0)
        .bytes(&owner.user.0)
        .integer(version)
        .bytes(&token.0);
        self.read_one("live_token", select)
            .await?
            .map(|row| row.integer("last_seen_at"))
            .transpose()
    }

    /// Notes that a session is in use, unless somebody noted it within [`SEEN_EVERY`].
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn saw_session(&self, session: &SessionId, now: Millis) -> Result<(), StoreError> {
        self.write("saw_session", async |write| {
            let update = Statement::new(
                "UPDATE sessions SET last_seen_at = $1 WHERE id = $2 AND last_seen_at <= $3",
            )
            .integer(now)
            .bytes(&session.0)
            .integer(now - millis(SEEN_EVERY));
            write.execute(update).await?;
            Ok(())
        })
        .await
    }
}

fn owner(row: &Row) -> Result<Owner, StoreError> {
    Ok(Owner {
        session: SessionId(row.bytes("id")?),
        user: AccountId(row.bytes("user_id")?),
    })
}

async fn end(write: &mut Write<'_>, session: &SessionId) -> Result<(), StoreError> {
    let delete = Statement::new("DELETE FROM sessions WHERE id = $1").bytes(&session.0);
    write.execute(delete).await?;
    Ok(())
}

/// Ends every session of an account but one.
pub(super) async fn end_others(write: &mut Write<'_>, keep: &Owner) -> Result<(), StoreError> {
    let delete = Statement::new("DELETE FROM sessions WHERE user_id = $1 AND id <> $2")
        .bytes(&keep.user.0)
        .bytes(&keep.session.0);
    write.execute(delete).await?;
    Ok(())
}
