//! handshake_reject.json

use duet_crypto::error::Code;
use duet_crypto::handshake::frames::{ACCEPT_LENGTH, CONFIRM_LENGTH, OFFER_LENGTH};
use duet_crypto::identity::IdentitySeed;
use duet_crypto::primitives::hash::{hmac, labelled, sha256};
use duet_crypto::primitives::kem::EncapsulationKey;
use duet_crypto::primitives::labels;
use serde_json::{Value, json};

use crate::case::{Failure, Input, hex};
use crate::file::VectorFile;
use crate::rng::{Replay, blocks};
use crate::run::{bytes_of, run};
use crate::scene::bytes::{flipped, not_canonical, one, replaced, with_coefficient};
use crate::scene::handshakes::{appendix_c, earlier};
use crate::scene::layout::{accept, confirm, flight1, offer};
use crate::scene::people::{ALICE, BOB, account, seed, sign};

const OFFER_FIELDS: [(&str, usize); 10] = [
    ("hid", flight1::HID),
    ("max_version", flight1::MAX_VERSION),
    ("presence_B", flight1::PRESENCE_B),
    ("aid_A", flight1::AID_A),
    ("aid_B", flight1::AID_B),
    ("IK_A", flight1::IK_A),
    ("IK_B", flight1::IK_B),
    ("EX_A", flight1::EX_A),
    ("cm_A", flight1::CM_A),
    ("sig_A1", offer::SIGNATURE),
];

/// The honest run that every case starts from, and the means to sign what is not honest.
struct Run {
    base: Value,
    offer: Vec<u8>,
    accept: Vec<u8>,
    confirm: Vec<u8>,
    alice: IdentitySeed,
    bob: IdentitySeed,
    kc_a: Vec<u8>,
}

impl Run {
    fn new() -> Result<Self, Failure> {
        let outputs = run("handshake_interactive.json", Input::new(&appendix_c()))?;
        let honest = |name| bytes_of(&outputs, name);
        Ok(Self {
            base: appendix_c(),
            offer: honest("flight1")?,
            accept: honest("accept")?,
            confirm: honest("confirm")?,
            alice: ALICE.identity()?,
            bob: BOB.identity()?,
            kc_a: honest("kcA")?,
        })
    }

    fn offer_case(&self, frame: &[u8]) -> Result<Value, Failure> {
        let from = hex(&account(ALICE.name)?.0);
        Ok(
            json!({"base": self.base, "at": "offer", "before": [], "pin": null, "from": from, "frame": hex(frame)}),
        )
    }

    fn case(&self, at: &str, from: &str, frame: &[u8]) -> Result<Value, Failure> {
        Ok(
            json!({"base": self.base, "at": at, "from": hex(&account(from)?.0), "frame": hex(frame)}),
        )
    }

    /// The offer with other bytes in the place of a field, signed by `signer`.
    fn offer_with(
        &self,
        signer: &IdentitySeed,
        changes: &[(usize, &[u8])],
    ) -> Result<Vec<u8>, Failure> {
        let mut frame = replaced(&self.offer, changes);
        let t1 = t1(&frame);
        let signature = sign(signer, &labels::SIG_OFFER, &t1)?;
        frame[offer::SIGNATURE..].copy_from_slice(&signature);
        Ok(frame)
    }

    /// The ACCEPT with changes, signed by `signer`. Its MAC stays as it was.
    fn accept_with(
        &self,
        signer: &IdentitySeed,
        changes: &[(usize, &[u8])],
    ) -> Result<Vec<u8>, Failure> {
        let mut frame = replaced(&self.accept, changes);
        let t2 = sha256(&[
            &t1(&self.offer),
            &self.offer[offer::SIGNATURE..],
            &frame[..accept::SIGNATURE],
        ]);
        let signature = sign(signer, &labels::SIG_ACCEPT, &t2)?;
        frame[accept::SIGNATURE..accept::MAC_B].copy_from_slice(&signature);
        Ok(frame)
    }

