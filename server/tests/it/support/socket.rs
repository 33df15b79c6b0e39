//! A WebSocket client that speaks protocol.md section 9, and anything else a test wants to try.

use duet_crypto::{
    identity::AccountId,
    relay::{
        AckStatus, BeatNumber, Challenge, ClientFrame, EnvelopeId, NoPrekey, Notice, PrekeyBytes,
        Presence, ServerFrame, Token, Watched, WelcomeStatus, login,
    },
};
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use tokio_tungstenite::{
    client_async_with_config,
    tungstenite::{
        self, Message,
        client::IntoClientRequest as _,
        http::Request,
        protocol::{WebSocketConfig, frame::coding::CloseCode as WsCode},
    },
};

use super::{
    PATIENCE, Person, Relay,
    http::{Line, connect_from},
};

pub(crate) struct Socket {
    stream: tokio_tungstenite::WebSocketStream<Line>,
}

/// What a client sees.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Challenge(Challenge),
    Welcome(WelcomeStatus),
    /// With its number, but for the delay of a relay that goes away: that one is random.
    Notice(Notice, u32),
    Deliver {
        id: EnvelopeId,
        from: AccountId,
        presence: Presence,
        payload: Vec<u8>,
    },
    Ack(EnvelopeId, AckStatus),
    Prekey(EnvelopeId, Result<Box<PrekeyBytes>, NoPrekey>),
    Presence {
        account: AccountId,
        presence: Presence,
        online: bool,
    },
    Beat(u32),
    /// Closed with a code, or without any (the connection broke).
    Closed(Option<u16>),
}

/// Connects with the site's own Origin.
pub(crate) async fn connect(relay: &Relay) -> Socket {
    try_connect(relay, &[("Origin", &relay.origin())])
        .await
        .unwrap()
}

/// Connects with these headers only; else the HTTP status of the refusal, 0 where the connection broke.
pub(crate) async fn try_connect(relay: &Relay, headers: &[(&str, &str)]) -> Result<Socket, u16> {
    let mut request: Request<()> = format!("ws://{}/ws", relay.address)
        .into_client_request()
        .unwrap();
    for (name, value) in headers {
        request.headers_mut().append(
            tungstenite::http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
            value.parse().unwrap(),
        );
    }
    // A relay that is gone, as one that is killed while it answers.
    let Ok(stream) = connect_from(relay.from, relay.address, relay.trust.as_ref()).await else {
        return Err(0);
    };
    let config = WebSocketConfig::default()
        .read_buffer_size(4096)
        .write_buffer_size(0);
    match client_async_with_config(request, stream, Some(config)).await {
        Ok((stream, _)) => Ok(Socket { stream }),
        Err(tungstenite::Error::Http(reply)) => Err(reply.status().as_u16()),
        Err(tungstenite::Error::Io(_)) => Err(0),
        Err(error) => panic!("{error}"),
    }
}

impl Socket {
    /// Answers the challenge and waits for WELCOME.
    pub(crate) async fn log_in(&mut self, person: &Person) {
        let frame = self.login_frame(person).await;
        self.raw(frame).await;
        assert_eq!(self.next().await, Event::Welcome(WelcomeStatus::Ok));
    }

    /// The same of a relay that may go away meanwhile; whether it has let this person in.
    pub(crate) async fn try_log_in(&mut self, person: &Person) -> bool {
        let Event::Challenge(challenge) = self.next().await else {
            return false;
        };
        let frame = answer(person, &challenge).await;
        self.raw(frame).await;
        self.next().await == Event::Welcome(WelcomeStatus::Ok)
    }

    /// The LOGIN for the challenge that is about to come.
    pub(crate) async fn login_frame(&mut self, person: &Person) -> Vec<u8> {
        let Event::Challenge(challenge) = self.next().await else {
            panic!("no challenge")
        };
        answer(person, &challenge).await
    }

    /// Sends any bytes as a binary message.
    pub(crate) async fn raw(&mut self, bytes: Vec<u8>) {
        self.message(Message::Binary(bytes.into())).await;
    }

