//! TLS over a socket whose two halves are used by different tasks: one session, which each locks while it works with it.

use std::{
    io::{self, IoSlice, Read, Write},
    net::Shutdown,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};
use tokio::{io::ReadBuf, net::TcpStream};
use tokio_rustls::rustls::ServerConnection;

/// See the module's documentation.
pub(super) struct Secured {
    stream: TcpStream,
    session: Mutex<Session>,
}

struct Session {
    tls: ServerConnection,
    /// Bytes that are encrypted and that nobody was told of: of their record the kernel has not taken all.
    owed: usize,
}

impl Secured {
    /// Goes on where a handshake and the requests after it ended. `tls` encrypts one record at once: until the kernel has all of
    /// it, it counts as not written.
    pub(super) fn new(stream: TcpStream, tls: ServerConnection) -> Self {
        Self {
            stream,
            session: Mutex::new(Session { tls, owed: 0 }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what the kernel takes now. After [`io::ErrorKind::WouldBlock`] it must be asked with the same bytes again, or with
    /// more after them: some of them may be encrypted already.
    pub(super) fn try_write(&self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut session = self.lock();
        session.flush(&self.stream)?;
        if session.owed == 0 {
            session.owed = session.tls.writer().write_vectored(bytes)?;
            session.flush(&self.stream)?;
        }
        Ok(std::mem::take(&mut session.owed))
    }

    /// How many bytes are encrypted that nobody was told of. They may be of several frames.
    pub(super) fn owed(&self) -> usize {
        self.lock().owed
    }

    /// Waits until the kernel has all that is encrypted. Whoever wrote it has given up: nobody is told of it any more.
    pub(super) async fn finish(&self) -> io::Result<()> {
        loop {
            let flushed = {
                let mut session = self.lock();
                session.flush(&self.stream).inspect(|()| session.owed = 0)
            };
            match flushed {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.writable().await?,
                flushed => return flushed,
            }
        }
    }

    /// Waits until the kernel takes something.
    pub(super) async fn writable(&self) -> io::Result<()> {
        self.stream.writable().await
    }

    pub(super) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            // Something may be there from before, and after the end there is nothing to wait for.
            match self.lock().tls.reader().read(buffer.initialize_unfilled()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => {
                    buffer.advance(read?);
                    return Poll::Ready(Ok(()));
                }
            }
            ready!(self.stream.poll_read_ready(cx))?;
            let mut session = self.lock();
            match session.tls.read_tls(&mut Port(&self.stream)) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                read => read?,
            };
            let taken = session.tls.process_new_packets();
            // An alert, or new keys. What the kernel does not take goes before whatever is written next.
            match session.flush(&self.stream) {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => {
                    return Poll::Ready(Err(error));
                }
                _ => {}
            }
            taken.map_err(io::Error::other)?;
        }
    }

    /// Says that nothing more is written.
    pub(super) fn end(&self) {
        let mut session = self.lock();
        session.tls.send_close_notify();
        // The client may have gone, or not read: then there is nobody to tell.
        let _ = session.flush(&self.stream);
        let _ = socket2::SockRef::from(&self.stream).shutdown(Shutdown::Write);
    }
}

impl Session {
    /// Gives the kernel what is encrypted.
    fn flush(&mut self, stream: &TcpStream) -> io::Result<()> {
        while self.tls.wants_write() {
            if self.tls.write_tls(&mut Port(stream))? == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
        Ok(())
    }
}

/// The socket as rustls wants it: it takes and gives what it can now.
struct Port<'a>(&'a TcpStream);

impl Read for Port<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(buffer)
    }
}

impl Write for Port<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn write_vectored(&mut self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.try_write_vectored(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
