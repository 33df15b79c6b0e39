//! The Double Ratchet (sections 6.1, 6.2, 6.5).

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::chain::{Chain, MessageKey, root_step};
use super::header::{HEADER_LENGTH, Header};
use super::record::{put_count, read_count, read_flag};
use super::skipped::Skipped;
use crate::bytes::Reader;
use crate::handshake::schedule::SessionKeys;
use crate::ids::SessionId;
use crate::limits;
use crate::primitives::hash::Secret32;
use crate::primitives::x25519::{self, KeyPair, SharedSecret, X25519Error};

/// Old ratchet keys of the peer that are remembered, so that a frame re-sent after a reconnect is told from a
/// forgery without any computation. At least the 200 unacknowledged messages of section 6.4.
const RETIRED: usize = 256;

/// Why a frame is not opened. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Received before.
    Replay,
    /// Skips too many keys.
    Skip,
    /// Any failure once a key is involved.
    Decrypt,
}

/// The state of section 6.1.
pub(crate) struct Ratchet {
    sid: SessionId,
    root: Secret32,
    sending: Chain,
    receiving: Option<Chain>,
    own: KeyPair,
    peer: [u8; 32],
    /// `pn`.
    previous: u32,
    skipped: Skipped,
    retired: VecDeque<[u8; 32]>,
    #[cfg(feature = "vectors")]
    last_key: [u8; 32],
}

/// Keys on their way into [`Skipped`]: ratchet key, number, key.
type NewlySkipped = Vec<([u8; 32], u32, Box<MessageKey>)>;

/// The outcome of opening a frame, not yet part of the state.
struct Step {
    plaintext: Zeroizing<Vec<u8>>,
    chain: Chain,
    skipped: NewlySkipped,
    turn: Option<Turn>,
    #[cfg(feature = "vectors")]
    key: [u8; 32],
}

/// A turn of the DH ratchet.
struct Turn {
    root: Secret32,
    sending: Chain,
    own: KeyPair,
    peer: [u8; 32],
}

impl Ratchet {
    /// A at CONFIRM.
    pub(crate) fn initiator(
        keys: &SessionKeys,
        own: KeyPair,
        peer: [u8; 32],
    ) -> Result<Self, X25519Error> {
        let (root, chain) = root_step(&keys.root, &own.secret().agree(&peer)?, keys.id);
        Ok(Self::new(keys.id, root, Chain::new(chain), None, own, peer))
    }

