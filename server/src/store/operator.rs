//! What an operator decides about accounts and the deployment.

use super::{
    Store, StoreError, changes,
    sql::{Row, Statement},
};
use crate::{clock::Millis, ids::AccountId};

/// What an operator has decided about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing: it can be used.
    Open,
    /// Nobody gets in until it is open again; logins that there are wait.
    Locked,
    /// Nobody gets in, its logins have ended, and others do not find it.
    Banned,
}

impl Standing {
    /// As it is written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Locked => "locked",
            Self::Banned => "banned",
        }
    }

    pub(super) fn of(row: &Row) -> Result<Self, StoreError> {
        let text = row.text("standing")?;
        [Self::Open, Self::Locked, Self::Banned]
            .into_iter()
            .find(|standing| standing.text() == text)
            .ok_or(StoreError::Corrupt("standing"))
    }
}

/// What an operator sees of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The login name.
    pub username: String,
    /// What was decided about it.
    pub standing: Standing,
    /// When it was made.
    pub created_at: Millis,
    /// On how many devices it is signed in, and when it was last used on one of them.
    pub sessions: i64,
    /// The latter; `None` if it is signed in nowhere.
    pub last_seen_at: Option<Millis>,
}

impl Store {
    /// Decides about an account; false if there is none. Relays that run close what may not stay open.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn set_standing(
        &self,
        id: &AccountId,
        standing: Standing,
    ) -> Result<bool, StoreError> {
        self.write("set_standing", async |write| {
            let update = Statement::new("UPDATE users SET standing = $1 WHERE id = $2")
                .text(standing.text())
                .bytes(&id.0);
            if write.execute(update).await? != 1 {
                return Ok(false);
            }
            if standing == Standing::Banned {
                let sessions =
                    Statement::new("DELETE FROM sessions WHERE user_id = $1").bytes(&id.0);
                write.execute(sessions).await?;
            }
            changes::note(write, Some(id)).await?;
            Ok(true)
        })
        .await
    }

    /// Whether people can register.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn registration_is_open(&self) -> Result<bool, StoreError> {
        let select = Statement::new("SELECT registration FROM deployment WHERE id = 1");
        let row = self.read_one("registration", select).await?;
        let row = row.ok_or(StoreError::Corrupt("registration"))?;
        Ok(row.text("registration")? == "open")
    }

    /// Opens registration, or closes it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn set_registration(&self, open: bool) -> Result<(), StoreError> {
        self.write("set_registration", async |write| {
            let update = Statement::new("UPDATE deployment SET registration = $1 WHERE id = 1")
                .text(if open { "open" } else { "closed" });
            write.execute(update).await?;
            Ok(())
        })
        .await
    }

    /// The accounts with the names after `after`, in alphabetical order, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn accounts_after(
        &self,
        after: &str,
        limit: u32,
        now: Millis,
    ) -> Result<Vec<Listed>, StoreError> {
        let select = Statement::new(
            "SELECT username, standing, users.created_at, COUNT(sessions.id) AS sessions, \
               MAX(sessions.last_seen_at) AS last_seen_at \
             FROM users LEFT JOIN sessions ON sessions.user_id = users.id AND sessions.expires_at > $1 \
             WHERE username > $2 GROUP BY users.id, username, standing, users.created_at ORDER BY username LIMIT $3",
        )
        .integer(now)
        .text(after)
        .integer(i64::from(limit));
        self.read("accounts_after", select)
            .await?
            .iter()
            .map(|row| {
                Ok(Listed {
                    username: row.text("username")?,
                    standing: Standing::of(row)?,
                    created_at: row.integer("created_at")?,
                    sessions: row.integer("sessions")?,
                    last_seen_at: row.maybe_integer("last_seen_at")?,
                })
            })
            .collect()
    }
}
