//! Four honest clients and a relay that chooses everything: what it passes on, to whom, in whose name, when, and what it says.
//! The fourth person's frames are the relay's to use as it likes.
//!
//! [`run`] lives through a script and looks at everything that is told ([`ledger`]). In the end the relay is honest for a
//! while, and everybody who wants to talk must be able to.

mod ledger;
mod step;

use std::collections::{BTreeMap, VecDeque};
use std::string::{String, ToString as _};
use std::vec::Vec;

use duet_crypto::client::{Body, Client, Event, Job, MessageId, Output, Settings, Status};
use duet_crypto::engine::{Software, block_on};
use duet_crypto::handshake::{HandshakeId, Offer};
use duet_crypto::identity::{AccountId, AccountName, IdentityKey, Party, Realm};
use duet_crypto::pins::Pins;
use duet_crypto::relay::{AckStatus, BeatNumber, Presence, ServerFrame};
use duet_crypto::session::Activity;
use rand_core::{Infallible, Rng as _, TryCryptoRng, TryRng};

use super::common::{TestRng, person};
use super::relay::{Payload, Relay};
use ledger::{Kind, Ledger};
pub(crate) use step::{PEOPLE, Step, Weather};

const NAMES: [&str; PEOPLE] = ["alice", "bob", "carol", "mallory"];
/// Whose frames the relay may use as it likes.
const FAVOURED: usize = PEOPLE - 1;
/// One way, in ms.
const LATENCY: u64 = 20;
const START: u64 = 1_700_000_000_000;
/// Work that one client may have given out for so few people: each has a step of a handshake, a few words to be signed, and
/// one to be verified.
const MOST_JOBS: usize = 2 + 4 * PEOPLE;
/// Payloads that the relay remembers.
const REMEMBERED: usize = 64;
/// Wakes without anything that happens in between: what is due is done at once.
const IDLE_WAKES: u32 = 20;

struct Someone {
    client: Client<Software>,
    run: u32,
    name: AccountName,
    party: Party,
    rng: TestRng,
    connected: bool,
    /// It has given its line up, and opens another one soon.
    closed: bool,
    swallowed: bool,
    /// Jobs that are kept back.
    held: Option<Vec<Job<Software>>>,
    /// The newest message of each person.
    newest: BTreeMap<usize, (MessageId, String)>,
}

impl Someone {
    const fn account(&self) -> AccountId {
        self.party.account
    }

    const fn key(&self) -> IdentityKey {
        self.party.key
    }
}

/// A payload that passed the relay.
struct Seen {
    from: usize,
    to: usize,
    payload: Vec<u8>,
}

struct World {
    now: u64,
    settings: Settings,
    people: Vec<Someone>,
    ledger: Ledger,
    relay: Relay,
    next_beat: u64,
    weather: Weather,
    /// The relay's own choices.
    dice: TestRng,
    seen: VecDeque<Seen>,
    wrong_runs: u8,
    wrong_acks: u8,
}

/// As they are; with sessions that are renewed all the time; ten times as fast.
pub(crate) fn settings() -> [Settings; 3] {
    let renewing = Settings {
        lifetime: 300_000,
        renew_again: 10_000,
        ..Settings::default()
    };
    let fast = Settings::default().divided_by(10);
    [Settings::default(), renewing, fast]
}

/// Lives through a script. `seed`: the dice of the relay.
// What happened is shown with a test that fails.
#[allow(clippy::print_stdout)]
pub(crate) fn run(seed: u64, settings: Settings, script: &[Step]) {
    let mut world = World::new(seed, settings);
    let lived = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        for step in script {
            world.step(*step);
            world.look();
        }
        world.clear_up();
    }));
    if let Err(reason) = lived {
        for line in world.ledger.trace() {
            println!("{line}");
        }
        std::panic::resume_unwind(reason);
    }
}