    /// The CONFIRM with changes, signed by alice and with the right MAC.
    fn confirm_with(&self, changes: &[(usize, &[u8])]) -> Result<Vec<u8>, Failure> {
        let mut frame = replaced(&self.confirm, changes);
        let t2 = sha256(&[
            &t1(&self.offer),
            &self.offer[offer::SIGNATURE..],
            &self.accept[..accept::SIGNATURE],
        ]);
        let t3 = sha256(&[&t2, &self.accept[accept::SIGNATURE..accept::MAC_B]]);
        let t4 = sha256(&[
            &t3,
            &self.accept[accept::MAC_B..],
            &frame[..confirm::SIGNATURE],
        ]);
        let signature = sign(&self.alice, &labels::SIG_CONFIRM, &t4)?;
        let mac = hmac(&self.kc_a, &[&sha256(&[&t4, &signature])]);
        frame[confirm::SIGNATURE..confirm::MAC_A].copy_from_slice(&signature);
        frame[confirm::MAC_A..].copy_from_slice(&mac[..]);
        Ok(frame)
    }
}

fn t1(offer: &[u8]) -> [u8; 32] {
    sha256(&[
        &labelled(&labels::TRANSCRIPT, &[]),
        &offer[..offer::SIGNATURE],
    ])
}

pub(super) fn reject() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "handshake_reject.json",
        "Frames that a side of a handshake refuses (section 4.5), each on top of the honest handshake in `base`. `at` says where: \
         the responder gets an `offer` (after the frames in `before`, with the sender pinned to `pin`), the user accepts one \
         that rings (`ring`), the initiator gets an `accept`, the responder gets a `confirm`. Valid cases show that the honest \
         frame passes there.",
        &[
            ("Honest", "The control: the right frame in the right place."),
            ("BitFlip", "One bit of one field changed on the way."),
            (
                "Malformed",
                "A length, version, type or value that does not exist.",
            ),
            ("Replay", "A recorded frame, sent again or to another run."),
            (
                "Misbinding",
                "Names and keys put together anew: somebody registered another's key, or the relay names another sender.",
            ),
            (
                "Reflection",
                "A frame sent back to the one who made it, or made under the receiver's own key.",
            ),
            (
                "KeySubstitution",
                "A key that is not the one the other side knows or has pinned.",
            ),
            ("CrossProtocol", "A signature made for another flight."),
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
                "Reencapsulation",
                "Validly signed: another ML-KEM ciphertext than the one the MAC is over.",
            ),
            (
                "KeyConfirmation",
                "Validly signed, but without the keys: somebody who can sign and did not run the exchange.",
            ),
            (
                "SasGrinding",
                "Another opening of the commitment, chosen after ACCEPT was seen.",
            ),
            (
                "EarlyData",
                "Early messages announced in a handshake that has none.",
            ),
            (
                "Order",
                "Several faults at once: the first check of section 4.5 decides.",
            ),
            (
                "FutureVersion",
                "A peer that also speaks later versions is not refused for it.",
            ),
        ],
    );
    let run = Run::new()?;
    file.handshake("appendix_c", run.base.clone());
    offers(&mut file, &run)?;
    accepts(&mut file, &run)?;
    confirms(&mut file, &run)?;
    Ok(file)
}

