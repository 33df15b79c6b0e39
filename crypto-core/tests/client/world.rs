//! People with a clock and a line to a relay, which is honest unless a test says otherwise.

use std::collections::BTreeMap;

use duet_crypto::client::{
    Body, ChunksWanted, Client, CommandError, EndedBy, Event, FileAct, Handled, Job, LineState,
    MessageId, Output, Settings, Stage, Status, Unsettled,
};
use duet_crypto::engine::{Software, block_on};
use duet_crypto::files::frames::HEADER_LENGTH as CHUNK_HEADER;
use duet_crypto::files::{Descriptor, FileId, FileKey, FileKind, FileMode, Salt, TransferCipher};
use duet_crypto::identity::{AccountId, AccountName, IdentityKey, Realm};
use duet_crypto::pins::Pins;
use duet_crypto::relay::{AckStatus, BeatNumber, HEADER_LENGTH, Presence, ServerFrame};

use crate::common::{TestRng, person};
use crate::relay::Relay;

/// One way, in ms.
pub(crate) const LATENCY: u64 = 20;
/// When every story begins.
pub(crate) const START: u64 = 1_700_000_000_000;

/// What a test's rule does with a payload on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    Deliver,
    Drop,
    Twice,
    /// So many ms later than it would.
    Late(u64),
    /// As if from another run.
    From(Presence),
}

/// Decides about a payload: from, to, bytes.
pub(crate) type Rule = Box<dyn FnMut(AccountId, AccountId, &[u8]) -> Pass>;

pub(crate) struct Someone {
    pub(crate) client: Client<Software>,
    pub(crate) account: AccountId,
    pub(crate) name: AccountName,
    pub(crate) key: IdentityKey,
    pub(crate) rng: TestRng,
    pub(crate) events: Vec<Event>,
    /// The client's side of the socket is open.
    connected: bool,
    /// The client has given its socket up.
    closed: bool,
    /// Nothing passes, and nobody closes.
    pub(crate) swallowed: bool,
    /// Jobs that are kept back.
    pub(crate) held: Option<Vec<Job<Software>>>,
    /// Chunks that are wanted and not sealed at once.
    pub(crate) slow: Option<Vec<(AccountId, ChunksWanted)>>,
    /// Files that are offered, or taken and on their way.
    files: BTreeMap<FileId, (TransferCipher, Vec<u8>)>,
    /// Frames that were handed to the socket, with the times.
    pub(crate) sent: Vec<(u64, usize)>,
}

pub(crate) struct World {
    pub(crate) now: u64,
    pub(crate) people: Vec<Someone>,
    pub(crate) relay: Relay,
    pub(crate) rule: Rule,
    /// When the relay gives its next sign of life.
    next_beat: u64,
    /// A client whose socket was closed opens another one.
    pub(crate) reconnects: bool,
    /// How often something was due.
    pub(crate) steps: u64,
}

/// How often the relay gives a sign of life, whatever it has said meanwhile.
const BEAT: u64 = 10_000;

impl World {
    pub(crate) fn new(names: &[&str]) -> Self {
        Self::with(names, Settings::default())
    }

    pub(crate) fn with(names: &[&str], settings: Settings) -> Self {
        let mut world = Self {
            now: START,
            people: Vec::new(),
            relay: Relay::new(
                names.iter().map(|name| person(name).party().account),
                LATENCY,
            ),
            rule: Box::new(|_, _, _| Pass::Deliver),
            next_beat: START + BEAT,
            reconnects: true,
            steps: 0,
        };
        for (index, name) in (1..).zip(names) {
            let local = person(name);
            let party = local.party();
            let mut rng = TestRng::new(index);
            let pins = Pins::new(Realm::new("chat.example").unwrap());
            world.people.push(Someone {
                client: Client::new(local, pins, settings, &mut rng),
                account: party.account,
                name: AccountName::new(name).unwrap(),
                key: party.key,
                rng,
                events: Vec::new(),
                connected: false,
                closed: false,
                swallowed: false,
                held: None,
                slow: None,
                files: BTreeMap::new(),
                sent: Vec::new(),
            });
        }
        for index in 0..names.len() {
            world.connect(index);
        }
        world.pass(1_000);
        world
    }

