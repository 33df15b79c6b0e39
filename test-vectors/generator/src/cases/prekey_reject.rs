//! prekey_reject.json

use duet_crypto::error::Code;
use duet_crypto::identity::IdentitySeed;
use duet_crypto::primitives::aead;
use duet_crypto::primitives::hash::{expand, extract, hmac, labelled, sha256};
use duet_crypto::primitives::labels;
use serde_json::{Value, json};

use super::handshake::{PREKEY, appendix_c, appendix_c_prekey, early_contents};
use super::handshake_reject::{not_canonical, one, replaced, sign};
use super::people::{ALICE, BOB, account, seed};
use super::primitives::{flipped, with_coefficient};
use super::ratchet::{descriptor, text};
use crate::case::{Failure, Input, hex, unhex};
use crate::file::VectorFile;
use crate::rng::blocks;
use crate::run::run;
use crate::run::session::message_keys;

/// Bytes of an INIT that its signature covers, and of a PREKEY.
const INIT_SIGNED: usize = 2515;
const PREKEY_SIGNED: usize = 1315;

/// The honest run that every case starts from, and the means to sign what is not honest.
struct Run {
    base: Value,
    outputs: serde_json::Map<String, Value>,
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
        let outputs = run(PREKEY, Input::new(&case))?;
        let bytes = |name: &str| value(&outputs, name);
        let seed = |bytes: Vec<u8>| -> Result<IdentitySeed, Failure> {
            let bytes = bytes
                .try_into()
                .map_err(|_| Failure::case("a seed has 32 bytes"))?;
            Ok(IdentitySeed::from_bytes(&bytes))
        };
        let early = outputs.get("early_messages").and_then(Value::as_array);
        let early = early
            .into_iter()
            .flatten()
            .map(|message| unhex(message["frame"].as_str().unwrap_or_default()))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            alice: seed(ALICE.seed())?,
            bob: seed(BOB.seed())?,
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
        value(&self.outputs, name)
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
        let hash = labelled(&labels::PREKEY, &[&frame[..PREKEY_SIGNED]]);
        frame[PREKEY_SIGNED..].copy_from_slice(&sign(signer, &labels::SIG_PREKEY, &hash)?);
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
        let t1 = sha256(&[&t0, &frame[..INIT_SIGNED]]);
        frame[INIT_SIGNED..].copy_from_slice(&sign(signer, &labels::SIG_OFFER, &t1)?);
        Ok(frame)
    }

    /// A validly signed INIT with changes.
    fn signed(&self, changes: &[(usize, &[u8])]) -> Result<Vec<u8>, Failure> {
        self.init_with(&self.alice, &self.prekey, changes)
    }

    /// The CONFIRM with another count, signed by alice and with the right MAC.
    fn confirm_with(&self, early_count: u32) -> Result<Vec<u8>, Failure> {
        let mut frame = replaced(&self.confirm, &[(82, &early_count.to_be_bytes())]);
        let t4 = sha256(&[&self.value("T3")?, &self.accept[1203..], &frame[..86]]);
        let signature = sign(&self.alice, &labels::SIG_CONFIRM, &t4)?;
        let mac = hmac(&self.value("kcA")?, &[&sha256(&[&t4, &signature])]);
        frame[86..150].copy_from_slice(&signature);
        frame[150..].copy_from_slice(&mac[..]);
        Ok(frame)
    }

    /// An authentic EARLY with any plaintext, which must be as long as a bucket.
    fn early_with(&self, number: u32, padded: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut chain = self.value("ck_e")?;
        for _ in 0..number {
            chain = hmac(&chain, &[&[2]]).to_vec();
        }
        let mk = *hmac(&chain, &[&[1]]);
        let head = [&[1, 0x10], &self.init[2..18], &number.to_be_bytes()].concat();
        let mut body = padded.to_vec();
        let tag = aead::seal(&message_keys(&mk), &head, &mut body)
            .map_err(|_| Failure::case("too long"))?;
        Ok([&head[..], &body, &tag].concat())
    }
}

