//! Plain JavaScript objects to and from Rust, small on purpose: a general serialiser would be a third of the module.
//!
//! Each type is written down once, in one of the macros below: what it is in Rust, its names in JavaScript, and (for
//! tests) its TypeScript.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::failure::Failure;

/// A value that crosses the border.
pub(crate) trait Wire: Sized {
    fn to_js(&self) -> JsValue;

    /// Refuses whatever is not exactly of this type.
    fn from_js(value: &JsValue) -> Result<Self, Failure>;

    /// What `ts/gate.ts` lets through, as TypeScript.
    #[cfg(test)]
    fn shape() -> String;
}

/// Sets a property of a plain object, which cannot fail.
pub(crate) fn set(object: &Object, name: &str, value: &JsValue) {
    let done = Reflect::set(object, &name.into(), value);
    debug_assert!(done.is_ok());
}

/// Reads a property; a missing one is `undefined`.
pub(crate) fn get(object: &JsValue, name: &str) -> Result<JsValue, Failure> {
    Reflect::get(object, &name.into()).map_err(|_| Failure::Argument)
}

/// A `Uint8Array` of any length.
#[derive(Clone)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Uint8Array<ArrayBuffer>"))]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

/// A `Uint8Array` of a fixed length.
#[derive(Clone, Copy)]
pub(crate) struct Fixed<const N: usize>(pub(crate) [u8; N]);

/// A number of bytes, at most 2^53 − 1.
#[derive(Clone, Copy)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "number"))]
pub(crate) struct Size(pub(crate) u64);

impl Wire for Bytes {
    fn to_js(&self) -> JsValue {
        Uint8Array::from(&self.0[..]).into()
    }

    fn from_js(value: &JsValue) -> Result<Self, Failure> {
        let view = value.dyn_ref::<Uint8Array>().ok_or(Failure::Argument)?;
        Ok(Self(view.to_vec()))
    }

    #[cfg(test)]
    fn shape() -> String {
        "{ bytes: 'any' }".into()
    }
}

impl<const N: usize> Wire for Fixed<N> {
    fn to_js(&self) -> JsValue {
        Uint8Array::from(&self.0[..]).into()
    }

    fn from_js(value: &JsValue) -> Result<Self, Failure> {
        let view = value.dyn_ref::<Uint8Array>().ok_or(Failure::Argument)?;
        let mut bytes = [0; N];
        if view.length() as usize != N {
            return Err(Failure::Argument);
        }
        view.copy_to(&mut bytes);
        Ok(Self(bytes))
    }

    #[cfg(test)]
    fn shape() -> String {
        format!("{{ bytes: {N} }}")
    }
}

impl Wire for Size {
    fn to_js(&self) -> JsValue {
        crate::failure::number(self.0).into()
    }

    fn from_js(value: &JsValue) -> Result<Self, Failure> {
        crate::failure::whole(value.as_f64().ok_or(Failure::Argument)?).map(Self)
    }

    #[cfg(test)]
    fn shape() -> String {
        "'number'".into()
    }
}

impl Wire for u32 {
    fn to_js(&self) -> JsValue {
        (*self).into()
    }

    fn from_js(value: &JsValue) -> Result<Self, Failure> {
        Self::try_from(Size::from_js(value)?.0).map_err(|_| Failure::Argument)
    }

    #[cfg(test)]
    fn shape() -> String {
        "'number'".into()
    }
}

impl Wire for u8 {
    fn to_js(&self) -> JsValue {
        (*self).into()
    }

    fn from_js(value: &JsValue) -> Result<Self, Failure> {
        Self::try_from(Size::from_js(value)?.0).map_err(|_| Failure::Argument)
    }

    #[cfg(test)]
    fn shape() -> String {
        "'number'".into()
    }
}

impl Wire for bool {
    fn to_js(&self) -> JsValue {
        (*self).into()
    }

    fn from_js(value: &JsValue) -> Result<Self, Failure> {
        value.as_bool().ok_or(Failure::Argument)
    }

    #[cfg(test)]
    fn shape() -> String {
        "'boolean'".into()
    }
}

impl Wire for String {
    fn to_js(&self) -> JsValue {
        self.as_str().into()
    }

    fn from_js(value: &JsValue) -> Result<Self, Failure> {
        value.as_string().ok_or(Failure::Argument)
    }

    #[cfg(test)]
    fn shape() -> String {
        "'string'".into()
    }
}

/// `null` for nothing.
impl<T: Wire> Wire for Option<T> {
    fn to_js(&self) -> JsValue {
        self.as_ref().map_or(JsValue::NULL, T::to_js)
    }

    fn from_js(value: &JsValue) -> Result<Self, Failure> {
        if value.is_null() {
            Ok(None)
        } else {
            T::from_js(value).map(Some)
        }
    }

    #[cfg(test)]
    fn shape() -> String {
        format!("{{ orNull: {} }}", T::shape())
    }
}

/// An array.
impl<T: Wire> Wire for Vec<T> {
    fn to_js(&self) -> JsValue {
        let array = Array::new();
        for value in self {
            array.push(&value.to_js());
        }
        array.into()
    }

    fn from_js(value: &JsValue) -> Result<Self, Failure> {
        let array = value.dyn_ref::<Array>().ok_or(Failure::Argument)?;
        array.iter().map(|value| T::from_js(&value)).collect()
    }

