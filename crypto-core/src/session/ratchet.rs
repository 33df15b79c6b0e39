//! The hybrid ratchet (sections 6.1, 6.2, 6.5).
//!
//! Turns alternate between the sides. Whose turn is the newest is a sum type, so that the private keys of our turn cannot
//! outlive it: opening the peer's next turn puts its public keys in their place.

use alloc::boxed::Box;
use alloc::vec::Vec;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::chain::{Chain, MessageKey, RootKey};
use super::fields::read_flag;
use super::header::{HEADER_LENGTH, Header};
use super::keys::SessionKeys;

use super::skipped::Skipped;
use super::trace::Trace;
#[cfg(feature = "vectors")]
use super::trace::{RatchetTrace, TurnTrace};
use super::turn::{OwnTurn, RatchetKeyError, RemoteRatchetPublic, TurnSecrets};
use crate::bytes::Reader;
use crate::identity::Role;
use crate::ids::SessionId;
use crate::limits;
use crate::primitives::aead::Unauthentic;

/// Why a frame is not opened. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Received before.
    Replay,
    /// Skips too many keys, or its turn is neither a known one of the peer's nor the next.
    Skip,
    /// The turn's `RX` or `RE` fails its check.
    RatchetKey(RatchetKeyError),
}

/// The state of section 6.1.
pub(crate) struct Ratchet {
    sid: SessionId,
    root: RootKey,
    /// Number of the newest turn.
    turn: u32,
    newest: Newest,
    /// Chain of the peer's newest turn: none before B's first.
    receiving: Option<Chain>,
    /// `pn`.
    previous: u32,
    skipped: Skipped,
    trace: Trace,
}

/// Whose turn is the newest.
enum Newest {
    /// Ours: we go on in it until the peer answers.
    Ours(Box<Ours>),
    /// The peer's: our next message makes a turn. No private key is there meanwhile.
    Peers(Box<RemoteRatchetPublic>),
}

struct Ours {
    keys: OwnTurn,
    chain: Chain,
}

impl Ours {
    /// Seals `frame` as the next message of this turn.
    fn seal(
        &mut self,
        frame: &mut Vec<u8>,
        sid: SessionId,
        previous: u32,
        trace: &mut Trace,
    ) -> Result<(), Unauthentic> {
        let header = self.keys.public().header(sid, previous, self.chain.next);
        header.write(frame.first_chunk_mut().ok_or(Unauthentic)?);
        let key = self.chain.step();
        trace.message(&key);
        key.seal(frame, HEADER_LENGTH)
    }
}

/// Where the key of a message comes from. It is found before any key is used.
pub(super) enum Route {
    /// The key was skipped and is stored here.
    Skipped(usize),
    /// The chain of the peer's newest turn.
    Current,
    /// A turn of the peer's that answers ours.
    Next(Box<RemoteRatchetPublic>),
}

/// Skipped keys with their numbers, on their way into [`Skipped`].
type NewlySkipped = Vec<(u32, Box<MessageKey>)>;

/// The outcome of opening a frame in a chain, not yet part of the state.
struct Opened {
    plaintext: Zeroizing<Vec<u8>>,
    chain: Chain,
    skipped: NewlySkipped,
}

impl Ratchet {
    /// A at CONFIRM: turn 0 is ours. `secrets` are those of `keys` and `EX_B`.
    pub(crate) fn initiator(session: &SessionKeys, keys: OwnTurn, secrets: &TurnSecrets) -> Self {
        let mut trace = Trace::default();
        let context = keys.public().turn_hash();
        let (root, chain) = session.root.step(secrets, session.id, &context);
        trace.root_step(&context, secrets);
        let newest = Newest::Ours(Box::new(Ours { keys, chain }));
        Self::new(session.id, root, newest, None, trace)
    }

