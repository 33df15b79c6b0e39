//! over.json

use duet_crypto::engine::block_on;
use duet_crypto::identity::AccountId;
use duet_crypto::session::OverFrame;

use super::handshake::Base;
use super::unknown;
use crate::case::{Failure, Input, Outputs, hex, outputs};

pub(super) fn over(case: Input<'_>) -> Result<Outputs, Failure> {
    let base = Base::read(case.object("base")?)?;
    let (alice, bob) = (base.alice.clone(), base.bob.clone());
    let done = base.complete(&[])?;
    let (local, session) = match case.text("by")? {
        "a" => (alice, done.a),
        "b" => (bob, done.b),
        by => return Err(unknown(by)),
    };
    match case.text("op")? {
        "encode" => {
            let sid = session.id();
            let frame = block_on(OverFrame::sign(&local, sid))?.encode();
            Ok(outputs! { "sid" => hex(&sid.0), "frame" => hex(&frame) })
        }
        "verify" => {
            let (frame, from) = (case.hex("frame")?, AccountId(case.array("from")?));
            block_on(session.verify_over(&local, &frame, &from))?;
            Ok(outputs! {})
        }
        op => Err(unknown(op)),
    }
}
