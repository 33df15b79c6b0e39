//! A run that remembers as many offers as it may: 49,152 of strangers are more than a story can send.

use alloc::vec::Vec;

use super::*;
use crate::common::{TestRng, person};
use crate::engine::{Software, block_on};
use crate::handshake::Offer;
use crate::identity::{AccountName, Realm};

const NOW: u64 = 1_700_000_000_000;
/// The places for strangers (protocol 10).
const FULL: usize = 49_152;

fn bob() -> (Client<Software>, TestRng) {
    let mut rng = TestRng::new(1);
    let pins = Pins::new(Realm::new("chat.example").unwrap());
    let client = Client::new(person("bob"), pins, Settings::default(), &mut rng);
    (client, rng)
}

/// Whether the socket is given up for a new run.
fn is_renewed(client: &mut Client<Software>, before: Presence) -> bool {
    let outputs: Vec<_> = core::iter::from_fn(|| client.poll()).collect();
    let closed = outputs.iter().any(|output| {
        matches!(
            output,
            Output::Close {
                why: CloseReason::NewRun
            }
        )
    });
    assert_eq!(closed, client.presence() != before);
    closed
}

#[test]
fn a_run_that_is_full_gives_way_to_a_new_one() {
    let (mut client, mut rng) = bob();
    let before = client.presence();
    client.shared.listener.fill(FULL - 1);
    client.advance(NOW, &mut rng);
    assert!(!is_renewed(&mut client, before));
    client.shared.listener.fill(FULL);
    client.advance(NOW, &mut rng);
    assert!(is_renewed(&mut client, before));
    // The new one has room.
    let before = client.presence();
    client.advance(NOW, &mut rng);
    assert!(!is_renewed(&mut client, before));
}

#[test]
fn a_conversation_keeps_the_run_that_it_was_made_in() {
    let (mut client, mut rng) = bob();
    let before = client.presence();
    let (name, key) = (
        AccountName::new("alice").unwrap(),
        person("alice").party().key,
    );
    let alice = client.call(&name, key, NOW, &mut rng).unwrap();
    client.shared.listener.fill(FULL);
    client.advance(NOW, &mut rng);
    assert!(!is_renewed(&mut client, before));
    client.leave(&alice, NOW, &mut rng).unwrap();
    assert!(is_renewed(&mut client, before));
}

#[test]
fn a_call_that_is_being_looked_at_keeps_its_run() {
    let (mut client, mut rng) = bob();
    let before = client.presence();
    let alice = person("alice");
    let offer = Offer::create(&alice, person("bob").party(), before, &mut rng);
    let offer = block_on(offer).unwrap();
    let frame = ServerFrame::Deliver {
        id: EnvelopeId([1; 16]),
        from: alice.party().account,
        presence: Presence([2; 16]),
        payload: offer.frame(),
    };
    let frame = frame.encode();
    client.receive(&frame, frame.len(), NOW, &mut rng);
    client.shared.listener.fill(FULL);
    client.advance(NOW + 9_999, &mut rng);
    assert!(!is_renewed(&mut client, before));
    // Its job never came back.
    client.advance(NOW + 10_000, &mut rng);
    assert!(is_renewed(&mut client, before));
}
