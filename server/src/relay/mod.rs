//! The WebSocket hub's front (protocol.md section 9, FEATURES.md R1-R4): the tasks that speak with clients. What they share is
//! in [`crate::hub`].
//!
//! A connection is two tasks. The *reader* decodes what its client says and sends payloads along their routes; the *writer*
//! goes on where the client's socket was full, and asks for signs of life.
//!
//! | module | what it is |
//! |---|---|
//! | [`upgrade`] | `GET /ws` |
//! | [`login`] | CHALLENGE, LOGIN, and whether a login still holds |
//! | [`serve`] | a connection's life |
//! | [`reader`], [`writer`] | the two tasks |
//! | [`prekeys`] | taking somebody's prekey |
//! | [`truth`] | what other nodes make this one ask the database |

mod login;
mod prekeys;
mod reader;
mod serve;
pub(crate) mod truth;
pub mod upgrade;
mod writer;
