//! What an operator does with the program beside serving: keys rotated, the schema brought to a version, a password reset.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use duet_crypto::password::PasswordSecrets;
use duet_relay::api::Bytes;
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use tokio_util::sync::CancellationToken;

use crate::support::{Person, Program, Relay, code_app::CodeApp, eventually};

fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_duet-relay"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .output()
        .unwrap()
}

/// The key that signed a token, as the token says.
fn key_of(token: &str) -> String {
    let header = URL_SAFE_NO_PAD
        .decode(token.split('.').next().unwrap())
        .unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

async fn refresh(relay: &Relay, person: &mut Person) {
    let reply = person
        .http(relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    person.take(reply);
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_is_rotated_while_the_relay_runs_and_nobody_notices() {
    let directory = tempfile::tempdir().unwrap();
    let program = Program::start(directory.path(), &[]).await;
    let relay = Relay::at(program.address);
    let mut alice = Person::registered(&relay, "alice").await;
    let old = key_of(&alice.token);

    let made = run(directory.path(), &["admin", "rotate-key"]);
    assert!(made.status.success(), "{made:?}");
    let said = String::from_utf8(made.stdout).unwrap();
    let logged = |message: &str| {
        let entries = program.entries();
        entries
            .into_iter()
            .find(|entry| entry["message"] == message)
    };
    eventually("the keys are read again", async || {
        logged("signing keys read again").is_some()
    })
    .await;
    alice.http(&relay).get("/api/chat/me").await.ok();
    refresh(&relay, &mut alice).await;
    let new = key_of(&alice.token);
    assert_ne!(new, old);
    assert!(said.contains(&new), "{said}");
    let entry = logged("signing keys read again").unwrap();
    assert_eq!((&entry["newest"], &entry["keys"]), (&json!(new), &json!(2)));

    // A relay that cannot be told is sent a signal.
    let path = directory.path().join(".data/duet.signing-key");
    let file = ["--signing-key-file", path.to_str().unwrap()];
    let nowhere = ["--database-url=postgres://nobody@127.0.0.1:1/nothing"];
    let made = [&file[..], &nowhere, &["admin", "rotate-key"]].concat();
    let made = run(directory.path(), &made);
    assert!(made.status.success(), "{made:?}");
    assert!(String::from_utf8(made.stdout).unwrap().contains("SIGHUP"));
    program.signal("HUP");
    eventually("the keys are read after a signal", async || {
        let entries = program.entries();
        let read = entries
            .iter()
            .filter(|entry| entry["message"] == "signing keys read again");
        read.count() == 2
    })
    .await;
    refresh(&relay, &mut alice).await;
    assert_ne!(key_of(&alice.token), new);
    let new = key_of(&alice.token);

    // A file that is no key file changes nothing.
    fs::write(directory.path().join(".data/duet.signing-key"), "canary").unwrap();
    program.signal("HUP");
    const KEPT: &str = "signing keys not read again: going on with the old ones";
    eventually("the file is refused", async || logged(KEPT).is_some()).await;
    assert!(!fs::read_to_string(&program.log).unwrap().contains("canary"));
    refresh(&relay, &mut alice).await;
    assert_eq!(key_of(&alice.token), new);
    let refused = run(directory.path(), &["admin", "rotate-key"]);
    assert_eq!(refused.status.code(), Some(1));
}

#[test]
fn everything_that_would_keep_a_relay_from_starting_is_said_at_once_and_nothing_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let check = |arguments: &[&str]| {
        let done = run(directory.path(), &[arguments, &["check-config"]].concat());
        let said = String::from_utf8(done.stderr).unwrap();
        let made = fs::read_dir(directory.path()).unwrap().count();
        assert_eq!(made, 1, "{arguments:?}");
        (done.status.code(), said)
    };
    fs::write(directory.path().join("no.key"), "canary").unwrap();
    assert_eq!(check(&[]), (Some(0), String::new()));
    assert_eq!(check(&["--tls-self-signed"]), (Some(0), String::new()));
    let wrong = [
        ("--log=duet_relay=loud", "DUET_LOG"),
        ("--realm=Upper", "DUET_REALM"),
        ("--metrics-listen=0.0.0.0:8080", "DUET_METRICS_LISTEN"),
        ("--site=nowhere", "nowhere"),
        ("--tls-certificate=no.pem", "DUET_TLS_KEY"),
        ("--signing-key-file=no.key", "no.key"),
        ("--database-url=mysql://canary@host/duet", "DATABASE_URL"),
        ("--redis-url=canary", "DUET_REDIS_URL"),
    ];
    for (argument, named) in wrong {
        let (code, said) = check(&[argument]);
        assert_eq!(code, Some(1), "{argument}");
        assert!(said.contains(named) && said.contains("one thing"), "{said}");
    }
    let (code, said) = check(&wrong.map(|(argument, _)| argument));
    assert_eq!(code, Some(1));
    assert!(said.contains("8 things are wrong"), "{said}");
    for (_, named) in wrong {
        assert!(said.contains(named), "{named}: {said}");
    }
    assert!(!said.contains("canary"), "{said}");

    // Where no database can be made, nor read.
    for (database, named) in [
        ("no.key/duet.db", "no.key/duet.db: "),
        ("no.key/deep/duet.db", "no.key/deep/duet.db: "),
    ] {
        let (code, said) = check(&["--database", database]);
        assert_eq!(code, Some(1), "{database}");
        assert!(said.contains(named) && said.contains("one thing"), "{said}");
    }
    // Its signing key would stand beside it.
    let (code, said) = check(&["--database", "."]);
    assert_eq!(code, Some(1));
    assert!(said.contains("database file: .: is a directory"), "{said}");
    let deep = ["--database", "new/and/deeper/duet.db"];
    assert_eq!(check(&deep), (Some(0), String::new()));
}

#[cfg(unix)]
#[test]
fn a_folder_that_takes_no_files_is_no_place_for_a_database() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("closed");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap();
    let program = env!("CARGO_BIN_EXE_duet-relay");
    // Root may write anywhere, unless it gives that up.
    let mut command = if fs::metadata("/proc/self").unwrap().uid() == 0 {
        let rights = "-dac_override,-dac_read_search";
        let mut command = Command::new("/usr/bin/setpriv");
        command.args(["--bounding-set", rights, program]);
        command
    } else {
        Command::new(program)
    };
    let done = command
        .args(["--database", "closed/deeper/duet.db", "check-config"])
        .current_dir(directory.path())
        .env_clear()
        .output()
        .unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("closed: "), "{said}");
}

