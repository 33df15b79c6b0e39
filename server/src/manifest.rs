//! What a release's site consists of, file by file: enough to tell from outside whether a server serves it unchanged.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

use crate::{
    http::{
        headers::{policy_of, viewer_policy_of},
        origin::Origin,
    },
    site::Site,
};

/// Stands in a manifest's policies for the origin of the server, and for that of its WebSocket.
const ORIGIN: &str = "{origin}";
const SOCKET: &str = "{socket}";

/// The manifest of a release's site.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the release.
    pub version: String,
    /// `Content-Security-Policy` of every page, with `{origin}` and `{socket}` for the server's own.
    policy: String,
    /// The same of what lies under `/viewer/`.
    viewer_policy: String,
    /// Every file, by its path below the server's root.
    pub files: BTreeMap<String, File>,
}

/// A file of the site.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// SHA-256, 64 lower-case hex digits.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: usize,
    /// `Content-Type`.
    pub media_type: String,
}

impl Manifest {
    /// Of the site inside this program.
    #[must_use]
    pub fn of(site: &Site) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            policy: policy_of(SOCKET),
            viewer_policy: viewer_policy_of(ORIGIN),
            files: site
                .files()
                .map(|(path, body, media_type)| {
                    let file = File {
                        sha256: hash(body),
                        bytes: body.len(),
                        media_type: media_type.to_owned(),
                    };
                    (path.to_owned(), file)
                })
                .collect(),
        }
    }

    /// The policy that a server at `own` must send with `path`.
    #[must_use]
    pub fn policy(&self, own: &Origin, path: &str) -> String {
        let template = if crate::http::headers::is_viewer(path) {
            &self.viewer_policy
        } else {
            &self.policy
        };
        template
            .replace(ORIGIN, own.as_str())
            .replace(SOCKET, &own.socket())
    }
}

/// SHA-256 as a manifest has it.
#[must_use]
pub fn hash(body: &[u8]) -> String {
    Sha256::digest(body)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
