//! The generated TypeScript is what the Rust types say.
//!
//! `DUET_WRITE_TYPES=1` writes the files instead of comparing them.

use std::fmt::{Display, Write as _};
use std::path::Path;

use duet_crypto::client::{
    Body, ChunksWanted, CloseReason, ConversationState, EndedBy, Event, Lane, LineState, Settings,
    Stage, Status, Suspicion, Unsettled,
};
use duet_crypto::error::{Class, Code};
use ts_rs::{Config, TS};

use super::content::{
    ActivityWord, AuthorWord, ContentObject, FileDescriptor, KindWord, ModeWord, OpWord, Reply,
};
use super::fingerprint::QrClaims;
use super::object::Wire as _;
use super::relay::{AckWord, NoticeWord, PrekeyWord, RelayHead, WelcomeWord};
use super::vault::{EarlierKey, MergedPeers, PeerConflict, PinWord, Stretching, VerifiedPeer};
use crate::client::commands::{ComparisonWord, FileActWord};

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
    let config = Config::new().with_large_int("number");
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

/// What comes in as an object, for the gate that it has to pass.
#[test]
fn shapes() {
    let shape = |name: &str, docs: &str, shape: String| {
        format!("\n/** {docs} */\nexport const {name} = {shape} as const satisfies Shape;\n")
    };
    let settings = settings();
    let body = [
        "import type { Shape } from '../gate.js';\n".to_owned(),
        shape("CONTENT", "What a message says.", ContentObject::shape()),
        shape("DESCRIPTOR", "A file.", FileDescriptor::shape()),
        shape(
            "PEOPLE",
            "People whose keys are known.",
            Vec::<VerifiedPeer>::shape(),
        ),
        shape(
            "STRETCHING",
            "How a passphrase becomes a key.",
            Stretching::shape(),
        ),
        format!(
            "\n/** The intervals of a client in the core's order, and how many numbers each is. */\nexport const SETTINGS = {{ {} }} as const;\n",
            settings.join(", ")
        ),
    ];
    check("shapes", &body.concat());
}

/// The intervals in the words of JavaScript, with how many numbers each is: one, or two for bounds.
fn settings() -> Vec<String> {
    let declared = Settings::decl(&Config::new().with_large_int("number"));
    let fields = declared.split_once('{').unwrap().1;
    let mut names = Vec::new();
    for line in fields.lines() {
        if let Some((name, kind)) = line.split_once(": ")
            && name.chars().all(char::is_alphanumeric)
        {
            names.push(format!("{name}: {}", kind.matches("number").count()));
        }
    }
    names
}

#[test]
fn client() {
    let body = [
        "import type { Activity, FileOp } from './Content.js';\n".to_owned(),
        "import type { CoreErrorCode } from './errors.js';\n".to_owned(),
        "import type { FileDescriptor } from './FileDescriptor.js';\n".to_owned(),
        "\n/**\n * Names a message on this device, for as long as its conversation lives. Equal names are one message.\n */\n\
         export type MessageId = `own-${number}` | `peer-${number}-${number}`;\n"
            .to_owned(),
        declaration::<FileActWord>(),
        declaration::<ComparisonWord>(),
        declaration::<Settings>(),
        declaration::<Lane>(),
        declaration::<CloseReason>(),
        declaration::<LineState>(),
        declaration::<Stage>(),
        declaration::<ConversationState>(),
        declaration::<Status>(),
        declaration::<Body>(),
        declaration::<Unsettled>(),
        declaration::<EndedBy>(),
        declaration::<Suspicion>(),
        declaration::<ChunksWanted>(),
        declaration::<Event>(),
    ];
    check("Client", &body.concat());
}

