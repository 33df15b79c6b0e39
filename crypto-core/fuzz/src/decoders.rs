//! Every decoder: it never panics, and what it accepts encodes to the same bytes again.

use std::sync::LazyLock;
use std::vec::Vec;

use duet_crypto::engine::block_on;
use duet_crypto::files::cobblestone::{self as format, FileKeys};
use duet_crypto::files::frames::ChunkFrame;
use duet_crypto::files::{
    Control, Descriptor, FileError, Opened, Salt, TransferCipher, sanitize_name,
};
use duet_crypto::fingerprint::{qr_text, verify_qr_text};
use duet_crypto::handshake::frames::{
    AcceptFrame, ConfirmFrame, EarlyHeader, EndFrame, InitFrame, OfferFrame,
};
use duet_crypto::identity::{AccountId, AccountName, IdentityKey, Realm};
use duet_crypto::limits;
use duet_crypto::prekeys::PrekeyBundle;
use duet_crypto::prekeys::frame::{PREKEY_LENGTH, PrekeyFrame};
use duet_crypto::relay::{
    Challenge, ClientFrame, Presence, ServerFrame, Token, payload_kind, send_to_deliver,
};
use duet_crypto::session::padding::{bucket, unpad};
use duet_crypto::session::{Content, HEADER_LENGTH, Header, OverFrame};
use duet_crypto::vault::Passphrase;
use duet_crypto::wire::{FrameId, read_head};

use super::common::{PRESENCE, TestRng};
use super::flights::PEOPLE;
use super::honest::{honest_frame, prekey, three_bytes};

macro_rules! round_trips {
    ($bytes:expr, $($decoder:ty),+) => {$(
        if let Ok(decoded) = <$decoder>::decode($bytes) {
            assert_eq!(&decoded.encode()[..], $bytes);
        }
    )+};
}

/// PREKEY, OFFER, INIT, ACCEPT, CONFIRM, END, OVER, and the head of EARLY.
pub fn handshake(bytes: &[u8]) {
    round_trips!(
        bytes,
        PrekeyFrame,
        OfferFrame,
        InitFrame,
        AcceptFrame,
        ConfirmFrame,
        EndFrame,
        OverFrame
    );
    if let Ok(header) = EarlyHeader::decode(bytes) {
        assert!(bytes.starts_with(&header.encode()));
        let head = read_head(bytes).unwrap();
        assert_eq!(head.id, FrameId::Handshake(header.hid));
    }
}

/// A MSG from the outside: its head and its length.
pub fn message(bytes: &[u8]) {
    if let Ok(header) = Header::decode(bytes) {
        assert_eq!(header.encode(), bytes[..HEADER_LENGTH]);
        let padded = bytes.len() - HEADER_LENGTH - 16;
        assert!((256..=limits::MESSAGE_PLAINTEXT_MAX).contains(&padded));
    }
}

/// A MSG from the inside: padding, then ctype and body.
pub fn content(bytes: &[u8]) {
    if let Some(length) = unpad(bytes) {
        let mut again = bytes[..length].to_vec();
        again.push(0x80);
        again.resize(bucket(length + 1), 0);
        assert_eq!(again, bytes);
    }
    // The bytes as they are, so that a fuzzer does not have to find the padding first.
    let Some((&ctype, body)) = bytes.split_first() else {
        return;
    };
    if let Ok(content) = Content::decode(ctype, body) {
        assert_eq!(content.ctype(), ctype);
        if !matches!(content, Content::Unknown { .. }) {
            assert_eq!(content.encode(), body);
        }
    }
}

/// The bodies of FILE and FILECTL.
pub fn file_messages(bytes: &[u8]) {
    round_trips!(bytes, Control);
    let Ok(descriptor) = Descriptor::decode(bytes) else {
        return;
    };
    let safe = descriptor.safe_name();
    assert!(!safe.is_empty() && sanitize_name(&safe) == safe);
    assert!(!safe.contains(['/', '\\', '\0', '\u{202e}']));
    let layout = descriptor.layout().unwrap();
    assert!(layout.chunks() >= 1 && layout.padded_size() >= layout.size());
    assert_eq!(Content::File(descriptor.into()).encode(), bytes);
}

/// A CHUNK, for a receiver who expects a file of three bytes.
pub fn chunk(bytes: &[u8]) {
    if let Ok(ChunkFrame { header, chunks }) = ChunkFrame::decode(bytes) {
        assert_eq!([&header.encode()[..], chunks].concat(), bytes);
    }
    static FILE: LazyLock<(TransferCipher, Vec<u8>)> = LazyLock::new(|| {
        let file = three_bytes();
        let honest = honest_frame(&file);
        (file, honest)
    });
    let (file, honest) = &*FILE;
    match file.open(bytes) {
        Ok(Opened { chunks, plaintext }) => {
            assert_eq!(bytes, honest);
            assert_eq!((chunks.length, &plaintext[..]), (3, &b"abc"[..]));
        }
        Err(error) => assert!(matches!(
            error,
            FileError::FileId | FileError::Chunk | FileError::Decrypt
        )),
    }
    // The same bytes as a change of an honest frame: the first two say where, the rest what.
    if let Some(([high, low], change)) = bytes.split_first_chunk().map(|(at, rest)| (*at, rest)) {
        let mut forged = honest.clone();
        let at = usize::from(u16::from_be_bytes([high, low])) % forged.len();
        for (byte, change) in forged[at..].iter_mut().zip(change) {
            *byte ^= change;
        }
        assert_eq!(file.open(&forged).is_ok(), forged == *honest);
    }
}

