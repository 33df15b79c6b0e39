//! What is recorded. Each script checks that it came to what it is about: a recording of nothing would replay as well.

use serde_json::{Value, json};

use super::world::{Pass, World};
use crate::case::Failure;

type Script = Result<World, Failure>;

/// All of them, as they are written.
pub(super) fn all() -> Result<Vec<Value>, Failure> {
    let scripts = [
        words,
        request,
        declined,
        both_call,
        lost_and_twice,
        out_of_order,
        interruption,
        silence,
        reload,
        renewal,
        acts,
        files,
        prekey_unknown,
        another_key,
        flipped,
        third_account,
        nowhere,
        lies,
        jobs_that_stay_away,
        overtaken_end,
        line,
        refusals,
    ];
    scripts
        .into_iter()
        .map(|script| Ok(script()?.written()))
        .collect()
}

impl World {
    fn call(&mut self, from: &'static str, to: &'static str) -> Result<(), Failure> {
        self.step(from, "call", json!({"with": to, "key": to}))?;
        Ok(())
    }

    fn accept(&mut self, who: &'static str, from: &'static str) -> Result<(), Failure> {
        self.step(who, "accept", json!({ "with": from }))?;
        Ok(())
    }

    fn say(&mut self, from: &'static str, to: &'static str, text: &str) -> Result<String, Failure> {
        let said = self.step(from, "text", json!({"with": to, "text": text}))?;
        Ok(said["gives"].as_str().unwrap_or_default().into())
    }

    fn leave(&mut self, who: &'static str, with: &'static str) -> Result<(), Failure> {
        self.step(who, "leave", json!({ "with": with }))?;
        Ok(())
    }

    fn meet(&mut self, a: &'static str, b: &'static str) -> Result<(), Failure> {
        self.call(a, b)?;
        self.pass(300)?;
        self.accept(b, a)?;
        self.pass(300)?;
        let secure = |who: &str| self.told(who, |event| event["state"]["stage"] == "secure");
        self.expect("they meet", secure(a) && secure(b))
    }

    fn heard(&self, who: &str, text: &str) -> bool {
        self.told(who, |event| event["body"]["text"] == text)
    }

    fn status(&self, who: &str, id: &str, status: &str) -> bool {
        self.told(who, |event| {
            let unsettled = event["unsettled"].as_array();
            let unsettled = unsettled.is_some_and(|all| {
                all.iter()
                    .any(|one| one["id"] == id && one["status"] == status)
            });
            event["type"] == "status" && event["id"] == id && event["status"] == status || unsettled
        })
    }

    fn ended(&self, who: &str, why: &str) -> bool {
        self.told(who, |event| event["by"]["why"] == why)
    }
}

fn two(name: &'static str, comment: &'static str) -> Script {
    World::new(name, comment, json!({}), &["alice", "bob"])
}

fn words() -> Script {
    let mut world = two("words", "a call, words both ways, receipts, and the end")?;
    world.meet("alice", "bob")?;
    let id = world.say("alice", "bob", "hello")?;
    world.say("bob", "alice", "hello yourself")?;
    world.pass(1_200)?;
    let shown = world.newest("bob", "message")?;
    world.step("bob", "read", json!({"with": "alice", "id": shown["id"]}))?;
    world.pass(1_200)?;
    world.expect("it was read", world.status("alice", &id, "read"))?;
    world.leave("bob", "alice")?;
    world.pass(500)?;
    world.expect(
        "both know",
        world.ended("alice", "peer") && world.ended("bob", "us"),
    )?;
    Ok(world)
}

