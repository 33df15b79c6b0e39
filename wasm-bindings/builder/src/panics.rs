//! Panics say nothing in a module: the standard library has nowhere to print to, and stops at the end of it. So whatever is called in
//! order to panic stops at once, and the optimiser drops what had been prepared for the message. 1 % of the core's module.

/// True of a function of the standard library that is called in order to panic, and does not return.
pub(crate) fn only_panics(name: &str) -> bool {
    let name = without_hashes(name);
    STARTS.iter().any(|start| name.starts_with(start))
        || (name.starts_with("<alloc::vec::Vec<") && name.ends_with("::assert_failed"))
}

/// Named as the compiler demangles them.
const STARTS: [&str; 13] = [
    "__rustc::rust_begin_unwind",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::raw_vec::handle_error",
    "core::cell::panic_already_",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::panicking::",
    "core::result::unwrap_failed",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::slice::index::slice_",
    "core::str::slice_error_fail",
    "std::thread::local::panic_access_error",
];

/// `core[0123456789abcdef]::…` as `core::…`.
fn without_hashes(name: &str) -> String {
    let mut pieces = name.split('[');
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once(']') {
            Some((hash, rest))
                if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
            {
                result.push_str(rest);
            }
            _ => {
                result.push('[');
                result.push_str(piece);
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::only_panics;

    #[test]
    fn what_panics_is_known_under_both_manglings() {
        for name in [
            "core[c5930c85a12de822]::panicking::panic_fmt",
            "core::panicking::panic_bounds_check::h0123456789abcdef",
            "core[c5930c85a12de822]::slice::index::slice_index_fail",
            "__rustc[b7974e8690430dd9]::rust_begin_unwind",
            "<alloc[3ca501edff3f0c7c]::vec::Vec<_, _>>::remove::assert_failed",
        ] {
            assert!(only_panics(name), "{name}");
        }
    }

    #[test]
    fn what_goes_on_is_left_alone() {
        for name in [
            "core[c5930c85a12de822]::fmt::write",
            "core[c5930c85a12de822]::slice::memchr::memchr_aligned",
            "std[a543996e6e7dbf1e]::panicking::panic_count::increase",
            "<[u8; 16] as duet_wasm::wire::object::Wire>::to_js",
            "duet_crypto::client::conversation::attempt_failed",
        ] {
            assert!(!only_panics(name), "{name}");
        }
    }
}
