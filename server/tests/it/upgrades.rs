//! Upgrades from every earlier schema, and the way back to it: who has an account keeps it, with name, password and key.

use duet_relay::{config::Settings, store::Store};

use crate::support::{Person, Relay, fresh_database};

#[tokio::test]
async fn accounts_live_through_the_way_back_to_every_schema_and_the_upgrade_from_it() {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = Settings::defaults();
    fresh_database(&mut settings, directory.path()).await;
    let location = settings.database_location();
    let start = async || {
        Relay::start_with(|theirs| {
            theirs.database = settings.database.clone();
            theirs.database_url = settings.database_url.clone();
        })
        .await
    };
    let mut relay = start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    relay.ask_to_stop();
    relay.stopped().await;

    let mut version = 1;
    // A version after the newest cannot be had: the list of them has one place.
    let refused = loop {
        if let Err(error) = Store::migrate(&location, Some(version)).await {
            break error;
        }
        let mut relay = start().await;
        alice.log_in(&relay).await;
        let me = alice.http(&relay).get("/api/chat/me").await.ok();
        assert_eq!(me["identityKey"], alice.key(), "from version {version}");
        let name = format!("bob-{version}");
        Person::registered(&relay, &name).await;
        relay.ask_to_stop();
        relay.stopped().await;
        version += 1;
    };
    assert!(version > 10, "only {version} schemas were tried: {refused}");
    // And no way to one that is there has failed.
    let missing = format!("{version}");
    assert!(refused.to_string().contains(&missing), "{refused}");
}
