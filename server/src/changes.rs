//! What somebody beside this relay has changed in the database: commands of the operator, above all. The relay looks for it several times
//! a second, on one node as on many, with Redis and without it.

use std::{collections::HashSet, time::Duration};
use tokio::time::{self, MissedTickBehavior};

use crate::{
    app::App, backplane::truth::Truth as _, ids::AccountId, relay::truth::Answers,
    store::changes::Change,
};

/// Between two looks: what a command does must show within a second.
const EVERY: Duration = Duration::from_millis(500);

/// What changes mean for a relay.
#[derive(Debug, Default, PartialEq, Eq)]
struct News {
    /// Some were missed: everything must be looked at.
    all: bool,
    accounts: HashSet<AccountId>,
    keys: bool,
}

/// What these mean for whoever has seen all up to number `seen`, which moves on.
fn news(changes: &[Change], seen: &mut i64) -> News {
    let mut news = News {
        all: changes
            .first()
            .is_some_and(|first| first.number != *seen + 1),
        ..News::default()
    };
    for change in changes {
        *seen = change.number;
        match change.account {
            Some(account) => {
                news.accounts.insert(account);
            }
            None => news.keys = true,
        }
    }
    // What was missed may have been keys.
    news.keys |= news.all;
    news
}

/// Looks at what has changed after number `seen`, for as long as the relay runs. `read_keys` reads the signing keys again.
pub(crate) async fn follow(app: App, mut seen: i64, read_keys: impl Fn()) {
    let answers = Answers(app.clone());
    let mut tick = time::interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let changes = match app.store.changes_since(seen).await {
            Ok(changes) => changes,
            // Whoever needs the database says so; here it is only looked at again.
            Err(error) => {
                tracing::debug!(category = "store", %error, "changes cannot be read");
                continue;
            }
        };
        let news = news(&changes, &mut seen);
        if news.keys {
            read_keys();
        }
        if news.all {
            answers.recheck().await;
        } else if !news.accounts.is_empty() {
            tracing::info!(
                category = "security",
                accounts = news.accounts.len(),
                "accounts were changed beside the relay: looking at their connections"
            );
            answers.recheck_accounts(news.accounts).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(number: i64, account: Option<u8>) -> Change {
        let account = account.map(|byte| AccountId([byte; 32]));
        Change { number, account }
    }

    #[test]
    fn each_account_is_looked_at_once_and_everything_after_a_gap() {
        let mut seen = 7;
        assert_eq!(news(&[], &mut seen), News::default());
        let few = [change(8, Some(1)), change(9, Some(2)), change(10, Some(1))];
        let expected = News {
            accounts: HashSet::from([AccountId([1; 32]), AccountId([2; 32])]),
            ..News::default()
        };
        assert_eq!(news(&few, &mut seen), expected);
        assert_eq!(seen, 10);
        let keys = news(&[change(11, None)], &mut seen);
        assert!(keys.keys && !keys.all && keys.accounts.is_empty());
        let late = news(&[change(500, Some(1))], &mut seen);
        assert!(late.all && late.keys);
        assert_eq!(seen, 500);
    }
}
