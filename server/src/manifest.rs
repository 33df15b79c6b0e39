//! What a release's site consists of, file by file: enough to tell from outside whether a server serves it unchanged.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

use crate::{
    http::headers::{POLICY, VIEWER_POLICY, is_viewer},
    site::Site,
};

/// The manifest of a release's site.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the release.
    pub version: String,
    /// `Content-Security-Policy` of every page.
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
            policy: POLICY.to_owned(),
            viewer_policy: VIEWER_POLICY.to_owned(),
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

    /// The policy that a server must send with `path`.
    #[must_use]
    pub fn policy(&self, path: &str) -> &str {
        if is_viewer(path) {
            &self.viewer_policy
        } else {
            &self.policy
        }
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