#[tokio::test]
async fn the_schema_goes_back_and_the_next_start_brings_it_forward() {
    let directory = tempfile::tempdir().unwrap();
    let mut program = Program::start(directory.path(), &[]).await;
    let mut alice = Person::registered(&Relay::at(program.address), "alice").await;
    program.terminate();
    let back = run(directory.path(), &["migrate", "--to", "2"]);
    assert!(back.status.success(), "{back:?}");
    assert!(
        !run(directory.path(), &["migrate", "--to", "-1"])
            .status
            .success()
    );

    let program = Program::start(directory.path(), &[]).await;
    let relay = Relay::at(program.address);
    let me = alice.http(&relay).get("/api/chat/me").await;
    assert_eq!(me.error(), "unauthenticated");
    alice.log_in(&relay).await;
    let me = alice.http(&relay).get("/api/chat/me").await.ok();
    assert_eq!(me["identityKey"], alice.key());
}

#[cfg(unix)]
#[tokio::test]
async fn a_backup_made_amid_writes_is_a_database_that_a_relay_starts_from() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let program = Program::start(directory.path(), &[]).await;
    let relay = Relay::at(program.address);
    let mut alice = Person::registered(&relay, "alice").await;
    let backup = |name: &'static str| {
        let directory = directory.path().to_owned();
        let copying = move || run(&directory, &["admin", "backup", name]);
        tokio::task::spawn_blocking(copying)
    };
    // Sessions are written all the while.
    let stop = CancellationToken::new();
    let writing = async {
        let mut written = 0;
        while !stop.is_cancelled() {
            refresh(&relay, &mut alice).await;
            written += 1;
        }
        written
    };
    let copying = async {
        // An interrupted run has left this.
        fs::write(directory.path().join("second.db.part"), "half of one").unwrap();
        for name in ["first.db", "second.db", "third.db"] {
            let made = backup(name).await.unwrap();
            assert!(made.status.success(), "{made:?}");
            let copy = fs::metadata(directory.path().join(name)).unwrap();
            assert_eq!(copy.permissions().mode() & 0o777, 0o600);
            let said = String::from_utf8(made.stdout).unwrap();
            let expected = format!("copied {} bytes to {name}", copy.len());
            assert!(said.starts_with(&expected), "{said}");
            let part = directory.path().join(format!("{name}.part"));
            assert!(!part.exists(), "{name}");
        }
        stop.cancel();
    };
    let (written, ()) = tokio::join!(writing, copying);
    assert!(written > 3, "{written}");

    // What is there is never written over, and what fails leaves nothing.
    let before = fs::read(directory.path().join("first.db")).unwrap();
    assert_eq!(backup("first.db").await.unwrap().status.code(), Some(1));
    assert_eq!(fs::read(directory.path().join("first.db")).unwrap(), before);
    let elsewhere = ["--database", "nothing.db", "admin", "backup", "fourth.db"];
    assert_eq!(run(directory.path(), &elsewhere).status.code(), Some(1));
    for name in ["nothing.db", "fourth.db"] {
        assert!(!directory.path().join(name).exists(), "{name}");
    }
    let address = "--database-url=postgres://nobody@127.0.0.1:1/nothing";
    let refused = run(directory.path(), &[address, "admin", "backup", "fourth.db"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8(refused.stderr)
            .unwrap()
            .contains("pg_dump")
    );

    let other = tempfile::tempdir().unwrap();
    let copy = directory.path().join("third.db");
    let arguments = ["--database", copy.to_str().unwrap()];
    let program = Program::start(other.path(), &arguments).await;
    let restored = Relay::at(program.address);
    alice.log_in(&restored).await;
    let me = alice.http(&restored).get("/api/chat/me").await.ok();
    assert_eq!(me["identityKey"], alice.key());
}

