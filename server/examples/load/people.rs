//! People with accounts, and their WebSockets.

use crate::{
    exchange::Line,
    servers::{REALM, settings},
};
use duet_crypto::{
    engine::{LocalIdentity, Software},
    identity::{AccountId, AccountName, IdentitySeed, Realm},
    relay::{
        AckStatus, EnvelopeId, HEADER_LENGTH, Presence, ServerFrame, WelcomeStatus, login,
        send_header,
    },
};
use duet_relay::{
    auth::{refresh_token::RefreshToken, signing_key::KeyRing, token::Tokens},
    clock::Clock,
    ids::SessionId,
    store::{
        Store,
        accounts::KeyProof,
        sessions::{Device, Owner},
    },
    telemetry::store::StoreMetrics,
    validate::Username,
};
use futures_util::{SinkExt as _, StreamExt as _};
use std::{net::SocketAddr, path::Path, time::Duration};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest as _, protocol::WebSocketConfig},
};

const MSG: u8 = 0x11;

pub(crate) type Stream = WebSocketStream<TcpStream>;

pub(crate) struct Person {
    identity: LocalIdentity<Software>,
    presence: Presence,
    token: String,
}

/// Makes accounts and sessions in the database, before the relay opens it: hashing passwords is not what is measured.
pub(crate) async fn make_people(directory: &Path, count: u32) -> Vec<Person> {
    let settings = settings(directory);
    let store = Store::open(
        &settings.database_location(),
        settings.database_pause,
        Clock::system(),
        StoreMetrics::default(),
    )
    .await
    .expect("a database");
    let keys = KeyRing::load(&settings).expect("a key");
    let tokens = Tokens::new(keys, REALM, Duration::from_secs(3600));
    let realm = Realm::new(REALM).expect("a realm");
    let mut people = Vec::new();
    for number in 0..count {
        let name = format!("person{number}");
        let id = AccountId::derive(&realm, &AccountName::new(&name).expect("a name"));
        let identity = LocalIdentity::software(IdentitySeed::from_bytes(&duet_relay::random()), id);
        let username = Username::parse(name).expect("a name");
        let now = Clock::system().now();
        store
            .add_account(&id, &username, "none", now)
            .await
            .expect("an account");
        let public = *identity.party().key.as_bytes();
        store
            .set_key(&id, None, &public, KeyProof::First, now)
            .await
            .expect("a key");
        let owner = Owner {
            session: SessionId::random(),
            user: id,
        };
        let device = Device {
            user_agent: None,
            address: String::new(),
        };
        let refresh = RefreshToken::first().hash();
        store
            .start_session(&owner, &refresh, &device, 1, now + 3_600_000, now)
            .await
            .expect("a session");
        let (token, _) = tokens.issue(&owner, 0, now).expect("a token");
        people.push(Person {
            identity,
            presence: Presence(duet_relay::random()),
            token,
        });
    }
    store.close().await;
    people
}

async fn connect(address: SocketAddr) -> Stream {
    let mut request = format!("ws://{address}/ws")
        .into_client_request()
        .expect("a request");
    request.headers_mut().insert(
        "Origin",
        format!("http://{address}").parse().expect("an origin"),
    );
    let stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("TCP_NODELAY");
    let config = WebSocketConfig::default()
        .read_buffer_size(4096)
        .write_buffer_size(0);
    client_async_with_config(request, stream, Some(config))
        .await
        .expect("a WebSocket")
        .0
}

pub(crate) async fn log_in(address: SocketAddr, person: &Person) -> Stream {
    let mut stream = connect(address).await;
    let challenge = receive(&mut stream).await;
    let Ok(ServerFrame::Challenge(challenge)) = ServerFrame::decode(&challenge) else {
        panic!("no challenge")
    };
    let frame = login(
        &person.identity,
        &challenge,
        &person.presence,
        &person.token,
    )
    .await
    .expect("a login");
    stream
        .send(Message::Binary(frame.into()))
        .await
        .expect("sent");
    let welcome = receive(&mut stream).await;
    assert_eq!(
        ServerFrame::decode(&welcome),
        Ok(ServerFrame::Welcome(WelcomeStatus::Ok))
    );
    stream
}

async fn receive(stream: &mut Stream) -> bytes::Bytes {
    loop {
        match stream.next().await.expect("open").expect("a message") {
            Message::Binary(bytes) => return bytes,
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// A line that gives back what it is given.
pub(crate) struct EchoLine {
    stream: Stream,
    message: bytes::Bytes,
}

impl EchoLine {
    pub(crate) async fn open(address: SocketAddr, payload: usize) -> Self {
        Self {
            stream: connect(address).await,
            message: bytes::Bytes::from(vec![7; HEADER_LENGTH + payload]),
        }
    }
}

impl Line for EchoLine {
    async fn send(&mut self) {
        let message = Message::Binary(self.message.clone());
        self.stream.send(message).await.expect("sent");
    }

    async fn receive(&mut self) {
        receive(&mut self.stream).await;
    }
}

/// A line of somebody who talks to `peer`.
pub(crate) struct RelayLine {
    stream: Stream,
    peer: &'static Person,
    payload: usize,
}

impl RelayLine {
    pub(crate) async fn open(
        address: SocketAddr,
        own: &Person,
        peer: &'static Person,
        payload: usize,
    ) -> Self {
        Self {
            stream: log_in(address, own).await,
            peer,
            payload,
        }
    }
}

impl RelayLine {
    /// Says something until it arrives: another relay hears of a login a moment later.
    pub(crate) async fn greet(&mut self, peer: &mut Self) {
        loop {
            self.send().await;
            let status = loop {
                let frame = receive(&mut self.stream).await;
                match ServerFrame::decode(&frame).expect("a frame") {
                    ServerFrame::Ack { status, .. } => break status,
                    // Of a greeting from the other side.
                    ServerFrame::Deliver { .. } => {}
                    other => panic!("{other:?}"),
                }
            };
            match status {
                AckStatus::Written => return peer.receive().await,
                AckStatus::Unreachable | AckStatus::Offline => {
                    tokio::time::sleep(Duration::from_millis(20)).await
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

impl Line for RelayLine {
    async fn send(&mut self) {
        let id = EnvelopeId(duet_relay::random());
        let Person {
            identity, presence, ..
        } = self.peer;
        let mut frame = Vec::with_capacity(HEADER_LENGTH + self.payload);
        frame.extend_from_slice(&send_header(id, &identity.party().account, presence));
        frame.resize(HEADER_LENGTH + self.payload, 7);
        frame[HEADER_LENGTH..HEADER_LENGTH + 2].copy_from_slice(&[1, MSG]);
        let frame = Message::Binary(frame.into());
        self.stream.send(frame).await.expect("sent");
    }

    async fn receive(&mut self) {
        while !delivered(&receive(&mut self.stream).await) {}
    }
}

/// Whether a frame is a message; the only other kind here is its acknowledgement.
fn delivered(frame: &[u8]) -> bool {
    match ServerFrame::decode(frame).expect("a frame") {
        ServerFrame::Deliver { .. } => true,
        ServerFrame::Ack {
            status: AckStatus::Written,
            ..
        } => false,
        other => panic!("{other:?}"),
    }
}
