//! What breaks amid messages: a relay, Redis, the line to it, the database; and two relays that are replaced one after the other.
//! Everything heals by itself, and a checker compares: nothing acknowledged is lost, nothing sent once comes twice.
//! `DUET_ROUNDS` is how often each of them breaks; `make test-long PARTS=relay` does twenty.

use duet_crypto::relay::{AckStatus, EnvelopeId};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tempfile::TempDir;

use crate::support::{
    Event, PATIENCE, Person, Program, Relay, Socket, eventually,
    redis::{Line, Link, Redis},
    try_connect,
};

/// Frames that a client has on its way at once.
const WINDOW: usize = 40;
/// Before a frame goes again.
const AGAIN: Duration = Duration::from_millis(100);

fn rounds() -> usize {
    std::env::var("DUET_ROUNDS").map_or(2, |rounds| rounds.parse().expect("a number"))
}

/// Two programs that share a database and a Redis.
struct World {
    redis: Redis,
    links: Vec<Link>,
    directory: TempDir,
    programs: Vec<Option<Program>>,
    addresses: Addresses,
}

/// Where the programs serve now.
type Addresses = Arc<Mutex<Vec<SocketAddr>>>;

impl World {
    async fn start() -> Self {
        let redis = Redis::start();
        let mut world = Self {
            links: vec![Link::to(redis.address).await, Link::to(redis.address).await],
            redis,
            directory: tempfile::tempdir().unwrap(),
            programs: vec![None, None],
            addresses: Arc::new(Mutex::new(vec![SocketAddr::from(([127, 0, 0, 1], 1)); 2])),
        };
        for at in 0..2 {
            world.run(at).await;
        }
        world
    }

    async fn run(&mut self, at: usize) {
        let own = self.directory.path().join(at.to_string());
        std::fs::create_dir_all(&own).unwrap();
        let database = self.directory.path().join("duet.db");
        let url = self.links[at].url();
        let program = Program::start(
            &own,
            &[
                "--redis-url",
                &url,
                "--database",
                database.to_str().unwrap(),
                "--rate-messages",
                "100000",
                "--burst-messages",
                "100000",
                "--rate-handshakes",
                "100000",
                "--rate-login",
                "1000",
                "--drain",
                "0.2",
            ],
        )
        .await;
        self.addresses.lock().unwrap()[at] = program.address;
        self.programs[at] = Some(program);
    }

    fn relay(&self, at: usize) -> Relay {
        Relay::at(self.addresses.lock().unwrap()[at])
    }
}

/// What one direction of a conversation has come to.
#[derive(Default)]
struct Ledger {
    /// How often each payload was sent.
    sent: Mutex<HashMap<u32, usize>>,
    acknowledged: Mutex<BTreeSet<u32>>,
    /// What arrived, by connection.
    arrived: Mutex<Vec<Vec<u32>>>,
    /// When somebody was last told that something is wrong.
    told: Mutex<Option<Instant>>,
    enough: AtomicBool,
}

impl Ledger {
    fn count(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }

    fn tell(&self) {
        self.told.lock().unwrap().get_or_insert_with(Instant::now);
    }

    /// Whether everything acknowledged has arrived, over whatever connection.
    fn is_here(&self) -> bool {
        let arrived = self.arrived.lock().unwrap();
        let here: BTreeSet<u32> = arrived.iter().flatten().copied().collect();
        self.acknowledged.lock().unwrap().is_subset(&here)
    }

    /// Everything acknowledged has arrived; nothing came twice over one connection, nor if it was sent once.
    fn check(&self) {
        let arrived = self.arrived.lock().unwrap();
        let mut times: HashMap<u32, usize> = HashMap::new();
        for connection in arrived.iter() {
            let mut here = connection.clone();
            here.sort_unstable();
            let all = here.len();
            here.dedup();
            assert_eq!(here.len(), all, "twice over one connection");
            for number in here {
                *times.entry(number).or_default() += 1;
            }
        }
        let sent = self.sent.lock().unwrap();
        for number in &*self.acknowledged.lock().unwrap() {
            let times = times.get(number).copied().unwrap_or(0);
            assert!(times > 0, "{number} was acknowledged and is lost");
            if sent[number] == 1 {
                assert_eq!(times, 1, "{number} was sent once");
            }
        }
    }
}

