//! The keys that sign access tokens: the newest signs, the others still vouch for what they signed. Precedence:
//! `DUET_SIGNING_KEY_FILE`, `DUET_SIGNING_KEY`, then a file beside the database that is made on the first start. REST and
//! WebSocket share them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

use crate::config::Settings;

const LENGTH: usize = 32;
/// Keys that a rotation keeps beside the new one. A token lives for minutes: more would only be there to be stolen.
const KEPT: usize = 2;

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
    #[error(
        "{0} must hold {LENGTH} bytes as base64url without padding, once or more: the newest key first"
    )]
    Malformed(String),
    /// The keys are not in a file.
    #[error(
        "the signing key comes from DUET_SIGNING_KEY: put a new key before it there, with a comma, and restart"
    )]
    NotAFile,
}

/// 32 secret bytes and their public name.
pub struct SigningKey {
    /// The secret.
    pub bytes: Zeroizing<[u8; LENGTH]>,
    /// `kid`: tells keys apart, says nothing about them.
    pub id: String,
}

impl SigningKey {
    /// A key with its name.
    #[must_use]
    pub fn from_bytes(bytes: [u8; LENGTH]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let digest = Sha256::new()
            .chain_update(b"duet signing key id")
            .chain_update(&bytes[..])
            .finalize();
        let id = URL_SAFE_NO_PAD.encode(&digest[..9]);
        Self { bytes, id }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes[..]).ok()?;
        (length == LENGTH).then(|| Self::from_bytes(*bytes))
    }

    fn encode(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(&self.bytes[..]))
    }
}

/// All keys.
pub struct KeyRing {
    newest: SigningKey,
    /// Those before it, the youngest first.
    older: Vec<SigningKey>,
}

impl KeyRing {
    /// Finds or makes the keys.
    ///
    /// # Errors
    /// [`SigningKeyError`]; a key that is there but cannot be used is never replaced by a new one.
    pub fn load(settings: &Settings) -> Result<Self, SigningKeyError> {
        if let Some(path) = &settings.signing_key_file {
            return Self::read(path);
        }
        if let Some(keys) = &settings.signing_key {
            return Self::parse(keys.expose(), ',')
                .ok_or_else(|| SigningKeyError::Malformed("DUET_SIGNING_KEY".to_owned()));
        }
        let path = made_file(settings);
        if !path.exists() {
            let ring = Self {
                newest: SigningKey::from_bytes(crate::random()),
                older: Vec::new(),
            };
            ring.write(&path)?;
            tracing::info!(
                category = "security",
                path = %path.display(),
                "made a signing key on this first start; only its owner can read it (mode 0600). It needs no backup: \
                 without it everybody logs in again"
            );
        }
        Self::read(&path)
    }

    /// Reads the keys, if there are any: what the first start makes is not made.
    ///
    /// # Errors
    /// [`SigningKeyError`].
    pub fn check(settings: &Settings) -> Result<(), SigningKeyError> {
        let given = settings.signing_key_file.is_some() || settings.signing_key.is_some();
        if given || made_file(settings).exists() {
            Self::load(settings).map(drop)
        } else {
            Ok(())
        }
    }

    /// Makes a new key in the file that [`KeyRing::load`] reads, before those that are there; the oldest go. The name of the
    /// new one.
    ///
    /// # Errors
    /// [`SigningKeyError`]; then the file is as it was.
    pub fn rotate(settings: &Settings) -> Result<String, SigningKeyError> {
        let path = match (&settings.signing_key_file, &settings.signing_key) {
            (Some(path), _) => path.clone(),
            (None, Some(_)) => return Err(SigningKeyError::NotAFile),
            (None, None) => made_file(settings),
        };
        let mut ring = Self::load(settings)?;
        let newest = SigningKey::from_bytes(crate::random());
        ring.older
            .insert(0, std::mem::replace(&mut ring.newest, newest));
        ring.older.truncate(KEPT);
        ring.write(&path)?;
        Ok(ring.newest.id)
    }

