//! Any people, any relay: what must hold whatever happens (`hostile/`).

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;

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
    #![proptest_config(Config { failure_persistence: None, max_shrink_time: 30_000, ..Config::with_cases(cases()) })]

    #[test]
    fn a_hostile_relay(seed in any::<u64>(), settings in select(hostile::settings().to_vec()), script in script()) {
        hostile::run(seed, settings, &script);
    }
}

/// About ten seconds of a core; more with `PROPTEST_CASES`.
fn cases() -> u32 {
    let wanted = std::env::var("PROPTEST_CASES").ok();
    wanted.and_then(|cases| cases.parse().ok()).unwrap_or(120)
}
