//! Passphrases of envelopes (sections 8.1 and 8.2): typed by a person, or generated and shown once.

use alloc::string::String;
use core::fmt;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::VaultError;
use crate::limits;
use crate::normal_form::nfc;

/// Characters of a generated passphrase: 5 bits each.
const GENERATED: usize = 20;
/// A generated passphrase is shown in groups of this many.
const GROUP: usize = 5;

/// A passphrase in NFC. Wiped on drop.
///
/// ```compile_fail,E0277
/// fn needs_clone<T: Clone>() {}
/// needs_clone::<duet_crypto::vault::Passphrase>();
/// ```
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// A passphrase exactly as section 8.1 takes it: brought to NFC and otherwise left alone. 1 to 1,024 bytes of UTF-8.
    ///
    /// How good it has to be is for the caller to say; a generated one is better.
    ///
    /// # Errors
    /// [`VaultError::Passphrase`] for its length.
    pub fn new(text: &str) -> Result<Self, VaultError> {
        nfc(text, limits::PASSPHRASE_MAX)
            .filter(|normal| !normal.is_empty())
            .map(Self)
            .ok_or(VaultError::Passphrase)
    }

    /// Draws 20 Crockford base-32 characters, 100 bits: 20 bytes from `rng`, of each the low five bits.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut values = Zeroizing::new([0; GENERATED]);
        rng.fill_bytes(&mut values[..]);
        let mut text = Zeroizing::new(String::with_capacity(GENERATED));
        text.extend(values.iter().map(|&value| char::from(character(value))));
        Self(text)
    }

    /// What a person typed. If it is a generated passphrase, then in whatever way they wrote it down: either case, full width,
    /// with dashes, white space, quotes, full stops and characters without a width anywhere, I and L for 1, O for 0. Any other
    /// text is taken as [`Self::new`] takes it.
    ///
    /// Take this on both sides, where an envelope is made and where it is opened.
    ///
    /// # Errors
    /// [`VaultError::Passphrase`] for its length.
    pub fn typed(text: &str) -> Result<Self, VaultError> {
        read_generated(text).map_or_else(|| Self::new(text), |generated| Ok(Self(generated)))
    }

    /// The text that is stretched.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text in groups of five with dashes between, as a generated passphrase is shown. [`Self::typed`] reads it.
    #[must_use]
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut out = Zeroizing::new(String::with_capacity(
            self.0.len() + self.0.len().div_ceil(GROUP),
        ));
        for (i, character) in self.0.chars().enumerate() {
            if i > 0 && i.is_multiple_of(GROUP) {
                out.push('-');
            }
            out.push(character);
        }
        out
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_text) = self;
        f.debug_struct("Passphrase").finish_non_exhaustive()
    }
}

/// The character of the low five bits, without a look-up or a branch: they are secret. The alphabet is
/// `0123456789ABCDEFGHJKMNPQRSTVWXYZ`.
const fn character(value: u8) -> u8 {
    let value = value & 0x1f;
    // 1 if `value` is above `bound`: both are below 128.
    const fn above(value: u8, bound: u8) -> u8 {
        bound.wrapping_sub(value) >> 7
    }
    // From 9 to A, then over I, L, O and U.
    b'0' + value
        + 7 * above(value, 9)
        + above(value, 17)
        + above(value, 19)
        + above(value, 21)
        + above(value, 26)
}

/// A generated passphrase as somebody typed it, if it is one.
fn read_generated(text: &str) -> Option<Zeroizing<String>> {
    let mut out = Zeroizing::new(String::with_capacity(GENERATED));
    for typed in text.chars() {
        let typed = half_width(typed);
        if typed.is_whitespace() || is_between(typed) {
            continue;
        }
        let character = match typed.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            'U' => return None,
            other if other.is_ascii_uppercase() || other.is_ascii_digit() => other,
            _ => return None,
        };
        if out.len() == GENERATED {
            return None;
        }
        out.push(character);
    }
    (out.len() == GENERATED).then_some(out)
}

/// The character that a keyboard for Chinese or Japanese writes twice as wide.
fn half_width(typed: char) -> char {
    match typed {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(typed) - 0xfee0).unwrap_or(typed),
        other => other,
    }
}

/// What stands between and around the characters of a passphrase without belonging to it: dashes, quotes, the full stop that a
/// phone makes of two spaces, and what has no width.
const fn is_between(typed: char) -> bool {
    matches!(
        typed,
        '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}'
            | '"' | '\'' | '`' | '\u{ab}' | '\u{bb}' | '\u{2018}'..='\u{201f}' | '\u{2039}' | '\u{203a}'
            | '.' | '\u{3002}' | '\u{ff61}'
            | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::{character, read_generated};
    use std::string::String;

    #[test]
    fn the_alphabet_is_crockfords() {
        let alphabet: String = (0..=255)
            .map(|value| char::from(character(value)))
            .collect();
        assert_eq!(alphabet, "0123456789ABCDEFGHJKMNPQRSTVWXYZ".repeat(8));
    }

    /// What merely has the length of a generated passphrase stays as it was typed: case and spaces count in it.
    #[test]
    fn only_the_alphabet_is_read_as_generated() {
        let read = |text: &str| read_generated(text).map(|text| text.as_str().into());
        assert_eq!(
            read("ilo0a bcdeF-ghjkm_npqrs"),
            Some(String::from("1100ABCDEFGHJKMNPQRS"))
        );
        // The four ways of case 11, and what is around them.
        for typed in [
            "７ＱＫ４Ｍ－０ＺＴＲＷ－９ＨＸＢＣ－３ＥＶＪ２",
            "7QK4M-0\u{200b}ZTRW-9HXBC-3EVJ2",
            "\"7QK4M-0ZTRW-9HXBC-3EVJ2\"",
            "«7QK4M-0ZTRW-9HXBC-3EVJ2»",
            "7QK4M-0ZTRW-9HXBC-3EVJ2. ",
            "\u{feff}7QK4M-0ZTRW-9HXBC-3EVJ2。",
        ] {
            assert_eq!(
                read(typed),
                Some(String::from("7QK4M0ZTRW9HXBC3EVJ2")),
                "{typed}"
            );
        }
        for other in ["u", "U", "!", "é", "Ä", "٣", "\u{0}"] {
            assert_eq!(read(&other.repeat(20)), None, "{other}");
            assert_eq!(read(&"é!U".repeat(5)), None);
            assert_eq!(read(&std::format!("{}{other}", "A".repeat(19))), None);
        }
        assert_eq!((read(&"A".repeat(19)), read(&"A".repeat(21))), (None, None));
    }
}
