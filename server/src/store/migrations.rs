//! The schemas, compiled in, both ways. A version means the same on both databases.

use sqlx::{
    SqlSafeStr,
    migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator},
};
use std::borrow::Cow;

use super::StoreError;

macro_rules! migrations {
    ($database:literal: $($version:literal $name:literal,)+) => {
        Migrator {
            migrations: Cow::Owned(vec![$(
                Migration::new(
                    $version,
                    Cow::Borrowed($name),
                    MigrationType::ReversibleUp,
                    include_str!(concat!("../../migrations/", $database, "/", $name, ".up.sql")).into_sql_str(),
                    false,
                ),
                Migration::new(
                    $version,
                    Cow::Borrowed($name),
                    MigrationType::ReversibleDown,
                    include_str!(concat!("../../migrations/", $database, "/", $name, ".down.sql")).into_sql_str(),
                    false,
                ),
            )+]),
            ..Migrator::DEFAULT
        }
    };
}

pub(super) fn sqlite() -> Migrator {
    migrations! { "sqlite":
        1 "0001_accounts",
        2 "0002_health",
        3 "0003_sessions",
        4 "0004_known_devices",
        5 "0005_reach",
        6 "0006_invitations",
        7 "0007_second_factor",
        8 "0008_tickets",
        9 "0009_passkeys",
        10 "0010_ticket_holders",
        11 "0011_operator",
    }
}

pub(super) fn postgres() -> Migrator {
    migrations! { "postgres":
        1 "0001_accounts",
        2 "0002_health",
        3 "0003_sessions",
        4 "0004_known_devices",
        5 "0005_reach",
        6 "0006_invitations",
        7 "0007_second_factor",
        8 "0008_tickets",
        9 "0009_passkeys",
        10 "0010_ticket_holders",
        11 "0011_operator",
    }
}

/// Forwards and backwards to a version; to the newest without one.
pub(super) async fn run<C>(
    migrator: &Migrator,
    connection: &mut C,
    version: Option<i64>,
) -> Result<(), StoreError>
where
    C: Migrate,
    for<'a> &'a mut C: sqlx::Acquire<'a>,
    for<'a> <<&'a mut C as sqlx::Acquire<'a>>::Connection as std::ops::Deref>::Target: Migrate,
{
    match version {
        None => migrator.run(connection).await?,
        // sqlx takes any number, and brings to the newest what it does not know.
        Some(version) if version != 0 && !migrator.version_exists(version) => {
            return Err(MigrateError::VersionNotPresent(version).into());
        }
        Some(version) => {
            migrator.run_to(version, &mut *connection).await?;
            migrator.undo(connection, version).await?;
        }
    }
    Ok(())
}
