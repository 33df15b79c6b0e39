//! `duet-relay check-config`: what would keep a relay from starting, without starting one.

use duet_crypto::identity::Realm;
use std::net::IpAddr;

use crate::{
    auth::signing_key::KeyRing,
    backplane::nodes,
    config::{MetricsListen, Settings},
    server::ServerError,
    site::Site,
    store::Store,
    telemetry::logs,
    tls::Tls,
};

/// Whether who listens at `one` leaves nothing of `other`: all addresses of IPv6 are all those of IPv4 as well.
fn takes(one: IpAddr, other: IpAddr) -> bool {
    one == other || (one.is_unspecified() && (one.is_ipv6() || other.is_ipv4()))
}

/// Everything that is wrong with the settings, in words for the operator. What a start would make (a database, a key, a certificate) is
/// looked at if it is there, and not made.
#[must_use]
pub fn problems(settings: &Settings) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |outcome: Result<(), String>| found.extend(outcome.err());
    check(logs::check(&settings.log).map_err(|error| format!("DUET_LOG: {error}")));
    check(
        Realm::new(&settings.realm)
            .map(drop)
            .map_err(|_| ServerError::Realm.to_string()),
    );
    if let MetricsListen::At(address) = settings.metrics_listen {
        let listen = settings.listen;
        let same = address.port() != 0
            && address.port() == listen.port()
            && (takes(address.ip(), listen.ip()) || takes(listen.ip(), address.ip()));
        let both = "DUET_LISTEN and DUET_METRICS_LISTEN are the same address";
        check(if same { Err(both.to_owned()) } else { Ok(()) });
    }
    if let Some(path) = &settings.site {
        check(
            Site::from_folder(path)
                .map(drop)
                .map_err(|source| ServerError::site(path, source).to_string()),
        );
    }
    check(Tls::check(settings).map_err(|error| error.to_string()));
    check(KeyRing::check(settings).map_err(|error| error.to_string()));
    check(Store::check(&settings.database_location()).map_err(|error| error.to_string()));
    if let Some(address) = &settings.redis_url {
        check(
            nodes::check_address(address).map_err(|error| ServerError::redis(&error).to_string()),
        );
    }
    found
}
