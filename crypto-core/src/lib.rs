//! PAIR/1, the protocol of Duet.
#![no_std]
