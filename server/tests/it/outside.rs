//! What the program does with a relay elsewhere: it compares the site that is served there, or brings its own to a browser of this machine.

use duet_relay::{
    manifest::Manifest,
    outside::{
        client::LocalClient,
        link::{Link, LinkError},
        verify::{Report, verify},
    },
    site::Site,
};
use std::{fs, path::Path};
use tokio::sync::oneshot;

use crate::support::{Event, Http, Person, Relay};

fn build(folder: &Path) {
    fs::create_dir_all(folder.join("assets")).unwrap();
    fs::create_dir_all(folder.join("viewer")).unwrap();
    fs::write(
        folder.join("index.html"),
        "<!doctype html><title>Duet</title>",
    )
    .unwrap();
    fs::write(folder.join("viewer/index.html"), "<!doctype html>").unwrap();
    let script = "export const words = [];\n".repeat(200);
    fs::write(folder.join("assets/app.js"), script).unwrap();
}

/// A relay that serves the site of a folder.
async fn serving(folder: &Path) -> Relay {
    let folder = folder.to_owned();
    Relay::start_with(|settings| settings.site = Some(folder)).await
}

fn link(relay: &Relay) -> Link {
    Link::new(relay.origin().parse().unwrap()).unwrap()
}

async fn compare(relay: &Relay, manifest: &Manifest) -> Report {
    verify(&link(relay), manifest).await.unwrap()
}

#[tokio::test]
async fn a_server_that_serves_the_release_is_told_from_one_that_changed_anything() {
    let release = tempfile::tempdir().unwrap();
    build(release.path());
    // As a release's file: written and read again.
    let manifest = Manifest::of(&Site::from_folder(release.path()).unwrap());
    let manifest: Manifest =
        serde_json::from_str(&serde_json::to_string(&manifest).unwrap()).unwrap();
    let relay = serving(release.path()).await;
    let report = compare(&relay, &manifest).await;
    assert!(report.differences.is_empty(), "{:?}", report.differences);
    // Every file, and the front page under two more addresses.
    assert_eq!(report.files, manifest.files.len() + 2);

    type Change = fn(&Path);
    let changes: [(&str, Change); 4] = [
        ("/assets/app.js", |site| {
            let path = site.join("assets/app.js");
            let text = fs::read_to_string(&path).unwrap();
            fs::write(path, text.replace("[];\n", "0 ;\n")).unwrap();
        }),
        ("/assets/app.js", |site| {
            let path = site.join("assets/app.js");
            let text = fs::read_to_string(&path).unwrap();
            fs::write(path, text + "steal();").unwrap();
        }),
        ("/viewer/index.html", |site| {
            fs::remove_file(site.join("viewer/index.html")).unwrap();
        }),
        ("/settings", |site| {
            fs::write(site.join("index.html"), "<!doctype html>").unwrap();
        }),
    ];
    for (path, change) in changes {
        let changed = tempfile::tempdir().unwrap();
        build(changed.path());
        change(changed.path());
        let relay = serving(changed.path()).await;
        let report = compare(&relay, &manifest).await;
        let found = report.differences.iter().any(|found| found.path == path);
        assert!(found, "{path}: {:?}", report.differences);
    }
}

