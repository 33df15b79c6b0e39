//! An authenticator with a browser around it: it makes passkeys of P-256 and signs with them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What a test changes to see it refused.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) origin: String,
    pub(crate) host: String,
    /// Somebody was there; there is a new key.
    pub(crate) flags: u8,
    pub(crate) cross_origin: bool,
    /// `webauthn.create` or `webauthn.get` in the place of the right one.
    pub(crate) ceremony: Option<&'static str>,
}

pub(crate) struct Passkey {
    pair: EcdsaKeyPair,
    id: Vec<u8>,
    /// As it will be told next.
    pub(crate) counter: u32,
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Browser {
    pub(crate) fn at(origin: &str) -> Self {
        let host = origin.split("://").nth(1).unwrap();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        Self {
            origin: origin.to_owned(),
            host: host.to_owned(),
            flags: 1,
            cross_origin: false,
            ceremony: None,
        }
    }

    fn client_data(&self, ceremony: &str, challenge: &Value) -> Vec<u8> {
        let data = json!({
            "type": self.ceremony.unwrap_or(ceremony),
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": self.cross_origin,
            "other_keys_can_be_added_here": "do not compare clientDataJSON against a template",
        });
        data.to_string().into_bytes()
    }

    fn authenticator_data(&self, counter: u32, credential: &[u8]) -> Vec<u8> {
        let made = if credential.is_empty() { 0 } else { 1 << 6 };
        let mut data = Sha256::digest(&self.host).to_vec();
        data.push(self.flags | made);
        data.extend(counter.to_be_bytes());
        data.extend(credential);
        data
    }
}

impl Passkey {
    pub(crate) fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self {
            pair: EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap(),
            id: duet_relay::random::<32>().to_vec(),
            counter: 0,
        }
    }

    pub(crate) fn id(&self) -> String {
        encode(&self.id)
    }

    /// The body that adds it, of the answer to a set-up.
    pub(crate) fn registration(&self, browser: &Browser, setup: &Value, name: &str) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let credential = [
            &[0; 16],
            &length[..],
            &self.id,
            &[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32],
            x,
            &[0x22, 0x58, 32],
            y,
        ]
        .concat();
        json!({
            "ticket": setup["ticket"],
            "name": name,
            "clientData": encode(browser.client_data("webauthn.create", &setup["challenge"])),
            "authenticatorData": encode(browser.authenticator_data(self.counter, &credential)),
        })
    }

    /// The proof for a login, of the answer to its first step.
    pub(crate) fn proof(&self, browser: &Browser, asked: &Value) -> Value {
        let client_data = browser.client_data("webauthn.get", &asked["passkey"]["challenge"]);
        let data = browser.authenticator_data(self.counter, &[]);
        let signed = [&data[..], &Sha256::digest(&client_data)].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "kind": "passkey",
            "credential": self.id(),
            "clientData": encode(client_data),
            "authenticatorData": encode(data),
            "signature": encode(signature),
        })
    }
}
