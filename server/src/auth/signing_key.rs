//! The key that signs access tokens. Precedence: `DUET_SIGNING_KEY_FILE`, `DUET_SIGNING_KEY`, then a file beside the
//! database that is made on the first start. REST and WebSocket share it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

use crate::config::Settings;

const LENGTH: usize = 32;

/// Why there is no signing key.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// The file cannot be read or made.
    #[error("signing key {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The value is not a key.
    #[error("{0} must hold {LENGTH} bytes as base64url without padding")]
    Malformed(String),
}

/// 32 secret bytes and their public name.
pub struct SigningKey {
    /// The secret.
    pub bytes: Zeroizing<[u8; LENGTH]>,
    /// `kid`: tells keys apart, says nothing about them.
    pub id: String,
}

impl SigningKey {
    /// Finds or makes the key.
    ///
    /// # Errors
    /// [`SigningKeyError`]; a key that is there but cannot be used is never replaced by a new one.
    pub fn load(settings: &Settings) -> Result<Self, SigningKeyError> {
        if let Some(path) = &settings.signing_key_file {
            return Self::read(path);
        }
        if let Some(key) = &settings.signing_key {
            return Self::parse(key.expose(), || "DUET_SIGNING_KEY".to_owned());
        }
        let path = settings.database.with_extension("signing-key");
        if !path.exists() {
            make(&path).map_err(|source| SigningKeyError::File {
                path: path.clone(),
                source,
            })?;
            tracing::info!(
                category = "security",
                path = %path.display(),
                "made a signing key on this first start; only its owner can read it (mode 0600). Keep it with your \
                 backups: without it everybody has to log in again"
            );
        }
        Self::read(&path)
    }

    fn read(path: &Path) -> Result<Self, SigningKeyError> {
        let text = fs::read_to_string(path)
            .map(Zeroizing::new)
            .map_err(|source| SigningKeyError::File {
                path: path.to_owned(),
                source,
            })?;
        warn_if_shared(path);
        Self::parse(text.trim_end(), || path.display().to_string())
    }

    fn parse(text: &str, source: impl Fn() -> String) -> Result<Self, SigningKeyError> {
        let malformed = || SigningKeyError::Malformed(source());
        let mut bytes = Zeroizing::new([0; LENGTH]);
        let length = URL_SAFE_NO_PAD
            .decode_slice(text, &mut bytes[..])
            .map_err(|_| malformed())?;
        if length != LENGTH {
            return Err(malformed());
        }
        let digest = Sha256::new()
            .chain_update(b"duet signing key id")
            .chain_update(&bytes[..])
            .finalize();
        let id = URL_SAFE_NO_PAD.encode(&digest[..9]);
        Ok(Self { bytes, id })
    }
}

/// Writes a new key, whole or not at all: into a file of another name first.
fn make(path: &Path) -> io::Result<()> {
    use std::io::Write as _;
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        fs::create_dir_all(parent)?;
    }
    let key = Zeroizing::new(URL_SAFE_NO_PAD.encode(Zeroizing::new(crate::random::<LENGTH>())));
    let unfinished = path.with_extension("signing-key.new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    writeln!(file, "{}", *key)?;
    file.sync_all()?;
    fs::rename(unfinished, path)
}

#[cfg(unix)]
fn warn_if_shared(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
        tracing::warn!(category = "security", path = %path.display(), "others can read the signing key: chmod 600 it");
    }
}

#[cfg(not(unix))]
fn warn_if_shared(_path: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn settings(directory: &Path) -> Settings {
        Settings {
            database: directory.join("data/duet.db"),
            ..Settings::defaults()
        }
    }

    #[test]
    fn the_first_start_makes_a_private_key_and_the_next_ones_keep_it() {
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        let first = SigningKey::load(&settings).unwrap();
        let second = SigningKey::load(&settings).unwrap();
        assert_eq!((&*first.bytes, &first.id), (&*second.bytes, &second.id));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(directory.path().join("data/duet.signing-key"))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_stops_the_relay_instead_of_being_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        SigningKey::load(&settings).unwrap();
        let path = directory.path().join("data/duet.signing-key");
        for damaged in ["", "AAAA", "not base64url!"] {
            fs::write(&path, damaged).unwrap();
            assert!(
                matches!(
                    SigningKey::load(&settings),
                    Err(SigningKeyError::Malformed(_))
                ),
                "{damaged:?}"
            );
        }
    }

    #[test]
    fn the_file_setting_goes_before_the_variable_and_both_before_the_made_key() {
        let directory = tempfile::tempdir().unwrap();
        let text = |byte: u8| URL_SAFE_NO_PAD.encode([byte; LENGTH]);
        let mut settings = Settings {
            signing_key: Some(Secret::from(&*text(1))),
            ..settings(directory.path())
        };
        assert_eq!(SigningKey::load(&settings).unwrap().bytes[0], 1);
        let file = directory.path().join("key");
        fs::write(&file, format!("{}\n", text(2))).unwrap();
        settings.signing_key_file = Some(file);
        assert_eq!(SigningKey::load(&settings).unwrap().bytes[0], 2);
        assert!(!directory.path().join("data").exists());
    }
}