fn value(outputs: &serde_json::Map<String, Value>, name: &str) -> Result<Vec<u8>, Failure> {
    let value = outputs.get(name).and_then(Value::as_str);
    unhex(value.ok_or_else(|| Failure::case(format!("no output {name}")))?)
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
            ("Exhaustion", "More early messages than there may be."),
            (
                "Truncation",
                "Early messages that were dropped on the way, or a count that hides them.",
            ),
            (
                "Dishonest",
                "Authentic, but malformed inside: it ends the handshake.",
            ),
            ("NotSent", "An early message that must not leave."),
        ],
    );
    let run = Run::new()?;
    file.handshake("appendix_c_prekey", run.base.clone());
    file.handshake("appendix_c", appendix_c());
    bundles(&mut file, &run)?;
    inits(&mut file, &run)?;
    init_people(&mut file, &run)?;
    init_keys(&mut file, &run)?;
    used(&mut file, &run)?;
    unknown(&mut file, &run)?;
    early(&mut file, &run)?;
    dishonest(&mut file, &run)?;
    accepts(&mut file, &run)?;
    confirms(&mut file, &run)?;
    sends(&mut file, &run)?;
    Ok(file)
}

fn bundles(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    file.valid("PREKEY", &["Honest"], run.bundle_case(&run.prekey))?;
    let later = run.prekey_with(&run.bob, &[(18, &[2])])?;
    file.valid(
        "PREKEY with max_version 2: a later version is not refused for it",
        &["Honest"],
        run.bundle_case(&later),
    )?;
    let mut refuse = |comment: &str, flag, code, frame: &[u8]| {
        let comment = format!("PREKEY, {comment}");
        file.invalid(&comment, &[flag], code, run.bundle_case(frame))
    };
    for (field, at, code) in [
        ("pkid", 2, Code::PrekeySignature),
        ("max_version", 18, Code::PrekeyForm),
        ("presence_B", 19, Code::PrekeySignature),
        ("aid_B", 35, Code::PrekeySignature),
        ("IK_B", 67, Code::PrekeySignature),
        ("OX_B", 99, Code::PrekeySignature),
        ("OK_B (in its seed)", 1314, Code::PrekeySignature),
        ("R", 1315, Code::PrekeySignature),
        ("S", 1347, Code::PrekeySignature),
    ] {
        let frame = flipped(&run.prekey, at);
        refuse(&format!("a bit of {field}"), "BitFlip", code, &frame)?;
    }
    for (comment, frame) in [
        ("nothing", vec![]),
        ("a byte short", run.prekey[..1378].to_vec()),
        ("a byte long", [&run.prekey[..], &[0]].concat()),
        ("version 2", replaced(&run.prekey, &[(0, &[2])])),
        ("the type of an INIT", replaced(&run.prekey, &[(1, &[2])])),
        (
            "validly signed max_version 0",
            run.prekey_with(&run.bob, &[(18, &[0])])?,
        ),
    ] {
        refuse(comment, "Malformed", Code::PrekeyForm, &frame)?;
    }

    let eve = seed("eve");
    let theirs = eve.public_key();
    let forged = run.prekey_with(&eve, &[])?;
    refuse(
        "signed by eve in bob's name",
        "KeySubstitution",
        Code::PrekeySignature,
        &forged,
    )?;
    let swapped = run.prekey_with(&eve, &[(67, theirs.as_bytes())])?;
    refuse(
        "eve's key for bob's account, validly signed: bob is blocked until keys are compared",
        "KeySubstitution",
        Code::IdentityChanged,
        &swapped,
    )?;
    let misbound = run.prekey_with(&run.bob, &[(35, &account("eve")?.0)])?;
    refuse(
        "bob's key under eve's account, validly signed",
        "Misbinding",
        Code::PrekeyPeer,
        &misbound,
    )?;
    let own = run.prekey_with(&eve, &[(35, &account("eve")?.0), (67, theirs.as_bytes())])?;
    refuse(
        "eve's own good prekey",
        "PrekeySwap",
        Code::PrekeyPeer,
        &own,
    )?;
    let stale = run.prekey_with(&run.bob, &[(19, &blocks("an earlier run", 16))])?;
    refuse(
        "of an earlier run of bob's",
        "PrekeySwap",
        Code::PrekeyPresence,
        &stale,
    )?;
    let weak = replaced(
        &run.prekey,
        &[(67, &one()), (1315, &one()), (1347, &[0; 32])],
    );
    refuse(
        "the identity point as IK_B, with the signature that fits every message",
        "SmallOrder",
        Code::PrekeySignature,
        &weak,
    )?;
    let mut unlabelled = run.prekey.clone();
    let hash = labelled(&labels::PREKEY, &[&unlabelled[..PREKEY_SIGNED]]);
    unlabelled[PREKEY_SIGNED..].copy_from_slice(&sign(&run.bob, &labels::SIG_OFFER, &hash)?);
    refuse(
        "with a signature of another label",
        "CrossProtocol",
        Code::PrekeySignature,
        &unlabelled,
    )?;

    let ok = with_coefficient(&run.prekey[131..1315], 3329);
    let frame = run.prekey_with(&run.bob, &[(131, &ok)])?;
    refuse(
        "OK_B with the coefficient 3329",
        "Modulus",
        Code::PrekeyKey,
        &frame,
    )?;
    let frame = run.prekey_with(&run.bob, &[(131, &[0xff; 1152])])?;
    refuse(
        "OK_B with all coefficients 4095",
        "Modulus",
        Code::PrekeyKey,
        &frame,
    )?;
    let mut top = run.prekey[99..131].to_vec();
    top[31] |= 0x80;
    for (comment, flag, point) in [
        ("OX_B = p", "NonCanonical", not_canonical().to_vec()),
        ("OX_B with bit 255 set", "NonCanonical", top),
        ("OX_B = 0", "SmallOrder", vec![0; 32]),
        ("OX_B = 1", "SmallOrder", one().to_vec()),
        (
            "OX_B of order 8",
            "SmallOrder",
            unhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")?,
        ),
    ] {
        let frame = run.prekey_with(&run.bob, &[(99, &point)])?;
        refuse(comment, flag, Code::PrekeyKey, &frame)?;
    }
    Ok(())
}

