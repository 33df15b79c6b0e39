//! A third account, and a relay that lies: nobody speaks in another one's name.

use duet_crypto::client::{EndedBy, Event, Stage, Status};
use duet_crypto::engine::{LocalIdentity, block_on};
use duet_crypto::handshake::{HandshakeId, Offer, Presence};
use duet_crypto::identity::{AccountId, IdentitySeed};
use rand_core::{CryptoRng, Infallible, Rng, TryCryptoRng, TryRng};

use crate::common::{TestRng, person};
use crate::world::{Pass, World};

/// Where an INIT names its initiator and the prekey (protocol 4.1, 5.2).
const INITIATOR: std::ops::Range<usize> = 35..67;
const PKID: usize = 1_411;

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
        for byte in out {
            *byte = if self.0.is_empty() {
                let mut one = [0];
                self.1.fill_bytes(&mut one);
                one[0]
            } else {
                self.0.remove(0)
            };
        }
        Ok(())
    }
}

impl TryCryptoRng for Chosen {}

/// An OFFER of Mallory's to `to` under a chosen `hid`.
fn offer(world: &World, to: usize, hid: HandshakeId) -> Vec<u8> {
    let rng: &mut dyn CryptoRng = &mut Chosen(hid.0.to_vec(), TestRng::new(99));
    let peer = person(world.people[to].name.as_str()).party();
    let presence = world.people[to].client.presence();
    let offer = block_on(Offer::create(&person("mallory"), peer, presence, rng)).unwrap();
    assert_eq!(offer.hid(), hid);
    offer.frame().to_vec()
}

/// Case 1 of the core's: the same `hid` under two accounts is two handshakes.
#[test]
fn one_hid_two_callers() {
    let mut world = World::new(&["alice", "bob", "mallory"]);
    let hid = std::rc::Rc::new(std::cell::Cell::new(None));
    let seen = hid.clone();
    let alice = world.account(0);
    world.rule = Box::new(move |from, _, payload| {
        if from == alice && matches!(payload[1], 1 | 2) {
            seen.set(Some(HandshakeId(payload[2..18].try_into().unwrap())));
        }
        Pass::Deliver
    });
    world.call(0, 1);
    world.say(0, 1, "it is me, alice");
    world.pass(500);
    let frame = offer(&world, 1, hid.get().unwrap());
    let mallory = world.account(2);
    world.deliver(mallory, Presence([3; 16]), 1, &frame);
    world.pass(500);
    let calls: Vec<_> = world.people[1]
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Incoming { account, .. } => Some(*account),
            _ => None,
        })
        .collect();
    assert_eq!(calls, [alice, mallory]);
    assert!(world.texts(1, 2).is_empty());
    world.accept(1, 0).unwrap();
    world.pass(1_000);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    assert_eq!(world.texts(1, 0), ["it is me, alice"]);
}

/// Every frame of one conversation, given out as a third account's, touches nothing.
#[test]
fn frames_in_another_name_touch_nothing() {
    let mut world = World::new(&["alice", "bob", "mallory"]);
    let copies = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let kept = copies.clone();
    world.rule = Box::new(move |_, to, payload| {
        kept.borrow_mut().push((to, payload.to_vec()));
        Pass::Deliver
    });
    world.meet(0, 1);
    world.say(0, 1, "one");
    world.say(1, 0, "two");
    world.pass(2_000);
    let mallory = world.account(2);
    let all: Vec<_> = copies.borrow().clone();
    for (to, payload) in all {
        let to = usize::from(to == world.account(1));
        world.deliver(mallory, Presence([3; 16]), to, &payload);
        world.pass(100);
    }
    for index in 0..2 {
        assert!(world.texts(index, 2).is_empty());
        assert!(!world.saw(index, |event| matches!(event, Event::Ended { .. })));
    }
    assert_eq!(world.texts(1, 0), ["one"]);
    world.say(0, 1, "three");
    world.pass(2_000);
    assert_eq!(world.texts(1, 0), ["one", "three"]);
}