fn request() -> Script {
    let mut world = two(
        "request",
        "words that go with the call, and one of them is lost",
    )?;
    world.call("alice", "bob")?;
    let first = world.say("alice", "bob", "it is me")?;
    world.pass(200)?;
    world.rule = Box::new(|_, _, kind| {
        if kind == 0x10 {
            Pass::Drop
        } else {
            Pass::Deliver
        }
    });
    let lost = world.say("alice", "bob", "did you get it?")?;
    world.pass(200)?;
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.accept("bob", "alice")?;
    world.pass(8_000)?;
    let delivered = |id: &str| world.status("alice", id, "delivered");
    world.expect("both arrive", delivered(&first) && delivered(&lost))?;
    Ok(world)
}

fn declined() -> Script {
    let mut world = two(
        "declined",
        "a call that is declined, and one that is given up",
    )?;
    world.call("alice", "bob")?;
    world.pass(300)?;
    world.step("bob", "decline", json!({"with": "alice"}))?;
    world.pass(300)?;
    world.expect("it says so", world.ended("alice", "declined"))?;
    world.call("bob", "alice")?;
    world.pass(300)?;
    world.leave("bob", "alice")?;
    world.pass(300)?;
    let over = world.told("alice", |event| event["type"] == "incomingOver");
    world.expect("it rings no more", over)?;
    Ok(world)
}

fn both_call() -> Script {
    let mut world = two("both_call", "both call at once: one flight counts")?;
    world.call("alice", "bob")?;
    world.call("bob", "alice")?;
    world.pass(1_000)?;
    let secure = |who: &str| world.told(who, |event| event["state"]["stage"] == "secure");
    world.expect("they meet", secure("alice") && secure("bob"))?;
    Ok(world)
}

fn lost_and_twice() -> Script {
    let mut world = two(
        "lost_and_twice",
        "frames that are lost come again, what comes twice counts once",
    )?;
    world.meet("alice", "bob")?;
    let mut count = 0;
    world.rule = Box::new(move |_, _, kind| {
        count += u32::from(kind == 0x11);
        match count % 3 {
            _ if kind != 0x11 => Pass::Deliver,
            1 => Pass::Drop,
            2 => Pass::Twice,
            _ => Pass::Deliver,
        }
    });
    let ids = [
        world.say("alice", "bob", "one")?,
        world.say("bob", "alice", "two")?,
        world.say("alice", "bob", "three")?,
    ];
    world.pass(20_000)?;
    world.expect(
        "all arrive",
        world.heard("bob", "one") && world.heard("bob", "three"),
    )?;
    world.expect(
        "and are known to",
        world.status("alice", &ids[0], "delivered"),
    )?;
    let alarm = world.told("bob", |event| event["type"] == "suspicious");
    world.expect("nobody is warned", !alarm)?;
    Ok(world)
}

fn out_of_order() -> Script {
    let mut world = two("out_of_order", "what overtakes waits for what it overtook")?;
    world.meet("alice", "bob")?;
    let mut first = true;
    world.rule = Box::new(move |from, _, kind| {
        if from == "alice" && kind == 0x11 && core::mem::take(&mut first) {
            Pass::Late(700)
        } else {
            Pass::Deliver
        }
    });
    world.say("alice", "bob", "first")?;
    world.say("alice", "bob", "second")?;
    world.pass(400)?;
    world.expect("it waits", !world.heard("bob", "second"))?;
    world.pass(2_000)?;
    world.expect(
        "both are told",
        world.heard("bob", "first") && world.heard("bob", "second"),
    )?;
    Ok(world)
}

fn interruption() -> Script {
    let mut world = two(
        "interruption",
        "a line is gone for half a minute: nothing ends, what was written goes on",
    )?;
    world.meet("alice", "bob")?;
    world.cut("alice")?;
    let there = world.say("bob", "alice", "still there?")?;
    let here = world.say("alice", "bob", "I am")?;
    world.pass(30_000)?;
    world.connect("alice")?;
    world.pass(6_000)?;
    world.expect("it came", world.status("bob", &there, "delivered"))?;
    world.expect("and back", world.status("alice", &here, "delivered"))?;
    Ok(world)
}

