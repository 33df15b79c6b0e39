//! Whether a server serves the site of a release unchanged. What it shows to whoever asks like this; it could show
//! others something else.

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header},
};
use flate2::read::GzDecoder;
use std::{io::Read as _, time::Duration};
use tokio::time;

use super::link::{Link, LinkError};
use crate::manifest::{File, Manifest, hash};

/// An address of the app itself: no file has it, and all of them are its front page.
const APP_PATH: &str = "settings";
const INDEX: &str = "index.html";
/// What a server may say before it is given up, when it has had too many requests.
const TRIES: u32 = 10;

/// What is not as it should be.
#[derive(Debug)]
pub struct Difference {
    /// The path below the server's root.
    pub path: String,
    /// In words for whoever checks.
    pub what: String,
}

/// What came of a check.
#[derive(Debug, Default)]
pub struct Report {
    /// How many files were looked at.
    pub files: usize,
    /// What differs; nothing, if the server serves the release.
    pub differences: Vec<Difference>,
}

/// Asks for every file, as it is and compressed, and compares bytes, media types and policies.
///
/// # Errors
/// [`LinkError`], when the server does not answer at all.
pub async fn verify(link: &Link, manifest: &Manifest) -> Result<Report, LinkError> {
    let mut report = Report::default();
    let pages = manifest
        .files
        .get(INDEX)
        .map(|index| [("", index), (APP_PATH, index)]);
    let files = manifest
        .files
        .iter()
        .map(|(path, file)| (path.as_str(), file));
    for (path, file) in files.chain(pages.into_iter().flatten()) {
        report.files += 1;
        for coding in ["identity", "gzip"] {
            if let Some(what) = difference(link, manifest, path, file, coding).await? {
                let path = format!("/{path}");
                report.differences.push(Difference { path, what });
                break;
            }
        }
    }
    Ok(report)
}

async fn difference(
    link: &Link,
    manifest: &Manifest,
    path: &str,
    file: &File,
    coding: &'static str,
) -> Result<Option<String>, LinkError> {
    let (status, headers, body) = ask(link, path, coding, file.bytes).await?;
    let differs = |what: String| Ok(Some(what));
    if status != StatusCode::OK {
        return differs(format!("answered with {status}"));
    }
    let media_type = text(&headers, &header::CONTENT_TYPE);
    if media_type != file.media_type {
        return differs(format!("has the media type {media_type:?}"));
    }
    let policy = text(&headers, &header::CONTENT_SECURITY_POLICY);
    if policy != manifest.policy(&format!("/{path}")) {
        return differs(format!("has another policy: {policy:?}"));
    }
    if text(&headers, &header::X_CONTENT_TYPE_OPTIONS) != "nosniff" {
        return differs("lacks nosniff".to_owned());
    }
    let plain = match text(&headers, &header::CONTENT_ENCODING) {
        "" | "identity" => body,
        "gzip" => body.and_then(|body| unpack(&body, file.bytes)),
        other => {
            return differs(format!(
                "came in the coding {other:?}, which nobody asked for"
            ));
        }
    };
    match plain {
        Some(body) if hash(&body) == file.sha256 => Ok(None),
        Some(_) => differs(format!("has other bytes ({coding})")),
        None => differs(format!(
            "is longer than it should be, or not in the coding that it says ({coding})"
        )),
    }
}

type Answer = (StatusCode, HeaderMap, Option<Vec<u8>>);

/// One file. The body is `None` when it is longer than what is expected, with room for a coding that makes it no smaller.
async fn ask(
    link: &Link,
    path: &str,
    coding: &'static str,
    bytes: usize,
) -> Result<Answer, LinkError> {
    let mut tries = 0;
    loop {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = format!("/{path}").parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(header::HOST, link.address.authority.clone());
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(coding));
        let answer = link.send(request).await?;
        tries += 1;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS && tries < TRIES {
            let wait = text(answer.headers(), &header::RETRY_AFTER)
                .parse()
                .unwrap_or(1);
            time::sleep(Duration::from_secs(wait)).await;
            continue;
        }
        let (head, body) = answer.into_parts();
        let body = to_bytes(Body::new(body), bytes + 1024).await.ok();
        return Ok((head.status, head.headers, body.map(Vec::from)));
    }
}

/// `None` when it is no gzip, or longer than `bytes`.
fn unpack(packed: &[u8], bytes: usize) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    let most = u64::try_from(bytes).ok()?.checked_add(1)?;
    GzDecoder::new(packed)
        .take(most)
        .read_to_end(&mut plain)
        .ok()?;
    (plain.len() <= bytes).then_some(plain)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
