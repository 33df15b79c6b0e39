//! What every change of the second factor by its owner has in common.

use super::{
    recovery::RecoveryCode,
    tickets::{self, Ticket, Waiting},
};
use crate::{
    api::second_factor::TicketText,
    app::App,
    auth::token::Access,
    error::{ApiError, ErrorCode},
    ids::{AccountId, RecoveryHash},
    store::{accounts::Account, attempts::CountedBy},
    telemetry::metrics::AuthEvent,
    validate::Username,
};

/// Begins a change with the ticket of a session, after its password was shown once more.
pub(super) async fn begin(
    app: &App,
    access: &Access,
    account: &Account,
    waiting: &Waiting,
) -> Result<TicketText, ApiError> {
    let username = Username::parse(account.username.clone())
        .map_err(|_| ApiError::internal("a stored name breaks the rule"))?;
    let holder = CountedBy::session(&username, &access.session);
    let (ticket, _) = tickets::issue(app, account.id, &holder, waiting).await?;
    Ok(ticket)
}

/// Whoever got a ticket with the password finishes it; nobody else can.
pub(super) async fn take(
    app: &App,
    access: &Access,
    ticket: &TicketText,
) -> Result<Ticket, ApiError> {
    let ticket = tickets::take(app, ticket).await?;
    if ticket.user != access.user {
        return Err(ErrorCode::TicketOver.into());
    }
    Ok(ticket)
}

/// New recovery codes, and what is stored of them.
pub(super) fn new_codes(user: &AccountId) -> (Vec<String>, Vec<RecoveryHash>) {
    RecoveryCode::set()
        .iter()
        .map(|code| (code.text().to_string(), code.hash(user)))
        .unzip()
}

/// Notes that the second factor is another one.
pub(super) fn changed(app: &App, kind: &'static str) {
    app.metrics.auth(AuthEvent::SecondFactorChanged);
    tracing::info!(category = "auth", kind, "second factor changed");
}
