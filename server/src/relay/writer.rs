//! The task that empties an outbox into its socket.

use std::{pin::pin, sync::Arc};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::{
    close::CloseCode,
    connection::{Connection, LINGER},
    outbox::Outgoing,
    wire::{Broken, Sender},
};
use crate::app::App;

/// Runs until the connection is closed or breaks, then says goodbye.
pub(super) async fn run(app: App, connection: Arc<Connection>, mut sender: Sender) {
    let limits = &app.settings.limits;
    let mut ping = interval_at(Instant::now() + limits.ping_interval, limits.ping_interval);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut closed = pin!(connection.closed());
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            biased;
            () = closed.as_mut() => break,
            () = connection.outbox.next(&mut batch) => {}
            _ = ping.tick() => {}
        }
        let written = tokio::select! {
            biased;
            written = timeout(limits.write_timeout, write(&app, &connection, &mut sender, &mut batch)) => written,
            () = closed.as_mut() => break,
        };
        match written {
            Ok(Ok(())) => {}
            Ok(Err(Broken)) => return connection.end(),
            Err(_) => connection.close(CloseCode::TooSlow),
        }
    }
    if let Some(code) = connection.close_code() {
        // A client that does not read does not get this either; it must not hold the task.
        let _ = timeout(LINGER, sender.close(code)).await;
    }
}

/// Writes a batch, or a ping if it is empty. Payloads whose writing is broken off are told to their senders by their
/// [`super::outbox::Receipt`]s.
async fn write(
    app: &App,
    connection: &Connection,
    sender: &mut Sender,
    batch: &mut Vec<Outgoing>,
) -> Result<(), Broken> {
    if batch.is_empty() {
        return sender.ping().await;
    }
    for outgoing in &mut *batch {
        sender.feed(std::mem::take(&mut outgoing.frame)).await?;
    }
    sender.flush().await?;
    for Outgoing {
        receipt, charge, ..
    } in batch.drain(..)
    {
        connection.outbox.written(charge);
        if let Some(receipt) = receipt {
            connection.touch();
            app.metrics.written.inc();
            receipt.written();
        }
    }
    Ok(())
}
