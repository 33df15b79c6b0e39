//! Passkeys as a second factor (A8): made, shown, named, removed; and everything that is not quite one.

use duet_relay::api::Bytes;
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::{
    Http, Person, Relay, Reply,
    authenticator::{Browser, Passkey},
    code_app::CodeApp,
};

const LOGIN: &str = "/api/auth/login";
const SECOND: &str = "/api/auth/login/second-factor";
const STATE: &str = "/api/auth/second-factor";
const PASSKEYS: &str = "/api/auth/second-factor/passkeys";
const TOTP: &str = "/api/auth/second-factor/totp";
const CODES: &str = "/api/auth/second-factor/recovery-codes";

/// A page of the relay's own site, at the name that the machine has for itself.
struct Site<'a> {
    relay: &'a Relay,
    host: String,
    browser: Browser,
}

impl<'a> Site<'a> {
    fn of(relay: &'a Relay, name: &str) -> Self {
        let host = format!("{name}:{}", relay.address.port());
        let browser = Browser::at(&format!("http://{host}"));
        Self {
            relay,
            host,
            browser,
        }
    }

    fn page(&self, http: Http) -> Http {
        http.header("Host", &self.host)
            .header("Origin", &format!("http://{}", self.host))
    }

    fn http(&self) -> Http {
        self.page(self.relay.http())
    }

    fn of_person(&self, person: &Person) -> Http {
        self.page(person.http(self.relay))
    }

    async fn asked(&self, person: &Person) -> Value {
        let reply = self.http().post(LOGIN, &person.credentials()).await;
        let asked = reply.ok();
        assert!(asked["ticket"].is_string(), "{asked}");
        asked
    }

    async fn answer(&self, asked: &Value, proof: Value) -> Reply {
        let body = json!({ "ticket": asked["ticket"], "proof": proof });
        self.http().post(SECOND, &body).await
    }

    async fn start(&self, person: &Person) -> Value {
        let http = self.of_person(person);
        http.post(PASSKEYS, &password(person)).await.ok()
    }

    /// Makes a passkey and adds it: it, and what the relay says.
    async fn add(&self, person: &Person, name: &str) -> (Passkey, Value) {
        let setup = self.start(person).await;
        let passkey = Passkey::new();
        let body = passkey.registration(&self.browser, &setup, name);
        let added = self.of_person(person).put(PASSKEYS, &body).await.ok();
        (passkey, added)
    }
}

fn password(person: &Person) -> Value {
    json!({ "loginSecret": Bytes(person.secret).encode() })
}

async fn delete(http: &Http, path: &str, body: &Value) -> Reply {
    http.clone()
        .header("Content-Type", "application/json")
        .send("DELETE", path, body.to_string().as_bytes())
        .await
}

#[tokio::test]
async fn a_passkey_lets_in_after_the_password() {
    let relay = Relay::start().await;
    let site = Site::of(&relay, "localhost");
    let mut alice = Person::registered(&relay, "alice").await;
    let setup = site.start(&alice).await;
    assert_eq!(setup["host"], "localhost");
    assert_eq!(setup["username"], "alice");
    assert_eq!(setup["algorithms"], json!([-7, -8, -257]));
    assert_eq!(setup["known"], json!([]));
    // Nothing is on before it was shown.
    relay.http().post(LOGIN, &alice.credentials()).await.ok()["accessToken"]
        .as_str()
        .unwrap();
    let passkey = Passkey::new();
    let body = passkey.registration(&site.browser, &setup, " My phone ");
    let http = site.of_person(&alice);
    let added = http.put(PASSKEYS, &body).await.ok();
    assert_eq!(added["passkey"]["name"], "My phone");
    assert_eq!(added["recoveryCodes"].as_array().unwrap().len(), 10);
    assert_eq!(http.put(PASSKEYS, &body).await.error(), "ticket_over");

    let asked = site.asked(&alice).await;
    assert_eq!(asked["totp"], false);
    assert_eq!(asked["passkey"]["host"], "localhost");
    assert_eq!(asked["passkey"]["known"], json!([passkey.id()]));
    let proof = passkey.proof(&site.browser, &asked);
    let reply = site.answer(&asked, proof.clone()).await;
    alice.take(reply);
    let reply = site.answer(&asked, proof.clone()).await;
    assert_eq!(reply.error(), "ticket_over");
    // What signed one login is nothing to another.
    let again = site.asked(&alice).await;
    let reply = site.answer(&again, proof).await;
    assert_eq!(reply.error(), "second_factor_wrong");
    // A recovery code stands in for it.
    let code = json!({ "kind": "recovery", "code": added["recoveryCodes"][0] });
    site.answer(&again, code).await.ok();
    let state = site.of_person(&alice).get(STATE).await.ok();
    assert_eq!(state["recoveryCodes"], 9);
    assert_eq!(state["passkeys"][0]["id"], added["passkey"]["id"]);
    assert!(state["passkeys"][0]["lastUsedAt"].is_u64());
    assert_eq!(state["totp"], Value::Null);
}

