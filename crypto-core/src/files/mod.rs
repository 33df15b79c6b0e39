//! Files (section 7).
pub mod segment;