fn offers(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    file.valid("OFFER", &["Honest"], run.offer_case(&run.offer)?)?;
    file.valid(
        "OFFER, then accepted",
        &["Honest"],
        run.case("ring", ALICE.name, &run.offer)?,
    )?;
    let later = run.offer_with(&run.alice, &[(flight1::MAX_VERSION, &[2])])?;
    file.valid(
        "OFFER with max_version 2",
        &["FutureVersion"],
        run.offer_case(&later)?,
    )?;

    for (field, at) in OFFER_FIELDS {
        let code = match field {
            "max_version" => Code::FrameField,
            "presence_B" => Code::StalePresence,
            "aid_A" => Code::Sender,
            "aid_B" | "IK_B" => Code::NotForUs,
            // IK_A with this bit flipped is a point of the curve, but not alice's key.
            _ => Code::Signature,
        };
        let frame = flipped(&run.offer, at);
        file.invalid(
            &format!("OFFER, a bit of {field}"),
            &["BitFlip"],
            code,
            run.offer_case(&frame)?,
        )?;
    }
    let ek = flipped(&run.offer, flight1::CM_A - 1);
    file.invalid(
        "OFFER, a bit of EK_A (in its seed)",
        &["BitFlip"],
        Code::Signature,
        run.offer_case(&ek)?,
    )?;
    let s = flipped(&run.offer, offer::S);
    file.invalid(
        "OFFER, a bit of S",
        &["BitFlip"],
        Code::Signature,
        run.offer_case(&s)?,
    )?;
    offer_forms(file, run)?;
    offer_people(file, run)?;
    offer_keys(file, run)?;
    offer_orders(file, run)
}

/// Several faults at once: the first check of section 4.5 decides. The pin comes last, so that "the key has changed" is said
/// only of a flight that is genuine under the new key.
fn offer_orders(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let eve = seed("eve");
    let (eve_aid, eve_key) = (account("eve")?, eve.public_key());
    let (bad_ex, bad_ek) = (not_canonical(), [0xff; 1152]);
    let own = run.bob.public_key();
    let other_run = blocks("an earlier run", 16);
    let to_eve = (flight1::AID_B, &eve_aid.0[..]);
    let from_bob = (flight1::IK_A, &own.as_bytes()[..]);
    let from_eve = (flight1::IK_A, &eve_key.as_bytes()[..]);
    let stale = (flight1::PRESENCE_B, &other_run[..]);
    let (agreement, encapsulation) = ((flight1::EX_A, &bad_ex[..]), (flight1::EK_A, &bad_ek[..]));
    let pinned = |frame: &[u8]| -> Result<Value, Failure> {
        let mut case = run.offer_case(frame)?;
        case["pin"] = json!(ALICE.ik);
        Ok(case)
    };
    let delivered = |frame: &[u8], before: &[Value]| -> Result<Value, Failure> {
        let mut case = run.offer_case(frame)?;
        case["from"] = json!(hex(&eve_aid.0));
        case["before"] = json!(before);
        Ok(case)
    };
    let swapped =
        |changes: &[(usize, &[u8])]| run.offer_with(&eve, &[changes, &[from_eve]].concat());
    let forged = flipped(&run.offer, offer::SIGNATURE);
    for (comment, code, case) in [
        (
            "whom it is for before one's own key",
            Code::NotForUs,
            run.offer_case(&run.offer_with(&run.bob, &[to_eve, from_bob, stale])?)?,
        ),
        (
            "one's own key before the run",
            Code::OwnKey,
            run.offer_case(&run.offer_with(&run.bob, &[from_bob, stale])?)?,
        ),
        (
            "the run before the sender",
            Code::StalePresence,
            delivered(&replaced(&forged, &[stale]), &[])?,
        ),
        (
            "a replay before the sender",
            Code::OfferReplayed,
            delivered(&forged, &[earlier(&run.offer, None, 1)?])?,
        ),
        (
            "the sender before the signature",
            Code::Sender,
            delivered(&forged, &[])?,
        ),
        (
            "the signature before EK_A and EX_A",
            Code::Signature,
            run.offer_case(&replaced(&run.offer, &[agreement, encapsulation]))?,
        ),
        (
            "EK_A before EX_A",
            Code::KemKey,
            run.offer_case(&run.offer_with(&run.alice, &[agreement, encapsulation])?)?,
        ),
        (
            "the signature before the pin",
            Code::Signature,
            pinned(&flipped(&swapped(&[])?, offer::SIGNATURE))?,
        ),
        (
            "EK_A before the pin",
            Code::KemKey,
            pinned(&swapped(&[encapsulation])?)?,
        ),
        (
            "EX_A before the pin",
            Code::X25519Key,
            pinned(&swapped(&[agreement])?)?,
        ),
    ] {
        file.invalid(&format!("OFFER, {comment}"), &["Order"], code, case)?;
    }
    Ok(())
}

