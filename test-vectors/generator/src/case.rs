//! Typed access to one case, and the two ways in which running it can end early.

use duet_crypto::error::Code;
use serde_json::{Map, Value};
use std::fmt;

/// Why running a case gave no outputs.
#[derive(Debug)]
pub enum Failure {
    /// The core refused, as it must for an invalid case.
    Refused(Code),
    /// The case itself is malformed, or its parts do not fit one another.
    Case(String),
}

impl Failure {
    pub(crate) fn case(message: impl Into<String>) -> Self {
        Self::Case(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(code) => write!(f, "refused with {}", code.name()),
            Self::Case(message) => f.write_str(message),
        }
    }
}

/// Every error of the core has a code.
impl<E: Into<Code>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

/// The outputs of a case, in the order in which they are written.
pub(crate) type Outputs = Map<String, Value>;

/// One JSON object of a file.
#[derive(Clone, Copy)]
pub struct Input<'a>(&'a Value);

impl<'a> Input<'a> {
    /// Reads the object `value`.
    #[must_use]
    pub const fn new(value: &'a Value) -> Self {
        Self(value)
    }

    pub(crate) fn value(self, key: &str) -> Result<&'a Value, Failure> {
        self.0
            .get(key)
            .ok_or_else(|| Failure::case(format!("has no {key}")))
    }

    pub(crate) fn raw(self) -> &'a Value {
        self.0
    }

    pub(crate) fn object(self, key: &str) -> Result<Input<'a>, Failure> {
        self.value(key).map(Input)
    }

    pub(crate) fn list(self, key: &str) -> Result<impl Iterator<Item = Input<'a>>, Failure> {
        let list = self
            .value(key)?
            .as_array()
            .ok_or_else(|| Failure::case(format!("{key} is no list")))?;
        Ok(list.iter().map(Input))
    }

    pub(crate) fn text(self, key: &str) -> Result<&'a str, Failure> {
        self.value(key)?
            .as_str()
            .ok_or_else(|| Failure::case(format!("{key} is no text")))
    }

    pub(crate) fn flag(self, key: &str) -> Result<bool, Failure> {
        self.value(key)?
            .as_bool()
            .ok_or_else(|| Failure::case(format!("{key} is neither true nor false")))
    }

    pub(crate) fn number<N: TryFrom<u64>>(self, key: &str) -> Result<N, Failure> {
        self.value(key)?
            .as_u64()
            .and_then(|number| N::try_from(number).ok())
            .ok_or_else(|| Failure::case(format!("{key} is no number of its range")))
    }

    pub(crate) fn hex(self, key: &str) -> Result<Vec<u8>, Failure> {
        unhex(self.text(key)?)
    }

    pub(crate) fn array<const N: usize>(self, key: &str) -> Result<[u8; N], Failure> {
        self.hex(key)?
            .try_into()
            .map_err(|_| Failure::case(format!("{key} is not {N} bytes")))
    }

    /// A list of hex strings, joined.
    pub(crate) fn joined(self, key: &str) -> Result<Vec<u8>, Failure> {
        let mut out = Vec::new();
        for draw in self.list(key)? {
            out.extend(unhex(draw.0.as_str().ok_or_else(|| {
                Failure::case(format!("{key} has more than text"))
            })?)?);
        }
        Ok(out)
    }
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads hex, strictly.
pub(crate) fn unhex(text: &str) -> Result<Vec<u8>, Failure> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Ok(c - b'0'),
        b'a'..=b'f' => Ok(c - b'a' + 10),
        _ => Err(Failure::case("not lower-case hex")),
    };
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return Err(Failure::case("an odd number of hex digits"));
    };
    pairs
        .iter()
        .map(|[high, low]| Ok(digit(*high)? << 4 | digit(*low)?))
        .collect()
}

/// Writes outputs: `outputs! { "name" => value }`; bytes as hex with `hex(..)`.
macro_rules! outputs {
    ($($key:literal => $value:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut out = $crate::case::Outputs::new();
        $(out.insert($key.into(), serde_json::Value::from($value));)*
        out
    }};
}
pub(crate) use outputs;
