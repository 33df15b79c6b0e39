//! Labels: names that keep every use of a hash, key or signature apart (section 2).
//!
//! `LP(label) = u8(len) || label`. Because the length comes first, no encoded label is a prefix of another one.

/// Longest encoded label.
const CAPACITY: usize = 24;

/// One domain of a protocol, encoded at compile time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label {
    encoded: [u8; CAPACITY],
    length: u8,
}

impl Label {
    /// Encodes the protocol's prefix and a name.
    ///
    /// # Panics
    /// If both together are longer than 23 bytes: labels are constants, so the compiler says so.
    #[must_use]
    pub const fn new(prefix: &str, name: &str) -> Self {
        let (prefix, name) = (prefix.as_bytes(), name.as_bytes());
        let text = prefix.len() + name.len();
        assert!(text < CAPACITY, "the label fits");
        let mut encoded = [0; CAPACITY];
        // `text` is below CAPACITY, which is below 256.
        #[allow(clippy::cast_possible_truncation)]
        {
            encoded[0] = text as u8;
        }
        let mut i = 0;
        while i < text {
            encoded[1 + i] = if i < prefix.len() {
                prefix[i]
            } else {
                name[i - prefix.len()]
            };
            i += 1;
        }
        Self {
            encoded,
            length: encoded[0] + 1,
        }
    }

    /// `LP(label)`.
    #[must_use]
    pub fn lp(&self) -> &[u8] {
        &self.encoded[..usize::from(self.length)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_comes_first() {
        assert_eq!(Label::new("P/1 ", "ab").lp(), b"\x06P/1 ab");
        assert_eq!(Label::new("", "").lp(), b"\0");
        let longest = Label::new("12345678901", "234567890123");
        assert_eq!(longest.lp(), b"\x1712345678901234567890123");
    }

    #[test]
    #[should_panic(expected = "the label fits")]
    fn longer_ones_are_refused() {
        let _ = Label::new("123456789012", "345678901234");
    }
}