fn offer_forms(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let mut refuse = |comment: &str, code, frame: &[u8]| {
        file.invalid(
            &format!("OFFER, {comment}"),
            &["Malformed"],
            code,
            run.offer_case(frame)?,
        )
    };
    refuse("nothing", Code::FrameLength, &[])?;
    refuse(
        "a byte short",
        Code::FrameLength,
        &run.offer[..OFFER_LENGTH - 1],
    )?;
    refuse(
        "a byte long",
        Code::FrameLength,
        &[&run.offer[..], &[0]].concat(),
    )?;
    refuse(
        "version 2",
        Code::FrameVersion,
        &replaced(&run.offer, &[(0, &[2])]),
    )?;
    refuse(
        "the type of an INIT, which is longer",
        Code::FrameLength,
        &replaced(&run.offer, &[(1, &[2])]),
    )?;
    refuse(
        "the type of an ACCEPT",
        Code::FrameType,
        &replaced(&run.offer, &[(1, &[3])]),
    )?;
    refuse(
        "validly signed max_version 0",
        Code::FrameField,
        &run.offer_with(&run.alice, &[(flight1::MAX_VERSION, &[0])])?,
    )
}

/// Who calls whom.
fn offer_people(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let eve = seed("eve");
    let (eve_aid, bob_aid) = (account("eve")?, account(BOB.name)?);
    let (eve_key, bob_key) = (eve.public_key(), run.bob.public_key());
    let with = |key: &str, value: Value, frame: &[u8]| -> Result<Value, Failure> {
        let mut case = run.offer_case(frame)?;
        case[key] = value;
        Ok(case)
    };

    let case = with("before", json!([earlier(&run.offer, None, 1)?]), &run.offer)?;
    file.invalid(
        "OFFER, a second time in this run",
        &["Replay"],
        Code::OfferReplayed,
        case,
    )?;
    let renewed = run.offer_with(
        &run.alice,
        &[
            (flight1::EX_A, &blocks("renewed EX_A", 32)[..31]),
            (flight1::EK_A - 1, &[0]),
        ],
    )?;
    let case = with("before", json!([earlier(&run.offer, None, 1)?]), &renewed)?;
    file.invalid(
        "OFFER, the same hid with other keys",
        &["Replay"],
        Code::OfferReplayed,
        case,
    )?;
    let stale = run.offer_with(
        &run.alice,
        &[(flight1::PRESENCE_B, &blocks("an earlier run", 16))],
    )?;
    file.invalid(
        "OFFER, recorded for an earlier run",
        &["Replay"],
        Code::StalePresence,
        run.offer_case(&stale)?,
    )?;

    let case = with("from", json!(hex(&eve_aid.0)), &run.offer)?;
    file.invalid(
        "OFFER of alice, delivered as eve's",
        &["Misbinding"],
        Code::Sender,
        case,
    )?;
    let named = run.offer_with(&run.alice, &[(flight1::AID_B, &eve_aid.0)])?;
    file.invalid(
        "OFFER meant for eve's account with bob's key",
        &["Misbinding"],
        Code::NotForUs,
        run.offer_case(&named)?,
    )?;
    let keyed = run.offer_with(&run.alice, &[(flight1::IK_B, eve_key.as_bytes())])?;
    file.invalid(
        "OFFER to bob's account under eve's key",
        &["KeySubstitution"],
        Code::NotForUs,
        run.offer_case(&keyed)?,
    )?;
    let reflected = run.offer_with(&run.bob, &[(flight1::IK_A, bob_key.as_bytes())])?;
    file.invalid(
        "OFFER signed with bob's own key",
        &["Reflection"],
        Code::OwnKey,
        run.offer_case(&reflected)?,
    )?;
    let own = run.offer_with(
        &run.bob,
        &[
            (flight1::IK_A, bob_key.as_bytes()),
            (flight1::AID_A, &bob_aid.0),
        ],
    )?;
    let case = with("from", json!(hex(&bob_aid.0)), &own)?;
    file.invalid(
        "OFFER of bob to himself",
        &["Reflection"],
        Code::OwnKey,
        case,
    )?;

    let case = with("pin", json!(hex(eve_key.as_bytes())), &run.offer)?;
    file.invalid(
        "OFFER under another key than alice's pin",
        &["KeySubstitution"],
        Code::IdentityChanged,
        case,
    )?;
    let swapped = run.offer_with(&eve, &[(flight1::IK_A, eve_key.as_bytes())])?;
    let case = with("pin", json!(ALICE.ik), &swapped)?;
    file.invalid(
        "OFFER of eve's key for alice's account",
        &["KeySubstitution"],
        Code::IdentityChanged,
        case,
    )?;
    let mut case = with("pin", json!(ALICE.ik), &swapped)?;
    case["before"] = json!([earlier(&swapped, Some(Code::IdentityChanged), 1)?]);
    file.invalid(
        "OFFER of eve's key for alice's account, a second time: it is remembered before the pin is looked at",
        &["KeySubstitution", "Replay", "Order"],
        Code::OfferReplayed,
        case,
    )?;
    let mut case = with("pin", json!(ALICE.ik), &run.offer)?;
    file.valid("OFFER under the pinned key", &["Honest"], case.clone())?;
    case["before"] = json!([earlier(&swapped, Some(Code::IdentityChanged), 1)?]);
    file.valid(
        "OFFER under the pinned key after eve's with the same hid: remembered is the key with the hid",
        &["Honest"],
        case,
    )?;

    let forged = run.offer_with(&eve, &[])?;
    file.invalid(
        "OFFER in alice's name, signed by eve",
        &["KeySubstitution"],
        Code::Signature,
        run.offer_case(&forged)?,
    )?;
    let mut labelled = run.offer.clone();
    labelled[offer::SIGNATURE..].copy_from_slice(&sign(
        &run.alice,
        &labels::SIG_ACCEPT,
        &t1(&run.offer),
    )?);
    file.invalid(
        "OFFER with a signature of another label",
        &["CrossProtocol"],
        Code::Signature,
        run.offer_case(&labelled)?,
    )
}