fn silence() -> Script {
    let mut world = World::new(
        "silence",
        "a minute without the peer is an end here, and names what is not settled",
        json!({"interruption": 60_000}),
        &["alice", "bob"],
    )?;
    world.meet("alice", "bob")?;
    world.cut("bob")?;
    let sent = world.say("alice", "bob", "did this arrive?")?;
    world.pass(100)?;
    world.cut("alice")?;
    let never = world.say("alice", "bob", "this did not leave")?;
    world.pass(61_000)?;
    world.expect("it is over", world.ended("alice", "silence"))?;
    let named = world.status("alice", &sent, "unconfirmed")
        && world.status("alice", &never, "notDelivered");
    world.expect("both are named", named)?;
    Ok(world)
}

fn reload() -> Script {
    let mut world = two(
        "reload",
        "a page is loaded again: the other side learns that the session is over",
    )?;
    world.meet("alice", "bob")?;
    world.reload("bob")?;
    world.pass(300)?;
    world.say("alice", "bob", "are you there?")?;
    world.pass(7_000)?;
    world.call("bob", "alice")?;
    world.pass(500)?;
    world.accept("alice", "bob")?;
    world.pass(500)?;
    world.say("bob", "alice", "again")?;
    world.pass(1_500)?;
    world.expect("they talk again", world.heard("alice", "again"))?;
    Ok(world)
}

fn renewal() -> Script {
    let mut world = World::new(
        "renewal",
        "a session grows old and is renewed while texts go on",
        json!({"lifetime": 30_000}),
        &["alice", "bob"],
    )?;
    world.meet("alice", "bob")?;
    for number in 0..3 {
        world.say("alice", "bob", &format!("text {number}"))?;
        world.pass(9_000)?;
    }
    let renewed = world.told("alice", |event| event["type"] == "renewed");
    world.expect("it is renewed", renewed)?;
    Ok(world)
}

fn acts() -> Script {
    let mut world = two(
        "acts",
        "a reply, an edit, a reaction, a deletion, typing, viewed",
    )?;
    world.meet("alice", "bob")?;
    let id = world.say("alice", "bob", "helo")?;
    world.pass(1_200)?;
    let theirs = world.newest("bob", "message")?["id"].clone();
    world.step(
        "alice",
        "edit",
        json!({"with": "bob", "id": id, "text": "hello"}),
    )?;
    world.step(
        "bob",
        "react",
        json!({"with": "alice", "id": theirs, "set": true, "emoji": "👋"}),
    )?;
    world.step("bob", "typing", json!({"with": "alice"}))?;
    world.step(
        "bob",
        "text",
        json!({"with": "alice", "text": "hi", "reply": theirs}),
    )?;
    world.step("bob", "viewed", json!({"with": "alice", "id": theirs}))?;
    world.pass(1_200)?;
    world.step("alice", "remove", json!({"with": "bob", "id": id}))?;
    world.pass(8_000)?;
    for (who, what) in [
        ("bob", "edited"),
        ("bob", "deleted"),
        ("alice", "reaction"),
        ("alice", "viewed"),
        ("alice", "activity"),
    ] {
        world.expect(what, world.told(who, |event| event["type"] == what))?;
    }
    Ok(world)
}

