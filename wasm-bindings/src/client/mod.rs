//! The client: the core's state machine between a socket and a screen.
//!
//! TypeScript drives it: each input is one call, after which [`Client::poll`] gives what is to be done. A job is a
//! [`Task`] of its own, so one that waits for a promise that never settles stops nothing.

pub(crate) mod commands;

use duet_crypto::client::{self, Handled, Output, Settings};
use duet_crypto::identity::Realm;
use duet_crypto::pins::Pins;
use js_sys::{Array, Object, Uint8Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::{Choice, Platform};
use crate::failure::{Failure, number, whole};
use crate::identity::Identity;
use crate::random::Random;
use crate::session::milliseconds;
use crate::task::Task;
use crate::vault::{objects, people};
use crate::wire::object::{Wire as _, set};

/// One account's client, for one run.
#[wasm_bindgen]
pub struct Client {
    client: client::Client<Platform>,
    random: Random,
    jobs: Jobs,
}

/// Where jobs draw from.
pub(crate) enum Jobs {
    Platform,
    /// Job N draws the N-th script. Only the package's `testing` entry makes these.
    Scripts(std::vec::IntoIter<Vec<u8>>),
}

impl Jobs {
    fn next(&mut self) -> Random {
        match self {
            Self::Platform => Random::Platform,
            // Past the last one the scripts are empty.
            Self::Scripts(scripts) => Random::new(Some(scripts.next().unwrap_or_default())),
        }
    }
}

/// What a job has made.
#[wasm_bindgen]
pub struct Finished(client::Finished<Platform>);

#[wasm_bindgen]
impl Client {
    /// A client of this identity that knows the people of `pins`. `settings` has all intervals in the order of the core, NaN for
    /// the usual one.
    ///
    /// # Errors
    /// The realm, a person or a setting is refused, or somebody is known under two keys.
    #[wasm_bindgen(constructor)]
    pub fn new(
        identity: &Identity,
        choice: &Choice,
        realm: &str,
        pins: &JsValue,
        settings: &[f64],
    ) -> Result<Self, JsValue> {
        Self::assemble(
            identity,
            *choice,
            pins_of(realm, pins)?,
            settings,
            Random::Platform,
            Jobs::Platform,
        )
    }

    /// What is to be done, in order: take it after each input.
    ///
    /// # Errors
    /// None: whatever the client tells is a plain object.
    pub fn poll(&mut self) -> Result<Array, JsValue> {
        let outputs = Array::new();
        while let Some(output) = self.client.poll() {
            outputs.push(&plain(output, &mut self.jobs)?);
        }
        Ok(outputs)
    }

    /// When [`Client::advance`] is due, in ms since 1970.
    #[wasm_bindgen(js_name = nextWake)]
    pub fn next_wake(&self) -> Option<f64> {
        self.client.next_wake().map(number)
    }

    /// The time, when it is due, and whenever the platform may have slept.
    pub fn advance(&mut self, now: f64) {
        self.client.advance(milliseconds(now), &mut self.random);
    }

    /// A socket was opened.
    pub fn opened(&mut self, now: f64) {
        self.client.opened(milliseconds(now));
    }

    /// It is gone.
    pub fn lost(&mut self, now: f64) {
        self.client.lost(milliseconds(now), &mut self.random);
    }

    /// A fresh access token.
    ///
    /// # Errors
    /// It is none.
    pub fn token(&mut self, token: &str, now: f64) -> Result<(), JsValue> {
        let taken = self
            .client
            .token(token, milliseconds(now), &mut self.random);
        Ok(taken.map_err(Failure::from)?)
    }

    /// A frame of the relay's, or the beginning of one that has `length` bytes. Gives `{ account, file }` if it has chunks of a
    /// file that are to be opened.
    pub fn receive(&mut self, frame: &[u8], length: usize, now: f64) -> JsValue {
        let handled = self
            .client
            .receive(frame, length, milliseconds(now), &mut self.random);
        match handled {
            Handled::Done => JsValue::UNDEFINED,
            Handled::Chunks { account, file } => {
                let found = Object::new();
                set(&found, "account", &Uint8Array::from(&account.0[..]).into());
                set(&found, "file", &Uint8Array::from(&file.0[..]).into());
                found.into()
            }
        }
    }

    /// A job is done.
    pub fn done(&mut self, finished: Finished, now: f64) {
        self.client
            .done(finished.0, milliseconds(now), &mut self.random);
    }

    /// This run's presence: 16 bytes.
    #[must_use]
    pub fn presence(&self) -> Vec<u8> {
        self.client.presence().0.to_vec()
    }

    /// The people who are known, for keeping.
    #[must_use]
    pub fn pins(&self) -> JsValue {
        objects(&self.client.pins().export()).to_js()
    }

    /// Takes these people for those who are known.
    ///
    /// # Errors
    /// The realm or a person is refused, or somebody is known under two keys.
    #[wasm_bindgen(js_name = replacePins)]
    pub fn replace_pins(&mut self, realm: &str, pins: &JsValue) -> Result<(), JsValue> {
        self.client.replace_pins(pins_of(realm, pins)?);
        Ok(())
    }
}

impl Client {
    pub(crate) fn assemble(
        identity: &Identity,
        choice: Choice,
        pins: Pins,
        settings: &[f64],
        mut random: Random,
        jobs: Jobs,
    ) -> Result<Self, JsValue> {
        let settings = settings_of(settings)?;
        let local = identity.local(choice, random.is_script());
        Ok(Self {
            client: client::Client::new(local, pins, settings, &mut random),
            random,
            jobs,
        })
    }
}

fn settings_of(given: &[f64]) -> Result<Settings, Failure> {
    let mut settings = Settings::default();
    let Settings {
        interruption,
        job,
        seek,
        prekey,
        accept,
        confirm,
        ready,
        flight_again,
        receipt,
        resend_first,
        resend_bounds: (resend_least, resend_most),
        stalled,
        retire,
        renew_again,
        farewell,
        typing_forgotten,
        typing_again,
        silence_talking,
        silence_idle,
        beat_talking,
        beat_idle,
        turn_away,
        over,
        lifetime,
    } = &mut settings;
    let intervals = [
        interruption,
        job,
        seek,
        prekey,
        accept,
        confirm,
        ready,
        flight_again,
        receipt,
        resend_first,
        resend_least,
        resend_most,
        stalled,
        retire,
        renew_again,
        farewell,
        typing_forgotten,
        typing_again,
        silence_talking,
        silence_idle,
        beat_talking,
        beat_idle,
        turn_away,
        over,
        lifetime,
    ];
    if given.len() != intervals.len() {
        return Err(Failure::Argument);
    }
    for (interval, given) in intervals.into_iter().zip(given) {
        if !given.is_nan() {
            *interval = whole(*given)?;
        }
    }
    Ok(settings)
}

pub(crate) fn pins_of(realm: &str, pins: &JsValue) -> Result<Pins, Failure> {
    let mut known = Pins::new(Realm::new(realm)?);
    let conflicts = known.merge(&people(pins)?)?;
    if conflicts.is_empty() {
        Ok(known)
    } else {
        Err(Failure::Argument)
    }
}

/// One thing to be done, as `ClientOutput` of the TypeScript side says.
fn plain(output: Output<Platform>, jobs: &mut Jobs) -> Result<JsValue, Failure> {
    let object = Object::new();
    let name = |name: &str| set(&object, "type", &name.into());
    match output {
        Output::Send { lane, bytes } => {
            name("send");
            set(&object, "lane", &serialized(&lane)?);
            set(&object, "bytes", &Uint8Array::from(&bytes[..]).into());
        }
        Output::Job(job) => {
            name("job");
            let mut random = jobs.next();
            let task = Task::new(async move { Ok(Finished(job.run(&mut random).await).into()) });
            set(&object, "task", &task.into());
        }
        Output::TokenWanted => name("token"),
        Output::Close { why } => {
            name("close");
            set(&object, "why", &serialized(&why)?);
        }
        Output::Event(event) => {
            name("event");
            set(&object, "event", &serialized(&event)?);
        }
    }
    Ok(object.into())
}

/// Fails for a number that JavaScript does not have, which no event has.
fn serialized<T: Serialize>(value: &T) -> Result<JsValue, Failure> {
    let serializer = Serializer::new().serialize_missing_as_null(true);
    value.serialize(&serializer).map_err(|_| Failure::Argument)
}
