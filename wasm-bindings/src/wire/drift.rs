//! The generated TypeScript is what the Rust types say.
//!
//! `DUET_WRITE_TYPES=1` writes the files instead of comparing them.

use std::fmt::Write as _;
use std::path::Path;

use duet_crypto::error::{Class, Code};
use ts_rs::{Config, TS};

use super::content::{
    ActivityWord, AuthorWord, ContentObject, FileDescriptor, KindWord, ModeWord, OpWord, Reply,
};
use super::relay::{AckWord, NoticeWord, PrekeyWord, RelayHead, WelcomeWord};
use super::vault::{EarlierKey, MergedPeers, PeerConflict, PinWord, Stretching, VerifiedPeer};

const HEADER: &str = "// Generated from Rust by `npm run types`. Do not edit.\n";

fn check(name: &str, body: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ts/generated");
    let file = folder.join(format!("{name}.ts"));
    let wanted = format!("{HEADER}{body}");
    if std::env::var_os("DUET_WRITE_TYPES").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&file, wanted).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        found,
        wanted,
        "{} is out of date: run `npm run types`",
        file.display()
    );
}

/// One type, with the documentation of its Rust.
fn declaration<T: TS>() -> String {
    let config = Config::default();
    let docs = T::docs().unwrap_or_default();
    format!("\n{docs}export {}\n", T::decl(&config))
}

#[test]
fn relay_frames() {
    let body = [
        declaration::<WelcomeWord>(),
        declaration::<NoticeWord>(),
        declaration::<AckWord>(),
        declaration::<PrekeyWord>(),
        declaration::<RelayHead>(),
    ];
    check("RelayHead", &body.concat());
}

#[test]
fn descriptors() {
    let body = [
        declaration::<KindWord>(),
        declaration::<ModeWord>(),
        declaration::<FileDescriptor>(),
    ];
    check("FileDescriptor", &body.concat());
}

#[test]
fn contents() {
    let body = [
        "import type { FileDescriptor } from './FileDescriptor.js';\n".to_owned(),
        declaration::<AuthorWord>(),
        declaration::<Reply>(),
        declaration::<ActivityWord>(),
        declaration::<OpWord>(),
        declaration::<ContentObject>(),
    ];
    check("Content", &body.concat());
}

#[test]
fn vault() {
    let body = [
        declaration::<PinWord>(),
        declaration::<EarlierKey>(),
        declaration::<VerifiedPeer>(),
        declaration::<Stretching>(),
        declaration::<PeerConflict>(),
        declaration::<MergedPeers>(),
    ];
    check("Vault", &body.concat());
}

#[test]
fn limits() {
    use duet_crypto::files::{cobblestone, segment};
    use duet_crypto::limits;
    use duet_crypto::primitives::aead;

    let constants = [
        (
            "CHUNK_LENGTH",
            "Plaintext bytes of every chunk of a file but the last.",
            cobblestone::CHUNK_PLAINTEXT,
        ),
        (
            "SEALED_CHUNK_LENGTH",
            "Sealed bytes of every chunk of a file but the last.",
            cobblestone::CHUNK_SEALED,
        ),
        ("TAG_LENGTH", "Bytes that sealing adds.", aead::TAG_LENGTH),
        (
            "FILE_HEADER_LENGTH",
            "Bytes of a sealed file before its first chunk.",
            cobblestone::HEADER_LENGTH,
        ),
        (
            "SEGMENT_CHUNKS",
            "Chunks of every segment of a transfer but the last.",
            segment::SEGMENT_CHUNKS,
        ),
        (
            "CHUNK_FRAME_HEAD_LENGTH",
            "Bytes of a CHUNK frame before its segment.",
            segment::HEADER_LENGTH,
        ),
        (
            "TEXT_MAX_CHARS",
            "Longest text, in Unicode scalar values.",
            limits::TEXT_MAX_CHARS,
        ),
        (
            "UNACKNOWLEDGED_MAX",
            "Messages that may wait for a receipt.",
            limits::UNACKNOWLEDGED,
        ),
        (
            "FILE_NAME_MAX",
            "Longest file name, in bytes.",
            limits::FILE_NAME_MAX,
        ),
        (
            "PREVIEW_MAX",
            "Largest preview image, in bytes.",
            limits::PREVIEW_MAX,
        ),
        (
            "PREKEY_LENGTH",
            "Bytes of a PREKEY frame.",
            duet_crypto::prekeys::frame::PREKEY_LENGTH,
        ),
        (
            "PREKEYS_MAX",
            "Prekeys that a run may have on the relay.",
            limits::PREKEYS,
        ),
        (
            "PREKEYS_LOW",
            "With fewer prekeys on the relay, publish more.",
            limits::PREKEYS_LOW,
        ),
        (
            "EARLY_MAX",
            "Early messages of one handshake.",
            limits::EARLY_MESSAGES as usize,
        ),
        (
            "PASSWORD_MIN_CHARS",
            "Fewest characters of a password.",
            limits::PASSWORD_MIN_CHARS,
        ),
    ];
    let body: String = constants
        .iter()
        .map(|(name, docs, value)| format!("\n/** {docs} */\nexport const {name} = {value};\n"))
        .collect();
    check("limits", &body);
}

#[test]
fn error_codes() {
    let class = |class: Class| match class {
        Class::Drop => "drop",
        Class::AbortHandshake => "abort-handshake",
        Class::BlockPeer => "block-peer",
        Class::FatalSession => "fatal-session",
        Class::User => "user",
        Class::Caller => "caller",
    };
    let mut body = String::from(
        "\n/** protocol.md section 11: what a failure of the core asks of the caller. */\n\
         export type CoreErrorClass = 'drop' | 'abort-handshake' | 'block-peer' | 'fatal-session' | 'user' | 'caller';\n\
         \n/** Every code of the core: its stable number, its class, and a sentence for developers. */\n\
         export const CORE_ERRORS = {\n",
    );
    for code in Code::ALL {
        writeln!(
            body,
            "  {}: {{ number: {}, class: '{}', message: {:?} }},",
            code.name(),
            code.value(),
            class(code.class()),
            code.message(),
        )
        .unwrap();
    }
    body.push_str(
        "} as const satisfies Record<string, { number: number; class: CoreErrorClass; message: string }>;\n\
         \n/** Every code of the core. */\nexport type CoreErrorCode = keyof typeof CORE_ERRORS;\n",
    );
    check("errors", &body);
}