    // ---- The line

    pub(crate) fn connect(&mut self, index: usize) {
        let now = self.now;
        let someone = &mut self.people[index];
        (someone.connected, someone.closed) = (true, false);
        someone.client.opened(now);
        self.relay.welcome(now, index);
        self.settle(index);
    }

    /// The line breaks, and the client notices.
    pub(crate) fn cut(&mut self, index: usize) {
        self.hang_up(index);
        let now = self.now;
        let someone = &mut self.people[index];
        (someone.connected, someone.closed) = (false, false);
        someone.client.lost(now, &mut someone.rng);
        self.settle(index);
    }

    fn hang_up(&mut self, index: usize) {
        self.relay.hang_up(self.now, index);
    }

    /// The page is loaded again: another run, and nothing is known but the pins.
    pub(crate) fn reload(&mut self, index: usize) {
        self.hang_up(index);
        let someone = &mut self.people[index];
        let local = person(someone.name.as_str());
        let (pins, settings) = (someone.client.pins().clone(), Settings::default());
        someone.client = Client::new(local, pins, settings, &mut someone.rng);
        self.connect(index);
    }

    /// The jobs that were kept back return.
    pub(crate) fn release(&mut self, index: usize) {
        for job in self.people[index].held.take().unwrap_or_default() {
            let someone = &mut self.people[index];
            let done = block_on(job.run(&mut someone.rng));
            self.act(index, |client, now, rng| client.done(done, now, rng));
        }
    }

    /// The relay has no prekey of this person any more.
    pub(crate) fn forget_prekeys(&mut self, index: usize) {
        self.relay.forget_prekeys(index);
    }

    pub(crate) fn reconnect(&mut self, index: usize) {
        self.cut(index);
        self.connect(index);
    }

    /// A frame for a client.
    pub(crate) fn fly(&mut self, to: usize, bytes: Vec<u8>, later: u64) {
        self.relay.fly(self.now, to, bytes, later);
    }

    /// Two people of whom the first one's flight counts where both call (protocol 4.7).
    pub(crate) fn by_key(&self) -> (usize, usize) {
        let key = |index: usize| *self.people[index].key.as_bytes();
        if key(0) < key(1) { (0, 1) } else { (1, 0) }
    }

    /// A payload in anybody's name.
    pub(crate) fn deliver(
        &mut self,
        from: AccountId,
        presence: Presence,
        to: usize,
        payload: &[u8],
    ) {
        self.relay
            .deliver(self.now, (from, presence), to, payload, 0);
    }

    /// A frame of a client's reaches the relay, unless its line swallows it.
    fn pass_on(&mut self, index: usize, bytes: &[u8]) {
        if self.people[index].swallowed {
            return;
        }
        let now = self.now;
        let Some(payload) = self.relay.take(now, index, bytes) else {
            return;
        };
        let from = self.people[index].account;
        let own = self.relay.run(index);
        let there = self.relay.seat_of(&payload.to, payload.presence);
        let (Some(target), Some(own)) = (there, own) else {
            let status = AckStatus::Offline;
            return self.relay.acknowledge(now, index, payload.id, status);
        };
        let status = AckStatus::Written;
        self.relay.acknowledge(now, index, payload.id, status);
        if self.people[target].swallowed {
            return;
        }
        let mut deliver = |run, later| {
            self.relay
                .deliver(now, (from, run), target, &payload.bytes, later);
        };
        match (self.rule)(from, payload.to, &payload.bytes) {
            Pass::Drop => {}
            Pass::Deliver => deliver(own, 0),
            Pass::From(other) => deliver(other, 0),
            Pass::Late(ms) => deliver(own, ms),
            Pass::Twice => {
                deliver(own, 0);
                deliver(own, 0);
            }
        }
    }