fn inits(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    file.valid(
        "INIT: the prekey is gone",
        &["Honest"],
        run.init_case(&run.init)?,
    )?;
    let later = run.signed(&[(18, &[2])])?;
    file.valid(
        "INIT with max_version 2",
        &["Honest"],
        run.init_case(&later)?,
    )?;
    let mut offer = replaced(&run.init, &[(1, &[1])])[..1475].to_vec();
    let t1 = sha256(&[&labelled(&labels::TRANSCRIPT, &[]), &offer[..1411]]);
    offer[1411..].copy_from_slice(&sign(&run.alice, &labels::SIG_OFFER, &t1)?);
    file.valid(
        "an OFFER instead: the prekey stays",
        &["Honest"],
        run.init_case(&offer)?,
    )?;

    let mut refuse = |comment: &str, flag, code, frame: &[u8]| {
        let comment = format!("INIT, {comment}");
        file.invalid(&comment, &[flag], code, run.init_case(frame)?)
    };
    for (field, at, code) in [
        ("hid", 2, Code::Signature),
        ("max_version", 18, Code::FrameField),
        ("presence_B", 19, Code::StalePresence),
        ("aid_A", 35, Code::Sender),
        ("aid_B", 67, Code::NotForUs),
        ("IK_A", 99, Code::Signature),
        ("IK_B", 131, Code::NotForUs),
        ("EX_A", 163, Code::Signature),
        ("EK_A (in its seed)", 1378, Code::Signature),
        ("cm_A", 1379, Code::Signature),
        ("pkid", 1411, Code::PrekeyUnknown),
        ("CT_P", 1427, Code::Signature),
        ("R", 2515, Code::Signature),
        ("S", 2547, Code::Signature),
    ] {
        let frame = flipped(&run.init, at);
        refuse(&format!("a bit of {field}"), "BitFlip", code, &frame)?;
    }
    for (comment, code, frame) in [
        ("a byte short", Code::FrameLength, run.init[..2578].to_vec()),
        (
            "a byte long",
            Code::FrameLength,
            [&run.init[..], &[0]].concat(),
        ),
        (
            "cut to the length of an OFFER",
            Code::FrameLength,
            run.init[..1475].to_vec(),
        ),
        (
            "version 2",
            Code::FrameVersion,
            replaced(&run.init, &[(0, &[2])]),
        ),
        (
            "the type of an OFFER, which is shorter",
            Code::FrameLength,
            replaced(&run.init, &[(1, &[1])]),
        ),
        (
            "validly signed max_version 0",
            Code::FrameField,
            run.signed(&[(18, &[0])])?,
        ),
    ] {
        refuse(comment, "Malformed", code, &frame)?;
    }
    let bare = run.init_with(&run.alice, &[], &[])?;
    refuse(
        "signed as if there were no PREKEY before it",
        "CrossProtocol",
        Code::Signature,
        &bare,
    )?;
    let t1: [u8; 32] = run
        .value("T1")?
        .try_into()
        .map_err(|_| Failure::case("a hash has 32 bytes"))?;
    let labelled = sign(&run.alice, &labels::SIG_ACCEPT, &t1)?;
    refuse(
        "with a signature of another label",
        "CrossProtocol",
        Code::Signature,
        &replaced(&run.init, &[(INIT_SIGNED, &labelled)]),
    )
}

