//! What a person asks for is done, or refused at once and by name.

use duet_crypto::client::{CommandError, Event, FileAct, MessageId, Status};
use duet_crypto::files::{Descriptor, FileId, FileKey, FileKind, FileMode, Salt};
use duet_crypto::limits;
use duet_crypto::pins::{Comparison, PinState};
use duet_crypto::relay::{Notice, ServerFrame, WelcomeStatus};
use duet_crypto::session::Activity;

use crate::common::TestRng;
use crate::world::{Pass, World};

const HOUR: u64 = 3_600_000;

fn try_say(world: &mut World, text: &str) -> Result<MessageId, CommandError> {
    let bob = world.account(1);
    world.act(0, |client, now, rng| {
        client.text(&bob, text, None, now, rng)
    })
}

fn edit(world: &mut World, id: MessageId, text: &str) -> Result<MessageId, CommandError> {
    let bob = world.account(1);
    world.act(0, |client, now, rng| client.edit(&bob, id, text, now, rng))
}

fn delete(world: &mut World, id: MessageId) -> Result<MessageId, CommandError> {
    let bob = world.account(1);
    world.act(0, |client, now, rng| client.delete(&bob, id, now, rng))
}

#[test]
fn without_a_conversation_nothing_can_be_done_in_it() {
    let mut world = World::new(&["alice", "bob"]);
    let bob = world.account(1);
    let name = world.people[1].name.clone();
    let id = MessageId::Own(1);
    let nobody = Err(CommandError::NoConversation);
    world.act(0, |client, now, rng| {
        assert_eq!(client.accept(&name, now, rng), nobody);
        assert_eq!(client.decline(&bob, now, rng), nobody);
        assert_eq!(client.leave(&bob, now, rng), nobody);
        assert_eq!(client.typing(&bob, Activity::Typing, now, rng), nobody);
        assert_eq!(client.read(&bob, id, now, rng), nobody);
        assert_eq!(client.viewed(&bob, id, now, rng), nobody);
        let file = FileId([1; 32]);
        assert_eq!(client.file(&bob, file, FileAct::Accept, now, rng), nobody);
        assert_eq!(client.chunks_opened(&bob, file, 0, 1, now, rng), nobody);
        assert!(client.sas(&bob).is_none());
        let nobody = Err(CommandError::NoConversation);
        assert_eq!(client.text(&bob, "hello", None, now, rng), nobody);
        assert_eq!(client.edit(&bob, id, "hello", now, rng), nobody);
        assert_eq!(client.delete(&bob, id, now, rng), nobody);
        assert_eq!(client.react(&bob, id, true, "👋", now, rng), nobody);
    });
}

#[test]
fn nobody_calls_oneself() {
    let mut world = World::new(&["alice", "bob"]);
    let (own, bob) = (world.people[0].name.clone(), world.people[1].name.clone());
    let (own_key, key) = (world.people[0].key, world.people[1].key);
    world.act(0, |client, now, rng| {
        assert_eq!(client.call(&own, key, now, rng), Err(CommandError::OwnKey));
        assert_eq!(
            client.call(&bob, own_key, now, rng),
            Err(CommandError::OwnKey)
        );
    });
    assert!(
        world.people[0]
            .events
            .iter()
            .all(|event| matches!(event, Event::Line { .. }))
    );
}

/// Protocol 4.9: thirty handshakes within an hour, counted by both.
#[test]
fn a_person_is_called_so_often_and_not_more() {
    let mut world = World::new(&["alice", "bob"]);
    let (alice, bob) = (world.account(0), world.account(1));
    let begun = world.now;
    for _ in 0..limits::HANDSHAKES_PER_HOUR {
        assert_eq!(world.people[0].client.wait(&bob), 0);
        world.meet(0, 1);
        world.leave(0, 1);
        world.pass(3_000);
    }
    let wait = world.people[0].client.wait(&bob);
    assert!((1..=HOUR).contains(&wait), "{wait}");
    let (name, key) = (world.people[1].name.clone(), world.people[1].key);
    let called = world.act(0, |client, now, rng| client.call(&name, key, now, rng));
    assert_eq!(called, Err(CommandError::Rate));
    // A page that was loaded again does not remember, and is turned away.
    world.reload(1);
    world.pass(1_000);
    world.call(1, 0);
    world.pass(1_000);
    assert!(world.saw(0, |event| matches!(event,
        Event::TurnedAway { account, wait } if *account == bob && (1..=HOUR).contains(wait))));
    assert!(world.ended(1, 0).is_some());
    world.pass(begun + HOUR + 60_000 - world.now);
    assert_eq!(world.people[0].client.wait(&bob), 0);
    assert_eq!(world.people[1].client.wait(&alice), 0);
    world.meet(0, 1);
}

