//! Plain objects for JavaScript (features `serde` and `ts`): what the derives of the client's events rest on.
//!
//! Bytes are bytes, a code is its name, and what messages are made of has the names that it has everywhere
//! ([`content_objects`](crate::content_objects)).
#![allow(
    unreachable_patterns,
    reason = "outside of this crate `Content` may grow, and its objects are declared for everybody"
)]

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Serialize, Serializer};

use crate::client::MessageId;
use crate::error::Code;
use crate::files::{self, Control, FileId};
use crate::identity::{AccountId, IdentityKey};
use crate::ids::EnvelopeId;
use crate::session::Activity;

macro_rules! as_bytes {
    ($($name:ty),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bytes(self.as_bytes())
            }
        }
    )+};
}

as_bytes!(AccountId, EnvelopeId, FileId, IdentityKey);

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Serialize for MessageId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A byte string of any length.
struct Bytes(Vec<u8>);

/// One of a fixed length.
struct Fixed<const N: usize>([u8; N]);

/// A number of bytes.
#[derive(Clone, Copy, Serialize)]
struct Size(u64);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<const N: usize> Serialize for Fixed<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident as $ts:tt = $core:path {
            $($(#[$variant_doc:meta])* $variant:ident as $word:tt,)+
        }
    ) => {
        #[derive(Clone, Copy, Serialize)]
        enum $name {
            $(#[serde(rename = $word)] $variant,)+
        }

        impl From<$core> for $name {
            fn from(value: $core) -> Self {
                use $core as Core;
                match value { $(Core::$variant => Self::$variant,)+ }
            }
        }

        impl From<$name> for $core {
            fn from(word: $name) -> Self {
                match word { $($name::$variant => Self::$variant,)+ }
            }
        }
    };
}

macro_rules! object {
    (
        $(#[$doc:meta])*
        $name:ident as $ts:tt {
            $($(#[$field_doc:meta])* $field:ident as $js:tt: $type:ty,)+
        }
    ) => {
        #[derive(Serialize)]
        struct $name {
            $(#[serde(rename = $js)] $field: $type,)+
        }
    };
}

macro_rules! union {
    (
        $(#[$doc:meta])*
        $name:ident as $ts:tt {
            $($(#[$variant_doc:meta])* $variant:ident as $tag:tt { $($field:ident as $js:tt: $type:ty,)* })+
        }
    ) => {
        /// Events have a shape of their own: of messages only the parts are used here.
        #[allow(dead_code, reason = "its parts are declared with it")]
        enum $name {
            $($variant { $($field: $type,)* },)+
        }
    };
}

crate::content_objects! {
    words: words,
    object: object,
    union: union,
    unnamed: () => (),
}

impl From<&files::Descriptor> for FileDescriptor {
    /// For the receiver: what is shown to a person is made harmless here.
    fn from(descriptor: &files::Descriptor) -> Self {
        Self {
            key: Fixed(*descriptor.key.expose()),
            salt: Fixed(descriptor.salt.0),
            size: Size(descriptor.size),
            kind: descriptor.kind.into(),
            mode: descriptor.mode.into(),
            duration_ms: descriptor.shown_duration_ms(),
            peaks: Bytes(descriptor.peaks.clone()),
            name: descriptor.safe_name(),
            media_type: descriptor.media_type.clone(),
            preview: Bytes(descriptor.preview.clone()),
        }
    }
}

impl Serialize for files::Descriptor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        FileDescriptor::from(self).serialize(serializer)
    }
}

impl Serialize for Activity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ActivityWord::from(*self).serialize(serializer)
    }
}

/// What is asked or said about a transfer. Which chunks a WANT names is the client's business.
#[derive(Serialize)]
struct FileWord {
    file: FileId,
    op: OpWord,
}

impl Serialize for Control {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            file,
            op,
            index: _,
            count: _,
        } = *self;
        let op = op.into();
        FileWord { file, op }.serialize(serializer)
    }
}

#[cfg(feature = "ts")]
mod ts {
    use super::*;

    macro_rules! named {
        ($($type:ty => $name:literal),+ $(,)?) => {$(
            impl ts_rs::TS for $type {
                type WithoutGenerics = Self;
                type OptionInnerType = Self;

                fn name(_: &ts_rs::Config) -> String {
                    String::from($name)
                }

                fn inline(_: &ts_rs::Config) -> String {
                    String::from($name)
                }
            }
        )+};
    }

    named! {
        AccountId => "Uint8Array<ArrayBuffer>",
        EnvelopeId => "Uint8Array<ArrayBuffer>",
        FileId => "Uint8Array<ArrayBuffer>",
        IdentityKey => "Uint8Array<ArrayBuffer>",
        Code => "CoreErrorCode",
        MessageId => "MessageId",
        Activity => "Activity",
        files::Descriptor => "FileDescriptor",
        Control => "{ file: Uint8Array<ArrayBuffer>, op: FileOp, }",
    }
}