    /// The one that signs.
    #[must_use]
    pub fn newest(&self) -> &SigningKey {
        &self.newest
    }

    /// All of them, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = &SigningKey> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// Keys of these bytes, the newest first.
    #[cfg(test)]
    pub(super) fn of_test(bytes: &[u8]) -> Self {
        let mut keys = bytes
            .iter()
            .map(|byte| SigningKey::from_bytes([*byte; LENGTH]));
        Self {
            newest: keys.next().unwrap(),
            older: keys.collect(),
        }
    }

    fn read(path: &Path) -> Result<Self, SigningKeyError> {
        let text = fs::read_to_string(path)
            .map(Zeroizing::new)
            .map_err(|source| SigningKeyError::File {
                path: path.to_owned(),
                source,
            })?;
        warn_if_shared(path);
        Self::parse(text.trim_end(), '\n')
            .ok_or_else(|| SigningKeyError::Malformed(path.display().to_string()))
    }

    fn parse(text: &str, separator: char) -> Option<Self> {
        let mut keys = text
            .split(separator)
            .map(|key| SigningKey::parse(key.trim()));
        Some(Self {
            newest: keys.next()??,
            older: keys.collect::<Option<_>>()?,
        })
    }

    fn write(&self, path: &Path) -> Result<(), SigningKeyError> {
        write_private(path, self.iter().map(SigningKey::encode)).map_err(|source| {
            SigningKeyError::File {
                path: path.to_owned(),
                source,
            }
        })
    }
}

fn made_file(settings: &Settings) -> PathBuf {
    settings.database.with_extension("signing-key")
}

/// Writes the keys, whole or not at all: into a file of another name first.
fn write_private(path: &Path, lines: impl Iterator<Item = Zeroizing<String>>) -> io::Result<()> {
    use std::io::Write as _;
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        fs::create_dir_all(parent)?;
    }
    let unfinished = path.with_extension("signing-key.new");
    // What an attempt before left there, or a link that somebody planted: root writes through none, and gives none away.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    #[cfg(unix)]
    give_to_reader(&file, path)?;
    for line in lines {
        writeln!(file, "{}", *line)?;
    }
    file.sync_all()?;
    fs::rename(unfinished, path)
}

