//! A peer who has a genuine session and does not keep to the rules: what it says changes what it may change, and nothing else.

use std::cell::RefCell;
use std::rc::Rc;

use duet_crypto::client::{Body, EndedBy, Event, MessageId, Stage, Status};
use duet_crypto::engine::block_on;
use duet_crypto::error::Code;
use duet_crypto::files::{Control, ControlOp};
use duet_crypto::handshake::{Accepted, Offer};
use duet_crypto::limits;
use duet_crypto::session::{Author, Content, MessageRef, Session};

use crate::common::{TestRng, descriptor, person};
use crate::world::{Pass, World};

/// MSG and ACCEPT (protocol 4, 6).
const MESSAGE: u8 = 0x11;
const ACCEPT: u8 = 0x03;

/// Mallory, who talks to Alice with a program of her own.
struct Rogue {
    session: Session,
    rng: TestRng,
    /// What was sent to her and not opened.
    inbox: Rc<RefCell<Vec<Vec<u8>>>>,
}

/// Alice has accepted Mallory's call.
fn meet() -> (World, Rogue) {
    let mut world = World::new(&["alice", "mallory"]);
    let mut rng = TestRng::new(9);
    let (mallory, inbox) = (world.account(1), Rc::<RefCell<Vec<Vec<u8>>>>::default());
    let kept = inbox.clone();
    world.rule = Box::new(move |_, to, payload| {
        if to == mallory {
            kept.borrow_mut().push(payload.to_vec());
        }
        Pass::Drop
    });
    let there = world.people[0].client.presence();
    let local = person("mallory");
    let offer = block_on(Offer::create(
        &local,
        person("alice").party(),
        there,
        &mut rng,
    ))
    .unwrap();
    deliver(&mut world, offer.frame());
    world.accept(0, 1).unwrap();
    world.pass(200);
    let alice = world.account(0);
    let accept = take(&inbox, ACCEPT).pop().unwrap();
    let Accepted { confirm, session } = block_on(offer.accept(&accept, &alice, &mut rng)).unwrap();
    deliver(&mut world, &confirm);
    let mut rogue = Rogue {
        session,
        rng,
        inbox,
    };
    assert_eq!(rogue.hears(&world), [Content::Ready]);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    (world, rogue)
}

fn take(inbox: &RefCell<Vec<Vec<u8>>>, kind: u8) -> Vec<Vec<u8>> {
    let frames = inbox.take().into_iter();
    frames.filter(|frame| frame[1] == kind).collect()
}

fn deliver(world: &mut World, frame: &[u8]) {
    let (from, presence) = (world.account(1), world.people[1].client.presence());
    world.deliver(from, presence, 0, frame);
    world.pass(200);
}

impl Rogue {
    fn seals(&mut self, content: &Content) -> Vec<u8> {
        self.session.send(content, &mut self.rng).unwrap().frame
    }

    fn says(&mut self, world: &mut World, content: &Content) {
        let frame = self.seals(content);
        deliver(world, &frame);
    }

    /// What Alice has said since.
    fn hears(&mut self, world: &World) -> Vec<Content> {
        let mut heard = Vec::new();
        for frame in take(&self.inbox, MESSAGE) {
            if let Ok(received) = self.session.receive(&frame, world.now) {
                heard.push(received.content);
            }
        }
        heard
    }
}

fn text(text: &str) -> Content {
    Content::Text {
        text: text.into(),
        reply: None,
    }
}

fn mine(seq: u32) -> MessageRef {
    MessageRef {
        author: Author::Sender,
        seq,
    }
}

fn yours(seq: u32) -> MessageRef {
    MessageRef {
        author: Author::Receiver,
        seq,
    }
}

/// Whether anything changed at Alice but the words themselves.
fn changes(event: &Event) -> bool {
    matches!(
        event,
        Event::Edited { .. }
            | Event::Deleted { .. }
            | Event::Reaction { .. }
            | Event::Viewed { .. }
            | Event::File { .. }
            | Event::Ended { .. }
    )
}

