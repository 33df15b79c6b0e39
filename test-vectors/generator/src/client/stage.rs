//! The clients of one script, step by step: what each is given, and what it answers.
//!
//! A step is a JSON object (`test-vectors/README.md`). Recording and replaying are the same: the inputs of a step go in, its
//! outputs come out.

use std::collections::BTreeMap;

use duet_crypto::client::{
    ChunksWanted, Client, CommandError, FileAct, Handled, Job, MessageId, Output, Settings,
};
use duet_crypto::engine::{LocalIdentity, Software, block_on};
use duet_crypto::files::FileId;
use duet_crypto::identity::{AccountName, Realm};
use duet_crypto::pins::Pins;
use duet_crypto::primitives::hash::sha256;
use duet_crypto::relay::EnvelopeId;
use duet_crypto::session::Activity;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::case::{Failure, Input, hex};
use crate::rng::Blocks;
use crate::run::content::read_descriptor;
use crate::run::unknown;
use crate::scene::people::{REALM, account, seed};

/// When every script begins, in ms since 1970: its times count from here.
pub(crate) const START: u64 = 1_700_000_000_000;

/// One person's client.
struct Person {
    client: Client<Software>,
    random: Blocks,
    /// Jobs that were given out and are not done.
    jobs: BTreeMap<u64, Job<Software>>,
    given_out: u64,
    /// How often the page was loaded.
    run: u32,
}

/// Everybody of one script.
pub(crate) struct Stage {
    script: String,
    settings: Settings,
    people: BTreeMap<String, Person>,
    /// What each step sent, by the number of the output.
    sent: Vec<BTreeMap<usize, Vec<u8>>>,
}

/// What a step gave.
#[derive(Default)]
pub(crate) struct Outcome {
    /// As it is written.
    pub(crate) written: Map<String, Value>,
    /// Frames for the socket, by the number of the output.
    pub(crate) frames: Vec<(usize, Vec<u8>)>,
    /// Jobs that were given out, by their numbers.
    pub(crate) jobs: Vec<u64>,
    pub(crate) token_wanted: bool,
    pub(crate) closed: bool,
    /// When it wants to be woken, from the beginning of the script on.
    pub(crate) wake: Option<u64>,
}

impl Stage {
    /// `settings`: the intervals that are not the usual ones, in ms.
    pub(crate) fn new(script: &str, intervals: &Value) -> Result<Self, Failure> {
        let mut settings = Settings::default();
        let intervals = intervals.as_object().into_iter().flatten();
        for (name, interval) in intervals {
            let place = match name.as_str() {
                "interruption" => &mut settings.interruption,
                "lifetime" => &mut settings.lifetime,
                name => return Err(unknown(name)),
            };
            let interval = interval.as_u64();
            *place = interval.ok_or_else(|| Failure::case("an interval is a number"))?;
        }
        Ok(Self {
            script: script.into(),
            settings,
            people: BTreeMap::new(),
            sent: Vec::new(),
        })
    }