fn init_people(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let eve = seed("eve");
    let (eve_aid, eve_key) = (account("eve")?, eve.public_key());
    let mut refuse = |comment: &str, flag, code, case| {
        file.invalid(&format!("INIT, {comment}"), &[flag], code, case)
    };
    let stale = run.signed(&[(19, &blocks("an earlier run", 16))])?;
    refuse(
        "recorded for an earlier run",
        "Replay",
        Code::StalePresence,
        run.init_case(&stale)?,
    )?;
    // The same pkid under another PREKEY of bob's: what alice answers is not what bob has published.
    let other = run.prekey_with(&run.bob, &[(99, &run.init[163..195])])?;
    let to_other = run.init_with(&run.alice, &other, &[])?;
    refuse(
        "to another PREKEY of the same pkid",
        "PrekeySwap",
        Code::Signature,
        run.init_case(&to_other)?,
    )?;
    let stale = run.prekey_with(&run.bob, &[(19, &blocks("an earlier run", 16))])?;
    let to_stale = run.init_with(&run.alice, &stale, &[])?;
    refuse(
        "to a PREKEY of another run with the same pkid, and this run's presence",
        "PrekeySwap",
        Code::Signature,
        run.init_case(&to_stale)?,
    )?;
    refuse(
        "of alice, delivered as eve's",
        "Misbinding",
        Code::Sender,
        run.case("init", "eve", &run.init)?,
    )?;
    let named = run.signed(&[(67, &eve_aid.0)])?;
    refuse(
        "meant for eve's account with bob's key",
        "Misbinding",
        Code::NotForUs,
        run.init_case(&named)?,
    )?;
    let keyed = run.signed(&[(131, eve_key.as_bytes())])?;
    refuse(
        "to bob's account under eve's key",
        "KeySubstitution",
        Code::NotForUs,
        run.init_case(&keyed)?,
    )?;
    let reflected = run.init_with(
        &run.bob,
        &run.prekey,
        &[(99, run.bob.public_key().as_bytes())],
    )?;
    refuse(
        "signed with bob's own key",
        "Reflection",
        Code::OwnKey,
        run.init_case(&reflected)?,
    )?;
    let mut pinned = run.init_case(&run.init)?;
    pinned["pin"] = json!(hex(eve_key.as_bytes()));
    refuse(
        "under another key than alice's pin",
        "KeySubstitution",
        Code::IdentityChanged,
        pinned,
    )?;
    let forged = run.init_with(&eve, &run.prekey, &[])?;
    refuse(
        "in alice's name, signed by eve",
        "KeySubstitution",
        Code::Signature,
        run.init_case(&forged)?,
    )?;
    let mut pinned = run.init_case(&run.init)?;
    pinned["pin"] = json!(ALICE.ik);
    file.valid("INIT under the pinned key", &["Honest"], pinned)
}

fn init_keys(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let mut refuse = |comment: &str, flag, code, frame: &[u8]| {
        let comment = format!("INIT, {comment}");
        file.invalid(&comment, &[flag], code, run.init_case(frame)?)
    };
    let weak = replaced(&run.init, &[(99, &one()), (2515, &one()), (2547, &[0; 32])]);
    refuse(
        "under the identity point, with the signature that fits every message",
        "SmallOrder",
        Code::Ed25519Key,
        &weak,
    )?;
    let ek = with_coefficient(&run.init[195..1379], 3329);
    refuse(
        "EK_A with the coefficient 3329",
        "Modulus",
        Code::KemKey,
        &run.signed(&[(195, &ek)])?,
    )?;
    let mut top = run.init[163..195].to_vec();
    top[31] |= 0x80;
    for (comment, flag, code, point) in [
        (
            "EX_A = p",
            "NonCanonical",
            Code::X25519Key,
            not_canonical().to_vec(),
        ),
        (
            "EX_A with bit 255 set",
            "NonCanonical",
            Code::X25519Key,
            top,
        ),
        ("EX_A = 0", "SmallOrder", Code::X25519Zero, vec![0; 32]),
        ("EX_A = 1", "SmallOrder", Code::X25519Zero, one().to_vec()),
    ] {
        refuse(comment, flag, code, &run.signed(&[(163, &point)])?)?;
    }
    Ok(())
}

