//! The WebSocket library behind three verbs, so that it can be exchanged, and so that its errors become close codes
//! in one place. permessage-deflate is not negotiated: ciphertext does not compress, and compressing secrets beside
//! chosen text leaks them (CRIME).

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use bytes::Bytes;
use futures_util::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};

use super::close::CloseCode;

/// What arrives.
pub(super) enum Incoming {
    /// A binary message.
    Frame(Bytes),
    /// A ping or pong: the client lives.
    Alive,
    /// The client closed, or the connection broke.
    Ended,
    /// Something that ends the connection.
    Refused(CloseCode),
}

/// The reading half.
pub(super) struct Receiver(SplitStream<WebSocket>);

/// The writing half.
pub(super) struct Sender(SplitSink<WebSocket, Message>);

/// The connection broke.
pub(super) struct Broken;

/// Splits a socket.
pub(super) fn split(socket: WebSocket) -> (Sender, Receiver) {
    let (sink, stream) = socket.split();
    (Sender(sink), Receiver(stream))
}

impl Receiver {
    /// Waits for the next thing to arrive. Can be cancelled without losing anything.
    pub(super) async fn next(&mut self) -> Incoming {
        match self.0.next().await {
            Some(Ok(Message::Binary(bytes))) => Incoming::Frame(bytes),
            Some(Ok(Message::Text(_))) => Incoming::Refused(CloseCode::Malformed),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Incoming::Alive,
            Some(Ok(Message::Close(_))) | None => Incoming::Ended,
            Some(Err(error)) => classify(error),
        }
    }

    /// Reads and forgets until the client has closed too, so that our close frame is not lost to a reset.
    pub(super) async fn drain(&mut self) {
        while !matches!(self.next().await, Incoming::Ended | Incoming::Refused(_)) {}
    }
}

fn classify(error: axum::Error) -> Incoming {
    use tungstenite::Error;
    match error.into_inner().downcast::<Error>().map(|error| *error) {
        Ok(Error::Capacity(_)) => Incoming::Refused(CloseCode::TooLarge),
        Ok(Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)) => {
            Incoming::Ended
        }
        Ok(Error::Protocol(_) | Error::Utf8(_)) => Incoming::Refused(CloseCode::Malformed),
        _ => Incoming::Ended,
    }
}

impl Sender {
    /// Writes one frame; returns when the kernel has it.
    pub(super) async fn send(&mut self, frame: Bytes) -> Result<(), Broken> {
        self.0
            .send(Message::Binary(frame))
            .await
            .map_err(|_| Broken)
    }

    /// Takes one frame for writing; what does not fit into the library's buffer is written first.
    pub(super) async fn feed(&mut self, frame: Bytes) -> Result<(), Broken> {
        self.0
            .feed(Message::Binary(frame))
            .await
            .map_err(|_| Broken)
    }

    /// Writes everything that was taken; returns when the kernel has it.
    pub(super) async fn flush(&mut self) -> Result<(), Broken> {
        self.0.flush().await.map_err(|_| Broken)
    }

    /// Says goodbye, and why.
    pub(super) async fn close(&mut self, code: CloseCode) -> Result<(), Broken> {
        let frame = CloseFrame {
            code: code.code(),
            reason: Utf8Bytes::from_static(code.reason()),
        };
        self.0
            .send(Message::Close(Some(frame)))
            .await
            .map_err(|_| Broken)
    }
}
