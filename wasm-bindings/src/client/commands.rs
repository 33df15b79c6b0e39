//! What the person does. Accounts are 32 bytes, a message is named by the text of its id.

use duet_crypto::client::{ChunksWanted, FileAct, MessageId};
use duet_crypto::files::{Descriptor, FileId};
use duet_crypto::identity::{AccountId, AccountName, IdentityKey};
use duet_crypto::pins::{Comparison, PinState};
use duet_crypto::relay::EnvelopeId;
use duet_crypto::session::Activity;
use js_sys::{Object, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::Client;
use crate::failure::{Failure, array, number};
use crate::session::milliseconds;
use crate::wire::content::{ActivityWord, FileDescriptor};
use crate::wire::object::{Wire as _, set, wire_words};
use crate::wire::vault::PinWord;

wire_words! {
    /// What can be done with a file.
    FileActWord as "FileAct" = FileAct {
        /// Take the peer's file: its chunks are asked for from here on.
        Accept as "accept",
        Reject as "reject",
        Pause as "pause",
        Resume as "resume",
        Cancel as "cancel",
        /// The peer's file is here as a whole.
        Done as "done",
    }
}

wire_words! {
    /// How a person compared a key.
    ComparisonWord as "Comparison" = Comparison {
        Fingerprint as "fingerprint",
        Sas as "sas",
        Qr as "qr",
    }
}

fn account(bytes: &[u8]) -> Result<AccountId, Failure> {
    Ok(AccountId(array(bytes)?))
}

fn file_id(bytes: &[u8]) -> Result<FileId, Failure> {
    Ok(FileId(array(bytes)?))
}

fn key(bytes: &[u8]) -> Result<IdentityKey, Failure> {
    Ok(IdentityKey::from_bytes(&array(bytes)?)?)
}

fn message(id: &str) -> Result<MessageId, Failure> {
    Ok(id.parse::<MessageId>()?)
}

#[wasm_bindgen]
impl Client {
    /// Calls a person. Gives the account: 32 bytes.
    ///
    /// # Errors
    /// Those of the core.
    pub fn call(&mut self, name: &str, public: &[u8], now: f64) -> Result<Vec<u8>, JsValue> {
        let name = AccountName::new(name).map_err(Failure::from)?;
        let now = milliseconds(now);
        let called = self.client.call(&name, key(public)?, now, &mut self.random);
        Ok(called.map_err(Failure::from)?.0.to_vec())
    }

    /// Milliseconds until one more handshake with this account may be begun.
    ///
    /// # Errors
    /// The account has not 32 bytes.
    pub fn wait(&self, of: &[u8]) -> Result<f64, JsValue> {
        Ok(number(self.client.wait(&account(of)?)))
    }

    /// Accepts a person's call.
    ///
    /// # Errors
    /// Those of the core.
    pub fn accept(&mut self, name: &str, now: f64) -> Result<(), JsValue> {
        let name = AccountName::new(name).map_err(Failure::from)?;
        let accepted = self
            .client
            .accept(&name, milliseconds(now), &mut self.random);
        Ok(accepted.map_err(Failure::from)?)
    }

    /// Declines a call.
    ///
    /// # Errors
    /// Nobody calls.
    pub fn decline(&mut self, of: &[u8], now: f64) -> Result<(), JsValue> {
        let declined = self
            .client
            .decline(&account(of)?, milliseconds(now), &mut self.random);
        Ok(declined.map_err(Failure::from)?)
    }

    /// Leaves, or gives a call up.
    ///
    /// # Errors
    /// There is no conversation.
    pub fn leave(&mut self, of: &[u8], now: f64) -> Result<(), JsValue> {
        let left = self
            .client
            .leave(&account(of)?, milliseconds(now), &mut self.random);
        Ok(left.map_err(Failure::from)?)
    }

    /// Says a text. Gives its id.
    ///
    /// # Errors
    /// Those of the core.
    pub fn text(
        &mut self,
        of: &[u8],
        text: &str,
        reply: Option<String>,
        now: f64,
    ) -> Result<String, JsValue> {
        let reply = reply.as_deref().map(message).transpose()?;
        let (of, now) = (account(of)?, milliseconds(now));
        let said = self.client.text(&of, text, reply, now, &mut self.random);
        Ok(said.map_err(Failure::from)?.to_string())
    }

    /// Changes the text of an own message. Gives the id of what says so.
    ///
    /// # Errors
    /// Those of the core.
    pub fn edit(
        &mut self,
        of: &[u8],
        target: &str,
        text: &str,
        now: f64,
    ) -> Result<String, JsValue> {
        let (of, now) = (account(of)?, milliseconds(now));
        let target = message(target)?;
        let edited = self.client.edit(&of, target, text, now, &mut self.random);
        Ok(edited.map_err(Failure::from)?.to_string())
    }

    /// Withdraws an own message. Gives the id of what says so.
    ///
    /// # Errors
    /// Those of the core.
    pub fn remove(&mut self, of: &[u8], target: &str, now: f64) -> Result<String, JsValue> {
        let (of, now) = (account(of)?, milliseconds(now));
        let removed = self
            .client
            .delete(&of, message(target)?, now, &mut self.random);
        Ok(removed.map_err(Failure::from)?.to_string())
    }

    /// Sets or removes a reaction. Gives the id of what says so.
    ///
    /// # Errors
    /// Those of the core.
    pub fn react(
        &mut self,
        of: &[u8],
        target: &str,
        set: bool,
        emoji: &str,
        now: f64,
    ) -> Result<String, JsValue> {
        let (of, now) = (account(of)?, milliseconds(now));
        let target = message(target)?;
        let reacted = self
            .client
            .react(&of, target, set, emoji, now, &mut self.random);
        Ok(reacted.map_err(Failure::from)?.to_string())
    }

    /// What the person is doing: a word of `Activity`.
    ///
    /// # Errors
    /// It is none, or there is no conversation.
    pub fn typing(&mut self, of: &[u8], activity: &JsValue, now: f64) -> Result<(), JsValue> {
        let activity = Activity::from(ActivityWord::from_js(activity)?);
        let (of, now) = (account(of)?, milliseconds(now));
        let told = self.client.typing(&of, activity, now, &mut self.random);
        Ok(told.map_err(Failure::from)?)
    }

    /// Everything up to this message of the peer's was in view.
    ///
    /// # Errors
    /// Those of the core.
    pub fn read(&mut self, of: &[u8], up_to: &str, now: f64) -> Result<(), JsValue> {
        let (of, now) = (account(of)?, milliseconds(now));
        let read = self
            .client
            .read(&of, message(up_to)?, now, &mut self.random);
        Ok(read.map_err(Failure::from)?)
    }

    /// One item of the peer's was viewed or heard.
    ///
    /// # Errors
    /// Those of the core.
    pub fn viewed(&mut self, of: &[u8], id: &str, now: f64) -> Result<(), JsValue> {
        let (of, now) = (account(of)?, milliseconds(now));
        let viewed = self.client.viewed(&of, message(id)?, now, &mut self.random);
        Ok(viewed.map_err(Failure::from)?)
    }

    /// Offers a file. Gives the id of the message.
    ///
    /// # Errors
    /// Those of the core; the descriptor is no `FileDescriptor`.
    #[wasm_bindgen(js_name = offerFile)]
    pub fn offer_file(
        &mut self,
        of: &[u8],
        descriptor: &JsValue,
        now: f64,
    ) -> Result<String, JsValue> {
        let descriptor = Box::new(Descriptor::from(FileDescriptor::from_js(descriptor)?));
        let (of, now) = (account(of)?, milliseconds(now));
        let offered = self
            .client
            .offer_file(&of, descriptor, now, &mut self.random);
        Ok(offered.map_err(Failure::from)?.to_string())
    }

    /// Does something with a file: a word of `FileAct`.
    ///
    /// # Errors
    /// Those of the core.
    pub fn file(&mut self, of: &[u8], file: &[u8], act: &JsValue, now: f64) -> Result<(), JsValue> {
        let act = FileAct::from(FileActWord::from_js(act)?);
        let (of, now) = (account(of)?, milliseconds(now));
        let done = self
            .client
            .file(&of, file_id(file)?, act, now, &mut self.random);
        Ok(done.map_err(Failure::from)?)
    }

    /// Chunks of the peer's file are open.
    ///
    /// # Errors
    /// There is no conversation.
    #[wasm_bindgen(js_name = chunksOpened)]
    pub fn chunks_opened(
        &mut self,
        of: &[u8],
        file: &[u8],
        first: u32,
        count: u32,
        now: f64,
    ) -> Result<(), JsValue> {
        let (of, file, now) = (account(of)?, file_id(file)?, milliseconds(now));
        let told = self
            .client
            .chunks_opened(&of, file, first, count, now, &mut self.random);
        Ok(told.map_err(Failure::from)?)
    }

    /// The head of the SEND with chunks that were wanted; nothing if they are not any more.
    ///
    /// # Errors
    /// An id has not its length.
    pub fn chunk(
        &mut self,
        of: &[u8],
        id: &[u8],
        file: &[u8],
        first: u32,
        count: u32,
        now: f64,
    ) -> Result<Option<Vec<u8>>, JsValue> {
        let wanted = ChunksWanted {
            id: EnvelopeId(array(id)?),
            file: file_id(file)?,
            first,
            count,
        };
        let (of, now) = (account(of)?, milliseconds(now));
        let head = self.client.chunk(&of, wanted, now, &mut self.random);
        Ok(head.map(|head| head.to_vec()))
    }

    /// The conversation that is on the screen; none if left out.
    ///
    /// # Errors
    /// The account has not 32 bytes.
    pub fn show(&mut self, of: Option<Vec<u8>>) -> Result<(), JsValue> {
        let shown = of.as_deref().map(account).transpose()?;
        self.client.show(shown);
        Ok(())
    }

    /// Whose presence is shown beside that of conversations: accounts, one after the other.
    ///
    /// # Errors
    /// An account has not 32 bytes.
    pub fn watch(&mut self, accounts: &[u8], now: f64) -> Result<(), JsValue> {
        let (accounts, rest) = accounts.as_chunks();
        if !rest.is_empty() {
            return Err(Failure::Argument.into());
        }
        let watched: Vec<_> = accounts.iter().map(|bytes| AccountId(*bytes)).collect();
        self.client
            .watch(&watched, milliseconds(now), &mut self.random);
        Ok(())
    }

    /// A person compared a key, as a word of `Comparison` says. Gives how far it is checked now.
    ///
    /// # Errors
    /// Nobody is pinned, or under another key.
    pub fn compare(&mut self, of: &[u8], public: &[u8], by: &JsValue) -> Result<JsValue, JsValue> {
        let by = Comparison::from(ComparisonWord::from_js(by)?);
        let state = self.client.compare(&account(of)?, &key(public)?, by);
        Ok(PinWord::from(state.map_err(Failure::from)?).to_js())
    }

    /// The person says which key it is from now on, and how far it is checked.
    ///
    /// # Errors
    /// Nobody is pinned.
    pub fn trust(
        &mut self,
        of: &[u8],
        public: &[u8],
        state: &JsValue,
        now: f64,
    ) -> Result<(), JsValue> {
        let state = PinState::from(PinWord::from_js(state)?);
        let now = milliseconds(now);
        let trusted = self.client.trust(&account(of)?, &key(public)?, state, now);
        Ok(trusted.map_err(Failure::from)?)
    }

    /// `{ session, emoji, publicKey }` of the open session, if there is one.
    ///
    /// # Errors
    /// The account has not 32 bytes.
    pub fn sas(&self, of: &[u8]) -> Result<JsValue, JsValue> {
        let Some(sas) = self.client.sas(&account(of)?) else {
            return Ok(JsValue::UNDEFINED);
        };
        let found = Object::new();
        set(&found, "session", &sas.session.into());
        set(&found, "emoji", &Uint8Array::from(&sas.emoji[..]).into());
        let key = Uint8Array::from(&sas.key.as_bytes()[..]);
        set(&found, "publicKey", &key.into());
        Ok(found.into())
    }
}
