//! Objects of JSON: the forms that [`duet_crypto::content_objects`] asks for, with bytes in hex.

use serde_json::Value;

use crate::case::{Failure, Input, hex, unhex};

/// A value of the files.
pub(super) trait Json: Sized {
    fn to_json(&self) -> Value;

    fn from_json(value: &Value) -> Result<Self, Failure>;
}

/// Bytes of any number.
pub(super) struct Bytes(pub(super) Vec<u8>);

/// Bytes of a fixed number.
pub(super) struct Fixed<const N: usize>(pub(super) [u8; N]);

/// A number of bytes.
pub(super) struct Size(pub(super) u64);

impl Json for Bytes {
    fn to_json(&self) -> Value {
        hex(&self.0).into()
    }

    fn from_json(value: &Value) -> Result<Self, Failure> {
        unhex(&String::from_json(value)?).map(Self)
    }
}

impl<const N: usize> Json for Fixed<N> {
    fn to_json(&self) -> Value {
        hex(&self.0).into()
    }

    fn from_json(value: &Value) -> Result<Self, Failure> {
        let bytes = Bytes::from_json(value)?.0;
        let fixed = bytes.try_into().map(Self);
        fixed.map_err(|_| Failure::case(format!("not {N} bytes")))
    }
}

impl Json for Size {
    fn to_json(&self) -> Value {
        self.0.into()
    }

    fn from_json(value: &Value) -> Result<Self, Failure> {
        let number = value.as_u64().map(Self);
        number.ok_or_else(|| Failure::case("not a number"))
    }
}

impl Json for u32 {
    fn to_json(&self) -> Value {
        (*self).into()
    }

    fn from_json(value: &Value) -> Result<Self, Failure> {
        Self::try_from(Size::from_json(value)?.0)
            .map_err(|_| Failure::case("a number out of its range"))
    }
}

impl Json for u8 {
    fn to_json(&self) -> Value {
        (*self).into()
    }

    fn from_json(value: &Value) -> Result<Self, Failure> {
        Self::try_from(Size::from_json(value)?.0)
            .map_err(|_| Failure::case("a number out of its range"))
    }
}

impl Json for bool {
    fn to_json(&self) -> Value {
        (*self).into()
    }

    fn from_json(value: &Value) -> Result<Self, Failure> {
        let flag = value.as_bool();
        flag.ok_or_else(|| Failure::case("neither true nor false"))
    }
}

impl Json for String {
    fn to_json(&self) -> Value {
        self.as_str().into()
    }

    fn from_json(value: &Value) -> Result<Self, Failure> {
        let text = value.as_str().map(Self::from);
        text.ok_or_else(|| Failure::case("no text"))
    }
}

/// `null` for nothing.
impl<T: Json> Json for Option<T> {
    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_json)
    }

    fn from_json(value: &Value) -> Result<Self, Failure> {
        match value {
            Value::Null => Ok(None),
            value => T::from_json(value).map(Some),
        }
    }
}

/// Reads a field of an object; says which one is wrong.
pub(super) fn field<T: Json>(object: &Value, name: &str) -> Result<T, Failure> {
    T::from_json(Input::new(object).value(name)?).map_err(|failure| match failure {
        Failure::Case(message) => Failure::case(format!("{name}: {message}")),
        refused @ Failure::Refused(_) => refused,
    })
}

/// An object with these fields.
macro_rules! json_object {
    (
        $(#[$doc:meta])*
        $name:ident as $called:tt {
            $($(#[$field_doc:meta])* $field:ident as $key:tt: $type:ty,)+
        }
    ) => {
        $(#[$doc])*
        pub(super) struct $name {
            $($(#[$field_doc])* $field: $type,)+
        }

        impl $crate::run::object::Json for $name {
            fn to_json(&self) -> serde_json::Value {
                $crate::case::outputs! {
                    $($key => $crate::run::object::Json::to_json(&self.$field),)+
                }
                .into()
            }

            fn from_json(value: &serde_json::Value) -> Result<Self, $crate::case::Failure> {
                Ok(Self {
                    $($field: $crate::run::object::field(value, $key)?,)+
                })
            }
        }
    };
}

/// One of several objects, told apart by their `type`.
macro_rules! json_union {
    (
        $(#[$doc:meta])*
        $name:ident as $called:tt {
            $($variant:ident as $tag:tt { $($field:ident as $key:tt: $type:ty,)* })+
        }
    ) => {
        $(#[$doc])*
        enum $name {
            $($variant { $($field: $type,)* },)+
        }

        impl $crate::run::object::Json for $name {
            fn to_json(&self) -> serde_json::Value {
                match self {
                    $(Self::$variant { $($field,)* } => $crate::case::outputs! {
                        "type" => $tag,
                        $($key => $crate::run::object::Json::to_json($field),)*
                    },)+
                }
                .into()
            }

            fn from_json(value: &serde_json::Value) -> Result<Self, $crate::case::Failure> {
                match $crate::run::object::field::<String>(value, "type")?.as_str() {
                    $($tag => Ok(Self::$variant {
                        $($field: $crate::run::object::field(value, $key)?,)*
                    }),)+
                    other => Err($crate::run::unknown(other)),
                }
            }
        }
    };
}

/// One of several words, each for a value of an enum of the core. A value without a word does not compile.
macro_rules! json_words {
    (
        $(#[$doc:meta])*
        $name:ident as $called:tt = $core:path {
            $($variant:ident as $word:tt,)+
        }
    ) => {
        $(#[$doc])*
        pub(super) enum $name {
            $($variant,)+
        }

        impl $crate::run::object::Json for $name {
            fn to_json(&self) -> serde_json::Value {
                match self { $(Self::$variant => $word,)+ }.into()
            }

            fn from_json(value: &serde_json::Value) -> Result<Self, $crate::case::Failure> {
                match <String as $crate::run::object::Json>::from_json(value)?.as_str() {
                    $($word => Ok(Self::$variant),)+
                    other => Err($crate::run::unknown(other)),
                }
            }
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

pub(super) use {json_object, json_union, json_words};