    /// Sends any message; a relay that has closed already does not fail the test here.
    pub(crate) async fn message(&mut self, message: Message) {
        let _ = self.stream.send(message).await;
    }

    pub(crate) async fn frame(&mut self, frame: ClientFrame<'_>) {
        self.raw(frame.encode()).await;
    }

    /// Sends a payload under a fresh id.
    pub(crate) async fn send(&mut self, to: &Person, payload: &[u8]) -> EnvelopeId {
        let id = EnvelopeId(duet_relay::random());
        self.send_as(id, to, payload).await;
        id
    }

    pub(crate) async fn send_as(&mut self, id: EnvelopeId, to: &Person, payload: &[u8]) {
        self.frame(ClientFrame::Send {
            id,
            to: to.id,
            presence: to.presence,
            payload,
        })
        .await;
    }

    /// Watches these accounts, and no others any more.
    pub(crate) async fn watch(&mut self, accounts: &[AccountId]) {
        let accounts: Vec<[u8; 32]> = accounts.iter().map(|account| account.0).collect();
        self.frame(ClientFrame::Watch {
            id: EnvelopeId(duet_relay::random()),
            accounts: Watched::new(&accounts).unwrap(),
        })
        .await;
    }

    /// A sign of life with a number of the relay's, and whether a conversation is open.
    pub(crate) async fn beat(&mut self, number: u32, talking: bool) {
        let number = BeatNumber::new(number).unwrap();
        self.frame(ClientFrame::Beat { number, talking }).await;
    }

    /// The next thing from the relay.
    #[track_caller]
    pub(crate) fn next(&mut self) -> impl Future<Output = Event> {
        let caller = std::panic::Location::caller();
        async move {
            tokio::time::timeout(PATIENCE, self.next_event())
                .await
                .unwrap_or_else(|_| panic!("nothing came from the relay: {caller}"))
        }
    }

    async fn next_event(&mut self) -> Event {
        loop {
            return match self.stream.next().await {
                Some(Ok(Message::Binary(bytes))) => Event::from(&bytes),
                Some(Ok(Message::Close(frame))) => {
                    Event::Closed(frame.map(|frame| match frame.code {
                        WsCode::Restart => 1012,
                        code => code.into(),
                    }))
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(other)) => panic!("the relay never sends {other:?}"),
                Some(Err(_)) | None => Event::Closed(None),
            };
        }
    }