fn payload(number: u32) -> Vec<u8> {
    // Every eighth is a piece of a file.
    let chunk = number % 8 == 7;
    let mut payload = vec![9; if chunk { 30_000 } else { 300 }];
    payload[..2].copy_from_slice(&[1, if chunk { 0x12 } else { 0x11 }]);
    payload[2..6].copy_from_slice(&number.to_be_bytes());
    payload
}

/// A connection to any relay that takes it, its own first.
async fn connect(person: &Person, home: usize, addresses: &Addresses) -> Socket {
    let mut at = home;
    loop {
        let address = addresses.lock().unwrap()[at];
        let relay = Relay::at(address);
        let open = tokio::time::timeout(Duration::from_secs(5), async {
            let mut socket = try_connect(&relay, &[("Origin", &relay.origin())])
                .await
                .ok()?;
            socket.try_log_in(person).await.then_some(socket)
        });
        if let Ok(Some(socket)) = open.await {
            return socket;
        }
        at = (at + 1) % 2;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Sends numbered payloads to `to` until there are enough, each until it is acknowledged; notes what comes.
async fn talk(
    me: Arc<Person>,
    to: Arc<Person>,
    home: usize,
    addresses: Addresses,
    out: Arc<Ledger>,
    into: Arc<Ledger>,
    limit: usize,
) {
    let mut next = 0_u32;
    let mut open: BTreeMap<u32, (EnvelopeId, Option<Instant>)> = BTreeMap::new();
    let mut settled: Option<Instant> = None;
    loop {
        let mut socket = connect(&me, home, &addresses).await;
        into.arrived.lock().unwrap().push(Vec::new());
        for (_, at) in open.values_mut() {
            *at = Some(Instant::now());
        }
        socket.watch(&[to.id]).await;
        loop {
            if out.enough.load(Ordering::Relaxed)
                && open.is_empty()
                && into.enough.load(Ordering::Relaxed)
                && into.count() == limit
            {
                // What is acknowledged may still lie in our own socket. What is lost will not come, and is found afterwards.
                let since = *settled.get_or_insert_with(Instant::now);
                if into.is_here() || since.elapsed() > PATIENCE {
                    return;
                }
            }
            let now = Instant::now();
            for (number, (id, at)) in &mut open {
                if at.is_some_and(|at| at <= now) {
                    *at = None;
                    *out.sent.lock().unwrap().entry(*number).or_default() += 1;
                    socket.send_as(*id, &to, &payload(*number)).await;
                }
            }
            while open.len() < WINDOW && (next as usize) < limit {
                let id = EnvelopeId(duet_relay::random());
                open.insert(next, (id, None));
                out.sent.lock().unwrap().insert(next, 1);
                socket.send_as(id, &to, &payload(next)).await;
                next += 1;
            }
            out.enough.store(next as usize == limit, Ordering::Relaxed);
            let Ok(event) = tokio::time::timeout(AGAIN, socket.next()).await else {
                continue;
            };
            match event {
                Event::Deliver { payload, .. } => {
                    let number = u32::from_be_bytes(payload[2..6].try_into().unwrap());
                    into.arrived
                        .lock()
                        .unwrap()
                        .last_mut()
                        .unwrap()
                        .push(number);
                }
                Event::Ack(id, AckStatus::Written) => {
                    let of = open.iter().find(|(_, (there, _))| *there == id);
                    if let Some(number) = of.map(|(number, _)| *number) {
                        open.remove(&number);
                        out.acknowledged.lock().unwrap().insert(number);
                    }
                }
                Event::Ack(id, _) => {
                    out.tell();
                    if let Some((_, at)) = open.values_mut().find(|(there, _)| *there == id) {
                        *at = Some(Instant::now() + AGAIN);
                    }
                }
                Event::Presence { online: false, .. } => out.tell(),
                Event::Closed(_) => {
                    out.tell();
                    break;
                }
                _ => {}
            }
        }
    }
}

/// Lets two people talk over two relays while `breaks` breaks something in each round.
#[allow(
    clippy::print_stdout,
    reason = "the page of evidence shows how long people were not told"
)]
async fn live_through(what: &str, count: usize, mut breaks: impl AsyncFnMut(&mut World, usize)) {
    let mut world = World::start().await;
    let relay = world.relay(0);
    let alice = Arc::new(Person::registered(&relay, "alice").await);
    let bob = Arc::new(Person::registered(&relay, "bob").await);
    let addresses = Arc::clone(&world.addresses);
    let mut waits = Vec::new();
    for round in 0..rounds() {
        // Each round ends when everything is acknowledged: then the next one begins with fresh ledgers.
        let (there, back) = (Arc::new(Ledger::default()), Arc::new(Ledger::default()));
        let both = [
            tokio::spawn(talk(
                Arc::clone(&alice),
                Arc::clone(&bob),
                0,
                Arc::clone(&addresses),
                Arc::clone(&there),
                Arc::clone(&back),
                count,
            )),
            tokio::spawn(talk(
                Arc::clone(&bob),
                Arc::clone(&alice),
                1,
                Arc::clone(&addresses),
                Arc::clone(&back),
                Arc::clone(&there),
                count,
            )),
        ];
        eventually("they talk", async || {
            there.count() > 100 && back.count() > 100
        })
        .await;
        for ledger in [&there, &back] {
            *ledger.told.lock().unwrap() = None;
        }
        let broken = Instant::now();
        breaks(&mut world, round).await;
        for task in both {
            tokio::time::timeout(Duration::from_secs(120), task)
                .await
                .unwrap_or_else(|_| {
                    panic!(
                        "{what}, round {round}: {} of {count} and {} of {count}",
                        there.count(),
                        back.count()
                    )
                })
                .unwrap();
        }
        for ledger in [&there, &back] {
            assert_eq!(ledger.count(), count);
            ledger.check();
            waits.extend(
                ledger
                    .told
                    .lock()
                    .unwrap()
                    .map(|told| told.duration_since(broken)),
            );
        }
    }
    waits.sort_unstable();
    println!(
        "{what}: {} rounds; told after {:?} at the median, {:?} at most",
        rounds(),
        waits.get(waits.len() / 2),
        waits.last()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_is_killed() {
    live_through("a relay is killed", 1_500, async |world, round| {
        let at = round % 2;
        world.programs[at].take().unwrap().kill();
        tokio::time::sleep(Duration::from_millis(300)).await;
        world.run(at).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_is_killed() {
    live_through("Redis is killed", 1_500, async |world, _| {
        world.redis.tell("kill");
        tokio::time::sleep(Duration::from_millis(300)).await;
        world.redis.tell("start");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_line_to_redis_breaks() {
    live_through("the line breaks", 1_500, async |world, round| {
        world.links[round % 2].set(if round % 4 < 2 {
            Line::Cut
        } else {
            Line::Silent
        });
        tokio::time::sleep(Duration::from_millis(if round % 4 < 2 {
            300
        } else {
            2_500
        }))
        .await;
        world.links[round % 2].set(Line::Whole);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "counts on a machine that is not overloaded: make test-long PARTS=relay"]
async fn two_relays_are_replaced_one_after_the_other() {
    live_through("relays are replaced", 1_500, async |world, _| {
        for at in 0..2 {
            world.programs[at].take().unwrap().terminate();
            world.run(at).await;
        }
    })
    .await;
}
