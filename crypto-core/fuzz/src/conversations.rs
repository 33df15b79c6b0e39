//! The fuzzer is the network: it decides who sends, what arrives, what is lost, repeated or changed. What must come of it
//! is the model's to say.

use duet_crypto::engine::block_on;
use duet_crypto::handshake::{Listener, Offer};
use duet_crypto::prekeys::PrekeyBundle;

use super::common::{Halfway, PRESENCE, TestRng, halfway, person};
use super::model::{Step, World};

/// Longest script: long enough for every bound to be reached.
const STEPS: usize = 300;

/// After an interactive handshake.
pub fn conversation(bytes: &[u8]) {
    World::new(0).run(Step::script(bytes).take(STEPS));
}

/// After a prekey start: the first four bytes say what was sent, what arrived, and which bit of it was forged.
pub fn prekey_conversation(bytes: &[u8]) {
    let Some(([sent, heard, high, low], script)) =
        bytes.split_first_chunk().map(|(head, rest)| (*head, rest))
    else {
        return;
    };
    let bit = u16::from_be_bytes([high, low]);
    World::with_prekey(0, (sent % 17).into(), (heard % 17).into(), bit.into())
        .run(Step::script(script).take(STEPS));
}

/// The handshake itself: one flight of it, picked by the first byte, is changed from the place that the next two name.
/// An honest flight is accepted, a changed one never.
pub fn first_flight(bytes: &[u8]) {
    let Some(([which, high, low], change)) =
        bytes.split_first_chunk().map(|(head, rest)| (*head, rest))
    else {
        return;
    };
    let at = usize::from(u16::from_be_bytes([high, low]));
    let edit = |flight: u8, frame: &[u8]| {
        let mut frame = frame.to_vec();
        if which % 4 == flight {
            let at = at % frame.len();
            for (byte, change) in frame[at..].iter_mut().zip(change) {
                *byte ^= change;
            }
        }
        frame
    };
    let rng = &mut TestRng::new(0);

    // INIT.
    let (alice, bob) = (person("alice"), person("bob"));
    let mut listener = Listener::new(bob.clone(), PRESENCE);
    let prekey = block_on(listener.publish_prekeys(1, rng)).unwrap()[0];
    let bundle = block_on(PrekeyBundle::verify(
        &alice,
        &prekey,
        &bob.party(),
        &PRESENCE,
    ))
    .unwrap();
    let offer = block_on(Offer::create_with_prekey(&alice, bundle, rng)).unwrap();
    let from = alice.party().account;
    let edited = edit(0, offer.frame());
    let honest = edited == offer.frame();
    let heard = block_on(listener.receive(&edited, &from, None)).is_ok();
    assert_eq!(heard, honest);
    // A prekey is used up by an INIT that is good, and by nothing else.
    assert_eq!(listener.prekeys(), usize::from(!honest));

    // OFFER.
    let offer = block_on(Offer::create(&alice, bob.party(), PRESENCE, rng)).unwrap();
    let edited = edit(1, offer.frame());
    let honest = edited == offer.frame();
    let heard = block_on(listener.receive(&edited, &from, None)).is_ok();
    assert_eq!(heard, honest);

    // ACCEPT, then CONFIRM.
    let Halfway {
        alice,
        bob,
        offer,
        pending,
    } = halfway(rng);
    let accept = *pending.frame();
    let edited = edit(2, &accept);
    let Ok((confirm, _)) = block_on(offer.accept(&edited, &bob.party().account, rng)) else {
        assert_ne!(edited, accept);
        return;
    };
    assert_eq!(edited, accept);
    let edited = edit(3, &confirm);
    let confirmed = block_on(pending.confirm(&edited, &alice.party().account, rng)).is_ok();
    assert_eq!(confirmed, edited == confirm);
}
