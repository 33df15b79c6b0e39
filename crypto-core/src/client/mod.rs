//! The client: everything between a socket and a screen that is protocol.

mod chunk_pace;
mod transfer;
