//! Errors on their way to TypeScript.

use duet_crypto::error::Code;
use wasm_bindgen::JsValue;

/// A refusal. Crosses the border as a number: the core's code, or one of the small ones below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// A check of the core.
    Core(Code),
    /// An argument that TypeScript should not have let through.
    Argument,
    /// A single-use object was used a second time.
    Spent,
    /// An asynchronous operation is using the object.
    Busy,
}

impl Failure {
    /// The number; the core's codes begin at 101. `ts/errors.ts` knows the small ones.
    fn number(self) -> u16 {
        match self {
            Self::Core(code) => code.value(),
            Self::Argument => 1,
            Self::Spent => 2,
            Self::Busy => 3,
        }
    }
}

impl<E: Into<Code>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Core(error.into())
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        Self::from(failure.number())
    }
}

/// Bytes of a fixed length.
pub(crate) fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Failure> {
    bytes.try_into().map_err(|_| Failure::Argument)
}

/// A whole number of JavaScript.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(crate) fn whole(number: f64) -> Result<u64, Failure> {
    const SAFE: f64 = 9_007_199_254_740_991.0;
    if (0.0..=SAFE).contains(&number) && number.trunc() == number {
        Ok(number as u64)
    } else {
        Err(Failure::Argument)
    }
}

/// A size as JavaScript has them; the largest is a little above 2^40.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn number(size: u64) -> f64 {
    size as f64
}