    /// Does one step.
    pub(crate) fn step(&mut self, step: &Value) -> Result<Outcome, Failure> {
        let input = Input::new(step);
        let by = input.text("by")?;
        let mut outcome = Outcome::default();
        if input.text("do")? == "begin" {
            self.begin(by)?;
        } else {
            match self.act(by, input) {
                Ok(Value::Null) => {}
                Ok(given) => {
                    outcome.written.insert("gives".into(), given);
                }
                Err(Failure::Refused(code)) => {
                    outcome.written.insert("error".into(), json!(code.name()));
                }
                Err(failure) => return Err(failure),
            }
        }
        let person = self.people.get_mut(by);
        let person = person.ok_or_else(|| Failure::case(format!("nobody is {by}")))?;
        let mut outputs = Vec::new();
        while let Some(output) = person.client.poll() {
            outputs.push(match output {
                Output::Send { lane, bytes } => {
                    let digest = hex(&sha256(&[&bytes]));
                    let length = bytes.len();
                    outcome.frames.push((outputs.len(), bytes));
                    json!({"send": plain(&lane)?, "length": length, "sha256": digest})
                }
                Output::Job(job) => {
                    let number = person.given_out;
                    person.given_out += 1;
                    person.jobs.insert(number, job);
                    outcome.jobs.push(number);
                    json!({ "job": number })
                }
                Output::TokenWanted => {
                    outcome.token_wanted = true;
                    json!({"token": true})
                }
                Output::Close { why } => {
                    outcome.closed = true;
                    json!({"close": plain(&why)?})
                }
                Output::Event(event) => json!({"event": plain(&event)?}),
            });
        }
        self.sent.push(outcome.frames.iter().cloned().collect());
        let wake = person.client.next_wake();
        outcome.wake = wake.map(|at| at.saturating_sub(START));
        outcome.written.insert("out".into(), outputs.into());
        outcome.written.insert("wake".into(), json!(outcome.wake));
        Ok(outcome)
    }

    /// The page is loaded: a new run, that knows the people of the one before.
    fn begin(&mut self, by: &str) -> Result<(), Failure> {
        let before = self.people.remove(by);
        let run = before.as_ref().map_or(0, |person| person.run + 1);
        let pins = match before {
            Some(person) => person.client.pins().clone(),
            None => Pins::new(Realm::new(REALM)?),
        };
        let mut random = Blocks::new(format!("client {} {by} {run}", self.script));
        let local = LocalIdentity::software(seed(by), account(by)?);
        let client = Client::new(local, pins, self.settings, &mut random);
        self.people.insert(
            by.into(),
            Person {
                client,
                random,
                jobs: BTreeMap::new(),
                given_out: 0,
                run,
            },
        );
        Ok(())
    }

    fn act(&mut self, by: &str, input: Input<'_>) -> Result<Value, Failure> {
        let now = START + input.number::<u64>("at")?;
        let frame = match input.text("do")? {
            "receive" => self.joined(input)?,
            _ => Vec::new(),
        };
        let person = self.people.get_mut(by);
        let person = person.ok_or_else(|| Failure::case(format!("nobody is {by}")))?;
        let Person { client, random, .. } = person;
        let with = || account(input.text("with")?);
        let name = || Ok::<_, Failure>(AccountName::new(input.text("with")?)?);
        let message = |key: &str| Ok::<_, Failure>(input.text(key)?.parse::<MessageId>()?);
        let said = |said: Result<MessageId, CommandError>| Ok(json!(said?.to_string()));
        match input.text("do")? {
            "opened" => client.opened(now),
            "lost" => client.lost(now, random),
            "advance" => client.advance(now, random),
            "token" => client.token(input.text("token")?, now, random)?,
            "receive" => {
                let length = match input.number("length") {
                    Ok(length) => length,
                    Err(_) => frame.len(),
                };
                if let Handled::Chunks { account, file } =
                    client.receive(&frame, length, now, random)
                {
                    return Ok(json!({"account": hex(&account.0), "file": hex(&file.0)}));
                }
            }
            "done" => {
                let number = input.number("job")?;
                let job = person.jobs.remove(&number);
                let job = job.ok_or_else(|| Failure::case("no such job"))?;
                let tag = format!("client {} {by} {} job {number}", self.script, person.run);
                let finished = block_on(job.run(&mut Blocks::new(tag)));
                client.done(finished, now, random);
            }
            "call" => {
                let key = seed(input.text("key")?).public_key();
                let called = client.call(&name()?, key, now, random)?;
                return Ok(json!(hex(&called.0)));
            }
            "accept" => client.accept(&name()?, now, random)?,
            "decline" => client.decline(&with()?, now, random)?,
            "leave" => client.leave(&with()?, now, random)?,
            "text" => {
                let reply = input.text("reply").ok().map(str::parse).transpose()?;
                return said(client.text(&with()?, input.text("text")?, reply, now, random));
            }
            "edit" => {
                let (id, text) = (message("id")?, input.text("text")?);
                return said(client.edit(&with()?, id, text, now, random));
            }
            "remove" => return said(client.delete(&with()?, message("id")?, now, random)),
            "react" => {
                let (id, set, emoji) = (message("id")?, input.flag("set")?, input.text("emoji")?);
                return said(client.react(&with()?, id, set, emoji, now, random));
            }
            "typing" => client.typing(&with()?, Activity::Typing, now, random)?,
            "read" => client.read(&with()?, message("id")?, now, random)?,
            "viewed" => client.viewed(&with()?, message("id")?, now, random)?,
            "offerFile" => {
                let descriptor = Box::new(read_descriptor(input.object("descriptor")?)?);
                return said(client.offer_file(&with()?, descriptor, now, random));
            }
            "file" => {
                let act = match input.text("act")? {
                    "accept" => FileAct::Accept,
                    "reject" => FileAct::Reject,
                    "pause" => FileAct::Pause,
                    "resume" => FileAct::Resume,
                    "cancel" => FileAct::Cancel,
                    "done" => FileAct::Done,
                    act => return Err(unknown(act)),
                };
                client.file(&with()?, FileId(input.array("file")?), act, now, random)?;
            }
            "chunksOpened" => {
                let (file, first, count) = run_of(input)?;
                client.chunks_opened(&with()?, file, first, count, now, random)?;
            }
            "chunk" => {
                let (file, first, count) = run_of(input)?;
                let id = EnvelopeId(input.array("id")?);
                let wanted = ChunksWanted {
                    id,
                    file,
                    first,
                    count,
                };
                let head = client.chunk(&with()?, wanted, now, random);
                return Ok(head.map_or(Value::Null, |head| json!(hex(&head))));
            }
            "show" => client.show(Some(with()?)),
            op => return Err(unknown(op)),
        }
        Ok(Value::Null)
    }

