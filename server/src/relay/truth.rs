//! What other nodes make this one ask the database (see [`crate::backplane`]).

use duet_crypto::{
    identity::AccountId,
    relay::{CloseCode, NoPrekey, PrekeyBytes},
};
use futures_util::{StreamExt as _, stream};
use std::{collections::HashSet, sync::Arc};

use super::{login, prekeys};
use crate::{
    app::App,
    backplane::{Pending, truth::Truth},
    hub::{closing::Which, connection::Connection, route::Local},
    identity::reach,
    store::StoreError,
};

/// Connections that are looked at again at a time: the database has others to answer.
const AT_ONCE: usize = 16;

/// The relay's own answers.
pub(crate) struct Answers(pub(crate) App);

impl Answers {
    /// Looks at a connection until the database has said whether it may stay. While the database is away nobody is closed for it, for
    /// all would come back at once, and find it away; a connection ends in any case with its token.
    async fn look_again(&self, connection: &Connection) {
        while let Err(error) = self.look(connection).await {
            let Some(wait) = error.retry_after() else {
                tracing::error!(category = "internal", %error, "a connection cannot be looked at");
                connection.close(CloseCode::Internal);
                return;
            };
            tracing::warn!(category = "nodes", %error, "a connection will be looked at later");
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = connection.closed() => return,
            }
        }
    }

    async fn look(&self, connection: &Connection) -> Result<(), StoreError> {
        let access = connection.pass().access;
        if login::holds(&self.0, connection, &access).await? {
            reach::refresh(&self.0, &connection.member.account).await
        } else {
            connection.close(CloseCode::Unauthenticated);
            Ok(())
        }
    }

    /// Looks at all of these.
    async fn look_at(&self, connections: Vec<Arc<Connection>>) {
        stream::iter(connections)
            .for_each_concurrent(AT_ONCE, |connection| async move {
                self.look_again(&connection).await
            })
            .await;
    }
}

impl Truth for Answers {
    fn recheck(&self) -> Pending<'_, ()> {
        Box::pin(async move {
            let all = self.0.hub.all();
            tracing::info!(
                category = "nodes",
                connections = all.len(),
                "looking at all connections again"
            );
            self.look_at(all).await;
        })
    }

    fn recheck_accounts(&self, accounts: HashSet<AccountId>) -> Pending<'_, ()> {
        let here = accounts.iter().filter_map(|id| self.0.hub.online(id));
        Box::pin(self.look_at(here.collect()))
    }

    fn reach_changed<'a>(&'a self, account: &'a AccountId) -> Pending<'a, ()> {
        Box::pin(async move {
            if let Err(error) = reach::refresh(&self.0, account).await {
                tracing::error!(
                    category = "internal",
                    %error,
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
