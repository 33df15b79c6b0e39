//! prekey_reject.json

mod bundles;
mod early;
mod finish;
mod inits;

use duet_crypto::identity::IdentitySeed;
use duet_crypto::primitives::aead;
use duet_crypto::primitives::hash::{hmac, labelled, sha256};
use duet_crypto::primitives::labels;
use serde_json::{Value, json};

use crate::case::{Failure, Input, Outputs, hex, unhex};
use crate::file::VectorFile;
use crate::run::messages::message_keys;
use crate::run::{bytes_of, run};
use crate::scene::bytes::replaced;
use crate::scene::contents::text;
use crate::scene::handshakes::{appendix_c, appendix_c_prekey, earlier, early_contents};
use crate::scene::layout::{accept, confirm, flight1, init, prekey};
use crate::scene::people::{ALICE, BOB, account, sign};

/// The honest run that every case starts from, and the means to sign what is not honest.
struct Run {
    base: Value,
    outputs: Outputs,
    alice: IdentitySeed,
    bob: IdentitySeed,
    prekey: Vec<u8>,
    init: Vec<u8>,
    early: Vec<Vec<u8>>,
    accept: Vec<u8>,
    confirm: Vec<u8>,
}

impl Run {
    fn new() -> Result<Self, Failure> {
        let base = appendix_c_prekey();
        let mut case = base.clone();
        case["early"] = early_contents();
        case["first"] = text("");
        let outputs = run("handshake_prekey.json", Input::new(&case))?;
        let bytes = |name: &str| bytes_of(&outputs, name);
        let early = outputs.get("early_messages").and_then(Value::as_array);
        let early = early
            .into_iter()
            .flatten()
            .map(|message| unhex(message["frame"].as_str().unwrap_or_default()))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            alice: ALICE.identity()?,
            bob: BOB.identity()?,
            prekey: bytes("prekey")?,
            init: bytes("flight1")?,
            early,
            accept: bytes("accept")?,
            confirm: bytes("confirm")?,
            base,
            outputs,
        })
    }

    fn value(&self, name: &str) -> Result<Vec<u8>, Failure> {
        bytes_of(&self.outputs, name)
    }

    /// A case, with the sender that the relay names.
    fn case(&self, at: &str, from: &str, frame: &[u8]) -> Result<Value, Failure> {
        let mut case = json!({"base": self.base, "at": at, "from": hex(&account(from)?.0), "frame": hex(frame)});
        match at {
            "init" => {
                case["before"] = json!([]);
                case["pin"] = Value::Null;
            }
            "early" => {
                case["before"] = json!([]);
                case["accepted"] = json!(false);
            }
            "confirm" => case["before"] = json!([]),
            _ => {}
        }
        Ok(case)
    }

    fn init_case(&self, frame: &[u8]) -> Result<Value, Failure> {
        self.case("init", ALICE.name, frame)
    }

    fn bundle_case(&self, frame: &[u8]) -> Value {
        json!({"base": self.base, "at": "bundle", "frame": hex(frame)})
    }

    /// The PREKEY with changes, signed by `signer`.
    fn prekey_with(
        &self,
        signer: &IdentitySeed,
        changes: &[(usize, &[u8])],
    ) -> Result<Vec<u8>, Failure> {
        let mut frame = replaced(&self.prekey, changes);
        let hash = labelled(&labels::PREKEY, &[&frame[..prekey::SIGNATURE]]);
        frame[prekey::SIGNATURE..].copy_from_slice(&sign(signer, &labels::SIG_PREKEY, &hash)?);
        Ok(frame)
    }

    /// The INIT with changes, signed by `signer` over a transcript that starts with `prekey`.
    fn init_with(
        &self,
        signer: &IdentitySeed,
        prekey: &[u8],
        changes: &[(usize, &[u8])],
    ) -> Result<Vec<u8>, Failure> {
        let mut frame = replaced(&self.init, changes);
        let t0 = labelled(&labels::TRANSCRIPT, &[prekey]);
        let t1 = sha256(&[&t0, &frame[..init::SIGNATURE]]);
        frame[init::SIGNATURE..].copy_from_slice(&sign(signer, &labels::SIG_OFFER, &t1)?);
        Ok(frame)
    }

    /// A validly signed INIT with changes.
    fn signed(&self, changes: &[(usize, &[u8])]) -> Result<Vec<u8>, Failure> {
        self.init_with(&self.alice, &self.prekey, changes)
    }

    /// The CONFIRM with another count, signed by alice and with the right MAC.
    fn confirm_with(&self, early_count: u32) -> Result<Vec<u8>, Failure> {
        let mut frame = replaced(
            &self.confirm,
            &[(confirm::EARLY_COUNT, &early_count.to_be_bytes())],
        );
        let t4 = sha256(&[
            &self.value("T3")?,
            &self.accept[accept::MAC_B..],
            &frame[..confirm::SIGNATURE],
        ]);
        let signature = sign(&self.alice, &labels::SIG_CONFIRM, &t4)?;
        let mac = hmac(&self.value("kcA")?, &[&sha256(&[&t4, &signature])]);
        frame[confirm::SIGNATURE..confirm::MAC_A].copy_from_slice(&signature);
        frame[confirm::MAC_A..].copy_from_slice(&mac[..]);
        Ok(frame)
    }

    /// An authentic EARLY with any plaintext, which must be as long as a bucket.
    fn early_with(&self, number: u32, padded: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut chain = self.value("ck_e")?;
        for _ in 0..number {
            chain = hmac(&chain, &[&[2]]).to_vec();
        }
        let mk = *hmac(&chain, &[&[1]]);
        let head = [
            &[1, 0x10],
            &self.init[flight1::HID..flight1::MAX_VERSION],
            &number.to_be_bytes(),
        ]
        .concat();
        let mut body = padded.to_vec();
        let tag = aead::seal(&message_keys(&mk), &head, &mut body)
            .map_err(|_| Failure::case("too long"))?;
        Ok([&head[..], &body, &tag].concat())
    }
}

