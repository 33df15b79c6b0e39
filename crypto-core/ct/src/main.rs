//! Looks for branches and table look-ups that depend on secrets, in the optimised machine code (after `ctgrind`).
//!
//! Under valgrind's memcheck, every secret is marked as uninitialised memory before an operation. memcheck follows it
//! through every computation, and reports where a conditional jump or an address depends on it. What an operation makes
//! public by design (a frame that is sent, a verdict) is marked as initialised again.
//!
//! `make ct` runs this. `crypto-core/evidence/ct.supp` lists the places that may depend on secrets, each with its reason; the
//! controls at the end are leaks on purpose, and the program fails if memcheck does not see them.
// A program of the tests: it prints, and it talks to valgrind, which needs one instruction sequence.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    unsafe_code
)]

#[path = "../../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::process::ExitCode;

use common::{PRESENCE, TestRng, person};
use core::convert::Infallible;
use duet_crypto::engine::{Engine as _, LocalIdentity, Software, block_on};
use duet_crypto::files::cobblestone;
use duet_crypto::files::{FileKey, Salt};
use duet_crypto::handshake::{Accepted, Confirmed, Listener, Offer};
use duet_crypto::identity::{AccountName, IdentitySeed, Realm};
use duet_crypto::password::VaultSecret;
use duet_crypto::primitives::{aead, hash, kem, labels, x25519};
use duet_crypto::session::padding;
use duet_crypto::session::{Content, Session};
use duet_crypto::vault;
use rand_core::{CryptoRng, Rng, TryCryptoRng, TryRng};

/// Requests to valgrind (`valgrind.h`, `memcheck.h`): arguments by address in rax, the answer in rdx. Outside of valgrind
/// the rotations cancel out and the answer is 0.
mod valgrind {
    const RUNNING: usize = 0x1001;
    const COUNT_ERRORS: usize = 0x1201;
    const MAKE_UNDEFINED: usize = 0x4d43_0001;
    const MAKE_DEFINED: usize = 0x4d43_0002;
    const GET_VBITS: usize = 0x4d43_0008;

    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    fn request(code: usize, arguments: [usize; 3]) -> usize {
        let block = [code, arguments[0], arguments[1], arguments[2], 0, 0];
        let mut answer = 0_usize;
        // SAFETY: the sequence changes no register but rdx, and no memory that is not named in `block`.
        unsafe {
            core::arch::asm!(
                "rol rdi, 3", "rol rdi, 13", "rol rdi, 61", "rol rdi, 51", "xchg rbx, rbx",
                in("rax") block.as_ptr(),
                inout("rdx") answer,
            );
        }
        answer
    }

    #[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
    fn request(_: usize, _: [usize; 3]) -> usize {
        0
    }

    pub(super) fn running() -> bool {
        request(RUNNING, [0; 3]) != 0
    }

    /// Reports so far, without those that are suppressed.
    pub(super) fn errors() -> usize {
        request(COUNT_ERRORS, [0; 3])
    }

    pub(super) fn secret(bytes: &mut [u8]) {
        request(
            MAKE_UNDEFINED,
            [bytes.as_mut_ptr() as usize, bytes.len(), 0],
        );
    }

    pub(super) fn public(bytes: &[u8]) {
        request(MAKE_DEFINED, [bytes.as_ptr() as usize, bytes.len(), 0]);
    }

    /// True if any bit depends on a secret.
    pub(super) fn is_secret(bytes: &[u8]) -> bool {
        let mut bits = vec![0_u8; bytes.len()];
        request(
            GET_VBITS,
            [
                bytes.as_ptr() as usize,
                bits.as_mut_ptr() as usize,
                bytes.len(),
            ],
        );
        bits.iter().any(|&byte| byte != 0)
    }
}
use valgrind::{is_secret, public, secret};

/// Secret bytes of a known value.
fn tainted<const N: usize>(value: u8) -> [u8; N] {
    let mut bytes = [value; N];
    secret(black_box(&mut bytes));
    bytes
}

/// A generator whose output is secret.
struct SecretRng(TestRng);

impl TryRng for SecretRng {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.next_u32())
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }
    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill_bytes(dst);
        secret(dst);
        Ok(())
    }
}
impl TryCryptoRng for SecretRng {}

fn rng(seed: u64) -> SecretRng {
    SecretRng(TestRng::new(seed))
}