fn files() -> Script {
    let mut world = two(
        "files",
        "a file is offered, taken, sent by chunks, lost, wanted again, and done",
    )?;
    world.meet("alice", "bob")?;
    let descriptor = json!({
        "key": "11".repeat(32), "salt": "22".repeat(24), "size": 40_000, "kind": "file", "mode": "both",
        "durationMs": 0, "peaks": "", "name": "notes.txt", "mediaType": "text/plain", "preview": "",
    });
    world.step(
        "alice",
        "offerFile",
        json!({"with": "bob", "descriptor": descriptor}),
    )?;
    world.pass(1_200)?;
    let file = world.newest("bob", "message")?["body"]["file"].clone();
    world.step(
        "bob",
        "file",
        json!({"with": "alice", "file": file, "act": "accept"}),
    )?;
    world.pass(300)?;
    let wanted = world.newest("alice", "chunksWanted")?["wanted"].clone();
    let run = json!({"with": "bob", "id": wanted["id"], "file": file, "first": wanted["first"], "count": wanted["count"]});
    world.step("alice", "chunk", run)?;
    // It never arrives, and is wanted again.
    world.pass(8_000)?;
    world.step(
        "bob",
        "chunksOpened",
        json!({"with": "alice", "file": file, "first": 0, "count": 3}),
    )?;
    world.step(
        "bob",
        "file",
        json!({"with": "alice", "file": file, "act": "done"}),
    )?;
    world.pass(1_200)?;
    let done = |event: &Value| event["control"]["op"] == "done";
    world.expect("it is done", world.told("alice", done))?;
    Ok(world)
}

fn prekey_unknown() -> Script {
    let mut world = two(
        "prekey_unknown",
        "a call with a prekey of a run that is gone, and one without",
    )?;
    world.rule = Box::new(|_, _, _| Pass::Drop);
    world.call("alice", "bob")?;
    world.pass(500)?;
    world.leave("alice", "bob")?;
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    for _ in 0..2 {
        world.cut("bob")?;
        world.connect("bob")?;
        world.pass(200)?;
    }
    world.meet("alice", "bob")?;
    Ok(world)
}

fn another_key() -> Script {
    let mut world = World::new(
        "another_key",
        "the directory gives another key than the pinned one, and than the peer's",
        json!({}),
        &["alice", "bob"],
    )?;
    world.step("alice", "call", json!({"with": "bob", "key": "carol"}))?;
    world.pass(1_000)?;
    let failed = world.told("alice", |event| event["type"] == "ended");
    world.expect("it fails", failed)?;
    world.meet("alice", "bob")?;
    world.leave("alice", "bob")?;
    world.pass(500)?;
    let refused = world.step("alice", "call", json!({"with": "bob", "key": "carol"}))?;
    world.expect("it is refused", refused["error"] == "E_IDENTITY_CHANGED")?;
    Ok(world)
}

fn flipped() -> Script {
    let mut world = two(
        "flipped",
        "a bit is changed on the way: the person is warned, and the text comes",
    )?;
    world.meet("alice", "bob")?;
    let mut first = true;
    world.rule = Box::new(move |_, _, kind| {
        if kind == 0x11 && core::mem::take(&mut first) {
            Pass::Flipped(40)
        } else {
            Pass::Deliver
        }
    });
    let id = world.say("alice", "bob", "hello")?;
    world.pass(10_000)?;
    let alarm = world.told("bob", |event| event["type"] == "suspicious");
    world.expect("the person is warned", alarm)?;
    world.expect("it comes", world.status("alice", &id, "delivered"))?;
    Ok(world)
}

fn third_account() -> Script {
    let mut world = World::new(
        "third_account",
        "frames in a third account's name touch nothing",
        json!({}),
        &["alice", "bob", "carol"],
    )?;
    world.meet("alice", "bob")?;
    world.rule = Box::new(|from, _, _| {
        if from == "alice" {
            Pass::InTheNameOf("carol")
        } else {
            Pass::Deliver
        }
    });
    world.say("alice", "bob", "mine")?;
    world.call("alice", "carol")?;
    world.pass(500)?;
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.expect("nobody says it", !world.heard("bob", "mine"))?;
    world.pass(7_000)?;
    world.expect("it comes", world.heard("bob", "mine"))?;
    Ok(world)
}

fn nowhere() -> Script {
    let mut world = two(
        "nowhere",
        "a frame from a run that does not exist is not believed for ever",
    )?;
    world.meet("alice", "bob")?;
    world.rule = Box::new(|from, _, _| {
        if from == "bob" {
            Pass::FromNowhere
        } else {
            Pass::Deliver
        }
    });
    world.say("bob", "alice", "hello")?;
    world.pass(30)?;
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    let id = world.say("alice", "bob", "where are you?")?;
    world.pass(7_000)?;
    world.expect("it comes", world.status("alice", &id, "delivered"))?;
    Ok(world)
}

