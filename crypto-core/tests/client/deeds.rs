//! What is done to a message that was said: the peer does it too, or the person is told at once, or in the end, that it may not.

use duet_crypto::client::{CommandError, Event, MessageId, Status};
use duet_crypto::limits::EDIT_WINDOW;

use crate::world::{LATENCY, Pass, World};

const MINUTE: u64 = 60_000;
const MESSAGE: u8 = 0x11;

type Done = Result<MessageId, CommandError>;

/// Alice, who talks with Bob.
struct Story {
    world: World,
}

impl Story {
    fn new() -> Self {
        let mut world = World::new(&["alice", "bob"]);
        world.meet(0, 1);
        Self { world }
    }

    /// A text of hers that he has.
    fn said(&mut self) -> MessageId {
        let id = self.world.say(0, 1, "one");
        self.world.pass(2_000);
        assert_eq!(self.status(id), Some(Status::Delivered));
        id
    }

    fn edit(&mut self, id: MessageId, text: &str) -> Done {
        let bob = self.world.account(1);
        self.world
            .act(0, |client, now, rng| client.edit(&bob, id, text, now, rng))
    }

    fn delete(&mut self, id: MessageId) -> Done {
        let bob = self.world.account(1);
        self.world
            .act(0, |client, now, rng| client.delete(&bob, id, now, rng))
    }

    fn react(&mut self, id: MessageId) -> Done {
        let bob = self.world.account(1);
        self.world.act(0, |client, now, rng| {
            client.react(&bob, id, true, "👋", now, rng)
        })
    }

    fn status(&self, id: MessageId) -> Option<Status> {
        self.world.status(0, id)
    }

    /// What he sees done, in its order.
    fn seen(&self) -> Vec<&str> {
        let events = self.world.people[1].events.iter();
        let done = events.filter_map(|event| match event {
            Event::Edited { text, .. } => Some(text.as_str()),
            Event::Deleted { .. } => Some("deleted"),
            Event::Reaction { .. } => Some("reaction"),
            _ => None,
        });
        done.collect()
    }
}

/// To the millisecond: Bob, who heard the text later than it was said, would still take it.
#[test]
fn a_late_edit_is_refused_at_once() {
    for late in [0, 1] {
        let mut story = Story::new();
        let said_at = story.world.now;
        let text = story.said();
        story
            .world
            .pass(said_at + EDIT_WINDOW + late - story.world.now);
        let frames = story.world.people[0].sent.len();
        let edited = story.edit(text, "two");
        let sent = story.world.people[0].sent.len() - frames;
        if late > 0 {
            assert_eq!((edited, sent), (Err(CommandError::Late), 0));
        } else {
            assert!(edited.is_ok());
            assert_eq!(sent, 1);
        }
        // All else can be done to it for ever.
        assert!(story.react(text).is_ok());
        assert!(story.delete(text).is_ok());
        story.world.pass(2_000);
        let seen = ["two", "reaction", "deleted"];
        assert_eq!(story.seen(), seen[usize::from(late > 0)..]);
    }
}

/// A text that waited is as old as its saying, and an edit of what still waits is never late.
#[test]
fn a_text_ages_from_when_it_was_said() {
    let mut story = Story::new();
    story.world.cut(0);
    let text = story.world.say(0, 1, "one");
    story.world.pass(9 * MINUTE);
    assert_eq!(story.edit(text, "two"), Ok(text));
    story.world.connect(0);
    story.world.pass(8 * MINUTE);
    let edit = story.edit(text, "three").unwrap();
    story.world.pass(2_000);
    assert_eq!(story.status(edit), Some(Status::Delivered));
    assert_eq!(story.world.texts(1, 0), ["two"]);
    assert_eq!(story.seen(), ["three"]);
}

/// The line is away meanwhile: it is not said, and that is told.
#[test]
fn an_edit_that_waits_until_it_is_late_is_not_sent() {
    let mut story = Story::new();
    let text = story.said();
    story.world.pass(13 * MINUTE);
    story.world.cut(0);
    let edit = story.edit(text, "two").unwrap();
    let reaction = story.react(text).unwrap();
    story.world.pass(3 * MINUTE);
    assert_eq!(story.status(edit), Some(Status::Waiting));
    story.world.connect(0);
    story.world.pass(3_000);
    assert_eq!(story.status(edit), Some(Status::NotDelivered));
    assert_eq!(story.status(reaction), Some(Status::Delivered));
    assert_eq!(story.seen(), ["reaction"]);
}

