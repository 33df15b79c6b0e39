//! A relay between the clients of a script, honest unless the script has other rules, and a clock. Whatever a client is given
//! is a step of the script.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use duet_crypto::identity::AccountId;
use duet_crypto::relay::{
    AckStatus, BeatNumber, Challenge, ClientFrame, EnvelopeId, NoPrekey, Presence, ServerFrame,
    WelcomeStatus,
};
use serde_json::{Map, Value, json};

use super::stage::{Outcome, Stage};
use crate::case::{Failure, hex};
use crate::scene::people::account;

/// One way, in ms.
const LATENCY: u64 = 20;

/// What the relay does with a payload.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    Deliver,
    Drop,
    Twice,
    /// With one bit changed, this far from the payload's end.
    Flipped(usize),
    /// So many ms later than it would.
    Late(u64),
    /// As if from a run that does not exist.
    FromNowhere,
    /// In this person's name.
    InTheNameOf(&'static str),
}

/// Decides about a payload: from, to, its type.
pub(super) type Rule = Box<dyn FnMut(&str, &str, u8) -> Pass>;

/// A part of what somebody sent: step, output, from, to.
#[derive(Clone, Copy)]
struct Part(usize, usize, usize, usize);

#[derive(Clone)]
enum Piece {
    Bytes(Vec<u8>),
    Part(Part),
}

#[derive(Default)]
struct Person {
    connected: bool,
    logged_in: Option<Presence>,
    watched: BTreeSet<AccountId>,
    prekeys: VecDeque<(Vec<u8>, Part)>,
    wake: Option<u64>,
    /// Jobs are kept back.
    holds: bool,
    held: Vec<u64>,
}

