//! What touches the database, on PostgreSQL: the same tests as in `it`, against a private server of Debian's.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    unused_imports,
    reason = "clippy's exemption for tests does not reach helper functions of integration tests; \
              not every helper is used by the part of the tests that runs here"
)]
#![cfg(target_os = "linux")]

#[path = "it/accounts.rs"]
mod accounts;
#[path = "it/database_tls.rs"]
mod database_tls;
#[path = "it/devices.rs"]
mod devices;
#[path = "it/invitations.rs"]
mod invitations;
#[path = "it/keys.rs"]
mod keys;
#[path = "it/lockout.rs"]
mod lockout;
#[path = "it/nodes.rs"]
mod nodes;
#[path = "it/nodes_broken.rs"]
mod nodes_broken;
#[path = "it/operator.rs"]
mod operator;
#[path = "it/outage.rs"]
mod outage;
#[path = "it/passkeys.rs"]
mod passkeys;
#[path = "it/reach.rs"]
mod reach;
#[path = "it/second_factor.rs"]
mod second_factor;
#[path = "it/sessions.rs"]
mod sessions;
#[path = "it/store.rs"]
mod store;
#[path = "it/support/mod.rs"]
mod support;
#[path = "it/upgrades.rs"]
mod upgrades;
