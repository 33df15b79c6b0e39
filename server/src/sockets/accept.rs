//! How a socket is taken in: as far as there is room, and with TLS where the relay speaks it.

use axum_server::accept::Accept;
use std::{future::Future, io, pin::Pin, sync::Arc, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_util::either::Either;
use tower_http::add_extension::AddExtension;

use super::{Guarded, Opened, Sockets};
use crate::{telemetry::metrics::SocketMetrics, tls::Tls};

/// From accept to the end of the TLS handshake. The time for a request begins after it.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// What every TLS connection begins with, and no request.
const HANDSHAKE_RECORD: u8 = 22;

/// A client's socket, with TLS or without.
pub type Socket = Either<Guarded, Box<Opened>>;

/// How a request came to this relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// As everything does where the relay speaks no TLS.
    Plain,
    /// Over TLS.
    Tls,
    /// Without, though the relay speaks TLS.
    PlainBesideTls,
}

/// Takes sockets in, as far as there is room: the others are closed at once.
#[derive(Clone)]
pub struct Acceptor {
    sockets: Arc<Sockets>,
    tls: Option<Arc<Tls>>,
}

impl<S: Send + 'static> Accept<TcpStream, S> for Acceptor {
    type Stream = Socket;
    type Service = AddExtension<S, Transport>;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let taken = self.take(stream);
        let acceptor = self.clone();
        Box::pin(async move {
            let (socket, transport) = acceptor.open(taken?).await?;
            Ok((socket, AddExtension::new(service, transport)))
        })
    }
}

impl Acceptor {
    /// With room for so many, and TLS if there is a certificate.
    #[must_use]
    pub fn new(sockets: Arc<Sockets>, tls: Option<Arc<Tls>>) -> Self {
        Self { sockets, tls }
    }

    fn take(&self, stream: TcpStream) -> io::Result<Guarded> {
        let peer = stream.peer_addr()?.ip().to_canonical();
        let seat = self
            .sockets
            .seat(peer)
            .ok_or_else(|| io::Error::other("no room for another socket"))?;
        stream.set_nodelay(true)?;
        Ok(Guarded::new(stream, seat))
    }

    async fn open(&self, socket: Guarded) -> io::Result<(Socket, Transport)> {
        let Some(tls) = &self.tls else {
            return Ok((Either::Left(socket), Transport::Plain));
        };
        let opened = match timeout(HANDSHAKE, secure(socket, tls)).await {
            Ok(opened) => opened,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        };
        opened.inspect_err(|error| {
            self.sockets.metrics.refuse(SocketMetrics::TLS);
            tracing::debug!(category = "tls", %error, "no TLS handshake");
        })
    }
}

/// Whoever speaks plain http here is to be told so, in plain http.
async fn secure(socket: Guarded, tls: &Tls) -> io::Result<(Socket, Transport)> {
    if socket.first_byte().await? != HANDSHAKE_RECORD {
        return Ok((Either::Left(socket), Transport::PlainBesideTls));
    }
    let stream = tls.acceptor().accept(socket).await?;
    Ok((Either::Right(Box::new(Opened::new(stream))), Transport::Tls))
}
