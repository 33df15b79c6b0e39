//! Several relays of one deployment, joined by a private Redis: the same guarantees as of one (R8).

use duet_crypto::{
    limits::PAYLOAD_CHUNK_MAX,
    relay::{AckStatus, ClientFrame, EnvelopeId, NoPrekey, Notice, PrekeyBytes, Presence},
};
use duet_relay::config::{Secret, Settings};
use serde_json::json;
use std::{collections::HashSet, sync::Arc, time::Duration};
use tokio::task::JoinSet;

use crate::support::{
    Event, Person, Relay, Socket, eventually,
    redis::{Line, Link, Redis},
};

/// Relays that share a database, a signing key and a Redis, each over a line of its own.
struct Nodes {
    redis: Redis,
    links: Vec<Link>,
    relays: Vec<Relay>,
}

impl Nodes {
    async fn start(count: usize) -> Self {
        Self::start_with(count, |_| {}).await
    }

    async fn start_with(count: usize, change: impl Fn(&mut Settings)) -> Self {
        let redis = Redis::start();
        let (mut links, mut relays): (Vec<_>, Vec<Relay>) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let link = Link::to(redis.address).await;
            let first = relays.first().map(|relay| relay.storage.clone());
            let relay = Relay::start_with(|settings| {
                if let Some((file, address)) = first {
                    (settings.database, settings.database_url) = (file, address);
                }
                settings.redis_url = Some(Secret::from(&*link.url()));
                change(settings);
            })
            .await;
            links.push(link);
            relays.push(relay);
        }
        let nodes = Self {
            redis,
            links,
            relays,
        };
        for relay in &nodes.relays {
            nodes.whole(relay).await;
        }
        nodes
    }

    /// All of them can be reached from this one.
    async fn whole(&self, relay: &Relay) {
        let others = f64::from(u32::try_from(self.relays.len()).unwrap()) - 1.0;
        eventually("all relays see one another", async || {
            relay.metric("duet_nodes_engine ").await == 1.0
                && relay.metric("duet_nodes_alive ").await == others
        })
        .await;
    }
}

/// Somebody connected to each of the relays.
async fn people<const N: usize>(nodes: &Nodes, names: [&str; N]) -> ([Person; N], [Socket; N]) {
    let (mut people, mut sockets) = (Vec::new(), Vec::new());
    for (at, name) in names.into_iter().enumerate() {
        let relay = &nodes.relays[at % nodes.relays.len()];
        let person = Person::registered(relay, name).await;
        sockets.push(person.connect(relay).await);
        people.push(person);
    }
    let Ok(people) = people.try_into() else {
        panic!()
    };
    let Ok(sockets) = sockets.try_into() else {
        panic!()
    };
    (people, sockets)
}

fn message(number: u32) -> Vec<u8> {
    [&[1, 0x11][..], &number.to_be_bytes()].concat()
}

fn chunk(number: u32, length: usize) -> Vec<u8> {
    let mut chunk = vec![7; length];
    chunk[..2].copy_from_slice(&[1, 0x12]);
    chunk[2..6].copy_from_slice(&number.to_be_bytes());
    chunk
}

fn number_of(payload: &[u8]) -> u32 {
    u32::from_be_bytes(payload[2..6].try_into().unwrap())
}

/// Sends until it arrives: as a client does that is told to try again.
#[track_caller]
fn arrives(from: &mut Socket, to: &Person, payload: Vec<u8>) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let id = EnvelopeId(duet_relay::random());
        from.send_as(id, to, &payload).await;
        loop {
            match from.next().await {
                Event::Ack(of, AckStatus::Written) if of == id => return,
                Event::Ack(of, AckStatus::Offline | AckStatus::Unreachable) if of == id => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    from.send_as(id, to, &payload).await;
                }
                Event::Ack(..)
                | Event::Presence { .. }
                | Event::Notice(..)
                | Event::Deliver { .. } => {}
                other => panic!("{caller}: {other:?}"),
            }
        }
    }
}

