//! A socket after its TLS handshake.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{rustls::ServerConnection, server::TlsStream};

use super::Guarded;

/// How much is encrypted before the kernel has taken it, also when the socket is a WebSocket: one record. An answer may be megabytes,
/// and whoever reads none of it may have come without a login.
const RECORD: usize = 16 * 1024;

/// What is read and written is encrypted; the socket below is told when the first byte of a request has come.
pub struct Opened {
    stream: TlsStream<Guarded>,
    heard: bool,
}

impl Opened {
    /// The time for a request begins now.
    pub(super) fn new(mut stream: TlsStream<Guarded>) -> Self {
        let (socket, session) = stream.get_mut();
        socket.await_request();
        session.set_buffer_limit(Some(RECORD));
        Self {
            stream,
            heard: false,
        }
    }

    /// The socket, and what encrypts.
    #[must_use]
    pub fn into_inner(self) -> (Guarded, ServerConnection) {
        self.stream.into_inner()
    }
}

impl AsyncRead for Opened {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if !self.heard && buffer.filled().len() > before {
            self.heard = true;
            self.stream.get_mut().0.hear_request();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Opened {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
