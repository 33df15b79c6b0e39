//! ratchet.json

mod contents;
mod conversation;
mod forgeries;
mod limits;
mod refusals;
mod skipped;

use crate::case::Failure;
use crate::file::VectorFile;
use crate::scene::handshakes::appendix_c;

pub(super) fn ratchet() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "ratchet.json",
        "Scripts of sends and receives on two live sessions (section 6). Each starts from a handshake; a step that is refused \
         changes nothing, which the steps after it show, unless it is fatal.",
        &[
            (
                "Forgery",
                "A frame that was altered or made without the keys.",
            ),
            ("Replay", "A frame that was received before."),
            ("Reflection", "A side's own frame, sent back to it."),
            ("OtherSession", "A frame of another session."),
            (
                "Malformed",
                "A version, type or length that a MSG does not have.",
            ),
            (
                "RatchetKey",
                "A ratchet key that fails its check: refused before any key is used, even if the frame is authentic.",
            ),
            (
                "UnknownTurn",
                "A turn that is neither a known one of the peer's nor the next: one of the receiver's own, or one too far ahead.",
            ),
            (
                "Order",
                "Several faults at once: the first check of section 6.5 decides.",
            ),
            (
                "OutOfOrder",
                "Frames that overtake one another, also across turns.",
            ),
            (
                "Skip",
                "A counter that asks for more skipped keys than may be made or kept (memory exhaustion).",
            ),
            (
                "Poisoning",
                "A forged header that must not disturb the state: the next honest frame still opens.",
            ),
            (
                "Expired",
                "A message that comes after its skipped key was dropped.",
            ),
            (
                "Dishonest",
                "Authentic, but malformed inside: a peer with the keys that does not keep to the protocol. Fatal.",
            ),
            ("Fatal", "What remains possible after a fatal error."),
            ("Exhaustion", "A limit of section 10 is reached."),
            (
                "Unknown",
                "A ctype of a later version: ignored, its seq counts.",
            ),
            ("NotSent", "A content that must not leave."),
        ],
    );
    file.handshake("appendix_c", appendix_c());
    conversation::conversation(&mut file)?;
    forgeries::opening(&mut file)?;
    forgeries::going_on(&mut file)?;
    forgeries::of_another_session(&mut file)?;
    refusals::order(&mut file)?;
    refusals::turns(&mut file)?;
    refusals::previous_of_turn_1(&mut file)?;
    skipped::order(&mut file)?;
    skipped::bounds(&mut file)?;
    skipped::both_turns(&mut file)?;
    skipped::ages(&mut file)?;
    contents::contents(&mut file)?;
    contents::bodies(&mut file)?;
    contents::inside(&mut file)?;
    limits::limits(&mut file)?;
    Ok(file)
}