/// What this socket is told next of `owner`; notices in between say that a relay cannot be reached.
#[track_caller]
fn presence(socket: &mut Socket, owner: &Person) -> impl Future<Output = bool> {
    let (caller, owner) = (std::panic::Location::caller(), owner.id);
    async move {
        loop {
            match socket.next().await {
                Event::Presence {
                    account, online, ..
                } => {
                    assert_eq!(account, owner, "{caller}");
                    return online;
                }
                Event::Notice(Notice::PartnerUnreachable, 0) => {}
                other => panic!("{caller}: {other:?}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "counts on a machine that is not overloaded: make test-long PARTS=relay"]
async fn people_of_two_relays_talk_in_order() {
    const COUNT: u32 = 300;
    let nodes = Nodes::start(2).await;
    let ([alice, bob], [mut from, mut to]) = people(&nodes, ["alice", "bob"]).await;
    let id = from.send(&bob, &message(0)).await;
    assert_eq!(from.ack(id).await, AckStatus::Written);
    assert_eq!(to.payloads(1).await, [message(0)]);
    // Both ways at full speed, texts between pieces of a file.
    let payloads = || {
        (0..COUNT).map(|number| {
            if number % 10 == 9 {
                chunk(number, 200_000)
            } else {
                message(number)
            }
        })
    };
    let seen = |own: &mut (Vec<u32>, Vec<u32>, u32), event| {
        match event {
            Event::Deliver { payload, .. } if payload[1] == 0x12 => own.1.push(number_of(&payload)),
            Event::Deliver { payload, .. } => own.0.push(number_of(&payload)),
            Event::Ack(_, AckStatus::Written) => own.2 += 1,
            other => panic!("{other:?}"),
        }
        own.0.len() + own.1.len() == COUNT as usize && own.2 == COUNT
    };
    let (mut near, mut far) = (Default::default(), Default::default());
    tokio::join!(
        from.exchange(&bob, payloads(), |event| seen(&mut near, event)),
        to.exchange(&alice, payloads(), |event| seen(&mut far, event)),
    );
    for (texts, chunks, _) in [near, far] {
        assert!(texts.is_sorted() && texts.len() == 270, "{texts:?}");
        assert!(chunks.is_sorted() && chunks.len() == 30, "{chunks:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "counts on a machine that is not overloaded: make test-long PARTS=relay"]
async fn the_largest_payloads_pass() {
    let nodes = Nodes::start(2).await;
    let ([_, bob], [mut from, mut to]) = people(&nodes, ["alice", "bob"]).await;
    for number in 0..8 {
        let id = from.send(&bob, &chunk(number, PAYLOAD_CHUNK_MAX)).await;
        // Written is what the socket took: a megabyte is more than it takes of itself, so bob reads meanwhile.
        let (status, came) = tokio::join!(from.ack(id), to.payloads(1));
        assert_eq!(status, AckStatus::Written);
        assert_eq!(came, [chunk(number, PAYLOAD_CHUNK_MAX)]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledgement_is_the_word_of_the_recipients_relay() {
    let nodes = Nodes::start(2).await;
    let ([_, mut bob], [mut from, to]) = people(&nodes, ["alice", "bob"]).await;
    let real = std::mem::replace(&mut bob.presence, Presence([9; 16]));
    let id = from.send(&bob, &message(1)).await;
    assert_eq!(from.ack(id).await, AckStatus::Offline);
    bob.presence = real;
    from.watch(&[bob.id]).await;
    assert!(presence(&mut from, &bob).await);
    drop(to);
    assert!(!presence(&mut from, &bob).await);
    let id = from.send(&bob, &message(2)).await;
    assert_eq!(from.ack(id).await, AckStatus::Offline);
    let nobody = Person::new("nobody");
    let id = from.send(&nobody, &message(3)).await;
    assert_eq!(from.ack(id).await, AckStatus::Offline);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_connections_at_two_relays_the_later_one_stays() {
    let nodes = Nodes::start(2).await;
    let ([alice, bob], [mut first, mut other]) = people(&nodes, ["alice", "bob"]).await;
    other.watch(&[alice.id]).await;
    assert!(presence(&mut other, &alice).await);
    let mut holder = alice;
    // Each device is a login of its own, and an account has five.
    for round in 1..5 {
        let at = &nodes.relays[round % 2];
        let next = holder.another_device(at).await;
        let mut second = next.connect(at).await;
        assert_eq!(first.closed().await, Some(4409), "round {round}");
        // The news may come in two steps: gone there, here now.
        while !matches!(other.next().await, Event::Presence { presence, .. } if presence == next.presence)
        {
        }
        arrives(&mut other, &next, message(7)).await;
        assert_eq!(second.payloads(1).await, [message(7)]);
        arrives(&mut second, &bob, message(8)).await;
        assert_eq!(other.payloads(1).await, [message(8)]);
        (first, holder) = (second, next);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_watched_is_seen_coming_and_going_wherever_that_is() {
    let nodes = Nodes::start(3).await;
    let ([_, bob], [mut watcher, socket]) = people(&nodes, ["alice", "bob"]).await;
    watcher.watch(&[bob.id]).await;
    assert!(presence(&mut watcher, &bob).await);
    drop(socket);
    assert!(!presence(&mut watcher, &bob).await);
    // At a third relay, at the watcher's own, and back.
    for at in [2, 0, 1] {
        let socket = bob.connect(&nodes.relays[at]).await;
        assert!(presence(&mut watcher, &bob).await, "relay {at}");
        drop(socket);
        assert!(!presence(&mut watcher, &bob).await, "relay {at}");
    }
    watcher.watch(&[]).await;
    let _socket = bob.connect(&nodes.relays[1]).await;
    watcher.assert_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_door_is_shut_at_all_relays() {
    let nodes = Nodes::start(2).await;
    let [here, there] = &nodes.relays[..] else {
        panic!()
    };
    let ([alice, bob], [mut from, mut to]) = people(&nodes, ["alice", "bob"]).await;
    from.watch(&[bob.id]).await;
    assert!(presence(&mut from, &bob).await);
    // Bob's settings are changed at the relay where he is not.
    let set = async |policy: &str| {
        let body = json!({ "policy": policy });
        bob.http(here).put("/api/reach", &body).await.ok();
    };
    set("allowed").await;
    assert!(!presence(&mut from, &bob).await);
    let id = from.send(&bob, &message(1)).await;
    assert_eq!(from.ack(id).await, AckStatus::Offline);
    let ask = async |relay: &Relay| {
        let path = format!("/api/identity/users/{}/key", bob.id());
        alice.http(relay).get(&path).await.status
    };
    assert_eq!((ask(here).await, ask(there).await), (403, 403));
    // To whom he writes himself, answers; asked at either relay.
    let id = to.send(&alice, &message(2)).await;
    assert_eq!(to.ack(id).await, AckStatus::Written);
    assert_eq!(from.payloads_but_presence(1).await, [message(2)]);
    assert_eq!((ask(here).await, ask(there).await), (200, 200));
    arrives(&mut from, &bob, message(3)).await;
    assert_eq!(to.payloads(1).await, [message(3)]);
    // A block goes before that. Whoever is shut out hears nothing of comings and goings.
    let path = format!("/api/reach/blocked/{}", alice.id());
    bob.http(here).send("PUT", &path, b"").await.ok();
    assert!(!presence(&mut from, &bob).await);
    drop(to);
    let _back = bob.connect(there).await;
    let id = from.send(&bob, &message(4)).await;
    assert_eq!(from.ack(id).await, AckStatus::Offline);
    from.assert_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ends_at_one_relay_ends_at_all() {
    let nodes = Nodes::start(2).await;
    let [here, there] = &nodes.relays[..] else {
        panic!()
    };
    let mut alice = Person::registered(here, "alice").await;
    // Ended at the other relay: a login, a token, all logins.
    for ends in ["/api/auth/logout", "/api/auth/revoke"] {
        let mut open = alice.connect(there).await;
        alice.http(here).post(ends, &json!({})).await.ok();
        assert_eq!(open.closed().await, Some(4401), "{ends}");
        alice.log_in(here).await;
    }
    let mut open = alice.connect(there).await;
    let other = alice.another_device(here).await;
    other
        .http(here)
        .send("DELETE", "/api/auth/sessions", b"")
        .await
        .ok();
    assert_eq!(open.closed().await, Some(4401));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "counts on a machine that is not overloaded: make test-long PARTS=relay"]
async fn a_hundred_prekeys_have_a_hundred_winners() {
    const OWNERS: usize = 5;
    let nodes = Nodes::start(2).await;
    let mut owners = Vec::new();
    let mut given = HashSet::new();
    let mut sockets = Vec::new();
    for number in 0..OWNERS {
        let relay = &nodes.relays[number % 2];
        let owner = Person::registered(relay, &format!("giver{number}")).await;
        let mut socket = owner.connect(relay).await;
        let prekeys: Vec<PrekeyBytes> = (0..20).map(|_| owner.prekey()).collect();
        let id = EnvelopeId(duet_relay::random());
        socket
            .frame(ClientFrame::Prekeys {
                id,
                prekeys: &prekeys,
            })
            .await;
        assert_eq!(socket.ack(id).await, AckStatus::Written);
        given.extend(prekeys);
        sockets.push(socket);
        owners.push(owner);
    }
    let owners = Arc::new(owners);
    let mut claims = JoinSet::new();
    for number in 0..20 {
        let relay = &nodes.relays[number % 2];
        let claimer = Person::registered(relay, &format!("claimer{number}")).await;
        let mut socket = claimer.connect(relay).await;
        let owners = Arc::clone(&owners);
        claims.spawn(async move {
            // Ten at once.
            let mut open = HashSet::new();
            for claim in 0..10 {
                let owner = &owners[(number + claim) % OWNERS];
                let id = EnvelopeId(duet_relay::random());
                open.insert(id);
                socket
                    .frame(ClientFrame::PrekeyGet {
                        id,
                        account: owner.id,
                        presence: owner.presence,
                    })
                    .await;
            }
            let mut answers = Vec::new();
            while !open.is_empty() {
                match socket.next().await {
                    Event::Prekey(id, prekey) => {
                        assert!(open.remove(&id));
                        answers.push(prekey);
                    }
                    other => panic!("{other:?}"),
                }
            }
            answers
        });
    }
    let (mut won, mut none) = (HashSet::new(), 0);
    while let Some(answers) = claims.join_next().await {
        for answer in answers.unwrap() {
            match answer {
                Ok(prekey) => assert!(won.insert(*prekey), "handed out twice"),
                Err(NoPrekey::NoneLeft) => none += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
    }
    assert_eq!((won.len(), none), (100, 100));
    assert_eq!(won, given);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn allowances_are_of_all_relays_together() {
    let nodes = Nodes::start_with(2, |settings| {
        settings.limits.rate_search = 3;
        settings.limits.rate_prekeys_claimer = 2;
        settings.limits.rate_handshakes = 6;
    })
    .await;
    let ([alice, bob, carol], [_alice, mut bobs, mut carols]) =
        people(&nodes, ["alice", "bob", "carol"]).await;
    let search = async |at: usize| {
        alice
            .http(&nodes.relays[at])
            .get("/api/chat/users?username=bob")
            .await
            .status
    };
    let mut answers = Vec::new();
    for at in [0, 1, 0, 1] {
        answers.push(search(at).await);
    }
    assert_eq!(answers, [200, 200, 200, 429]);
    // Carol, and her next connection at another relay, have two prekeys a minute.
    let prekeys: Vec<PrekeyBytes> = (0..10).map(|_| bob.prekey()).collect();
    let id = EnvelopeId(duet_relay::random());
    bobs.frame(ClientFrame::Prekeys {
        id,
        prekeys: &prekeys,
    })
    .await;
    assert_eq!(bobs.ack(id).await, AckStatus::Written);
    assert!(claim(&mut carols, &bob).await.is_ok());
    let mut carols = carol.connect(&nodes.relays[1]).await;
    assert!(claim(&mut carols, &bob).await.is_ok());
    let mut carols = carol.connect(&nodes.relays[0]).await;
    assert_eq!(claim(&mut carols, &bob).await, Err(NoPrekey::RateLimit));
    // Six WebSockets a minute: three at the beginning, two since.
    let relay = &nodes.relays[1];
    let origin = relay.origin();
    let _sixth = crate::support::connect(relay).await;
    let refused = crate::support::try_connect(relay, &[("Origin", &origin)]).await;
    assert_eq!(refused.err(), Some(429));
}

async fn claim(socket: &mut Socket, owner: &Person) -> Result<Box<PrekeyBytes>, NoPrekey> {
    let id = EnvelopeId(duet_relay::random());
    socket
        .frame(ClientFrame::PrekeyGet {
            id,
            account: owner.id,
            presence: owner.presence,
        })
        .await;
    loop {
        match socket.next().await {
            Event::Prekey(of, prekey) if of == id => return prekey,
            Event::Notice(..) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_each_relay_goes_on_and_all_heals() {
    let mut nodes = Nodes::start(2).await;
    let ([alice, bob, carol], [mut alices, mut bobs, mut carols]) =
        people(&nodes, ["alice", "bob", "carol"]).await;
    alices.watch(&[bob.id]).await;
    assert!(presence(&mut alices, &bob).await);
    bobs.watch(&[alice.id]).await;
    assert!(presence(&mut bobs, &alice).await);
    for round in 0..3 {
        nodes.redis.tell("kill");
        // Both are told; whoever is at the same relay is still there.
        assert!(!presence(&mut alices, &bob).await, "round {round}");
        assert!(!presence(&mut bobs, &alice).await, "round {round}");
        let id = alices.send(&bob, &message(round)).await;
        assert_eq!(alices.ack_but_notices(id).await, AckStatus::Unreachable);
        let here = alices.send(&carol, &message(round)).await;
        assert_eq!(alices.ack_but_notices(here).await, AckStatus::Written);
        assert_eq!(carols.payloads(1).await, [message(round)]);
        let ready = nodes.relays[0].http().get("/readyz").await;
        assert_eq!(
            (ready.status, ready.text().as_str()),
            (200, "ready, degraded: redis\n")
        );
        nodes.redis.tell("start");
        assert!(presence(&mut alices, &bob).await, "round {round}");
        assert!(presence(&mut bobs, &alice).await, "round {round}");
        // The same frame, tried again.
        alices.send_as(id, &bob, &message(round)).await;
        assert_eq!(alices.ack_but_notices(id).await, AckStatus::Written);
        assert_eq!(bobs.payloads_but_presence(1).await, [message(round)]);
        let ready = nodes.relays[0].http().get("/readyz").await;
        assert_eq!(ready.text(), "ready\n");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_revoked_while_nobody_can_be_told_goes_when_they_can() {
    let mut nodes = Nodes::start(2).await;
    let ([_, bob], [_alices, mut bobs]) = people(&nodes, ["alice", "bob"]).await;
    nodes.redis.tell("kill");
    let here = &nodes.relays[0];
    bob.http(here)
        .post("/api/auth/logout", &json!({}))
        .await
        .ok();
    nodes.redis.tell("start");
    assert_eq!(bobs.closed().await, Some(4401));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_relay_could_not_tell_ends_nothing_that_is_newer() {
    let nodes = Nodes::start(2).await;
    let [here, there] = &nodes.relays[..] else {
        panic!()
    };
    let bob = Person::registered(here, "bob").await;
    let mut bobs = bob.connect(there).await;
    let alice = Person::registered(here, "alice").await;
    // Only this relay has lost Redis: the other one has no reason to ask the database about anybody.
    nodes.links[0].set(Line::Cut);
    eventually("it knows", async || {
        here.metric("duet_nodes_engine ").await == 0.0
    })
    .await;
    bob.http(here)
        .post("/api/auth/logout", &json!({}))
        .await
        .ok();
    // All her sessions but this one; a moment later there is another one.
    alice
        .http(here)
        .send("DELETE", "/api/auth/sessions?keepThis=true", b"")
        .await
        .ok();
    let newer = alice.another_device(there).await;
    let mut alices = newer.connect(there).await;
    alices.assert_quiet().await;
    bobs.assert_quiet().await;

    nodes.links[0].set(Line::Whole);
    assert_eq!(bobs.closed().await, Some(4401));
    // Both were told of in one go, and asking takes one as long as the other.
    nodes.whole(here).await;
    alices.assert_quiet().await;
    newer.http(there).get("/api/chat/me").await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_came_while_nobody_could_tell_become_one() {
    let mut nodes = Nodes::start(2).await;
    let [here, there] = &nodes.relays[..] else {
        panic!()
    };
    let alice = Person::registered(here, "alice").await;
    nodes.redis.tell("kill");
    eventually("both know", async || {
        here.metric("duet_nodes_engine ").await + there.metric("duet_nodes_engine ").await == 0.0
    })
    .await;
    let mut first = alice.connect(here).await;
    let second = alice.another_device(there).await;
    let mut later = second.connect(there).await;
    later.assert_quiet().await;
    first.assert_quiet().await;
    nodes.redis.tell("start");
    assert_eq!(first.closed().await, Some(4409));
    later.assert_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_dies_without_a_word_is_noticed_and_heals() {
    let nodes = Nodes::start(2).await;
    let ([alice, bob], [mut alices, mut bobs]) = people(&nodes, ["alice", "bob"]).await;
    alices.watch(&[bob.id]).await;
    assert!(presence(&mut alices, &bob).await);
    bobs.watch(&[alice.id]).await;
    assert!(presence(&mut bobs, &alice).await);
    for (round, line) in [Line::Silent, Line::Cut].into_iter().enumerate() {
        let number = u32::try_from(round).unwrap();
        nodes.links[1].set(line);
        let id = alices.send(&bob, &message(number)).await;
        // It was on its way when the line died: nobody can know.
        assert!(!presence_but_acks(&mut alices, &bob, id).await);
        assert!(!presence(&mut bobs, &alice).await);
        nodes.links[1].set(Line::Whole);
        assert!(presence(&mut alices, &bob).await);
        assert!(presence(&mut bobs, &alice).await);
        alices.send_as(id, &bob, &message(number)).await;
        assert_eq!(alices.ack_but_notices(id).await, AckStatus::Written);
        assert_eq!(bobs.payloads_but_presence(1).await, [message(number)]);
    }
}

/// The next presence; the frame `id` may only be told to be tried again in the meantime.
async fn presence_but_acks(socket: &mut Socket, owner: &Person, id: EnvelopeId) -> bool {
    let (mut shown, mut told) = (None, false);
    while shown.is_none() || !told {
        match socket.next().await {
            Event::Presence {
                account, online, ..
            } => {
                assert_eq!(account, owner.id);
                shown = Some(online);
            }
            Event::Ack(of, status) => {
                assert_eq!((of, status), (id, AckStatus::Unreachable));
                told = true;
            }
            Event::Notice(Notice::PartnerUnreachable, 0) => {}
            other => panic!("{other:?}"),
        }
    }
    shown.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_repeated_over_another_relay_is_written_once() {
    let nodes = Nodes::start(2).await;
    let ([alice, bob], [mut first, mut to]) = people(&nodes, ["alice", "bob"]).await;
    let id = first.send(&bob, &message(1)).await;
    assert_eq!(first.ack(id).await, AckStatus::Written);
    // The acknowledgement was lost with the line, as far as the client knows; it comes back elsewhere, and elsewhere again.
    for at in [1, 0] {
        drop(first);
        first = alice.connect(&nodes.relays[at]).await;
        first.send_as(id, &bob, &message(1)).await;
        assert_eq!(first.ack_but_notices(id).await, AckStatus::Written);
    }
    let id = first.send(&bob, &message(2)).await;
    assert_eq!(first.ack(id).await, AckStatus::Written);
    assert_eq!(to.payloads(2).await, [message(1), message(2)]);
    to.assert_quiet().await;
    let repeats = "duet_ws_repeats_total{kind=\"elsewhere\"} ";
    assert_eq!(nodes.relays[1].metric(repeats).await, 2.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_stops_says_goodbye() {
    let mut nodes = Nodes::start(2).await;
    let ([_, bob], [mut watcher, mut going]) = people(&nodes, ["alice", "bob"]).await;
    watcher.watch(&[bob.id]).await;
    assert!(presence(&mut watcher, &bob).await);
    let mut relay = nodes.relays.pop().unwrap();
    relay.ask_to_stop();
    assert_eq!(going.next().await, Event::Notice(Notice::Draining, 0));
    assert!(!presence(&mut watcher, &bob).await);
    relay.stopped().await;
    eventually("it is gone", async || {
        nodes.relays[0].metric("duet_nodes_alive ").await == 0.0
    })
    .await;
    // Not unreachable: away.
    let id = watcher.send(&bob, &message(1)).await;
    assert_eq!(watcher.ack_but_notices(id).await, AckStatus::Offline);
    let _back = bob.connect(&nodes.relays[0]).await;
    assert!(presence(&mut watcher, &bob).await);
}
