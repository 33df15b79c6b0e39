//! Every flight of a handshake, changed.

use std::cell::RefCell;
use std::sync::LazyLock;
use std::vec::Vec;

use duet_crypto::engine::{LocalIdentity, Software, block_on};
use duet_crypto::handshake::{Listener, Offer, PendingSession};
use duet_crypto::identity::IdentityKey;
use duet_crypto::prekeys::PrekeyBundle;

use super::common::{PRESENCE, TestRng, person};

/// Alice, who offers, and Bob.
pub(crate) static PEOPLE: LazyLock<[LocalIdentity<Software>; 2]> =
    LazyLock::new(|| ["alice", "bob"].map(person));

/// Bob's run, with one prekey, and two first flights that it has not seen.
struct Bob {
    listener: Listener<Software>,
    init: Vec<u8>,
    offer: Vec<u8>,
}

impl Bob {
    fn new() -> Self {
        let rng = &mut TestRng::new(0);
        let [alice, bob] = &*PEOPLE;
        let mut listener = Listener::new(bob.clone(), PRESENCE);
        let prekey = block_on(listener.publish_prekeys(1, rng)).unwrap()[0];
        let bob = bob.party();
        let bundle = block_on(PrekeyBundle::verify(alice, &prekey, &bob, &PRESENCE)).unwrap();
        let init = block_on(Offer::create_with_prekey(alice, bundle, rng)).unwrap();
        let offer = block_on(Offer::create(alice, bob, PRESENCE, rng)).unwrap();
        Self {
            listener,
            init: init.frame().to_vec(),
            offer: offer.frame().to_vec(),
        }
    }

    fn receives(&mut self, frame: &[u8], pin: Option<&IdentityKey>) -> bool {
        let from = PEOPLE[0].party().account;
        block_on(self.listener.receive(frame, &from, pin, 0)).is_ok()
    }
}

/// The same offer every time.
fn offer() -> Offer<Software> {
    let [alice, bob] = &*PEOPLE;
    block_on(Offer::create(
        alice,
        bob.party(),
        PRESENCE,
        &mut TestRng::new(1),
    ))
    .unwrap()
}

/// The same answer to it.
fn pending(offer: &[u8]) -> PendingSession<Software> {
    let [alice, bob] = &*PEOPLE;
    let mut listener = Listener::new(bob.clone(), PRESENCE);
    let incoming = block_on(listener.receive(offer, &alice.party().account, None, 0)).unwrap();
    block_on(incoming.accept(&mut TestRng::new(2))).unwrap()
}

/// OFFER, ACCEPT and CONFIRM of one handshake.
static FLIGHTS: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| {
    let alice = offer();
    let first = alice.frame().to_vec();
    let accept = pending(&first).frame().to_vec();
    let bob = PEOPLE[1].party().account;
    let confirm = block_on(alice.accept(&accept, &bob, &mut TestRng::new(3)))
        .unwrap()
        .confirm;
    [first, accept, confirm.to_vec()]
});

/// INIT, OFFER, ACCEPT or CONFIRM, picked by the low bits of the first byte, is changed from the place that the next two
/// name. An honest flight is accepted, a changed one never. What is for the listener leaves it as it was: where bit 2 of
/// the first byte says so, the honest flight comes after it, and where bit 3 does, under another pin first.
pub fn first_flight(bytes: &[u8]) {
    thread_local! {
        static BOB: RefCell<Bob> = RefCell::new(Bob::new());
    }
    let Some(([which, high, low], change)) = bytes.split_first_chunk() else {
        return;
    };
    let at = usize::from(u16::from_be_bytes([*high, *low]));
    let edit = |frame: &[u8]| {
        let mut edited = frame.to_vec();
        let at = at % frame.len();
        for (byte, change) in edited[at..].iter_mut().zip(change) {
            *byte ^= change;
        }
        edited
    };
    let [alice, bob] = [0, 1].map(|side| PEOPLE[side].party());
    match which % 4 {
        flight @ (0 | 1) => BOB.with_borrow_mut(|bob| {
            let honest = [&bob.init, &bob.offer][usize::from(flight)].clone();
            let edited = edit(&honest);
            let heard = bob.receives(&edited, None);
            assert_eq!(heard, edited == honest);
            // A prekey is used up by an INIT that is good, and by nothing else.
            assert_eq!(bob.listener.prekeys(), usize::from(!heard || flight == 1));
            if heard {
                assert!(!bob.receives(&honest, None));
                *bob = Bob::new();
            } else if which & 4 != 0 {
                if which & 8 != 0 {
                    // Genuine under another key than the pinned one: refused, seen, and its prekey is still there.
                    assert!(!bob.receives(&honest, Some(&PEOPLE[1].party().key)));
                    assert!(!bob.receives(&honest, Some(&alice.key)));
                    assert_eq!(bob.listener.prekeys(), 1);
                } else {
                    assert!(bob.receives(&honest, Some(&alice.key)));
                }
                *bob = Bob::new();
            }
        }),
        2 => {
            let edited = edit(&FLIGHTS[1]);
            let accepted = block_on(offer().accept(&edited, &bob.account, &mut TestRng::new(3)));
            assert_eq!(accepted.is_ok(), edited == FLIGHTS[1]);
            if let Ok(accepted) = accepted {
                assert!(accepted.confirm == *FLIGHTS[2]);
            }
        }
        _ => {
            let edited = edit(&FLIGHTS[2]);
            let (pending, rng) = (pending(&FLIGHTS[0]), &mut TestRng::new(4));
            let confirmed = block_on(pending.confirm(&edited, &alice.account, rng));
            assert_eq!(confirmed.is_ok(), edited == FLIGHTS[2]);
        }
    }
}
