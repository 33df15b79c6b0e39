//! The document about the API describes what is there.

use serde_json::Value;
use std::collections::BTreeSet;

use crate::support::{Person, Relay};

async fn document(relay: &Relay) -> Value {
    relay.http().get("/api/openapi.json").await.ok()
}

/// Every reference of the document leads somewhere in it.
#[tokio::test]
async fn references_lead_somewhere() {
    let document = document(&Relay::start().await).await;
    let mut found = BTreeSet::new();
    collect(&document, &mut found);
    assert!(found.len() > 20, "{found:?}");
    for reference in found {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.insert(reference.clone());
            }
            members.values().for_each(|member| collect(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// What a relay answers has the status, and its body the properties, that the document promises.
#[tokio::test]
async fn answers_are_as_described() {
    let relay = Relay::start().await;
    let document = document(&relay).await;
    let alice = Person::registered(&relay, "alice").await;
    let key = format!("/api/identity/users/{}/key", alice.id());
    for (pattern, path) in [
        ("/api/config", "/api/config"),
        ("/api/chat/me", "/api/chat/me"),
        ("/api/chat/users", "/api/chat/users?username=al"),
        ("/api/auth/sessions", "/api/auth/sessions"),
        ("/api/reach", "/api/reach"),
        ("/api/identity/users/{id}/key", &key),
    ] {
        let answer = alice.http(&relay).get(path).await.ok();
        let described = described(&document, pattern, "200");
        let there: BTreeSet<_> = answer.as_object().unwrap().keys().cloned().collect();
        assert_eq!(there, described, "{pattern}");
    }
    let refused = relay.http().get("/api/chat/me").await;
    let body: Value = serde_json::from_slice(&refused.body).unwrap();
    let there: BTreeSet<_> = body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(there, described(&document, "/api/chat/me", "401"));
}

fn described(document: &Value, path: &str, status: &str) -> BTreeSet<String> {
    let answer = &document["paths"][path]["get"]["responses"][status];
    let schema = &answer["content"]["application/json"]["schema"]["$ref"];
    let schema = schema.as_str().unwrap().trim_start_matches('#');
    let properties = document.pointer(schema).unwrap()["properties"].as_object();
    properties.unwrap().keys().cloned().collect()
}
