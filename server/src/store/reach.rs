//! Who may reach an account (FEATURES.md I4).

use std::collections::HashSet;

use super::{
    Store, StoreError,
    sql::{Row, Statement},
};
use crate::{clock::Millis, ids::AccountId};

/// People on one list of one account.
pub const MOST_LISTED: usize = 1000;

/// Who may reach somebody, but for those that they blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// Everybody.
    #[default]
    Anyone,
    /// Whom they know, by their own devices' word, or allow.
    Known,
    /// Whom they allow.
    Allowed,
}

impl Policy {
    fn column(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Known => "known",
            Self::Allowed => "allowed",
        }
    }

    fn of_column(text: &str) -> Result<Self, StoreError> {
        [Self::Anyone, Self::Known, Self::Allowed]
            .into_iter()
            .find(|policy| policy.column() == text)
            .ok_or(StoreError::Corrupt("reach"))
    }
}

/// A list of people that an account keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum List {
    /// Whose keys its devices have pinned.
    Known,
    /// Who may reach it.
    Allowed,
    /// Who may not.
    Blocked,
    /// Whom one of its invitations lets in, while it is good.
    Invited,
}

impl List {
    fn column(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Allowed => "allowed",
            Self::Blocked => "blocked",
            Self::Invited => "invited",
        }
    }

    fn of_column(text: &str) -> Result<Self, StoreError> {
        [Self::Known, Self::Allowed, Self::Blocked, Self::Invited]
            .into_iter()
            .find(|list| list.column() == text)
            .ok_or(StoreError::Corrupt("list"))
    }
}

/// What somebody is to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// They may reach it.
    Admitted,
    /// They may not, unless its owner turned to them first.
    Stranger,
    /// They may not.
    Blocked,
}

/// The whole answer for one account, to be asked again and again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    policy: Policy,
    known: HashSet<AccountId>,
    allowed: HashSet<AccountId>,
    blocked: HashSet<AccountId>,
    invited: HashSet<AccountId>,
}

impl Reach {
    /// What `person` is to the account.
    #[must_use]
    pub fn admission(&self, person: &AccountId) -> Admission {
        if self.blocked.contains(person) {
            return Admission::Blocked;
        }
        let admitted = match self.policy {
            Policy::Anyone => true,
            Policy::Known => self.known.contains(person) || self.allowed.contains(person),
            Policy::Allowed => self.allowed.contains(person),
        };
        if admitted || self.invited.contains(person) {
            Admission::Admitted
        } else {
            Admission::Stranger
        }
    }
}

/// Somebody on a list, as its owner sees it.
pub struct Listed {
    /// Which list.
    pub list: List,
    /// Who.
    pub person: AccountId,
    /// Their login name.
    pub username: String,
}