    // ---- Time

    /// Carries out what a client wants done.
    pub(crate) fn settle(&mut self, index: usize) {
        while let Some(output) = self.people[index].client.poll() {
            let now = self.now;
            let someone = &mut self.people[index];
            match output {
                Output::Send { bytes, .. } => {
                    assert!(someone.connected, "a frame without a line");
                    someone.sent.push((now, bytes.len()));
                    self.pass_on(index, &bytes);
                }
                Output::Job(job) => match &mut someone.held {
                    Some(held) => held.push(job),
                    None => {
                        let done = block_on(job.run(&mut someone.rng));
                        someone.client.done(done, now, &mut someone.rng);
                    }
                },
                Output::TokenWanted => {
                    let token = someone.client.token("token", now, &mut someone.rng);
                    token.unwrap();
                }
                Output::Close { .. } => {
                    (someone.connected, someone.closed) = (false, true);
                    someone.events.push(Event::Line {
                        state: LineState::Down,
                    });
                    self.hang_up(index);
                }
                Output::Event(Event::ChunksWanted { account, wanted }) => match &mut someone.slow {
                    Some(slow) => slow.push((account, wanted)),
                    None => self.seal(index, account, wanted),
                },
                Output::Event(event) => someone.events.push(event),
            }
        }
    }

    /// Lets time pass, and everything happen that is due in it.
    pub(crate) fn pass(&mut self, ms: u64) {
        let end = self.now + ms;
        loop {
            let arrival = self.relay.arrival();
            let wake = (0..self.people.len())
                .filter_map(|index| self.people[index].client.next_wake())
                .min();
            let beat = Some(self.next_beat);
            let next = arrival.into_iter().chain(wake).chain(beat).min();
            let Some(next) = next.filter(|&at| at <= end) else {
                break;
            };
            self.steps += 1;
            self.now = self.now.max(next);
            if beat == Some(next) {
                self.beat();
            } else if arrival == Some(next) {
                let (to, bytes) = self.relay.land().unwrap();
                if !self.people[to].swallowed {
                    self.hand(to, &bytes);
                }
            } else {
                // Each wakes when it has said so, and not with the others.
                for index in 0..self.people.len() {
                    let now = self.now;
                    let someone = &mut self.people[index];
                    if someone.client.next_wake().is_some_and(|at| at <= now) {
                        someone.client.advance(now, &mut someone.rng);
                        self.settle(index);
                    }
                }
            }
        }
        self.now = end;
    }

    fn beat(&mut self) {
        self.next_beat += BEAT;
        for index in 0..self.people.len() {
            let someone = &self.people[index];
            if self.relay.run(index).is_some() && !someone.swallowed {
                self.fly(index, beat(0), 0);
            } else if self.reconnects && !someone.connected && someone.closed {
                self.connect(index);
            }
        }
    }

    fn hand(&mut self, to: usize, bytes: &[u8]) {
        let now = self.now;
        let someone = &mut self.people[to];
        if someone.connected {
            let head = &bytes[..bytes.len().min(HEADER_LENGTH + CHUNK_HEADER)];
            let is_chunk = bytes.get(HEADER_LENGTH + 1) == Some(&0x12);
            let given = if is_chunk { head } else { bytes };
            let handled = someone
                .client
                .receive(given, bytes.len(), now, &mut someone.rng);
            if let Handled::Chunks { account, file } = handled {
                self.open(to, account, file, &bytes[HEADER_LENGTH..]);
            }
            self.settle(to);
        }
    }

    // ---- Files

