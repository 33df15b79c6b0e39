//! The QR text: full keys, no truncation (section 3.3).

use alloc::string::String;
use base64ct::{Base64UrlUnpadded, Encoding as _};

use crate::bytes::Reader;
use crate::error::errors;
use crate::identity::{AccountId, Party};
use crate::limits;

const PREFIX: &str = "PAIR1:";
const LENGTH: usize = 129;
/// Characters of a text: base64url of 129 bytes, which is a multiple of three, so that there is one way to write it.
const TEXT_LENGTH: usize = PREFIX.len() + LENGTH / 3 * 4;

errors! {
    /// A scanned text that does not confirm the peer.
    pub enum QrError {
        /// Not a QR text of this protocol.
        Format => QrFormat,
        /// It shows other accounts or keys than the scanner's own and its record of the peer.
        Mismatch => QrMismatch,
    }
}

/// What `mine` shows to `theirs`: 178 characters.
#[must_use]
pub fn encode(mine: &Party, theirs: &Party) -> String {
    let bytes = [
        &[limits::VERSION][..],
        &mine.account.0,
        mine.key.as_bytes(),
        &theirs.account.0,
        theirs.key.as_bytes(),
    ]
    .concat();
    let mut text = String::from(PREFIX);
    text.push_str(&Base64UrlUnpadded::encode_string(&bytes));
    text
}

/// Checks a text that `mine` scanned from the device of `theirs`: it must name `theirs` as its own side and `mine`
/// as the other, with exactly these keys.
///
/// # Errors
/// [`QrError`].
pub fn verify(text: &str, mine: &Party, theirs: &Party) -> Result<(), QrError> {
    QrText::parse(text)?.verify(mine, theirs)
}

/// A text of the right form. It is a claim and no more: nothing in it is proved before [`QrText::verify`].
///
/// After a [`QrError::Mismatch`] the accounts tell a harmless mistake (somebody else's code) from an alarm (the right two
/// people, and another key).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct QrText {
    /// The account whose device showed it.
    pub shown_by: AccountId,
    /// The key that this device says it has: any 32 bytes.
    pub shown_key: [u8; 32],
    /// The account that it was shown to.
    pub shown_to: AccountId,
    /// The key that this device knows of that account: any 32 bytes.
    pub known_key: [u8; 32],
}

impl QrText {
    /// Reads a text. There is one way to write each: 178 characters, no padding, no white space.
    ///
    /// # Errors
    /// [`QrError::Format`].
    pub fn parse(text: &str) -> Result<Self, QrError> {
        let encoded = text
            .strip_prefix(PREFIX)
            .filter(|_| text.len() == TEXT_LENGTH)
            .ok_or(QrError::Format)?;
        let mut buffer = [0; LENGTH];
        let bytes = Base64UrlUnpadded::decode(encoded, &mut buffer).map_err(|_| QrError::Format)?;
        let mut reader = Reader::new(bytes);
        let short = |_| QrError::Format;
        if reader.u8().map_err(short)? != limits::VERSION {
            return Err(QrError::Format);
        }
        let parsed = Self {
            shown_by: AccountId(reader.array().map_err(short)?),
            shown_key: reader.array().map_err(short)?,
            shown_to: AccountId(reader.array().map_err(short)?),
            known_key: reader.array().map_err(short)?,
        };
        reader.end().map_err(short)?;
        Ok(parsed)
    }

    /// Whether it was shown by `theirs` to `mine`, under exactly these accounts and keys.
    ///
    /// # Errors
    /// [`QrError::Mismatch`].
    pub fn verify(&self, mine: &Party, theirs: &Party) -> Result<(), QrError> {
        let expected = Self {
            shown_by: theirs.account,
            shown_key: *theirs.key.as_bytes(),
            shown_to: mine.account,
            known_key: *mine.key.as_bytes(),
        };
        if *self == expected {
            Ok(())
        } else {
            Err(QrError::Mismatch)
        }
    }
}