impl Store {
    /// Who may reach an account; `None` if there is no such account.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn reach_of(
        &self,
        owner: &AccountId,
        now: Millis,
    ) -> Result<Option<Reach>, StoreError> {
        let select = Statement::new(
            "SELECT users.reach, reach_lists.list, reach_lists.person_id FROM users \
             LEFT JOIN reach_lists ON reach_lists.owner_id = users.id WHERE users.id = $1 \
             UNION ALL SELECT users.reach, 'invited', invited_people.person_id FROM users \
             JOIN invited_people ON invited_people.owner_id = users.id AND invited_people.expires_at > $2 \
             WHERE users.id = $1",
        )
        .bytes(&owner.0)
        .integer(now);
        let rows = self.read("reach_of", select).await?;
        rows.iter().try_fold(None, merge)
    }

    /// What somebody is to an account; `None` if there is no such account.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn admission(
        &self,
        owner: &AccountId,
        person: &AccountId,
        now: Millis,
    ) -> Result<Option<Admission>, StoreError> {
        let select = Statement::new(
            "SELECT users.reach, reach_lists.list, reach_lists.person_id FROM users \
             LEFT JOIN reach_lists ON reach_lists.owner_id = users.id AND reach_lists.person_id = $2 \
             WHERE users.id = $1 \
             UNION ALL SELECT users.reach, 'invited', invited_people.person_id FROM users \
             JOIN invited_people ON invited_people.owner_id = users.id AND invited_people.person_id = $2 \
               AND invited_people.expires_at > $3 \
             WHERE users.id = $1",
        )
        .bytes(&owner.0)
        .bytes(&person.0)
        .integer(now);
        let rows = self.read("admission", select).await?;
        let reach = rows.iter().try_fold(None, merge)?;
        Ok(reach.map(|reach| reach.admission(person)))
    }

    /// The policy of an account, and the people on its lists by name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn reach_settings(
        &self,
        owner: &AccountId,
    ) -> Result<Option<(Policy, Vec<Listed>)>, StoreError> {
        let select = Statement::new("SELECT reach FROM users WHERE id = $1").bytes(&owner.0);
        let Some(row) = self.read_one("reach_settings", select).await? else {
            return Ok(None);
        };
        let policy = Policy::of_column(&row.text("reach")?)?;
        let select = Statement::new(
            "SELECT reach_lists.list, users.id, users.username FROM reach_lists \
             JOIN users ON users.id = reach_lists.person_id WHERE reach_lists.owner_id = $1 ORDER BY users.username",
        )
        .bytes(&owner.0);
        let listed = self
            .read("reach_settings", select)
            .await?
            .iter()
            .map(|row| {
                Ok(Listed {
                    list: List::of_column(&row.text("list")?)?,
                    person: AccountId(row.bytes("id")?),
                    username: row.text("username")?,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(Some((policy, listed)))
    }

    /// Chooses who may reach an account.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn set_reach(&self, owner: &AccountId, policy: Policy) -> Result<(), StoreError> {
        self.write("set_reach", async |write| {
            let update = Statement::new("UPDATE users SET reach = $1 WHERE id = $2")
                .text(policy.column())
                .bytes(&owner.0);
            write.execute(update).await?;
            Ok(())
        })
        .await
    }

    /// Puts people on a list of an account, all that there are accounts of. False if the list would have more than
    /// [`MOST_LISTED`]; then nothing has changed.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn list_people(
        &self,
        owner: &AccountId,
        list: List,
        people: &[AccountId],
    ) -> Result<bool, StoreError> {
        self.write("list_people", async |write| {
            // Locks the account, so that of two requests at once the second counts the first one's people.
            let lock =
                Statement::new("UPDATE users SET reach = reach WHERE id = $1").bytes(&owner.0);
            write.execute(lock).await?;
            let select = Statement::new(
                "SELECT person_id FROM reach_lists WHERE owner_id = $1 AND list = $2",
            )
            .bytes(&owner.0)
            .text(list.column());
            let there = write.rows(select).await?;
            let mut after = there
                .iter()
                .map(|row| row.bytes::<32>("person_id"))
                .collect::<Result<HashSet<_>, _>>()?;
            let new: Vec<_> = people
                .iter()
                .filter(|person| after.insert(person.0))
                .collect();
            if after.len() > MOST_LISTED {
                return Ok(false);
            }
            for person in new {
                let insert = Statement::new(
                    "INSERT INTO reach_lists (owner_id, list, person_id) \
                     SELECT $1, $2, id FROM users WHERE id = $3 AND id <> $1",
                )
                .bytes(&owner.0)
                .text(list.column())
                .bytes(&person.0);
                write.execute(insert).await?;
            }
            Ok(true)
        })
        .await
    }

    /// Takes somebody off a list of an account.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn unlist_person(
        &self,
        owner: &AccountId,
        list: List,
        person: &AccountId,
    ) -> Result<(), StoreError> {
        self.write("unlist_person", async |write| {
            let delete = Statement::new(
                "DELETE FROM reach_lists WHERE owner_id = $1 AND list = $2 AND person_id = $3",
            )
            .bytes(&owner.0)
            .text(list.column())
            .bytes(&person.0);
            write.execute(delete).await?;
            Ok(())
        })
        .await
    }
}

/// Adds a row of an account joined with its lists.
fn merge(reach: Option<Reach>, row: &Row) -> Result<Option<Reach>, StoreError> {
    let mut reach = match reach {
        Some(reach) => reach,
        None => Reach {
            policy: Policy::of_column(&row.text("reach")?)?,
            ..Reach::default()
        },
    };
    if let (Some(list), Some(person)) = (row.maybe_text("list")?, row.maybe_bytes("person_id")?) {
        let people = match List::of_column(&list)? {
            List::Known => &mut reach.known,
            List::Allowed => &mut reach.allowed,
            List::Blocked => &mut reach.blocked,
            List::Invited => &mut reach.invited,
        };
        people.insert(AccountId(person));
    }
    Ok(Some(reach))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_admits_its_own_and_a_block_goes_before_it() {
        let [known, allowed, blocked, invited, other] =
            [1, 2, 3, 4, 5].map(|byte| AccountId([byte; 32]));
        let mut reach = Reach {
            known: [known, blocked].into(),
            allowed: [allowed, blocked].into(),
            blocked: [blocked].into(),
            invited: [invited, blocked].into(),
            ..Reach::default()
        };
        let mut admitted = |policy| {
            reach.policy = policy;
            assert_eq!(reach.admission(&blocked), Admission::Blocked);
            [known, allowed, invited, other]
                .map(|person| reach.admission(&person) == Admission::Admitted)
        };
        assert_eq!(admitted(Policy::Anyone), [true; 4]);
        assert_eq!(admitted(Policy::Known), [true, true, true, false]);
        assert_eq!(admitted(Policy::Allowed), [false, true, true, false]);
    }
}
