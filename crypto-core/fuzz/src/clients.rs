//! Four clients and a relay that chooses everything: the driver of the client's property test.

use std::vec::Vec;

use super::hostile::{self, Step};

/// Longest script.
const STEPS: usize = 64;

/// The first byte says how fast time passes, the second throws the relay's dice, three are a step.
pub fn clients(bytes: &[u8]) {
    let Some(([speed, dice], script)) = bytes.split_first_chunk() else {
        return;
    };
    let settings = hostile::settings();
    let settings = settings[usize::from(*speed) % settings.len()];
    let (steps, _) = script.as_chunks();
    let steps = steps.iter().take(STEPS).map(|step| Step::decode(*step));
    hostile::run(u64::from(*dice), settings, &steps.collect::<Vec<_>>());
}
