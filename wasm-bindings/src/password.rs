//! The password split.

use duet_crypto::identity::{AccountId, AccountName, Realm};
use duet_crypto::password::PasswordSecrets;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use crate::failure::Failure;

pub(crate) fn account(realm: &str, name: &str) -> Result<AccountId, Failure> {
    Ok(AccountId::derive(
        &Realm::new(realm)?,
        &AccountName::new(name)?,
    ))
}

/// The id of an account, 32 bytes.
///
/// # Errors
/// The realm or the name is refused.
#[wasm_bindgen(js_name = accountId)]
pub fn account_id(realm: &str, name: &str) -> Result<Vec<u8>, JsValue> {
    Ok(account(realm, name)?.as_bytes().to_vec())
}

/// The two secrets of a password.
#[wasm_bindgen]
pub struct SplitPassword(PasswordSecrets);

#[wasm_bindgen]
impl SplitPassword {
    /// Stretches a password: some hundred milliseconds on this thread.
    ///
    /// # Errors
    /// The realm, the name or the password is refused.
    #[wasm_bindgen(constructor)]
    pub fn new(realm: &str, name: &str, password: String) -> Result<Self, JsValue> {
        let password = Zeroizing::new(password);
        let account = account(realm, name)?;
        Ok(Self(
            PasswordSecrets::split(&account, &password).map_err(Failure::from)?,
        ))
    }

    /// Base64url, 43 characters.
    #[wasm_bindgen(js_name = loginSecret)]
    #[must_use]
    pub fn login_secret(&self) -> String {
        self.0.login_secret().as_str().to_owned()
    }

    /// 32 bytes.
    #[wasm_bindgen(js_name = vaultSecret)]
    #[must_use]
    pub fn vault_secret(&self) -> Vec<u8> {
        self.0.vault_secret().expose().to_vec()
    }
}