/// Everybody of a script, and what was written of it.
pub(super) struct World {
    stage: Stage,
    name: &'static str,
    comment: &'static str,
    settings: Value,
    steps: Vec<Value>,
    people: BTreeMap<&'static str, Person>,
    pub(super) now: u64,
    air: BTreeMap<(u64, u64), (&'static str, Vec<Piece>)>,
    counter: u64,
    pub(super) rule: Rule,
}

type Done = Result<(), Failure>;

impl World {
    /// `settings`: the intervals of the clients that are not the usual ones, in ms.
    pub(super) fn new(
        name: &'static str,
        comment: &'static str,
        settings: Value,
        people: &[&'static str],
    ) -> Result<Self, Failure> {
        let mut world = Self {
            stage: Stage::new(name, &settings)?,
            name,
            comment,
            settings,
            steps: Vec::new(),
            people: BTreeMap::new(),
            now: 0,
            air: BTreeMap::new(),
            counter: 0,
            rule: Box::new(|_, _, _| Pass::Deliver),
        };
        for who in people {
            world.people.insert(who, Person::default());
            world.step(who, "begin", json!({}))?;
            world.connect(who)?;
        }
        world.pass(200)?;
        Ok(world)
    }

    /// As it is written.
    pub(super) fn written(self) -> Value {
        json!({
            "name": self.name,
            "comment": self.comment,
            "settings": self.settings,
            "steps": self.steps,
        })
    }

    /// Whether `who` was told of an event for which this holds.
    pub(super) fn told(&self, who: &str, is: impl Fn(&Value) -> bool) -> bool {
        let steps = self.steps.iter().filter(|step| step["by"] == who);
        let outputs = steps.flat_map(|step| step["out"].as_array().into_iter().flatten());
        outputs.filter_map(|output| output.get("event")).any(is)
    }

    /// The script must come to this.
    pub(super) fn expect(&self, what: &str, holds: bool) -> Done {
        if holds {
            Ok(())
        } else {
            Err(Failure::case(format!("{}: not so: {what}", self.name)))
        }
    }

    /// The newest event of this kind that `who` was told of.
    pub(super) fn newest(&self, who: &str, kind: &str) -> Result<Value, Failure> {
        let steps = self.steps.iter().rev().filter(|step| step["by"] == who);
        let mut events = steps.flat_map(|step| step["out"].as_array().into_iter().flatten().rev());
        let found = events.find(|output| output["event"]["type"] == kind);
        let found = found.map(|output| output["event"].clone());
        found.ok_or_else(|| Failure::case(format!("{}: {who} saw no {kind}", self.name)))
    }

    // ---- The line

    pub(super) fn connect(&mut self, who: &'static str) -> Done {
        self.person(who)?.connected = true;
        self.step(who, "opened", json!({}))?;
        self.fly(
            who,
            vec![Piece::Bytes(
                ServerFrame::Challenge(challenge(who)).encode(),
            )],
            0,
        );
        Ok(())
    }

    pub(super) fn cut(&mut self, who: &'static str) -> Done {
        self.hang_up(who)?;
        self.step(who, "lost", json!({}))?;
        Ok(())
    }

    fn hang_up(&mut self, who: &'static str) -> Done {
        self.air.retain(|_, (to, _)| *to != who);
        let person = self.person(who)?;
        person.connected = false;
        person.prekeys.clear();
        person.watched.clear();
        if let Some(presence) = person.logged_in.take() {
            self.tell_presence(who, presence, false)?;
        }
        Ok(())
    }

    /// The page is loaded again.
    pub(super) fn reload(&mut self, who: &'static str) -> Done {
        self.hang_up(who)?;
        self.person(who)?.held.clear();
        self.step(who, "begin", json!({}))?;
        self.connect(who)
    }

    pub(super) fn hold(&mut self, who: &'static str) -> Done {
        self.person(who)?.holds = true;
        Ok(())
    }

    pub(super) fn release(&mut self, who: &'static str) -> Done {
        let person = self.person(who)?;
        person.holds = false;
        for job in core::mem::take(&mut person.held) {
            self.step(who, "done", json!({ "job": job }))?;
        }
        Ok(())
    }

    fn person(&mut self, who: &str) -> Result<&mut Person, Failure> {
        let person = self.people.get_mut(who);
        person.ok_or_else(|| Failure::case(format!("nobody is {who}")))
    }

    fn who(&self, of: &AccountId) -> Option<&'static str> {
        let mut names = self.people.keys();
        names
            .find(|name| account(name).is_ok_and(|one| one == *of))
            .copied()
    }

    /// What the relay says of somebody, true or not.
    pub(super) fn lie(&mut self, to: &'static str, about: &str, online: bool) -> Done {
        let frame = ServerFrame::Presence {
            account: account(about)?,
            presence: Presence([9; 16]),
            online,
            max_version: 1,
        };
        self.fly(to, vec![Piece::Bytes(frame.encode())], 0);
        Ok(())
    }