/// A verdict is public: the program may look at it.
fn settle(verdict: &Result<(), aead::Unauthentic>) {
    // SAFETY: the bytes are only marked, not read.
    public(unsafe {
        core::slice::from_raw_parts(core::ptr::from_ref(verdict).cast(), size_of_val(verdict))
    });
}

/// The result has to depend on the secrets: otherwise the marks were lost on the way and the case shows nothing.
fn released(bytes: &[u8]) {
    assert!(is_secret(bytes), "the marks got lost");
    public(bytes);
}

fn compare() {
    let (a, mut b) = (tainted::<32>(1), tainted::<32>(1));
    for differing in [false, true] {
        b[31] ^= u8::from(differing);
        released(&[u8::from(hash::equal(&a, &b))]);
    }
}

fn derivations() {
    let key = tainted::<32>(2);
    let prk = hash::extract(&key, &[&tainted::<32>(3), &tainted::<7>(4)]);
    released(&hash::expand::<44>(&prk, &labels::MESSAGE, &[b"context"])[..]);
    released(&hash::hmac(&tainted::<100>(5), &[b"a key longer than a block"])[..]);
}

fn message_encryption() {
    let okm = tainted::<{ aead::KEY_AND_NONCE }>(6);
    let mut buffer = tainted::<300>(7);
    let tag = aead::seal(&okm, b"header", &mut buffer).unwrap();
    released(&tag);
    released(&buffer);
    let mut tag = tag;
    let opened = aead::open(&okm, b"header", &mut buffer, &tag);
    settle(&opened);
    assert!(opened.is_ok());
    released(&buffer);
    tag[0] ^= 1;
    let opened = aead::open(&okm, b"header", &mut buffer, &tag);
    settle(&opened);
    assert!(opened.is_err());
}

fn agreement() {
    let rng = &mut rng(1);
    let (a, b) = (x25519::Secret::generate(rng), x25519::Secret::generate(rng));
    let (of_a, of_b) = (a.public_key(), b.public_key());
    released(&of_a);
    released(&of_b);
    released(a.agree(&of_b).unwrap().expose());
    released(b.agree(&of_a).unwrap().expose());
    // A wrong key costs the same; that it was wrong is public.
    assert!(a.agree(&[0; 32]).is_err());
}

fn signature() {
    let seed = IdentitySeed::from_bytes(&tainted(8));
    let key = *seed.public_key().as_bytes();
    released(&key);
    let signature = block_on(Software.sign(&seed, b"message")).unwrap();
    released(&signature);
    assert!(block_on(Software.verify(&key, b"message", &signature)).unwrap());
}

fn encapsulation() {
    let rng = &mut rng(2);
    let private = kem::DecapsulationKey::generate(rng);
    let public_key = private.encapsulation_key();
    released(&public_key);
    let key = kem::EncapsulationKey::new(&public_key).unwrap();
    let kem::Encapsulated {
        mut ciphertext,
        secret: shared,
    } = key.encapsulate(rng);
    released(&ciphertext);
    released(&shared[..]);
    released(&private.decapsulate(&ciphertext)[..]);
    // Implicit rejection takes the same way.
    ciphertext[7] ^= 1;
    released(&private.decapsulate(&ciphertext)[..]);
}

fn file() {
    let key = FileKey::from_bytes(&tainted(9));
    let content = tainted::<20_000>(10);
    let mut sealed = cobblestone::seal(key.expose(), &Salt([1; 24]), b"context", &content).unwrap();
    released(&sealed);
    released(&cobblestone::open(key.expose(), b"context", &sealed).unwrap());
    sealed[30] ^= 1;
    assert!(cobblestone::open(key.expose(), b"context", &sealed).is_err());
}

fn envelope() {
    let secret = VaultSecret::from_bytes(&tainted(11));
    let record = vault::IdentityRecord {
        seed: IdentitySeed::from_bytes(&tainted(12)),
        created: 0,
        realm: Realm::new("chat.example").unwrap(),
        name: AccountName::new("alice").unwrap(),
    };
    let protection = vault::Protection::VaultSecret(&secret);
    let sealed = vault::seal_identity(&record, protection, &mut TestRng::new(3)).unwrap();
    released(&sealed);
    // Opening ends with parsing the record, which depends on it: a wrong secret stops at the commitment before.
    let other = VaultSecret::from_bytes(&tainted(13));
    assert!(vault::open_identity(&sealed, vault::Secret::VaultSecret(&other)).is_err());
}

