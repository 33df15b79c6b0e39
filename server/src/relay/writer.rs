//! The task that empties an outbox into its socket.

use std::sync::Arc;
use tokio::time::{MissedTickBehavior, interval_at, timeout};

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
    let mut ping = interval_at(
        tokio::time::Instant::now() + limits.ping_interval,
        limits.ping_interval,
    );
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let outgoing = tokio::select! {
            biased;
            () = connection.closed() => break,
            outgoing = connection.outbox.next() => Some(outgoing),
            _ = ping.tick() => None,
        };
        let written = tokio::select! {
            biased;
            written = timeout(limits.write_timeout, write(&app, &connection, &mut sender, outgoing)) => written,
            () = connection.closed() => break,
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

/// Writes a frame, or a ping if there is none. A payload whose writing is broken off is told to its sender by its
/// [`super::outbox::Receipt`].
async fn write(
    app: &App,
    connection: &Connection,
    sender: &mut Sender,
    outgoing: Option<Outgoing>,
) -> Result<(), Broken> {
    let Some(Outgoing {
        frame,
        receipt,
        charge,
    }) = outgoing
    else {
        return sender.ping().await;
    };
    sender.send(frame).await?;
    connection.outbox.written(charge);
    if let Some(receipt) = receipt {
        connection.touch();
        app.metrics.ack("written");
        receipt.written();
    }
    Ok(())
}
