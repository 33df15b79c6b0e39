//! Every decoder on the same bytes: no panic, and what is accepted encodes to the same bytes again.
#![no_main]

use duet_crypto::files::cobblestone;
use duet_crypto::files::segment::ChunkHeader;
use duet_crypto::files::{Control, Descriptor};
use duet_crypto::handshake::frames::{AcceptFrame, ConfirmFrame, EndFrame, OfferFrame};
use duet_crypto::password::VaultSecret;
use duet_crypto::relay::{ClientFrame, ServerFrame, payload_kind};
use duet_crypto::session::padding::{bucket, unpad};
use duet_crypto::session::{Content, Header};
use duet_crypto::vault;
use libfuzzer_sys::fuzz_target;

macro_rules! round_trips {
    ($bytes:expr, $($decoder:ty),+) => {$(
        if let Ok(decoded) = <$decoder>::decode($bytes) {
            assert_eq!(&decoded.encode()[..], $bytes);
        }
    )+};
}

fuzz_target!(|bytes: &[u8]| {
    round_trips!(
        bytes,
        OfferFrame,
        AcceptFrame,
        ConfirmFrame,
        EndFrame,
        ClientFrame<'_>,
        ServerFrame<'_>,
        Control
    );
    let _ = payload_kind(bytes);
    let _ = Descriptor::decode(bytes);
    let _ = vault::open(bytes, &VaultSecret::from_bytes(&[0; 32]));
    let _ = cobblestone::open(&[0; 32], &[], bytes);
    if let Ok(header) = Header::decode(bytes) {
        assert_eq!(header.encode(), bytes[..58]);
    }
    if let Ok((header, segment)) = ChunkHeader::decode(bytes) {
        assert_eq!([&header.encode()[..], segment].concat(), bytes);
    }
    if let Some(length) = unpad(bytes) {
        assert_eq!(bucket(length + 1), bytes.len());
    }
    if let Some((&ctype, body)) = bytes.split_first()
        && let Ok(content) = Content::decode(ctype, body)
        && !matches!(content, Content::Unknown { .. })
    {
        assert_eq!(content.encode(), body);
    }
});