impl World {
    fn new(seed: u64, settings: Settings) -> Self {
        let parties = NAMES.map(|name| person(name).party());
        let mut world = Self {
            now: START,
            settings,
            people: Vec::new(),
            ledger: Ledger::new(parties.iter().map(|one| one.account).collect(), settings),
            relay: Relay::new(parties.iter().map(|one| one.account), LATENCY),
            next_beat: START + settings.beat_talking,
            weather: Weather::Clear,
            dice: TestRng::new(seed ^ 0x5eed),
            seen: VecDeque::new(),
            wrong_runs: 0,
            wrong_acks: 0,
        };
        for (index, name) in (1..).zip(NAMES) {
            let mut rng = TestRng::new(seed ^ index << 32);
            let pins = Pins::new(Realm::new("chat.example").unwrap());
            world.people.push(Someone {
                client: Client::new(person(name), pins, settings, &mut rng),
                run: 0,
                name: AccountName::new(name).unwrap(),
                party: person(name).party(),
                rng,
                connected: false,
                closed: false,
                swallowed: false,
                held: None,
                newest: BTreeMap::new(),
            });
        }
        for index in 0..PEOPLE {
            world.connect(index);
        }
        world.pass(200);
        world
    }

    // ---- Steps

    fn step(&mut self, step: Step) {
        self.ledger.note(format!("{} {step:?}", self.now - START));
        match step {
            Step::Pass(ms) => self.pass(ms),
            Step::Meet(from, to) => {
                self.call(from, to);
                self.pass(300);
                self.accept(to, from);
                self.pass(300);
            }
            Step::Call(from, to) => self.call(from, to),
            Step::Accept(index, from) => self.accept(index, from),
            Step::Decline(index, from) => {
                self.ledger.leaves(index, from);
                let from = self.people[from].account();
                self.act(index, |client, now, rng| {
                    let _ = client.decline(&from, now, rng);
                });
            }
            Step::Leave(index, with) => self.leave(index, with),
            Step::Say(from, to) => {
                self.say(from, to);
            }
            Step::Burst(from, to, count) => {
                for _ in 0..count {
                    self.say(from, to);
                }
            }
            Step::Edit(from, to, back) => self.edit(from, to, back),
            Step::Delete(from, to, back) => self.delete(from, to, back),
            Step::React(from, to) => self.react(from, to),
            Step::Type(from, to) => {
                self.ledger.types(from, to);
                let to = self.people[to].account();
                self.act(from, |client, now, rng| {
                    let _ = client.typing(&to, Activity::Typing, now, rng);
                });
            }
            Step::Read(index, of) => {
                if let Some((id, _)) = self.people[index].newest.get(&of).cloned() {
                    self.ledger.reads(index, of);
                    let of = self.people[of].account();
                    self.act(index, |client, now, rng| {
                        let _ = client.read(&of, id, now, rng);
                    });
                }
            }
            Step::View(index, of) => {
                if let Some((id, text)) = self.people[index].newest.get(&of).cloned() {
                    self.ledger.views(index, of, &text);
                    let of = self.people[of].account();
                    self.act(index, |client, now, rng| {
                        let _ = client.viewed(&of, id, now, rng);
                    });
                }
            }
            Step::Cut(index) => self.cut(index),
            Step::Connect(index) => {
                if !self.people[index].connected {
                    self.connect(index);
                }
            }
            Step::Swallow(index, true) => self.people[index].swallowed = true,
            Step::Swallow(index, false) => self.unblock(index),
            Step::Jobs(index, true) => {
                self.people[index].held.get_or_insert_default();
            }
            Step::Jobs(index, false) => self.release(index),
            Step::Reload(index) => self.reload(index),
            Step::Weather(weather) => self.weather = weather,
            Step::WrongRun(count) => self.wrong_runs = count,
            Step::WrongAck(count) => self.wrong_acks = count,
            Step::Replay { frame, from, to } => {
                if let Some(seen) = self.seen(frame) {
                    let own = (seen.from, seen.to);
                    let (from, to) = (from.unwrap_or(own.0), to.unwrap_or(own.1));
                    let payload = seen.payload.clone();
                    self.ledger.forged |= (from, to) != own;
                    self.deliver(from, to, &payload, 0);
                }
            }
            Step::Flip { frame, bit } => {
                if let Some(Seen { from, to, payload }) = self.seen(frame) {
                    let (from, to, mut payload) = (*from, *to, payload.clone());
                    let bit = usize::from(bit) % (8 * payload.len());
                    payload[bit / 8] ^= 1 << (bit % 8);
                    self.ledger.forged = true;
                    self.deliver(from, to, &payload, 0);
                }
            }
            Step::Splice { head, tail, at } => {
                if let (Some(head), Some(tail)) = (self.seen(head), self.seen(tail)) {
                    let at = usize::from(at) % head.payload.len();
                    let rest = tail.payload.get(at..).unwrap_or(&[]);
                    let payload = [&head.payload[..at], rest].concat();
                    let (from, to) = (head.from, head.to);
                    self.ledger.forged = true;
                    self.deliver(from, to, &payload, 0);
                }
            }
            Step::Call2 { to, hid } => self.call_under(to, hid),
            Step::Lie {
                to,
                about,
                online,
                truly,
            } => {
                let account = self.people[about].account();
                let known = self.relay.run(about).filter(|_| truly);
                let presence = known.unwrap_or(Presence([0xaa; 16]));
                self.relay.tell(self.now, to, account, presence, online);
            }
        }
    }

