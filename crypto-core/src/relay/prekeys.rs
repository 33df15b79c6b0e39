//! What the frames 0x46 to 0x48 carry: PREKEY frames, of which the relay looks at length, version and type only.

use alloc::vec::Vec;

use super::status::status;
use super::{EnvelopeId, FrameError, frame_type};
use crate::bytes::Reader;
use crate::limits;
use crate::prekeys::frame::PREKEY_LENGTH;
use crate::wire::FrameKind;

/// A PREKEY frame: see [`crate::prekeys::PrekeyBundle::verify`].
pub type PrekeyBytes = [u8; PREKEY_LENGTH];

status! {
    /// Why a PREKEY_GET brings no prekey. The initiator then begins with an OFFER (section 5.2).
    NoPrekey: u8 {
        /// All are handed out.
        NoneLeft = 1,
        /// Too many requests.
        RateLimit = 2,
        /// The account is offline, or its run is another one.
        Offline = 3,
        /// Not on the account's allow-list.
        NotAllowed = 5,
    }
}

/// `count u8, count × PREKEY`, to the end of the frame.
pub(super) fn decode_prekeys<'a>(reader: &mut Reader<'a>) -> Result<&'a [PrekeyBytes], FrameError> {
    let count = usize::from(reader.u8()?);
    let (prekeys, rest) = reader.rest().as_chunks();
    if prekeys.len() != count || !rest.is_empty() {
        return Err(FrameError::Length);
    }
    if count > limits::PREKEYS || !prekeys.iter().all(is_prekey) {
        return Err(FrameError::Field);
    }
    Ok(prekeys)
}

pub(super) fn encode_prekeys(id: EnvelopeId, prekeys: &[PrekeyBytes]) -> Vec<u8> {
    let prekeys = prekeys.get(..limits::PREKEYS).unwrap_or(prekeys);
    // At most 20.
    let count = u8::try_from(prekeys.len()).unwrap_or(u8::MAX);
    super::frame(
        frame_type::PREKEYS,
        &[&id.0, &[count], prekeys.as_flattened()],
    )
}

/// `status u8`, then a PREKEY or nothing.
pub(super) fn decode_response<'a>(
    reader: &mut Reader<'a>,
) -> Result<Result<&'a PrekeyBytes, NoPrekey>, FrameError> {
    match reader.u8()? {
        0 => {
            let prekey = reader.rest().try_into().map_err(|_| FrameError::Length)?;
            if is_prekey(prekey) {
                Ok(Ok(prekey))
            } else {
                Err(FrameError::Field)
            }
        }
        reason => NoPrekey::decode(reason).map(Err),
    }
}

fn is_prekey(frame: &PrekeyBytes) -> bool {
    frame[..2] == FrameKind::Prekey.start()
}
