//! Limits that hold over all nodes of a deployment: what this node lets pass ([`crate::limits`]) is counted with the others', where
//! there are any. Requests of all kinds, sockets and the messages of a connection are counted by each node for itself.

use duet_crypto::identity::AccountId;
use std::{net::IpAddr, time::Duration};

use crate::{
    app::App,
    backplane::Allowance,
    limits::{Limited, NETWORKS, networks},
};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Counts a request of an address, and of the networks around it.
///
/// # Errors
/// How long to wait when an allowance is used up.
pub(crate) async fn request(app: &App, limited: Limited, ip: IpAddr) -> Result<(), Duration> {
    let limits = &app.settings.limits;
    let (count, period) = match limited {
        Limited::Login => (limits.rate_login, SECOND),
        Limited::Register => (limits.rate_register, SECOND),
        Limited::Handshake => (limits.rate_handshakes, MINUTE),
        Limited::Search | Limited::Request | Limited::Exempt => return Ok(()),
    };
    for ((length, network), (_, times)) in networks(ip).zip(NETWORKS) {
        let mut key = match network {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        };
        key.push(length);
        let allowance = Allowance {
            kind: limited.label(),
            key: &key,
            count: count.saturating_mul(times),
            period,
        };
        app.hub.share(allowance).await?;
    }
    Ok(())
}

/// Counts a search of an account.
///
/// # Errors
/// How long to wait when its allowance is used up.
pub(crate) async fn search(app: &App, account: &AccountId) -> Result<(), Duration> {
    let allowance = Allowance {
        kind: Limited::Search.label(),
        key: &account.0,
        count: app.settings.limits.rate_search,
        period: MINUTE,
    };
    app.hub.share(allowance).await
}

/// Counts a prekey of both sides; false if one has used up its allowance. A claimer who is refused costs the owner nothing.
pub(crate) async fn prekey(app: &App, claimer: &AccountId, owner: &AccountId) -> bool {
    let limits = &app.settings.limits;
    let both = [
        ("claimer", claimer, limits.rate_prekeys_claimer),
        ("owner", owner, limits.rate_prekeys_owner),
    ];
    for (kind, account, count) in both {
        let allowance = Allowance {
            kind,
            key: &account.0,
            count,
            period: MINUTE,
        };
        if app.hub.share(allowance).await.is_err() {
            return false;
        }
    }
    true
}