/// A prekey is used once, and by a good INIT only.
fn used(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let alice = hex(&account(ALICE.name)?.0);
    let earlier = |frame: &[u8], error: Option<Code>| json!({"from": alice, "frame": hex(frame), "error": error.map(Code::name)});
    let after = |before: Vec<Value>, frame: &[u8]| -> Result<Value, Failure> {
        let mut case = run.init_case(frame)?;
        case["before"] = json!(before);
        Ok(case)
    };
    file.invalid(
        "INIT, a second time, when its prekey is gone",
        &["Replay"],
        Code::OfferReplayed,
        after(vec![earlier(&run.init, None)], &run.init)?,
    )?;
    let second = run.signed(&[(2, &blocks("another hid", 16))])?;
    file.invalid(
        "INIT, another one with the prekey that is gone",
        &["PrekeyReuse"],
        Code::PrekeyUnknown,
        after(vec![earlier(&run.init, None)], &second)?,
    )?;
    let eve = seed("eve");
    let theirs = run.init_with(
        &eve,
        &run.prekey,
        &[
            (2, &blocks("eve's hid", 16)),
            (35, &account("eve")?.0),
            (99, eve.public_key().as_bytes()),
        ],
    )?;
    let mut case = after(vec![earlier(&run.init, None)], &theirs)?;
    case["from"] = json!(hex(&account("eve")?.0));
    file.invalid(
        "INIT, eve's with the prekey that alice used: the relay handed it out twice",
        &["PrekeyReuse"],
        Code::PrekeyUnknown,
        case,
    )?;
    let mut bad_ek = run.init[195..1379].to_vec();
    bad_ek = with_coefficient(&bad_ek, 3329);
    let failing = [
        (flipped(&run.init, 2515), Code::Signature),
        (flipped(&run.init, 1427), Code::Signature),
        (flipped(&run.init, 19), Code::StalePresence),
        (run.signed(&[(195, &bad_ek)])?, Code::KemKey),
        (run.signed(&[(163, &not_canonical())])?, Code::X25519Key),
        (run.init[..2578].to_vec(), Code::FrameLength),
    ];
    let before = failing
        .iter()
        .map(|(frame, code)| earlier(frame, Some(*code)))
        .collect();
    file.valid(
        "INIT after six that failed a check: none of them has used the prekey up",
        &["PrekeyExhaustion"],
        after(before, &run.init)?,
    )
}

fn unknown(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let named = run.signed(&[(1411, &blocks("another pkid", 16))])?;
    file.invalid(
        "INIT, a pkid that bob does not have",
        &["PrekeySwap"],
        Code::PrekeyUnknown,
        run.init_case(&named)?,
    )?;
    file.valid(
        "declined: END, prekey unknown",
        &["Honest"],
        run.case("unknown", ALICE.name, &named)?,
    )?;
    let mut refuse = |comment: &str, flag, case| {
        let comment = format!("declining {comment}");
        file.invalid(&comment, &[flag], Code::PrekeyKnown, case)
    };
    refuse(
        "an INIT whose prekey is there",
        "Malformed",
        run.case("unknown", ALICE.name, &run.init)?,
    )?;
    refuse(
        "what is no INIT",
        "Malformed",
        run.case("unknown", ALICE.name, &run.confirm)?,
    )?;
    refuse(
        "an INIT from another account",
        "Misbinding",
        run.case("unknown", "eve", &named)?,
    )?;
    let stale = replaced(&named, &[(19, &[0; 16])]);
    refuse(
        "an INIT for another run",
        "Replay",
        run.case("unknown", ALICE.name, &stale)?,
    )
}

/// A list of early frames that came before, all well.
fn came(frames: &[Vec<u8>]) -> Result<Value, Failure> {
    let from = hex(&account(ALICE.name)?.0);
    Ok(frames
        .iter()
        .map(|frame| json!({"from": from, "frame": hex(frame), "error": null}))
        .collect())
}

fn early_text(text: &str, seq: u32) -> Vec<u8> {
    padded(2, seq, 0, &[&[0; 5], text.as_bytes()].concat())
}