#[tokio::test]
async fn an_operator_looks_after_accounts_by_commands() {
    let directory = tempfile::tempdir().unwrap();
    let program = Program::start(directory.path(), &[]).await;
    let relay = Relay::at(program.address);
    let alice = Person::registered(&relay, "alice").await;
    let mut socket = alice.connect(&relay).await;
    let admin = |arguments: &[&str]| {
        let realm = ["--realm", "duet.test", "admin"];
        let done = run(directory.path(), &[&realm, arguments].concat());
        let said = String::from_utf8(done.stdout).unwrap();
        (done.status.code(), said)
    };
    let log_in = async || {
        let credentials = alice.credentials();
        let reply = relay.http().post("/api/auth/login", &credentials).await;
        reply.error()
    };
    let listed = || admin(&["list"]).1;
    let columns = |list: &str| {
        let line = list.lines().next().unwrap().to_owned();
        let columns = line.split('\t').map(str::to_owned);
        columns.collect::<Vec<_>>()
    };
    let open = columns(&listed());
    assert_eq!((open[0].as_str(), open[1].as_str()), ("alice", "open"));
    assert_eq!(open[3], "1");
    for day in [&open[2], &open[4]] {
        assert!(day.starts_with("20") && day.len() == 10, "{day}");
    }

    assert_eq!(admin(&["lock", "alice"]).0, Some(0));
    assert_eq!(socket.closed().await, Some(4401));
    assert_eq!(log_in().await, "account_locked");
    assert_eq!(columns(&listed())[1], "locked");
    assert_eq!(admin(&["ban", "alice"]).0, Some(0));
    assert_eq!(
        columns(&listed())[1..],
        ["banned", open[2].as_str(), "0", "-"]
    );
    assert_eq!(admin(&["unlock", "alice"]).0, Some(0));
    let mut again = alice.another_device(&relay).await.connect(&relay).await;
    again.assert_quiet().await;
    assert_eq!(admin(&["end-sessions", "alice"]).0, Some(0));
    assert_eq!(again.closed().await, Some(4401));

    assert_eq!(admin(&["registration", "closed"]).0, Some(0));
    let register = async || {
        let body = Person::new("bob").credentials();
        relay.http().post("/api/auth/register", &body).await
    };
    assert_eq!(register().await.error(), "registration_closed");
    let (code, said) = admin(&["create", "carol"]);
    assert_eq!(code, Some(0));
    let mut carol = Person::new("carol");
    carol.secret = secret_of(&carol, said.lines().next().unwrap());
    carol.log_in(&relay).await;
    assert_eq!(admin(&["registration", "open"]).0, Some(0));
    assert_eq!(register().await.status, 201);

    // What cannot be taken back is asked for by its whole name.
    assert_eq!(admin(&["delete", "alice"]).0, Some(2));
    assert_eq!(admin(&["delete", "alice", "--for-good"]).0, Some(0));
    assert_eq!(log_in().await, "invalid_credentials");
    for nobody in ["lock", "unlock", "ban", "end-sessions"] {
        assert_eq!(admin(&[nobody, "alice"]).0, Some(1), "{nobody}");
    }
    assert_eq!(admin(&["create", "alice"]).0, Some(1));
    assert_eq!(listed().lines().count(), 2);
}

