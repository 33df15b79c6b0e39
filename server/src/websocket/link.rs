//! A client's socket after the handshake, in two halves: one for a [`Receiver`](super::Receiver), and the writing one, shared by
//! all who have something to write. With TLS they share a session, too.

use std::{
    io::{self, IoSlice},
    net::Shutdown,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, ReadBuf},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};
use tokio_util::either::Either;

use super::secured::Secured;
use crate::sockets::{Seat, Socket};

/// What may lie in the kernel and is not on its way yet. More, and what is to be written next is decided long before it can
/// be; less, and a fast line runs dry.
#[cfg(target_os = "linux")]
const UNSENT: u32 = 64 * 1024;

/// The writing half, and the room that the socket takes.
pub struct Link {
    line: Line,
    _seat: Seat,
}

enum Line {
    Plain(OwnedWriteHalf),
    Secured(Arc<Secured>),
}

/// The reading half.
pub struct ReadHalf(Reading);

enum Reading {
    Plain(OwnedReadHalf),
    Secured(Arc<Secured>),
}

impl Link {
    /// Takes a socket over.
    ///
    /// # Errors
    /// When the system refuses its options.
    pub fn new(socket: Socket) -> io::Result<(Self, ReadHalf)> {
        match socket {
            Either::Left(plain) => {
                let (stream, seat) = plain.into_parts();
                keep_short(&stream)?;
                let (read, write) = stream.into_split();
                Ok(Self::over(Line::Plain(write), Reading::Plain(read), seat))
            }
            Either::Right(secured) => {
                let (socket, session) = secured.into_inner();
                let (stream, seat) = socket.into_parts();
                keep_short(&stream)?;
                let secured = Arc::new(Secured::new(stream, session));
                let read = Reading::Secured(Arc::clone(&secured));
                Ok(Self::over(Line::Secured(secured), read, seat))
            }
        }
    }

    fn over(line: Line, read: Reading, seat: Seat) -> (Self, ReadHalf) {
        (Self { line, _seat: seat }, ReadHalf(read))
    }

    /// Writes what the kernel takes now. What it did not take must come first the next time.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when it takes nothing; anything else ends the connection.
    pub fn try_write(&self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
        match (&self.line, bytes) {
            (Line::Plain(stream), [one]) => stream.try_write(one),
            (Line::Plain(stream), _) => stream.try_write_vectored(bytes),
            (Line::Secured(secured), _) => secured.try_write(bytes),
        }
    }

    /// How many bytes of what it did not take are on their way all the same: the frames that they are of must be written to their end.
    #[must_use]
    pub fn owed(&self) -> usize {
        match &self.line {
            Line::Plain(_) => 0,
            Line::Secured(secured) => secured.owed(),
        }
    }

    /// Lets a write that was given up come to its end, as far as it is on its way: only after that can anything else be said.
    ///
    /// # Errors
    /// When the connection has ended.
    pub async fn finish(&self) -> io::Result<()> {
        match &self.line {
            Line::Plain(_) => Ok(()),
            Line::Secured(secured) => secured.finish().await,
        }
    }

    /// Waits until the kernel takes something.
    ///
    /// # Errors
    /// When the connection has ended.
    pub async fn writable(&self) -> io::Result<()> {
        match &self.line {
            Line::Plain(stream) => stream.writable().await,
            Line::Secured(secured) => secured.writable().await,
        }
    }

    /// Writes everything, or fails.
    ///
    /// # Errors
    /// When the connection has ended.
    pub async fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.try_write(&[IoSlice::new(bytes)]) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.writable().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Says that nothing more is written.
    pub fn end(&self) {
        match &self.line {
            // The client may have gone: then there is nobody to tell.
            Line::Plain(stream) => {
                let _ = socket2::SockRef::from(stream.as_ref()).shutdown(Shutdown::Write);
            }
            Line::Secured(secured) => secured.end(),
        }
    }
}

impl AsyncRead for ReadHalf {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.0 {
            Reading::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Reading::Secured(secured) => secured.poll_read(cx, buffer),
        }
    }
}

/// See [`UNSENT`].
fn keep_short(stream: &TcpStream) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT)?;
    #[cfg(not(target_os = "linux"))]
    let _ = stream;
    Ok(())
}
