//! A socket with time limits.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep_until},
};

use super::Seat;

/// From accept, or the TLS handshake, to the first byte. hyper's own limit for a request's head begins with that byte.
const FIRST_BYTE: Duration = Duration::from_secs(10);
/// Between two bytes, in whatever direction: longer than any request may take.
const IDLE: Duration = Duration::from_secs(40);
/// A client must take [`STALL_BYTES`] in this time while something waits to be written to it. As long as the kernel
/// may need to report room again on a slow line.
const STALL: Duration = Duration::from_secs(30);
const STALL_BYTES: usize = 4 * 1024;

/// The socket; it gives its seat back when it is dropped.
pub struct Guarded {
    stream: TcpStream,
    /// Whether anything was received, and when something last passed.
    heard: bool,
    /// When the first byte of a request must have come over TLS: bytes of the socket alone may be of a record that never ends.
    request_by: Option<Instant>,
    last: Instant,
    idle: Option<Pin<Box<Sleep>>>,
    stall: Option<Stall>,
    seat: Seat,
}

/// A client that does not take what is written to it.
struct Stall {
    alarm: Pin<Box<Sleep>>,
    taken: usize,
}

impl Guarded {
    pub(super) fn new(stream: TcpStream, seat: Seat) -> Self {
        Self {
            stream,
            heard: false,
            request_by: None,
            last: Instant::now(),
            idle: None,
            stall: None,
            seat,
        }
    }

    /// The socket without its limits, and its seat, for whoever has limits of their own.
    #[must_use]
    pub fn into_parts(self) -> (TcpStream, Seat) {
        (self.stream, self.seat)
    }

    /// Waits for the first byte, and leaves it where it is.
    pub(super) async fn first_byte(&self) -> io::Result<u8> {
        let mut byte = [0];
        match self.stream.peek(&mut byte).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(byte[0]),
        }
    }

    /// From now on what is to come is the first byte of a request, over TLS.
    pub(super) fn await_request(&mut self) {
        self.request_by = Some(Instant::now() + FIRST_BYTE);
        self.idle = None;
    }

    /// It has come.
    pub(super) fn hear_request(&mut self) {
        self.request_by = None;
    }

    /// Called when there is nothing to read: fails when that has lasted too long.
    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            let patience = if self.heard { IDLE } else { FIRST_BYTE };
            let deadline = self.request_by.unwrap_or(self.last + patience);
            let idle = self
                .idle
                .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
            // The deadline only ever moves into the future; it is looked up again when the old one comes.
            ready!(idle.as_mut().poll(cx));
            if deadline <= Instant::now() {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            idle.as_mut().reset(deadline);
        }
    }

    /// Called when nothing can be written: fails when that has lasted too long.
    fn poll_stall(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let stall = self.stall.get_or_insert_with(|| Stall {
            alarm: Box::pin(sleep_until(Instant::now() + STALL)),
            taken: 0,
        });
        if stall.taken >= STALL_BYTES {
            stall.taken = 0;
            stall.alarm.as_mut().reset(Instant::now() + STALL);
        }
        ready!(stall.alarm.as_mut().poll(cx));
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }

    fn written(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Pending => return self.poll_stall(cx).map(Err),
            Poll::Ready(Ok(bytes)) => {
                self.last = Instant::now();
                if let Some(stall) = &mut self.stall {
                    stall.taken += bytes;
                }
            }
            Poll::Ready(Err(_)) => {}
        }
        written
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_pending() {
            return self.poll_idle(cx).map(Err);
        }
        self.heard = true;
        self.last = Instant::now();
        read
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buffer);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, buffers);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Called when everything is written: nothing waits for the client any more.
        self.stall = None;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
