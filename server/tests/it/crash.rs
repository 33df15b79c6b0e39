//! Killed in the middle of refreshes (A2): whoever did not hear the answer is still logged in.

use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::support::{Http, Person, Program, Relay, eventually};

#[tokio::test]
async fn after_a_kill_in_the_middle_of_refreshes_everybody_is_still_logged_in() {
    let directory = tempfile::tempdir().unwrap();
    let mut program = Program::start(directory.path(), &[]).await;
    let relay = Relay::at(program.address);
    let mut people = Vec::new();
    for number in 0..4 {
        people.push(Person::registered(&relay, &format!("person{number}")).await);
    }
    for _ in 0..3 {
        let count = Arc::new(AtomicUsize::new(0));
        let refreshing: Vec<_> = people
            .into_iter()
            .map(|person| {
                tokio::spawn(refresh_until_it_breaks(
                    Http::new(program.address),
                    person,
                    Arc::clone(&count),
                ))
            })
            .collect();
        eventually("they refresh", async || count.load(Ordering::Relaxed) >= 20).await;
        program.kill();
        people = Vec::new();
        for person in refreshing {
            people.push(person.await.unwrap());
        }
        program = Program::start(directory.path(), &[]).await;
        let relay = Relay::at(program.address);
        for person in &mut people {
            // With the last cookie that it heard of.
            let reply = person
                .http(&relay)
                .post("/api/auth/refresh", &json!({}))
                .await;
            person.take(reply);
            person.http(&relay).get("/api/chat/me").await.ok();
        }
    }
}

async fn refresh_until_it_breaks(
    http: Http,
    mut person: Person,
    count: Arc<AtomicUsize>,
) -> Person {
    let http = http.header("Content-Type", "application/json");
    loop {
        let request = http.clone().header("Cookie", &person.cookie);
        let Some(reply) = request.try_send("POST", "/api/auth/refresh", b"{}").await else {
            return person;
        };
        let body: Value = person.take(reply);
        assert!(body["accessToken"].is_string());
        count.fetch_add(1, Ordering::Relaxed);
    }
}
