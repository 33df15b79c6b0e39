//! Any people, any relay: what must hold whatever happens (`hostile/`).

use duet_crypto::client::Settings;
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::hostile::{self, Step};

/// What happens among them.
fn script() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(any::<[u8; 3]>().prop_map(Step::decode), 20..120)
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(cases()) })]

    #[test]
    fn a_hostile_relay(seed in any::<u64>(), script in script()) {
        hostile::run(seed, Settings::default(), &script);
    }
}

/// About ten seconds of a core; more with `PROPTEST_CASES`.
fn cases() -> u32 {
    let wanted = std::env::var("PROPTEST_CASES").ok();
    wanted.and_then(|cases| cases.parse().ok()).unwrap_or(120)
}
