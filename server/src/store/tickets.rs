//! Tickets: what was begun with a password and waits for its second half, at whichever relay of the deployment.

use super::{Store, StoreError, Write, accounts, sql::Statement};
use crate::{
    clock::Millis,
    ids::{AccountId, TicketHash},
};

/// Of one holder the latest so many are good: whoever has only the password drives out their own, and nobody else's.
const OF_ONE_HOLDER: usize = 8;
/// Of an account the latest so many: sixteen holders of them. Those that are not its name are devices and sessions that were let in.
const OF_ONE_ACCOUNT: usize = 16 * OF_ONE_HOLDER;

/// A row of `tickets`.
pub struct TicketRecord {
    /// Whose it is.
    pub user: AccountId,
    /// Who began it: what attempts of theirs are counted by, as text.
    pub holder: String,
    /// What waits, in JSON.
    pub waiting: String,
    /// Wrong answers that it is still good for.
    pub tries: i64,
    /// When it ends.
    pub expires_at: Millis,
}

impl Store {
    /// Keeps a new ticket; false if the account is gone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_ticket(
        &self,
        ticket: &TicketHash,
        record: &TicketRecord,
    ) -> Result<bool, StoreError> {
        self.write("add_ticket", async |write| {
            if !accounts::lock(write, &record.user).await? {
                return Ok(false);
            }
            let others = Statement::new(
                "SELECT ticket_hash, holder FROM tickets WHERE user_id = $1 ORDER BY expires_at DESC, ticket_hash",
            )
            .bytes(&record.user.0);
            let (mut of_account, mut of_holder) = (0, 0);
            for row in write.rows(others).await? {
                let is_holders = row.text("holder")? == record.holder;
                of_account += 1;
                of_holder += usize::from(is_holders);
                // The new one is one more of each.
                let has_room =
                    of_account < OF_ONE_ACCOUNT && (!is_holders || of_holder < OF_ONE_HOLDER);
                if has_room {
                    continue;
                }
                let hash = row.bytes::<32>("ticket_hash")?;
                let delete =
                    Statement::new("DELETE FROM tickets WHERE ticket_hash = $1").bytes(&hash);
                write.execute(delete).await?;
            }
            insert(write, ticket, record).await?;
            Ok(true)
        })
        .await
    }

    /// Takes a ticket out, so that nobody else can use it meanwhile, at no relay; `None` if it is not good (any more).
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn take_ticket(
        &self,
        ticket: &TicketHash,
        now: Millis,
    ) -> Result<Option<TicketRecord>, StoreError> {
        self.write("take_ticket", async |write| {
            let delete = Statement::new(
                "DELETE FROM tickets WHERE ticket_hash = $1 AND expires_at > $2 \
                 RETURNING user_id, holder, waiting, tries, expires_at",
            )
            .bytes(&ticket.0)
            .integer(now);
            let Some(row) = write.row(delete).await? else {
                return Ok(None);
            };
            Ok(Some(TicketRecord {
                user: AccountId(row.bytes("user_id")?),
                holder: row.text("holder")?,
                waiting: row.text("waiting")?,
                tries: row.integer("tries")?,
                expires_at: row.integer("expires_at")?,
            }))
        })
        .await
    }

    /// Gives a ticket back that was taken. Nothing happens if its account is gone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn give_ticket_back(
        &self,
        ticket: &TicketHash,
        record: &TicketRecord,
    ) -> Result<(), StoreError> {
        self.write("give_ticket_back", async |write| {
            insert(write, ticket, record).await
        })
        .await
    }
}

async fn insert(
    write: &mut Write<'_>,
    ticket: &TicketHash,
    record: &TicketRecord,
) -> Result<(), StoreError> {
    let insert = Statement::new(
        "INSERT INTO tickets (ticket_hash, user_id, holder, waiting, tries, expires_at) \
         SELECT $1, id, $3, $4, $5, $6 FROM users WHERE id = $2",
    )
    .bytes(&ticket.0)
    .bytes(&record.user.0)
    .text(&record.holder)
    .text(&record.waiting)
    .integer(record.tries)
    .integer(record.expires_at);
    write.execute(insert).await?;
    Ok(())
}
