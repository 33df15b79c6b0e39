//! NFC, the one normal form of Unicode that names, passwords and passphrases are brought to (sections 3.1 and 8).
//!
//! Where the rules come from is a feature of the crate: `unicode-tables` (the default) carries them along, `js` asks the
//! JavaScript around a WebAssembly module, which has them anyway. For every text of characters that both know they give the
//! same: the normal form of an assigned character never changes (UAX 15, section 3).

use alloc::string::String;
use zeroize::Zeroizing;

/// A text in NFC, if it has at most `max` bytes then. No copy of it is left behind in this memory.
pub(crate) fn nfc(text: &str, max: usize) -> Option<Zeroizing<String>> {
    // NFC never makes UTF-8 shorter than a third (Hangul is the worst case): refuse before doing the work.
    if text.len() > 3 * max {
        return None;
    }
    let normal = normalized(text);
    (normal.len() <= max).then_some(normal)
}

#[cfg(feature = "unicode-tables")]
fn normalized(text: &str) -> Zeroizing<String> {
    use unicode_normalization::UnicodeNormalization as _;

    // Nor longer than three times (UAX 15): the string never moves.
    let mut normal = Zeroizing::new(String::with_capacity(3 * text.len()));
    normal.extend(text.nfc());
    normal
}

#[cfg(all(
    not(feature = "unicode-tables"),
    feature = "js",
    target_arch = "wasm32"
))]
fn normalized(text: &str) -> Zeroizing<String> {
    // In NFC already, and the most common case by far: it need not leave this memory.
    if text.is_ascii() {
        return Zeroizing::new(text.into());
    }
    Zeroizing::new(js_sys::JsString::from(text).normalize("NFC").into())
}

#[cfg(not(any(
    feature = "unicode-tables",
    all(feature = "js", target_arch = "wasm32")
)))]
fn normalized(_: &str) -> Zeroizing<String> {
    compile_error!("`unicode-tables` is needed, or `js` on wasm32 with a JavaScript around it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_is_the_least_that_is_left() {
        // Three letters of three bytes each make one of three bytes.
        let apart = "\u{1112}\u{1161}\u{11ab}";
        let normal = nfc(apart, 3).unwrap();
        assert_eq!(normal.as_str(), "\u{d55c}");
        assert!(nfc(apart, 2).is_none());
    }

    #[test]
    fn what_grows_counts_as_it_is_then() {
        // Excluded from composition: two bytes become four.
        assert_eq!(nfc("\u{344}", 4).unwrap().as_str(), "\u{308}\u{301}");
        assert!(nfc("\u{344}", 3).is_none());
    }
}
