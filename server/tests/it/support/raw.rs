//! A WebSocket client made of bytes: it can do everything that no library lets a client do.

use duet_crypto::relay::{Challenge, ServerFrame, WelcomeStatus, login};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};

use super::{PATIENCE, Person, Relay};

pub(crate) struct Raw {
    pub(crate) stream: TcpStream,
    read: Vec<u8>,
}

/// A frame of the relay: its first byte, and its payload.
pub(crate) type RawFrame = (u8, Vec<u8>);

const MASK: [u8; 4] = [0x11, 0x22, 0x33, 0x44];

/// The request for a WebSocket, with these lines beside those that all have.
pub(crate) fn request(relay: &Relay, lines: &[&str]) -> Vec<u8> {
    let mut text = format!(
        "GET /ws HTTP/1.1\r\nHost: {}\r\nOrigin: {}\r\n",
        relay.address,
        relay.origin()
    );
    for line in lines {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

pub(crate) const GOOD: [&str; 4] = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
];

/// A frame with its length in the shortest form, masked.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = match payload.len() {
        short @ 0..126 => vec![short as u8],
        middle @ 126..0x1_0000 => [&[126][..], &(middle as u16).to_be_bytes()].concat(),
        long => [&[127][..], &(long as u64).to_be_bytes()].concat(),
    };
    frame_of(first, &length, payload)
}

/// A frame with any length written in it.
pub(crate) fn frame_of(first: u8, length: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first, length[0] | 0x80];
    bytes.extend_from_slice(&length[1..]);
    bytes.extend_from_slice(&MASK);
    let masked = payload.iter().zip(MASK.into_iter().cycle());
    bytes.extend(masked.map(|(byte, mask)| byte ^ mask));
    bytes
}

impl Raw {
    /// Sends any bytes as the request, and returns the answer's status.
    pub(crate) async fn open(relay: &Relay, request: &[u8]) -> (Self, u16, String) {
        Self::open_with(relay, request, None).await
    }

    /// The same with a small receive buffer: what does not fit waits at the relay.
    pub(crate) async fn open_with(
        relay: &Relay,
        request: &[u8],
        buffer: Option<u32>,
    ) -> (Self, u16, String) {
        let socket = TcpSocket::new_v4().unwrap();
        if let Some(size) = buffer {
            socket.set_recv_buffer_size(size).unwrap();
        }
        let stream = socket.connect(relay.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut raw = Self {
            stream,
            read: Vec::new(),
        };
        raw.send(request).await;
        let end = loop {
            if let Some(end) = raw.read.windows(4).position(|end| end == b"\r\n\r\n") {
                break end + 4;
            }
            assert!(raw.fill().await, "no answer");
        };
        let head: Vec<u8> = raw.read.drain(..end).collect();
        let head = String::from_utf8(head).unwrap();
        let status = head[9..12].parse().unwrap();
        (raw, status, head)
    }

    /// A WebSocket that has not logged in, after its challenge.
    pub(crate) async fn connect(relay: &Relay) -> (Self, Challenge) {
        Self::connect_with(relay, None).await
    }

    async fn connect_with(relay: &Relay, buffer: Option<u32>) -> (Self, Challenge) {
        let (mut raw, status, _) = Self::open_with(relay, &request(relay, &GOOD), buffer).await;
        assert_eq!(status, 101);
        let (_, challenge) = raw.next().await.unwrap();
        match ServerFrame::decode(&challenge) {
            Ok(ServerFrame::Challenge(challenge)) => (raw, challenge),
            other => panic!("{other:?}"),
        }
    }

    /// A WebSocket that has logged in.
    pub(crate) async fn log_in(relay: &Relay, person: &Person, buffer: Option<u32>) -> Self {
        let (mut raw, challenge) = Self::connect_with(relay, buffer).await;
        let (identity, presence) = (&person.identity, &person.presence);
        let frame_bytes = login(identity, &challenge, presence, &person.token)
            .await
            .unwrap();
        raw.send(&frame(0x82, &frame_bytes)).await;
        let (_, welcome) = raw.next().await.unwrap();
        assert_eq!(
            ServerFrame::decode(&welcome),
            Ok(ServerFrame::Welcome(WelcomeStatus::Ok))
        );
        raw
    }

    /// Sends bytes; a relay that has closed already does not fail the test here.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// The next frame; `None` when the relay has closed the socket.
    pub(crate) async fn next(&mut self) -> Option<RawFrame> {
        tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(frame) = self.take() {
                    return Some(frame);
                }
                if !self.fill().await {
                    return None;
                }
            }
        })
        .await
        .expect("the relay says something")
    }

    /// The close code, skipping what comes before; `Some(None)` for a close frame without one, `None` without a frame.
    pub(crate) async fn closed(&mut self) -> Option<Option<u16>> {
        while let Some((first, payload)) = self.next().await {
            if first == 0x88 {
                let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                // And nothing comes after it.
                assert_eq!(self.next().await, None);
                return Some(code);
            }
        }
        None
    }

    /// Waits a moment for more; false at the end of the stream.
    async fn fill(&mut self) -> bool {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer).await {
            Ok(0) | Err(_) => false,
            Ok(read) => {
                self.read.extend_from_slice(&buffer[..read]);
                true
            }
        }
    }

    fn take(&mut self) -> Option<RawFrame> {
        let [first, length, rest @ ..] = &self.read[..] else {
            return None;
        };
        assert!(*length < 0x80, "a server masks nothing");
        let (length, head) = match length {
            126 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), 4),
            127 => (u64::from_be_bytes(*rest.first_chunk()?) as usize, 10),
            short => (usize::from(*short), 2),
        };
        let payload = self.read.get(head..head + length)?.to_vec();
        let first = *first;
        self.read.drain(..head + length);
        Some((first, payload))
    }

    /// Takes at least so many bytes, whatever they are.
    pub(crate) async fn take_some(&mut self, bytes: usize) {
        let mut left = bytes;
        let mut buffer = [0; 16 * 1024];
        while left > 0 {
            let read = self.stream.read(&mut buffer).await.unwrap();
            assert!(read > 0, "closed");
            left = left.saturating_sub(read);
        }
    }

    /// Whether the relay closes the socket without another word within a time that only a failing test waits for.
    pub(crate) async fn ends(&mut self) -> bool {
        tokio::time::timeout(Duration::from_secs(60), async {
            while self.fill().await {}
        })
        .await
        .is_ok()
    }
}
