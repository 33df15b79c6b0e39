//! What may happen among people whose relay is hostile.

/// People of a script; the last one is the one whom the relay favours.
pub(crate) const PEOPLE: usize = 4;

const PAIRS: [(usize, usize); 8] = [
    (0, 1),
    (1, 0),
    (0, 1),
    (1, 0),
    (0, 2),
    (2, 1),
    (1, 3),
    (3, 0),
];

/// How the relay treats payloads, until the next weather.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// As it should.
    Clear,
    /// A third of them is lost.
    Lossy,
    /// A third of them comes twice.
    Twice,
    /// Half of them come up to so many ms later, and overtake each other.
    Late(u64),
    /// All of that.
    Storm,
    /// Nothing of this frame type passes.
    Without(u8),
    /// Nothing of this person's passes.
    Muted(usize),
}

/// A step of a script. People count from 0, frames that the relay has seen from the newest, 0.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Pass(u64),
    /// A call that is accepted at once.
    Meet(usize, usize),
    // What people do.
    Call(usize, usize),
    Accept(usize, usize),
    Decline(usize, usize),
    Leave(usize, usize),
    Say(usize, usize),
    /// So many texts at once.
    Burst(usize, usize, u8),
    Edit(usize, usize, u8),
    Delete(usize, usize, u8),
    React(usize, usize),
    Type(usize, usize),
    Read(usize, usize),
    View(usize, usize),
    // What happens to their machines.
    Cut(usize),
    Connect(usize),
    /// The line swallows, or does no longer.
    Swallow(usize, bool),
    /// Jobs do not return, or all that were kept back return now.
    Jobs(usize, bool),
    /// The page is loaded again.
    Reload(usize),
    // What the relay does.
    Weather(Weather),
    /// A frame comes again, in anybody's name and to anybody.
    Replay {
        frame: u8,
        from: Option<usize>,
        to: Option<usize>,
    },
    /// A copy with one bit changed.
    Flip {
        frame: u8,
        bit: u16,
    },
    /// The head of one and the tail of another.
    Splice {
        head: u8,
        tail: u8,
        at: u16,
    },
    /// A genuine call of the favoured person's, under the `hid` of any frame.
    Call2 {
        to: usize,
        hid: u8,
    },
    /// A word about a person: whether online, and whether in the run that is true.
    Lie {
        to: usize,
        about: usize,
        online: bool,
        truly: bool,
    },
    /// The next frames come from a run that does not exist.
    WrongRun(u8),
    /// The next frames are said to be refused, and come.
    WrongAck(u8),
}

impl Step {
    /// Three bytes of a script of a fuzzer's.
    pub(crate) fn decode([head, first, second]: [u8; 3]) -> Self {
        // Mostly the same two, so that things happen between them.
        let (a, b) = PAIRS[usize::from(first & 7)];
        let person = usize::from(second & 3);
        let pick = second >> 2;
        match head {
            0..=60 => Self::Pass([20, 50, 300, 1_000][person]),
            61..=84 => Self::Pass([2_000, 6_000, 16_000, 45_000][person]),
            85..=88 => Self::Pass([61_000, 200_000, 605_000, 3_000_000][person]),
            89..=97 => Self::Meet(a, b),
            98..=104 => Self::Call(a, b),
            105..=112 => Self::Accept(a, b),
            113 => Self::Decline(a, b),
            114..=115 => Self::Leave(a, b),
            116..=147 => Self::Say(a, b),
            148..=152 => Self::Burst(a, b, second),
            153..=159 => Self::Edit(a, b, second),
            160..=164 => Self::Delete(a, b, second),
            165..=170 => Self::React(a, b),
            171..=176 => Self::Type(a, b),
            177..=186 => Self::Read(a, b),
            187..=191 => Self::View(a, b),
            192..=195 => Self::Cut(a),
            196..=203 => Self::Connect(a),
            204..=206 => Self::Swallow(a, second & 3 == 1),
            207..=209 => Self::Jobs(a, second & 3 == 1),
            210 | 211 => Self::Reload(a),
            212..=224 => Self::Weather(match second % 24 {
                3 => Weather::Lossy,
                4 => Weather::Twice,
                5 => Weather::Late(3_000),
                6 => Weather::Late(30_000),
                7 => Weather::Storm,
                8 => Weather::Muted(a),
                // The frame types of protocol 4 to 6.
                9 => Weather::Without(0x03),
                10 => Weather::Without(0x04),
                11 => Weather::Without(0x05),
                12 => Weather::Without(0x07),
                13 => Weather::Without(0x10),
                14 => Weather::Without(0x02),
                0 => Weather::Without(0x11),
                1 => Weather::Without(0x01),
                _ => Weather::Clear,
            }),
            225..=234 => Self::Replay {
                frame: pick,
                from: (first & 16 != 0).then_some(a),
                to: (first & 32 != 0).then_some(b),
            },
            235..=238 => Self::Flip {
                frame: pick,
                bit: u16::from_be_bytes([first, second]),
            },
            239..=241 => Self::Splice {
                head: first,
                tail: second,
                at: u16::from(first ^ second) * 11,
            },
            242..=244 => Self::Call2 { to: b, hid: pick },
            245..=248 => Self::Lie {
                to: a,
                about: b,
                online: second & 1 == 1,
                truly: second & 2 == 2,
            },
            249..=252 => Self::WrongRun(1 + (second & 3)),
            253..=255 => Self::WrongAck(1 + (second & 3)),
        }
    }
}
