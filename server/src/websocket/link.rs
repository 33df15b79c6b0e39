//! The writing half of a client's socket after the handshake, shared by all who have something to write.

use std::{
    io::{self, IoSlice},
    net::Shutdown,
};
use tokio::net::{
    TcpStream,
    tcp::{OwnedReadHalf, OwnedWriteHalf},
};

use crate::sockets::Seat;

/// What may lie in the kernel and is not on its way yet. More, and what is to be written next is decided long before it can
/// be; less, and a fast line runs dry.
#[cfg(target_os = "linux")]
const UNSENT: u32 = 64 * 1024;

/// The writing half, and the room that the socket takes.
pub struct Link {
    stream: OwnedWriteHalf,
    _seat: Seat,
}

impl Link {
    /// Takes a socket over; the reading half is for a [`Receiver`](super::Receiver).
    ///
    /// # Errors
    /// When the system refuses its options.
    pub fn new(stream: TcpStream, seat: Seat) -> io::Result<(Self, OwnedReadHalf)> {
        #[cfg(target_os = "linux")]
        socket2::SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT)?;
        let (read, stream) = stream.into_split();
        let link = Self {
            stream,
            _seat: seat,
        };
        Ok((link, read))
    }

    /// Writes what the kernel takes now.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when it takes nothing; anything else ends the connection.
    pub fn try_write(&self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
        match bytes {
            [one] => self.stream.try_write(one),
            _ => self.stream.try_write_vectored(bytes),
        }
    }

    /// Waits until the kernel takes something.
    ///
    /// # Errors
    /// When the connection has ended.
    pub async fn writable(&self) -> io::Result<()> {
        self.stream.writable().await
    }

    /// Writes everything, or fails.
    ///
    /// # Errors
    /// When the connection has ended.
    pub async fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.stream.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.writable().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Says that nothing more is written.
    pub fn end(&self) {
        // The client may have gone: then there is nobody to tell.
        let _ = socket2::SockRef::from(self.stream.as_ref()).shutdown(Shutdown::Write);
    }
}
