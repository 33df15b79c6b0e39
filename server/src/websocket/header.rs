//! The head of a frame (RFC 6455 section 5.2).

/// Longest head of a frame that a server writes.
pub const LONGEST: usize = 10;
/// Largest payload of a control frame.
const CONTROL_MAX: u64 = 125;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opcode {
    /// Goes on with the message before.
    Continuation = 0x0,
    /// Begins a text.
    Text = 0x1,
    /// Begins a binary message.
    Binary = 0x2,
    /// Says goodbye.
    Close = 0x8,
    /// Asks for a pong.
    Ping = 0x9,
    /// Answers a ping, or says that the client lives.
    Pong = 0xa,
}

impl Opcode {
    /// Whether it may come in the middle of a message.
    #[must_use]
    pub fn is_control(self) -> bool {
        self as u8 >= 0x8
    }

    fn of(bits: u8) -> Option<Self> {
        [
            Self::Continuation,
            Self::Text,
            Self::Binary,
            Self::Close,
            Self::Ping,
            Self::Pong,
        ]
        .into_iter()
        .find(|opcode| *opcode as u8 == bits)
    }
}

/// A client broke the rules of the WebSocket protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Violation;

/// The head of a client's frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Whether the message ends with this frame.
    pub last: bool,
    /// What it is.
    pub opcode: Opcode,
    /// What its payload was combined with.
    pub mask: [u8; 4],
    /// Bytes of its payload.
    pub length: u64,
}

impl Header {
    /// Reads a head and says how long it is; `None` if there is more to come. What can be refused is refused as soon as it
    /// is there.
    ///
    /// # Errors
    /// [`Violation`]: reserved bits or types, no mask, a length that is not written in its shortest form or is beyond 63
    /// bits, a control frame that is long or in parts.
    pub fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, Violation> {
        let [first, second, rest @ ..] = bytes else {
            return match bytes.first() {
                Some(first) => first_byte(*first).map(|_| None),
                None => Ok(None),
            };
        };
        let (last, opcode) = first_byte(*first)?;
        if second & 0x80 == 0 {
            return Err(Violation);
        }
        let (length, rest, extended) = match second & 0x7f {
            126 => match rest.split_first_chunk() {
                Some((length, rest)) => (u64::from(u16::from_be_bytes(*length)), rest, 2),
                None if opcode.is_control() => return Err(Violation),
                None => return Ok(None),
            },
            127 => match rest.split_first_chunk() {
                Some((length, rest)) => (u64::from_be_bytes(*length), rest, 8),
                None if opcode.is_control() => return Err(Violation),
                None => return Ok(None),
            },
            length => (u64::from(length), rest, 0),
        };
        let shortest = match length {
            ..126 => 0,
            126..=0xffff => 2,
            _ => 8,
        };
        if extended != shortest
            || length > i64::MAX.unsigned_abs()
            || opcode.is_control() && length > CONTROL_MAX
        {
            return Err(Violation);
        }
        let Some(mask) = rest.first_chunk() else {
            return Ok(None);
        };
        let header = Self {
            last,
            opcode,
            mask: *mask,
            length,
        };
        Ok(Some((header, 2 + extended + 4)))
    }
}

fn first_byte(byte: u8) -> Result<(bool, Opcode), Violation> {
    let last = byte & 0x80 != 0;
    let opcode = Opcode::of(byte & 0x0f).ok_or(Violation)?;
    if byte & 0x70 != 0 || opcode.is_control() && !last {
        return Err(Violation);
    }
    Ok((last, opcode))
}

/// The head of a server's frame that is a whole message, at the end of the array; and how long it is.
#[must_use]
pub fn of_server(opcode: Opcode, length: usize) -> ([u8; LONGEST], usize) {
    let mut head = [0; LONGEST];
    let first = 0x80 | opcode as u8;
    let long = u64::try_from(length).unwrap_or(u64::MAX);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ ..=125), _) => {
            head[8..].copy_from_slice(&[first, length]);
            (head, 2)
        }
        (_, Ok(length)) => {
            head[6..8].copy_from_slice(&[first, 126]);
            head[8..].copy_from_slice(&length.to_be_bytes());
            (head, 4)
        }
        _ => {
            head[..2].copy_from_slice(&[first, 127]);
            head[2..].copy_from_slice(&long.to_be_bytes());
            (head, 10)
        }
    }
}