/// Validly signed keys that must not be used.
fn offer_keys(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let weak = replaced(
        &run.offer,
        &[
            (flight1::IK_A, &one()),
            (offer::SIGNATURE, &one()),
            (offer::S, &[0; 32]),
        ],
    );
    file.invalid(
        "OFFER under the identity point, with the signature that fits every message",
        &["SmallOrder"],
        Code::Ed25519Key,
        run.offer_case(&weak)?,
    )?;
    let ek = with_coefficient(&run.offer[flight1::EK_A..flight1::CM_A], 3329);
    let frame = run.offer_with(&run.alice, &[(flight1::EK_A, &ek)])?;
    file.invalid(
        "OFFER, EK_A with the coefficient 3329",
        &["Modulus"],
        Code::KemKey,
        run.offer_case(&frame)?,
    )?;
    let frame = run.offer_with(&run.alice, &[(flight1::EK_A, &[0xff; 1152])])?;
    file.invalid(
        "OFFER, EK_A with all coefficients 4095",
        &["Modulus"],
        Code::KemKey,
        run.offer_case(&frame)?,
    )?;
    let frame = run.offer_with(&run.alice, &[(flight1::EX_A, &not_canonical())])?;
    file.invalid(
        "OFFER, EX_A = p",
        &["NonCanonical"],
        Code::X25519Key,
        run.offer_case(&frame)?,
    )?;
    let mut top = run.offer[flight1::EX_A..flight1::EK_A].to_vec();
    top[31] |= 0x80;
    let frame = run.offer_with(&run.alice, &[(flight1::EX_A, &top)])?;
    file.invalid(
        "OFFER, EX_A with bit 255 set",
        &["NonCanonical"],
        Code::X25519Key,
        run.offer_case(&frame)?,
    )?;
    for (comment, point) in [("EX_A = 0", [0; 32]), ("EX_A = 1", one())] {
        let frame = run.offer_with(&run.alice, &[(flight1::EX_A, &point)])?;
        let case = run.case("ring", ALICE.name, &frame)?;
        file.invalid(
            &format!("OFFER, {comment}, accepted"),
            &["SmallOrder"],
            Code::X25519Zero,
            case,
        )?;
    }
    Ok(())
}

