//! How many handshakes are completed with one peer (protocol.md section 4.9).

use duet_crypto::handshake;
use duet_crypto::identity::AccountId;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{Failure, array, number, whole};

/// Counts completed handshakes per account. Times are whole milliseconds.
#[wasm_bindgen]
#[derive(Default)]
pub struct HandshakeRate(handshake::HandshakeRate);

#[wasm_bindgen]
impl HandshakeRate {
    /// Nothing was completed yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Milliseconds until one more handshake with this account may be begun.
    ///
    /// # Errors
    /// An argument is none.
    pub fn wait(&self, account: &[u8], now: f64) -> Result<f64, JsValue> {
        Ok(number(
            self.0.wait(&AccountId(array(account)?), whole(now)?),
        ))
    }

    /// Whether one more may be begun.
    ///
    /// # Errors
    /// It may not; an argument is none.
    pub fn check(&self, account: &[u8], now: f64) -> Result<(), JsValue> {
        let (account, now) = (AccountId(array(account)?), whole(now)?);
        Ok(self.0.check(&account, now).map_err(Failure::from)?)
    }

    /// Counts a handshake that gave a session.
    ///
    /// # Errors
    /// An argument is none.
    pub fn completed(&mut self, account: &[u8], now: f64) -> Result<(), JsValue> {
        self.0.completed(&AccountId(array(account)?), whole(now)?);
        Ok(())
    }
}
