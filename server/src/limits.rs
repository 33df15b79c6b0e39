//! Requests per address (FEATURES.md A5), prekeys per account (I3). Memory is bounded: who has been quiet is forgotten on
//! a timer.

use duet_crypto::identity::AccountId;
use governor::{
    Quota, RateLimiter,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed, keyed::DashMapStateStore},
};
use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use crate::{clock::Clock, config::Limits};

/// The limits that a request can fall under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limited {
    /// What checks a login secret.
    Login,
    /// Registrations.
    Register,
    /// WebSocket handshakes.
    Handshake,
    /// Searches, by account instead of address.
    Search,
    /// Everything else but the health checks.
    Request,
    /// Health checks.
    Exempt,
}

impl Limited {
    /// Those that can refuse.
    pub const COUNTED: [Self; 5] = [
        Self::Login,
        Self::Register,
        Self::Handshake,
        Self::Search,
        Self::Request,
    ];

    /// The name in metrics.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Register => "register",
            Self::Handshake => "handshake",
            Self::Search => "search",
            Self::Request => "request",
            Self::Exempt => "exempt",
        }
    }
}

/// An allowance for each key, counted with the relay's clock.
pub type KeyedLimiter<K> = RateLimiter<K, DashMapStateStore<K>, Clock, NoOpMiddleware<Duration>>;
/// One allowance, likewise.
pub type Limiter = RateLimiter<NotKeyed, InMemoryState, Clock, NoOpMiddleware<Duration>>;

/// The limiters, keyed by address.
pub struct AddressLimits {
    login: NetworkLimiter,
    register: NetworkLimiter,
    handshake: NetworkLimiter,
    request: NetworkLimiter,
}

/// An allowance for each address, and larger ones for the networks around an IPv6 address: who rents a /48 has 65,536
/// networks of one household's size.
struct NetworkLimiter([(u8, KeyedLimiter<IpAddr>); 3]);

/// Length of the prefix, and how many times a household's allowance it has.
pub(crate) const NETWORKS: [(u8, u32); 3] = [(64, 1), (48, 4), (32, 64)];

impl NetworkLimiter {
    fn new(number: u32, quota: impl Fn(NonZeroU32) -> Quota, clock: &Clock) -> Self {
        Self(NETWORKS.map(|(length, times)| {
            let quota = quota(positive(number.saturating_mul(times)));
            (
                length,
                RateLimiter::dashmap_with_clock(quota, clock.clone()),
            )
        }))
    }

    fn check(&self, ip: IpAddr) -> Result<(), Duration> {
        for ((_, network), (_, limiter)) in networks(ip).zip(&self.0) {
            limiter
                .check_key(&network)
                .map_err(|until| until.wait_time_from(limiter.clock().monotonic()))?;
        }
        Ok(())
    }