    /// B at CONFIRM: turn 0 is the peer's. `secrets` is `DH(ex_B, RX_A)`. There is no private key until READY is sealed.
    pub(crate) fn responder(
        session: &SessionKeys,
        peer: RemoteRatchetPublic,
        secrets: &TurnSecrets,
    ) -> Self {
        let mut trace = Trace::default();
        let context = peer.first_turn_hash();
        let (root, chain) = session.root.step(secrets, session.id, &context);
        trace.root_step(&context, secrets);
        let newest = Newest::Peers(Box::new(peer));
        Self::new(session.id, root, newest, Some(chain), trace)
    }

    fn new(
        sid: SessionId,
        root: RootKey,
        newest: Newest,
        receiving: Option<Chain>,
        trace: Trace,
    ) -> Self {
        Self {
            sid,
            root,
            turn: 0,
            newest,
            receiving,
            previous: 0,
            skipped: Skipped::default(),
            trace,
        }
    }

    pub(super) const fn sid(&self) -> SessionId {
        self.sid
    }

    /// Messages sealed in our turn, if it is the newest.
    pub(super) const fn sent_in_turn(&self) -> u32 {
        match &self.newest {
            Newest::Ours(ours) => ours.chain.next,
            Newest::Peers(_) => 0,
        }
    }

