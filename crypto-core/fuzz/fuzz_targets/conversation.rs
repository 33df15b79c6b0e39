//! The fuzzer is the network: it decides who sends, what arrives, what is lost, repeated or changed.
#![no_main]

#[path = "../../tests/common/mod.rs"]
mod common;

use std::collections::VecDeque;

use common::{TestRng, sessions};
use duet_crypto::session::{Content, ReceiveError, SendError};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &[u8]| {
    let rng = &mut TestRng::new(0);
    let (a, b) = sessions(rng);
    let mut people = [a, b];
    let mut wires = [VecDeque::<(Vec<u8>, u32)>::new(), VecDeque::new()];
    // Fewer steps than forgeries that end a session.
    for step in script.chunks_exact(3).take(1000) {
        let (side, which) = (usize::from(step[0] & 1), usize::from(step[1]));
        match step[0] >> 1 & 3 {
            0 => match people[side].send(&Content::Delete {
                seq: step[2].into(),
            }) {
                Ok(sent) => wires[1 - side].push_back((sent.frame, step[2].into())),
                Err(error) => assert_eq!(error, SendError::Unacknowledged),
            },
            1 => {
                if let Some((frame, seq)) = wires[side].remove(which % wires[side].len().max(1)) {
                    match people[side].receive(&frame, 0, rng) {
                        Ok(received) => assert_eq!(received.content, Content::Delete { seq }),
                        // Everything here is honest, so only the bounds of what may be skipped are in the way.
                        Err(error) => assert!(matches!(
                            error,
                            ReceiveError::SkipLimit | ReceiveError::Replay
                        )),
                    }
                }
            }
            2 => {
                if let Some((frame, _)) = wires[side].get(which % wires[side].len().max(1)) {
                    let mut forged = frame.clone();
                    let position = which * 7 % forged.len();
                    forged[position] ^= step[2] | 1;
                    assert!(people[side].receive(&forged, 0, rng).is_err());
                }
            }
            _ => drop(wires[side].pop_front()),
        }
    }
});
