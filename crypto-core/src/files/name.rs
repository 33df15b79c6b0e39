//! A file name that somebody else chose (section 7.1).

use alloc::string::String;

/// What a file without a usable name is called.
const FALLBACK: &str = "file";

/// Strips path separators, control and bidirectional formatting characters and surrounding space. A name that is
/// then empty or made of dots only becomes `file`.
#[must_use]
pub fn sanitize(name: &str) -> String {
    let kept: String = name.chars().filter(|&c| !is_forbidden(c)).collect();
    let trimmed = kept.trim();
    if trimmed.chars().all(|c| c == '.') {
        FALLBACK.into()
    } else {
        trimmed.into()
    }
}

/// Path separators (of any system), control characters, line separators, bidirectional marks, embeddings, overrides
/// and isolates, and the characters that a system may take for one of them.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '/' | '\\' | ':' | '\u{2044}' | '\u{2215}' | '\u{29f8}' | '\u{ff0f}' | '\u{ff3c}' | '\u{2028}'
                | '\u{2029}' | '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}
