//! Any interleaving, loss, repetition, reordering and forgery, held against the model of section 6.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::model::{Step, World};

fn steps(count: usize) -> impl Strategy<Value = Vec<Step>> {
    vec(any::<[u8; Step::LENGTH]>().prop_map(Step::decode), 1..count)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_sent_is_read_and_nothing_else(seed in 0..4_u64, script in steps(160)) {
        World::new(seed).run(script);
    }

    /// The same after a first flight that carried messages, some of which were lost.
    #[test]
    fn so_it_is_after_a_prekey_start(
        flight in (0..=16_usize, 0..=16_usize),
        bit in any::<usize>(),
        script in steps(60),
    ) {
        World::with_prekey(5, flight.0, flight.1, bit).run(script);
    }

    /// One talks, the other is silent: long chains, wide gaps, keys that grow old.
    #[test]
    fn one_sided_talk_keeps_within_the_bounds(script in vec(one_sided(), 1..60)) {
        World::new(9).run(script);
    }
}

/// Steps that make gaps of about the size at which they become too wide.
fn one_sided() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..2_usize, 100..300_u16).prop_map(|(from, count)| Step::Burst { from, count }),
        4 => (0..2_usize, any::<usize>()).prop_map(|(to, which)| Step::DeliverAny { to, which }),
        2 => (0..2_usize, any::<usize>()).prop_map(|(to, which)| Step::Again { to, which }),
        1 => (0..2_usize, any::<u8>()).prop_map(|(from, kind)| Step::Send { from, kind }),
        1 => (0..2_usize).prop_map(|to| Step::Deliver { to }),
        1 => any::<u8>().prop_map(|seconds| Step::Wait { seconds }),
    ]
}