fn accepts(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    file.valid(
        "ACCEPT",
        &["Honest"],
        run.case("accept", BOB.name, &run.accept)?,
    )?;
    let mut refuse = |comment: &str, flag, code, frame: &[u8]| {
        file.invalid(
            &format!("ACCEPT, {comment}"),
            &[flag],
            code,
            run.case("accept", BOB.name, frame)?,
        )
    };
    for (field, at, code) in [
        ("hid", accept::HID, Code::HandshakeId),
        ("max_version", accept::MAX_VERSION, Code::HandshakeFrame),
        ("EX_B", accept::EX_B, Code::Signature),
        ("CT_B", accept::CT_B, Code::Signature),
        (
            "CT_B, its last byte",
            accept::SIGNATURE - 1,
            Code::Signature,
        ),
        ("R", accept::SIGNATURE, Code::Signature),
        ("S", accept::S, Code::Signature),
        ("mac_B", accept::MAC_B, Code::Confirmation),
    ] {
        refuse(
            &format!("a bit of {field}"),
            "BitFlip",
            code,
            &flipped(&run.accept, at),
        )?;
    }
    refuse("nothing", "Malformed", Code::HandshakeId, &[])?;
    refuse(
        "version 2",
        "Malformed",
        Code::FrameVersion,
        &replaced(&run.accept, &[(0, &[2])]),
    )?;
    refuse(
        "the type of a CONFIRM",
        "Malformed",
        Code::FrameType,
        &replaced(&run.accept, &[(1, &[4])]),
    )?;
    refuse(
        "a byte short",
        "Malformed",
        Code::HandshakeFrame,
        &run.accept[..ACCEPT_LENGTH - 1],
    )?;
    refuse(
        "a byte long",
        "Malformed",
        Code::HandshakeFrame,
        &[&run.accept[..], &[0]].concat(),
    )?;
    refuse(
        "alice's own OFFER, reflected",
        "Reflection",
        Code::FrameType,
        &run.offer,
    )?;
    let eve = seed("eve");
    refuse(
        "signed by eve",
        "KeySubstitution",
        Code::Signature,
        &run.accept_with(&eve, &[])?,
    )?;
    refuse(
        "signed by alice",
        "Reflection",
        Code::Signature,
        &run.accept_with(&run.alice, &[])?,
    )?;
    let ek = EncapsulationKey::new(
        run.offer[flight1::EK_A..flight1::CM_A]
            .try_into()
            .map_err(|_| Failure::case("EK_A"))?,
    )?;
    let other = ek.encapsulate(&mut Replay::new(blocks("another encapsulation", 32)));
    refuse(
        "another ciphertext",
        "Reencapsulation",
        Code::Confirmation,
        &run.accept_with(&run.bob, &[(accept::CT_B, &other.ciphertext)])?,
    )?;
    let damaged = flipped(&run.accept[accept::CT_B..accept::SIGNATURE], 700);
    refuse(
        "a damaged ciphertext",
        "Reencapsulation",
        Code::Confirmation,
        &run.accept_with(&run.bob, &[(accept::CT_B, &damaged)])?,
    )?;
    refuse(
        "EX_B = 0",
        "SmallOrder",
        Code::X25519Zero,
        &run.accept_with(&run.bob, &[(accept::EX_B, &[0; 32])])?,
    )?;
    refuse(
        "EX_B = p",
        "NonCanonical",
        Code::X25519Key,
        &run.accept_with(&run.bob, &[(accept::EX_B, &not_canonical())])?,
    )?;
    let without = replaced(&run.accept, &[(accept::MAC_B, &[0; 32])]);
    refuse(
        "without a MAC",
        "KeyConfirmation",
        Code::Confirmation,
        &without,
    )?;
    let later = run.accept_with(&run.bob, &[(accept::MAX_VERSION, &[2])])?;
    refuse(
        "max_version 2 under the MAC of 1",
        "KeyConfirmation",
        Code::Confirmation,
        &later,
    )?;
    file.invalid(
        "ACCEPT, from another account",
        &["Misbinding"],
        Code::Sender,
        run.case("accept", "eve", &run.accept)?,
    )
}