#[test]
fn what_was_never_said_was_not_read() {
    for (up_to, ends) in [(1, false), (2, true), (70, true)] {
        let (mut world, mut rogue) = meet();
        // READY is Alice's number 0.
        let id = world.say(0, 1, "hello");
        world.pass(200);
        rogue.hears(&world);
        rogue.says(&mut world, &Content::Read { up_to });
        let by = world.ended(0, 1).map(|(by, ..)| by);
        assert_eq!(by, ends.then_some(EndedBy::Misbehaviour(Code::Content)));
        let read = world.status(0, id) == Some(Status::Read);
        assert_eq!(read, !ends, "{up_to}");
    }
}

/// Only a text of one's own is edited, and only what is there is taken back, once.
#[test]
fn what_cannot_be_pointed_at_is_not_changed() {
    let (mut world, mut rogue) = meet();
    world.say(0, 1, "alice's");
    world.pass(200);
    rogue.hears(&world);
    let edit = |seq| Content::Edit {
        seq,
        text: "changed".into(),
    };
    let react = |target| Content::Reaction {
        target,
        set: true,
        emoji: "x".into(),
    };
    rogue.says(&mut world, &text("mallory's"));
    rogue.says(&mut world, &react(yours(1)));
    assert!(world.saw(0, changes));
    world.people[0].events.clear();
    // Not said yet, an act, and Alice's READY.
    for content in [
        edit(7),
        edit(1),
        Content::Delete { seq: 7 },
        Content::Delete { seq: 1 },
        react(mine(1)),
        react(mine(70)),
        react(yours(0)),
        react(yours(70)),
        Content::Viewed { seq: 0 },
        Content::Viewed { seq: 70 },
    ] {
        rogue.says(&mut world, &content);
        assert!(!world.saw(0, changes), "{content:?}");
    }
    // An answer to what is not there is said without pointing at anything.
    let reply = |target| Content::Text {
        text: "so?".into(),
        reply: Some(target),
    };
    rogue.says(&mut world, &reply(yours(70)));
    rogue.says(&mut world, &reply(mine(1)));
    rogue.says(&mut world, &reply(mine(0)));
    let replies: Vec<_> = world.people[0]
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Message {
                body: Body::Text { reply, .. },
                ..
            } => Some(*reply),
            _ => None,
        })
        .collect();
    let first = MessageId::Peer { session: 1, seq: 0 };
    assert_eq!(replies, [None, None, Some(first)]);
    rogue.says(&mut world, &edit(0));
    rogue.says(&mut world, &Content::Delete { seq: 0 });
    assert!(world.saw(0, |event| matches!(event, Event::Edited { .. })));
    assert!(world.saw(0, |event| matches!(event, Event::Deleted { .. })));
    world.people[0].events.clear();
    for content in [Content::Delete { seq: 0 }, edit(0), react(mine(0))] {
        rogue.says(&mut world, &content);
        assert!(!world.saw(0, changes), "{content:?}");
    }
    // And nobody points at it here, either.
    let mallory = world.account(1);
    let refused = world.act(0, |client, now, rng| {
        client.react(&mallory, first, true, "x", now, rng)
    });
    assert!(refused.is_err());
}

/// A text is changed for fifteen minutes by the clock of who reads it, to the millisecond.
#[test]
fn an_edit_is_late_after_fifteen_minutes() {
    for (late, heard) in [(0, true), (1, false)] {
        let (mut world, mut rogue) = meet();
        let frame = rogue.seals(&text("one"));
        deliver(&mut world, &frame);
        let came = world.now - 200 + 20;
        let edit = rogue.seals(&Content::Edit {
            seq: 0,
            text: "two".into(),
        });
        world.pass(came + limits::EDIT_WINDOW + late - 20 - world.now);
        deliver(&mut world, &edit);
        let edited = world.saw(0, |event| matches!(event, Event::Edited { .. }));
        assert_eq!(edited, heard, "{late}");
    }
}