/// Whoever could read the keys before can read the new ones: root may rotate them for a relay that runs as somebody else. Keys that
/// were not there are their folder's owner's.
#[cfg(unix)]
fn give_to_reader(file: &fs::File, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
    const ROOT: u32 = 0;
    let own = file.metadata()?;
    let reader = match fs::metadata(path) {
        Ok(before) => before,
        // Nobody else can give a file away.
        Err(_) if own.uid() == ROOT => match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => fs::metadata(folder)?,
            _ => fs::metadata(".")?,
        },
        Err(_) => return Ok(()),
    };
    if (reader.uid(), reader.gid()) != (own.uid(), own.gid()) {
        match fchown(file, Some(reader.uid()), Some(reader.gid())) {
            // A group that one is not in: whoever wrote the file is its reader all the same.
            Err(_) if reader.uid() == own.uid() => {}
            given => given?,
        }
    }
    if reader.is_file() {
        // The group, where it was that very group that read. Others never do, whatever was before.
        let same = file.metadata()?.gid() == reader.gid();
        let group = if same { reader.mode() & 0o040 } else { 0 };
        file.set_permissions(fs::Permissions::from_mode(0o600 | group))?;
    }
    Ok(())
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

    fn ids(ring: &KeyRing) -> Vec<&str> {
        ring.iter().map(|key| &*key.id).collect()
    }

    #[test]
    fn the_first_start_makes_a_private_key_and_the_next_ones_keep_it() {
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        let first = KeyRing::load(&settings).unwrap();
        let second = KeyRing::load(&settings).unwrap();
        assert_eq!(ids(&first), ids(&second));
        assert_eq!(first.newest.bytes, second.newest.bytes);
        assert_private(&directory.path().join("data/duet.signing-key"));
    }

    fn assert_private(path: &Path) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_rotation_puts_a_new_key_before_the_last_two() {
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        let mut expected = vec![KeyRing::load(&settings).unwrap().newest.id];
        for _ in 0..4 {
            expected.insert(0, KeyRing::rotate(&settings).unwrap());
            expected.truncate(3);
            assert_eq!(ids(&KeyRing::load(&settings).unwrap()), expected);
        }
        assert_private(&directory.path().join("data/duet.signing-key"));
        // What comes from the environment cannot be changed from here.
        let settings = Settings {
            signing_key: Some(Secret::from(&*"A".repeat(43))),
            ..settings
        };
        assert!(matches!(
            KeyRing::rotate(&settings),
            Err(SigningKeyError::NotAFile)
        ));
    }

    #[cfg(unix)]
    #[test]
    fn root_makes_and_rotates_keys_for_whoever_reads_them() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
        const RELAY: u32 = 65_532;
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        let folder = directory.path().join("data");
        fs::create_dir(&folder).unwrap();
        if chown(&folder, Some(RELAY), Some(RELAY)).is_err() {
            eprintln!("skipped: only root can give files away");
            return;
        }
        let file = folder.join("duet.signing-key");
        let owner = || {
            let there = fs::metadata(&file).unwrap();
            assert_private(&file);
            (there.uid(), there.gid())
        };
        KeyRing::load(&settings).unwrap();
        assert_eq!(owner(), (RELAY, RELAY));
        // The file's own reader goes before the folder's.
        chown(&file, Some(RELAY + 1), Some(RELAY + 2)).unwrap();
        KeyRing::rotate(&settings).unwrap();
        assert_eq!(owner(), (RELAY + 1, RELAY + 2));
        // A group that reads goes on reading, and others do not.
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        KeyRing::rotate(&settings).unwrap();
        let there = fs::metadata(&file).unwrap();
        assert_eq!((there.gid(), there.mode() & 0o777), (RELAY + 2, 0o640));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_new_file_leads_nowhere() {
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        KeyRing::load(&settings).unwrap();
        let other = directory.path().join("of somebody else");
        fs::write(&other, "precious").unwrap();
        let planted = directory.path().join("data/duet.signing-key.new");
        std::os::unix::fs::symlink(&other, &planted).unwrap();
        KeyRing::rotate(&settings).unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "precious");
        assert_eq!(ids(&KeyRing::load(&settings).unwrap()).len(), 2);
    }

    #[test]
    fn a_damaged_key_stops_the_relay_instead_of_being_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        KeyRing::load(&settings).unwrap();
        let path = directory.path().join("data/duet.signing-key");
        let good = fs::read_to_string(&path).unwrap();
        for damaged in ["", "AAAA", "not base64url!", &format!("{good}AAAA\n")] {
            fs::write(&path, damaged).unwrap();
            for outcome in [
                KeyRing::load(&settings).map(drop),
                KeyRing::rotate(&settings).map(drop),
            ] {
                assert!(
                    matches!(outcome, Err(SigningKeyError::Malformed(_))),
                    "{damaged:?}"
                );
            }
            assert_eq!(fs::read_to_string(&path).unwrap(), damaged);
        }
    }

    #[test]
    fn the_file_setting_goes_before_the_variable_and_both_before_the_made_key() {
        let directory = tempfile::tempdir().unwrap();
        let text = |byte: u8| URL_SAFE_NO_PAD.encode([byte; LENGTH]);
        let mut settings = Settings {
            signing_key: Some(Secret::from(&*format!("{},{}", text(1), text(3)))),
            ..settings(directory.path())
        };
        let first_bytes = |settings: &Settings| -> Vec<u8> {
            let ring = KeyRing::load(settings).unwrap();
            ring.iter().map(|key| key.bytes[0]).collect()
        };
        assert_eq!(first_bytes(&settings), [1, 3]);
        let file = directory.path().join("key");
        fs::write(&file, format!("{}\n", text(2))).unwrap();
        settings.signing_key_file = Some(file);
        assert_eq!(first_bytes(&settings), [2]);
        assert!(!directory.path().join("data").exists());
    }
}