/// A plaintext with its padding.
fn padded(ctype: u8, seq: u32, ack: u32, body: &[u8]) -> Vec<u8> {
    let mut out = [
        &[ctype][..],
        &seq.to_be_bytes(),
        &ack.to_be_bytes(),
        body,
        &[0x80],
    ]
    .concat();
    let length = duet_crypto::session::padding::bucket(out.len());
    out.resize(length, 0);
    out
}

fn early(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let [first, second] = &run.early[..] else {
        return Err(Failure::case("two early messages"));
    };
    let case = |before: &[Vec<u8>], accepted: bool, frame: &[u8]| -> Result<Value, Failure> {
        let mut case = run.case("early", ALICE.name, frame)?;
        case["before"] = came(before)?;
        case["accepted"] = json!(accepted);
        Ok(case)
    };
    let one = std::slice::from_ref(first);
    file.valid(
        "EARLY, the first, while it rings",
        &["Honest"],
        case(&[], false, first)?,
    )?;
    file.valid(
        "EARLY, the second, after bob accepted",
        &["Honest"],
        case(one, true, second)?,
    )?;
    let sixteen = (0..16)
        .map(|n| run.early_with(n, &early_text(&format!("{n}"), n)))
        .collect::<Result<Vec<_>, _>>()?;
    file.valid(
        "EARLY, the sixteenth",
        &["Honest"],
        case(&sixteen[..15], false, &sixteen[15])?,
    )?;

    let mut refuse = |comment: &str, flag, code, case| {
        file.invalid(&format!("EARLY, {comment}"), &[flag], code, case)
    };
    refuse(
        "the second without the first",
        "OutOfOrder",
        Code::EarlyOrder,
        case(&[], false, second)?,
    )?;
    refuse(
        "the first a second time",
        "Replay",
        Code::Replay,
        case(one, false, first)?,
    )?;
    refuse(
        "the first after the second",
        "Replay",
        Code::Replay,
        case(&run.early, true, first)?,
    )?;
    let beyond = run.early_with(16, &early_text("16", 16))?;
    refuse(
        "a seventeenth",
        "Exhaustion",
        Code::EarlyOrder,
        case(&sixteen, false, &beyond)?,
    )?;
    let far = replaced(first, &[(18, &u32::MAX.to_be_bytes())]);
    refuse(
        "N = 2^32 - 1",
        "OutOfOrder",
        Code::EarlyOrder,
        case(&[], false, &far)?,
    )?;
    for (field, at, code) in [
        ("the version", 0, Code::HandshakeId),
        ("the type", 1, Code::HandshakeId),
        ("hid", 2, Code::HandshakeId),
        ("N", 21, Code::EarlyOrder),
        ("the ciphertext", 22, Code::Decrypt),
        ("the padding", 270, Code::Decrypt),
        ("the tag", first.len() - 1, Code::Decrypt),
    ] {
        refuse(
            &format!("a bit of {field}"),
            "BitFlip",
            code,
            case(&[], false, &flipped(first, at))?,
        )?;
    }
    for (comment, code, frame) in [
        ("nothing", Code::HandshakeId, vec![]),
        ("the head alone", Code::FrameLength, first[..22].to_vec()),
        (
            "a byte short",
            Code::FrameLength,
            first[..first.len() - 1].to_vec(),
        ),
        (
            "a byte long",
            Code::FrameLength,
            [&first[..], &[0]].concat(),
        ),
    ] {
        refuse(comment, "Malformed", code, case(&[], false, &frame)?)?;
    }
    let longer = [&first[..], &[0; 16]].concat();
    refuse(
        "sixteen bytes more: the next bucket",
        "Forgery",
        Code::Decrypt,
        case(&[], false, &longer)?,
    )?;
    let spliced = [&first[..22], &second[22..]].concat();
    refuse(
        "the second's ciphertext under the first's head",
        "Forgery",
        Code::Decrypt,
        case(&[], false, &spliced)?,
    )?;
    refuse(
        "from another account",
        "Misbinding",
        Code::Sender,
        run.case("early", "eve", first)?,
    )?;
    let mut offered = case(
        &[],
        false,
        &replaced(first, &[(2, &unhex("df6d0809bdfa5cf1b170abfbb272e239")?)]),
    )?;
    offered["base"] = appendix_c();
    refuse(
        "for an OFFER, which has no early messages",
        "CrossProtocol",
        Code::EarlyUnexpected,
        offered,
    )?;

    let mut poisoned = case(&[], false, second)?;
    let alice = hex(&account(ALICE.name)?.0);
    poisoned["before"] = json!([
        {"from": alice, "frame": hex(&flipped(first, 100)), "error": "E_DECRYPT"},
        {"from": alice, "frame": hex(second), "error": "E_EARLY_ORDER"},
        {"from": alice, "frame": hex(first), "error": null},
        {"from": alice, "frame": hex(first), "error": "E_REPLAY"},
    ]);
    file.valid(
        "EARLY, the second, after a forgery, itself too early, the first, and the first again",
        &["Forgery", "OutOfOrder"],
        poisoned,
    )
}