pub(super) fn reject() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "prekey_reject.json",
        "What the two sides of a prekey start refuse (section 5), each on top of the honest one in `base`. `at` says where: \
         alice gets a PREKEY (`bundle`) and makes an INIT with it, or writes early messages (`send`); bob, who has published \
         the base's one prekey, gets an INIT (`init`), declines one (`unknown`), gets an EARLY (`early`) or the CONFIRM \
         (`confirm`) after the frames in `before`; alice gets the ACCEPT (`accept`). Valid cases are controls.",
        &[
            ("Honest", "The control: what must pass there."),
            ("BitFlip", "One bit of one field changed on the way."),
            (
                "Malformed",
                "A length, version, type or value that does not exist.",
            ),
            ("Replay", "A recorded frame, sent again or to another run."),
            (
                "PrekeyReuse",
                "A prekey that was used before: it is good for one INIT.",
            ),
            (
                "PrekeyExhaustion",
                "A bad INIT that would use a prekey up without being able to talk.",
            ),
            (
                "PrekeySwap",
                "A prekey of another run, account or key put in the place of the right one.",
            ),
            ("Misbinding", "Names and keys put together anew."),
            ("Reflection", "A frame made under the receiver's own key."),
            (
                "KeySubstitution",
                "A key that is not the one the other side knows or has pinned.",
            ),
            (
                "CrossProtocol",
                "A signature or frame made for another flight or mode.",
            ),
            (
                "SmallOrder",
                "Validly signed: a curve point that makes the agreement the same for everybody.",
            ),
            (
                "NonCanonical",
                "Validly signed: a second encoding of a curve point.",
            ),
            (
                "Modulus",
                "Validly signed: an ML-KEM key with coefficients out of range.",
            ),
            (
                "KeyConfirmation",
                "Signed by bob without the secrets of his prekey.",
            ),
            ("Forgery", "A frame made or altered without the early keys."),
            (
                "OutOfOrder",
                "A gap in the early messages: they come in order or not at all.",
            ),
            (
                "Exhaustion",
                "More early messages, or forgeries of them, than there may be.",
            ),
            (
                "Truncation",
                "Early messages that were dropped on the way, or a count that hides them.",
            ),
            (
                "Dishonest",
                "Authentic, but malformed inside: it ends the handshake.",
            ),
            ("NotSent", "An early message that must not leave."),
            (
                "Order",
                "Several faults at once: the first check of section 4.5 decides.",
            ),
        ],
    );
    let run = Run::new()?;
    file.handshake("appendix_c_prekey", run.base.clone());
    file.handshake("appendix_c", appendix_c());
    bundles::bundles(&mut file, &run)?;
    inits::inits(&mut file, &run)?;
    inits::init_people(&mut file, &run)?;
    inits::init_keys(&mut file, &run)?;
    inits::used(&mut file, &run)?;
    inits::unknown(&mut file, &run)?;
    early::early(&mut file, &run)?;
    early::dishonest(&mut file, &run)?;
    early::flood(&mut file, &run)?;
    finish::accepts(&mut file, &run)?;
    finish::confirms(&mut file, &run)?;
    finish::sends(&mut file, &run)?;
    Ok(file)
}

/// A list of early frames that came before, all well.
fn came(frames: &[Vec<u8>]) -> Result<Value, Failure> {
    frames.iter().map(|frame| earlier(frame, None, 1)).collect()
}