/// What the messenger makes of a password.
fn secret_of(person: &Person, password: &str) -> [u8; 32] {
    let secrets = PasswordSecrets::split(&person.id, password).unwrap();
    let Bytes(secret) = Bytes::decode(&secrets.login_secret()).unwrap();
    secret
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_one_that_the_operator_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let program = Program::start(directory.path(), &[]).await;
    let relay = Relay::at(program.address);
    let mut alice = Person::registered(&relay, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let stranger = Person::new("alice");
    for _ in 0..6 {
        let body = stranger.credentials();
        relay.http().post("/api/auth/login", &body).await;
    }
    let realm = ["--realm", "duet.test", "admin", "reset-password"];
    let reset = |name| run(directory.path(), &[&realm[..], &[name]].concat());
    for nobody in ["carol", "No Name"] {
        assert_eq!(reset(nobody).status.code(), Some(1), "{nobody}");
    }
    alice.http(&relay).get("/api/chat/me").await.ok();

    let done = reset("alice");
    assert!(done.status.success(), "{done:?}");
    let said = String::from_utf8(done.stdout).unwrap();
    let password = said.lines().next().unwrap();
    let me = alice.http(&relay).get("/api/chat/me").await;
    assert_eq!(me.error(), "unauthenticated");
    let old = alice.credentials();
    let login = relay.http().post("/api/auth/login", &old).await;
    assert_eq!(login.error(), "invalid_credentials");
    alice.secret = secret_of(&alice, password);
    alice.log_in(&relay).await;
    let me = alice.http(&relay).get("/api/chat/me").await.ok();
    assert_eq!(me["identityKey"], alice.key());
    bob.http(&relay).get("/api/chat/me").await.ok();
}

#[tokio::test]
async fn an_operator_removes_a_second_factor_that_was_lost() {
    let directory = tempfile::tempdir().unwrap();
    let program = Program::start(directory.path(), &[]).await;
    let relay = Relay::at(program.address);
    let alice = Person::registered(&relay, "alice").await;
    let http = alice.http(&relay);
    let password = json!({ "loginSecret": Bytes(alice.secret).encode() });
    let path = "/api/auth/second-factor/totp";
    let setup = http.post(path, &password).await.ok();
    let code = CodeApp::new(&setup).code(relay.clock.now());
    let body = json!({ "ticket": setup["ticket"], "code": code });
    http.put(path, &body).await.ok();
    let realm = ["--realm", "duet.test", "admin", "remove-second-factor"];
    let remove = |name| run(directory.path(), &[&realm[..], &[name]].concat());
    assert_eq!(remove("carol").status.code(), Some(1));
    let log_in = async || {
        relay
            .http()
            .post("/api/auth/login", &alice.credentials())
            .await
    };
    assert!(log_in().await.ok().get("ticket").is_some());
    for said in ["Removed.", "This account had no second factor."] {
        let done = remove("alice");
        assert!(done.status.success(), "{done:?}");
        let text = String::from_utf8(done.stdout).unwrap();
        assert!(text.starts_with(said), "{text}");
    }
    assert!(log_in().await.cookie().is_some());
    // Whoever was signed in still is.
    http.get("/api/chat/me").await.ok();
}