/// Authentic frames that no honest client makes.
fn dishonest(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let unmarked = {
        let mut out = early_text("x", 0);
        out.iter_mut()
            .for_each(|byte| *byte = if *byte == 0x80 { 0 } else { *byte });
        out
    };
    let too_long = {
        let mut out = early_text("x", 0);
        out.resize(272, 0);
        out
    };
    let mut peeled = padded(2, 0, 0, &[0; 5]);
    peeled[9..].fill(0);
    peeled[8] = 0x80;
    let long = "x".repeat(4_001);
    let descriptor = descriptor("early", 1 << 41, "x", "");
    let file_body = [
        unhex(descriptor["key"].as_str().unwrap_or_default())?,
        unhex(descriptor["salt"].as_str().unwrap_or_default())?,
        (1_u64 << 41).to_be_bytes().to_vec(),
        vec![0; 12],
    ]
    .concat();
    let cases = [
        ("no end mark", Code::Padding, unmarked),
        (
            "a zero for the next bucket too many",
            Code::Padding,
            too_long,
        ),
        ("eight bytes inside", Code::Content, peeled),
        ("READY", Code::Content, padded(1, 0, 0, &[])),
        ("RECEIPT", Code::Content, padded(3, 0, 0, &[])),
        ("TYPING", Code::Content, padded(4, 0, 0, &[1])),
        (
            "FILECTL",
            Code::Content,
            padded(6, 0, 0, &[&[7; 32][..], &[1], &[0; 8]].concat()),
        ),
        ("BYE", Code::Content, padded(7, 0, 0, &[])),
        ("EDIT", Code::Content, padded(8, 0, 0, &[0, 0, 0, 0, 0x78])),
        ("DELETE", Code::Content, padded(9, 0, 0, &[0; 4])),
        (
            "REACTION",
            Code::Content,
            padded(10, 0, 0, &[1, 0, 0, 0, 0, 1, 0x78]),
        ),
        (
            "a ctype of a later version",
            Code::Content,
            padded(11, 0, 0, &[]),
        ),
        (
            "a TEXT that is not UTF-8",
            Code::Content,
            padded(2, 0, 0, &[0, 0, 0, 0, 0, 0xff]),
        ),
        (
            "a TEXT of 4,001 characters",
            Code::Content,
            padded(2, 0, 0, &[&[0; 5], long.as_bytes()].concat()),
        ),
        (
            "a FILE of 2^41 bytes",
            Code::Content,
            padded(5, 0, 0, &file_body),
        ),
        ("a seq of 1 at number 0", Code::Sequence, early_text("x", 1)),
        (
            "an ack of what bob never sent",
            Code::Acknowledgement,
            padded(2, 0, 1, &[0; 5]),
        ),
    ];
    for (comment, code, plaintext) in &cases {
        let frame = run.early_with(0, plaintext)?;
        let case = run.case("early", ALICE.name, &frame)?;
        file.invalid(&format!("EARLY, {comment}"), &["Dishonest"], *code, case)?;
    }
    // It ends the handshake: neither the next message nor the CONFIRM counts any more.
    let bad = run.early_with(0, &padded(4, 0, 0, &[1]))?;
    let failed =
        json!([{"from": hex(&account(ALICE.name)?.0), "frame": hex(&bad), "error": "E_CONTENT"}]);
    let mut after = run.case("early", ALICE.name, &run.early[0])?;
    after["before"] = failed.clone();
    file.invalid(
        "EARLY, an honest one after TYPING",
        &["Dishonest"],
        Code::Closed,
        after,
    )?;
    let mut confirm = run.case("confirm", ALICE.name, &run.confirm)?;
    confirm["before"] = failed;
    file.invalid(
        "CONFIRM after TYPING as early message",
        &["Dishonest"],
        Code::EarlyFailed,
        confirm,
    )
}