/// An offer in somebody's name under another key than theirs: anybody can sign one, if the relay helps.
fn under_another_key(world: &World, account: AccountId, to: usize) -> Vec<u8> {
    let other = LocalIdentity::software(IdentitySeed::from_bytes(&[77; 32]), account);
    let peer = person(world.people[to].name.as_str()).party();
    let presence = world.people[to].client.presence();
    let rng = &mut TestRng::new(5);
    let offer = block_on(Offer::create(&other, peer, presence, rng)).unwrap();
    offer.frame().to_vec()
}

/// First contact: the words of one key never stand above a session with another.
#[test]
fn a_call_under_another_key_takes_no_other_s_place() {
    let mut world = World::new(&["alice", "bob"]);
    let alice = world.account(0);
    world.call(0, 1);
    world.say(0, 1, "it is me, alice");
    world.pass(500);
    let frame = under_another_key(&world, alice, 1);
    world.deliver(alice, Presence([3; 16]), 1, &frame);
    world.pass(500);
    let keys: Vec<_> = world.people[1]
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Incoming { key, .. } => Some(*key),
            _ => None,
        })
        .collect();
    assert_eq!(keys, [world.people[0].key]);
    world.accept(1, 0).unwrap();
    world.pass(1_000);
    let peer = world.people[1].client.sas(&alice).map(|sas| sas.key);
    assert_eq!(peer, Some(world.people[0].key));
}

/// Whoever calls accepts no call under another key than the one that is called.
#[test]
fn crossing_calls_need_the_same_key() {
    let mut world = World::new(&["alice", "bob"]);
    world.rule = Box::new(|_, _, _| Pass::Drop);
    world.call(1, 0);
    world.pass(500);
    let alice = world.account(0);
    let frame = under_another_key(&world, alice, 1);
    let mut answers = world.people[1].sent.len();
    world.deliver(alice, Presence([3; 16]), 1, &frame);
    world.pass(500);
    answers = world.people[1].sent.len() - answers;
    assert_eq!(answers, 0);
    assert_eq!(world.stage(1, 0), Some(Stage::Ringing));
}

/// What the relay says ends nothing.
#[test]
fn a_relay_that_says_offline_ends_nothing() {
    use duet_crypto::relay::ServerFrame;
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let bob = world.account(1);
    for number in 0..50 {
        let frame = ServerFrame::Presence {
            account: bob,
            presence: Presence([number; 16]),
            online: number % 2 == 0,
            max_version: 1,
        };
        world.fly(0, frame.encode(), 0);
        world.pass(100);
    }
    world.say(0, 1, "still here?");
    world.pass(5_000);
    assert_eq!(world.texts(1, 0), ["still here?"]);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
}

/// An offer that is not genuine raises no alarm, one that is does.
#[test]
fn the_alarm_means_an_attack() {
    let mut world = World::new(&["alice", "bob", "mallory"]);
    world.meet(0, 1);
    world.leave(0, 1);
    world.pass(20_000);
    let alice = world.account(0);
    let genuine = under_another_key(&world, alice, 1);
    let mut forged = genuine.clone();
    *forged.last_mut().unwrap() ^= 1;
    world.deliver(alice, Presence([3; 16]), 1, &forged);
    world.pass(500);
    let alarmed = |event: &Event| matches!(event, Event::KeyChanged { .. });
    assert!(!world.saw(1, alarmed));
    world.deliver(alice, Presence([3; 16]), 1, &genuine);
    world.pass(500);
    assert!(world.saw(1, alarmed));
    assert!(world.accept(1, 0).is_err());
}

/// Frames that ask for a signature get a few at a time, however many come.
#[test]
fn a_flood_of_unknown_prekeys_makes_few_jobs() {
    let mut world = World::new(&["alice", "bob"]);
    let frames = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let kept = frames.clone();
    world.rule = Box::new(move |_, _, payload| {
        if payload[1] == 0x02 {
            kept.borrow_mut().push(payload.to_vec());
        }
        Pass::Drop
    });
    world.call(0, 1);
    world.pass(500);
    let init = frames.borrow()[0].clone();
    world.people[1].held = Some(Vec::new());
    for number in 0..=255_u8 {
        // Another handshake with a prekey that nobody has: protocol 5.2.
        let mut flight = init.clone();
        flight[2] = number;
        flight[PKID] ^= 1;
        for account in [world.account(0), AccountId([number; 32])] {
            flight[INITIATOR].copy_from_slice(account.as_bytes());
            world.deliver(account, Presence([3; 16]), 1, &flight);
        }
    }
    world.pass(500);
    let held = world.people[1].held.as_ref().map_or(0, Vec::len);
    assert!((1..=64).contains(&held), "{held}");
}