    #[cfg(test)]
    fn shape() -> String {
        format!("{{ each: {} }}", T::shape())
    }
}

/// An object with these fields.
macro_rules! wire_struct {
    (
        $(#[$doc:meta])*
        $name:ident as $ts:tt {
            $($(#[$field_doc:meta])* $field:ident as $js:tt: $type:ty,)+
        }
    ) => {
        $(#[$doc])*
        #[cfg_attr(test, derive(ts_rs::TS), ts(rename = $ts))]
        pub(crate) struct $name {
            $($(#[$field_doc])* #[cfg_attr(test, ts(rename = $js))] pub(crate) $field: $type,)+
        }

        impl $crate::wire::object::Wire for $name {
            fn to_js(&self) -> wasm_bindgen::JsValue {
                let object = js_sys::Object::new();
                $($crate::wire::object::set(&object, $js, &$crate::wire::object::Wire::to_js(&self.$field));)+
                object.into()
            }

            fn from_js(value: &wasm_bindgen::JsValue) -> Result<Self, $crate::failure::Failure> {
                Ok(Self {
                    $($field: $crate::wire::object::Wire::from_js(&$crate::wire::object::get(value, $js)?)?,)+
                })
            }

            #[cfg(test)]
            fn shape() -> String {
                let fields = [$(format!("{}: {}", $js, <$type as $crate::wire::object::Wire>::shape()),)+];
                format!("{{ fields: {{ {} }} }}", fields.join(", "))
            }
        }
    };
}

/// One of several objects, told apart by their `type`.
macro_rules! wire_union {
    (
        $(#[$doc:meta])*
        $name:ident as $ts:tt {
            $(
                $(#[$variant_doc:meta])*
                $variant:ident as $tag:tt { $($field:ident as $js:tt: $type:ty,)* }
            )+
        }
    ) => {
        $(#[$doc])*
        #[cfg_attr(test, derive(ts_rs::TS), ts(rename = $ts, tag = "type"))]
        pub(crate) enum $name {
            $(
                $(#[$variant_doc])*
                #[cfg_attr(test, ts(rename = $tag))]
                $variant { $(#[cfg_attr(test, ts(rename = $js))] $field: $type,)* },
            )+
        }

        impl $crate::wire::object::Wire for $name {
            fn to_js(&self) -> wasm_bindgen::JsValue {
                let object = js_sys::Object::new();
                match self {
                    $(Self::$variant { $($field,)* } => {
                        $crate::wire::object::set(&object, "type", &$tag.into());
                        $($crate::wire::object::set(&object, $js, &$crate::wire::object::Wire::to_js($field));)*
                    })+
                }
                object.into()
            }

            fn from_js(value: &wasm_bindgen::JsValue) -> Result<Self, $crate::failure::Failure> {
                let tag: String =
                    $crate::wire::object::Wire::from_js(&$crate::wire::object::get(value, "type")?)?;
                match tag.as_str() {
                    $($tag => Ok(Self::$variant {
                        $($field: $crate::wire::object::Wire::from_js(&$crate::wire::object::get(value, $js)?)?,)*
                    }),)+
                    _ => Err($crate::failure::Failure::Argument),
                }
            }

            #[cfg(test)]
            fn shape() -> String {
                let cases = [$({
                    let fields: &[String] =
                        &[$(format!("{}: {}", $js, <$type as $crate::wire::object::Wire>::shape()),)*];
                    format!("{}: {{ {} }}", $tag, fields.join(", "))
                },)+];
                format!("{{ oneOf: {{ {} }} }}", cases.join(", "))
            }
        }
    };
}

/// One of several words, each for a value of an enum of the core. A value without a word does not compile.
macro_rules! wire_words {
    (
        $(#[$doc:meta])*
        $name:ident as $ts:tt = $core:path {
            $($(#[$variant_doc:meta])* $variant:ident as $word:tt,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        #[cfg_attr(test, derive(ts_rs::TS), ts(rename = $ts))]
        pub(crate) enum $name {
            $($(#[$variant_doc])* #[cfg_attr(test, ts(rename = $word))] $variant,)+
        }

        impl $crate::wire::object::Wire for $name {
            fn to_js(&self) -> wasm_bindgen::JsValue {
                match self { $(Self::$variant => $word.into(),)+ }
            }

            fn from_js(value: &wasm_bindgen::JsValue) -> Result<Self, $crate::failure::Failure> {
                let word: String = $crate::wire::object::Wire::from_js(value)?;
                match word.as_str() {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::failure::Failure::Argument),
                }
            }

            #[cfg(test)]
            fn shape() -> String {
                "'string'".into()
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

pub(crate) use {wire_struct, wire_union, wire_words};

/// [`Fixed`] is a [`Bytes`] to TypeScript, which has no lengths.
#[cfg(test)]
impl<const N: usize> ts_rs::TS for Fixed<N> {
    type WithoutGenerics = Bytes;
    type OptionInnerType = Self;

    fn name(config: &ts_rs::Config) -> String {
        Bytes::name(config)
    }

    fn inline(config: &ts_rs::Config) -> String {
        Bytes::name(config)
    }
}