/// A file that is described twice is shown once, and the second is refused by name.
#[test]
fn a_file_is_shown_once() {
    let (mut world, mut rogue) = meet();
    let descriptor = descriptor(10, &mut rogue.rng);
    let file = Content::File(Box::new(descriptor));
    rogue.says(&mut world, &file);
    rogue.says(&mut world, &file);
    let shown = world.people[0].events.iter();
    let shown = shown.filter(|event| matches!(event, Event::Message { .. }));
    assert_eq!(shown.count(), 1);
    world.pass(1_000);
    let heard = rogue.hears(&world);
    assert!(heard.iter().any(|content| matches!(
        content,
        Content::FileControl(Control {
            op: ControlOp::Reject,
            ..
        })
    )));
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
}

/// Whoever leaves a hole and fills the memory behind it loses the session. Nothing of what stood behind the hole is shown.
#[test]
fn a_hole_does_not_fill_the_memory() {
    let (mut world, mut rogue) = meet();
    let _lost = rogue.seals(&text("lost"));
    let long = "\u{1f44b}".repeat(limits::TEXT_MAX_CHARS);
    let most = (2 << 20) / long.len();
    for number in 0..=most {
        assert!(world.ended(0, 1).is_none(), "{number}");
        let frame = rogue.seals(&text(&long));
        deliver(&mut world, &frame);
    }
    let (by, _, missing) = world.ended(0, 1).unwrap();
    assert_eq!(by, EndedBy::Misbehaviour(Code::Sequence));
    assert!(missing);
    assert!(world.texts(0, 1).is_empty());
}

/// A frame that is not genuine ends nothing, and is told as what it is; one that came before is not.
#[test]
fn a_forged_frame_is_told_and_a_repeated_one_is_not() {
    let (mut world, mut rogue) = meet();
    let frame = rogue.seals(&text("one"));
    deliver(&mut world, &frame);
    let suspicious = |event: &Event| matches!(event, Event::Suspicious { .. });
    deliver(&mut world, &frame);
    assert!(!world.saw(0, suspicious));
    let mut forged = rogue.seals(&text("two"));
    let genuine = forged.clone();
    *forged.last_mut().unwrap() ^= 1;
    deliver(&mut world, &forged);
    assert!(world.saw(0, suspicious));
    assert!(world.ended(0, 1).is_none());
    deliver(&mut world, &genuine);
    assert_eq!(world.texts(0, 1), ["one", "two"]);
}

/// A frame of which not all has come, or more than is said, is nobody's.
#[test]
fn a_frame_of_another_length_is_dropped() {
    use duet_crypto::relay::{EnvelopeId, ServerFrame};
    let (mut world, mut rogue) = meet();
    let payload = rogue.seals(&text("hello"));
    let frame = ServerFrame::Deliver {
        id: EnvelopeId([1; 16]),
        from: world.account(1),
        presence: world.people[1].client.presence(),
        payload: &payload,
    };
    let frame = frame.encode();
    for length in [frame.len() - 1, frame.len() + 1, 0, usize::MAX, frame.len()] {
        assert!(world.texts(0, 1).is_empty());
        world.act(0, |client, now, rng| {
            client.receive(&frame, length, now, rng)
        });
    }
    assert_eq!(world.texts(0, 1), ["hello"]);
}

/// An OVER that the peer has not signed ends nothing, and is told.
#[test]
fn a_forged_over_ends_nothing() {
    let (mut world, mut rogue) = meet();
    let mut over = vec![1, 7];
    over.extend_from_slice(&rogue.session.id().0);
    over.extend_from_slice(&[7; 64]);
    deliver(&mut world, &over);
    assert!(world.saw(0, |event| matches!(event, Event::Suspicious { .. })));
    rogue.says(&mut world, &text("still here"));
    assert_eq!(world.texts(0, 1), ["still here"]);
}