    /// Seals `frame`, whose first [`HEADER_LENGTH`] bytes are free for the head and whose rest is the padded plaintext, and
    /// appends the tag. Makes our turn if the peer's is the newest, and draws 128 bytes from `rng` exactly then. The caller
    /// has looked at [`Self::sent_in_turn`].
    pub(super) fn seal(
        &mut self,
        frame: &mut Vec<u8>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Unauthentic> {
        let peer = match &mut self.newest {
            Newest::Ours(ours) => {
                return ours.seal(frame, self.sid, self.previous, &mut self.trace);
            }
            Newest::Peers(peer) => peer,
        };
        let turn = self.turn + 1;
        let (keys, secrets) = OwnTurn::answer(turn, peer, rng);
        let context = keys.public().turn_hash();
        let (root, chain) = self.root.step(&secrets, self.sid, &context);
        self.trace.root_step(&context, &secrets);
        let mut ours = Box::new(Ours { keys, chain });
        ours.seal(frame, self.sid, self.previous, &mut self.trace)?;
        self.root = root;
        self.turn = turn;
        self.newest = Newest::Ours(ours);
        Ok(())
    }

    /// Number of the peer's newest turn that is known.
    const fn peers_turn(&self) -> Option<u32> {
        match &self.newest {
            Newest::Ours(_) => self.turn.checked_sub(1),
            Newest::Peers(_) => Some(self.turn),
        }
    }

    /// Where the key of a message is (section 6.5, steps 1 to 3): every refusal that needs no key.
    pub(super) fn route(&self, header: &Header<'_>) -> Result<Route, Refusal> {
        let Header {
            previous,
            number,
            turn,
            ..
        } = *header;
        if number >= limits::TURN_MESSAGES || previous > limits::TURN_MESSAGES {
            return Err(Refusal::Skip);
        }
        if let Some(index) = self.skipped.find(turn, number) {
            return Ok(Route::Skipped(index));
        }
        let known = self.peers_turn();
        if known.is_some_and(|known| turn < known) {
            return Err(Refusal::Replay);
        }
        let received = self.receiving.as_ref().map_or(0, |chain| chain.next);
        if known == Some(turn) {
            let ahead = number.checked_sub(received).ok_or(Refusal::Replay)?;
            return within_bound(ahead).map(|()| Route::Current);
        }
        let answers_ours = matches!(self.newest, Newest::Ours(_)) && turn == self.turn + 1;
        if !answers_ours {
            return Err(Refusal::Skip);
        }
        within_bound(number)?;
        if self.receiving.is_some() {
            within_bound(previous.saturating_sub(received))?;
        }
        RemoteRatchetPublic::check(header.agreement_key, header.encapsulation_key)
            .map(|peer| Route::Next(Box::new(peer)))
            .map_err(Refusal::RatchetKey)
    }

    /// Opens a frame whose head is `header` by its [`Route`]. Everything is computed beside the state, which changes only
    /// after the tag has verified.
    pub(super) fn open(
        &mut self,
        route: Route,
        header: &Header<'_>,
        frame: &[u8],
        now: u64,
    ) -> Result<Zeroizing<Vec<u8>>, Unauthentic> {
        match route {
            Route::Skipped(index) => self.open_skipped(index, frame),
            Route::Current => self.open_current(header, frame, now),
            Route::Next(peer) => self.open_next(peer, header, frame, now),
        }
    }

    fn open_skipped(
        &mut self,
        index: usize,
        frame: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Unauthentic> {
        let key = self.skipped.get(index).ok_or(Unauthentic)?;
        let plaintext = key.open(frame, HEADER_LENGTH)?;
        self.trace.message(key);
        self.skipped.remove(index);
        Ok(plaintext)
    }

    /// A message of the peer's newest turn.
    fn open_current(
        &mut self,
        header: &Header<'_>,
        frame: &[u8],
        now: u64,
    ) -> Result<Zeroizing<Vec<u8>>, Unauthentic> {
        let chain = self.receiving.as_ref().ok_or(Unauthentic)?.fork();
        let mut trace = self.trace.clone();
        let opened = open_in(chain, header.number, frame, &mut trace)?;
        self.skipped.extend(header.turn, opened.skipped, now);
        self.receiving = Some(opened.chain);
        self.trace = trace;
        Ok(opened.plaintext)
    }

    /// The first message of a turn that answers ours. Our private keys are wiped when it is authentic.
    fn open_next(
        &mut self,
        peer: Box<RemoteRatchetPublic>,
        header: &Header<'_>,
        frame: &[u8],
        now: u64,
    ) -> Result<Zeroizing<Vec<u8>>, Unauthentic> {
        let Newest::Ours(ours) = &self.newest else {
            return Err(Unauthentic);
        };
        let mut trace = self.trace.clone();
        let secrets = ours.keys.open(header).map_err(|_| Unauthentic)?;
        let context = header.turn_hash();
        let (root, chain) = self.root.step(&secrets, self.sid, &context);
        trace.root_step(&context, &secrets);
        let opened = open_in(chain, header.number, frame, &mut trace)?;
        let previous = ours.chain.next;

        // Authentic. The peer's earlier turn can still be read, up to the length that this one tells.
        if let (Some(mut earlier), Some(turn)) = (self.receiving.take(), self.peers_turn()) {
            let rest = skip_to(&mut earlier, header.previous);
            self.skipped.extend(turn, rest, now);
        }
        self.skipped.extend(header.turn, opened.skipped, now);
        self.receiving = Some(opened.chain);
        self.root = root;
        self.turn = header.turn;
        self.previous = previous;
        self.newest = Newest::Peers(peer);
        self.trace = trace;
        Ok(opened.plaintext)
    }

    /// Forgets skipped keys that are too old.
    pub(super) fn forget(&mut self, now: u64) {
        self.skipped.expire(now);
    }

    /// Bytes that [`Self::write_record`] writes.
    pub(super) fn record_length(&self) -> usize {
        let chain = |there: bool| if there { Chain::RECORD } else { 0 };
        let newest = match &self.newest {
            Newest::Ours(_) => Chain::RECORD + OwnTurn::RECORD,
            Newest::Peers(_) => RemoteRatchetPublic::RECORD,
        };
        16 + RootKey::RECORD
            + 4
            + 4
            + 1
            + chain(self.receiving.is_some())
            + 1
            + newest
            + self.skipped.record_length()
    }

    /// Appends the whole state, for a record.
    pub(super) fn write_record(&self, out: &mut Vec<u8>) {
        let Self {
            sid,
            root,
            turn,
            newest,
            receiving,
            previous,
            skipped,
            trace: _,
        } = self;
        out.extend_from_slice(&sid.0);
        root.write_record(out);
        out.extend_from_slice(&turn.to_be_bytes());
        out.extend_from_slice(&previous.to_be_bytes());
        out.push(receiving.is_some().into());
        if let Some(chain) = receiving {
            chain.write_record(out);
        }
        match newest {
            Newest::Ours(ours) => {
                out.push(1);
                ours.chain.write_record(out);
                ours.keys.write_record(out);
            }
            Newest::Peers(peer) => {
                out.push(0);
                peer.write_record(out);
            }
        }
        skipped.write_record(out);
    }

    /// Reads what [`Self::write_record`] wrote for a session in which our side is `role`: A makes the even turns, B the odd
    /// ones, and only A in its turn 0 has heard nothing of the peer.
    pub(super) fn read_record(reader: &mut Reader<'_>, role: Role) -> Option<Self> {
        let sid = SessionId(reader.array().ok()?);
        let root = RootKey::read_record(reader)?;
        let turn = reader.u32().ok()?;
        let previous = reader.u32().ok()?;
        if turn > limits::SESSION_TURNS || previous > limits::TURN_MESSAGES {
            return None;
        }
        let receiving = if read_flag(reader)? {
            Some(Chain::read_record(reader)?)
        } else {
            None
        };
        let is_ours = read_flag(reader)?;
        let own_parity = match role {
            Role::Initiator => 0,
            Role::Responder => 1,
        };
        let heard_nothing = is_ours && turn == 0;
        if is_ours != (turn % 2 == own_parity) || receiving.is_none() != heard_nothing {
            return None;
        }
        let newest = if is_ours {
            let chain = Chain::read_record(reader)?;
            let keys = OwnTurn::read_record(reader, turn)?;
            Newest::Ours(Box::new(Ours { keys, chain }))
        } else {
            Newest::Peers(Box::new(RemoteRatchetPublic::read_record(reader)?))
        };
        let mut ratchet = Self::new(sid, root, newest, receiving, Trace::default());
        ratchet.turn = turn;
        ratchet.previous = previous;
        ratchet.skipped = Skipped::read_record(reader, ratchet.peers_turn())?;
        Some(ratchet)
    }

    pub(super) fn skipped_keys(&self) -> usize {
        self.skipped.len()
    }

    /// Everything at once, for the vectors.
    #[cfg(feature = "vectors")]
    pub(super) fn trace(&self) -> RatchetTrace {
        let newest = match &self.newest {
            Newest::Ours(ours) => {
                let (dh_s, dk_s) = ours.keys.expose();
                TurnTrace::Ours {
                    dh_s,
                    dk_s,
                    rc: *ours.keys.public().ciphertext(),
                    ck_s: ours.chain.expose(),
                    n_s: ours.chain.next,
                }
            }
            Newest::Peers(peer) => TurnTrace::Peers {
                rx: *peer.agreement(),
                re: peer.encapsulation(),
            },
        };
        RatchetTrace {
            rk: self.root.expose(),
            turn: self.turn,
            newest,
            ck_r: self.receiving.as_ref().map(Chain::expose),
            n_r: self.receiving.as_ref().map_or(0, |chain| chain.next),
            pn: self.previous,
            skipped: self.skipped.numbers(),
            last: self.trace.clone(),
        }
    }
}

/// The skip bound of section 10.
fn within_bound(ahead: u32) -> Result<(), Refusal> {
    if ahead > limits::SKIPPED_PER_TURN {
        Err(Refusal::Skip)
    } else {
        Ok(())
    }
}

/// Steps a chain up to `number`, if it is not there yet, and gives the keys in between.
fn skip_to(chain: &mut Chain, number: u32) -> NewlySkipped {
    (chain.next..number)
        .map(|number| (number, Box::new(chain.step())))
        .collect()
}

/// Opens message `number` with its key of `chain`, at most 256 keys ahead.
fn open_in(
    mut chain: Chain,
    number: u32,
    frame: &[u8],
    trace: &mut Trace,
) -> Result<Opened, Unauthentic> {
    let skipped = skip_to(&mut chain, number);
    let key = chain.step();
    let plaintext = key.open(frame, HEADER_LENGTH)?;
    trace.message(&key);
    Ok(Opened {
        plaintext,
        chain,
        skipped,
    })
}