#[test]
fn texts_have_a_length() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let refused = Err(CommandError::Content);
    let most = limits::TEXT_MAX_CHARS;
    for text in ["", &"x".repeat(most + 1), &"👋".repeat(most + 1)] {
        assert_eq!(try_say(&mut world, text), refused);
    }
    let longest = ["x".repeat(most), "👋".repeat(most)];
    let ids = longest
        .each_ref()
        .map(|text| try_say(&mut world, text).unwrap());
    assert_eq!(edit(&mut world, ids[0], ""), refused);
    world.pass(2_000);
    assert_eq!(world.texts(1, 0), longest);
    let bob = world.account(1);
    let mut react = |emoji: &str| {
        world.act(0, |client, now, rng| {
            client.react(&bob, ids[0], true, emoji, now, rng)
        })
    };
    assert_eq!(react(""), refused);
    assert_eq!(react(&"x".repeat(33)), refused);
    assert!(react(&"x".repeat(32)).is_ok());
}

#[test]
fn what_waits_can_be_changed_and_taken_back() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.cut(0);
    let one = world.say(0, 1, "one");
    let two = world.say(0, 1, "two");
    let three = world.say(0, 1, "three");
    // It is the same message, and there is nothing to tell.
    assert_eq!(edit(&mut world, one, "uno"), Ok(one));
    assert_eq!(delete(&mut world, two), Ok(two));
    assert_eq!(world.status(0, two), Some(Status::NotDelivered));
    assert_eq!(delete(&mut world, two), Err(CommandError::Message));
    assert_eq!(edit(&mut world, two, "x"), Err(CommandError::Message));
    let unknown = MessageId::Own(99);
    assert_eq!(edit(&mut world, unknown, "x"), Err(CommandError::Message));
    world.connect(0);
    world.pass(3_000);
    assert_eq!(world.texts(1, 0), ["uno", "three"]);
    assert_eq!(world.status(0, one), Some(Status::Delivered));
    assert_eq!(world.status(0, three), Some(Status::Delivered));
    assert!(!world.saw(1, |event| matches!(
        event,
        Event::Edited { .. } | Event::Deleted { .. }
    )));
}

#[test]
fn so_many_wait_and_not_more() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.cut(0);
    let ids: Vec<_> = (0..4_096).map(|_| world.say(0, 1, "x")).collect();
    assert_eq!(try_say(&mut world, "x"), Err(CommandError::Queue));
    delete(&mut world, ids[7]).unwrap();
    assert!(try_say(&mut world, "x").is_ok());
    assert_eq!(try_say(&mut world, "x"), Err(CommandError::Queue));
}

#[test]
fn so_much_waits_and_not_more() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.cut(0);
    let long = "👋".repeat(limits::TEXT_MAX_CHARS);
    let most = (8 << 20) / long.len();
    let ids: Vec<_> = (0..most).map(|_| world.say(0, 1, &long)).collect();
    assert_eq!(try_say(&mut world, &long), Err(CommandError::Queue));
    // What is made shorter, or taken back, makes room; what is made longer takes it.
    edit(&mut world, ids[0], "short").unwrap();
    let more = try_say(&mut world, &long).unwrap();
    assert_eq!(try_say(&mut world, &long), Err(CommandError::Queue));
    delete(&mut world, more).unwrap();
    edit(&mut world, ids[0], &long).unwrap();
    assert_eq!(try_say(&mut world, &long), Err(CommandError::Queue));
    delete(&mut world, ids[1]).unwrap();
    assert!(try_say(&mut world, &long).is_ok());
}

/// Who types before the session is open is not forgotten for seconds when it is.
#[test]
fn typing_is_told_as_soon_as_it_can_be() {
    let mut world = World::new(&["alice", "bob"]);
    // READY is kept back.
    let bob = world.account(1);
    world.rule = Box::new(move |from, _, payload| match payload[1] {
        0x11 if from == bob => Pass::Drop,
        _ => Pass::Deliver,
    });
    world.call(0, 1);
    world.pass(500);
    world.accept(1, 0).unwrap();
    world.pass(500);
    let types = |world: &mut World| {
        world
            .act(0, |client, now, rng| {
                client.typing(&bob, Activity::Typing, now, rng)
            })
            .unwrap();
    };
    types(&mut world);
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    while world.stage(0, 1) != Some(duet_crypto::client::Stage::Secure) {
        types(&mut world);
        world.pass(100);
    }
    types(&mut world);
    world.pass(100);
    assert!(world.saw(1, |event| matches!(
        event,
        Event::Activity {
            activity: Activity::Typing,
            ..
        }
    )));
}

