//! Any people, any relay: what must hold whatever happens (`hostile/`).

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed};

use crate::hostile::{self, Step};

/// What happens among them.
fn script() -> impl Strategy<Value = Vec<Step>> {
    let steps = proptest::collection::vec(any::<[u8; 3]>().prop_map(Step::decode), 20..120);
    (any::<bool>(), steps).prop_map(|(meet, mut steps)| {
        if meet {
            steps.insert(0, Step::Meet(0, 1));
        }
        steps
    })
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, max_shrink_time: 30_000, rng_seed: seed(), ..Config::with_cases(cases()) })]

    #[test]
    fn a_hostile_relay(seed in any::<u64>(), settings in select(hostile::settings().to_vec()), script in script()) {
        hostile::run(seed, settings, &script);
    }
}

/// About ten seconds of a core; more with `PROPTEST_CASES`.
fn cases() -> u32 {
    wanted().unwrap_or(120)
}

/// The gate looks at the same scripts each time: what it says is about the change, not about luck. Whoever asks for a number
/// of cases gets others each time, and so does the fuzzer.
fn seed() -> RngSeed {
    wanted().map_or(RngSeed::Fixed(8), |_| RngSeed::Random)
}

fn wanted() -> Option<u32> {
    std::env::var("PROPTEST_CASES").ok()?.parse().ok()
}
