//! Whether what somebody shows is the second factor of an account.

use super::{super::counted::counted, passkeys, recovery::RecoveryCode, totp::TotpSecret};
use crate::{
    api::{Bytes, second_factor::SecondFactorProof},
    app::App,
    error::{ApiError, ErrorCode},
    http::{client::Client, origin::Origin},
    ids::AccountId,
    store::attempts::CountedBy,
    telemetry::metrics::AuthEvent,
    webauthn::ceremony::Assertion,
};

/// What somebody shows, and on which page.
pub struct Shown {
    /// What.
    pub proof: SecondFactorProof,
    /// What a passkey was to sign.
    pub challenge: Bytes<32>,
    /// The page.
    pub origin: Origin,
}

/// Checks it, where attempts are counted `by`: after five wrong ones nothing is looked at for a while, whatever the ticket. Only
/// who has the password gets here, so no stranger can use them up.
///
/// # Errors
/// [`ErrorCode::SecondFactorWrong`], [`ErrorCode::LockedOut`], [`ErrorCode::Unavailable`].
pub async fn check(
    app: &App,
    user: &AccountId,
    by: &CountedBy,
    shown: Shown,
    client: &Client,
) -> Result<(), ApiError> {
    let right = matches(app.clone(), *user, shown);
    let look = async move { Ok(right.await?.then_some(())) };
    let failed = AuthEvent::SecondFactorFailed;
    let right = counted(app, by, client, "second factor", failed, look).await?;
    right.ok_or_else(|| ErrorCode::SecondFactorWrong.into())
}

async fn matches(app: App, user: AccountId, shown: Shown) -> Result<bool, ApiError> {
    match shown.proof {
        SecondFactorProof::Totp { code } => {
            let now = app.clock.now();
            let Some(totp) = app.store.totp(&user).await? else {
                return Ok(false);
            };
            let step = TotpSecret::from_bytes(totp.secret)
                .step_of(&code, now)
                .map_err(ApiError::internal)?;
            match step {
                Some(step) => Ok(app.store.use_totp(&user, step, now).await?),
                None => Ok(false),
            }
        }
        SecondFactorProof::Passkey {
            credential,
            client_data,
            authenticator_data,
            signature,
        } => {
            let assertion = Assertion {
                client_data: &client_data.0,
                authenticator_data: &authenticator_data.0,
                signature: &signature.0,
            };
            let Bytes(challenge) = shown.challenge;
            passkeys::matches(
                &app,
                &user,
                &credential.0,
                &assertion,
                &challenge,
                &shown.origin,
            )
            .await
        }
        SecondFactorProof::Recovery { code } => {
            let Some(code) = RecoveryCode::parse(&code) else {
                return Ok(false);
            };
            let used = app
                .store
                .use_recovery_code(&user, &code.hash(&user))
                .await?;
            if used {
                app.metrics.auth(AuthEvent::RecoveryCodeUsed);
                tracing::warn!(category = "auth", "a recovery code was used");
            }
            Ok(used)
        }
    }
}