    /// B at CONFIRM; `first` is `DH(ex_B, RX_A)`. Draws `rx_B`, 32 bytes, from `rng`.
    pub(crate) fn responder(
        keys: &SessionKeys,
        first: &SharedSecret,
        peer: [u8; 32],
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, X25519Error> {
        let (root, receiving) = root_step(&keys.root, first, keys.id);
        let own = KeyPair::generate(rng);
        let (root, sending) = root_step(&root, &own.secret().agree(&peer)?, keys.id);
        Ok(Self::new(
            keys.id,
            root,
            Chain::new(sending),
            Some(Chain::new(receiving)),
            own,
            peer,
        ))
    }

    fn new(
        sid: SessionId,
        root: Secret32,
        sending: Chain,
        receiving: Option<Chain>,
        own: KeyPair,
        peer: [u8; 32],
    ) -> Self {
        Self {
            sid,
            root,
            sending,
            receiving,
            own,
            peer,
            previous: 0,
            skipped: Skipped::default(),
            retired: VecDeque::new(),
            #[cfg(feature = "vectors")]
            last_key: [0; 32],
        }
    }

    pub(super) const fn sid(&self) -> SessionId {
        self.sid
    }

    /// Whether the sending chain has a key left.
    pub(super) const fn can_send(&self) -> bool {
        self.sending.next < limits::CHAIN_MESSAGES
    }

    /// Seals `frame`, whose first 58 bytes are free for the head and whose rest is the padded plaintext, and
    /// appends the tag. The caller has asked [`Self::can_send`].
    pub(super) fn seal(&mut self, frame: &mut Vec<u8>) -> Result<(), Refusal> {
        let header = Header {
            sid: self.sid,
            ratchet_key: *self.own.public_key(),
            previous: self.previous,
            number: self.sending.next,
        };
        let key = self.sending.step();
        #[cfg(feature = "vectors")]
        {
            self.last_key = key.expose();
        }
        frame[..HEADER_LENGTH].copy_from_slice(&header.encode());
        key.seal(frame, HEADER_LENGTH).map_err(|_| Refusal::Decrypt)
    }

    /// Opens a frame whose head is `header` (section 6.5, steps 2 and 3). Everything is computed beside the state,
    /// which changes only after the tag has verified. Draws a ratchet key, 32 bytes, from `rng` if and only if an
    /// authentic frame brought a new one.
    pub(super) fn open(
        &mut self,
        header: &Header,
        frame: &[u8],
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Zeroizing<Vec<u8>>, Refusal> {
        self.skipped.expire(now);
        if let Some(index) = self.skipped.find(&header.ratchet_key, header.number) {
            let key = self.skipped.get(index).ok_or(Refusal::Decrypt)?;
            let plaintext = decrypt(key, frame)?;
            #[cfg(feature = "vectors")]
            {
                self.last_key = key.expose();
            }
            self.skipped.remove(index);
            return Ok(plaintext);
        }
        if header.number >= limits::CHAIN_MESSAGES {
            return Err(Refusal::Skip);
        }
        let step = if header.ratchet_key == self.peer {
            self.continue_chain(header, frame)?
        } else {
            self.turn(header, frame, rng)?
        };
        Ok(self.commit(step, now))
    }

    /// A message of the peer's current chain.
    fn continue_chain(&self, header: &Header, frame: &[u8]) -> Result<Step, Refusal> {
        // Without a receiving chain the peer's key is that of its ACCEPT, under which it never sends.
        let mut chain = self.receiving.as_ref().ok_or(Refusal::Decrypt)?.fork();
        let mut skipped = Vec::new();
        skip(&mut chain, header.number, &header.ratchet_key, &mut skipped)?;
        finish(chain, skipped, frame)
    }

    /// The first message under a new ratchet key of the peer.
    fn turn(
        &self,
        header: &Header,
        frame: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Step, Refusal> {
        if self.retired.contains(&header.ratchet_key) {
            return Err(Refusal::Replay);
        }
        // Cheap refusals first: a forger must not buy work with a counter.
        if header.number > limits::SKIPPED_PER_CHAIN || header.previous > limits::CHAIN_MESSAGES {
            return Err(Refusal::Skip);
        }
        let mut skipped = Vec::new();
        if let Some(old) = &self.receiving
            && header.previous > old.next
        {
            skip(&mut old.fork(), header.previous, &self.peer, &mut skipped)?;
        }
        let shared = self
            .own
            .secret()
            .agree(&header.ratchet_key)
            .map_err(|_| Refusal::Decrypt)?;
        let (root, receiving) = root_step(&self.root, &shared, self.sid);
        let mut chain = Chain::new(receiving);
        skip(&mut chain, header.number, &header.ratchet_key, &mut skipped)?;
        let mut step = finish(chain, skipped, frame)?;

        let own = KeyPair::generate(rng);
        let shared = own
            .secret()
            .agree(&header.ratchet_key)
            .map_err(|_| Refusal::Decrypt)?;
        let (root, sending) = root_step(&root, &shared, self.sid);
        step.turn = Some(Turn {
            root,
            sending: Chain::new(sending),
            own,
            peer: header.ratchet_key,
        });
        Ok(step)
    }

    fn commit(&mut self, step: Step, now: u64) -> Zeroizing<Vec<u8>> {
        for (ratchet_key, number, key) in step.skipped {
            self.skipped.push(ratchet_key, number, key, now);
        }
        self.receiving = Some(step.chain);
        if let Some(turn) = step.turn {
            if self.retired.len() >= RETIRED {
                self.retired.pop_front();
            }
            self.retired.push_back(self.peer);
            self.previous = self.sending.next;
            self.root = turn.root;
            self.sending = turn.sending;
            self.own = turn.own;
            self.peer = turn.peer;
        }
        #[cfg(feature = "vectors")]
        {
            self.last_key = step.key;
        }
        step.plaintext
    }

    /// Bytes that [`Self::write_record`] writes.
    pub(super) fn record_length(&self) -> usize {
        let receiving = if self.receiving.is_some() {
            Chain::RECORD
        } else {
            0
        };
        16 + 32
            + Chain::RECORD
            + 1
            + receiving
            + 32
            + 32
            + 4
            + self.skipped.record_length()
            + 2
            + 32 * self.retired.len()
    }

    /// Appends the whole state, for a record.
    pub(super) fn write_record(&self, out: &mut Vec<u8>) {
        let Self {
            sid,
            root,
            sending,
            receiving,
            own,
            peer,
            previous,
            skipped,
            retired,
            #[cfg(feature = "vectors")]
                last_key: _,
        } = self;
        out.extend_from_slice(&sid.0);
        out.extend_from_slice(&root[..]);
        sending.write_record(out);
        out.push(receiving.is_some().into());
        if let Some(chain) = receiving {
            chain.write_record(out);
        }
        out.extend_from_slice(own.secret().expose());
        out.extend_from_slice(peer);
        out.extend_from_slice(&previous.to_be_bytes());
        skipped.write_record(out);
        put_count(out, retired.len());
        retired.iter().for_each(|key| out.extend_from_slice(key));
    }

    /// Reads what [`Self::write_record`] wrote.
    pub(super) fn read_record(reader: &mut Reader<'_>) -> Option<Self> {
        let sid = SessionId(reader.array().ok()?);
        let root = Zeroizing::new(reader.array().ok()?);
        let sending = Chain::read_record(reader)?;
        let receiving = if read_flag(reader)? {
            Some(Chain::read_record(reader)?)
        } else {
            None
        };
        let own = x25519::Secret::from_bytes(&Zeroizing::new(reader.array().ok()?));
        let peer = reader.array().ok()?;
        x25519::check_key(&peer).ok()?;
        let mut ratchet = Self::new(sid, root, sending, receiving, KeyPair::new(own), peer);
        ratchet.previous = reader.u32().ok()?;
        ratchet.skipped = Skipped::read_record(reader)?;
        ratchet.retired = (0..read_count(reader, RETIRED)?)
            .map(|_| reader.array().ok())
            .collect::<Option<_>>()?;
        Some(ratchet)
    }

    pub(super) fn skipped_keys(&self) -> usize {
        self.skipped.len()
    }

    /// Everything at once, for the vectors.
    #[cfg(feature = "vectors")]
    pub(super) fn trace(&self) -> RatchetTrace {
        RatchetTrace {
            rk: *self.root,
            ck_s: self.sending.expose(),
            ck_r: self.receiving.as_ref().map(Chain::expose),
            dh_s: *self.own.secret().expose(),
            dh_s_public: *self.own.public_key(),
            dh_r: self.peer,
            n_s: self.sending.next,
            n_r: self.receiving.as_ref().map_or(0, |chain| chain.next),
            pn: self.previous,
            mk: self.last_key,
            skipped: self.skipped.len(),
        }
    }
}

/// Steps a chain up to `number` and keeps the keys in between.
fn skip(
    chain: &mut Chain,
    number: u32,
    ratchet_key: &[u8; 32],
    skipped: &mut NewlySkipped,
) -> Result<(), Refusal> {
    let ahead = number.checked_sub(chain.next).ok_or(Refusal::Replay)?;
    if ahead > limits::SKIPPED_PER_CHAIN {
        return Err(Refusal::Skip);
    }
    for _ in 0..ahead {
        let skipped_number = chain.next;
        skipped.push((*ratchet_key, skipped_number, Box::new(chain.step())));
    }
    Ok(())
}

/// Opens a frame with the next key of `chain`; a turn of the DH ratchet is the caller's to add.
fn finish(mut chain: Chain, skipped: NewlySkipped, frame: &[u8]) -> Result<Step, Refusal> {
    let key = chain.step();
    let plaintext = decrypt(&key, frame)?;
    Ok(Step {
        plaintext,
        chain,
        skipped,
        turn: None,
        #[cfg(feature = "vectors")]
        key: key.expose(),
    })
}

/// Verifies and decrypts the rest of a frame under its head.
fn decrypt(key: &MessageKey, frame: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    key.open(frame, HEADER_LENGTH).map_err(|_| Refusal::Decrypt)
}

/// The whole state of a ratchet, for the test vectors. It wipes nothing: vectors are public.
#[cfg(feature = "vectors")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatchetTrace {
    /// Root key.
    pub rk: [u8; 32],
    /// Sending chain key.
    pub ck_s: [u8; 32],
    /// Receiving chain key.
    pub ck_r: Option<[u8; 32]>,
    /// Own ratchet key, private.
    pub dh_s: [u8; 32],
    /// Own ratchet key, public.
    pub dh_s_public: [u8; 32],
    /// The peer's ratchet key.
    pub dh_r: [u8; 32],
    /// Next number of the sending chain.
    pub n_s: u32,
    /// Next number of the receiving chain.
    pub n_r: u32,
    /// Length of the previous sending chain.
    pub pn: u32,
    /// Message key of the last message that was sealed or opened.
    pub mk: [u8; 32],
    /// Skipped keys stored.
    pub skipped: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::{TestRng, sessions};
    use crate::session::{Content, ReceiveError};

    /// `PN` counts messages of a chain, and no chain has more than 65,535 (section 10).
    #[test]
    fn no_previous_chain_is_too_long() {
        let rng = &mut TestRng::new(1);
        let (mut a, mut b) = sessions(rng);
        let turn = a.send(&Content::Receipt).unwrap().frame;
        b.receive(&turn, 0, rng).unwrap();
        a.0.ratchet.receiving.as_mut().unwrap().next = limits::CHAIN_MESSAGES - 10;
        b.0.ratchet.previous = limits::CHAIN_MESSAGES + 1;
        let longer = b.send(&Content::Receipt).unwrap().frame;
        b.0.ratchet.previous = limits::CHAIN_MESSAGES;
        let longest = b.send(&Content::Receipt).unwrap().frame;
        assert_eq!(a.receive(&longer, 0, rng), Err(ReceiveError::SkipLimit));
        assert!(a.receive(&longest, 0, rng).is_ok());
    }
}