    /// What is kept is bounded.
    fn look(&self) {
        for someone in &self.people {
            let shown = format!("{:?}", someone.client);
            let count = |name: &str| -> usize {
                let (_, rest) = shown.split_once(name).unwrap();
                let end = rest.find(|one: char| !one.is_ascii_digit()).unwrap();
                rest[..end].parse().unwrap()
            };
            assert!(count("peers: ") < PEOPLE, "{shown}");
            assert!(count("jobs: ") <= MOST_JOBS, "{shown}");
            assert!(count("frames: ") <= 64 * PEOPLE, "{shown}");
        }
    }

    fn seen(&self, back: u8) -> Option<&Seen> {
        let at = usize::from(back) % self.seen.len().max(1);
        self.seen.get(at)
    }

    // ---- People

    /// Does something and carries out what comes of it.
    fn act<T>(
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

    fn call(&mut self, from: usize, to: usize) {
        if from == to {
            return;
        }
        self.ledger.calls(from, to);
        let (name, key) = (self.people[to].name.clone(), self.people[to].key());
        self.act(from, |client, now, rng| {
            let _ = client.call(&name, key, now, rng);
        });
    }

    fn accept(&mut self, index: usize, from: usize) {
        let name = self.people[from].name.clone();
        self.act(index, |client, now, rng| {
            let _ = client.accept(&name, now, rng);
        });
    }

    fn leave(&mut self, index: usize, with: usize) {
        self.ledger.leaves(index, with);
        self.ledger.parts(index, with, self.now);
        let with = self.people[with].account();
        self.act(index, |client, now, rng| {
            let _ = client.leave(&with, now, rng);
        });
    }

    fn say(&mut self, from: usize, to: usize) -> Option<MessageId> {
        let text = self.ledger.next_text(from, to);
        self.do_message(
            from,
            to,
            Kind::Text,
            Some(text.clone()),
            |client, to, now, rng| client.text(&to, &text, None, now, rng),
        )
    }

    fn edit(&mut self, from: usize, to: usize, back: u8) {
        let run = self.people[from].run;
        if let Some(target) = self.ledger.newest_text((from, run), to, back) {
            let text = self.ledger.next_text(from, to);
            self.do_message(
                from,
                to,
                Kind::Edit,
                Some(text.clone()),
                |client, to, now, rng| client.edit(&to, target, &text, now, rng),
            );
        }
    }

    fn delete(&mut self, from: usize, to: usize, back: u8) {
        let run = self.people[from].run;
        if let Some(target) = self.ledger.newest_text((from, run), to, back) {
            self.do_message(
                from,
                to,
                Kind::Delete(target),
                None,
                |client, to, now, rng| client.delete(&to, target, now, rng),
            );
        }
    }

    fn react(&mut self, from: usize, to: usize) {
        if let Some((target, _)) = self.people[from].newest.get(&to).cloned() {
            self.do_message(from, to, Kind::Reaction, None, |client, to, now, rng| {
                client.react(&to, target, true, "👋", now, rng)
            });
        }
    }

    /// An own message, in the books before its events are.
    fn do_message(
        &mut self,
        from: usize,
        to: usize,
        kind: Kind,
        text: Option<String>,
        act: impl FnOnce(
            &mut Client<Software>,
            AccountId,
            u64,
            &mut TestRng,
        ) -> Result<MessageId, duet_crypto::client::CommandError>,
    ) -> Option<MessageId> {
        let now = self.now;
        let account = self.people[to].account();
        let someone = &mut self.people[from];
        let done = act(&mut someone.client, account, now, &mut someone.rng);
        if let Ok(id) = done {
            self.ledger.says((from, someone.run), to, id, kind, text);
        }
        self.settle(from);
        done.ok()
    }

    // ---- Machines

    fn connect(&mut self, index: usize) {
        let now = self.now;
        let someone = &mut self.people[index];
        (someone.connected, someone.closed) = (true, false);
        someone.client.opened(now);
        self.relay.welcome(now, index);
        self.settle(index);
    }

    fn cut(&mut self, index: usize) {
        self.hang_up(index);
        (self.people[index].connected, self.people[index].closed) = (false, false);
        self.act(index, |client, now, rng| client.lost(now, rng));
    }

    /// A line that has swallowed something is of no use any more.
    fn unblock(&mut self, index: usize) {
        if core::mem::take(&mut self.people[index].swallowed) && self.people[index].connected {
            self.cut(index);
        }
    }

    fn hang_up(&mut self, index: usize) {
        self.relay.hang_up(self.now, index);
    }

    fn reload(&mut self, index: usize) {
        self.hang_up(index);
        let someone = &mut self.people[index];
        self.ledger.reloads(index, someone.run);
        someone.run += 1;
        let pins = someone.client.pins().clone();
        let local = person(NAMES[index]);
        someone.client = Client::new(local, pins, self.settings, &mut someone.rng);
        someone.held = None;
        someone.newest.clear();
        self.connect(index);
    }

    /// The jobs that were kept back return.
    fn release(&mut self, index: usize) {
        for job in self.people[index].held.take().unwrap_or_default() {
            let someone = &mut self.people[index];
            let done = block_on(job.run(&mut someone.rng));
            self.act(index, |client, now, rng| client.done(done, now, rng));
        }
    }

    /// Carries out what a client wants done.
    fn settle(&mut self, index: usize) {
        while let Some(output) = self.people[index].client.poll() {
            let now = self.now;
            let someone = &mut self.people[index];
            match output {
                Output::Send { bytes, .. } => {
                    assert!(someone.connected, "a frame without a line");
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
                    self.hang_up(index);
                }
                Output::Event(event) => {
                    let told = format!("{} {}: {event:?}", now - START, NAMES[index]);
                    self.ledger.note(told);
                    self.told(index, &event);
                }
            }
        }
    }

    fn told(&mut self, index: usize, event: &Event) {
        let (now, run) = (self.now, self.people[index].run);
        self.ledger.event((index, run), now, event);
        match event {
            Event::Message {
                account,
                id,
                body: Body::Text { text, .. },
                ..
            } => {
                let from = self.ledger.index_of(account);
                let newest = (*id, text.clone());
                self.people[index].newest.insert(from, newest);
            }
            Event::Ended { account, .. } => {
                let with = self.ledger.index_of(account);
                self.people[index].newest.remove(&with);
            }
            _ => {}
        }
    }

    // ---- The relay

    fn deliver(&mut self, from: usize, to: usize, payload: &[u8], later: u64) {
        if from == to {
            return;
        }
        let mut presence = self.relay.run(from).unwrap_or(Presence([0xbb; 16]));
        if self.wrong_runs > 0 {
            self.wrong_runs -= 1;
            presence = Presence([0xcc; 16]);
        }
        let from = (self.people[from].account(), presence);
        self.relay.deliver(self.now, from, to, payload, later);
    }

    /// A call of the favoured person's under a `hid` that was seen elsewhere.
    fn call_under(&mut self, to: usize, hid: u8) {
        let Some(seen) = self.seen(hid) else { return };
        let mut chosen = [0; 16];
        chosen.copy_from_slice(&seen.payload[2..18]);
        if to == FAVOURED {
            return;
        }
        let rng = &mut Chosen(chosen.to_vec(), TestRng::new(self.now));
        let peer = person(NAMES[to]).party();
        let presence = self.people[to].client.presence();
        let local = person(NAMES[FAVOURED]);
        let offer = block_on(Offer::create(&local, peer, presence, rng)).unwrap();
        assert_eq!(offer.hid(), HandshakeId(chosen));
        let frame = offer.frame().to_vec();
        self.ledger.calls(FAVOURED, to);
        self.deliver(FAVOURED, to, &frame, 0);
    }

    /// A frame of a client's.
    fn pass_on(&mut self, index: usize, bytes: &[u8]) {
        if self.people[index].swallowed {
            return;
        }
        let Some(Payload {
            id,
            to,
            presence,
            bytes,
        }) = self.relay.take(self.now, index, bytes)
        else {
            return;
        };
        let payload = &bytes[..];
        let to = self.ledger.index_of(&to);
        self.seen.push_front(Seen {
            from: index,
            to,
            payload: payload.to_vec(),
        });
        self.seen.truncate(REMEMBERED);
        let there = self.relay.run(to) == Some(presence);
        let told = format!(
            "{} {} sends {:#x} to {}: {there}",
            self.now - START,
            NAMES[index],
            payload[1],
            NAMES[to]
        );
        self.ledger.note(told);
        let lies = self.wrong_acks > 0;
        self.wrong_acks = self.wrong_acks.saturating_sub(1);
        let status = match (there, lies) {
            (true, false) | (false, true) => AckStatus::Written,
            _ => AckStatus::Offline,
        };
        self.relay.acknowledge(self.now, index, id, status);
        if there && !self.people[to].swallowed {
            for later in self.fate(index, payload[1]) {
                self.deliver(index, to, payload, later);
            }
        }
    }

    /// How often a payload comes, and how much later than it would.
    fn fate(&mut self, from: usize, kind: u8) -> Vec<u64> {
        let dice = self.dice.next_u32();
        let third = dice.is_multiple_of(3);
        let late = |most: u64| {
            if dice.is_multiple_of(2) {
                u64::from(dice >> 8) % most
            } else {
                0
            }
        };
        match self.weather {
            Weather::Clear => vec![0],
            Weather::Lossy if third => Vec::new(),
            Weather::Twice if third => vec![0, 1],
            Weather::Lossy | Weather::Twice => vec![0],
            Weather::Late(most) => vec![late(most)],
            Weather::Storm => match dice >> 4 & 7 {
                0 | 1 => Vec::new(),
                2 => vec![late(8_000), late(2_000)],
                _ => vec![late(8_000)],
            },
            Weather::Without(one) if one == kind => Vec::new(),
            Weather::Muted(one) if one == from => Vec::new(),
            Weather::Without(_) | Weather::Muted(_) => vec![0],
        }
    }

    // ---- Time

    /// Lets time pass, and everything happen that is due in it.
    fn pass(&mut self, ms: u64) {
        let end = self.now + ms;
        let mut idle = 0;
        loop {
            let arrival = self.relay.arrival();
            let mut wake = None;
            for index in 0..PEOPLE {
                let at = self.people[index].client.next_wake();
                if let Some(at) = at
                    && wake.is_none_or(|(before, _)| at < before)
                {
                    wake = Some((at, index));
                }
            }
            let woken = wake.map(|(at, _)| at);
            let next = [arrival, woken, Some(self.next_beat)];
            let next = next.into_iter().flatten().min();
            let Some(next) = next.filter(|&at| at <= end) else {
                break;
            };
            idle = if next > self.now { 0 } else { idle };
            self.now = self.now.max(next);
            if Some(self.next_beat) == Some(next) {
                self.beat();
            } else if arrival == Some(next) {
                if let Some((to, bytes)) = self.relay.land() {
                    self.hand(to, &bytes);
                }
            } else if let Some((_, index)) = wake {
                idle += 1;
                assert!(idle < IDLE_WAKES, "the clock stands still for {wake:?}");
                self.act(index, |client, now, rng| client.advance(now, rng));
            }
        }
        self.now = end;
    }

    fn beat(&mut self) {
        self.next_beat += self.settings.beat_talking;
        let beat = ServerFrame::Beat(BeatNumber::default()).encode();
        for index in 0..PEOPLE {
            let someone = &self.people[index];
            if self.relay.run(index).is_some() && !someone.swallowed {
                self.relay.fly(self.now, index, beat.clone(), 0);
            } else if someone.closed {
                self.connect(index);
            }
        }
    }

    fn hand(&mut self, to: usize, bytes: &[u8]) {
        let someone = &self.people[to];
        if someone.connected && !someone.swallowed {
            self.act(to, |client, now, rng| {
                client.receive(bytes, bytes.len(), now, rng);
            });
        }
    }

    // ---- The end

    /// The relay is honest again.
    fn clear_up(&mut self) {
        self.ledger.note("honest again".to_string());
        self.weather = Weather::Clear;
        (self.wrong_runs, self.wrong_acks) = (0, 0);
        let new_lines = self.dice.next_u32().is_multiple_of(2);
        for index in 0..PEOPLE {
            self.unblock(index);
            self.release(index);
            if new_lines {
                self.cut(index);
            }
            if !self.people[index].connected {
                self.connect(index);
            }
        }
        // The longest pause of re-sending, and a handshake's timeout, twice.
        self.pass(120_000);
        for (a, b) in pairs() {
            if self.ledger.stage_is_secure(a, b) && self.ledger.stage_is_secure(b, a) {
                self.talk(a, b);
            }
        }
        for (a, b) in pairs() {
            self.leave(a, b);
            self.leave(b, a);
        }
        self.pass(self.settings.interruption + 120_000);
        for (a, b) in pairs() {
            assert!(!self.ledger.has(a, b) && !self.ledger.has(b, a));
            self.call(a, b);
            self.pass(500);
            self.accept(b, a);
            self.pass(500);
            assert!(self.ledger.stage_is_secure(a, b), "{a} reaches {b}");
            assert!(self.ledger.stage_is_secure(b, a), "{b} is reached by {a}");
            self.talk(a, b);
            self.leave(a, b);
            self.pass(2_000);
        }
        self.ledger.settle();
    }

    /// Both say something, and both are heard.
    fn talk(&mut self, a: usize, b: usize) {
        let owners = [(a, self.people[a].run), (b, self.people[b].run)];
        let there = self.say(a, b).expect("room");
        let back = self.say(b, a).expect("room");
        self.pass(60_000);
        for (owner, id) in owners.into_iter().zip([there, back]) {
            let outcome = self.ledger.outcome(owner, id);
            let delivered = outcome == Some(Status::Delivered);
            assert!(delivered, "{owner:?} of {a} and {b}: {outcome:?}");
        }
    }
}

/// Everybody with everybody.
fn pairs() -> impl Iterator<Item = (usize, usize)> {
    (0..PEOPLE).flat_map(|b| (0..b).map(move |a| (a, b)))
}

/// A generator that begins with bytes of one's own choice.
struct Chosen(Vec<u8>, TestRng);

impl TryRng for Chosen {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.1.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.1.next_u64())
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.1.fill_bytes(out);
        let chosen = self.0.len().min(out.len());
        for (place, byte) in out.iter_mut().zip(self.0.drain(..chosen)) {
            *place = byte;
        }
        Ok(())
    }
}

impl TryCryptoRng for Chosen {}
