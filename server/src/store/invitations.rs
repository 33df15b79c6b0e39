//! Invitations: whoever has the link may reach whoever made it, for a day (FEATURES.md M2).

use super::{Store, StoreError, sql::Statement};
use crate::{
    clock::Millis,
    ids::{AccountId, InvitationHash},
};

/// Invitations of one account that are good at a time. When one more comes, the oldest goes.
const MOST: usize = 20;

/// Whose invitation it is.
pub struct Inviter {
    /// Account id.
    pub id: AccountId,
    /// The login name.
    pub username: String,
}

impl Store {
    /// Makes an invitation.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_invitation(
        &self,
        token: &InvitationHash,
        owner: &AccountId,
        expires_at: Millis,
    ) -> Result<(), StoreError> {
        self.write("add_invitation", async |write| {
            let insert = Statement::new(
                "INSERT INTO invitations (token_hash, owner_id, expires_at) VALUES ($1, $2, $3)",
            )
            .bytes(&token.0)
            .bytes(&owner.0)
            .integer(expires_at);
            write.execute(insert).await?;
            let all = Statement::new(
                "SELECT token_hash FROM invitations WHERE owner_id = $1 ORDER BY expires_at DESC, token_hash",
            )
            .bytes(&owner.0);
            for row in write.rows(all).await?.iter().skip(MOST) {
                let hash: [u8; 32] = row.bytes("token_hash")?;
                let delete =
                    Statement::new("DELETE FROM invitations WHERE token_hash = $1").bytes(&hash);
                write.execute(delete).await?;
            }
            Ok(())
        })
        .await
    }

    /// Lets somebody in who has an invitation, until it ends. `None` if it has, or never was.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn redeem_invitation(
        &self,
        token: &InvitationHash,
        person: &AccountId,
        now: Millis,
    ) -> Result<Option<Inviter>, StoreError> {
        self.write("redeem_invitation", async |write| {
            let select = Statement::new(
                "SELECT users.id, users.username, invitations.expires_at FROM invitations \
                 JOIN users ON users.id = invitations.owner_id \
                 WHERE invitations.token_hash = $1 AND invitations.expires_at > $2",
            )
            .bytes(&token.0)
            .integer(now);
            let Some(row) = write.row(select).await? else {
                return Ok(None);
            };
            let inviter = Inviter {
                id: AccountId(row.bytes("id")?),
                username: row.text("username")?,
            };
            if inviter.id != *person {
                let insert = Statement::new(
                    "INSERT INTO invited_people (owner_id, person_id, expires_at) VALUES ($1, $2, $3) \
                     ON CONFLICT (owner_id, person_id) DO UPDATE SET expires_at = excluded.expires_at \
                     WHERE invited_people.expires_at < excluded.expires_at",
                )
                .bytes(&inviter.id.0)
                .bytes(&person.0)
                .integer(row.integer("expires_at")?);
                write.execute(insert).await?;
            }
            Ok(Some(inviter))
        })
        .await
    }

    /// Forgets invitations whose day is over. Whose they were, where somebody had come by them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn end_invitations(&self, now: Millis) -> Result<Vec<AccountId>, StoreError> {
        self.write("end_invitations", async |write| {
            let links =
                Statement::new("DELETE FROM invitations WHERE expires_at <= $1").integer(now);
            write.execute(links).await?;
            let people = Statement::new(
                "DELETE FROM invited_people WHERE expires_at <= $1 RETURNING owner_id",
            )
            .integer(now);
            write
                .rows(people)
                .await?
                .iter()
                .map(|row| Ok(AccountId(row.bytes("owner_id")?)))
                .collect()
        })
        .await
    }
}
