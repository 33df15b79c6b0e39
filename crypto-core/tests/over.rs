//! OVER (section 4.8): only the peer's own word ends a session, and only that session.
// The helpers of a test may fail it.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use common::{TestRng, person, sessions};
use duet_crypto::engine::block_on;
use duet_crypto::error::Class;
use duet_crypto::session::{OVER_LENGTH, OverError, OverFrame, SessionId};

#[test]
fn over_is_signed_and_bound() {
    let (alice, bob) = (person("alice"), person("bob"));
    let (a, b) = sessions(&mut TestRng::new(1));
    let (from_alice, from_bob) = (alice.party().account, bob.party().account);
    let frame = block_on(OverFrame::sign(&bob, b.id())).unwrap().encode();
    assert_eq!(block_on(a.verify_over(&alice, &frame, &from_bob)), Ok(()));

    // Another session of the same two people, and the session as its maker sees it.
    let (other, _) = sessions(&mut TestRng::new(2));
    let verdict = |session: &duet_crypto::session::Session, frame: &[u8], from| {
        block_on(session.verify_over(&alice, frame, from)).unwrap_err()
    };
    assert_eq!(verdict(&other, &frame, &from_bob), OverError::SessionId);
    // The relay names another sender; somebody else signed; Alice's own word about Bob's.
    assert_eq!(verdict(&a, &frame, &from_alice), OverError::Sender);
    for signer in ["eve", "alice"] {
        let forged = block_on(OverFrame::sign(&person(signer), a.id())).unwrap();
        assert_eq!(
            verdict(&a, &forged.encode(), &from_bob),
            OverError::Signature
        );
    }
    // A signature about another session under the right session's id.
    let mut moved = block_on(OverFrame::sign(&bob, SessionId([7; 16]))).unwrap();
    moved.sid = a.id();
    assert_eq!(
        verdict(&a, &moved.encode(), &from_bob),
        OverError::Signature
    );
    for position in 0..OVER_LENGTH {
        let mut changed = frame;
        changed[position] ^= 0x04;
        let expected = match position {
            0 => OverError::Version,
            1 => OverError::Type,
            2..18 => OverError::SessionId,
            _ => OverError::Signature,
        };
        assert_eq!(verdict(&a, &changed, &from_bob), expected, "{position}");
    }
    for length in [0, 1, 81] {
        assert_eq!(verdict(&a, &frame[..length], &from_bob), OverError::Length);
    }
    let longer = [&frame[..], &[0]].concat();
    assert_eq!(verdict(&a, &longer, &from_bob), OverError::Length);
    // None of them says anything about the peer or the session.
    assert_ne!(OverError::Signature.code().class(), Class::FatalSession);
    assert!(a.is_open());
}
