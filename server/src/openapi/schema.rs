//! Schemas of the types that are not derived: bytes as base64url in its one spelling.

use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

use crate::api::{Bytes, LoginSecret, LongBytes};

impl<const N: usize> PartialSchema for Bytes<N> {
    fn schema() -> RefOr<Schema> {
        // The bits of the last digit that stand for nothing are zero.
        let (whole, last) = match N % 3 {
            0 => (N / 3 * 4, ""),
            1 => (N / 3 * 4 + 1, "[AQgw]"),
            _ => (N / 3 * 4 + 2, "[AEIMQUYcgkosw048]"),
        };
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(format!("{N} bytes as base64url without padding")))
            .pattern(Some(format!("^[A-Za-z0-9_-]{{{whole}}}{last}$")))
            .into()
    }
}

impl<const N: usize> ToSchema for Bytes<N> {
    fn name() -> Cow<'static, str> {
        format!("Bytes{N}").into()
    }
}

impl PartialSchema for LongBytes {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Bytes as base64url without padding"))
            .pattern(Some("^[A-Za-z0-9_-]*$"))
            .into()
    }
}

impl ToSchema for LongBytes {}

impl PartialSchema for LoginSecret {
    fn schema() -> RefOr<Schema> {
        Bytes::<32>::schema()
    }
}

impl ToSchema for LoginSecret {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_has_the_length_of_what_is_written() {
        for (text, pattern) in [
            (Bytes([255; 16]).encode(), Bytes::<16>::schema()),
            (Bytes([255; 32]).encode(), Bytes::<32>::schema()),
            (Bytes([255; 64]).encode(), Bytes::<64>::schema()),
            (Bytes([255; 3]).encode(), Bytes::<3>::schema()),
        ] {
            let RefOr::T(Schema::Object(object)) = pattern else {
                panic!("an object");
            };
            let pattern = object.pattern.unwrap();
            let whole: usize = pattern
                .split(['{', '}'])
                .nth(1)
                .and_then(|count| count.parse().ok())
                .unwrap();
            let last = pattern.rsplit_once('}').unwrap().1;
            let rest = &text[whole..];
            assert_eq!(rest.is_empty(), last == "$", "{pattern} for {text}");
            assert!(
                rest.chars().all(|digit| last.contains(digit)),
                "{pattern} for {text}"
            );
        }
    }
}