fn confirms(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    file.valid(
        "CONFIRM",
        &["Honest"],
        run.case("confirm", ALICE.name, &run.confirm)?,
    )?;
    let mut refuse = |comment: &str, flag, code, frame: &[u8]| {
        file.invalid(
            &format!("CONFIRM, {comment}"),
            &[flag],
            code,
            run.case("confirm", ALICE.name, frame)?,
        )
    };
    for (field, at, code) in [
        ("hid", confirm::HID, Code::HandshakeId),
        ("r_A", confirm::R_A, Code::Commitment),
        ("RX_A", confirm::RX_A, Code::Signature),
        ("RE_A", confirm::RE_A, Code::Signature),
        (
            "RE_A (in its seed)",
            confirm::EARLY_COUNT - 1,
            Code::Signature,
        ),
        ("early_count", confirm::EARLY_COUNT + 3, Code::Signature),
        ("R", confirm::SIGNATURE, Code::Signature),
        ("S", confirm::S, Code::Signature),
        ("mac_A", confirm::MAC_A, Code::Confirmation),
    ] {
        refuse(
            &format!("a bit of {field}"),
            "BitFlip",
            code,
            &flipped(&run.confirm, at),
        )?;
    }
    refuse("nothing", "Malformed", Code::HandshakeId, &[])?;
    refuse(
        "version 2",
        "Malformed",
        Code::FrameVersion,
        &replaced(&run.confirm, &[(0, &[2])]),
    )?;
    refuse(
        "the type of an END",
        "Malformed",
        Code::FrameType,
        &replaced(&run.confirm, &[(1, &[5])]),
    )?;
    refuse(
        "a byte short",
        "Malformed",
        Code::HandshakeFrame,
        &run.confirm[..CONFIRM_LENGTH - 1],
    )?;
    refuse(
        "a byte long",
        "Malformed",
        Code::HandshakeFrame,
        &[&run.confirm[..], &[0]].concat(),
    )?;
    refuse(
        "bob's own ACCEPT, reflected",
        "Reflection",
        Code::FrameType,
        &run.accept,
    )?;
    let ground = run.confirm_with(&[(confirm::R_A, &blocks("another r_A", 32))])?;
    refuse(
        "another r_A, signed and confirmed",
        "SasGrinding",
        Code::Commitment,
        &ground,
    )?;
    refuse(
        "early_count 1",
        "EarlyData",
        Code::EarlyCount,
        &run.confirm_with(&[(confirm::EARLY_COUNT + 3, &[1])])?,
    )?;
    refuse(
        "RX_A = 0",
        "SmallOrder",
        Code::X25519Zero,
        &run.confirm_with(&[(confirm::RX_A, &[0; 32])])?,
    )?;
    refuse(
        "RX_A = p",
        "NonCanonical",
        Code::X25519Key,
        &run.confirm_with(&[(confirm::RX_A, &not_canonical())])?,
    )?;
    refuse(
        "RX_A = 1",
        "SmallOrder",
        Code::X25519Zero,
        &run.confirm_with(&[(confirm::RX_A, &one())])?,
    )?;
    let mut top = run.confirm[confirm::RX_A..confirm::RE_A].to_vec();
    top[31] |= 0x80;
    refuse(
        "RX_A with bit 255 set",
        "NonCanonical",
        Code::X25519Key,
        &run.confirm_with(&[(confirm::RX_A, &top)])?,
    )?;
    let re = &run.confirm[confirm::RE_A..confirm::EARLY_COUNT];
    let large = with_coefficient(re, 3329);
    refuse(
        "RE_A with the coefficient 3329",
        "Modulus",
        Code::KemKey,
        &run.confirm_with(&[(confirm::RE_A, &large)])?,
    )?;
    refuse(
        "RE_A with all coefficients 4095",
        "Modulus",
        Code::KemKey,
        &run.confirm_with(&[(confirm::RE_A, &[0xff; 1152])])?,
    )?;
    orders(file, run)?;
    let mut refuse = |comment: &str, flag, code, frame: &[u8]| {
        file.invalid(
            &format!("CONFIRM, {comment}"),
            &[flag],
            code,
            run.case("confirm", ALICE.name, frame)?,
        )
    };
    let without = replaced(&run.confirm, &[(confirm::MAC_A, &[0; 32])]);
    refuse(
        "without a MAC",
        "KeyConfirmation",
        Code::Confirmation,
        &without,
    )?;
    file.invalid(
        "CONFIRM, from another account",
        &["Misbinding"],
        Code::Sender,
        run.case("confirm", "eve", &run.confirm)?,
    )
}

