//! One request to a relay elsewhere: over TLS with the system's authorities, or without where its address says so.

use axum::{
    body::Body,
    http::{Request, Response},
};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, pki_types::ServerName},
};

use super::address::Address;

/// From the first packet to the end of the TLS handshake.
const CONNECTING: Duration = Duration::from_secs(10);
/// From the request to the head of the answer.
const ANSWERING: Duration = Duration::from_secs(30);

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The name, the network, or the certificate.
    #[error("cannot reach {0}: {1}")]
    Connect(String, #[source] io::Error),
    /// It was reached, and no answer came.
    #[error("no answer: {0}")]
    Answer(#[from] hyper::Error),
    /// It took too long.
    #[error("no answer in time")]
    Timeout,
}

/// A relay elsewhere.
pub struct Link {
    /// Where it is.
    pub address: Address,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Link {
    /// Prepares for an address; connects with each request.
    ///
    /// # Errors
    /// Where the address is https: when the system has no certificates of authorities, or the host is no name for a certificate.
    pub fn new(address: Address) -> io::Result<Self> {
        let tls = if address.origin.is_https() {
            let name = ServerName::try_from(address.host.clone()).map_err(io::Error::other)?;
            Some((connector()?, name))
        } else {
            None
        };
        Ok(Self { address, tls })
    }

    /// Sends a request on a connection of its own, and waits for the head of the answer. An upgrade is possible.
    ///
    /// # Errors
    /// [`LinkError`].
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, LinkError> {
        let connecting = async {
            let Address { host, port, .. } = &self.address;
            let socket = TcpStream::connect((host.as_str(), *port)).await?;
            socket.set_nodelay(true)?;
            match &self.tls {
                Some((connector, name)) => {
                    let secured = connector.connect(name.clone(), socket).await?;
                    Ok::<_, io::Error>(Box::new(secured) as Box<dyn Stream>)
                }
                None => Ok(Box::new(socket) as Box<dyn Stream>),
            }
        };
        let stream = time::timeout(CONNECTING, connecting)
            .await
            .map_err(|_| LinkError::Timeout)?
            .map_err(|error| LinkError::Connect(self.address.origin.as_str().to_owned(), error))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // Ends with the answer, or lives on as what the connection was upgraded to.
        tokio::spawn(connection.with_upgrades());
        let answer = time::timeout(ANSWERING, sender.send_request(request)).await;
        Ok(answer.map_err(|_| LinkError::Timeout)??)
    }
}

/// TCP or TLS over it.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

fn connector() -> io::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(io::Error::other(
            "this system has no certificates of authorities (on Debian: the package ca-certificates)",
        ));
    }
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
