//! The schema, compiled in, both ways.

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};
use std::borrow::Cow;

macro_rules! reversible {
    ($version:literal, $name:literal) => {
        [
            (
                $version,
                $name,
                MigrationType::ReversibleUp,
                include_str!(concat!("../../migrations/sqlite/", $name, ".up.sql")),
            ),
            (
                $version,
                $name,
                MigrationType::ReversibleDown,
                include_str!(concat!("../../migrations/sqlite/", $name, ".down.sql")),
            ),
        ]
    };
}

/// All migrations, oldest first.
pub(super) fn migrator() -> Migrator {
    let migrations = [
        reversible!(1, "0001_accounts"),
        reversible!(2, "0002_health"),
    ]
    .into_iter()
    .flatten()
    .map(|(version, name, kind, sql)| {
        Migration::new(
            version,
            Cow::Borrowed(name),
            kind,
            sql.into_sql_str(),
            false,
        )
    })
    .collect();
    Migrator {
        migrations: Cow::Owned(migrations),
        ..Migrator::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::{Row, SqlitePool, sqlite::SqlitePoolOptions};

    async fn tables(pool: &SqlitePool) -> Vec<String> {
        sqlx::query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%sqlx%' ORDER BY name")
            .fetch_all(pool)
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect()
    }

    #[tokio::test]
    async fn the_schema_goes_up_down_and_up_again() {
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect("sqlite::memory:")
            .await
            .unwrap();
        migrator().run(&pool).await.unwrap();
        let up = tables(&pool).await;
        assert!(up.contains(&"users".to_owned()), "{up:?}");
        migrator().undo(&pool, 0).await.unwrap();
        assert_eq!(tables(&pool).await, Vec::<String>::new());
        migrator().run(&pool).await.unwrap();
        assert_eq!(tables(&pool).await, up);
    }
}
