//! What was begun with the password and waits for its second half: for minutes, in the database, each finished once. Whichever
//! relay of the deployment is asked can finish it.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

use super::totp::TotpSecret;
use crate::{
    api::{Bytes, second_factor::TicketText},
    app::App,
    clock::{Millis, millis},
    error::{ApiError, ErrorCode},
    ids::{AccountId, TicketHash},
    store::{attempts::CountedBy, tickets::TicketRecord},
};

/// A ticket is good for so long.
const LIFE: Duration = Duration::from_secs(5 * 60);
/// And for so many wrong answers.
const TRIES: i64 = 5;

/// The second half of what a ticket stands for.
#[derive(Serialize, Deserialize)]
pub enum Waiting {
    /// A login, whose attempts are counted `by`.
    Login {
        /// As those at its password.
        by: CountedBy,
        /// What the password was checked against: a new one makes the ticket void.
        secret_hash: String,
        /// For its passkeys.
        challenge: Bytes<32>,
    },
    /// TOTP is turned on.
    Totp(TotpSecret),
    /// A passkey is added, with this challenge.
    Passkey(Bytes<32>),
}

/// What a ticket stands for.
pub struct Ticket {
    /// Whose it is.
    pub user: AccountId,
    /// What waits.
    pub waiting: Waiting,
    record: TicketRecord,
}

/// Makes one for a `holder`, whose attempts are counted so: the latest eight of theirs are good. The bytes are for the client; with
/// the time when it ends.
///
/// # Errors
/// [`ErrorCode::InvalidCredentials`] if the account is gone, and [`ApiError`] when the database fails.
pub async fn issue(
    app: &App,
    user: AccountId,
    holder: &CountedBy,
    waiting: &Waiting,
) -> Result<(TicketText, Millis), ApiError> {
    let ticket = Bytes(crate::random());
    let expires_at = app.clock.now() + millis(LIFE);
    let record = TicketRecord {
        user,
        holder: holder.as_str().to_owned(),
        waiting: serde_json::to_string(waiting).map_err(ApiError::internal)?,
        tries: TRIES,
        expires_at,
    };
    if !app.store.add_ticket(&hash(&ticket), &record).await? {
        return Err(ErrorCode::InvalidCredentials.into());
    }
    Ok((ticket, expires_at))
}

/// Takes a ticket out, so that nobody else can use it meanwhile.
///
/// # Errors
/// [`ErrorCode::TicketOver`] if it is not good (any more), and [`ApiError`] when the database fails.
pub async fn take(app: &App, ticket: &TicketText) -> Result<Ticket, ApiError> {
    let record = app
        .store
        .take_ticket(&hash(ticket), app.clock.now())
        .await?
        .ok_or(ErrorCode::TicketOver)?;
    // One that another version of this program wrote, in the minutes of an upgrade, may say something else.
    let waiting = serde_json::from_str(&record.waiting).map_err(|_| ErrorCode::TicketOver)?;
    Ok(Ticket {
        user: record.user,
        waiting,
        record,
    })
}

/// Gives a ticket back for another try, if there is one left. An answer that was not `wrong`, but could not be looked at, was
/// none.
///
/// # Errors
/// [`ApiError`] when the database fails; then the ticket is used up.
pub async fn give_back(
    app: &App,
    ticket: &TicketText,
    Ticket { mut record, .. }: Ticket,
    wrong: bool,
) -> Result<(), ApiError> {
    record.tries -= i64::from(wrong);
    if record.tries > 0 {
        app.store.give_ticket_back(&hash(ticket), &record).await?;
    }
    Ok(())
}

/// What is stored of it.
fn hash(ticket: &TicketText) -> TicketHash {
    TicketHash(Sha256::digest(ticket.0).into())
}
