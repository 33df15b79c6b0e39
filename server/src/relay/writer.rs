//! The task that empties an outbox into its socket, and beats when there is nothing to write.

use duet_crypto::relay::{BeatNumber, ServerFrame};
use std::{pin::pin, sync::Arc};
use tokio::time::{Instant, sleep_until, timeout};

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
    let next_beat = |last: Instant| {
        last + if connection.is_talking() {
            limits.beat_interval_talking
        } else {
            limits.beat_interval
        }
    };
    let mut last = Instant::now();
    let mut beat = BeatNumber::default();
    let mut alarm = pin!(sleep_until(next_beat(last)));
    let mut closed = pin!(connection.closed());
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            biased;
            () = closed.as_mut() => break,
            () = connection.outbox.next(&mut batch) => {}
            () = connection.talking_began.notified() => {
                alarm.as_mut().reset(next_beat(last));
                continue;
            }
            () = alarm.as_mut() => {
                // Something was written in the meantime, or the conversation has ended: then the alarm is early.
                let due = next_beat(last);
                if due > Instant::now() {
                    alarm.as_mut().reset(due);
                    continue;
                }
                beat = beat.next();
                batch.push(Outgoing::beat(ServerFrame::Beat(beat).encode().into()));
            }
        }
        let written = tokio::select! {
            biased;
            written = timeout(limits.write_timeout, write(&app, &connection, &mut sender, &mut batch)) => written,
            () = closed.as_mut() => break,
        };
        match written {
            Ok(Ok(())) => last = Instant::now(),
            Ok(Err(Broken)) => return connection.end(),
            Err(_) => connection.close(CloseCode::TooSlow),
        }
    }
    if let Some(code) = connection.close_code() {
        // A client that does not read does not get this either; it must not hold the task.
        let _ = timeout(LINGER, sender.close(code)).await;
    }
}

/// Writes a batch. Payloads whose writing is broken off are told to their senders by their
/// [`super::outbox::Receipt`]s.
async fn write(
    app: &App,
    connection: &Connection,
    sender: &mut Sender,
    batch: &mut Vec<Outgoing>,
) -> Result<(), Broken> {
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
