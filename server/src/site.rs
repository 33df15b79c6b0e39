//! The built messenger: the copy inside the program, or a folder (`--site`); beside it the documents, under `/docs/`, and the
//! playground. Read once, at the start; a request can only name what was found then, so no path leads anywhere else.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    fs,
    io::{self, Write as _},
    path::Path,
};

use crate::error::{ApiError, ErrorCode};

static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded_site.rs"));

const INDEX: &str = "index.html";
/// Where the documents are.
const DOCUMENTS: &str = "docs/";
/// Pages of their own: no address under these is the app's.
const BESIDE: [&str; 2] = [DOCUMENTS, "playground/"];
/// Files under these have a hash of their content in their name.
const IMMUTABLE: [&str; 3] = ["assets/", "viewer/assets/", "playground/assets/"];
/// Below this, compression saves less than its header costs.
const COMPRESS_FROM: usize = 1024;

const NOT_BUILT: &str = "The relay works, but it was built without the site.\n\n\
    `make run` builds both. By hand: build the site (`make site`), then the relay again; or start the relay with\n\
    --site web/dist (or DUET_SITE) to serve a site that was built later.\n";

struct Asset {
    body: Bytes,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
    content_type: &'static str,
    etag: HeaderValue,
    cache: &'static str,
}

/// All files of the site, by their path.
pub struct Site(HashMap<String, Asset>);

impl Site {
    /// The site that was compiled in.
    #[must_use]
    pub fn embedded() -> Self {
        Self::of(built_in(|_| true).collect())
    }

    /// A site in a folder, with the documents that were compiled in.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, or it has no `index.html`.
    pub fn from_folder(folder: &Path) -> io::Result<Self> {
        let mut files = built_in(|name| name.starts_with(DOCUMENTS)).collect();
        read(folder, folder, &mut files)?;
        if files.contains_key(INDEX) {
            Ok(Self::of(files))
        } else {
            Err(io::Error::new(
                io::ErrorKind::NotFound,
                "there is no index.html in it",
            ))
        }
    }

    /// Every file: its path, its bytes, its media type.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8], &'static str)> {
        self.0
            .iter()
            .map(|(path, asset)| (path.as_str(), &asset.body[..], asset.content_type))
    }

    /// Whether there is a site at all.
    #[must_use]
    pub fn is_built(&self) -> bool {
        self.0.contains_key(INDEX)
    }

    /// Compressed copies (`x.js.br`, `x.js.gz`) that the build made are taken; a missing gzip is made here.
    fn of(files: HashMap<String, Bytes>) -> Self {
        let is_copy = |name: &str| {
            [".br", ".gz"].iter().any(|end| {
                name.strip_suffix(end)
                    .is_some_and(|original| files.contains_key(original))
            })
        };
        let assets = files
            .iter()
            .filter(|(name, _)| !is_copy(name))
            .map(|(name, body)| {
                let (content_type, compressible) = content_type(name);
                let gzip = files.get(&format!("{name}.gz")).cloned().or_else(|| {
                    (compressible && body.len() >= COMPRESS_FROM).then(|| gzip(body))?
                });
                let digest = Sha256::digest(body);
                let etag: String = digest
                    .iter()
                    .take(12)
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                let asset = Asset {
                    body: body.clone(),
                    gzip,
                    brotli: files.get(&format!("{name}.br")).cloned(),
                    content_type,
                    etag: HeaderValue::from_str(&format!("\"{etag}\""))
                        .unwrap_or(HeaderValue::from_static("\"\"")),
                    cache: if IMMUTABLE.iter().any(|folder| name.starts_with(folder)) {
                        "public, max-age=31536000, immutable"
                    } else {
                        "no-cache"
                    },
                };
                (name.clone(), asset)
            })
            .collect();
        Self(assets)
    }

    /// The file of a path; a path of the app itself (no such file, no extension) is its front page.
    fn find(&self, path: &str) -> Option<&Asset> {
        let path = path.trim_start_matches('/');
        if BESIDE.iter().any(|folder| path.starts_with(folder)) {
            return match path.strip_suffix('/') {
                Some(folder) => self.0.get(&format!("{folder}/{INDEX}")),
                None => self.0.get(path),
            };
        }
        let is_file = path.rsplit('/').next().unwrap_or(path).contains('.');
        // The API answers in JSON, also about what it does not have.
        let is_api = path == "api" || path.starts_with("api/") || path == "metrics";
        let page = !is_file && !is_api;
        self.0
            .get(path)
            .or_else(|| page.then(|| self.0.get(INDEX))?)
    }

    /// Answers what is no route of the API.
    #[must_use]
    pub fn answer(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return ApiError::from(ErrorCode::NotFound).into_response();
        }
        let asked = uri.path().trim_start_matches('/');
        if let Some(folder) = BESIDE
            .iter()
            .find(|folder| folder.strip_suffix('/') == Some(asked))
        {
            return Redirect::permanent(&format!("/{folder}")).into_response();
        }
        match self.find(uri.path()) {
            Some(asset) => respond(asset, headers),
            None if uri.path() == "/metrics" => ApiError::new(
                ErrorCode::NotFound,
                "metrics have a listener of their own: see DUET_METRICS_LISTEN",
            )
            .into_response(),
            None if uri.path() == "/" && !self.is_built() => (
                StatusCode::SERVICE_UNAVAILABLE,
                [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
                NOT_BUILT,
            )
                .into_response(),
            None => ApiError::from(ErrorCode::NotFound).into_response(),
        }
    }
}