#[test]
fn an_item_that_was_viewed_is_named_to_its_owner() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.say(0, 1, "hello");
    let (alice, sent) = (world.account(0), world.say(0, 1, "look"));
    world.pass(500);
    let id = world.newest(1);
    let unknown = MessageId::Peer {
        session: 1,
        seq: 77,
    };
    let old = MessageId::Peer { session: 2, seq: 0 };
    for id in [unknown, old, MessageId::Own(1), id] {
        world
            .act(1, |client, now, rng| client.viewed(&alice, id, now, rng))
            .unwrap();
    }
    world.pass(500);
    let viewed = world.people[0].events.iter();
    let viewed: Vec<_> = viewed
        .filter_map(|event| match event {
            Event::Viewed { id, .. } => Some(*id),
            _ => None,
        })
        .collect();
    assert_eq!(viewed, [sent]);
}

#[test]
fn only_what_can_be_named_is_pointed_at() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let text = world.say(0, 1, "mine");
    world.say(1, 0, "yours");
    world.pass(2_000);
    let bob = world.account(1);
    let theirs = world.newest(0);
    let react = |world: &mut World, id| {
        world.act(0, |client, now, rng| {
            client.react(&bob, id, true, "👋", now, rng)
        })
    };
    assert!(react(&mut world, theirs).is_ok());
    let reaction = react(&mut world, text).unwrap();
    world.pass(500);
    let refused = Err(CommandError::Message);
    // A reaction is nothing that one reacts to, nor what another session has said.
    assert_eq!(react(&mut world, reaction), refused);
    assert_eq!(
        react(&mut world, MessageId::Peer { session: 2, seq: 1 }),
        refused
    );
    assert_eq!(
        react(&mut world, MessageId::Peer { session: 1, seq: 9 }),
        refused
    );
    assert_eq!(edit(&mut world, theirs, "x"), refused);
    assert_eq!(delete(&mut world, theirs), refused);
    assert_eq!(edit(&mut world, reaction, "x"), refused);
    assert_eq!(delete(&mut world, reaction), refused);
}

#[test]
fn a_descriptor_that_is_none_is_not_offered() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let bob = world.account(1);
    let rng = &mut TestRng::new(3);
    let mut offered = |size, name: &str| {
        let descriptor = Descriptor {
            key: FileKey::generate(rng),
            salt: Salt::generate(rng),
            size,
            kind: FileKind::File,
            mode: FileMode::Both,
            duration_ms: 0,
            peaks: Vec::new(),
            name: name.into(),
            media_type: String::new(),
            preview: Vec::new(),
        };
        world.act(0, |client, now, rng| {
            client.offer_file(&bob, Box::new(descriptor), now, rng)
        })
    };
    let refused = Err(CommandError::Content);
    assert_eq!(offered(limits::FILE_SIZE_MAX + 1, "x"), refused);
    assert_eq!(offered(1, &"x".repeat(limits::NAME_MAX + 1)), refused);
    let file = offered(1, "x").unwrap();
    // A file is no text.
    assert_eq!(edit(&mut world, file, "x"), Err(CommandError::Message));
    world.pass(500);
    assert_eq!(edit(&mut world, file, "x"), Err(CommandError::Message));
    assert!(delete(&mut world, file).is_ok());
}

#[test]
fn what_a_person_says_of_a_key_is_kept() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let (bob, key) = (world.account(1), world.people[1].key);
    let state = |world: &World| world.people[0].client.pins().get(&bob).map(|pin| pin.state);
    let first = state(&world);
    let compared = world.act(0, |client, _, _| {
        client.compare(&bob, &key, Comparison::Sas)
    });
    assert_eq!(compared.ok(), state(&world));
    assert_ne!(state(&world), first);
    let trusted = world.act(0, |client, now, _| {
        client.trust(&bob, &key, PinState::Qr, now)
    });
    trusted.unwrap();
    assert_eq!(state(&world), Some(PinState::Qr));
    // Pins that were merged outside take their place.
    let other = world.people[1].client.pins().clone();
    world.act(0, |client, _, _| client.replace_pins(other));
    assert!(world.people[0].client.pins().get(&bob).is_none());
}

#[test]
fn a_fresh_token_is_passed_on_and_a_wrong_one_is_not() {
    let mut world = World::new(&["alice", "bob"]);
    let sent = world.people[0].sent.len();
    let given = world.act(0, |client, now, rng| client.token("", now, rng));
    assert_eq!(given, Err(CommandError::Token));
    assert_eq!(world.people[0].sent.len(), sent);
    world
        .act(0, |client, now, rng| client.token("fresh", now, rng))
        .unwrap();
    assert_eq!(world.people[0].sent.len(), sent + 1);
    // That it was taken changes nothing that is shown.
    let lines = |world: &World| {
        let events = world.people[0].events.iter();
        events
            .filter(|event| matches!(event, Event::Line { .. }))
            .count()
    };
    let told = lines(&world);
    world.pass(1_000);
    assert_eq!(lines(&world), told);
    // There is nobody to tell without a line.
    world.cut(0);
    world
        .act(0, |client, now, rng| client.token("fresh", now, rng))
        .unwrap();
    world.connect(0);
    world.pass(1_000);
    world.meet(0, 1);
}