    /// Nothing has been sent to this client up to now: proven by the answer to a question asked now, which keeps its
    /// place in the queue.
    #[track_caller]
    pub(crate) fn assert_quiet(&mut self) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            self.frame(ClientFrame::Token(Token::new(b"no-token").unwrap()))
                .await;
            let event = self.next().await;
            assert_eq!(event, Event::Welcome(WelcomeStatus::Refused), "{caller}");
        }
    }

    /// The relay has dealt with everything that this client has sent; payloads may have been written by now.
    #[track_caller]
    pub(crate) fn assert_quiet_but_for_acks(&mut self) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            self.frame(ClientFrame::Token(Token::new(b"no-token").unwrap()))
                .await;
            loop {
                match self.next().await {
                    Event::Ack(_, AckStatus::Written) => {}
                    Event::Welcome(WelcomeStatus::Refused) => return,
                    other => panic!("{other:?}: {caller}"),
                }
            }
        }
    }

    /// What has come already, if there is anything.
    pub(crate) fn ready(&mut self) -> Option<Event> {
        self.next_event().now_or_never()
    }

    /// Sends payloads as fast as they are taken and reads what comes at the same time, as a browser does, until
    /// `done` says that it has seen enough.
    pub(crate) async fn exchange(
        &mut self,
        to: &Person,
        payloads: impl Iterator<Item = Vec<u8>>,
        mut done: impl FnMut(Event) -> bool,
    ) {
        let (mut sink, mut stream) = (&mut self.stream).split();
        let sending = async {
            for payload in payloads {
                let frame = ClientFrame::Send {
                    id: EnvelopeId(duet_relay::random()),
                    to: to.id,
                    presence: to.presence,
                    payload: &payload,
                };
                let message = Message::Binary(frame.encode().into());
                sink.send(message).await.expect("the relay takes it");
            }
        };
        let receiving = async {
            loop {
                let event = match stream.next().await {
                    Some(Ok(Message::Binary(bytes))) => Event::from(&bytes),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    other => panic!("{other:?}"),
                };
                if done(event) {
                    return;
                }
            }
        };
        tokio::join!(sending, receiving);
    }

    /// The close code; anything else that is still on its way is skipped.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        loop {
            if let Event::Closed(code) = self.next().await {
                return code;
            }
        }
    }

    /// The payloads of the next `count` DELIVERs, in order; ACKs in between are skipped.
    pub(crate) async fn payloads(&mut self, count: usize) -> Vec<Vec<u8>> {
        self.payloads_past(count, |event| matches!(event, Event::Ack(..)))
            .await
    }

    /// The same, where presences and notices may come in between as well.
    pub(crate) async fn payloads_but_presence(&mut self, count: usize) -> Vec<Vec<u8>> {
        let between = |event: &Event| {
            matches!(
                event,
                Event::Ack(..) | Event::Presence { .. } | Event::Notice(..)
            )
        };
        self.payloads_past(count, between).await
    }

    async fn payloads_past(&mut self, count: usize, skips: fn(&Event) -> bool) -> Vec<Vec<u8>> {
        let mut payloads = Vec::new();
        while payloads.len() < count {
            match self.next().await {
                Event::Deliver { payload, .. } => payloads.push(payload),
                other => assert!(skips(&other), "{other:?}"),
            }
        }
        payloads
    }

    /// The status of the next ACK, which must be for `id`; notices in between are skipped.
    #[track_caller]
    pub(crate) fn ack_but_notices(&mut self, id: EnvelopeId) -> impl Future<Output = AckStatus> {
        let caller = std::panic::Location::caller();
        async move {
            loop {
                match self.next().await {
                    Event::Ack(of, status) if of == id => return status,
                    Event::Notice(Notice::PartnerUnreachable, 0) => {}
                    other => panic!("{caller}: {other:?}"),
                }
            }
        }
    }

    /// The status of the next ACK, which must be for `id`; DELIVERs in between are skipped.
    #[track_caller]
    pub(crate) fn ack(&mut self, id: EnvelopeId) -> impl Future<Output = AckStatus> {
        let caller = std::panic::Location::caller();
        async move {
            loop {
                match self.next().await {
                    Event::Ack(of, status) if of == id => return status,
                    Event::Deliver { .. } => {}
                    other => panic!("{caller}: {other:?}"),
                }
            }
        }
    }
}

/// The LOGIN of a person for a challenge.
async fn answer(person: &Person, challenge: &Challenge) -> Vec<u8> {
    let Person {
        identity,
        presence,
        token,
        ..
    } = person;
    login(identity, challenge, presence, token).await.unwrap()
}

impl Event {
    fn from(bytes: &[u8]) -> Self {
        match ServerFrame::decode(bytes).expect("the relay's frames are well-formed") {
            ServerFrame::Challenge(challenge) => Self::Challenge(challenge),
            ServerFrame::Welcome(status) => Self::Welcome(status),
            ServerFrame::Notice {
                notice: Notice::Draining,
                ..
            } => Self::Notice(Notice::Draining, 0),
            ServerFrame::Notice { notice, value } => Self::Notice(notice, value),
            ServerFrame::Deliver {
                id,
                from,
                presence,
                payload,
            } => Self::Deliver {
                id,
                from,
                presence,
                payload: payload.to_vec(),
            },
            ServerFrame::Ack { id, status } => Self::Ack(id, status),
            ServerFrame::PrekeyResponse { id, prekey } => {
                Self::Prekey(id, prekey.map(|prekey| Box::new(*prekey)))
            }
            ServerFrame::Presence {
                account,
                presence,
                online,
                ..
            } => Self::Presence {
                account,
                presence,
                online,
            },
            ServerFrame::Beat(number) => Self::Beat(number.value()),
        }
    }
}
