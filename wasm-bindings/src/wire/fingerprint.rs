//! What a QR text says (protocol.md section 3.3).

use duet_crypto::fingerprint::QrText;

use super::object::{Fixed, wire_struct};

wire_struct! {
    /// What the text of a QR code says. A claim and no more: nothing in it is proved before `verifyQrText`. Keys are any 32
    /// bytes; that makes it no `Peer`, on purpose.
    QrClaims as "QrClaims" {
        /// The account whose device showed it: 32 bytes.
        shown_by as "shownBy": Fixed<32>,
        /// The key that this device says it has: any 32 bytes.
        shown_key as "shownKey": Fixed<32>,
        /// The account that it was shown to: 32 bytes.
        shown_to as "shownTo": Fixed<32>,
        /// The key that this device knows of that account: any 32 bytes.
        known_key as "knownKey": Fixed<32>,
    }
}

impl From<QrText> for QrClaims {
    fn from(text: QrText) -> Self {
        let QrText {
            shown_by,
            shown_key,
            shown_to,
            known_key,
        } = text;
        Self {
            shown_by: Fixed(shown_by.0),
            shown_key: Fixed(shown_key),
            shown_to: Fixed(shown_to.0),
            known_key: Fixed(known_key),
        }
    }
}