/// Whom one knows is here, or not, by the relay's word: of those who are watched, and of nobody else.
#[test]
fn who_is_here_is_told_of_those_who_are_watched() {
    let mut world = World::new(&["alice", "bob", "carol"]);
    let (bob, carol) = (world.account(1), world.account(2));
    let last = |world: &World, whose| {
        let mut events = world.people[0].events.iter().rev();
        events.find_map(|event| match event {
            Event::Presence { account, online } if *account == whose => Some(*online),
            _ => None,
        })
    };
    world.act(0, |client, now, rng| client.watch(&[bob], now, rng));
    world.pass(1_000);
    assert_eq!((last(&world, bob), last(&world, carol)), (Some(true), None));
    world.cut(1);
    world.pass(1_000);
    assert_eq!(last(&world, bob), Some(false));
    world.reconnect(1);
    world.pass(1_000);
    assert_eq!(last(&world, bob), Some(true));
    // Whose presence is known already, because one talks to them, is told at once.
    world.meet(0, 2);
    assert_eq!(last(&world, carol), None);
    world.act(0, |client, now, rng| client.watch(&[bob, carol], now, rng));
    assert_eq!(last(&world, carol), Some(true));
    // And of whom nobody wants to know nothing is told.
    world.act(0, |client, now, rng| client.watch(&[], now, rng));
    world.pass(1_000);
    let told = world.people[0].events.len();
    world.cut(1);
    world.pass(1_000);
    assert!(
        world.people[0].events[told..]
            .iter()
            .all(|event| !matches!(event, Event::Presence { .. }))
    );
}

#[test]
fn what_the_relay_says_of_itself_is_told() {
    let mut world = World::new(&["alice", "bob"]);
    let notice = |notice, value| ServerFrame::Notice { notice, value }.encode();
    world.fly(0, notice(Notice::Draining, 3_000), 0);
    world.pass(100);
    assert!(world.saw(0, |event| *event == Event::Draining { ms: 3_000 }));
    // Seven are left of ten: three more are made, and no more than that.
    let sent = |world: &World| world.people[0].sent.last().map(|(_, length)| *length);
    let before = world.people[0].sent.len();
    world.fly(0, notice(Notice::PrekeysLow, 7), 0);
    world.pass(100);
    assert_eq!(world.people[0].sent.len(), before + 1);
    let three = sent(&world);
    world.fly(0, notice(Notice::PrekeysLow, 4), 0);
    world.pass(100);
    assert!(sent(&world) > three);
    let before = world.people[0].sent.len();
    world.fly(0, notice(Notice::PrekeysLow, 10), 0);
    world.fly(0, notice(Notice::PartnerUnreachable, 0), 0);
    world.pass(100);
    assert_eq!(world.people[0].sent.len(), before);
}

#[test]
fn a_relay_that_does_not_log_anybody_in() {
    use duet_crypto::client::LineState;
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let states = |world: &World| {
        let events = world.people[0].events.iter();
        let states = events.filter_map(|event| match event {
            Event::Line { state } => Some(*state),
            _ => None,
        });
        states.collect::<Vec<_>>()
    };
    let told = states(&world).len();
    world.fly(0, ServerFrame::Welcome(WelcomeStatus::Refused).encode(), 0);
    world.pass(100);
    assert_eq!(states(&world)[told..], [LineState::Refused]);
    // Nothing is tried by itself, and nothing has ended.
    world.pass(60_000);
    assert_eq!(states(&world)[told..], [LineState::Refused]);
    assert!(world.ended(0, 1).is_none());
    world.reconnect(0);
    world.pass(1_000);
    assert_eq!(states(&world).last(), Some(&LineState::Online));
    world.fly(0, ServerFrame::Welcome(WelcomeStatus::TryLater).encode(), 0);
    world.pass(100);
    assert_eq!(states(&world).last(), Some(&LineState::Down));
}

/// Who types while the line is down is not silent when it is back.
#[test]
fn typing_without_a_line_is_not_told_later_nor_forgotten() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(2_000);
    let bob = world.account(1);
    let types = |world: &mut World| {
        world
            .act(0, |client, now, rng| {
                client.typing(&bob, Activity::Typing, now, rng)
            })
            .unwrap();
    };
    let told = |world: &World| {
        world.saw(1, |event| {
            matches!(
                event,
                Event::Activity {
                    activity: Activity::Typing,
                    ..
                }
            )
        })
    };
    world.cut(0);
    types(&mut world);
    world.connect(0);
    world.pass(1_000);
    assert!(!told(&world));
    types(&mut world);
    world.pass(500);
    assert!(told(&world));
}
