//! The QR text: full keys, no truncation (section 3.3).

use alloc::string::String;
use base64ct::{Base64UrlUnpadded, Encoding as _};

use crate::bytes::Reader;
use crate::error::errors;
use crate::identity::Party;
use crate::limits;

const PREFIX: &str = "PAIR1:";
const LENGTH: usize = 129;

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
    let encoded = text.strip_prefix(PREFIX).ok_or(QrError::Format)?;
    let mut buffer = [0; LENGTH];
    let bytes = Base64UrlUnpadded::decode(encoded, &mut buffer).map_err(|_| QrError::Format)?;
    if bytes.len() != LENGTH {
        return Err(QrError::Format);
    }
    let mut reader = Reader::new(bytes);
    if reader.u8() != Ok(limits::VERSION) {
        return Err(QrError::Format);
    }
    for expected in [
        &theirs.account.0,
        theirs.key.as_bytes(),
        &mine.account.0,
        mine.key.as_bytes(),
    ] {
        if reader.array().as_ref() != Ok(expected) {
            return Err(QrError::Mismatch);
        }
    }
    Ok(())
}
