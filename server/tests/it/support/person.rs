//! Somebody with an account and an identity.

use duet_crypto::{
    engine::{LocalIdentity, Software},
    identity::{AccountId, AccountName, IdentitySeed, Realm},
    prekeys::{PrekeyId, frame::PrekeyFrame},
    relay::{PrekeyBytes, Presence},
};
use duet_relay::api::Bytes;
use serde_json::{Value, json};

use super::{Http, Relay, Reply, Socket, connect};

pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) id: AccountId,
    pub(crate) identity: LocalIdentity<Software>,
    seed: [u8; 32],
    pub(crate) secret: [u8; 32],
    pub(crate) presence: Presence,
    pub(crate) token: String,
    pub(crate) cookie: String,
}

impl Person {
    /// Somebody the relay does not know yet.
    pub(crate) fn new(name: &str) -> Self {
        Self::with(name, duet_relay::random(), duet_relay::random())
    }

    /// The same person, with the same secrets, on another device.
    pub(crate) async fn another_device(&self, relay: &Relay) -> Self {
        let mut other = Self::with(&self.name, self.seed, self.secret);
        other.log_in(relay).await;
        other
    }

    fn with(name: &str, seed: [u8; 32], secret: [u8; 32]) -> Self {
        let id = AccountId::derive(
            &Realm::new("duet.test").unwrap(),
            &AccountName::new(name).unwrap(),
        );
        let identity = LocalIdentity::software(IdentitySeed::from_bytes(&seed), id);
        Self {
            name: name.to_owned(),
            id,
            identity,
            seed,
            secret,
            presence: Presence(duet_relay::random()),
            token: String::new(),
            cookie: String::new(),
        }
    }

    /// Somebody with an account, a key and a token.
    pub(crate) async fn registered(relay: &Relay, name: &str) -> Self {
        let mut person = Self::new(name);
        let mut body = person.credentials();
        body["identityKey"] = person.key().into();
        let reply = relay.http().post("/api/auth/register", &body).await;
        person.take(reply);
        person
    }

    pub(crate) fn credentials(&self) -> Value {
        json!({ "username": self.name, "loginSecret": Bytes(self.secret).encode() })
    }

    pub(crate) fn key(&self) -> String {
        Bytes(*self.identity.party().key.as_bytes()).encode()
    }

    pub(crate) fn id(&self) -> String {
        Bytes(self.id.0).encode()
    }

    /// Logs in again: a new session.
    pub(crate) async fn log_in(&mut self, relay: &Relay) {
        let reply = relay
            .http()
            .post("/api/auth/login", &self.credentials())
            .await;
        self.take(reply);
    }

    /// Takes over token and cookie of a reply.
    #[track_caller]
    pub(crate) fn take(&mut self, reply: Reply) -> Value {
        self.cookie = reply.cookie().expect("a refresh cookie").to_owned();
        let body = reply.ok();
        self.token = body["accessToken"].as_str().unwrap().to_owned();
        body
    }

    /// HTTP with the access token and the cookie.
    pub(crate) fn http(&self, relay: &Relay) -> Http {
        relay
            .http()
            .bearer(&self.token)
            .header("Cookie", &self.cookie)
    }

    /// A prekey of this run, in form: the relay does not look at keys and signature.
    pub(crate) fn prekey(&self) -> PrekeyBytes {
        PrekeyFrame {
            pkid: PrekeyId(duet_relay::random()),
            max_version: 1,
            presence: self.presence,
            owner: self.id,
            owner_key: *self.identity.party().key.as_bytes(),
            agreement_key: duet_relay::random(),
            encapsulation_key: duet_relay::random(),
            signature: duet_relay::random(),
        }
        .encode()
    }

    /// A connection that is logged in.
    pub(crate) async fn connect(&self, relay: &Relay) -> Socket {
        let mut socket = connect(relay).await;
        socket.log_in(self).await;
        socket
    }
}