#[tokio::test]
async fn what_is_not_quite_a_passkey_is_refused_with_one_answer() {
    let relay = Relay::start_with(|settings| settings.limits.login_attempts = 100).await;
    let site = Site::of(&relay, "localhost");
    let alice = Person::registered(&relay, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let other = "https://evil.example";
    let changes: [fn(&mut Browser); 6] = [
        |browser| browser.origin = "https://evil.example".to_owned(),
        |browser| browser.host = "evil.example".to_owned(),
        // Nobody was there; it says that it is copied and that it cannot be; other data that is not there.
        |browser| browser.flags = 0,
        |browser| browser.flags = 1 | 1 << 4,
        |browser| browser.flags = 1 | 1 << 7,
        |browser| browser.cross_origin = true,
    ];
    let browsers: Vec<_> = changes
        .iter()
        .map(|change| {
            let mut browser = site.browser.clone();
            change(&mut browser);
            browser
        })
        .collect();
    // As it is made.
    let made = Passkey::new();
    for browser in &browsers {
        let setup = site.start(&alice).await;
        let body = made.registration(browser, &setup, "phone");
        let reply = site.of_person(&alice).put(PASSKEYS, &body).await;
        assert_eq!(reply.error(), "second_factor_wrong");
        // The ticket has tries left.
        let body = made.registration(&site.browser, &setup, "");
        let reply = site.of_person(&alice).put(PASSKEYS, &body).await;
        assert_eq!(reply.error(), "invalid_request");
    }
    let mut wrong = site.browser.clone();
    wrong.ceremony = Some("webauthn.get");
    let setup = site.start(&alice).await;
    for (browser, challenge) in [
        (&wrong, setup["challenge"].clone()),
        (&site.browser, json!(Bytes([7; 32]).encode())),
    ] {
        let given = json!({ "ticket": setup["ticket"], "challenge": challenge });
        let body = made.registration(browser, &given, "phone");
        let reply = site.of_person(&alice).put(PASSKEYS, &body).await;
        assert_eq!(reply.error(), "second_factor_wrong");
    }
    let body = made.registration(&site.browser, &setup, "phone");
    let reply = site.of_person(&bob).put(PASSKEYS, &body).await;
    assert_eq!(reply.error(), "ticket_over");
    // As it is shown.
    let (passkey, _) = site.add(&alice, "phone").await;
    let (bobs, _) = site.add(&bob, "phone").await;
    let refused = async |asked: &Value, proof: Value| {
        let reply = site.answer(asked, proof).await;
        assert_eq!(reply.error(), "second_factor_wrong");
    };
    for browser in &browsers {
        let asked = site.asked(&alice).await;
        refused(&asked, passkey.proof(browser, &asked)).await;
    }
    let asked = site.asked(&alice).await;
    wrong.ceremony = Some("webauthn.create");
    refused(&asked, passkey.proof(&wrong, &asked)).await;
    // Another's, and one that calls itself by her passkey's id.
    refused(&asked, bobs.proof(&site.browser, &asked)).await;
    let mut forged = bobs.proof(&site.browser, &asked);
    forged["credential"] = json!(passkey.id());
    refused(&asked, forged).await;
    let mut cut = passkey.proof(&site.browser, &asked);
    cut["authenticatorData"] = json!("AAAA");
    refused(&asked, cut).await;
    let asked = site.asked(&alice).await;
    let mut malformed = passkey.proof(&site.browser, &asked);
    malformed["signature"] = json!("not base64url!");
    let reply = site.answer(&asked, malformed).await;
    assert_eq!(reply.error(), "invalid_request");
    // A page of another origin does not get as far.
    let reply = site
        .http()
        .header("Origin", other)
        .post(SECOND, &json!({}))
        .await;
    assert_eq!(reply.error(), "origin_refused");
    let right = passkey.proof(&site.browser, &asked);
    site.answer(&asked, right).await.ok();
}

#[tokio::test]
async fn one_that_counts_backwards_is_refused_and_one_that_does_not_count_is_not() {
    let relay = Relay::start_with(|settings| settings.limits.login_attempts = 100).await;
    let site = Site::of(&relay, "localhost");
    let alice = Person::registered(&relay, "alice").await;
    let (mut passkey, _) = site.add(&alice, "phone").await;
    for (counter, good) in [
        (0, true),
        (0, true),
        (7, true),
        (7, false),
        (6, false),
        (0, false),
        (u32::MAX, true),
        (u32::MAX, false),
    ] {
        passkey.counter = counter;
        let asked = site.asked(&alice).await;
        let proof = passkey.proof(&site.browser, &asked);
        let reply = site.answer(&asked, proof).await;
        assert_eq!(reply.status == 200, good, "{counter}");
    }
}

#[tokio::test]
async fn a_passkey_is_good_for_the_name_of_the_site_that_it_was_made_at() {
    let relay = Relay::start().await;
    let (first, second) = (
        Site::of(&relay, "localhost"),
        Site::of(&relay, "duet.localhost"),
    );
    let alice = Person::registered(&relay, "alice").await;
    let (one, added) = first.add(&alice, "here").await;
    // There is none for the other name, so only a code helps there.
    let asked = second.asked(&alice).await;
    assert_eq!(asked["passkey"], Value::Null);
    assert_eq!(asked["passkeyHosts"], json!(["localhost"]));
    let proof = one.proof(&second.browser, &asked);
    let reply = second.answer(&asked, proof).await;
    assert_eq!(reply.error(), "second_factor_wrong");
    let code = json!({ "kind": "recovery", "code": added["recoveryCodes"][0] });
    second.answer(&asked, code).await.ok();
    // The second one brings no new codes, and each is offered where it works.
    let (two, added) = second.add(&alice, "there").await;
    assert_eq!(added["recoveryCodes"], json!([]));
    assert_eq!(added["passkey"]["host"], "duet.localhost");
    for (site, passkey, other) in [
        (&first, &one, "duet.localhost"),
        (&second, &two, "localhost"),
    ] {
        let asked = site.asked(&alice).await;
        assert_eq!(asked["passkeyHosts"], json!([other]));
        assert_eq!(asked["passkey"]["known"], json!([passkey.id()]));
        let proof = passkey.proof(&site.browser, &asked);
        site.answer(&asked, proof).await.ok();
    }
    // An address that is a number has none.
    let asked = relay.http().post(LOGIN, &alice.credentials()).await.ok();
    let hosts = json!(["duet.localhost", "localhost"]);
    assert_eq!(
        (&asked["passkey"], &asked["passkeyHosts"]),
        (&Value::Null, &hosts)
    );
    let reply = alice.http(&relay).post(PASSKEYS, &password(&alice)).await;
    assert_eq!(reply.error(), "invalid_request");
}

#[tokio::test]
async fn passkeys_are_named_and_removed_by_their_owner_only() {
    let relay = Relay::start().await;
    let site = Site::of(&relay, "localhost");
    let alice = Person::registered(&relay, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let (_, first) = site.add(&alice, "one").await;
    relay.clock.advance(Duration::from_secs(1));
    let (_, second) = site.add(&alice, "two").await;
    let path = |added: &Value| {
        let id = added["passkey"]["id"].as_str().unwrap();
        format!("{PASSKEYS}/{id}")
    };
    let (hers, his) = (site.of_person(&alice), site.of_person(&bob));
    let name = json!({ "name": "A key on a ring" });
    assert_eq!(hers.put(&path(&first), &name).await.status, 204);
    assert_eq!(his.put(&path(&first), &name).await.error(), "not_found");
    let long = json!({ "name": "я".repeat(65) });
    let reply = hers.put(&path(&first), &long).await;
    assert_eq!(reply.error(), "invalid_request");
    let state = hers.get(STATE).await.ok();
    let names = [0, 1].map(|at| state["passkeys"][at]["name"].clone());
    assert_eq!(names, ["A key on a ring", "two"]);
    let wrong = json!({ "loginSecret": Bytes([0; 32]).encode() });
    let reply = delete(&hers, &path(&first), &wrong).await;
    assert_eq!(reply.error(), "invalid_credentials");
    let reply = delete(&his, &path(&first), &password(&bob)).await;
    assert_eq!(reply.error(), "not_found");
    assert_eq!(
        delete(&hers, &path(&first), &password(&alice)).await.status,
        204
    );
    // One is left, and with it the recovery codes.
    assert_eq!(hers.get(STATE).await.ok()["recoveryCodes"], 10);
    hers.post(CODES, &password(&alice)).await.ok();
    site.asked(&alice).await;
    assert_eq!(
        delete(&hers, &path(&second), &password(&alice))
            .await
            .status,
        204
    );
    let state = hers.get(STATE).await.ok();
    assert_eq!(state["recoveryCodes"], 0);
    assert_eq!(state["passkeys"], json!([]));
    let reply = relay.http().post(LOGIN, &alice.credentials()).await;
    assert!(reply.cookie().is_some(), "the password is enough");
}

#[tokio::test]
async fn an_account_has_ten_and_each_is_one_accounts() {
    let relay = Relay::start().await;
    let site = Site::of(&relay, "localhost");
    let alice = Person::registered(&relay, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let (first, _) = site.add(&alice, "1").await;
    let setup = site.start(&bob).await;
    let body = first.registration(&site.browser, &setup, "mine");
    let reply = site.of_person(&bob).put(PASSKEYS, &body).await;
    assert_eq!(reply.error(), "factor_conflict");
    for name in 2..=9 {
        site.add(&alice, &name.to_string()).await;
    }
    let early = site.start(&alice).await;
    assert_eq!(early["known"].as_array().unwrap().len(), 9);
    site.add(&alice, "10").await;
    // Nobody makes an eleventh in vain, and one that was begun before the tenth is none.
    let reply = site
        .of_person(&alice)
        .post(PASSKEYS, &password(&alice))
        .await;
    assert_eq!(reply.error(), "passkey_limit");
    let body = Passkey::new().registration(&site.browser, &early, "11");
    let reply = site.of_person(&alice).put(PASSKEYS, &body).await;
    assert_eq!(reply.error(), "factor_conflict");
}

#[tokio::test]
async fn the_codes_of_the_first_factor_stay_good_with_the_second_until_both_are_gone() {
    let relay = Relay::start().await;
    let site = Site::of(&relay, "localhost");
    let orders = [(true, true), (true, false), (false, true), (false, false)];
    for (number, (totp_comes_first, totp_goes_first)) in orders.into_iter().enumerate() {
        let alice = Person::registered(&relay, &format!("alice{number}")).await;
        let http = site.of_person(&alice);
        let (mut shown, mut passkey) = (Vec::new(), Value::Null);
        for is_totp in [totp_comes_first, !totp_comes_first] {
            let added = if is_totp {
                let setup = http.post(TOTP, &password(&alice)).await.ok();
                let code = CodeApp::new(&setup).code(relay.clock.now());
                let body = json!({ "ticket": setup["ticket"], "code": code });
                http.put(TOTP, &body).await.ok()
            } else {
                let (_, added) = site.add(&alice, "phone").await;
                passkey = added["passkey"]["id"].clone();
                added
            };
            shown.push(added["recoveryCodes"].as_array().unwrap().clone());
        }
        assert_eq!([shown[0].len(), shown[1].len()], [10, 0]);
        let code = |at: usize| json!({ "kind": "recovery", "code": shown[0][at] });
        site.answer(&site.asked(&alice).await, code(0)).await.ok();
        let path = format!("{PASSKEYS}/{}", passkey.as_str().unwrap());
        let mut paths = [TOTP, &path];
        if !totp_goes_first {
            paths.reverse();
        }
        let [first, second] = paths;
        assert_eq!(delete(&http, first, &password(&alice)).await.status, 204);
        site.answer(&site.asked(&alice).await, code(1)).await.ok();
        assert_eq!(http.get(STATE).await.ok()["recoveryCodes"], 8);
        assert_eq!(delete(&http, second, &password(&alice)).await.status, 204);
        assert_eq!(http.get(STATE).await.ok()["recoveryCodes"], 0);
    }
}

#[tokio::test]
async fn guesses_with_passkeys_are_counted_as_those_with_codes() {
    let relay = Relay::start().await;
    let site = Site::of(&relay, "localhost");
    let alice = Person::registered(&relay, "alice").await;
    let (passkey, _) = site.add(&alice, "phone").await;
    let stranger = Passkey::new();
    for _ in 0..5 {
        let asked = site.asked(&alice).await;
        let proof = stranger.proof(&site.browser, &asked);
        let reply = site.answer(&asked, proof).await;
        assert_eq!(reply.error(), "second_factor_wrong");
    }
    let asked = site.asked(&alice).await;
    let right = passkey.proof(&site.browser, &asked);
    assert_eq!(site.answer(&asked, right).await.error(), "locked_out");
    // And by her session, where she is in: nothing of it is lost.
    let state = site.of_person(&alice).get(STATE).await.ok();
    assert_eq!(state["passkeys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_login_begun_at_one_relay_is_signed_for_at_another() {
    let relay = Relay::start().await;
    let other = relay.beside().await;
    let alice = Person::registered(&relay, "alice").await;
    let site = Site::of(&relay, "localhost");
    let (passkey, _) = site.add(&alice, "phone").await;
    // Behind a balancer both have one name.
    let there = Site {
        relay: &other,
        host: site.host.clone(),
        browser: site.browser.clone(),
    };
    let asked = site.asked(&alice).await;
    let proof = passkey.proof(&site.browser, &asked);
    there.answer(&asked, proof).await.ok();
}
