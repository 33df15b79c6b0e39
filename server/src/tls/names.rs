//! What this machine may be called by those who come to it.

use std::{collections::BTreeSet, net::IpAddr};

use crate::config::Settings;

/// Names and addresses: `localhost`, the machine's own, and the hosts of the origins that the operator named.
pub(super) fn of_this_machine(settings: &Settings) -> Vec<String> {
    let mut names = BTreeSet::from(["localhost".to_owned()]);
    names.extend(host_names());
    names.extend(settings.origins.iter().map(|origin| {
        let host = origin.host();
        host.trim_matches(['[', ']']).to_owned()
    }));
    names.extend(addresses().iter().map(IpAddr::to_string));
    names.into_iter().collect()
}

/// Those of the machine, and of its loopback. What is good on one cable only (`fe80::`) is no address that a browser can name.
fn addresses() -> BTreeSet<IpAddr> {
    let mut addresses = BTreeSet::from([
        IpAddr::from([127, 0, 0, 1]),
        IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
    ]);
    match if_addrs::get_if_addrs() {
        Ok(interfaces) => addresses.extend(
            interfaces
                .iter()
                .filter(|interface| !interface.is_link_local())
                .map(if_addrs::Interface::ip),
        ),
        Err(error) => {
            tracing::warn!(category = "lifecycle", %error, "the addresses of this machine are not known");
        }
    }
    addresses
}

/// The machine's name, and the same as its network announces it (mDNS).
#[cfg(unix)]
fn host_names() -> Vec<String> {
    let system = rustix::system::uname();
    let name = system.nodename().to_string_lossy().to_ascii_lowercase();
    let is_name = |name: &str| {
        let sign = |sign: u8| sign.is_ascii_alphanumeric() || matches!(sign, b'-' | b'.');
        !name.is_empty() && name.bytes().all(sign)
    };
    if !is_name(&name) {
        return Vec::new();
    }
    let announced = (!name.contains('.')).then(|| format!("{name}.local"));
    [Some(name), announced].into_iter().flatten().collect()
}

#[cfg(not(unix))]
fn host_names() -> Vec<String> {
    Vec::new()
}
