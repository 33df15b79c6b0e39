//! How long a request's head is waited for, and how much of it, before anybody knows who asks.

use hyper_util::{rt::TokioTimer, server::conn::auto::Builder};
use std::time::Duration;

/// A client must have sent its request's head within this time. ⚔ slowloris
const TIME: Duration = Duration::from_secs(10);
/// Bytes that are read ahead of a connection, and so the largest head, and what is written at once. Left alone it would be
/// 400 KB, of everybody who says nothing that makes sense.
const BUFFER: usize = 16 * 1024;

/// Sets both for a server's connections.
pub(crate) fn bound<E>(server: &mut Builder<E>) {
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(TIME)
        .max_buf_size(BUFFER);
}
