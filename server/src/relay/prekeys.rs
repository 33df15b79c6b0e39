//! Taking a prekey of somebody who is connected here, for somebody who may be anywhere.

use duet_crypto::{
    identity::AccountId,
    relay::{NoPrekey, PrekeyBytes},
};

use crate::{app::App, hub::route::Local, sharing};

/// Under the limits of both sides, which hold over all nodes. What brings nothing costs nothing: an empty stock asks for no
/// allowance, but of those who want the last one the loser may have used one up.
///
/// # Errors
/// [`NoPrekey`].
pub(super) async fn take(
    app: &App,
    owner: &Local,
    claimer: &AccountId,
) -> Result<Box<PrekeyBytes>, NoPrekey> {
    let account = owner.account();
    if owner.has_prekeys() && !sharing::prekey(app, claimer, &account).await {
        return Err(NoPrekey::RateLimit);
    }
    owner.take_prekey(|| app.prekey_limits.allow(claimer, &account))
}
