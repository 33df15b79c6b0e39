//! The relay from outside: the real server on a real SQLite file, spoken to over real sockets.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy's exemption for tests does not reach helper functions of integration tests"
)]

mod accounts;
mod beats;
mod commands;
mod crash;
mod devices;
mod fairness;
mod forwarding;
mod full_disk;
mod handshake;
mod hostile;
mod http;
mod invitations;
mod keys;
mod layers;
mod locked;
mod lockout;
mod logs;
mod long;
mod nodes;
mod nodes_broken;
mod openapi;
mod operator;
mod outside;
mod passkeys;
mod prekeys;
mod reach;
mod renewals;
mod second_factor;
mod sessions;
mod site;
mod sockets;
mod store;
mod support;
mod tls;
mod traces;
mod transfers;
mod types;
mod upgrades;
