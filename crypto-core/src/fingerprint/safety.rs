//! The safety code: 60 digits to read over the phone (section 3.3).

use alloc::string::String;
use core::fmt::Write as _;

use crate::identity::Party;
use crate::primitives::hash::Secret32;
use crate::primitives::{labels, pbkdf2::pbkdf2};

/// PBKDF2 iterations of one half.
const ITERATIONS: u32 = 100_000;
/// Groups of five digits in one half.
const GROUPS: usize = 6;

/// One side's 30 digits. It depends on that side alone, so a caller may keep it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SafetyHalf(String);

impl SafetyHalf {
    /// Stretches a key and its account: 100 000 iterations of PBKDF2-HMAC-SHA-256, some ten milliseconds.
    #[must_use]
    pub fn derive(party: &Party) -> Self {
        let salt = [labels::SAFETY.lp(), &party.account.0].concat();
        let mut d = Secret32::default();
        pbkdf2(party.key.as_bytes(), &salt, ITERATIONS, &mut d);
        let mut digits = String::with_capacity(5 * GROUPS);
        for group in d.chunks_exact(5).take(GROUPS) {
            let number = group
                .iter()
                .fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
            // Writing to a String cannot fail.
            let _ = write!(digits, "{:05}", number % 100_000);
        }
        Self(digits)
    }

    /// The 30 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The 60 digits that both sides see: the two halves in ascending order.
#[must_use]
pub fn code(a: &SafetyHalf, b: &SafetyHalf) -> String {
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    let mut code = String::from(first.as_str());
    code.push_str(second.as_str());
    code
}
