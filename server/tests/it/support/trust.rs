//! What a client believes about the relay's certificate.

use std::{path::Path, sync::Arc};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, pem::PemObject as _},
    },
};

/// Where the relay keeps the certificate that it makes for itself.
pub(crate) fn certificate_beside(database: &Path) -> std::path::PathBuf {
    database.with_extension("tls-certificate.pem")
}

/// Trusts the one that the relay with this database made, and nobody else.
pub(crate) fn made_for(database: &Path) -> TlsConnector {
    only(&certificate_beside(database))
}

/// Trusts the certificate in a file, and nobody else.
pub(crate) fn only(file: &Path) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(file).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}