#[test]
fn fingerprints() {
    check("Fingerprint", &declaration::<QrClaims>());
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
    use duet_crypto::files::{cobblestone, frames};
    use duet_crypto::limits;
    use duet_crypto::primitives::aead;

    let constants: &[(&str, &str, &dyn Display)] = &[
        (
            "MESSAGE_FRAME_MAX",
            "Bytes of the longest frame of the relay that has no chunks in it.",
            &(duet_crypto::relay::HEADER_LENGTH + limits::PAYLOAD_MESSAGE_MAX),
        ),
        (
            "CHUNK_MESSAGE_MAX",
            "Bytes of the longest frame of the relay.",
            &(duet_crypto::relay::HEADER_LENGTH + limits::PAYLOAD_CHUNK_MAX),
        ),
        (
            "ENVELOPE_HEAD_LENGTH",
            "Bytes of a SEND or DELIVER before its payload.",
            &duet_crypto::relay::HEADER_LENGTH,
        ),
        (
            "CONVERSATIONS_MAX",
            "Conversations at once.",
            &limits::CONVERSATIONS,
        ),
        (
            "FINGERPRINT_EMOJI",
            "Emoji of a fingerprint; fewer must not be shown.",
            &duet_crypto::fingerprint::FINGERPRINT_EMOJI,
        ),
        (
            "NAME_MAX",
            "Longest realm and longest account name, in bytes.",
            &limits::NAME_MAX,
        ),
        (
            "ACCEPT_TIMEOUT",
            "From OFFER to ACCEPT, in ms: then the offer is freed.",
            &limits::ACCEPT_TIMEOUT,
        ),
        (
            "CONFIRM_TIMEOUT",
            "From ACCEPT to CONFIRM, in ms.",
            &limits::CONFIRM_TIMEOUT,
        ),
        (
            "READY_TIMEOUT",
            "From CONFIRM to READY, in ms.",
            &limits::READY_TIMEOUT,
        ),
        (
            "PENDING_HANDSHAKES_MAX",
            "Handshakes under way at once, in both directions together.",
            &limits::PENDING_HANDSHAKES,
        ),
        (
            "HANDSHAKES_PER_HOUR",
            "Handshakes completed per peer and hour: `createHandshakeRate` counts them.",
            &limits::HANDSHAKES_PER_HOUR,
        ),
        (
            "PREKEY_LENGTH",
            "Bytes of a PREKEY frame.",
            &duet_crypto::prekeys::frame::PREKEY_LENGTH,
        ),
        (
            "PREKEYS_MAX",
            "Prekeys that a run may have on the relay.",
            &limits::PREKEYS,
        ),
        (
            "PREKEYS_LOW",
            "With fewer prekeys on the relay, publish more.",
            &limits::PREKEYS_LOW,
        ),
        (
            "EARLY_MAX",
            "Early messages of one handshake.",
            &limits::EARLY_MESSAGES,
        ),
        (
            "SESSION_LIFETIME",
            "A session is over after so many ms; `session.renewal()` counts messages and bytes, too.",
            &limits::SESSION_LIFETIME,
        ),
        (
            "RENEWAL_DUE",
            "Its renewal is due after so many ms.",
            &(limits::SESSION_LIFETIME - limits::SESSION_LIFETIME / limits::RENEWAL_SHARE),
        ),
        (
            "UNACKNOWLEDGED_MAX",
            "Messages that may wait for a receipt.",
            &limits::UNACKNOWLEDGED,
        ),
        (
            "TEXT_MAX_CHARS",
            "Longest text, in Unicode scalar values.",
            &limits::TEXT_MAX_CHARS,
        ),
        (
            "REACTION_MAX",
            "Longest emoji of a reaction, in bytes.",
            &limits::REACTION_MAX,
        ),
        (
            "EDIT_WINDOW",
            "An edit older than so many ms, by the receiver's clock, is ignored.",
            &limits::EDIT_WINDOW,
        ),
        (
            "FILE_SIZE_MAX",
            "Largest file, in bytes.",
            &limits::FILE_SIZE_MAX,
        ),
        (
            "FILE_NAME_MAX",
            "Longest file name, in bytes.",
            &limits::FILE_NAME_MAX,
        ),
        (
            "MEDIA_TYPE_MAX",
            "Longest media type, in bytes.",
            &limits::MEDIA_TYPE_MAX,
        ),
        (
            "PREVIEW_MAX",
            "Largest preview image, in bytes.",
            &limits::PREVIEW_MAX,
        ),
        ("PEAKS_MAX", "Most peaks of a waveform.", &limits::PEAKS_MAX),
        (
            "CHUNKS_OUTSTANDING_MAX",
            "Chunks that a receiver may have wanted and not received, over all files of a conversation.",
            &limits::CHUNKS_OUTSTANDING,
        ),
        (
            "CHUNK_LENGTH",
            "Plaintext bytes of every chunk of a file but the last.",
            &cobblestone::CHUNK_PLAINTEXT,
        ),
        (
            "SEALED_CHUNK_LENGTH",
            "Sealed bytes of every chunk of a file but the last.",
            &cobblestone::CHUNK_SEALED,
        ),
        ("TAG_LENGTH", "Bytes that sealing adds.", &aead::TAG_LENGTH),
        (
            "FILE_HEADER_LENGTH",
            "Bytes of a sealed file before its first chunk.",
            &cobblestone::HEADER_LENGTH,
        ),
        (
            "FRAME_CHUNKS_MAX",
            "Most chunks of one CHUNK frame.",
            &limits::FRAME_CHUNKS,
        ),
        (
            "CHUNK_FRAME_HEAD_LENGTH",
            "Bytes of a CHUNK frame before its chunks.",
            &frames::HEADER_LENGTH,
        ),
        (
            "PASSWORD_MIN_CHARS",
            "Fewest characters of a password.",
            &limits::PASSWORD_MIN_CHARS,
        ),
        (
            "PASSWORD_MAX",
            "Most bytes of a password after NFC.",
            &limits::PASSWORD_MAX,
        ),
        (
            "PASSPHRASE_MAX",
            "Most bytes of a passphrase after NFC.",
            &limits::PASSPHRASE_MAX,
        ),
        (
            "ARGON2_MEMORY_KIB",
            "Argon2id where no other cost is given: memory in KiB.",
            &limits::ARGON2_MEMORY,
        ),
        (
            "ARGON2_PASSES",
            "Argon2id where no other cost is given: passes.",
            &limits::ARGON2_PASSES,
        ),
        (
            "ARGON2_LANES",
            "Argon2id where no other cost is given: lanes.",
            &limits::ARGON2_LANES,
        ),
        (
            "PBKDF2_ITERATIONS",
            "PBKDF2 where no other cost is given: iterations.",
            &limits::PBKDF2_ITERATIONS,
        ),
        ("PEOPLE_MAX", "Most people of a backup.", &limits::PEOPLE),
        (
            "EARLIER_KEYS_MAX",
            "Most earlier keys of a person in a backup; the oldest are left out.",
            &limits::EARLIER_KEYS,
        ),
        (
            "WATCHED_MAX",
            "Accounts whose presence one connection may watch.",
            &limits::WATCHED,
        ),
        (
            "TOKEN_MAX",
            "Longest access token of a LOGIN or TOKEN frame, in bytes.",
            &limits::TOKEN_MAX,
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