fn lies() -> Script {
    let mut world = two(
        "lies",
        "the relay lies about who is there: labels change, nothing ends",
    )?;
    world.meet("alice", "bob")?;
    world.lie("alice", "bob", false)?;
    world.pass(1_500)?;
    world.lie("alice", "bob", true)?;
    world.pass(1_500)?;
    let id = world.say("alice", "bob", "there?")?;
    world.pass(2_000)?;
    world.expect("it comes", world.status("alice", &id, "delivered"))?;
    let ended = world.told("alice", |event| event["type"] == "ended");
    world.expect("nothing ended", !ended)?;
    Ok(world)
}

fn jobs_that_stay_away() -> Script {
    let mut world = World::new(
        "jobs_that_stay_away",
        "work that does not return stops nobody else",
        json!({}),
        &["alice", "bob", "carol"],
    )?;
    world.meet("alice", "bob")?;
    world.hold("alice")?;
    world.call("carol", "alice")?;
    world.pass(500)?;
    world.say("bob", "alice", "still talking")?;
    world.pass(1_500)?;
    world.expect("they go on", world.heard("alice", "still talking"))?;
    world.pass(10_000)?;
    world.release("alice")?;
    world.pass(500)?;
    Ok(world)
}

fn overtaken_end() -> Script {
    let mut world = two(
        "overtaken_end",
        "BYE is lost: who writes into the ended session is told",
    )?;
    world.meet("alice", "bob")?;
    world.rule = Box::new(|from, _, _| {
        if from == "alice" {
            Pass::Drop
        } else {
            Pass::Deliver
        }
    });
    world.leave("alice", "bob")?;
    world.pass(100)?;
    world.rule = Box::new(|from, _, kind| {
        if from == "alice" && kind == 0x11 {
            Pass::Drop
        } else {
            Pass::Deliver
        }
    });
    let id = world.say("bob", "alice", "hello?")?;
    world.pass(2_000)?;
    world.expect("it is over", world.ended("bob", "peerBefore"))?;
    world.expect(
        "and the text is named",
        world.status("bob", &id, "unconfirmed"),
    )?;
    Ok(world)
}

fn line() -> Script {
    let mut world = two("line", "signs of life, and a line that is dead")?;
    world.meet("alice", "bob")?;
    for _ in 0..3 {
        world.beat();
        world.pass(10_000)?;
    }
    world.pass(26_000)?;
    let down = world.told("alice", |event| event["state"] == "down");
    world.expect("it is noticed", down)?;
    Ok(world)
}

fn refusals() -> Script {
    let mut world = two("refusals", "what cannot be done, and what nobody can read")?;
    let nobody = world.step("alice", "text", json!({"with": "bob", "text": "hello"}))?;
    world.expect(
        "nobody is there",
        nobody["error"] == "E_CONVERSATION_UNKNOWN",
    )?;
    world.step("alice", "call", json!({"with": "alice", "key": "alice"}))?;
    world.step("alice", "accept", json!({"with": "bob"}))?;
    world.meet("alice", "bob")?;
    let empty = world.step("alice", "text", json!({"with": "bob", "text": ""}))?;
    world.expect("it is empty", empty.contains_key("error"))?;
    world.step(
        "alice",
        "edit",
        json!({"with": "bob", "id": "own-99", "text": "x"}),
    )?;
    world.step(
        "alice",
        "react",
        json!({"with": "bob", "id": "peer-1-1", "set": true, "emoji": ""}),
    )?;
    for frame in ["", "01", "0144", "ffffffff"] {
        world.step("alice", "receive", json!({"frame": [{"hex": frame}]}))?;
    }
    world.pass(100)?;
    Ok(world)
}