/// Several faults at once: the first check of section 4.5 decides. All are signed by alice, and confirmed unless the
/// comment says otherwise.
fn orders(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let other = blocks("another r_A", 32);
    let (bad_rx, bad_re, counted) = (not_canonical(), [0xff; 1152], [0, 0, 0, 1]);
    let commitment = (confirm::R_A, &other[..]);
    let agreement = (confirm::RX_A, &bad_rx[..]);
    let zero = (confirm::RX_A, &[0; 32][..]);
    let encapsulation = (confirm::RE_A, &bad_re[..]);
    let count = (confirm::EARLY_COUNT, &counted[..]);
    let without_mac = |changes: &[(usize, &[u8])]| -> Result<Vec<u8>, Failure> {
        let frame = run.confirm_with(changes)?;
        Ok(replaced(&frame, &[(confirm::MAC_A, &[0; 32])]))
    };
    for (comment, code, frame) in [
        (
            "r_A before RX_A",
            Code::Commitment,
            run.confirm_with(&[commitment, agreement, encapsulation])?,
        ),
        (
            "the signature before RX_A",
            Code::Signature,
            replaced(&run.confirm, &[agreement, encapsulation]),
        ),
        (
            "RX_A before RE_A",
            Code::X25519Key,
            without_mac(&[agreement, encapsulation, count])?,
        ),
        (
            "RE_A before mac_A",
            Code::KemKey,
            without_mac(&[zero, encapsulation, count])?,
        ),
        (
            "mac_A before early_count",
            Code::Confirmation,
            without_mac(&[zero, count])?,
        ),
        (
            "early_count before the agreement",
            Code::EarlyCount,
            run.confirm_with(&[zero, count])?,
        ),
    ] {
        file.invalid(
            &format!("CONFIRM, {comment}"),
            &["Order"],
            code,
            run.case("confirm", ALICE.name, &frame)?,
        )?;
    }
    Ok(())
}
