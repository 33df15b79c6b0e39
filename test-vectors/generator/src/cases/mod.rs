//! What the files are made of: inputs, and which of them must be refused with what.

mod end;
mod files;
mod handshake;
mod handshake_reject;
mod identity;
mod layers;
mod over;
mod password;
mod points;
mod prekey_reject;
mod primitives;
mod ratchet;
mod record;
mod relay;
mod script;
mod vault;

use duet_crypto::fingerprint::emoji::TABLE;
use std::fmt::Write as _;

use crate::case::Failure;
use crate::file::VectorFile;

/// Makes each file that holds cases.
pub const FILES: &[fn() -> Result<VectorFile, Failure>] = &[
    primitives::primitives,
    points::bad_points,
    identity::identity,
    identity::qr_reject,
    handshake::interactive,
    handshake::prekey,
    handshake_reject::reject,
    prekey_reject::reject,
    handshake::glare,
    end::end,
    over::over,
    layers::limits,
    layers::padding,
    ratchet::ratchet,
    record::session_record,
    files::file,
    files::reject,
    vault::wrap,
    password::password,
    relay::relay,
];

/// `emoji256.txt`: Appendix A with the names in both languages.
#[must_use]
pub fn emoji_table() -> String {
    let mut out = String::new();
    for (index, emoji) in TABLE.iter().enumerate() {
        let code_point = emoji.symbol.chars().next().map_or(0, u32::from);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{index:02x} U+{code_point:04X} {} {} | {}",
            emoji.symbol, emoji.en, emoji.ru
        );
    }
    out
}
