//! The reading half: frames, put together to messages.
//!
//! An idle connection has no buffer: what arrives is read into the thread's own, and copied out of it message by message. A
//! large message is read into its place, which grows as it arrives: announcing one costs the client's bytes, not the relay's.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead as _, ReadBuf},
    time::Instant,
};

use super::{
    header::{Header, Opcode, Violation, mask},
    link::ReadHalf,
    message::Message,
};

/// What is read at once.
const SCRATCH: usize = 16 * 1024;
/// A message of more than this is announced before it is read.
const ANNOUNCED: usize = SCRATCH;
/// A message's place grows by at least so much.
const GROWTH: usize = 64 * 1024;
/// Parts of a message that may have any length; the others must have [`PART_LEAST`] bytes on the average.
const PARTS_FREE: usize = 16;
const PART_LEAST: usize = 1024;
/// Control frames that a client may send at once, and how long each of them takes to be allowed again. A client of Duet
/// sends none but its goodbye; others on the way may ask whether the line lives.
const CONTROLS: u32 = 64;
const CONTROL_EVERY: Duration = Duration::from_millis(100);

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; SCRATCH]);
}

/// What arrives.
#[derive(Debug)]
pub enum Incoming {
    /// A binary message.
    Message(Message),
    /// A large message is on its way, or more of one: room for so many bytes is needed before reading on.
    Announced(usize),
    /// To be answered with the same bytes.
    Ping(Vec<u8>),
    /// The client lives.
    Pong,
    /// The client closed, and why; it waits for the same.
    Close(Option<u16>),
    /// The connection broke.
    Ended,
    /// Something that ends the connection.
    Refused(Refused),
}

/// Why reading does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The client broke the rules, or sent a text.
    Malformed,
    /// A message beyond the limit; known from its head.
    TooLarge,
    /// Too many control frames, or a message in too many parts.
    Flood,
}

impl From<Violation> for Refused {
    fn from(_: Violation) -> Self {
        Self::Malformed
    }
}

/// See the module's documentation.
pub struct Receiver {
    socket: ReadHalf,
    /// The begin of a frame that is not whole: less than [`SCRATCH`].
    rest: Vec<u8>,
    ready: VecDeque<Incoming>,
    message: Option<Box<Partial>>,
    limit: usize,
    controls: Allowance,
    ended: bool,
}

/// A message that is not whole.
struct Partial {
    message: Message,
    parts: usize,
    announced: usize,
    /// The frame that is being read, if its head has come and its end has not.
    frame: Option<Open>,
}

struct Open {
    mask: [u8; 4],
    read: usize,
    left: usize,
    last: bool,
}

/// So many at once, and one more every so often.
struct Allowance {
    /// When all of them are there again.
    full_at: Option<Instant>,
}

impl Allowance {
    fn take(&mut self) -> bool {
        let now = Instant::now();
        let full_at = self.full_at.map_or(now, |at| at.max(now)) + CONTROL_EVERY;
        if full_at - now > CONTROL_EVERY * CONTROLS {
            return false;
        }
        self.full_at = Some(full_at);
        true
    }
}

impl Receiver {
    /// Reads from a socket; `before` was read already. Messages may have `limit` bytes.
    #[must_use]
    pub fn new(socket: ReadHalf, before: &[u8], limit: usize) -> Self {
        let mut receiver = Self {
            socket,
            rest: Vec::new(),
            ready: VecDeque::new(),
            message: None,
            limit,
            controls: Allowance { full_at: None },
            ended: false,
        };
        receiver.take(before);
        receiver
    }

    /// From now on messages may have `limit` bytes. One that was begun before is held to the old limit.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Whether a message has begun and not ended.
    #[must_use]
    pub fn is_amid(&self) -> bool {
        self.message.is_some() || !self.rest.is_empty()
    }

