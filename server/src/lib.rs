//! The Duet relay: accounts, public keys, and a WebSocket hub that sees only ciphertext.
//!
//! It is thin on purpose. The protocol's envelope (protocol.md section 9) is decoded by `duet-crypto`, the same code
//! that the clients run; here is what a server adds: accounts, sessions, routing, limits.
//!
//! | module | what it is |
//! |---|---|
//! | [`config`], [`secret`] | settings: flags, environment, file |
//! | [`server`], [`app`] | start and stop; what all handlers share |
//! | [`check`] | what would keep a relay from starting |
//! | [`routes`], [`openapi`] | every address with its limit; the document about them for other programs |
//! | [`clock`], [`ids`] | the time, as a parameter; names of things |
//! | [`tls`] | the certificate, where the relay speaks https itself |
//! | [`sockets`], [`descriptors`] | sockets before anybody has logged in, and how many there may be |
//! | [`http`] | what every request passes through |
//! | [`auth`], [`identity`] | the REST API, in the types of [`api`] and the errors of [`error`] |
//! | [`webauthn`] | passkeys, as a browser shows them |
//! | [`websocket`] | RFC 6455 over a socket |
//! | [`hub`] | who is connected, and what waits for whom |
//! | [`backplane`] | other nodes of the same deployment |
//! | [`relay`] | the tasks that speak with clients |
//! | [`store`] | the database |
//! | [`admin`], `changes` | what an operator does to accounts; what a relay that runs makes of it |
//! | [`readiness`], [`about`] | whether it can be written; what the relay says about itself |
//! | [`site`], [`manifest`] | the built messenger and the documents; what they consist of |
//! | [`outside`] | what the program does with a relay elsewhere: check its site, or use it with a site of one's own |
//! | [`telemetry`], [`limits`] | logs, metrics, rate limits; `sharing`: those that hold over all nodes |
//! | [`types`] | the TypeScript generated from the types above |

pub mod about;
pub mod admin;
pub mod api;
pub mod app;
pub mod auth;
pub mod backplane;
mod changes;
pub mod check;
pub mod clock;
pub mod config;
pub mod descriptors;
pub mod error;
pub mod http;
pub mod hub;
pub mod identity;
pub mod ids;
pub mod limits;
pub mod manifest;
pub mod openapi;
pub mod outside;
pub mod readiness;
pub mod relay;
pub mod routes;
pub mod secret;
pub mod server;
mod sharing;
pub mod site;
pub mod sockets;
pub mod store;
pub mod telemetry;
pub mod tls;
pub mod types;
pub mod validate;
pub mod webauthn;
pub mod websocket;

/// `N` bytes from the system's generator.
///
/// # Panics
/// When the system has no randomness to give: nothing safe can be done without.
#[must_use]
#[allow(
    clippy::expect_used,
    reason = "a relay without randomness must stop, not go on with predictable secrets"
)]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system's random generator failed");
    bytes
}