    /// Offers a file of `bytes`.
    pub(crate) fn offer(&mut self, from: usize, to: usize, bytes: &[u8]) -> FileId {
        let someone = &mut self.people[from];
        let descriptor = Descriptor {
            key: FileKey::generate(&mut someone.rng),
            salt: Salt::generate(&mut someone.rng),
            size: bytes.len() as u64,
            kind: FileKind::File,
            mode: FileMode::Both,
            duration_ms: 0,
            peaks: Vec::new(),
            name: "file".into(),
            media_type: "application/octet-stream".into(),
            preview: Vec::new(),
        };
        let cipher = TransferCipher::new(&descriptor).unwrap();
        let file = cipher.file_id();
        someone.files.insert(file, (cipher, bytes.to_vec()));
        let to = self.account(to);
        self.act(from, |client, now, rng| {
            client.offer_file(&to, Box::new(descriptor), now, rng)
        })
        .unwrap();
        file
    }

    /// Takes the newest file that was offered.
    pub(crate) fn take(&mut self, index: usize, from: usize) -> FileId {
        let of = self.account(from);
        let mut taken = None;
        for event in self.people[index].events.iter().rev() {
            if let Event::Message {
                account,
                body: Body::File { file, descriptor },
                ..
            } = event
                && *account == of
            {
                let cipher = TransferCipher::new(descriptor).unwrap();
                let size = usize::try_from(descriptor.size).unwrap();
                taken = Some((*file, cipher, size));
                break;
            }
        }
        let (file, cipher, size) = taken.unwrap();
        let bytes = vec![0; size];
        self.people[index].files.insert(file, (cipher, bytes));
        self.act(index, |client, now, rng| {
            client.file(&of, file, FileAct::Accept, now, rng)
        })
        .unwrap();
        file
    }

    /// Whether a file is here as a whole.
    pub(crate) fn has(&self, index: usize, file: FileId, bytes: &[u8]) -> bool {
        let held = self.people[index].files.get(&file);
        held.is_some_and(|(_, held)| held == bytes)
    }

    /// Seals what was wanted meanwhile.
    pub(crate) fn seal_late(&mut self, index: usize) {
        for (account, wanted) in self.people[index].slow.take().unwrap_or_default() {
            self.seal(index, account, wanted);
            self.settle(index);
        }
    }

    fn seal(&mut self, index: usize, account: AccountId, wanted: ChunksWanted) {
        let now = self.now;
        let someone = &mut self.people[index];
        let (cipher, bytes) = &someone.files[&wanted.file];
        let run = cipher.layout().run(wanted.first, wanted.count).unwrap();
        let range = cipher.layout().file_range(run);
        let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        let frame = cipher.seal(run, &bytes[range]).unwrap();
        let head = someone
            .client
            .chunk(&account, wanted, now, &mut someone.rng);
        if let Some(head) = head {
            let frame = [&head[..], &frame].concat();
            someone.sent.push((now, frame.len()));
            self.pass_on(index, &frame);
        }
    }

    fn open(&mut self, index: usize, account: AccountId, file: FileId, frame: &[u8]) {
        let now = self.now;
        let someone = &mut self.people[index];
        let Some((cipher, bytes)) = someone.files.get_mut(&file) else {
            return;
        };
        let opened = cipher.open(frame).unwrap();
        let start = usize::try_from(opened.chunks.offset).unwrap();
        bytes[start..start + opened.plaintext.len()].copy_from_slice(&opened.plaintext);
        let run = opened.chunks.run;
        let (first, count) = (run.first(), run.count());
        let result =
            someone
                .client
                .chunks_opened(&account, file, first, count, now, &mut someone.rng);
        result.unwrap();
    }

    // ---- People

    pub(crate) fn act<T>(
        &mut self,
        index: usize,
        act: impl FnOnce(&mut Client<Software>, u64, &mut TestRng) -> T,
    ) -> T {
        let now = self.now;
        let someone = &mut self.people[index];
        let result = act(&mut someone.client, now, &mut someone.rng);
        self.settle(index);
        result
    }

    pub(crate) fn account(&self, index: usize) -> AccountId {
        self.people[index].account
    }

    pub(crate) fn call(&mut self, from: usize, to: usize) {
        let (name, key) = (self.people[to].name.clone(), self.people[to].key);
        self.act(from, |client, now, rng| client.call(&name, key, now, rng))
            .unwrap();
    }

