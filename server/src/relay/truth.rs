//! What other nodes make this one ask the database (see [`crate::backplane`]).

use duet_crypto::{
    identity::AccountId,
    relay::{CloseCode, NoPrekey, PrekeyBytes},
};

use super::{login, prekeys};
use crate::{
    app::App,
    backplane::{Pending, truth::Truth},
    hub::{closing::Which, route::Local},
    identity::reach,
};

/// The relay's own answers.
pub(crate) struct Answers(pub(crate) App);

impl Truth for Answers {
    fn recheck(&self) -> Pending<'_, ()> {
        let app = &self.0;
        Box::pin(async move {
            let all = app.hub.all();
            tracing::info!(
                category = "nodes",
                connections = all.len(),
                "looking at all connections again"
            );
            for connection in all {
                let access = connection.pass().access;
                match login::holds(app, &connection, &access).await {
                    Ok(true) => self.reach_changed(&connection.member.account).await,
                    Ok(false) => connection.close(CloseCode::Unauthenticated),
                    Err(error) => {
                        // Whether it may stay is not known: it comes back, and is asked.
                        tracing::error!(category = "internal", %error, "a connection cannot be looked at");
                        connection.close(CloseCode::Internal);
                    }
                }
            }
        })
    }

    fn reach_changed<'a>(&'a self, account: &'a AccountId) -> Pending<'a, ()> {
        Box::pin(async move {
            if let Err(error) = reach::refresh(&self.0, account).await {
                tracing::error!(
                    category = "internal",
                    ?error,
                    "who may reach somebody is not known"
                );
                // Nobody must get through who may not any more.
                self.0.hub.close(account, Which::All, CloseCode::Internal);
            }
        })
    }

    fn take_prekey<'a>(
        &'a self,
        owner: &'a Local,
        claimer: &'a AccountId,
    ) -> Pending<'a, Result<Box<PrekeyBytes>, NoPrekey>> {
        Box::pin(prekeys::take(&self.0, owner, claimer))
    }
}