/// It was said in time, and nobody knows whether it came in time: "delivered" would be a guess, and so would "read".
#[test]
fn an_edit_that_arrives_late_may_not_have_counted() {
    let mut story = Story::new();
    let text = story.said();
    story.world.pass(14 * MINUTE);
    story.world.rule = Box::new(|_, _, payload| match payload[1] {
        MESSAGE => Pass::Drop,
        _ => Pass::Deliver,
    });
    let edit = story.edit(text, "two").unwrap();
    story.world.pass(2 * MINUTE);
    assert_eq!(story.status(edit), Some(Status::Sent));
    story.world.rule = Box::new(|_, _, _| Pass::Deliver);
    story.world.reconnect(0);
    let after = story.world.say(0, 1, "after");
    story.world.pass(5_000);
    let (alice, newest) = (story.world.account(0), story.world.newest(1));
    story
        .world
        .act(1, |client, now, rng| client.read(&alice, newest, now, rng))
        .unwrap();
    story.world.pass(2_000);
    assert_eq!(story.status(after), Some(Status::Read));
    assert_eq!(story.status(edit), Some(Status::Unconfirmed));
    assert!(story.seen().is_empty());
    // It had its end: it is not named once more.
    story.world.leave(0, 1);
    story.world.pass(3_000);
    let (_, unsettled, _) = story.world.ended(0, 1).unwrap();
    assert!(unsettled.is_empty());
}

/// Nothing is done to what was taken back, by whomever; also where only its taking back waits.
#[test]
fn what_was_taken_back_is_out_of_reach() {
    let refused = Err(CommandError::Message);
    for online in [true, false] {
        let mut story = Story::new();
        let text = story.said();
        if !online {
            story.world.cut(0);
        }
        let edit = story.edit(text, "two").unwrap();
        let deletion = story.delete(text).unwrap();
        assert_eq!(story.edit(text, "three"), refused);
        assert_eq!(story.react(text), refused);
        assert_eq!(story.delete(text), refused);
        if !online {
            story.world.connect(0);
        }
        story.world.pass(3_000);
        assert_eq!(story.react(text), refused);
        for deed in [edit, deletion] {
            assert_eq!(story.status(deed), Some(Status::Delivered));
        }
        assert_eq!(story.seen(), ["two", "deleted"]);
    }
}

/// Whose taking back was itself taken back can be changed again.
#[test]
fn a_withdrawal_that_waits_can_be_withdrawn() {
    let mut story = Story::new();
    let text = story.said();
    story.world.cut(0);
    let deletion = story.delete(text).unwrap();
    assert_eq!(story.delete(deletion), Ok(deletion));
    assert_eq!(story.status(deletion), Some(Status::NotDelivered));
    let edit = story.edit(text, "two").unwrap();
    story.world.connect(0);
    story.world.pass(3_000);
    assert_eq!(story.status(edit), Some(Status::Delivered));
    assert_eq!(story.seen(), ["two"]);
}

/// A reaction to what the peer takes back meanwhile: it is not said, or it crosses the withdrawal and is shown to nobody.
#[test]
fn a_reaction_to_what_is_gone_is_shown_to_nobody() {
    for crosses in [true, false] {
        let mut story = Story::new();
        let alice = story.world.account(0);
        let theirs = story.world.say(1, 0, "his");
        story.world.pass(2_000);
        let hers = story.world.newest(0);
        if !crosses {
            story.world.cut(0);
        }
        let reaction = story.react(hers).unwrap();
        story
            .world
            .act(1, |client, now, rng| {
                client.delete(&alice, theirs, now, rng)
            })
            .unwrap();
        story.world.pass(LATENCY);
        if !crosses {
            // The withdrawal is there before anything of hers goes.
            story.world.rule = Box::new(move |from, _, payload| match payload[1] {
                MESSAGE if from == alice => Pass::Late(1_000),
                _ => Pass::Deliver,
            });
            story.world.connect(0);
        }
        story.world.pass(8_000);
        assert_eq!(story.react(hers), Err(CommandError::Message));
        assert!(
            story
                .world
                .saw(0, |event| matches!(event, Event::Deleted { .. }))
        );
        assert!(story.seen().is_empty());
        if crosses {
            assert_eq!(story.status(reaction), Some(Status::Delivered));
        }
    }
}
