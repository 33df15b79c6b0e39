//! One-time prekeys: given, handed out once, forgotten with the connection (I3, protocol.md sections 5 and 9).

use duet_crypto::relay::{
    AckStatus, ClientFrame, EnvelopeId, NoPrekey, Notice, PrekeyBytes, Presence,
};
use std::{collections::HashSet, sync::Arc, time::Duration};
use tokio::{sync::Barrier, task::JoinHandle};

use crate::support::{Event, Person, Relay, Socket, eventually};

fn prekeys(owner: &Person, count: usize) -> Vec<PrekeyBytes> {
    (0..count).map(|_| owner.prekey()).collect()
}

impl Socket {
    async fn give(&mut self, prekeys: &[PrekeyBytes]) -> AckStatus {
        let id = EnvelopeId(duet_relay::random());
        self.frame(ClientFrame::Prekeys { id, prekeys }).await;
        self.ack(id).await
    }

    async fn claim(&mut self, owner: &Person) -> Result<PrekeyBytes, NoPrekey> {
        self.claim_as(EnvelopeId(duet_relay::random()), owner).await
    }

    async fn claim_as(&mut self, id: EnvelopeId, owner: &Person) -> Result<PrekeyBytes, NoPrekey> {
        self.frame(ClientFrame::PrekeyGet {
            id,
            account: owner.id,
            presence: owner.presence,
        })
        .await;
        match self.next().await {
            Event::Prekey(answered, prekey) => {
                assert_eq!(answered, id);
                prekey.map(|prekey| *prekey)
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Alice claims, Bob owns.
async fn pair(relay: &Relay) -> (Person, Person, Socket, Socket) {
    let (alice, bob) = (
        Person::registered(relay, "alice").await,
        Person::registered(relay, "bob").await,
    );
    let (alice_socket, bob_socket) = (alice.connect(relay).await, bob.connect(relay).await);
    (alice, bob, alice_socket, bob_socket)
}

async fn count(relay: &Relay, kind: &str) -> f64 {
    relay
        .metric(&format!("duet_prekeys_total{{kind=\"{kind}\"}}"))
        .await
}

#[tokio::test]
async fn prekeys_are_handed_out_as_they_came_until_none_is_left() {
    let relay = Relay::start().await;
    let (_, bob, mut claimer, mut owner) = pair(&relay).await;
    assert_eq!(claimer.claim(&bob).await, Err(NoPrekey::NoneLeft));
    let given = prekeys(&bob, 7);
    assert_eq!(owner.give(&given).await, AckStatus::Written);
    for (taken, prekey) in given.iter().enumerate() {
        assert_eq!(claimer.claim(&bob).await, Ok(*prekey));
        // Told once, when fewer than five are left.
        if taken == 2 {
            let low = Event::Notice(Notice::PrekeysLow, 4);
            assert_eq!(owner.next().await, low);
        }
    }
    assert_eq!(claimer.claim(&bob).await, Err(NoPrekey::NoneLeft));
    owner.assert_quiet().await;
    // Topped up, it works again, and so does the notice.
    let more = prekeys(&bob, 5);
    assert_eq!(owner.give(&more).await, AckStatus::Written);
    assert_eq!(claimer.claim(&bob).await, Ok(more[0]));
    assert_eq!(owner.next().await, Event::Notice(Notice::PrekeysLow, 4));
    assert_eq!(count(&relay, "stocked").await, 12.0);
    assert_eq!(count(&relay, "handed_out").await, 8.0);
    assert_eq!(count(&relay, "none_left").await, 2.0);
}

/// Claims in a task of its own once a round, when everybody is ready.
fn claim_in_rounds(
    mut socket: Socket,
    owner: Arc<Person>,
    rounds: usize,
    together: Arc<Barrier>,
) -> JoinHandle<Vec<Result<PrekeyBytes, NoPrekey>>> {
    tokio::spawn(async move {
        let mut answers = Vec::new();
        for _ in 0..rounds {
            together.wait().await;
            answers.push(socket.claim(&owner).await);
            together.wait().await;
        }
        answers
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_want_the_last_one_exactly_one_gets_it() {
    const ROUNDS: usize = 300;
    let relay = Relay::start().await;
    let (_, bob, alice_socket, mut owner) = pair(&relay).await;
    let carol = Person::registered(&relay, "carol").await;
    let carol_socket = carol.connect(&relay).await;
    let (bob, together) = (Arc::new(bob), Arc::new(Barrier::new(3)));
    let [alice, carol] = [alice_socket, carol_socket]
        .map(|socket| claim_in_rounds(socket, Arc::clone(&bob), ROUNDS, Arc::clone(&together)));
    let mut given = Vec::new();
    for round in 0..ROUNDS {
        given.push(bob.prekey());
        assert_eq!(owner.give(&given[round..]).await, AckStatus::Written);
        together.wait().await;
        together.wait().await;
        if round == 0 {
            assert_eq!(owner.next().await, Event::Notice(Notice::PrekeysLow, 0));
        }
    }
    let (alice, carol) = (alice.await.unwrap(), carol.await.unwrap());
    for (prekey, answers) in given.into_iter().zip(alice.into_iter().zip(carol)) {
        let (got, none) = (Ok(prekey), Err(NoPrekey::NoneLeft));
        assert!(answers == (got, none) || answers == (none, got));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_who_claim_at_once_get_different_ones() {
    const CLAIMS: usize = 5;
    let relay = Relay::start().await;
    let bob = Arc::new(Person::registered(&relay, "bob").await);
    let mut owner = bob.connect(&relay).await;
    let given = prekeys(&bob, 20);
    assert_eq!(owner.give(&given).await, AckStatus::Written);
    let together = Arc::new(Barrier::new(6));
    let mut claimers = Vec::new();
    for number in 0..6 {
        let person = Person::registered(&relay, &format!("claimer{number}")).await;
        let socket = person.connect(&relay).await;
        let (bob, together) = (Arc::clone(&bob), Arc::clone(&together));
        claimers.push(claim_in_rounds(socket, bob, CLAIMS, together));
    }
    let mut got = HashSet::new();
    let mut refused = 0;
    for claimer in claimers {
        for answer in claimer.await.unwrap() {
            match answer {
                Ok(prekey) => assert!(got.insert(prekey), "handed out twice"),
                Err(reason) => {
                    assert_eq!(reason, NoPrekey::NoneLeft);
                    refused += 1;
                }
            }
        }
    }
    assert_eq!((got.len(), refused), (20, 10));
    assert!(given.iter().all(|prekey| got.contains(prekey)));
}

#[tokio::test]
async fn a_request_that_is_sent_again_gets_the_same_prekey_again() {
    let relay = Relay::start().await;
    let (_, bob, mut claimer, mut owner) = pair(&relay).await;
    let id = EnvelopeId(duet_relay::random());
    // A request that brought nothing may be tried again under its id.
    assert_eq!(claimer.claim_as(id, &bob).await, Err(NoPrekey::NoneLeft));
    let given = prekeys(&bob, 2);
    assert_eq!(owner.give(&given).await, AckStatus::Written);
    for _ in 0..3 {
        assert_eq!(claimer.claim_as(id, &bob).await, Ok(given[0]));
    }
    assert_eq!(count(&relay, "handed_out").await, 1.0);
    // Ids of different connections have nothing to do with one another.
    let mut carol = Person::registered(&relay, "carol")
        .await
        .connect(&relay)
        .await;
    assert_eq!(carol.claim_as(id, &bob).await, Ok(given[1]));
    assert_eq!(claimer.claim_as(id, &bob).await, Ok(given[0]));
    assert_eq!(claimer.claim(&bob).await, Err(NoPrekey::NoneLeft));
}

#[tokio::test]
async fn prekeys_that_are_given_again_are_taken_in_once() {
    let relay = Relay::start().await;
    let (_, bob, mut claimer, mut owner) = pair(&relay).await;
    let (id, given) = (EnvelopeId(duet_relay::random()), prekeys(&bob, 1));
    let frame = ClientFrame::Prekeys {
        id,
        prekeys: &given,
    };
    owner.frame(frame).await;
    assert_eq!(owner.ack(id).await, AckStatus::Written);
    assert_eq!(claimer.claim(&bob).await, Ok(given[0]));
    assert_eq!(owner.next().await, Event::Notice(Notice::PrekeysLow, 0));
    owner.frame(frame).await;
    assert_eq!(owner.ack(id).await, AckStatus::Written);
    assert_eq!(claimer.claim(&bob).await, Err(NoPrekey::NoneLeft));
}

#[tokio::test]
async fn they_are_forgotten_with_their_connection() {
    let relay = Relay::start().await;
    let (_, bob, mut claimer, mut owner) = pair(&relay).await;
    assert_eq!(owner.give(&prekeys(&bob, 10)).await, AckStatus::Written);
    drop(owner);
    eventually("gone", async || {
        relay.metric("duet_ws_connections ").await == 1.0
    })
    .await;
    assert_eq!(claimer.claim(&bob).await, Err(NoPrekey::Offline));
    // The same run is back, with nothing.
    let mut owner = bob.connect(&relay).await;
    assert_eq!(claimer.claim(&bob).await, Err(NoPrekey::NoneLeft));
    // A connection that takes over does not inherit, neither does the one that it replaces hand out any more.
    assert_eq!(owner.give(&prekeys(&bob, 10)).await, AckStatus::Written);
    let mut second = bob.connect(&relay).await;
    assert_eq!(owner.closed().await, Some(4409));
    assert_eq!(claimer.claim(&bob).await, Err(NoPrekey::NoneLeft));
    let given = prekeys(&bob, 6);
    assert_eq!(second.give(&given).await, AckStatus::Written);
    drop(owner);
    eventually("the old connection has ended", async || {
        relay.metric("duet_ws_connections ").await == 2.0
    })
    .await;
    assert_eq!(claimer.claim(&bob).await, Ok(given[0]));
}

#[tokio::test]
async fn only_the_named_run_of_another_account_has_prekeys() {
    let relay = Relay::start().await;
    let (alice, mut bob, mut claimer, mut owner) = pair(&relay).await;
    let given = prekeys(&bob, 6);
    assert_eq!(owner.give(&given).await, AckStatus::Written);
    let nobody = Person::new("nobody");
    assert_eq!(claimer.claim(&nobody).await, Err(NoPrekey::Offline));
    let real = std::mem::replace(&mut bob.presence, Presence([9; 16]));
    assert_eq!(claimer.claim(&bob).await, Err(NoPrekey::Offline));
    bob.presence = real;
    assert_eq!(claimer.claim(&alice).await, Err(NoPrekey::NotAllowed));
    assert_eq!(claimer.claim(&bob).await, Ok(given[0]));
}

#[tokio::test]
async fn prekeys_of_others_or_of_another_run_are_refused() {
    let relay = Relay::start().await;
    let (alice, bob, mut claimer, mut owner) = pair(&relay).await;
    let good = bob.prekey();
    let changed = |at: usize| {
        let mut prekey = good;
        prekey[at] ^= 1;
        prekey
    };
    let not_bobs = [
        ("another account's", alice.prekey()),
        ("presence", changed(19)),
        ("account", changed(35)),
        ("identity key", changed(67)),
        // Version 1 becomes 0.
        ("max_version", changed(18)),
    ];
    for (what, bad) in not_bobs {
        // One bad one spoils all of its frame.
        let status = owner.give(&[good, bad]).await;
        assert_eq!(status, AckStatus::Malformed, "{what}");
    }
    assert_eq!(owner.give(&[good, good]).await, AckStatus::Malformed);
    assert_eq!(claimer.claim(&bob).await, Err(NoPrekey::NoneLeft));
    assert_eq!(count(&relay, "refused").await, 6.0);
    // No frame at all is another matter: its sender is closed, as for every malformed frame.
    let id = EnvelopeId([1; 16]);
    let frame = |prekeys: &[PrekeyBytes]| ClientFrame::Prekeys { id, prekeys }.encode();
    let with = |mut frame: Vec<u8>, at: usize, value: u8| {
        frame[at] = value;
        frame
    };
    let two = frame(&[good, changed(2)]);
    let twenty_one = [
        &with(frame(&[]), 18, 21)[..],
        prekeys(&bob, 21).as_flattened(),
    ]
    .concat();
    let get = ClientFrame::PrekeyGet {
        id,
        account: alice.id,
        presence: alice.presence,
    }
    .encode();
    for malformed in [
        two[..two.len() - 1].to_vec(),
        [&two[..], &[0]].concat(),
        with(two.clone(), 18, 1),
        with(two.clone(), 18, 3),
        with(two.clone(), 19, 2),
        with(two.clone(), 20, 0x11),
        twenty_one,
        get[..get.len() - 1].to_vec(),
        [&get[..], &[0]].concat(),
    ] {
        let mut socket = bob.connect(&relay).await;
        socket.raw(malformed).await;
        assert_eq!(socket.closed().await, Some(4400));
    }
    claimer.assert_quiet().await;
}

#[tokio::test]
async fn a_connection_has_room_for_twenty() {
    let relay = Relay::start().await;
    let (_, bob, mut claimer, mut owner) = pair(&relay).await;
    assert_eq!(owner.give(&[]).await, AckStatus::Written);
    assert_eq!(owner.give(&prekeys(&bob, 15)).await, AckStatus::Written);
    assert_eq!(owner.give(&prekeys(&bob, 6)).await, AckStatus::TooLarge);
    assert_eq!(owner.give(&prekeys(&bob, 5)).await, AckStatus::Written);
    assert_eq!(owner.give(&prekeys(&bob, 1)).await, AckStatus::TooLarge);
    claimer.claim(&bob).await.unwrap();
    assert_eq!(owner.give(&prekeys(&bob, 1)).await, AckStatus::Written);
}

#[tokio::test]
async fn a_stranger_cannot_drain_a_stock_quickly() {
    let relay = Relay::start_with(|settings| {
        settings.limits.rate_prekeys_claimer = 6;
        settings.limits.rate_prekeys_owner = 12;
    })
    .await;
    let (alice, bob, mut claimer, mut owner) = pair(&relay).await;
    // What brings nothing costs nothing.
    for _ in 0..20 {
        assert_eq!(claimer.claim(&bob).await, Err(NoPrekey::NoneLeft));
    }
    assert_eq!(owner.give(&prekeys(&bob, 20)).await, AckStatus::Written);
    let claims = async |socket: &mut Socket, allowed: usize| {
        for _ in 0..allowed {
            socket.claim(&bob).await.unwrap();
        }
        assert_eq!(socket.claim(&bob).await, Err(NoPrekey::RateLimit));
    };
    claims(&mut claimer, 6).await;
    // A new connection brings no new allowance.
    let mut claimer = alice.connect(&relay).await;
    claims(&mut claimer, 0).await;
    // Neither do many accounts together: the owner has a limit, too.
    for (name, allowed) in [("carol", 6), ("dave", 0)] {
        let stranger = Person::registered(&relay, name).await;
        claims(&mut stranger.connect(&relay).await, allowed).await;
    }
    // Twelve a minute: two in ten seconds.
    relay.clock.advance(Duration::from_secs(10));
    claims(&mut claimer, 1).await;
    assert_eq!(count(&relay, "handed_out").await, 13.0);
    assert_eq!(count(&relay, "rate_limit").await, 5.0);
}

#[tokio::test]
async fn requests_for_prekeys_are_messages_to_the_rate_limit() {
    let relay = Relay::start_with(|settings| {
        settings.limits.rate_messages = 1;
        settings.limits.burst_messages = 3;
    })
    .await;
    let (_, bob, mut claimer, mut owner) = pair(&relay).await;
    assert_eq!(owner.give(&prekeys(&bob, 10)).await, AckStatus::Written);
    for _ in 0..3 {
        claimer.claim(&bob).await.unwrap();
    }
    assert_eq!(claimer.claim(&bob).await, Err(NoPrekey::RateLimit));
    assert_eq!(owner.give(&[]).await, AckStatus::Written);
    assert_eq!(owner.give(&[]).await, AckStatus::Written);
    assert_eq!(owner.give(&[]).await, AckStatus::RateLimit);
}