/// A whole handshake, then messages both ways over several turns of the ratchet, with every random byte secret.
fn conversation() {
    fn identity(name: &str) -> LocalIdentity<Software> {
        let known = person(name).party();
        let mut seed = [0; 32];
        seed[..name.len()].copy_from_slice(name.as_bytes());
        secret(&mut seed);
        let seed = IdentitySeed::from_bytes(&seed);
        public(seed.public_key().as_bytes());
        LocalIdentity::new(Software, seed, known)
    }
    fn pass(from: &mut Session, to: &mut Session, text: &str, rng: &mut dyn CryptoRng) {
        let content = Content::Text {
            text: text.into(),
            reply: None,
        };
        let frame = from.send(&content, rng).unwrap().frame;
        public(&frame);
        to.receive(&frame, 0).unwrap();
    }
    let rng = &mut rng(4);
    let (alice, bob) = (identity("alice"), identity("bob"));
    let offer = block_on(Offer::create(&alice, bob.party(), PRESENCE, rng)).unwrap();
    public(offer.frame());
    let mut listener = Listener::new(bob.clone(), PRESENCE);
    let incoming = block_on(listener.receive(offer.frame(), &alice.party().account, None, 0)).unwrap();
    let pending = block_on(incoming.accept(rng)).unwrap();
    let accept = *pending.frame();
    public(&accept);
    let Accepted {
        confirm,
        session: mut a,
    } = block_on(offer.accept(&accept, &bob.party().account, rng)).unwrap();
    public(&confirm);
    let Confirmed {
        ready,
        session: mut b,
    } = block_on(pending.confirm(&confirm, &alice.party().account, rng)).unwrap();
    public(&ready);
    a.receive(&ready, 0).unwrap();
    for text in ["one", "two", "three"] {
        pass(&mut a, &mut b, text, rng);
        pass(&mut b, &mut a, text, rng);
    }
}

/// The end of the padding is looked for byte by byte: it depends on the plaintext, after the tag was verified.
fn unpad() {
    let mut padded = vec![0; 256];
    padded[..7].copy_from_slice(b"secret\x80");
    secret(&mut padded);
    black_box(padding::unpad(&padded));
}

/// Control: a comparison that stops at the first difference.
fn control_compare() {
    let (a, b) = (tainted::<32>(1), tainted::<32>(1));
    #[inline(never)]
    fn leaky(a: &[u8; 32], b: &[u8; 32]) -> bool {
        for i in 0..32 {
            if black_box(a[i]) != black_box(b[i]) {
                return false;
            }
        }
        true
    }
    black_box(leaky(&a, &b));
}

/// Control: a table that is read at a secret index.
fn control_table() {
    let table: Vec<u8> = (0..=255).collect();
    let index = tainted::<1>(200);
    black_box(table[usize::from(index[0])]);
}

/// Control: a branch on one bit of a hash of a secret.
fn control_branch() {
    let derived = hash::hmac(&tainted::<32>(1), &[b"message"]);
    if derived[0] & 1 == 1 {
        black_box(1);
    }
}

fn main() -> ExitCode {
    if !valgrind::running() {
        eprintln!(
            "constant_time: NOT RUN: this program only means something under valgrind's memcheck on x86-64 Linux (make ct)"
        );
        return ExitCode::FAILURE;
    }
    let clean: [(&str, fn()); 9] = [
        ("comparison of tags and commitments", compare),
        ("HMAC, HKDF", derivations),
        ("AES-256-GCM of messages", message_encryption),
        ("X25519", agreement),
        ("Ed25519 signing", signature),
        ("ML-KEM-768", encapsulation),
        ("files (Cobblestone)", file),
        ("vault envelope", envelope),
        ("handshake, ratchet, messages", conversation),
    ];
    let leaky: [(&str, fn()); 4] = [
        ("padding removal (documented)", unpad),
        ("control: early exit", control_compare),
        ("control: table look-up", control_table),
        ("control: branch", control_branch),
    ];
    let mut failed = false;
    let mut run = |name: &str, case: fn(), expected: bool| {
        let before = valgrind::errors();
        case();
        let reports = valgrind::errors() - before;
        let right = (reports > 0) == expected;
        failed |= !right;
        println!(
            "{:<6} {name}: {reports} reports{}",
            if right { "ok" } else { "WRONG" },
            if expected { ", some expected" } else { "" }
        );
    };
    for (name, case) in clean {
        run(name, case, false);
    }
    for (name, case) in leaky {
        run(name, case, true);
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
