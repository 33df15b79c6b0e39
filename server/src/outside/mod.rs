//! What the program does with a relay that runs elsewhere: [`verify`] compares the site that it serves with this program's own,
//! [`client`] serves this program's own site and uses that relay for the rest.

pub mod address;
pub mod client;
pub mod link;
pub mod verify;
