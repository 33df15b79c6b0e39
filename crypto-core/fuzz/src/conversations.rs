//! The fuzzer is the network: it decides who sends, what arrives, what is lost, repeated or changed. What must come of it
//! is the model's to say.

use std::sync::OnceLock;

use super::model::{Start, Step, World};

/// Longest script: long enough for every bound to be reached.
const STEPS: usize = 160;

/// After an interactive handshake.
pub fn conversation(bytes: &[u8]) {
    static START: OnceLock<Start> = OnceLock::new();
    let start = START.get_or_init(|| World::new(0).save());
    World::begin(start).run(Step::script(bytes).take(STEPS));
}

/// How many early messages there may be, none included.
const EARLY: usize = 17;

/// After a prekey start: the first two bytes say how many early messages were sent, and how many arrived.
pub fn prekey_conversation(bytes: &[u8]) {
    static STARTS: [OnceLock<Start>; EARLY * EARLY] = [const { OnceLock::new() }; EARLY * EARLY];
    let Some(([sent, heard], script)) = bytes.split_first_chunk() else {
        return;
    };
    let (sent, heard) = (usize::from(*sent) % EARLY, usize::from(*heard) % EARLY);
    let start =
        STARTS[EARLY * sent + heard].get_or_init(|| World::with_prekey(0, sent, heard, 0).save());
    World::begin(start).run(Step::script(script).take(STEPS));
}
