//! What is given back to the allocator holds no secret: here the allocator looks into every block before it frees it.
//!
//! This sees the heap only. What is left on the stack and in registers is not checked (section 12.3: best effort).
#![cfg(feature = "vectors")]
// The helpers of a test may fail it; an allocator is unsafe by nature.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, unsafe_code)]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::mem::forget;
use std::sync::{Mutex, MutexGuard, PoisonError};

use common::{Halfway, TestRng, halfway, identity_record, sessions, sessions_before_ready};
use duet_crypto::password::VaultSecret;
use duet_crypto::session::record::RecordKey;
use duet_crypto::session::{Content, Lifetime, Session, TurnTrace};
use duet_crypto::vault::{Protection, Secret, open_identity, seal_identity};
use rand_core::Rng as _;

/// A secret, or the first 32 bytes of one.
type Needle = [u8; 32];

/// What must not be in a block that is freed, and which of it was.
struct Watch {
    needles: [(Needle, bool); 128],
    count: usize,
}

static WATCH: Mutex<Watch> = Mutex::new(Watch {
    needles: [([0; 32], false); 128],
    count: 0,
});

/// The lock never allocates, and nothing is allocated or freed while it is held.
fn watch() -> MutexGuard<'static, Watch> {
    WATCH.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Looking;

// SAFETY: memory comes from the system's allocator and goes back to it, both with the layout that was asked for.
unsafe impl GlobalAlloc for Looking {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, so that every byte may be read when the block is freed.
        // SAFETY: the caller's layout, which the contract makes a good one.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the whole block was initialised above and belongs to nobody else any more.
        let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
        let mut watch = watch();
        let count = watch.count;
        for (needle, found) in &mut watch.needles[..count] {
            *found = *found || bytes.windows(32).any(|window| window == needle);
        }
        drop(watch);
        // SAFETY: as in `alloc`.
        unsafe { System.dealloc(block, layout) }
    }
    // `realloc` is the default one: a new block, a copy, and `dealloc` of the old one.
}

#[global_allocator]
static ALLOCATOR: Looking = Looking;

/// One test at a time says what is secret.
static TURN: Mutex<()> = Mutex::new(());

/// Runs `work` with a register of secrets, and fails if one of them is freed unwiped from then on.
fn wipes(work: impl FnOnce(&dyn Fn(&Needle))) {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    watch().count = 0;
    work(&|needle| {
        let mut watch = watch();
        let count = watch.count;
        watch.needles[count] = (*needle, false);
        watch.count += 1;
    });
    let mut watch = watch();
    let found = watch.needles[..watch.count]
        .iter()
        .position(|(_, found)| *found);
    let count = std::mem::take(&mut watch.count);
    drop(watch);
    drop(turn);
    assert!(count > 0, "nothing was watched");
    assert_eq!(found, None, "the secret of this number was freed unwiped");
}

#[test]
#[should_panic(expected = "freed unwiped")]
fn the_allocator_sees_a_secret() {
    wipes(|secret| {
        secret(&[0xa5; 32]);
        drop(std::hint::black_box(
            [vec![1_u8; 7], vec![0xa5; 32]].concat(),
        ));
    });
}

/// What a generator draws next: `N` blocks of the test's generator, on the stack.
fn draw<const N: usize>(rng: &mut TestRng) -> [Needle; N] {
    let mut drawn = [[0; 32]; N];
    for block in &mut drawn {
        rng.fill_bytes(block);
    }
    drawn
}

/// Ephemerals, seeds of ML-KEM, the keys of the first two turns: every secret that a handshake draws but `r_A`, which is sent.
#[test]
fn a_handshake_wipes_what_it_drew() {
    wipes(|secret| {
        let mut same = TestRng::new(1);
        let _hid: [_; 1] = draw(&mut same);
        draw::<3>(&mut same).iter().for_each(secret);
        let _opening: [_; 1] = draw(&mut same);
        draw::<9>(&mut same).iter().for_each(secret);
        let rng = &mut TestRng::new(1);
        let (a, b, _ready) = sessions_before_ready(rng);
        drop((a, b));
        // Neither does one that goes nowhere leave anything.
        let Halfway { offer, pending, .. } = halfway(&mut TestRng::new(1));
        drop((offer, pending));
    });
}

/// Keys that the session holds now.
fn keys(session: &Session, secret: &dyn Fn(&Needle)) {
    let state = session.ratchet_trace();
    secret(&state.rk);
    state.ck_r.iter().for_each(secret);
    if let TurnTrace::Ours {
        dh_s, dk_s, ck_s, ..
    } = state.newest
    {
        [dh_s, ck_s].iter().for_each(secret);
        // `d` and `z`.
        let (halves, _) = dk_s.as_chunks::<32>();
        halves.iter().for_each(secret);
    }
}

/// Message keys in order, skipped and found again; chain and root keys of every turn; the texts.
#[test]
fn a_session_wipes_its_keys() {
    wipes(|secret| {
        let rng = &mut TestRng::new(2);
        let (mut a, mut b) = sessions(rng);
        let text = "thirty-two bytes that are secret";
        secret(text.as_bytes().try_into().unwrap());
        let content = Content::Text {
            text: text.into(),
            reply: None,
        };
        for _ in 0..2 {
            keys(&a, secret);
            keys(&b, secret);
            let frames: Vec<_> = (0..12)
                .map(|_| {
                    let frame = a.send(&content, rng).unwrap().frame;
                    secret(&a.ratchet_trace().last.mk);
                    frame
                })
                .collect();
            // The first keys of the chain are skipped, found in any order, and some never.
            for index in [9, 3, 0, 5, 11] {
                forget(b.receive(&frames[index], 0).unwrap());
            }
            let answer = b.send(&Content::Receipt, rng).unwrap().frame;
            a.receive(&answer, 0).unwrap();
        }
        let key = RecordKey::from_bytes(&[3; 32]);
        let record = b.save(&key, &Lifetime::new(0), rng);
        let restored = Session::restore(&record, &key, 0).unwrap().session;
        keys(&restored, secret);
        drop((a, b, restored));
        forget(content);
    });
}

#[test]
fn an_envelope_wipes_the_identity() {
    wipes(|secret| {
        let record = identity_record();
        secret(record.seed.expose());
        let key = [9; 32];
        secret(&key);
        let vault = VaultSecret::from_bytes(&key);
        let rng = &mut TestRng::new(3);
        let sealed = seal_identity(&record, Protection::VaultSecret(&vault), rng).unwrap();
        drop(open_identity(&sealed, Secret::VaultSecret(&vault)).unwrap());
        drop((record, Box::new(vault)));
    });
}
