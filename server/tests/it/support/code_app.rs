//! An app for codes.

use serde_json::Value;
use totp_rs::{Builder, Secret, Totp};

/// One that has the secret of a set-up.
pub(crate) struct CodeApp(Totp);

impl CodeApp {
    pub(crate) fn new(setup: &Value) -> Self {
        let secret = Secret::try_from_base32(setup["secret"].as_str().unwrap()).unwrap();
        Self(Builder::new().with_secret(secret).build().unwrap())
    }

    /// The code at a time, in milliseconds since the Unix epoch.
    pub(crate) fn code(&self, now: i64) -> String {
        let seconds = u64::try_from(now / 1000).unwrap();
        self.0.generate(seconds).to_string()
    }
}
