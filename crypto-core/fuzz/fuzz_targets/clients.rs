#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| duet_crypto_fuzz::clients(bytes));