fn accepts(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    file.valid(
        "ACCEPT",
        &["Honest"],
        run.case("accept", BOB.name, &run.accept)?,
    )?;
    // Whoever has bob's identity key and not his prekey: everything right, but `hs` over a salt of zeros.
    let hs = extract(&[0; 32], &[&run.value("ssk")?, &run.value("ssx")?]);
    let kc_b = expand::<32>(&hs, &labels::CONFIRM_B, &[&run.value("T2")?]);
    let mac = hmac(&kc_b[..], &[&run.value("T3")?]);
    let without = replaced(&run.accept, &[(1203, &mac[..])]);
    file.invalid(
        "ACCEPT, signed by bob, the MAC without the prekey's secrets",
        &["KeyConfirmation"],
        Code::Confirmation,
        run.case("accept", BOB.name, &without)?,
    )?;
    for (field, at, code) in [
        ("EX_B", 19, Code::Signature),
        ("CT_B", 51, Code::Signature),
        ("mac_B", 1203, Code::Confirmation),
    ] {
        file.invalid(
            &format!("ACCEPT, a bit of {field}"),
            &["BitFlip"],
            code,
            run.case("accept", BOB.name, &flipped(&run.accept, at))?,
        )?;
    }
    Ok(())
}

fn confirms(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let case = |early: &[Vec<u8>], frame: &[u8]| -> Result<Value, Failure> {
        let mut case = run.case("confirm", ALICE.name, frame)?;
        case["before"] = came(early)?;
        Ok(case)
    };
    file.valid(
        "CONFIRM after both early messages",
        &["Honest"],
        case(&run.early, &run.confirm)?,
    )?;
    file.valid(
        "CONFIRM counts two, one came: bob learns that one was dropped",
        &["Truncation"],
        case(&run.early[..1], &run.confirm)?,
    )?;
    file.valid(
        "CONFIRM counts two, none came",
        &["Truncation"],
        case(&[], &run.confirm)?,
    )?;
    file.valid(
        "CONFIRM counts sixteen",
        &["Honest"],
        case(&run.early, &run.confirm_with(16)?)?,
    )?;
    for (comment, early, count) in [
        ("counts one, two came", &run.early[..], 1),
        ("counts none, one came", &run.early[..1], 0),
        ("counts seventeen", &run.early[..], 17),
        ("counts 2^32 - 1", &[], u32::MAX),
    ] {
        file.invalid(
            &format!("CONFIRM {comment}, signed and confirmed"),
            &["Truncation"],
            Code::EarlyCount,
            case(early, &run.confirm_with(count)?)?,
        )?;
    }
    file.invalid(
        "CONFIRM, a bit of early_count: the relay hides that messages were dropped",
        &["Truncation", "BitFlip"],
        Code::Signature,
        case(&run.early, &flipped(&run.confirm, 85))?,
    )
}

fn sends(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let case = |times: u32, content: Value| json!({"base": run.base, "at": "send", "times": times, "content": content});
    file.valid("the first early message", &["Honest"], case(1, text("one")))?;
    file.valid(
        "the sixteenth early message",
        &["Honest"],
        case(16, text("again")),
    )?;
    file.invalid(
        "a seventeenth early message",
        &["Exhaustion"],
        Code::EarlyLimit,
        case(17, text("again")),
    )?;
    let fid = hex(&blocks("fid", 32));
    for (comment, content) in [
        ("READY", json!({"type": "ready"})),
        ("RECEIPT", json!({"type": "receipt"})),
        ("TYPING", json!({"type": "typing", "activity": "typing"})),
        (
            "FILECTL",
            json!({"type": "fileControl", "fid": fid, "op": "accept", "index": 0, "count": 0}),
        ),
        ("BYE", json!({"type": "bye"})),
        ("EDIT", json!({"type": "edit", "seq": 0, "text": "x"})),
        ("DELETE", json!({"type": "delete", "seq": 0})),
        (
            "REACTION",
            json!({"type": "reaction", "of": "mine", "seq": 0, "set": true, "emoji": "👍"}),
        ),
        ("a TEXT of 4,001 characters", text(&"x".repeat(4_001))),
    ] {
        file.invalid(
            &format!("sending {comment} early"),
            &["NotSent"],
            Code::InvalidContent,
            case(1, content),
        )?;
    }
    let mut without = case(1, text("x"));
    without["base"] = appendix_c();
    file.invalid(
        "sending early after an OFFER",
        &["NotSent"],
        Code::EarlyUnavailable,
        without,
    )
}