/// Combines bytes with a mask; `offset` of the frame's payload came before. Twice is nothing.
pub fn mask(bytes: &mut [u8], mask: [u8; 4], offset: usize) {
    let mut turned = mask;
    turned.rotate_left(offset % 4);
    let word = u32::from_ne_bytes(turned);
    let long = u64::from(word) << 32 | u64::from(word);
    let mut words = bytes.chunks_exact_mut(8);
    for chunk in &mut words {
        if let Some(array) = chunk.first_chunk_mut::<8>() {
            *array = (u64::from_ne_bytes(*array) ^ long).to_ne_bytes();
        }
    }
    for (byte, mask) in words
        .into_remainder()
        .iter_mut()
        .zip(turned.into_iter().cycle())
    {
        *byte ^= mask;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASK: [u8; 4] = [1, 2, 3, 4];

    fn head(first: u8, length: &[u8]) -> Vec<u8> {
        [&[first][..], length, &MASK].concat()
    }

    #[test]
    fn a_head_is_read_at_every_length_and_only_whole() {
        for (length, written) in [
            (0, &[0x80][..]),
            (125, &[0xfd]),
            (126, &[0xfe, 0, 126]),
            (0xffff, &[0xfe, 0xff, 0xff]),
            (0x1_0000, &[0xff, 0, 0, 0, 0, 0, 1, 0, 0]),
            (
                i64::MAX as u64,
                &[0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255],
            ),
        ] {
            let bytes = head(0x82, written);
            let header = Header {
                last: true,
                opcode: Opcode::Binary,
                mask: MASK,
                length,
            };
            assert_eq!(Header::parse(&bytes), Ok(Some((header, bytes.len()))));
            for end in 0..bytes.len() {
                assert_eq!(Header::parse(&bytes[..end]), Ok(None), "{length} {end}");
            }
        }
    }

    #[test]
    fn what_no_client_may_send_is_refused_as_soon_as_it_is_there() {
        for first in 0..=u8::MAX {
            let allowed = matches!(first, 0x00..=0x02 | 0x80..=0x82 | 0x88..=0x8a);
            assert_eq!(Header::parse(&[first]).is_ok(), allowed, "{first:#x}");
        }
        for second in 0..0x80 {
            assert_eq!(Header::parse(&[0x82, second]), Err(Violation));
        }
        for not_shortest in [
            &[0xfe, 0, 125][..],
            &[0xff, 0, 0, 0, 0, 0, 0, 0, 1],
            &[0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff],
            &[0xff, 0x80, 0, 0, 0, 0, 0, 0, 0],
        ] {
            assert_eq!(Header::parse(&head(0x82, not_shortest)), Err(Violation));
        }
        for control in [0x88, 0x89, 0x8a] {
            assert!(Header::parse(&[control, 0xfd]).is_ok());
            assert_eq!(Header::parse(&[control, 0xfe]), Err(Violation));
            assert_eq!(Header::parse(&[control, 0xff]), Err(Violation));
        }
    }

    #[test]
    fn a_servers_head_says_the_length_in_its_shortest_form() {
        for (length, wanted) in [
            (0, &[0x82, 0][..]),
            (125, &[0x82, 125]),
            (126, &[0x82, 126, 0, 126]),
            (0xffff, &[0x82, 126, 255, 255]),
            (0x1_0000, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let (head, size) = of_server(Opcode::Binary, length);
            assert_eq!(&head[LONGEST - size..], wanted);
        }
    }

    #[test]
    fn masking_in_parts_is_masking_at_once() {
        let plain: Vec<u8> = (0..97).collect();
        let mut whole = plain.clone();
        mask(&mut whole, MASK, 0);
        for (at, byte) in whole.iter().enumerate() {
            assert_eq!(*byte, plain[at] ^ MASK[at % 4]);
        }
        for cut in 0..plain.len() {
            let mut parts = plain.clone();
            let (first, second) = parts.split_at_mut(cut);
            mask(first, MASK, 0);
            mask(second, MASK, cut);
            assert_eq!(parts, whole);
        }
    }
}