    /// The frame of a step, put together from its pieces.
    fn joined(&self, input: Input<'_>) -> Result<Vec<u8>, Failure> {
        let mut frame = Vec::new();
        for piece in input.list("frame")? {
            if let Ok(bytes) = piece.hex("hex") {
                frame.extend(bytes);
                continue;
            }
            let (step, out): (usize, usize) = (piece.number("step")?, piece.number("out")?);
            let (from, to): (usize, usize) = (piece.number("from")?, piece.number("to")?);
            let sent = self.sent.get(step).and_then(|sent| sent.get(&out));
            let part = sent.and_then(|sent| sent.get(from..to));
            frame.extend(part.ok_or_else(|| Failure::case("a piece of what was not sent"))?);
        }
        Ok(frame)
    }
}

fn run_of(input: Input<'_>) -> Result<(FileId, u32, u32), Failure> {
    let file = FileId(input.array("file")?);
    Ok((file, input.number("first")?, input.number("count")?))
}

/// An object as the package has it, with bytes in hex.
fn plain<T: Serialize>(value: &T) -> Result<Value, Failure> {
    let value = serde_json::to_value(value).map_err(|error| Failure::case(error.to_string()))?;
    Ok(readable(value))
}

/// The lists of numbers in what a client tells are bytes, all of them.
fn readable(value: Value) -> Value {
    match value {
        Value::Array(list) => {
            let bytes: Option<Vec<u8>> = list
                .iter()
                .map(|one| one.as_u64().and_then(|one| u8::try_from(one).ok()))
                .collect();
            match bytes.filter(|bytes| !bytes.is_empty()) {
                Some(bytes) => json!(hex(&bytes)),
                None => list.into_iter().map(readable).collect(),
            }
        }
        Value::Object(object) => {
            let object = object.into_iter();
            Value::Object(object.map(|(key, one)| (key, readable(one))).collect())
        }
        value => value,
    }
}
