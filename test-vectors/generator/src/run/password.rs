//! password.json

use duet_crypto::password::PasswordSecrets;

use super::identity::account;
use crate::case::{Failure, Input, Outputs, hex, outputs};

pub(super) fn password(case: Input<'_>) -> Result<Outputs, Failure> {
    let account = account(case)?;
    let secrets = PasswordSecrets::split(&account, case.text("password")?)?;
    Ok(outputs! {
        "aid" => hex(account.as_bytes()),
        "login_secret" => secrets.login_secret().as_str(),
        "vault_secret" => hex(secrets.vault_secret().expose()),
    })
}