    /// Waits for the next thing to arrive. Can be cancelled without losing anything.
    pub async fn next(&mut self) -> Incoming {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                if self.ready.is_empty() {
                    self.ready = VecDeque::new();
                }
                return ready;
            }
            if self.ended {
                return Incoming::Ended;
            }
            if poll_fn(|cx| self.poll_fill(cx)).await.is_err() {
                self.ended = true;
            }
        }
    }

    /// Reads and forgets until the client has closed too, so that our close frame is not lost to a reset.
    pub async fn drain(&mut self) {
        self.rest = Vec::new();
        self.message = None;
        while let Ok(1..) = poll_fn(|cx| {
            BUFFER.with_borrow_mut(|buffer| {
                let mut buffer = ReadBuf::new(buffer);
                let read = Pin::new(&mut self.socket).poll_read(cx, &mut buffer);
                read.map_ok(|()| buffer.filled().len())
            })
        })
        .await
        {}
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(partial) = &mut self.message
            && let Some(open) = &mut partial.frame
            && open.left >= SCRATCH
        {
            let bytes = partial.message.bytes();
            if bytes.capacity() == bytes.len() {
                let growth = bytes.len().max(GROWTH).min(open.left);
                bytes.reserve_exact(growth);
            }
            let from = bytes.len();
            let room = (bytes.capacity() - from).min(open.left).min(2 * GROWTH);
            bytes.resize(from + room, 0);
            let mut buffer = ReadBuf::new(&mut bytes[from..]);
            let read = Pin::new(&mut self.socket).poll_read(cx, &mut buffer);
            let filled = buffer.filled().len();
            bytes.truncate(from + filled);
            ready!(read)?;
            if filled == 0 {
                self.ended = true;
                return Poll::Ready(Ok(()));
            }
            mask(&mut bytes[from..], open.mask, open.read);
            open.read += filled;
            open.left -= filled;
            self.finish_frame();
            return Poll::Ready(Ok(()));
        }
        BUFFER.with_borrow_mut(|scratch| {
            let mut buffer = ReadBuf::new(scratch);
            ready!(Pin::new(&mut self.socket).poll_read(cx, &mut buffer))?;
            let read = buffer.filled();
            if read.is_empty() {
                self.ended = true;
            } else if self.rest.is_empty() {
                self.take(read);
            } else {
                let mut bytes = std::mem::take(&mut self.rest);
                bytes.extend_from_slice(read);
                self.take(&bytes);
            }
            Poll::Ready(Ok(()))
        })
    }

    /// Takes bytes in; after a refusal, none any more.
    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.ended {
            match self.step(bytes) {
                Ok(0) => {
                    self.rest = bytes.to_vec();
                    return;
                }
                Ok(taken) => bytes = &bytes[taken..],
                Err(refused) => {
                    self.ready.push_back(Incoming::Refused(refused));
                    self.ended = true;
                }
            }
        }
    }

    /// Takes something of the front of `bytes`; says how much. None if there is not enough of it.
    fn step(&mut self, bytes: &[u8]) -> Result<usize, Refused> {
        if let Some(partial) = &mut self.message
            && let Some(open) = &mut partial.frame
        {
            let taken = open.left.min(bytes.len());
            let to = partial.message.bytes();
            let from = to.len();
            to.extend_from_slice(&bytes[..taken]);
            mask(&mut to[from..], open.mask, open.read);
            open.read += taken;
            open.left -= taken;
            self.finish_frame();
            return Ok(taken);
        }
        let Some((header, size)) = Header::parse(bytes)? else {
            return Ok(0);
        };
        if header.opcode.is_control() {
            return self.control(&header, size, bytes);
        }
        self.begin_frame(&header)?;
        Ok(size)
    }

    fn control(&mut self, header: &Header, size: usize, bytes: &[u8]) -> Result<usize, Refused> {
        // Of a control frame: at most 125.
        let length = usize::try_from(header.length).map_err(|_| Refused::Malformed)?;
        let Some(payload) = bytes[size..].get(..length) else {
            return Ok(0);
        };
        if !self.controls.take() {
            return Err(Refused::Flood);
        }
        let mut payload = payload.to_vec();
        mask(&mut payload, header.mask, 0);
        self.ready.push_back(match header.opcode {
            Opcode::Ping => Incoming::Ping(payload),
            Opcode::Close => {
                let code = close_code(&payload)?;
                // Whatever comes after it is nothing.
                self.ended = true;
                Incoming::Close(code)
            }
            _ => Incoming::Pong,
        });
        Ok(size + length)
    }

    fn begin_frame(&mut self, header: &Header) -> Result<(), Refused> {
        let length = usize::try_from(header.length).map_err(|_| Refused::TooLarge)?;
        let before = match (&self.message, header.opcode) {
            (Some(partial), Opcode::Continuation) => partial.message.payload().len(),
            (None, Opcode::Binary) => 0,
            // A text is no frame of this protocol; the rest is out of order.
            _ => return Err(Refused::Malformed),
        };
        let total = before.saturating_add(length);
        if total > self.limit {
            return Err(Refused::TooLarge);
        }
        let partial = self.message.get_or_insert_with(|| {
            let small = if length <= ANNOUNCED { length } else { 0 };
            Box::new(Partial {
                message: Message::with_capacity(small),
                parts: 0,
                announced: 0,
                frame: None,
            })
        });
        partial.parts += 1;
        if partial.parts > PARTS_FREE + total / PART_LEAST {
            return Err(Refused::Flood);
        }
        partial.frame = Some(Open {
            mask: header.mask,
            read: 0,
            left: length,
            last: header.last,
        });
        if total > ANNOUNCED {
            let more = total - std::mem::replace(&mut partial.announced, total);
            self.ready.push_back(Incoming::Announced(more));
        }
        self.finish_frame();
        Ok(())
    }

    /// A frame whose bytes are all there ends, and its message with it if it is the last one.
    fn finish_frame(&mut self) {
        let Some(partial) = &mut self.message else {
            return;
        };
        let Some(open) = &partial.frame else { return };
        if open.left > 0 {
            return;
        }
        if !open.last {
            partial.frame = None;
            return;
        }
        if let Some(partial) = self.message.take() {
            self.ready.push_back(Incoming::Message(partial.message));
        }
    }
}

/// What a client says when it closes: nothing, or a code that may be on the wire, with words in UTF-8.
fn close_code(payload: &[u8]) -> Result<Option<u16>, Refused> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() {
            Ok(None)
        } else {
            Err(Refused::Malformed)
        };
    };
    let code = u16::from_be_bytes(*code);
    let known = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
    if known && std::str::from_utf8(reason).is_ok() {
        Ok(Some(code))
    } else {
        Err(Refused::Malformed)
    }
}