#[tokio::test]
async fn a_server_with_another_policy_is_found_at_every_file() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    let relay = serving(folder.path()).await;
    let manifest =
        serde_json::to_value(Manifest::of(&Site::from_folder(folder.path()).unwrap())).unwrap();
    // What the release wants is stricter than what the server sends.
    for (part, is_viewer) in [("policy", false), ("viewer_policy", true)] {
        let mut stricter = manifest.clone();
        stricter[part] = format!("{}; form-action 'none'", manifest[part].as_str().unwrap()).into();
        let report = compare(&relay, &serde_json::from_value(stricter).unwrap()).await;
        assert!(!report.differences.is_empty(), "{part}");
        for found in &report.differences {
            assert_eq!(found.path.starts_with("/viewer/"), is_viewer, "{found:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_and_no_verdict() {
    let mut relay = Relay::start().await;
    let link = link(&relay);
    relay.ask_to_stop();
    relay.stopped().await;
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    let manifest = Manifest::of(&Site::from_folder(folder.path()).unwrap());
    let outcome = verify(&link, &manifest).await;
    assert!(matches!(outcome, Err(LinkError::Connect(..))));
}

/// The messenger of this program over a relay, until the sender is dropped.
async fn client_of(relay: &Relay, folder: &Path) -> (Relay, oneshot::Sender<()>) {
    let site = Site::from_folder(folder).unwrap();
    let client = LocalClient::bind(link(relay), site, 0).unwrap();
    let address = client.address().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(client.run(async move {
        let _ = stopped.await;
    }));
    (Relay::at(address), stop)
}

#[tokio::test]
async fn ones_own_site_works_over_a_relay_elsewhere() {
    let (theirs, mine) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    build(theirs.path());
    build(mine.path());
    fs::write(mine.path().join("index.html"), "mine").unwrap();
    let relay = serving(theirs.path()).await;
    let (client, _stop) = client_of(&relay, mine.path()).await;

    for path in ["/", "/settings"] {
        let page = client.http().get(path).await;
        assert_eq!((page.status, page.text().as_str()), (200, "mine"));
        let theirs = relay.http().get(path).await;
        assert_eq!(
            page.header("content-security-policy"),
            theirs.header("content-security-policy")
        );
    }
    // Accounts, cookies and the socket are the relay's.
    let alice = Person::registered(&client, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let (mut from, mut to) = (alice.connect(&client).await, bob.connect(&relay).await);
    let payload = [&[1, 0x12][..], &[7; 60_000]].concat();
    let id = from.send(&bob, &payload).await;
    let Event::Deliver {
        id: delivered,
        payload: arrived,
        ..
    } = to.next().await
    else {
        panic!("a payload");
    };
    assert!(delivered == id && arrived == payload);
    let id = to.send(&alice, &[1, 0x11]).await;
    assert!(matches!(from.next().await, Event::Ack(..)));
    assert!(matches!(from.next().await, Event::Deliver { id: there, .. } if there == id));
    // And it learns when the line is gone.
    drop(relay);
    from.closed().await;
}

#[tokio::test]
async fn pages_of_others_cannot_use_it() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    let relay = serving(folder.path()).await;
    let (client, _stop) = client_of(&relay, folder.path()).await;
    let port = client.address.port();
    let own = format!("http://localhost:{port}");
    let ask = |host: &str, origin: Option<&str>| {
        let http = Http::new(client.address).header("Host", host);
        match origin {
            Some(origin) => http.header("Origin", origin),
            None => http.without("Origin"),
        }
    };
    let local = format!("localhost:{port}");
    for (host, origin) in [
        // A name that was made to lead here.
        (format!("elsewhere.example:{port}"), None),
        (
            "elsewhere.example".to_owned(),
            Some("http://elsewhere.example"),
        ),
        (local.clone(), Some("http://elsewhere.example")),
        (local.clone(), Some("http://localhost:1")),
        (local.clone(), Some("null")),
    ] {
        for path in ["/", "/api/config", "/ws"] {
            let answer = ask(&host, origin).get(path).await;
            assert_eq!(answer.error(), "origin_refused", "{host} {origin:?} {path}");
        }
    }
    let nobody = serde_json::json!({});
    let answer = ask(&local, None).post("/api/auth/refresh", &nobody).await;
    assert_eq!(answer.error(), "origin_refused");
    for origin in [None, Some(own.as_str())] {
        ask(&local, origin).get("/api/config").await.ok();
    }
    let answer = ask(&local, Some(&own))
        .post("/api/auth/refresh", &nobody)
        .await;
    assert_eq!(answer.error(), "session_expired");
}

#[tokio::test]
async fn a_relay_that_is_away_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    let mut relay = serving(folder.path()).await;
    let (client, _stop) = client_of(&relay, folder.path()).await;
    relay.ask_to_stop();
    relay.stopped().await;
    let answer = client.http().get("/api/config").await;
    assert_eq!(answer.error(), "unavailable");
    assert_eq!(client.http().get("/").await.status, 200);
}
