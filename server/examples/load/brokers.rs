//! Lines to brokers of others, as bare as they can be: what is sent to one name comes to whoever listens to it.

use crate::exchange::Line;
use bytes::{Buf as _, BufMut as _, BytesMut};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// What came and was not looked at yet. A read that is given up loses nothing of it.
struct Incoming {
    stream: TcpStream,
    buffer: BytesMut,
}

impl Incoming {
    async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        let buffer = BytesMut::with_capacity(16_384);
        Self { stream, buffer }
    }

    async fn more(&mut self) {
        let count = self.stream.read_buf(&mut self.buffer).await.expect("open");
        assert!(count > 0, "the broker closed the line");
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("sent");
    }
}

/// The text protocol of NATS.
pub(crate) struct Nats {
    incoming: Incoming,
    /// A whole message to the other one, as it goes out.
    message: Vec<u8>,
}

impl Nats {
    /// Listens as `own`, and sends `length` bytes to `peer`.
    pub(crate) async fn open(address: SocketAddr, own: &str, peer: &str, length: usize) -> Self {
        let mut incoming = Incoming::connect(address).await;
        let hello = format!("CONNECT {{\"verbose\":false}}\r\nSUB {own} 1\r\nPING\r\n");
        incoming.write(hello.as_bytes()).await;
        let mut message = format!("PUB {peer} {length}\r\n").into_bytes();
        message.resize(message.len() + length, 7);
        message.extend_from_slice(b"\r\n");
        let mut nats = Self { incoming, message };
        while nats.line().await != b"PONG"[..] {}
        nats
    }

    /// A line without its end.
    async fn line(&mut self) -> BytesMut {
        let buffer = loop {
            let buffer = &mut self.incoming.buffer;
            if let Some(at) = buffer.windows(2).position(|two| two == b"\r\n") {
                let line = buffer.split_to(at);
                buffer.advance(2);
                break line;
            }
            self.incoming.more().await;
        };
        if &buffer[..] == b"PING" {
            self.incoming.write(b"PONG\r\n").await;
        }
        buffer
    }

    /// How much is there of a message, if its head is: where it begins, and how long it is.
    fn message(&self) -> Option<(usize, usize)> {
        let buffer = &self.incoming.buffer;
        let end = buffer.windows(2).position(|two| two == b"\r\n")?;
        let head = std::str::from_utf8(&buffer[..end]).expect("text");
        let length = head.strip_prefix("MSG ")?.rsplit(' ').next()?;
        Some((end + 2, length.parse().expect("a length")))
    }
}

impl Line for Nats {
    async fn send(&mut self) {
        let message = std::mem::take(&mut self.message);
        self.incoming.write(&message).await;
        self.message = message;
    }

    async fn receive(&mut self) {
        loop {
            match self.message() {
                Some((from, length)) if self.incoming.buffer.len() >= from + length + 2 => {
                    self.incoming.buffer.advance(from + length + 2);
                    return;
                }
                None if self.incoming.buffer.windows(2).any(|two| two == b"\r\n") => {
                    self.line().await;
                }
                _ => self.incoming.more().await,
            }
        }
    }
}

/// MQTT 3.1.1, at most once.
pub(crate) struct Mqtt {
    incoming: Incoming,
    message: Vec<u8>,
}

const CONNECT: u8 = 0x10;
const PUBLISH: u8 = 0x30;
const SUBSCRIBE: u8 = 0x82;

/// A packet: its kind, how long the rest is in groups of seven bits, and the rest.
fn packet(kind: u8, rest: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    let mut left = rest.len();
    loop {
        let group = u8::try_from(left & 0x7f).expect("seven bits");
        left >>= 7;
        bytes.push(if left > 0 { group | 0x80 } else { group });
        if left == 0 {
            break;
        }
    }
    bytes.extend_from_slice(rest);
    bytes
}

fn put_text(to: &mut Vec<u8>, text: &str) {
    to.put_u16(u16::try_from(text.len()).expect("short"));
    to.put_slice(text.as_bytes());
}

impl Mqtt {
    /// Listens as `own`, and sends `length` bytes to `peer`.
    pub(crate) async fn open(address: SocketAddr, own: &str, peer: &str, length: usize) -> Self {
        let mut incoming = Incoming::connect(address).await;
        let mut hello = Vec::new();
        put_text(&mut hello, "MQTT");
        // Version 4, a clean session, no signs of life.
        hello.extend_from_slice(&[4, 2, 0, 0]);
        put_text(&mut hello, own);
        incoming.write(&packet(CONNECT, &hello)).await;
        let mut wish = vec![0, 1];
        put_text(&mut wish, own);
        wish.push(0);
        incoming.write(&packet(SUBSCRIBE, &wish)).await;
        let mut words = Vec::new();
        put_text(&mut words, peer);
        words.resize(words.len() + length, 7);
        let message = packet(PUBLISH, &words);
        let mut mqtt = Self { incoming, message };
        // Both are answered.
        for _ in 0..2 {
            mqtt.packet().await;
        }
        mqtt
    }

    /// Takes one packet off what came, and says its kind.
    async fn packet(&mut self) -> u8 {
        loop {
            let buffer = &mut self.incoming.buffer;
            if let Some((head, rest)) = lengths(buffer)
                && buffer.len() >= head + rest
            {
                let kind = buffer[0];
                buffer.advance(head + rest);
                return kind;
            }
            self.incoming.more().await;
        }
    }
}

/// Of the head of a packet and of the rest, if the head is whole.
fn lengths(buffer: &[u8]) -> Option<(usize, usize)> {
    let mut rest = 0;
    for (at, group) in buffer.iter().skip(1).take(4).enumerate() {
        rest |= usize::from(group & 0x7f) << (7 * at);
        if group & 0x80 == 0 {
            return Some((at + 2, rest));
        }
    }
    None
}

impl Line for Mqtt {
    async fn send(&mut self) {
        let message = std::mem::take(&mut self.message);
        self.incoming.write(&message).await;
        self.message = message;
    }

    async fn receive(&mut self) {
        while self.packet().await & 0xf0 != PUBLISH {}
    }
}