/// The files that were compiled in and that are wanted, by their path.
fn built_in(wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = (String, Bytes)> {
    EMBEDDED
        .iter()
        .filter(move |(name, _)| wanted(name))
        .map(|(name, body)| ((*name).to_owned(), Bytes::from_static(body)))
}

fn respond(asset: &Asset, request: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(asset.cache));
    headers.insert(header::ETAG, asset.etag.clone());
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let known = request.get(header::IF_NONE_MATCH).is_some_and(|value| {
        value.to_str().is_ok_and(|tags| {
            tags.split(',')
                .any(|tag| tag.trim().as_bytes() == asset.etag.as_bytes())
        })
    });
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(asset.content_type),
    );
    let (body, encoding) = match (&asset.brotli, &asset.gzip) {
        (Some(brotli), _) if accepts(request, "br") => (brotli, Some("br")),
        (_, Some(gzip)) if accepts(request, "gzip") => (gzip, Some("gzip")),
        _ => (&asset.body, None),
    };
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    *response.body_mut() = Body::from(body.clone());
    response
}

/// Whether `Accept-Encoding` names the coding, and not with a quality of zero.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| {
            let (name, quality) = item.split_once(';').unwrap_or((item, ""));
            name.trim().eq_ignore_ascii_case(coding)
                && !matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        })
}

/// A smaller copy, if it is smaller.
fn gzip(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).ok()?;
    let packed = encoder.finish().ok()?;
    (packed.len() < body.len()).then(|| packed.into())
}

/// The media type by extension, and whether compressing is worth while.
fn content_type(name: &str) -> (&'static str, bool) {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => ("text/html; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        "json" | "map" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "svg" => ("image/svg+xml", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "wasm" => ("application/wasm", true),
        "png" => ("image/png", false),
        "jpg" | "jpeg" => ("image/jpeg", false),
        "webp" => ("image/webp", false),
        "avif" => ("image/avif", false),
        "ico" => ("image/x-icon", true),
        "woff2" => ("font/woff2", false),
        "mp3" => ("audio/mpeg", false),
        "ogg" => ("audio/ogg", false),
        _ => ("application/octet-stream", false),
    }
}

fn read(root: &Path, folder: &Path, files: &mut HashMap<String, Bytes>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(root, &path, files)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            files.insert(
                name.to_string_lossy().replace('\\', "/"),
                fs::read(&path)?.into(),
            );
        }
    }
    Ok(())
}