    fn forget_quiet(&self) {
        for (_, limiter) in &self.0 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

impl AddressLimits {
    /// Limiters with the operator's numbers.
    #[must_use]
    pub fn new(limits: &Limits, clock: &Clock) -> Self {
        Self {
            login: NetworkLimiter::new(limits.rate_login, Quota::per_second, clock),
            register: NetworkLimiter::new(limits.rate_register, Quota::per_second, clock),
            handshake: NetworkLimiter::new(limits.rate_handshakes, Quota::per_minute, clock),
            request: NetworkLimiter::new(limits.rate_requests, Quota::per_second, clock),
        }
    }

    /// Takes one request from the address's allowance.
    ///
    /// # Errors
    /// How long to wait when the allowance is used up.
    pub fn check(&self, limited: Limited, ip: IpAddr) -> Result<(), Duration> {
        self.limiter(limited)
            .map_or(Ok(()), |limiter| limiter.check(ip))
    }

    /// Forgets addresses that have their whole allowance again.
    pub fn forget_quiet(&self) {
        for limiter in [&self.login, &self.register, &self.handshake, &self.request] {
            limiter.forget_quiet();
        }
    }

    fn limiter(&self, limited: Limited) -> Option<&NetworkLimiter> {
        match limited {
            Limited::Login => Some(&self.login),
            Limited::Register => Some(&self.register),
            Limited::Handshake => Some(&self.handshake),
            Limited::Request => Some(&self.request),
            Limited::Search | Limited::Exempt => None,
        }
    }
}

/// One-time prekeys per account: nobody can drain somebody's stock quickly, alone or with others. Whoever is refused
/// starts with the interactive handshake.
pub struct PrekeyLimits {
    claimers: KeyedLimiter<AccountId>,
    owners: KeyedLimiter<AccountId>,
}

impl PrekeyLimits {
    /// Limiters with the operator's numbers.
    #[must_use]
    pub fn new(limits: &Limits, clock: &Clock) -> Self {
        let keyed = |number| {
            let quota = Quota::per_minute(positive(number));
            RateLimiter::dashmap_with_clock(quota, clock.clone())
        };
        Self {
            claimers: keyed(limits.rate_prekeys_claimer),
            owners: keyed(limits.rate_prekeys_owner),
        }
    }

    /// Takes one prekey from the allowances of both sides. A claimer who is refused costs the owner nothing.
    #[must_use]
    pub fn allow(&self, claimer: &AccountId, owner: &AccountId) -> bool {
        self.claimers.check_key(claimer).is_ok() && self.owners.check_key(owner).is_ok()
    }

    /// Forgets accounts that have their whole allowance again.
    pub fn forget_quiet(&self) {
        for limiter in [&self.claimers, &self.owners] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// Searches per account: the directory is there to find somebody in, not to be copied.
pub struct SearchLimit(KeyedLimiter<AccountId>);

impl SearchLimit {
    /// A limiter with the operator's number.
    #[must_use]
    pub fn new(limits: &Limits, clock: &Clock) -> Self {
        let quota = Quota::per_minute(positive(limits.rate_search));
        Self(RateLimiter::dashmap_with_clock(quota, clock.clone()))
    }

    /// Takes one search from the allowance.
    ///
    /// # Errors
    /// How long to wait when it is used up.
    pub fn check(&self, account: &AccountId) -> Result<(), Duration> {
        self.0
            .check_key(account)
            .map_err(|until| until.wait_time_from(self.0.clock().monotonic()))
    }

    /// Forgets accounts that have their whole allowance again.
    pub fn forget_quiet(&self) {
        self.0.retain_recent();
        self.0.shrink_to_fit();
    }
}

/// A quota's number; the settings' parser lets no zero through.
pub fn positive(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

/// The networks that an address counts for, in the order of [`NETWORKS`]: one household has a whole IPv6 /64. An IPv4
/// address is no part of a larger network that one person could rent for nothing.
pub(crate) fn networks(ip: IpAddr) -> impl Iterator<Item = (u8, IpAddr)> {
    let levels = if ip.is_ipv4() { 1 } else { NETWORKS.len() };
    NETWORKS
        .into_iter()
        .take(levels)
        .map(move |(length, _)| (length, prefix(ip, length)))
}

/// The network of an IPv6 address; an IPv4 address is its own.
fn prefix(ip: IpAddr, length: u8) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => {
            let host = u128::MAX.checked_shr(length.into()).unwrap_or(0);
            Ipv6Addr::from_bits(ip.to_bits() & !host).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[test]
    fn an_address_has_an_allowance_of_its_own_and_a_64_has_one() {
        let clock = Clock::manual();
        let limits = AddressLimits::new(&Settings::defaults().limits, &clock);
        let check = |ip: &str| limits.check(Limited::Register, ip.parse().unwrap());
        assert_eq!((check("192.0.2.1"), check("192.0.2.1")), (Ok(()), Ok(())));
        assert!(check("192.0.2.1").is_err());
        assert!(check("192.0.2.2").is_ok());
        assert_eq!(
            (check("2001:db8::1"), check("2001:db8::2")),
            (Ok(()), Ok(()))
        );
        assert!(check("2001:db8::3").is_err());
        assert!(check("2001:db8:0:1::1").is_ok());
        assert!(
            limits
                .check(Limited::Login, "192.0.2.1".parse().unwrap())
                .is_ok()
        );
        // Two a second: one comes back after half of it.
        clock.advance(Duration::from_millis(500));
        assert!(check("192.0.2.1").is_ok());
        assert!(check("192.0.2.1").is_err());
    }

    #[test]
    fn whoever_rents_many_networks_has_no_more_than_a_few_households() {
        let clock = Clock::manual();
        let limits = AddressLimits::new(&Settings::defaults().limits, &clock);
        let register = |ip: String| limits.check(Limited::Register, ip.parse().unwrap()).is_ok();
        // Two a second and household: four households' worth for a /48, 64 for a /32.
        let of_48 = (0..100).filter(|net| register(format!("2001:db8:1:{net:x}::1")));
        assert_eq!(of_48.count(), 8);
        let of_32 = (0..1000).filter(|net| register(format!("2001:db9:{net:x}::1")));
        assert_eq!(of_32.count(), 128);
        assert!(register("2001:dba::1".to_owned()));
        let of_v4 = (0..200).filter(|host| register(format!("203.0.113.{host}")));
        assert_eq!(of_v4.count(), 200);
    }
}
