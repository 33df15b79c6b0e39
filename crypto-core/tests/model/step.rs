//! What may happen, one thing at a time.

/// A step of a script. `from` and `to` are 0 or 1; `which` counts modulo what there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A side sends.
    Send { from: usize, kind: u8 },
    /// A side sends many receipts, for which nobody has to wait.
    Burst { from: usize, count: u16 },
    /// The oldest frame arrives.
    Deliver { to: usize },
    /// Any frame arrives.
    DeliverAny { to: usize, which: usize },
    /// A frame is held back; it may still come later.
    Lose { to: usize, which: usize },
    /// A frame comes (again) that came before or was held back.
    Again { to: usize, which: usize },
    /// A copy with another bit arrives.
    Flip { to: usize, which: usize, bit: usize },
    /// A copy with other four bytes arrives: a forged counter, a forged length.
    Write {
        to: usize,
        which: usize,
        at: usize,
        value: u32,
    },
    /// The beginning of one frame with the end of another.
    Splice { to: usize, which: usize, at: usize },
    /// The beginning of a frame.
    Cut {
        to: usize,
        which: usize,
        length: usize,
    },
    /// A frame comes back to the one who sent it.
    Reflect { to: usize, which: usize },
    /// Time passes.
    Wait { seconds: u8 },
    /// A side is saved, forgotten and restored; not from a record with another bit, nor from an older one.
    Restart { side: usize, bit: usize },
}

impl Step {
    /// Bytes of an encoded step.
    pub const LENGTH: usize = 4;

    /// Every four bytes are a step.
    pub fn decode(bytes: [u8; Self::LENGTH]) -> Self {
        let [head, first, second, third] = bytes;
        let side = usize::from(head & 1);
        let which = usize::from(first);
        let place = usize::from(u16::from_be_bytes([second, third]));
        match head >> 1 & 31 {
            0..=8 => Self::Send {
                from: side,
                kind: first,
            },
            // A long one takes as long as a hundred other steps.
            9 if second >= 224 => Self::Burst {
                from: side,
                count: u16::from_be_bytes([second, third]) % 300,
            },
            9 => Self::Burst {
                from: side,
                count: (third % 12).into(),
            },
            10..=15 => Self::Deliver { to: side },
            16..=19 => Self::DeliverAny { to: side, which },
            20 => Self::Lose { to: side, which },
            21 | 22 => Self::Again { to: side, which },
            23 => Self::Flip {
                to: side,
                which,
                bit: place,
            },
            // Every bit of the head is worth as much as all of the body.
            24 => Self::Flip {
                to: side,
                which,
                bit: place % (8 * 58),
            },
            25 => Self::Write {
                to: side,
                which,
                at: if second < 128 { 50 } else { 54 },
                value: third.into(),
            },
            26 => Self::Write {
                to: side,
                which,
                at: second.into(),
                value: u32::from(third) * 0x0101_0101,
            },
            27 => Self::Splice {
                to: side,
                which,
                at: place,
            },
            28 => Self::Cut {
                to: side,
                which,
                length: place,
            },
            29 => Self::Reflect { to: side, which },
            30 => Self::Restart { side, bit: place },
            _ => Self::Wait { seconds: first },
        }
    }

    /// A script of any bytes.
    pub fn script(bytes: &[u8]) -> impl Iterator<Item = Self> + '_ {
        bytes
            .as_chunks::<{ Self::LENGTH }>()
            .0
            .iter()
            .map(|bytes| Self::decode(*bytes))
    }
}