    pub(crate) fn accept(&mut self, index: usize, from: usize) -> Result<(), CommandError> {
        let name = self.people[from].name.clone();
        self.act(index, |client, now, rng| client.accept(&name, now, rng))
    }

    pub(crate) fn say(&mut self, from: usize, to: usize, text: &str) -> MessageId {
        let to = self.account(to);
        self.act(from, |client, now, rng| {
            client.text(&to, text, None, now, rng)
        })
        .unwrap()
    }

    pub(crate) fn leave(&mut self, index: usize, to: usize) {
        let to = self.account(to);
        self.act(index, |client, now, rng| client.leave(&to, now, rng))
            .unwrap();
    }

    /// Two people in a secure conversation.
    pub(crate) fn meet(&mut self, a: usize, b: usize) {
        self.call(a, b);
        self.pass(500);
        self.accept(b, a).unwrap();
        self.pass(500);
        assert_eq!(self.stage(a, b), Some(Stage::Secure));
        assert_eq!(self.stage(b, a), Some(Stage::Secure));
    }

    // ---- What was seen

    pub(crate) fn stage(&self, index: usize, with: usize) -> Option<Stage> {
        let with = self.account(with);
        let mut stage = None;
        for event in &self.people[index].events {
            match event {
                Event::Conversation { account, state } if *account == with => {
                    stage = Some(state.stage);
                }
                Event::Ended { account, .. } if *account == with => stage = None,
                _ => {}
            }
        }
        stage
    }

    /// The texts that stand under somebody's name.
    pub(crate) fn texts(&self, index: usize, of: usize) -> Vec<&str> {
        let of = self.account(of);
        let mut texts = Vec::new();
        for event in &self.people[index].events {
            if let Event::Message {
                account,
                body: Body::Text { text, .. },
                ..
            } = event
                && *account == of
            {
                texts.push(text.as_str());
            }
        }
        texts
    }

    /// Where an own message stands.
    pub(crate) fn status(&self, index: usize, id: MessageId) -> Option<Status> {
        let mut found = None;
        for event in &self.people[index].events {
            match event {
                Event::Status {
                    id: own, status, ..
                } if *own == id => found = Some(*status),
                Event::Ended { unsettled, .. } => {
                    let mut named = unsettled.iter().filter(|one| one.id == id);
                    found = named.next().map(|one| one.status).or(found);
                }
                _ => {}
            }
        }
        found
    }

    /// How a conversation ended.
    pub(crate) fn ended(&self, index: usize, with: usize) -> Option<(EndedBy, &[Unsettled], bool)> {
        let with = self.account(with);
        self.people[index]
            .events
            .iter()
            .rev()
            .find_map(|event| match event {
                Event::Ended {
                    account,
                    by,
                    unsettled,
                    tail_missing,
                    ..
                } if *account == with => Some((*by, &unsettled[..], *tail_missing)),
                _ => None,
            })
    }

    /// The newest message of a peer's that somebody sees.
    pub(crate) fn newest(&self, index: usize) -> MessageId {
        let mut events = self.people[index].events.iter().rev();
        let found = events.find_map(|event| match event {
            Event::Message { id, .. } => Some(*id),
            _ => None,
        });
        found.unwrap()
    }

    pub(crate) fn saw(&self, index: usize, what: impl Fn(&Event) -> bool) -> bool {
        self.people[index].events.iter().any(what)
    }

    /// How often somebody's calls rang at `index`.
    pub(crate) fn rings(&self, index: usize) -> usize {
        let events = self.people[index].events.iter();
        events
            .filter(|event| matches!(event, Event::Incoming { .. }))
            .count()
    }
}

/// A BEAT of the relay's.
pub(crate) fn beat(number: u32) -> Vec<u8> {
    ServerFrame::Beat(BeatNumber::new(number).unwrap()).encode()
}