/// Strangers fill their places; a friend's call still rings.
#[test]
fn strangers_take_no_friend_s_place() {
    let names: Vec<_> = (0..32).map(|number| format!("person{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut world = World::new(&names);
    world.meet(1, 0);
    world.leave(1, 0);
    world.pass(20_000);
    for stranger in 2..32 {
        world.call(stranger, 0);
    }
    world.pass(2_000);
    // The friend's first call is among them.
    assert_eq!(world.rings(0), 1 + 24);
    assert!(world.saw(0, |event| matches!(event, Event::TurnedAway { .. })));
    let busy = (2..32).filter(|one| world.ended(*one, 0).map(|(by, ..)| by) == Some(EndedBy::Busy));
    assert_eq!(busy.count(), 6);
    world.call(1, 0);
    world.pass(2_000);
    assert_eq!(world.rings(0), 1 + 25);
}

/// A key of somebody else's, who says that it is Bob's: of those that win against Alice.
fn other_bob(world: &World) -> duet_crypto::engine::LocalIdentity<duet_crypto::engine::Software> {
    use duet_crypto::engine::LocalIdentity;
    use duet_crypto::identity::IdentitySeed;
    let own = *world.people[0].key.as_bytes();
    (1..)
        .map(|seed| IdentitySeed::from_bytes(&[seed; 32]))
        .map(|seed| LocalIdentity::software(seed, world.account(1)))
        .find(|other| *other.party().key.as_bytes() < own)
        .unwrap()
}

/// Whom Alice calls, the directory has said. Another key does not take the call over.
#[test]
fn another_key_does_not_take_a_call_over() {
    let mut world = World::new(&["alice", "bob"]);
    let (bob, alice) = (world.account(1), world.account(0));
    let answered = std::rc::Rc::new(std::cell::Cell::new(false));
    let seen = answered.clone();
    world.rule = Box::new(move |from, _, payload| {
        seen.set(seen.get() || (from == alice && payload[1] == 3));
        crate::world::Pass::Deliver
    });
    world.call(0, 1);
    world.pass(500);
    let peer = person("alice").party();
    let presence = world.people[0].client.presence();
    let rng = &mut TestRng::new(5);
    let offer = block_on(Offer::create(&other_bob(&world), peer, presence, rng)).unwrap();
    let there = world.people[1].client.presence();
    world.deliver(bob, there, 0, offer.frame());
    world.pass(500);
    assert!(!answered.get());
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
    world.accept(1, 0).unwrap();
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    let sas = world.people[0].client.sas(&bob).unwrap();
    assert_eq!(sas.key, world.people[1].key);
}

/// However many frames are forged, a session goes on, and says its last word.
#[test]
fn a_flood_of_forgeries_ends_nothing() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(2_000);
    let bob = world.account(1);
    let copy = std::rc::Rc::new(std::cell::RefCell::new(None));
    let kept = copy.clone();
    world.rule = Box::new(move |from, _, payload| {
        if from == bob && payload[1] == 0x11 {
            kept.borrow_mut().get_or_insert_with(|| payload.to_vec());
            return Pass::Drop;
        }
        Pass::Deliver
    });
    let text = world.say(1, 0, "hello");
    world.pass(100);
    let mut forged = copy.borrow().clone().unwrap();
    let there = world.people[1].client.presence();
    for number in 0..3_000_u16 {
        let at = forged.len() - 2;
        forged[at..].copy_from_slice(&number.to_be_bytes());
        world.deliver(bob, there, 0, &forged);
        world.pass(50);
    }
    assert!(world.saw(0, |event| matches!(event, Event::Suspicious { .. })));
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.pass(60_000);
    assert_eq!(world.texts(0, 1), ["hello"]);
    assert_eq!(world.status(1, text), Some(Status::Delivered));
    world.leave(0, 1);
    world.pass(1_000);
    assert_eq!(world.ended(1, 0).map(|(by, ..)| by), Some(EndedBy::Peer));
}
