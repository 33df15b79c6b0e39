//! What relays that run have to look at because something beside them has changed it: a list in the database, which each of them reads
//! from where it was.

use super::{
    Store, StoreError, Write,
    sql::{Row, Statement},
};
use crate::ids::AccountId;

/// How many of them are kept: a relay that has missed more looks at everything.
const KEPT: i64 = 1_000;
/// How many are read at once.
const AT_ONCE: i64 = 256;

/// A change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Its number: one more than that of the change before.
    pub number: i64,
    /// The account that must be looked at again; the signing keys without one.
    pub account: Option<AccountId>,
}

fn change(row: &Row) -> Result<Change, StoreError> {
    Ok(Change {
        number: row.integer("number")?,
        account: row.maybe_bytes("account_id")?.map(AccountId),
    })
}

/// Notes a change in the transaction that makes it. The counter is locked until that ends, so whoever reads a number has seen all
/// before it.
pub(super) async fn note(
    write: &mut Write<'_>,
    account: Option<&AccountId>,
) -> Result<(), StoreError> {
    let count = Statement::new(
        "UPDATE deployment SET last_change = last_change + 1 WHERE id = 1 RETURNING last_change",
    );
    let number = write
        .row(count)
        .await?
        .ok_or(StoreError::Corrupt("last_change"))?
        .integer("last_change")?;
    let insert = match account {
        Some(account) => Statement::new("INSERT INTO changes (number, account_id) VALUES ($1, $2)")
            .integer(number)
            .bytes(&account.0),
        None => Statement::new("INSERT INTO changes (number) VALUES ($1)").integer(number),
    };
    write.execute(insert).await?;
    Ok(())
}

/// Removes those that are too old.
pub(super) async fn remove_old(write: &mut Write<'_>) -> Result<u64, StoreError> {
    let delete = Statement::new(
        "DELETE FROM changes WHERE number <= (SELECT last_change FROM deployment WHERE id = 1) - $1",
    )
    .integer(KEPT);
    write.execute(delete).await
}

impl Store {
    /// Tells relays that run to read their signing keys again.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn note_new_keys(&self) -> Result<(), StoreError> {
        self.write("note_new_keys", async |write| note(write, None).await)
            .await
    }

    /// The number of the newest change.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn last_change(&self) -> Result<i64, StoreError> {
        let select = Statement::new("SELECT last_change FROM deployment WHERE id = 1");
        self.read_one("last_change", select)
            .await?
            .ok_or(StoreError::Corrupt("last_change"))?
            .integer("last_change")
    }

    /// The changes after this one, in order, or the first of them. If they do not begin with the next number, some were missed.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails, or is left alone.
    pub async fn changes_since(&self, number: i64) -> Result<Vec<Change>, StoreError> {
        let select = Statement::new(
            "SELECT number, account_id FROM changes WHERE number > $1 ORDER BY number LIMIT $2",
        )
        .integer(number)
        .integer(AT_ONCE);
        self.glance("changes_since", select)
            .await?
            .iter()
            .map(change)
            .collect()
    }
}