    fn tell_presence(&mut self, about: &str, presence: Presence, online: bool) -> Done {
        let of = account(about)?;
        let watch =
            |(who, person): (&&'static str, &Person)| person.watched.contains(&of).then_some(*who);
        let watchers: Vec<_> = self.people.iter().filter_map(watch).collect();
        for watcher in watchers {
            let frame = ServerFrame::Presence {
                account: of,
                presence,
                online,
                max_version: 1,
            };
            self.fly(watcher, vec![Piece::Bytes(frame.encode())], 0);
        }
        Ok(())
    }

    fn fly(&mut self, to: &'static str, frame: Vec<Piece>, later: u64) {
        self.counter += 1;
        let at = self.now + LATENCY + later;
        self.air.insert((at, self.counter), (to, frame));
    }

    /// The relay gives everybody a sign of life.
    pub(super) fn beat(&mut self) {
        let online = |(who, person): (&&'static str, &Person)| person.logged_in.map(|_| *who);
        let online: Vec<_> = self.people.iter().filter_map(online).collect();
        for who in online {
            let frame = ServerFrame::Beat(BeatNumber::default()).encode();
            self.fly(who, vec![Piece::Bytes(frame)], 0);
        }
    }

    fn relay(&mut self, from: &'static str, step: usize, out: usize, bytes: &[u8]) -> Done {
        let refused = |_| Failure::case("the client sent what is no frame");
        match ClientFrame::decode(bytes).map_err(refused)? {
            ClientFrame::Login(login) => {
                let presence = login.presence;
                self.person(from)?.logged_in = Some(presence);
                self.answer(from, &ServerFrame::Welcome(WelcomeStatus::Ok));
                self.tell_presence(from, presence, true)?;
            }
            ClientFrame::Send {
                id,
                to,
                presence,
                payload,
            } => {
                let start = bytes.len() - payload.len();
                let part = Part(step, out, start, bytes.len());
                self.send(from, id, &to, presence, payload, part)?;
            }
            ClientFrame::Prekeys { id, prekeys } => {
                let mut at = bytes.len() - prekeys.iter().map(|one| one.len()).sum::<usize>();
                for prekey in prekeys {
                    let part = Part(step, out, at, at + prekey.len());
                    at += prekey.len();
                    self.person(from)?
                        .prekeys
                        .push_back((prekey.to_vec(), part));
                }
                let status = AckStatus::Written;
                self.answer(from, &ServerFrame::Ack { id, status });
            }
            ClientFrame::PrekeyGet {
                id,
                account,
                presence,
            } => {
                let owner = self.who(&account);
                let owner = owner.and_then(|who| self.people.get_mut(who));
                let owner = owner.filter(|person| person.logged_in == Some(presence));
                match owner.and_then(|person| person.prekeys.pop_front()) {
                    None => self.answer(
                        from,
                        &ServerFrame::PrekeyResponse {
                            id,
                            prekey: Err(NoPrekey::NoneLeft),
                        },
                    ),
                    Some((prekey, part)) => {
                        let bytes = prekey.as_slice().try_into();
                        let bytes = bytes.map_err(|_| Failure::case("no prekey"))?;
                        let frame = ServerFrame::PrekeyResponse {
                            id,
                            prekey: Ok(bytes),
                        };
                        let mut head = frame.encode();
                        head.truncate(head.len() - prekey.len());
                        self.fly(from, vec![Piece::Bytes(head), Piece::Part(part)], 0);
                    }
                }
            }
            ClientFrame::Watch { accounts, .. } => {
                let set: BTreeSet<_> = accounts.accounts().collect();
                let before = core::mem::replace(&mut self.person(from)?.watched, set.clone());
                for account in set.difference(&before) {
                    let known = self.who(account).and_then(|who| self.people[who].logged_in);
                    let frame = ServerFrame::Presence {
                        account: *account,
                        presence: known.unwrap_or(Presence([0; 16])),
                        online: known.is_some(),
                        max_version: 1,
                    };
                    self.answer(from, &frame);
                }
            }
            ClientFrame::Token(_) | ClientFrame::Beat { .. } => {}
        }
        Ok(())
    }

    fn answer(&mut self, to: &'static str, frame: &ServerFrame<'_>) {
        self.fly(to, vec![Piece::Bytes(frame.encode())], 0);
    }

    fn send(
        &mut self,
        from: &'static str,
        id: EnvelopeId,
        to: &AccountId,
        presence: Presence,
        payload: &[u8],
        part: Part,
    ) -> Done {
        let own = self.person(from)?.logged_in;
        let target = self.who(to);
        let target = target.filter(|who| self.people[who].logged_in == Some(presence));
        let (Some(target), Some(own)) = (target, own) else {
            let status = AckStatus::Offline;
            self.answer(from, &ServerFrame::Ack { id, status });
            return Ok(());
        };
        let status = AckStatus::Written;
        self.answer(from, &ServerFrame::Ack { id, status });
        let pass = (self.rule)(from, target, payload[1]);
        let (mut name, mut own) = (from, own);
        match pass {
            Pass::InTheNameOf(other) => name = other,
            Pass::FromNowhere => own = Presence([9; 16]),
            _ => {}
        }
        let head = ServerFrame::Deliver {
            id,
            from: account(name)?,
            presence: own,
            payload: &[],
        };
        let Part(step, out, start, end) = part;
        let frame = match pass {
            Pass::Flipped(back) => {
                let at = end - back;
                let byte = payload[payload.len() - back] ^ 1;
                vec![
                    Piece::Bytes(head.encode()),
                    Piece::Part(Part(step, out, start, at)),
                    Piece::Bytes(vec![byte]),
                    Piece::Part(Part(step, out, at + 1, end)),
                ]
            }
            _ => vec![Piece::Bytes(head.encode()), Piece::Part(part)],
        };
        match pass {
            Pass::Drop => {}
            Pass::Late(ms) => self.fly(target, frame, ms),
            Pass::Twice => {
                self.fly(target, frame.clone(), 0);
                self.fly(target, frame, 0);
            }
            _ => self.fly(target, frame, 0),
        }
        Ok(())
    }

    // ---- Time

    /// Lets time pass, and everything happen that is due in it.
    pub(super) fn pass(&mut self, ms: u64) -> Done {
        let end = self.now + ms;
        loop {
            let arrival = self.air.first_key_value().map(|((at, _), _)| *at);
            let wakes = self.people.iter();
            let wakes = wakes.filter_map(|(who, person)| Some((person.wake?, *who)));
            let wake = wakes.min();
            let next = arrival.into_iter().chain(wake.map(|(at, _)| at)).min();
            let Some(next) = next.filter(|&at| at <= end) else {
                break;
            };
            self.now = self.now.max(next);
            if arrival == Some(next) {
                if let Some((_, (to, frame))) = self.air.pop_first()
                    && self.people[to].connected
                {
                    let frame: Vec<_> = frame.iter().map(written).collect();
                    self.step(to, "receive", json!({ "frame": frame }))?;
                }
            } else if let Some((_, who)) = wake {
                self.step(who, "advance", json!({}))?;
            }
        }
        self.now = end;
        Ok(())
    }

    // ---- Steps

    /// Gives a client something, and carries out what it wants done. Gives what the step gave.
    pub(super) fn step(
        &mut self,
        by: &'static str,
        act: &str,
        with: Value,
    ) -> Result<Map<String, Value>, Failure> {
        let mut step = Map::new();
        step.insert("by".into(), json!(by));
        step.insert("at".into(), json!(self.now));
        step.insert("do".into(), json!(act));
        if let Value::Object(with) = with {
            step.extend(with);
        }
        let number = self.steps.len();
        let step = Value::Object(step);
        let Outcome {
            written,
            frames,
            jobs,
            token_wanted,
            closed,
            wake,
        } = self.stage.step(&step)?;
        let Value::Object(mut step) = step else {
            return Ok(written);
        };
        step.extend(written.clone());
        self.steps.push(step.into());
        self.person(by)?.wake = wake;
        for (out, bytes) in frames {
            self.relay(by, number, out, &bytes)?;
        }
        if closed {
            self.hang_up(by)?;
        }
        if token_wanted {
            self.step(by, "token", json!({"token": "token"}))?;
        }
        for job in jobs {
            let person = self.person(by)?;
            if person.holds {
                person.held.push(job);
            } else {
                self.step(by, "done", json!({ "job": job }))?;
            }
        }
        Ok(written)
    }
}

fn written(piece: &Piece) -> Value {
    match piece {
        Piece::Bytes(bytes) => json!({"hex": hex(bytes)}),
        Piece::Part(Part(step, out, from, to)) => {
            json!({"step": step, "out": out, "from": from, "to": to})
        }
    }
}

fn challenge(who: &str) -> Challenge {
    Challenge([who.as_bytes()[0]; 32])
}