/// A sealed file of anybody's, and a range of it.
pub fn cobblestone(bytes: &[u8]) {
    let key = [0; 32];
    let whole = format::open(&key, &[], bytes);
    match &whole {
        Ok(plaintext) => {
            let salt = Salt(*bytes.first_chunk().unwrap());
            assert_eq!(format::seal(&key, &salt, &[], plaintext).unwrap(), bytes);
            let end = plaintext.len() as u64;
            let range = end / 3..end / 2;
            assert_eq!(
                format::open_range(&key, &[], bytes, range.clone()).unwrap(),
                plaintext
                    [usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]
            );
        }
        Err(_) => {
            // A salt that the fuzzer chose, with the commitment that it cannot find. Chunks of an honest file open: the
            // fuzzer has some, and may cut the commitment out.
            if let Some((salt, chunks)) = bytes.split_first_chunk() {
                let salt = Salt(*salt);
                let keys = FileKeys::derive(&key, &salt, &[]);
                let file = [&salt.0[..], keys.commitment(), chunks].concat();
                if let Ok(plaintext) = format::open(&key, &[], &file) {
                    assert_eq!(format::seal(&key, &salt, &[], &plaintext).unwrap(), file);
                }
            }
        }
    }
}

/// What clients send to the relay.
pub fn relay_client(bytes: &[u8]) {
    round_trips!(bytes, ClientFrame<'_>);
    let _ = payload_kind(bytes);
    let _ = Token::new(bytes);
    if let Ok(ClientFrame::Login(login)) = ClientFrame::decode(bytes) {
        assert!(login.verify(&Challenge([0xa5; 32])).is_err());
    }
    let mut frame = bytes.to_vec();
    match send_to_deliver(&mut frame, &AccountId([1; 32]), &Presence([2; 16])) {
        Ok(()) => assert!(matches!(
            ServerFrame::decode(&frame),
            Ok(ServerFrame::Deliver { .. })
        )),
        Err(_) => assert_eq!(frame, bytes),
    }
}

/// What the relay sends to clients.
pub fn relay_server(bytes: &[u8]) {
    round_trips!(bytes, ServerFrame<'_>);
}

/// Texts that people scan or type: QR, realm, account name, passphrase.
pub fn texts(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else {
        return;
    };
    let [alice, bob] = [0, 1].map(|side| PEOPLE[side].party());
    assert_eq!(
        verify_qr_text(text, &alice, &bob).is_ok(),
        text == qr_text(&bob, &alice)
    );
    if let Ok(realm) = Realm::new(text) {
        assert_eq!(realm.as_str(), text);
    }
    if let Ok(name) = AccountName::new(text) {
        // Normalising is done once and for all.
        assert_eq!(AccountName::new(name.as_str()), Ok(name));
    }
    if let Ok(exact) = Passphrase::new(text) {
        assert_eq!(
            Passphrase::new(exact.expose()).unwrap().expose(),
            exact.expose()
        );
    }
    if let Ok(typed) = Passphrase::typed(text) {
        let again = Passphrase::typed(typed.expose()).unwrap();
        assert_eq!(again.expose(), typed.expose());
    }
    let safe = sanitize_name(text);
    assert_eq!(sanitize_name(&safe), safe);
}

/// A PREKEY of the relay's: none verifies that its owner has not signed. And any bytes as a key.
pub fn prekey_bundle(bytes: &[u8]) {
    static HONEST: LazyLock<[u8; PREKEY_LENGTH]> = LazyLock::new(|| prekey(&mut TestRng::new(1)));
    let (alice, bob) = (&PEOPLE[0], PEOPLE[1].party());
    let verified = block_on(PrekeyBundle::verify(alice, bytes, &bob, &PRESENCE));
    assert_eq!(verified.is_ok(), bytes == *HONEST);
    if let Some(([high, low], change)) = bytes.split_first_chunk().map(|(at, rest)| (*at, rest)) {
        let mut forged = *HONEST;
        let at = usize::from(u16::from_be_bytes([high, low])) % forged.len();
        for (byte, change) in forged[at..].iter_mut().zip(change) {
            *byte ^= change;
        }
        let verified = block_on(PrekeyBundle::verify(alice, &forged, &bob, &PRESENCE));
        assert_eq!(verified.is_ok(), forged == *HONEST);
    }
    if let Some(key) = bytes.first_chunk()
        && let Ok(key) = IdentityKey::from_bytes(key)
    {
        assert_eq!(key.as_bytes()[..], bytes[..32]);
    }
}
