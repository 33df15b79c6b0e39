//! Logs, metrics, and spans for a collector. None of them holds a secret, a token, a name, an id of an account, a payload or its size.

pub mod logs;
pub mod metrics;
pub mod nodes;
pub mod store;
pub mod traces;
