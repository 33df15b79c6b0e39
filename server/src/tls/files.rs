//! A certificate and its key on disk, as PEM.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};
use tokio_rustls::rustls::pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{self, PemObject as _},
};

use super::TlsError;
use crate::config::Settings;

const CERTIFICATE: &str = "certificate";
const KEY: &str = "key of the certificate";

/// Where the two are.
pub(super) struct Pair {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl Pair {
    /// Those of the settings: the operator's, or beside the database those that the relay makes itself.
    pub(super) fn of(settings: &Settings) -> Result<Option<Self>, TlsError> {
        match (&settings.tls_certificate, &settings.tls_key) {
            (Some(_), Some(_)) if settings.tls_self_signed => Err(TlsError::Both),
            (Some(certificate), Some(key)) => Ok(Some(Self {
                certificate: certificate.clone(),
                key: key.clone(),
            })),
            (None, None) => Ok(settings.tls_self_signed.then(|| Self {
                certificate: settings.database.with_extension("tls-certificate.pem"),
                key: settings.database.with_extension("tls-key.pem"),
            })),
            _ => Err(TlsError::Half),
        }
    }

    pub(super) fn exists(&self) -> bool {
        self.certificate.exists() && self.key.exists()
    }

    /// Both; the chain has one certificate or more.
    pub(super) fn read(
        &self,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
        let chain = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unreadable(CERTIFICATE, &self.certificate, error))?;
        if chain.is_empty() {
            return Err(unreadable(
                CERTIFICATE,
                &self.certificate,
                pem::Error::NoItemsFound,
            ));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|error| unreadable(KEY, &self.key, error))?;
        warn_if_shared(&self.key);
        Ok((chain, key))
    }

    /// Writes both, the key for its owner only. The certificate comes last: it is what says that both are there.
    pub(super) fn write(&self, certificate: &str, key: &str) -> Result<(), TlsError> {
        let failed = |what, path: &Path| {
            let path = path.to_owned();
            move |source| TlsError::File { what, path, source }
        };
        write(&self.key, key, 0o600).map_err(failed(KEY, &self.key))?;
        write(&self.certificate, certificate, 0o644).map_err(failed(CERTIFICATE, &self.certificate))
    }
}

fn unreadable(what: &'static str, path: &Path, error: pem::Error) -> TlsError {
    let path = path.to_owned();
    match error {
        pem::Error::Io(source) => TlsError::File { what, path, source },
        pem::Error::NoItemsFound => TlsError::Malformed {
            what,
            path,
            reason: "there is none in this file (PEM is expected)".to_owned(),
        },
        // It may repeat a line of the file, which may be a key's.
        _ => TlsError::Malformed {
            what,
            path,
            reason: "this is not PEM".to_owned(),
        },
    }
}

/// Writes a file, whole or not at all: into one of another name first.
fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        fs::create_dir_all(parent)?;
    }
    let unfinished = path.with_extension("pem.new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(unfinished, path)
}

#[cfg(unix)]
fn warn_if_shared(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o007 != 0) {
        tracing::warn!(category = "security", path = %path.display(), "others can read the key of the certificate: chmod 600 it");
    }
}

#[cfg(not(unix))]
fn warn_if_shared(_path: &Path) {}
